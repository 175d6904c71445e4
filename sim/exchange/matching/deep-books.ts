// The deeper books of a venue, one an instrument: by price, or by order. Own orders that take lower the levels they meet,
// until the data says anew what stands there, or the orders that stood there first.

import { LevelBook } from '../../../engine/book/level-book.ts'
import type { LevelSide } from '../../../engine/book/level-side.ts'
import { OrderBook } from '../../../engine/book/order-book.ts'
import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { BookKind } from '../../../engine/tick-store-port.ts'
import { must } from '../../../schemas/assert.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import type { TopOfBook } from './top-of-book.ts'

export class DeepBooks {
  /** With a book by order the place in its queue is exact. */
  readonly is_by_order: boolean
  readonly #levels: readonly LevelBook[]
  readonly #orders: readonly OrderBook[]
  readonly #top: TopOfBook
  readonly #takesOrders: boolean

  /** @param terms_hold whether what is taken by order is gone from the orders that came first (schemas/behaviour.ts). */
  constructor(kind: BookKind, instrument_count: number, top: TopOfBook, terms_hold: boolean) {
    this.is_by_order = kind === 'book_order'
    this.#orders = this.is_by_order ? Array.from({ length: instrument_count }, () => new OrderBook()) : []
    this.#levels = this.is_by_order
      ? this.#orders.map(({ levels }) => levels)
      : Array.from({ length: instrument_count }, () => new LevelBook())
    this.#top = top
    this.#takesOrders = terms_hold && this.is_by_order
  }

  levels(instrument_index: number): LevelBook {
    return this.#levels[instrument_index] as LevelBook
  }

  orders(instrument_index: number): OrderBook {
    return must(this.#orders[instrument_index], 'the venue keeps its book by order')
  }

  /** The side that an order of `side` trades against. */
  against(instrument_index: number, side: Side): LevelSide {
    const { bids, asks } = this.levels(instrument_index)
    return side === 'buy' ? asks : bids
  }

  take(instrument_index: number, side: Side, price_units: number, quantity_units: number): void {
    if (this.#takesOrders)
      this.orders(instrument_index).take(side === 'buy' ? -1 : 1, price_units, quantity_units)
    else this.against(instrument_index, side).change(price_units, -quantity_units)
    this.refresh(instrument_index)
  }

  refresh(instrument_index: number): void {
    this.#top.best(instrument_index, this.levels(instrument_index))
  }

  /** What stands at a price of the side that an order of `side` rests on. */
  shownAt(instrument_index: number, side: Side, price_units: number): number {
    const { bids, asks } = this.levels(instrument_index)
    return (side === 'buy' ? bids : asks).sizeOf(price_units)
  }

  save(writer: CanonicalWriter): void {
    for (const book of this.is_by_order ? this.#orders : this.#levels) book.save(writer)
  }

  load(reader: CanonicalReader): void {
    for (const book of this.is_by_order ? this.#orders : this.#levels) book.load(reader)
  }
}
