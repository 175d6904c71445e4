// Matching on top of book. What is shown at the best price is shared by all orders until the instrument's next row.

import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { must } from '../../../schemas/assert.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits } from '../../../schemas/units.ts'
import type { RestingOrders } from '../orders/resting-orders.ts'
import { fillableUnits, leavesUnits, type VenueOrder } from '../orders/venue-order.ts'
import type { FillModel } from './fill-model.ts'
import type { Impact } from './impact.ts'
import type { MatchingEvents } from './matching-events.ts'
import type { QueuePlaces } from './queue-places.ts'
import type { SelfMatch } from './self-match.ts'
import type { TopOfBook } from './top-of-book.ts'

export type MatchingTerms = {
  readonly book: TopOfBook
  readonly resting: RestingOrders
  readonly specs: readonly InstrumentSpec[]
  readonly model: FillModel
  readonly queues: QueuePlaces
  /** Undefined where orders of one account do not meet. */
  readonly self: SelfMatch | undefined
  readonly impact: Impact
  readonly events: MatchingEvents
  /** Whether those whom chance lets trade keep price and time, too (schemas/behaviour.ts). */
  readonly terms_hold: boolean
}

export class Matching {
  readonly #book: TopOfBook
  readonly #resting: RestingOrders
  readonly #specs: readonly InstrumentSpec[]
  readonly #model: FillModel
  readonly #queues: QueuePlaces
  readonly #self: SelfMatch | undefined
  readonly #impact: Impact
  readonly #events: MatchingEvents
  readonly #termsHold: boolean
  /** Of the order that was last asked about as a whole, what the model lets it have: one that draws would answer otherwise. */
  #asked: VenueOrder | undefined
  #answer = 0

  constructor({ book, resting, specs, model, queues, self, impact, events, terms_hold }: MatchingTerms) {
    this.#termsHold = terms_hold
    this.#book = book
    this.#resting = resting
    this.#specs = specs
    this.#model = model
    this.#queues = queues
    this.#self = self
    this.#impact = impact
    this.#events = events
  }

  /** By how much an arriving order trades worse than the book shows. */
  slipIncrements(order: VenueOrder): number {
    return order.works_as === 'limit' ? 0 : this.#model.slippageIncrements(order)
  }

