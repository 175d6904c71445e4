// A sink that takes everything and remembers it.

import type { ConflatedQuote } from '../../engine/conflation/conflated-quote.ts'
import type { MarketOffer, QuoteOffer } from '../../engine/input-queue.ts'
import type { BarInput, RowInput, TradeInput } from '../../engine/live/live-input.ts'
import type { FeedSink } from '../../engine/market-feed-port.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type { FeedEventKind } from '../../schemas/messages/feed.ts'

export class OfferedRows implements FeedSink {
  readonly rows: RowInput[] = []
  readonly origins: (readonly [sequence: number, row: number])[] = []
  readonly events: (readonly [VenueId, FeedEventKind])[] = []
  refused_count = 0
  room = Number.POSITIVE_INFINITY
  answer: MarketOffer = 'queued'

  quote(quote: ConflatedQuote, sequence: number, row: number): QuoteOffer {
    return this.#take(quote, sequence, row)
  }

  row(row: TradeInput | BarInput, sequence: number, row_in_message: number): MarketOffer {
    return this.#take(row, sequence, row_in_message)
  }

  refused(rows: number): void {
    this.refused_count += rows
  }

  event(venue_id: VenueId, event: FeedEventKind): void {
    this.events.push([venue_id, event])
  }

  #take(row: RowInput, sequence: number, row_in_message: number): MarketOffer {
    this.rows.push(row)
    this.origins.push([sequence, row_in_message])
    this.room--
    return this.answer
  }
}
