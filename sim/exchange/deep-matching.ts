// Matching against a deeper book: who takes walks the levels, who rests has a place in the queue of its price.

import { BOOK_ACTION } from '../../engine/book/book-action.ts'
import type { OrderBook } from '../../engine/book/order-book.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { must } from '../../schemas/assert.ts'
import type { SizeUnits } from '../../schemas/units.ts'
import type { DeepBooks } from './deep-books.ts'
import type { FillModel } from './fill-model.ts'
import { fillableUnits, type MatchingEvents, type MatchingTerms, worsePrice } from './matching.ts'
import type { QueuePlaces } from './queue-places.ts'
import type { RestingOrders } from './resting-orders.ts'
import { leavesUnits, type VenueOrder } from './venue-order.ts'

export type DeepMatchingTerms = Omit<MatchingTerms, 'book'> & { readonly books: DeepBooks }

export class DeepMatching {
  readonly #books: DeepBooks
  readonly #resting: RestingOrders
  readonly #specs: readonly InstrumentSpec[]
  readonly #model: FillModel
  readonly #queues: QueuePlaces
  readonly #events: MatchingEvents

  constructor({ books, resting, specs, model, queues, events }: DeepMatchingTerms) {
    this.#books = books
    this.#resting = resting
    this.#specs = specs
    this.#model = model
    this.#queues = queues
    this.#events = events
  }

