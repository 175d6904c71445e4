// Quotes and trades that other programs publish on the bus, for one venue. Rules: ./SPEC.md. Messages are read from the
// stream that holds them, so that a connection lost for a while loses no trade; what was delivered twice is dropped by
// its number. What has waited too long, for a node that is slow or was cut off, is not the market any more.

import type { BusDelivery, BusSubscription, MessageBus } from '../../engine/bus-port.ts'
import type { ConflatedQuote } from '../../engine/conflation/conflated-quote.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { FeedClock, FeedSink, MarketFeed } from '../../engine/market-feed-port.ts'
import type { VenueId } from '../../schemas/ids.ts'
import { BUS_SUBJECT, type BusEnvironment } from '../../schemas/subjects.ts'
import { decodeMessage, type RowRefusal } from './decode-rows.ts'
import { LateRows } from './late-rows.ts'
import { ReaderLag } from './reader-lag.ts'

/** Clocks of venues and publishers differ by less. */
const AHEAD_MAX_US = 10_000_000
/** What is further behind the newest quote is no news: whoever published it says again what was. */
const BEHIND_MAX_US = 10_000_000

export type BusFeedOptions = {
  readonly bus: Pick<MessageBus, 'subscribe' | 'onConnection'>
  readonly environment: BusEnvironment
  readonly venue_id: VenueId
  /** The venue's series that are listened to; others on its subjects are not asked for. */
  readonly series: readonly { readonly spec: InstrumentSpec; readonly kind: 'quote' | 'trade' }[]
  readonly clock: FeedClock
}

export class BusFeed implements MarketFeed {
  readonly stream: string
  readonly #options: BusFeedOptions
  readonly #bySubject: ReadonlyMap<string, BusFeedOptions['series'][number]>
  /** By instrument: when its newest quote was. */
  readonly #newest_us = new Map<number, number>()
  #subscription: BusSubscription | undefined
  #isClosed = false
  #lastSequence = 0
  #streamLife = 1
  #repeated_count = 0
  readonly #lag = new ReaderLag()
  #late: LateRows | undefined

  constructor(options: BusFeedOptions) {
    const { environment, venue_id, series } = options
    this.#options = options
    this.stream = `bus/${venue_id}`
    this.#bySubject = new Map(
      series.map((one) => [BUS_SUBJECT.marketData(environment, one.kind, venue_id, one.spec.symbol), one]),
    )
  }

  /** Messages delivered again. */
  get repeated_count(): number {
    return this.#repeated_count
  }

  async start(sink: FeedSink): Promise<void> {
    const { bus, venue_id, clock } = this.#options
    this.#late = new LateRows({ sink, venue_id, clock })
    bus.onConnection((connected, reason) => {
      if (!this.#isClosed) sink.event(venue_id, connected ? 'connected' : 'disconnected', reason)
    })
    const subjects = [...this.#bySubject.keys()]
    this.#subscription = await bus.subscribe(subjects, { at: 'new' }, (delivery) =>
      this.#take(delivery, sink),
    )
    sink.event(venue_id, 'connected', 'subscribed')
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#late?.close()
    await this.#subscription?.close()
  }

  #take(delivery: BusDelivery, sink: FeedSink): void {
    const { subject, stream_life, sequence, payload, ts_stored_us, pending_count } = delivery
    if (this.#isClosed) return
    if (stream_life !== this.#streamLife) this.#begin(stream_life, sink)
    if (sequence <= this.#lastSequence) {
      this.#repeated_count++
      return
    }
    this.#lastSequence = sequence
    const series = this.#bySubject.get(subject)
    if (series === undefined) return
    const now_us = this.#options.clock.now_us()
    this.#late?.note(this.#lag.of(ts_stored_us, pending_count, now_us), pending_count === 0)
    const expected = { ...series, ts_recv_us: now_us, ts_event_us_max: now_us + AHEAD_MAX_US }
    const { rows, refused } = decodeMessage(payload, expected)
    const codes: RowRefusal[] = [...refused]
    for (const { row, at } of rows) {
      if (row.type !== 'quote') sink.row(row, sequence, at)
      else if (this.#isNews(row)) sink.quote(row, sequence, at)
      else codes.push('time_behind')
    }
    if (codes.length > 0) sink.refused(codes)
  }

  /** The bus has lost what it stored last, of which some was never heard, and gives the numbers of it again. */
  #begin(stream_life: number, sink: FeedSink): void {
    this.#streamLife = stream_life
    this.#lastSequence = 0
    sink.numbered(`${this.stream}/${stream_life}`)
    this.#late?.gap('the bus has lost the end of its stream')
  }

  /** A quote of long ago would be the market of now; a trade that is told late is one that happened all the same. */
  #isNews({ instrument_index, ts_event_us }: ConflatedQuote): boolean {
    const newest_us = this.#newest_us.get(instrument_index) ?? ts_event_us
    if (ts_event_us >= newest_us) this.#newest_us.set(instrument_index, ts_event_us)
    return ts_event_us >= newest_us - BEHIND_MAX_US
  }
}
