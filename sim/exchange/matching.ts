// Matching on top of book. What is shown at the best price is shared by all orders until the instrument's next row.

import { type InstrumentSpec, incrementUnits } from '../../engine/instrument-spec.ts'
import { must } from '../../schemas/assert.ts'
import type { Side } from '../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits } from '../../schemas/units.ts'
import type { FillModel } from './fill-model.ts'
import type { QueuePlaces } from './queue-places.ts'
import type { RestingOrders } from './resting-orders.ts'
import type { TopOfBook } from './top-of-book.ts'
import { leavesUnits, type VenueOrder } from './venue-order.ts'

export type MatchingEvents = {
  /** Books one fill: accounts, report, and the order's place in the book. */
  readonly onFill: (
    order: VenueOrder,
    price_units: PriceUnits,
    quantity_units: SizeUnits,
    ts_us: number,
  ) => void
  /** A resting order that only reduces has nothing left to reduce. */
  readonly onSpent: (order: VenueOrder, ts_us: number) => void
}

export type MatchingTerms = {
  readonly book: TopOfBook
  readonly resting: RestingOrders
  readonly specs: readonly InstrumentSpec[]
  readonly model: FillModel
  readonly queues: QueuePlaces
  readonly events: MatchingEvents
}

export class Matching {
  readonly #book: TopOfBook
  readonly #resting: RestingOrders
  readonly #specs: readonly InstrumentSpec[]
  readonly #model: FillModel
  readonly #queues: QueuePlaces
  readonly #events: MatchingEvents

  constructor({ book, resting, specs, model, queues, events }: MatchingTerms) {
    this.#book = book
    this.#resting = resting
    this.#specs = specs
    this.#model = model
    this.#queues = queues
    this.#events = events
  }

  /** Whether an arriving order would fill whole at once. */
  fillsWhole(order: VenueOrder): boolean {
    const wanted = fillableUnits(order)
    if (wanted < leavesUnits(order)) return false
    if (order.works_as === 'market' && this.#model.fills_residual) return true
    return this.isMarketable(order) && this.#availableLots(order) >= wanted
  }

  /** Fills an arriving order with what is shown; a market order's residual trades one price increment worse. */
  take(order: VenueOrder, ts_us: number): void {
    if (order.works_as === 'limit') {
      if (this.isMarketable(order)) this.#takeShown(order, this.#touch(order), ts_us)
      return
    }
    const slip = this.#model.slippageIncrements(order)
    this.#takeShown(order, this.#worsePrice(order, slip, ts_us), ts_us)
    if (order.works_as === 'market_to_limit' || !this.#model.fills_residual) return
    const residual = fillableUnits(order)
    if (residual === 0) return
    this.#events.onFill(order, this.#worsePrice(order, slip + 1, ts_us), residual as SizeUnits, ts_us)
  }

  /**
   * Fills the resting orders that the instrument's new row crosses, in price-time priority, each at its own price, or,
   * where the market opens beyond it (`improves`), at the market's. One that has others in front waits until the market
   * trades through its price.
   */
  cross(instrument_index: number, ts_us: number, improves: boolean): void {
    const ask = this.#book.ask_price_units[instrument_index] as PriceUnits
    for (;;) {
      const buy = this.#resting.bestBuy(instrument_index)
      if (buy === undefined || buy.price_units < ask) break
      if (buy.price_units === ask && !this.#queues.isInFront(buy)) break
      if (!this.#crossOne(buy, improves ? ask : buy.price_units, ts_us)) break
    }
    const bid = this.#book.bid_price_units[instrument_index] as PriceUnits
    for (;;) {
      const sell = this.#resting.bestSell(instrument_index)
      if (sell === undefined || sell.price_units > bid) break
      if (sell.price_units === bid && !this.#queues.isInFront(sell)) break
      if (!this.#crossOne(sell, improves ? bid : sell.price_units, ts_us)) break
    }
  }

  /** Resting orders at a price that their own side of the market has come to, where the model fills such. */
  touched(instrument_index: number, ts_us: number): void {
    if (!this.#model.fills_touched) return
    const bid = this.#book.bid_price_units[instrument_index] as number
    const ask = this.#book.ask_price_units[instrument_index] as number
    for (const order of this.#resting.of(instrument_index)) {
      const isTouched = order.side === 'buy' ? bid <= order.price_units : ask >= order.price_units
      if (!isTouched || !this.#model.fillsTouched(order)) continue
      this.#crossOne(order, order.price_units, ts_us)
    }
  }

  isMarketable(order: VenueOrder): boolean {
    if (order.works_as !== 'limit') return true
    const touch = this.#touch(order)
    return order.side === 'buy' ? order.price_units >= touch : order.price_units <= touch
  }

  /** Returns whether the next in line has its turn. */
  #crossOne(order: VenueOrder, price_units: PriceUnits, ts_us: number): boolean {
    if (fillableUnits(order) === 0) {
      this.#events.onSpent(order, ts_us)
      return true
    }
    return this.#takeShown(order, price_units, ts_us)
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

  #availableLots(order: VenueOrder): number {
    const shown = this.#shownSizes(order)[order.instrument_index] as number
    const available = this.#model.available(order, shown)
    return available - (available % this.#spec(order).lot_units)
  }

  /** The best price on the side the order trades against: buys pay the ask. */
  #touch(order: VenueOrder): PriceUnits {
    const prices = order.side === 'buy' ? this.#book.ask_price_units : this.#book.bid_price_units
    return prices[order.instrument_index] as PriceUnits
  }

  #shownSizes(order: VenueOrder): Float64Array {
    return order.side === 'buy' ? this.#book.ask_size_units : this.#book.bid_size_units
  }

  #spec(order: VenueOrder): InstrumentSpec {
    return must(this.#specs[order.instrument_index], 'an order is matched in an instrument that is known')
  }

  /** Increments beyond the touch. */
  #worsePrice(order: VenueOrder, increments: number, ts_us: number): PriceUnits {
    return worsePrice(this.#spec(order), order.side, this.#touch(order), increments, ts_us)
  }
}

/** A price so many increments worse for a side, or the price itself where that would not be a valid one. */
export function worsePrice(
  spec: InstrumentSpec,
  side: Side,
  price_units: number,
  increments: number,
  ts_us: number,
): PriceUnits {
  if (increments === 0) return price_units as PriceUnits
  const distance = increments * (incrementUnits(spec, price_units, ts_us) ?? 0)
  const worse = price_units + (side === 'buy' ? distance : -distance)
  return (worse > 0 || spec.allow_non_positive_price ? worse : price_units) as PriceUnits
}

/**
 * What may trade of the order at once: what is left of it; of a resting one that shows a part, that part; of one that only
 * reduces, no more than is open on the other side.
 */
export function fillableUnits(order: VenueOrder): number {
  const { terms } = order
  let units: number = leavesUnits(order)
  if (terms.display_quantity_units !== 0 && order.is_resting)
    units = Math.min(units, order.display_left_units)
  if (!terms.reduce_only) return units
  return Math.min(units, order.account.closableUnits(order.instrument_index, order.side))
}
