// A sink that takes everything and remembers it.

import type { BookEvent } from '../../engine/book/book-event.ts'
import type { ConflatedQuote } from '../../engine/conflation/conflated-quote.ts'
import type { MarketOffer, QuoteOffer } from '../../engine/input-queue.ts'
import type { BarInput, RowInput, TradeInput } from '../../engine/live/live-input.ts'
import type { FeedSink } from '../../engine/market-feed-port.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type { FeedEventKind } from '../../schemas/messages/feed.ts'

export class OfferedRows implements FeedSink {
  readonly rows: RowInput[] = []
  /** Of each event of a book its rows, and the numbers they have. */
  readonly books: { readonly instrument_index: number; readonly rows: readonly (readonly number[])[] }[] = []
  readonly origins: (readonly [sequence: number, row: number])[] = []
  readonly events: (readonly [VenueId, FeedEventKind])[] = []
  readonly refused_codes: string[] = []
  readonly streams: string[] = []
  isBehind = false
  onEvent: () => void = () => undefined
  room = Number.POSITIVE_INFINITY
  answer: MarketOffer = 'queued'

  quote(quote: ConflatedQuote, sequence: number, row: number): QuoteOffer {
    return this.#take(quote, sequence, row)
  }

  row(row: TradeInput | BarInput, sequence: number, row_in_message: number): MarketOffer {
    return this.#take(row, sequence, row_in_message)
  }

  book(
    { instrument_index, columns, from, to }: BookEvent,
    _ts_recv_us: number,
    sequence: number,
  ): QuoteOffer {
    const { ts_event_us, action, side, price_units, size_units, is_last } = columns
    const order_id = columns.kind === 'book_order' ? [columns.order_id] : []
    const all = [ts_event_us, action, ...order_id, side, price_units, size_units, is_last]
    const rows = Array.from({ length: to - from }, (_, at) =>
      all.map((column) => column[from + at] as number),
    )
    this.books.push({ instrument_index, rows })
    this.origins.push([sequence, 0])
    this.room--
    return 'queued'
  }

  refused(codes: readonly string[]): void {
    this.refused_codes.push(...codes)
  }

  numbered(stream: string): void {
    this.streams.push(stream)
  }

  behind(isBehind: boolean): void {
    this.isBehind = isBehind
  }

  event(venue_id: VenueId, event: FeedEventKind): void {
    this.onEvent()
    this.events.push([venue_id, event])
  }

  #take(row: RowInput, sequence: number, row_in_message: number): MarketOffer {
    this.rows.push(row)
    this.origins.push([sequence, row_in_message])
    this.room--
    return this.answer
  }
}
