// The port of a live session's market feeds: an adapter that brings rows and says how its link is.
//
// Ownership: a feed owns its connection and its pacing, the sink owns the node's queue. Order: rows of one instrument
// are offered in the order the feed has them. Time: `ts_event_us` is the venue's, `ts_recv_us` is the moment the feed
// saw the row. Overload: an offer is answered at once. `conflated` has joined the quote before it; `gap` was lost, and
// rows of its venue are lost until the sink says that the gap is closed, which it tells the node and itself. A feed
// that can wait (a history) asks `room` first; one that cannot goes on offering. Failures of a feed's own are told by
// `event`, and never thrown into the session.

import type { VenueId } from '../schemas/ids.ts'
import type { FeedEventKind } from '../schemas/messages/feed.ts'
import type { BookEvent } from './book/book-event.ts'
import type { ConflatedQuote } from './conflation/conflated-quote.ts'
import type { MarketOffer, QuoteOffer } from './input-queue.ts'
import type { BarInput, TradeInput } from './live/live-input.ts'

/**
 * Where a row comes from, for ever: its message's number in the feed's stream, and its place in that message. A feed
 * without a stream of its own counts its rows, one a message.
 */
export type RowOrigin = { readonly sequence: number; readonly row: number }

/** What a feed offers to. One sink serves one feed. */
export interface FeedSink {
  quote(quote: ConflatedQuote, sequence: number, row: number): QuoteOffer
  row(row: TradeInput | BarInput, sequence: number, row_in_message: number): MarketOffer
  /** An event of a book, whole: the venue trades on it, and the node is offered the quote it then shows, if another is due. */
  book(event: BookEvent, ts_recv_us: number, sequence: number): QuoteOffer
  /** Counts rows that are none, each by the code of what is wrong with it. */
  refused(codes: readonly string[]): void
  event(venue_id: VenueId, event: FeedEventKind, reason: string): void
  /** From now on sequences count in this stream: that of before gives numbers a second time. */
  numbered(stream: string): void
  /** From now on rows have waited for this node, or wait no longer: meanwhile quotes conflate wherever they may. */
  behind(isBehind: boolean): void
  /** Rows that may be offered now before quotes conflate. */
  readonly room: number
}

export interface MarketFeed {
  /** Name of the feed's stream, which its sequences count in until the feed says otherwise. */
  readonly stream: string
  /** Begins to offer. Rejects where the feed can never begin; a link that is lost later is told by events. */
  start(sink: FeedSink): Promise<void>
  /** Offers nothing any more once it resolves. */
  close(): Promise<void>
}

/** Time for feeds that pace themselves: the wall in a session, a test's own in a test. */
export interface FeedClock {
  now_us(): number
  /** Calls once, that much later; returns what cancels it. */
  after(delay_us: number, call: () => void): () => void
}
