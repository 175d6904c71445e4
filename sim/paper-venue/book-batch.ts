// Consecutive events of books as one record of a venue's ledger. An event is in one record whole, however long it is: what
// a crash leaves of the ledger never ends in the middle of one.

import { BookBlock } from '../../engine/book/book-block.ts'
import { type BookEvent, eventTimeUs } from '../../engine/book/book-event.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { BookKind } from '../../engine/tick-store-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import { BOOK } from './ledger-codec.ts'

/** With so many rows a batch takes no further event. */
const BATCH_ROWS = 1_024
const KINDS = ['book_level', 'book_order'] as const satisfies readonly BookKind[]
/** A row's action, side and end share a byte. */
const SIDE_SHIFT = 3
const LAST_SHIFT = 5

export class BookBatch {
  row_count = 0
  #kind: BookKind = 'book_level'
  readonly #record = new CanonicalWriter(1 << 15)

  takes({ columns }: BookEvent): boolean {
    return this.row_count === 0 || (columns.kind === this.#kind && this.row_count < BATCH_ROWS)
  }

  /** Adds an event that the books are told at `ts_us`; its first row is their input `seq`. */
  add(event: BookEvent, seq: number, ts_us: number): void {
    const { instrument_index, columns, from, to } = event
    const record = this.#record
    if (this.row_count === 0) {
      this.#kind = columns.kind
      record.number(seq)
      record.number(ts_us)
      record.byte(BOOK)
      record.byte(KINDS.indexOf(columns.kind))
    }
    record.count(instrument_index)
    record.number(ts_us)
    record.number(eventTimeUs(event))
    record.count(to - from)
    const { action, side, price_units, size_units, is_last } = columns
    for (let at = from; at < to; at++) {
      const end = is_last[at] === 0 ? 0 : 1 << LAST_SHIFT
      record.byte((action[at] as number) | (((side[at] as number) + 1) << SIDE_SHIFT) | end)
      if (columns.kind === 'book_order') record.number(columns.order_id[at] as number)
      record.number(price_units[at] as number)
      record.number(size_units[at] as number)
    }
    this.row_count += to - from
  }

  /** The record, until the next event is added. */
  view(): Uint8Array {
    return this.#record.view()
  }

  clear(): void {
    this.row_count = 0
    this.#record.clear()
  }
}

/** Tells each event of a record, with the time it was told at. */
export function readBookBatch(payload: Uint8Array, tell: (event: BookEvent, ts_us: number) => void): void {
  const reader = new CanonicalReader(payload)
  reader.number()
  reader.number()
  assert(reader.byte() === BOOK, 'a record of books is read as one')
  const kind = must(KINDS[reader.byte()], 'a kind of book is known')
  const block = new BookBlock(kind)
  while (reader.remaining > 0) {
    const instrument_index = reader.count()
    const ts_us = reader.number()
    const ts_event_us = reader.number()
    block.clear()
    for (let rows = reader.count(); rows > 0; rows--) {
      const packed = reader.byte()
      block.add({
        ts_event_us,
        action: packed & ((1 << SIDE_SHIFT) - 1),
        side: ((packed >> SIDE_SHIFT) & 3) - 1,
        is_last: packed >> LAST_SHIFT,
        order_id: kind === 'book_order' ? reader.number() : 0,
        price_units: reader.number(),
        size_units: reader.number(),
      })
    }
    tell({ instrument_index, columns: block.columns, from: 0, to: block.count }, ts_us)
  }
}
