// Matching against a deeper book: who takes walks the levels, who rests has a place in the queue of its price.

import { BOOK_ACTION } from '../../../engine/book/book-action.ts'
import type { OrderBook } from '../../../engine/book/order-book.ts'
import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { must } from '../../../schemas/assert.ts'
import type { PriceUnits, SizeUnits } from '../../../schemas/units.ts'
import type { RestingOrders } from '../orders/resting-orders.ts'
import { fillableUnits, leavesUnits, type VenueOrder } from '../orders/venue-order.ts'
import type { PriceBands } from '../phases/price-bands.ts'
import type { DeepBooks } from './deep-books.ts'
import type { FillModel } from './fill-model.ts'
import type { Impact } from './impact.ts'
import type { MatchingTerms } from './matching.ts'
import type { MatchingEvents } from './matching-events.ts'
import type { QueuePlaces } from './queue-places.ts'
import type { SelfMatch } from './self-match.ts'

export type DeepMatchingTerms = Omit<MatchingTerms, 'book'> & {
  readonly books: DeepBooks
  readonly bands: PriceBands | undefined
}

export class DeepMatching {
  readonly #books: DeepBooks
  readonly #resting: RestingOrders
  readonly #specs: readonly InstrumentSpec[]
  readonly #model: FillModel
  readonly #queues: QueuePlaces
  readonly #self: SelfMatch | undefined
  readonly #impact: Impact
  readonly #events: MatchingEvents
  readonly #bands: PriceBands | undefined
  readonly #termsHold: boolean
  /** Of the order that was last asked about as a whole, what the model lets it have of each level: one that draws would answer otherwise. */
  #asked: VenueOrder | undefined
  #answers: number[] = []

  constructor(terms: DeepMatchingTerms) {
    const { books, resting, specs, model, queues, self, impact, events, bands } = terms
    this.#termsHold = terms.terms_hold
    this.#books = books
    this.#bands = bands
    this.#resting = resting
    this.#specs = specs
    this.#model = model
    this.#queues = queues
    this.#self = self
    this.#impact = impact
    this.#events = events
  }

  slipIncrements(order: VenueOrder): number {
    return order.works_as === 'limit' ? 0 : this.#model.slippageIncrements(order)
  }

