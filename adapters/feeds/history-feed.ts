// A stored history as a live session's feed: rows keep their time stamps and are offered when the session's clock has
// reached them, at whatever speed that runs. It waits where the node is behind, so that a fast clock loses no row.

import { rawQuote } from '../../engine/conflation/conflated-quote.ts'
import type { BarInput, TradeInput } from '../../engine/live/live-input.ts'
import type { FeedClock, FeedSink, MarketFeed } from '../../engine/market-feed-port.ts'
import type { SeriesReading, TickColumns } from '../../engine/tick-store-port.ts'
import { assert } from '../../schemas/assert.ts'
import type { VenueId } from '../../schemas/ids.ts'

/** Between two looks at the clock, where nothing is due sooner. */
const TURN_US = 1_000
/** How long the feed waits for room before it asks again. */
const WAIT_US = 2_000

export type HistorySeries = {
  readonly reading: SeriesReading
  readonly instrument_index: number
  readonly venue_id: VenueId
}

export type HistoryFeedOptions = {
  /** At equal times rows come in this order. */
  readonly series: readonly HistorySeries[]
  readonly clock: FeedClock
  /** Told once when the history has come to its end, or cannot be read any further. */
  readonly onEnd: (error: unknown) => void
}

export class HistoryFeed implements MarketFeed {
  readonly stream = 'history'
  readonly #options: HistoryFeedOptions
  readonly #cursors: Cursor[]
  #sequence = 0
  #cancel: (() => void) | undefined
  #turning: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: HistoryFeedOptions) {
    this.#options = options
    this.#cursors = options.series.map((series) => new Cursor(series))
  }

  async start(sink: FeedSink): Promise<void> {
    await Promise.all(this.#cursors.map((cursor) => cursor.fill()))
    for (const venue_id of this.#venues()) sink.event(venue_id, 'connected', 'history begins')
    this.#turn(sink)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel?.()
    await this.#turning
    await Promise.all(this.#cursors.map((cursor) => cursor.close()))
  }

  #venues(): Set<VenueId> {
    return new Set(this.#options.series.map(({ venue_id }) => venue_id))
  }

  #turn(sink: FeedSink): void {
    this.#turning = this.#offerDue(sink).catch((error: unknown) => this.#end(sink, error))
  }

  async #offerDue(sink: FeedSink): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      if (this.#isClosed) return
      const first = this.#first()
      if (first === undefined) return this.#end(sink, undefined)
      const wait_us = first.next_us - clock.now_us()
      if (wait_us > 0) return this.#later(Math.max(TURN_US, wait_us), sink)
      if (sink.room <= 0) return this.#later(WAIT_US, sink)
      first.offer(sink, ++this.#sequence, clock.now_us())
      if (first.isBlockDone) await first.fill()
    }
  }

  #later(delay_us: number, sink: FeedSink): void {
    this.#cancel = this.#options.clock.after(delay_us, () => this.#turn(sink))
  }

  #first(): Cursor | undefined {
    let first: Cursor | undefined
    for (const cursor of this.#cursors) {
      if (cursor.next_us < (first?.next_us ?? Number.POSITIVE_INFINITY)) first = cursor
    }
    return first
  }

  #end(sink: FeedSink, error: unknown): void {
    if (this.#isClosed) return
    const reason = error === undefined ? 'the history has ended' : 'the history cannot be read any further'
    for (const venue_id of this.#venues()) sink.event(venue_id, 'disconnected', reason)
    this.#options.onEnd(error)
  }
}

/** One series, and the row of it that comes next. */
class Cursor {
  readonly #series: HistorySeries
  readonly #blocks: AsyncIterator<TickColumns>
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
  }

  offer(sink: FeedSink, sequence: number, ts_recv_us: number): void {
    const block = this.#block
    if (block === undefined) return
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

  async close(): Promise<void> {
    await this.#blocks.return?.()
  }
}

type OwnFields<Row> = Omit<Row, 'instrument_index' | 'ts_event_us' | 'ts_recv_us'>

function rowOf(
  block: Exclude<TickColumns, { kind: 'quote' }>,
  at: number,
): OwnFields<TradeInput> | OwnFields<BarInput> {
  if (block.kind === 'trade') {
    return {
      type: 'trade',
      price_units: block.price_units[at] as number,
      size_units: block.size_units[at] as number,
      aggressor_side: block.aggressor_side[at] as number,
    }
  }
  assert(block.kind === 'bar', 'a session that reads books is refused')
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