  /** Whether an arriving order would fill whole at once. */
  fillsWhole(order: VenueOrder, slip: number, ts_us: number): boolean {
    const wanted = fillableUnits(order)
    if (wanted < leavesUnits(order)) return false
    if (this.#self?.ends_arriving === true) return this.#fillsApart(order, this.#self, wanted, slip, ts_us)
    const hasAll = order.works_as === 'market' && this.#model.fills_residual
    const shown = hasAll ? wanted : this.isMarketable(order, ts_us) ? this.#askFor(order) : 0
    return (
      this.#self?.fillsWhole(order, this.#reach(order, this.#touch(order, ts_us), slip, ts_us), shown) ??
      shown >= wanted
    )
  }

  /**
   * Fills an arriving order with what is shown; a market order's residual trades one price increment worse. Returns whether
   * the order goes on: it does not where it met one of its own account and the venue's rule cancels it.
   */
  take(order: VenueOrder, slip: number, ts_us: number): boolean {
    // What it takes on the way presses on what comes later, not on itself.
    const touch = this.#touch(order, ts_us)
    const reach = this.#reach(order, touch, slip, ts_us)
    const isMarketable = this.#takesAt(order, touch, reach)
    if (this.#self?.meet(order, isMarketable ? touch : reach, false, ts_us) === false) return false
    if (isMarketable)
      this.#takeShown(order, this.#impact.worse(this.#spec(order), order.side, touch, slip, ts_us), ts_us)
    if (this.#self?.meet(order, reach, true, ts_us) === false) return false
    const residual = order.works_as === 'market' && this.#model.fills_residual ? fillableUnits(order) : 0
    if (residual > 0) this.#events.onFill(order, reach, residual as SizeUnits, ts_us)
    return true
  }

  /**
   * Fills the resting orders that the instrument's new row crosses, in price-time priority, each at its own price, or,
   * where the market opens beyond it (`improves`), at the market's. One that has others in front waits until the market
   * trades through its price.
   */
  cross(instrument_index: number, ts_us: number, improves: boolean): void {
    for (;;) {
      const ask = this.#impact.ask(instrument_index, ts_us)
      const buy = this.#resting.bestBuy(instrument_index)
      if (buy === undefined || buy.price_units < ask) break
      if (buy.price_units === ask && !this.#queues.isInFront(buy)) break
      if (!this.#crossOne(buy, improves ? ask : buy.price_units, ts_us)) break
    }
    for (;;) {
      const bid = this.#impact.bid(instrument_index, ts_us)
      const sell = this.#resting.bestSell(instrument_index)
      if (sell === undefined || sell.price_units > bid) break
      if (sell.price_units === bid && !this.#queues.isInFront(sell)) break
      if (!this.#crossOne(sell, improves ? bid : sell.price_units, ts_us)) break
    }
  }

  /** Where the other side of the market has to come for a resting order to trade. */
  tradesAt(order: VenueOrder, ts_us: number): PriceUnits {
    const beyond = this.#queues.isInFront(order) ? 0 : 1
    const { instrument_index, side, price_units } = order
    return this.#impact.unpressed(this.#spec(order), instrument_index, side, price_units, beyond, ts_us)
  }

  /**
   * Resting orders at a price that their own side of the market has come to, where the model fills such; `only` of a side
   * where the row is of that side. Whoever is passed over stands in front of all behind it.
   */
  touched(instrument_index: number, ts_us: number, only?: Side): void {
    if (!this.#model.fills_touched) return
    const bid = this.#touching(instrument_index, 'buy', ts_us)
    const ask = this.#touching(instrument_index, 'sell', ts_us)
    let passed: Side | '' = ''
    for (const order of this.#resting.of(instrument_index)) {
      const { side } = order
      const isTouched = side === 'buy' ? bid <= order.price_units : ask >= order.price_units
      if (!isTouched || passed === side || (only !== undefined && side !== only)) continue
      const isServed = this.#model.fillsTouched(order) && this.#crossOne(order, order.price_units, ts_us)
      if (!isServed && this.#termsHold) passed = side
    }
  }

  /** The best price of a side, where who comes for it finds an own order. */
  #touching(instrument_index: number, side: Side, ts_us: number): number {
    const { bid_price_units, ask_price_units } = this.#book
    const best = (side === 'buy' ? bid_price_units : ask_price_units)[instrument_index] as number
    return this.#termsHold ? this.#impact.pressed(instrument_index, side, best, ts_us) : best
  }

  isMarketable(order: VenueOrder, ts_us: number): boolean {
    if (order.works_as !== 'limit') return true
    return this.#takesAt(order, this.#touch(order, ts_us), order.price_units)
  }

  /** Whether an order that may go as far as `reach_units` takes at the touch: a limit order at exactly that if somebody stands there. */
  #takesAt(order: VenueOrder, touch_units: PriceUnits, reach_units: PriceUnits): boolean {
    const { side, works_as, instrument_index } = order
    if (reach_units === touch_units) return works_as !== 'limit' || this.#book.isShown(instrument_index, side)
    return side === 'buy' ? touch_units < reach_units : touch_units > reach_units
  }

  /** Whether an arriving order fills whole before it comes to one of its own account, which would end it: on the way of `take`. */
  #fillsApart(order: VenueOrder, self: SelfMatch, wanted: number, slip: number, ts_us: number): boolean {
    const touch = this.#touch(order, ts_us)
    const reach = this.#reach(order, touch, slip, ts_us)
    if (!this.#takesAt(order, touch, reach) || self.wouldMeet(order, touch, false)) return false
    if (this.#askFor(order) >= wanted) return true
    const hasResidual = order.works_as === 'market' && this.#model.fills_residual
    return hasResidual && !self.wouldMeet(order, reach, true)
  }

  /** Returns whether the next in line has its turn. */
  #crossOne(order: VenueOrder, price_units: PriceUnits, ts_us: number): boolean {
    if (fillableUnits(order) === 0) {
      this.#events.onSpent(order, ts_us)
      return true
    }
    return this.#takeShown(order, price_units, ts_us)
  }

  /** The worst price an arriving order takes at. */
  #reach(order: VenueOrder, touch_units: PriceUnits, slip: number, ts_us: number): PriceUnits {
    if (order.works_as === 'limit') return order.price_units
    const more = order.works_as === 'market' && this.#model.fills_residual ? 1 : 0
    return this.#impact.worse(this.#spec(order), order.side, touch_units, slip + more, ts_us)
  }

  /** Fills as many whole lots as are shown. Returns whether that was all there was to fill, so that the next in line has its turn. */
  #takeShown(order: VenueOrder, price_units: PriceUnits, ts_us: number): boolean {
    const wanted = fillableUnits(order)
    const quantity = Math.min(wanted, this.#availableLots(order))
    if (quantity === 0) return false
    this.#book.take(order.instrument_index, order.side, quantity)
    this.#events.onFill(order, price_units, quantity as SizeUnits, ts_us)
    return quantity === wanted
  }

  #askFor(order: VenueOrder): number {
    const lots = this.#availableLots(order)
    if (this.#termsHold) {
      this.#asked = order
      this.#answer = lots
    }
    return lots
  }

  #availableLots(order: VenueOrder): number {
    if (order === this.#asked) {
      this.#asked = undefined
      return this.#answer
    }
    const { instrument_index, side } = order
    const shown = this.#shownSizes(order)[instrument_index] as number
    const taken = this.#book.takenUnits(instrument_index, side)
    const available = this.#model.available(order, shown, taken)
    return available - (available % this.#spec(order).lot_units)
  }

  /** The best price on the side the order trades against, as its own side has pressed it: buys pay the ask. */
  #touch(order: VenueOrder, ts_us: number): PriceUnits {
    const { instrument_index, side } = order
    return side === 'buy'
      ? this.#impact.ask(instrument_index, ts_us)
      : this.#impact.bid(instrument_index, ts_us)
  }

  #shownSizes(order: VenueOrder): Float64Array {
    return order.side === 'buy' ? this.#book.ask_size_units : this.#book.bid_size_units
  }

  #spec(order: VenueOrder): InstrumentSpec {
    return must(this.#specs[order.instrument_index], 'an order is matched in an instrument that is known')
  }
}