  fillsWhole(order: VenueOrder): boolean {
    const wanted = fillableUnits(order)
    if (wanted < leavesUnits(order)) return false
    if (order.works_as === 'market' && this.#model.fills_residual) return this.isMarketable(order)
    const against = this.#books.against(order.instrument_index, order.side)
    let shown = 0
    for (let depth = 0; depth < against.count && shown < wanted; depth++) {
      if (!this.#reaches(order, against.priceAt(depth))) break
      shown += this.#lots(order, against.sizeAt(depth))
      if (order.works_as === 'market_to_limit') break
    }
    return shown >= wanted
  }

  /**
   * Walks the levels the order reaches, and takes of each what the model lets it. What the book does not hold is not
   * filled, unless the model has the rest of a market order trade one increment beyond the last level.
   */
  take(order: VenueOrder, ts_us: number): void {
    const { instrument_index, side } = order
    const against = this.#books.against(instrument_index, side)
    const spec = this.#spec(order)
    const slip = order.works_as === 'limit' ? 0 : this.#model.slippageIncrements(order)
    let last: number | undefined
    for (let depth = 0; depth < against.count; ) {
      const price = against.priceAt(depth)
      if (!this.#reaches(order, price)) return
      const size = against.sizeAt(depth)
      const quantity = Math.min(fillableUnits(order), this.#lots(order, size))
      last = price
      if (quantity > 0) {
        this.#books.take(instrument_index, side, price, quantity)
        this.#events.onFill(order, worsePrice(spec, side, price, slip, ts_us), quantity as SizeUnits, ts_us)
      }
      if (order.works_as === 'market_to_limit' || fillableUnits(order) === 0) return
      // A level that is used up is not there any more.
      if (quantity < size) depth++
    }
    if (order.works_as !== 'market' || !this.#model.fills_residual || last === undefined) return
    const worse = worsePrice(spec, side, last, slip + 1, ts_us)
    this.#events.onFill(order, worse, fillableUnits(order) as SizeUnits, ts_us)
  }

  isMarketable(order: VenueOrder): boolean {
    const against = this.#books.against(order.instrument_index, order.side)
    return against.count > 0 && this.#reaches(order, against.best_price_units)
  }

  /** Fills resting orders that the other side of the book has come to, each at its own price. */
  cross(instrument_index: number, ts_us: number): void {
    this.#crossSide(instrument_index, 'buy', ts_us)
    this.#crossSide(instrument_index, 'sell', ts_us)
  }

  /**
   * One message of a history by order. What own orders take of an order that comes in is gone from it. Returns whether a
   * best level is another or has another size.
   */
  onBookOrder(
    instrument_index: number,
    action: number,
    order_id: number,
    side: 1 | -1,
    price_units: number,
    size_units: number,
    ts_us: number,
  ): boolean {
    const book = this.#books.orders(instrument_index)
    const isBest = this.#applied(
      book,
      instrument_index,
      action,
      order_id,
      side,
      price_units,
      size_units,
      ts_us,
    )
    if (isBest) this.#books.refresh(instrument_index)
    return isBest
  }

  #applied(
    book: OrderBook,
    instrument_index: number,
    action: number,
    order_id: number,
    side: 1 | -1,
    price_units: number,
    size_units: number,
    ts_us: number,
  ): boolean {
    if (action === BOOK_ACTION.add) {
      const left = size_units - this.#comesIn(instrument_index, side, price_units, size_units, ts_us)
      return left > 0 ? book.add(order_id, side, price_units, left) : book.delete(order_id)
    }
    if (action === BOOK_ACTION.modify) return book.modify(order_id, price_units, size_units)
    if (action === BOOK_ACTION.cancel) return book.reduce(order_id, size_units)
    if (action === BOOK_ACTION.delete || !book.has(order_id)) return book.delete(order_id)
    if (this.#hasOwn(instrument_index)) {
      const rank = book.rankOf(order_id)
      const price = book.priceOf(order_id)
      this.#queues.traded(instrument_index, book.sideOf(order_id), price, size_units, rank, ts_us)
    }
    return action === BOOK_ACTION.execute && book.reduce(order_id, size_units)
  }

  /** How much of an order that comes in own resting orders trade with. */
  #comesIn(
    instrument_index: number,
    side: 1 | -1,
    price_units: number,
    size_units: number,
    ts_us: number,
  ): number {
    if (!this.#hasOwn(instrument_index)) return 0
    let taken = 0
    for (;;) {
      const own =
        side === 1 ? this.#resting.bestSell(instrument_index) : this.#resting.bestBuy(instrument_index)
      if (own === undefined || side * (price_units - own.price_units) < 0) return taken
      const wanted = fillableUnits(own)
      const quantity = Math.min(wanted, this.#lots(own, size_units - taken))
      if (quantity === 0) return taken
      taken += quantity
      this.#events.onFill(own, own.price_units, quantity as SizeUnits, ts_us)
      if (quantity < wanted) return taken
    }
  }

  #crossSide(instrument_index: number, side: 'buy' | 'sell', ts_us: number): void {
    const against = this.#books.against(instrument_index, side)
    for (;;) {
      const own =
        side === 'buy' ? this.#resting.bestBuy(instrument_index) : this.#resting.bestSell(instrument_index)
      if (own === undefined || against.count === 0 || !this.#reaches(own, against.best_price_units)) return
      if (fillableUnits(own) === 0) {
        this.#events.onSpent(own, ts_us)
        continue
      }
      if (own.price_units === against.best_price_units && !this.#queues.isInFront(own)) return
      const shown = against.best_size_units
      const wanted = fillableUnits(own)
      const quantity = Math.min(wanted, this.#lots(own, shown))
      if (quantity === 0) return
      this.#books.take(instrument_index, side, against.best_price_units, quantity)
      this.#events.onFill(own, own.price_units, quantity as SizeUnits, ts_us)
      // It wanted more of the level than the model lets it have, and stands in front of the next.
      if (quantity < wanted && quantity < shown) return
    }
  }

  #hasOwn(instrument_index: number): boolean {
    return (
      this.#resting.best_buy_price_units[instrument_index] !== Number.NEGATIVE_INFINITY ||
      this.#resting.best_sell_price_units[instrument_index] !== Number.POSITIVE_INFINITY
    )
  }

  #reaches(order: VenueOrder, price_units: number): boolean {
    if (order.works_as !== 'limit') return true
    return order.side === 'buy' ? order.price_units >= price_units : order.price_units <= price_units
  }

  #lots(order: VenueOrder, size_units: number): number {
    const available = this.#model.available(order, size_units)
    return available - (available % this.#spec(order).lot_units)
  }

  #spec(order: VenueOrder): InstrumentSpec {
    return must(this.#specs[order.instrument_index], 'an order is matched in an instrument that is known')
  }
}