  fillsWhole(order: VenueOrder, slip: number, ts_us: number): boolean {
    const wanted = fillableUnits(order)
    if (wanted < leavesUnits(order)) return false
    if (this.#self?.ends_arriving === true) return this.#fillsApart(order, this.#self, wanted, slip, ts_us)
    const hasRest =
      order.works_as === 'market' && this.#model.fills_residual && this.isMarketable(order, ts_us)
    const shown = hasRest ? wanted : this.#shownUnits(order, wanted, ts_us)
    return this.#self?.fillsWhole(order, this.#reach(order, ts_us), shown) ?? shown >= wanted
  }

  /**
   * Walks the levels the order reaches, and takes of each what the model lets it. What the book does not hold is not
   * filled, unless the model has the rest of a market order trade one increment beyond the last level. Returns whether the
   * order goes on: it does not where it met one of its own account and the venue's rule cancels it.
   */
  take(order: VenueOrder, slip: number, ts_us: number): boolean {
    const { instrument_index, side } = order
    const against = this.#books.against(instrument_index, side)
    const spec = this.#spec(order)
    // What it takes on the way presses on what comes later, not on itself.
    const pressing = this.#impact.pressing(instrument_index, side, ts_us)
    let last: number | undefined
    for (let depth = 0; depth < against.count; ) {
      const price = against.priceAt(depth)
      const met = this.#impact.worse(spec, side, price, pressing, ts_us)
      if (!this.#reaches(order, met)) break
      if (this.#self?.meet(order, met, false, ts_us) === false) return false
      const size = against.sizeAt(depth)
      const quantity = Math.min(fillableUnits(order), this.#answerFor(order, price, size))
      last = met
      if (quantity > 0) {
        this.#books.take(instrument_index, side, price, quantity)
        this.#events.onFill(
          order,
          this.#impact.worse(spec, side, met, slip, ts_us),
          quantity as SizeUnits,
          ts_us,
        )
      }
      if (fillableUnits(order) === 0) return true
      if (order.works_as === 'market_to_limit')
        return !this.#termsHold || this.#self?.meet(order, met, true, ts_us) !== false
      // A level that is used up is not there any more.
      if (quantity < size) depth++
    }
    const hasRest = order.works_as === 'market' && this.#model.fills_residual && last !== undefined
    const worst = hasRest
      ? this.#impact.worse(spec, side, last as number, slip + 1, ts_us)
      : this.#reach(order, ts_us)
    if (this.#self?.meet(order, worst, true, ts_us) === false) return false
    const residual = hasRest ? fillableUnits(order) : 0
    if (residual > 0) this.#events.onFill(order, worst as PriceUnits, residual as SizeUnits, ts_us)
    return true
  }

  isMarketable(order: VenueOrder, ts_us: number): boolean {
    const against = this.#books.against(order.instrument_index, order.side)
    return against.count > 0 && this.#reaches(order, this.#met(order, against.best_price_units, ts_us))
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
      // What comes in under a known id takes the place of what was there: own orders meet it without that.
      const isKnown = this.#termsHold && this.#hasOwn(instrument_index) && book.has(order_id)
      const wasBest = isKnown && book.delete(order_id)
      const taken = this.#comesIn(instrument_index, side, price_units, size_units, ts_us)
      // One that traded whole is in the data still: nothing of it is left, and its price is a price.
      if (this.#termsHold) return book.add(order_id, side, price_units, size_units, taken) || wasBest
      if (taken >= size_units) return book.delete(order_id)
      return book.add(order_id, side, price_units, size_units - taken)
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
      if (this.#bands?.isOutOfReach(own) === true) return taken
      if (this.#termsHold && price_units === own.price_units && !this.#queues.isInFront(own)) return taken
      const wanted = fillableUnits(own)
      if (wanted === 0 && this.#termsHold) {
        this.#events.onSpent(own, ts_us)
        continue
      }
      const quantity = Math.min(wanted, this.#lots(own, size_units - taken, this.#termsHold ? taken : 0))
      if (quantity === 0) return taken
      taken += quantity
      this.#events.onFill(own, own.price_units, quantity as SizeUnits, ts_us)
      if (quantity < wanted) return taken
    }
  }

  /** Level for level, and at each the orders of the run in their order. */
  #crossSide(instrument_index: number, side: 'buy' | 'sell', ts_us: number): void {
    const against = this.#books.against(instrument_index, side)
    for (let depth = 0; depth < against.count; ) {
      const own =
        side === 'buy' ? this.#resting.bestBuy(instrument_index) : this.#resting.bestSell(instrument_index)
      if (own === undefined) return
      const price = against.priceAt(depth)
      const met = this.#met(own, price, ts_us)
      if (!this.#reaches(own, met)) return
      const wanted = fillableUnits(own)
      if (wanted === 0) {
        this.#events.onSpent(own, ts_us)
        continue
      }
      if (own.price_units === met && !this.#queues.isInFront(own)) return
      const shown = against.sizeAt(depth)
      const quantity = Math.min(wanted, this.#lotsAt(own, price, shown))
      if (quantity > 0) {
        this.#books.take(instrument_index, side, price, quantity)
        this.#events.onFill(own, own.price_units, quantity as SizeUnits, ts_us)
      }
      if (quantity === wanted || quantity === shown) continue
      // It wanted more of the level than it gets of it: it goes on to the next, and stands in front of whoever comes behind.
      if (!this.#termsHold) return
      depth++
    }
  }

  #hasOwn(instrument_index: number): boolean {
    return (
      this.#resting.best_buy_price_units[instrument_index] !== Number.NEGATIVE_INFINITY ||
      this.#resting.best_sell_price_units[instrument_index] !== Number.POSITIVE_INFINITY
    )
  }

  /** Whether an arriving order fills whole before it comes to one of its own account, which would end it: on the way of `take`. */
  #fillsApart(order: VenueOrder, self: SelfMatch, wanted: number, slip: number, ts_us: number): boolean {
    const { side, works_as } = order
    if (this.#shownUnits(order, wanted, ts_us) >= wanted) return true
    const last = this.#lastReached(order, ts_us)
    if (works_as !== 'market' || !this.#model.fills_residual || last === undefined) return false
    const spec = this.#spec(order)
    return !self.wouldMeet(order, this.#impact.worse(spec, side, last, slip + 1, ts_us), true)
  }

  /** What stands on the levels that an order reaches, as far as it is wanted and no own order that it meets ends it. */
  #shownUnits(order: VenueOrder, wanted_units: number, ts_us: number): number {
    const against = this.#books.against(order.instrument_index, order.side)
    const self = this.#self?.ends_arriving === true ? this.#self : undefined
    const answers: number[] = []
    let shown = 0
    for (let depth = 0; depth < against.count && shown < wanted_units; depth++) {
      const met = this.#met(order, against.priceAt(depth), ts_us)
      if (!this.#reaches(order, met) || self?.wouldMeet(order, met, false) === true) break
      const lots = this.#lotsAt(order, against.priceAt(depth), against.sizeAt(depth))
      answers.push(lots)
      shown += lots
      if (order.works_as === 'market_to_limit') break
    }
    if (this.#termsHold) {
      this.#asked = order
      this.#answers = answers
    }
    return shown
  }

  /** What an order meets at the last level that it reaches. */
  #lastReached(order: VenueOrder, ts_us: number): number | undefined {
    const against = this.#books.against(order.instrument_index, order.side)
    let last: number | undefined
    for (let depth = 0; depth < against.count; depth++) {
      const met = this.#met(order, against.priceAt(depth), ts_us)
      if (!this.#reaches(order, met)) break
      last = met
    }
    return last
  }

  /** What an order meets at a level. */
  #met({ instrument_index, side }: VenueOrder, price_units: number, ts_us: number): number {
    return this.#impact.pressed(instrument_index, side, price_units, ts_us)
  }

  /** The worst price an order takes at: from market to limit that of the first level, and a market order walks all there is. */
  #reach(order: VenueOrder, ts_us: number): number {
    const { works_as, instrument_index, side } = order
    if (works_as === 'limit') return order.price_units
    const against = this.#books.against(instrument_index, side)
    const isBuy = side === 'buy'
    if (works_as === 'market' || !this.#termsHold)
      return isBuy ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    if (against.count > 0) return this.#met(order, against.best_price_units, ts_us)
    return isBuy ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }

  #reaches(order: VenueOrder, price_units: number): boolean {
    if (this.#bands?.allows(order.instrument_index, price_units) === false) return false
    if (order.works_as !== 'limit') return true
    return order.side === 'buy' ? order.price_units >= price_units : order.price_units <= price_units
  }

  #answerFor(order: VenueOrder, price_units: number, size_units: number): number {
    const answer = order === this.#asked ? this.#answers.shift() : undefined
    return answer ?? this.#lotsAt(order, price_units, size_units)
  }

  #lotsAt(order: VenueOrder, price_units: number, size_units: number): number {
    const taken = this.#books.takenUnits(order.instrument_index, order.side, price_units)
    return this.#lots(order, size_units, taken)
  }

  #lots(order: VenueOrder, size_units: number, taken_units: number): number {
    const available = this.#model.available(order, size_units, taken_units)
    return available - (available % this.#spec(order).lot_units)
  }

  #spec(order: VenueOrder): InstrumentSpec {
    return must(this.#specs[order.instrument_index], 'an order is matched in an instrument that is known')
  }
}
