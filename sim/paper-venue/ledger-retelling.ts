// An epoch of a ledger told again: what its records make of the books it begins with. A recovery tells it to its end, a
// thread beside the running exchange as far as it is durable, to save the books as they are there.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { isRowRecord } from '../../engine/input-codec.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { type JournalRecord, RECORD_KIND, type RecoveredEpoch } from '../../engine/journal-port.ts'
import { RowBatch } from '../../engine/live/row-batch.ts'
import { must } from '../../schemas/assert.ts'
import { readBookBatch } from './book-batch.ts'
import {
  isLedgerAct,
  isLedgerBook,
  isLedgerTime,
  readLedgerAct,
  readLedgerCommand,
  readLedgerTime,
} from './ledger-codec.ts'
import { type HostedModels, ledgerTerms } from './ledger-header.ts'
import { VenueBooks } from './venue-books.ts'

export class LedgerRetelling {
  /** Each record leaves books that can be saved, and all of them. */
  readonly is_whole = true
  readonly has_lost_states = false
  readonly #books: VenueBooks
  readonly #specs: readonly InstrumentSpec[]

  /**
   * Under the configuration, the behaviour and the models the epoch ran with.
   * @param state the books it begins with, or those of a snapshot in it.
   */
  constructor({ header }: Pick<RecoveredEpoch, 'header'>, state: Uint8Array, authored: HostedModels) {
    const terms = ledgerTerms(header, authored)
    this.#specs = terms.specs
    this.#books = new VenueBooks(terms, { onReport: () => undefined, onStatus: () => undefined })
    if (state.length > 0) this.#books.load(new CanonicalReader(state))
  }

  /** Inputs told so far. */
  get seq(): number {
    return this.#books.seq
  }

  take({ kind, payload }: Pick<JournalRecord, 'kind' | 'payload'>): void {
    // Older builds kept their snapshots among the records.
    if (kind === RECORD_KIND.input) takeAgain(this.#books, payload, this.#specs)
  }

  state(): Uint8Array {
    return stateOf(this.#books)
  }
}

export function stateOf(books: VenueBooks): Uint8Array {
  const writer = new CanonicalWriter(1 << 16)
  books.save(writer)
  return writer.view()
}

/** One record of a ledger, told to books. */
export function takeAgain(books: VenueBooks, payload: Uint8Array, specs: readonly InstrumentSpec[]): void {
  if (isRowRecord(payload)) {
    const rows = new RowBatch()
    rows.read(new CanonicalReader(payload))
    for (let at = 0; at < rows.count; at++) books.row(rows.row(at), rows.ts_seq_us(at))
    return
  }
  if (isLedgerBook(payload)) return readBookBatch(payload, (event, ts_us) => void books.book(event, ts_us))
  if (isLedgerTime(payload)) return books.pass(readLedgerTime(new CanonicalReader(payload)))
  if (isLedgerAct(payload)) {
    const { ts_us, act } = readLedgerAct(new CanonicalReader(payload))
    return books.act(act, ts_us)
  }
  const { ts_us, command } = readLedgerCommand(
    new CanonicalReader(payload),
    (id) =>
      must(
        specs.find(({ instrument_id }) => instrument_id === id),
        'an instrument is known',
      ).index,
  )
  books.command(command, ts_us)
}
