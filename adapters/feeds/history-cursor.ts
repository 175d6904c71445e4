// One series of a history on its way into a session, and the row of it that comes next. Rows of a book are offered an event
// at a time, also where an event goes on in the next block.

import { BookBlock } from '../../engine/book/book-block.ts'
import { eventEnd } from '../../engine/book/book-event.ts'
import { rawQuote } from '../../engine/conflation/conflated-quote.ts'
import type { BarInput, TradeInput } from '../../engine/live/live-input.ts'
import type { FeedSink } from '../../engine/market-feed-port.ts'
import type {
  BarColumns,
  BookColumns,
  SeriesReading,
  TickColumns,
  TradeColumns,
} from '../../engine/tick-store-port.ts'
import { assert } from '../../schemas/assert.ts'
import type { VenueId } from '../../schemas/ids.ts'

export type HistorySeries = {
  readonly reading: SeriesReading
  readonly instrument_index: number
  readonly venue_id: VenueId
}

export class HistoryCursor {
  readonly #series: HistorySeries
  readonly #blocks: AsyncIterator<TickColumns>
  /** The beginning of an event of a book that goes on in the next block. */
  #begun: BookBlock | undefined
  #block: TickColumns | undefined
  #row = 0

  constructor(series: HistorySeries) {
    this.#series = series
    this.#blocks = series.reading.blocks[Symbol.asyncIterator]()
  }

  /** Infinity at the end. */
  get next_us(): number {
    return this.#block?.ts_event_us[this.#row] ?? Number.POSITIVE_INFINITY
  }

  get isBlockDone(): boolean {
    return this.#block !== undefined && this.#row >= this.#block.count
  }

  async fill(): Promise<void> {
    do {
      const { value, done } = await this.#blocks.next()
      this.#block = done === true ? undefined : value
      this.#row = 0
    } while (this.isBlockDone)
    assert(
      this.#block !== undefined || (this.#begun?.count ?? 0) === 0,
      'a history ends with the end of an event',
    )
  }

  /** Passes over a row. */
  leaveOut(): void {
    this.#row++
  }

  /** Offers the next row, or the whole event of a book, where this block ends it. */
  offer(sink: FeedSink, sequence: number, ts_recv_us: number): void {
    const block = this.#block
    if (block === undefined) return
    if (block.kind === 'book_level' || block.kind === 'book_order')
      return this.#offerEvent(block, sink, sequence, ts_recv_us)
    const at = this.#row++
    const ts_event_us = block.ts_event_us[at] as number
    const about = { instrument_index: this.#series.instrument_index, ts_event_us, ts_recv_us }
    if (block.kind === 'quote') {
      const quote = rawQuote({
        ...about,
        bid_price_units: block.bid_price_units[at] as number,
        ask_price_units: block.ask_price_units[at] as number,
        bid_size_units: block.bid_size_units[at] as number,
        ask_size_units: block.ask_size_units[at] as number,
      })
      sink.quote(quote, sequence, 0)
    } else sink.row({ ...about, ...rowOf(block, at) }, sequence, 0)
  }

  #offerEvent(block: BookColumns, sink: FeedSink, sequence: number, ts_recv_us: number): void {
    const { instrument_index } = this.#series
    const from = this.#row
    const to = eventEnd(block, from)
    this.#row = to < 0 ? block.count : to
    if (to >= 0 && (this.#begun?.count ?? 0) === 0) {
      sink.book({ instrument_index, columns: block, from, to }, ts_recv_us, sequence)
      return
    }
    this.#begun ??= new BookBlock(block.kind)
    this.#begun.addRows(block, from, this.#row)
    if (to < 0) return
    const { columns, count } = this.#begun
    sink.book({ instrument_index, columns, from: 0, to: count }, ts_recv_us, sequence)
    this.#begun.clear()
  }

  async close(): Promise<void> {
    await this.#blocks.return?.()
  }
}

type OwnFields<Row> = Omit<Row, 'instrument_index' | 'ts_event_us' | 'ts_recv_us'>

function rowOf(block: TradeColumns | BarColumns, at: number): OwnFields<TradeInput> | OwnFields<BarInput> {
  if (block.kind === 'trade') {
    return {
      type: 'trade',
      price_units: block.price_units[at] as number,
      size_units: block.size_units[at] as number,
      aggressor_side: block.aggressor_side[at] as number,
    }
  }
  return {
    type: 'bar',
    interval_us: block.interval_us,
    price_type: block.price_type,
    open_price_units: block.open_price_units[at] as number,
    high_price_units: block.high_price_units[at] as number,
    low_price_units: block.low_price_units[at] as number,
    close_price_units: block.close_price_units[at] as number,
    volume_units: block.volume_units[at] as number,
  }
}
