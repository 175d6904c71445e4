// The generated market in real time: the same walks as a generated history, begun now and without an end. A row is
// offered when the clock has reached its stamp; after a stall all that is due comes at once, as from a real venue.

import { rawQuote } from '../../engine/conflation/conflated-quote.ts'
import type { FeedClock, FeedSink, MarketFeed } from '../../engine/market-feed-port.ts'
import { assert } from '../../schemas/assert.ts'
import type { VenueId } from '../../schemas/ids.ts'
import { MarketWalk, type QuoteArrays, type WalkOptions } from './market-walk.ts'

export type GeneratedMarket = Omit<WalkOptions, 'start_us'> & {
  readonly instrument_index: number
  readonly venue_id: VenueId
}

export type GeneratorFeedOptions = {
  readonly markets: readonly GeneratedMarket[]
  readonly clock: FeedClock
}

/** Rows made ahead of their time, per instrument. */
const BLOCK_ROWS = 64

export class GeneratorFeed implements MarketFeed {
  readonly stream = 'generator'
  readonly #options: GeneratorFeedOptions
  #markets: Market[] = []
  #sequence = 0
  #cancel: (() => void) | undefined

  constructor(options: GeneratorFeedOptions) {
    assert(options.markets.length > 0, 'a generated feed has a market')
    this.#options = options
  }

  start(sink: FeedSink): Promise<void> {
    const { markets, clock } = this.#options
    const start_us = clock.now_us()
    this.#markets = markets.map((market) => new Market({ ...market, start_us }))
    for (const venue_id of this.#venues()) sink.event(venue_id, 'connected', 'generated market')
    this.#turn(sink)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    return Promise.resolve()
  }

  #venues(): Set<VenueId> {
    return new Set(this.#options.markets.map(({ venue_id }) => venue_id))
  }

  #turn(sink: FeedSink): void {
    const { clock } = this.#options
    this.#offerUntil(sink, clock.now_us())
    const next_us = Math.min(...this.#markets.map((market) => market.next_us))
    this.#cancel = clock.after(Math.max(0, next_us - clock.now_us()), () => this.#turn(sink))
  }

  /** The earliest row first, whatever its instrument. */
  #offerUntil(sink: FeedSink, now_us: number): void {
    for (;;) {
      let first = this.#markets[0] as Market
      for (const market of this.#markets) if (market.next_us < first.next_us) first = market
      if (first.next_us > now_us) return
      sink.quote(first.take(now_us), ++this.#sequence, 0)
    }
  }
}

/** One walk and the rows made ahead of their time. */
class Market {
  readonly #instrument_index: number
  readonly #walk: MarketWalk
  readonly #block: QuoteArrays
  #row = BLOCK_ROWS

  constructor(options: WalkOptions & Pick<GeneratedMarket, 'instrument_index'>) {
    this.#instrument_index = options.instrument_index
    this.#walk = new MarketWalk(options)
    const column = () => new Float64Array(BLOCK_ROWS)
    this.#block = {
      ts_event_us: column(),
      bid_price_units: column(),
      ask_price_units: column(),
      bid_size_units: column(),
      ask_size_units: column(),
    }
    this.#fill()
  }

  get next_us(): number {
    return this.#block.ts_event_us[this.#row] as number
  }

  take(ts_recv_us: number) {
    const at = this.#row
    const block = this.#block
    const quote = rawQuote({
      instrument_index: this.#instrument_index,
      ts_event_us: block.ts_event_us[at] as number,
      ts_recv_us,
      bid_price_units: block.bid_price_units[at] as number,
      ask_price_units: block.ask_price_units[at] as number,
      bid_size_units: block.bid_size_units[at] as number,
      ask_size_units: block.ask_size_units[at] as number,
    })
    this.#row++
    this.#fill()
    return quote
  }

  #fill(): void {
    if (this.#row < BLOCK_ROWS) return
    this.#walk.fill(this.#block, BLOCK_ROWS)
    this.#row = 0
  }
}
