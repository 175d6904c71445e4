// The market of an exchange process as a feed: it has seen each quote before the node does. On a connection of its own,
// so that quotes never delay reports.

import { rawQuote } from '../../engine/conflation/conflated-quote.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { FeedClock, FeedSink, MarketFeed } from '../../engine/market-feed-port.ts'
import type { AnswerFrame } from '../../engine/wire/venue-frames.ts'
import { must } from '../../schemas/assert.ts'
import type { VenueId } from '../../schemas/ids.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { LateRows } from '../feeds/late-rows.ts'
import { ReaderLag } from '../feeds/reader-lag.ts'
import type { ExchangeAddress } from './frame-link.ts'
import { instrumentScales } from './hello.ts'
import { ReconnectingLink, type ReconnectTimes } from './reconnecting-link.ts'

export type ExchangeFeedOptions = {
  readonly address: ExchangeAddress
  readonly venue_id: VenueId
  readonly instruments: readonly InstrumentSpec[]
  readonly clock: FeedClock
  readonly times?: ReconnectTimes
}

export class ExchangeFeed implements MarketFeed {
  readonly stream: string
  readonly #options: ExchangeFeedOptions
  readonly #index: ReadonlyMap<string, number>
  #link: ReconnectingLink | undefined
  #sequence = 0
  #late: LateRows | undefined
  /** Of the connection: the exchange's clock and ours. */
  #lag = new ReaderLag()
  #isConnected = false

  constructor(options: ExchangeFeedOptions) {
    this.#options = options
    this.stream = `exchange/${options.venue_id}`
    this.#index = new Map(options.instruments.map(({ instrument_id, index }) => [instrument_id, index]))
  }

  start(sink: FeedSink): Promise<void> {
    const { address, venue_id, instruments, times, clock } = this.#options
    this.#late = new LateRows({ sink, venue_id, clock })
    this.#link = new ReconnectingLink({
      address,
      ...(times !== undefined && { times }),
      hello: () => ({
        frame: 'subscribe',
        schema_version: SCHEMA_VERSION,
        venue_id,
        instruments: instrumentScales(instruments, venue_id),
      }),
      onWelcome: () => {
        this.#isConnected = true
        this.#lag = new ReaderLag()
        sink.event(venue_id, 'connected', 'exchange process')
        return ''
      },
      // It is tried again, and the feed stays disconnected meanwhile: the link's end has said so.
      onRefused: () => undefined,
      onFrame: (frame) => this.#take(frame, sink),
      onLost: (reason) => {
        if (this.#isConnected) sink.event(venue_id, 'disconnected', reason)
        this.#isConnected = false
      },
    })
    return Promise.resolve()
  }

  close(): Promise<void> {
    const link = this.#link
    this.#link = undefined
    this.#late?.close()
    link?.close()
    return Promise.resolve()
  }

  #take(frame: AnswerFrame, sink: FeedSink): void {
    if (frame.frame === 'gap') this.#late?.gap(`${frame.missed} quotes left out: the node reads too slowly`)
    else if (frame.frame === 'quotes') this.#quotes(frame.quotes, sink)
  }

  #quotes(quotes: Extract<AnswerFrame, { frame: 'quotes' }>['quotes'], sink: FeedSink): void {
    const ts_recv_us = this.#options.clock.now_us()
    const [, shown_us] = must(quotes.at(-1), 'a frame shows something')
    this.#late?.note(this.#lag.ofSteady(shown_us, ts_recv_us), true)
    for (const [instrument_id, ts_event_us, bid, ask, bid_size, ask_size] of quotes) {
      const instrument_index = this.#index.get(instrument_id)
      if (instrument_index === undefined) {
        sink.refused(['unknown_instrument'])
        continue
      }
      const quote = rawQuote({
        instrument_index,
        ts_event_us,
        ts_recv_us,
        bid_price_units: bid,
        ask_price_units: ask,
        bid_size_units: bid_size,
        ask_size_units: ask_size,
      })
      sink.quote(quote, ++this.#sequence, 0)
    }
  }
}
