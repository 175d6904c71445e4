// Between a feed and the node of a session whose simulated exchange is in this process: the exchange sees every row first, as
// a venue does, and takes the events of books, of which the node is offered the quotes they show.

import { type BookEvent, eventTimeUs } from '../../engine/book/book-event.ts'
import { type ConflatedQuote, rawQuote } from '../../engine/conflation/conflated-quote.ts'
import type { MarketOffer, QuoteOffer } from '../../engine/input-queue.ts'
import type { BarInput, RowInput, TradeInput } from '../../engine/live/live-input.ts'
import type { MarketTable } from '../../engine/market/market-table.ts'
import type { FeedSink } from '../../engine/market-feed-port.ts'
import type { QuoteColumns } from '../../engine/tick-store-port.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type { FeedEventKind } from '../../schemas/messages/feed.ts'

/** The exchange in this process. */
export type RowVenue = {
  row(row: RowInput): void
  /** Returns whether the event changes or confirms the quote that is shown. */
  book(event: BookEvent): boolean
  /** What the book of an instrument shows; undefined where that is nothing. */
  quoteOf(instrument_index: number): QuoteColumns | undefined
  /** Rows it may be told before its ledger is behind. */
  readonly room: number
}

export type VenueFirstOptions = {
  readonly venue: RowVenue
  readonly node: FeedSink
  /** What the node was shown last. */
  readonly table: MarketTable
  /** Rows of before are the venue's alone: the node went on without them when its session was started again. */
  readonly shown_from_us: number
}

export class VenueFirst implements FeedSink {
  /** Rows of books that went to the venue. */
  book_rows = 0
  readonly #venue: RowVenue
  readonly #node: FeedSink
  readonly #table: MarketTable
  readonly #shown_from_us: number
  /** Instruments whose book the node is up to date with since the session's start. */
  readonly #met = new Set<number>()

  constructor({ venue, node, table, shown_from_us }: VenueFirstOptions) {
    this.#venue = venue
    this.#node = node
    this.#table = table
    this.#shown_from_us = shown_from_us
  }

  get room(): number {
    return Math.min(this.#venue.room, this.#node.room)
  }

  quote(quote: ConflatedQuote, sequence: number, row: number): QuoteOffer {
    this.#venue.row(quote)
    return quote.ts_event_us < this.#shown_from_us ? 'queued' : this.#node.quote(quote, sequence, row)
  }

  row(row: TradeInput | BarInput, sequence: number, row_in_message: number): MarketOffer {
    this.#venue.row(row)
    return row.ts_event_us < this.#shown_from_us ? 'queued' : this.#node.row(row, sequence, row_in_message)
  }

  book(event: BookEvent, ts_recv_us: number, sequence: number): QuoteOffer {
    const { instrument_index, from, to } = event
    const isDue = this.#venue.book(event)
    this.book_rows += to - from
    const ts_event_us = eventTimeUs(event)
    if (ts_event_us < this.#shown_from_us || (!isDue && this.#met.has(instrument_index))) return 'queued'
    const shown = this.#venue.quoteOf(instrument_index)
    if (shown === undefined) return 'queued'
    this.#met.add(instrument_index)
    // What a crash took of the node's inputs its venue may know: the first event after a start shows what stands.
    if (!isDue && this.#isKnown(instrument_index, shown)) return 'queued'
    const quote = rawQuote({
      instrument_index,
      ts_event_us,
      ts_recv_us,
      bid_price_units: shown.bid_price_units[0] as number,
      ask_price_units: shown.ask_price_units[0] as number,
      bid_size_units: shown.bid_size_units[0] as number,
      ask_size_units: shown.ask_size_units[0] as number,
    })
    return this.#node.quote(quote, sequence, 0)
  }

  refused(codes: readonly string[]): void {
    this.#node.refused(codes)
  }

  numbered(stream: string): void {
    this.#node.numbered(stream)
  }

  behind(isBehind: boolean): void {
    this.#node.behind(isBehind)
  }

  event(venue_id: VenueId, event: FeedEventKind, reason: string): void {
    this.#node.event(venue_id, event, reason)
  }

  #isKnown(at: number, shown: QuoteColumns): boolean {
    const table = this.#table
    return (
      table.hasPrice(at) &&
      table.bid_price_units[at] === shown.bid_price_units[0] &&
      table.ask_price_units[at] === shown.ask_price_units[0] &&
      table.bid_size_units[at] === shown.bid_size_units[0] &&
      table.ask_size_units[at] === shown.ask_size_units[0]
    )
  }
}
