// Between one feed and the sequencer: offers its rows, notes them on the raw tape, answers a gap, counts.
//
// A gap is closed by the first row that is taken after a pause: a feed of trades and top-of-book quotes has no snapshot
// to fetch, its next row is the present. The pause keeps a feed that is too fast from flapping between gap and live; its
// rows are lost, and counted, meanwhile. A gap that the feed itself told of is closed by the feed; one in which the session
// ended, by its next row.

import { assert } from '../../schemas/assert.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type { FeedEventKind } from '../../schemas/messages/feed.ts'
import type { ConflatedQuote } from '../conflation/conflated-quote.ts'
import type { MarketOffer, QuoteOffer } from '../input-queue.ts'
import type { FeedSink } from '../market-feed-port.ts'
import type { BarInput, RowInput, TradeInput } from './live-input.ts'
import type { LiveSequencer } from './live-sequencer.ts'
import type { RawTape } from './raw-tape-port.ts'

/** From a gap to the first row that may close it. */
export const GAP_PAUSE_US = 1_000_000

export type FeedCounts = {
  /** Rows offered that could be read. */
  readonly rows: number
  readonly conflated: number
  /** Rows the node did not take: beyond its bound, and in the pause after that. */
  readonly missed: number
  /** Times the feed went into gap. */
  readonly gaps: number
  /** Rows that could not be read. */
  readonly refused: number
  /** Rows older than the row before of their instrument. */
  readonly late: number
}

export type FeedLinkOptions = {
  readonly stream: string
  readonly sequencer: Pick<LiveSequencer, 'offer' | 'offerQuote' | 'offerRow' | 'market_room'>
  readonly tape?: RawTape | undefined
  readonly instrument_count: number
  /** Venues that the node has in gap from before. */
  readonly in_gap: readonly VenueId[]
  readonly venueOfInstrument: (instrument_index: number) => VenueId
  readonly now_us: () => number
  /** A row was refused under a code that none was before. */
  readonly onRefused: (code: string) => void
}

export class FeedLink implements FeedSink {
  readonly #options: FeedLinkOptions
  #stream: number
  readonly #counts = { rows: 0, conflated: 0, missed: 0, gaps: 0, refused: 0, late: 0 }
  readonly #refusals = new Map<string, number>()
  /** Venues in gap, with the time from which on a row may close it. */
  readonly #gaps: Map<VenueId, number>
  /** Venues whose feed told of a gap itself. */
  readonly #told = new Set<VenueId>()
  readonly #lastEvent_us: Float64Array
  #isBehind = false

  constructor(options: FeedLinkOptions) {
    this.#options = options
    this.#stream = options.tape?.stream(options.stream) ?? 0
    this.#lastEvent_us = new Float64Array(options.instrument_count)
    this.#gaps = new Map(options.in_gap.map((venue_id) => [venue_id, Number.NEGATIVE_INFINITY]))
  }

  get counts(): FeedCounts {
    return { ...this.#counts }
  }

  /** Rows refused, by code. */
  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals
  }

  get room(): number {
    const { sequencer, tape } = this.#options
    return Math.min(sequencer.market_room, tape?.room ?? Number.POSITIVE_INFINITY)
  }

  quote(quote: ConflatedQuote, sequence: number, row: number): QuoteOffer {
    const offer = this.#isPaused(quote) ? 'gap' : this.#options.sequencer.offerQuote(quote, this.#isBehind)
    if (offer === 'conflated') this.#counts.conflated++
    this.#note(quote, offer !== 'gap', sequence, row)
    return offer
  }

  row(row: TradeInput | BarInput, sequence: number, row_in_message: number): MarketOffer {
    const offer = this.#isPaused(row) ? 'gap' : this.#options.sequencer.offerRow(row)
    this.#note(row, offer !== 'gap', sequence, row_in_message)
    return offer
  }

  /** A node keeps no book: whoever does stands before it. */
  book(): QuoteOffer {
    assert(false, 'the events of a book are taken before they come to a node')
  }

  refused(codes: readonly string[]): void {
    this.#counts.refused += codes.length
    for (const code of codes) {
      const before = this.#refusals.get(code) ?? 0
      this.#refusals.set(code, before + 1)
      if (before === 0) this.#options.onRefused(code)
    }
  }

  numbered(stream: string): void {
    this.#stream = this.#options.tape?.stream(stream) ?? 0
  }

  behind(isBehind: boolean): void {
    this.#isBehind = isBehind
  }

  event(venue_id: VenueId, event: FeedEventKind, reason: string): void {
    if (event === 'gap') {
      this.#counts.gaps++
      this.#told.add(venue_id)
    } else if (event === 'resynchronised') {
      this.#told.delete(venue_id)
      // Rows of it are lost still.
      if (this.#gaps.has(venue_id)) return
    }
    this.#options.sequencer.offer({ type: 'feed_event', venue_id, event, reason })
  }

  #isPaused({ instrument_index }: RowInput): boolean {
    if (this.#gaps.size === 0) return false
    const until_us = this.#gaps.get(this.#options.venueOfInstrument(instrument_index))
    return until_us !== undefined && this.#options.now_us() < until_us
  }

  #note(row: RowInput, taken: boolean, sequence: number, row_in_message: number): void {
    const { instrument_index, ts_event_us } = row
    this.#counts.rows++
    if (ts_event_us < (this.#lastEvent_us[instrument_index] as number)) this.#counts.late++
    else this.#lastEvent_us[instrument_index] = ts_event_us
    this.#options.tape?.offered(row, taken, this.#stream, sequence, row_in_message)
    if (taken) {
      if (this.#gaps.size > 0) this.#close(instrument_index)
      return
    }
    this.#counts.missed++
    this.#open(instrument_index)
  }

  /** The sequencer has told the node of the gap itself. */
  #open(instrument_index: number): void {
    const venue_id = this.#options.venueOfInstrument(instrument_index)
    if (this.#gaps.has(venue_id)) return
    this.#counts.gaps++
    this.#gaps.set(venue_id, this.#options.now_us() + GAP_PAUSE_US)
  }

  #close(instrument_index: number): void {
    const venue_id = this.#options.venueOfInstrument(instrument_index)
    if (!this.#gaps.delete(venue_id) || this.#told.has(venue_id)) return
    this.event(venue_id, 'resynchronised', 'rows are taken again')
  }
}
