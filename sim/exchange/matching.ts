// Matching on top of book. What is shown at the best price is shared by all orders until the instrument's next row.

import { type InstrumentSpec, incrementUnits } from '../../engine/instrument-spec.ts'
import { must } from '../../schemas/assert.ts'
import type { PriceUnits, SizeUnits } from '../../schemas/units.ts'
import type { RestingOrders } from './resting-orders.ts'
import type { TopOfBook } from './top-of-book.ts'
import { leavesUnits, type VenueOrder } from './venue-order.ts'

/** Books one fill: accounts, report, and the order's place in the book. */
export type OnFill = (
  order: VenueOrder,
  price_units: PriceUnits,
  quantity_units: SizeUnits,
  ts_us: number,
) => void

export class Matching {
  readonly #book: TopOfBook
  readonly #resting: RestingOrders
  readonly #specs: readonly InstrumentSpec[]
  readonly #onFill: OnFill

  constructor(book: TopOfBook, resting: RestingOrders, specs: readonly InstrumentSpec[], onFill: OnFill) {
    this.#book = book
    this.#resting = resting
    this.#specs = specs
    this.#onFill = onFill
  }

  /** Whether an arriving order would fill whole at once. A market order always does. */
  fillsWhole(order: VenueOrder): boolean {
    if (order.order_type === 'market') return true
    return this.#isMarketable(order) && this.#shown(order) >= leavesUnits(order)
  }

  /** Fills an arriving order with what is shown; a market order's residual trades one price increment worse. */
  take(order: VenueOrder, ts_us: number): void {
    if (this.#isMarketable(order)) this.#takeShown(order, this.#touch(order), ts_us)
    if (order.order_type === 'limit') return
    const residual = leavesUnits(order)
    if (residual > 0) this.#onFill(order, this.#worsePrice(order, ts_us), residual as SizeUnits, ts_us)
  }

  /** Fills the resting orders that the instrument's new row crosses, in price-time priority, each at its own price. */
  cross(instrument_index: number, ts_us: number): void {
    const ask = this.#book.ask_price_units[instrument_index] as number
    for (;;) {
      const buy = this.#resting.bestBuy(instrument_index)
      if (buy === undefined || buy.price_units < ask) break
      if (!this.#takeShown(buy, buy.price_units, ts_us)) break
    }
    const bid = this.#book.bid_price_units[instrument_index] as number
    for (;;) {
      const sell = this.#resting.bestSell(instrument_index)
      if (sell === undefined || sell.price_units > bid) break
      if (!this.#takeShown(sell, sell.price_units, ts_us)) break
    }
  }

  /** Fills as many whole lots as are shown. Returns whether that was the whole order, so that the next in line has its turn. */
  #takeShown(order: VenueOrder, price_units: PriceUnits, ts_us: number): boolean {
    const sizes = this.#shownSizes(order)
    const shown = sizes[order.instrument_index] as number
    const leaves = leavesUnits(order)
    const quantity = Math.min(leaves, shown - (shown % this.#spec(order).lot_units))
    if (quantity === 0) return false
    sizes[order.instrument_index] = shown - quantity
    this.#onFill(order, price_units, quantity as SizeUnits, ts_us)
    return quantity === leaves
  }

  #isMarketable(order: VenueOrder): boolean {
    if (order.order_type === 'market') return true
    const touch = this.#touch(order)
    return order.side === 'buy' ? order.price_units >= touch : order.price_units <= touch
  }

  /** The best price on the side the order trades against: buys pay the ask. */
  #touch(order: VenueOrder): PriceUnits {
    const prices = order.side === 'buy' ? this.#book.ask_price_units : this.#book.bid_price_units
    return prices[order.instrument_index] as PriceUnits
  }

  #shown(order: VenueOrder): number {
    return this.#shownSizes(order)[order.instrument_index] as number
  }

  #shownSizes(order: VenueOrder): Float64Array {
    return order.side === 'buy' ? this.#book.ask_size_units : this.#book.bid_size_units
  }

  #spec(order: VenueOrder): InstrumentSpec {
    return must(this.#specs[order.instrument_index], 'an order is matched in an instrument that is known')
  }

  /** One increment beyond the touch, or the touch itself where the next price would not be a valid one. */
  #worsePrice(order: VenueOrder, ts_us: number): PriceUnits {
    const spec = this.#spec(order)
    const touch = this.#touch(order)
    const increment = incrementUnits(spec, touch, ts_us) ?? 0
    const worse = touch + (order.side === 'buy' ? increment : -increment)
    return (worse > 0 || spec.allow_non_positive_price ? worse : touch) as PriceUnits
  }
}
