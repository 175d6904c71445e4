// The limit orders waiting at a venue, in price-time priority. Each side of each instrument is a list from the worst
// order to the best, so that the best is taken from its end; its price stands in an array of its own, which is all
// that a row of market data has to look at.

import { assert } from '../../../schemas/assert.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import type { VenueOrder } from './venue-order.ts'

export class RestingOrders {
  /** Highest price of a resting buy per instrument, -Infinity when there is none. */
  readonly best_buy_price_units: Float64Array
  /** Lowest price of a resting sell per instrument, Infinity when there is none. */
  readonly best_sell_price_units: Float64Array
  readonly #buys: VenueOrder[][]
  readonly #sells: VenueOrder[][]

  constructor(instrument_count: number) {
    this.best_buy_price_units = new Float64Array(instrument_count).fill(Number.NEGATIVE_INFINITY)
    this.best_sell_price_units = new Float64Array(instrument_count).fill(Number.POSITIVE_INFINITY)
    this.#buys = Array.from({ length: instrument_count }, () => [])
    this.#sells = Array.from({ length: instrument_count }, () => [])
  }

  bestBuy(instrument_index: number): VenueOrder | undefined {
    return this.#buys[instrument_index]?.at(-1)
  }

  bestSell(instrument_index: number): VenueOrder | undefined {
    return this.#sells[instrument_index]?.at(-1)
  }

  add(order: VenueOrder): void {
    const list = this.#listOf(order)
    list.splice(placeOf(order, list), 0, order)
    this.#settle(order.instrument_index)
  }

  remove(order: VenueOrder): void {
    const list = this.#listOf(order)
    const place = placeOf(order, list)
    assert(list[place] === order, 'an order is removed from the place it rests at')
    list.splice(place, 1)
    this.#settle(order.instrument_index)
  }

  /** Those of one side now, best first. */
  ofSide(instrument_index: number, side: Side): VenueOrder[] {
    return this.#side(instrument_index, side).toReversed()
  }

  /** How many of a side are at a price or worse: in `at` these come first, the worst of them foremost. */
  countFrom(instrument_index: number, side: Side, price_units: number): number {
    return worseThan(this.#side(instrument_index, side), side, price_units, true)
  }

  count(instrument_index: number, side: Side): number {
    return this.#side(instrument_index, side).length
  }

  /** One of a side by its place from the worst, 0, to the best. */
  at(instrument_index: number, side: Side, place: number): VenueOrder {
    return this.#side(instrument_index, side)[place] as VenueOrder
  }

  /** The order that comes last at a price; undefined where none is. */
  lastAt(instrument_index: number, side: Side, price_units: number): VenueOrder | undefined {
    const list = this.#side(instrument_index, side)
    const order = list[worseThan(list, side, price_units, false)]
    return order?.price_units === price_units ? order : undefined
  }

  /** Those of one instrument now, buys before sells, best first. */
  of(instrument_index: number): VenueOrder[] {
    const buys = this.#buys[instrument_index] as VenueOrder[]
    return [...buys.toReversed(), ...(this.#sells[instrument_index] as VenueOrder[]).toReversed()]
  }

  /** Every resting order: by instrument, buys before sells, best first. */
  *[Symbol.iterator](): Generator<VenueOrder> {
    for (const [index, buys] of this.#buys.entries()) {
      yield* buys.toReversed()
      yield* (this.#sells[index] as VenueOrder[]).toReversed()
    }
  }

  #listOf(order: VenueOrder): VenueOrder[] {
    return this.#side(order.instrument_index, order.side)
  }

  #side(instrument_index: number, side: Side): VenueOrder[] {
    return (side === 'buy' ? this.#buys : this.#sells)[instrument_index] as VenueOrder[]
  }

  #settle(index: number): void {
    this.best_buy_price_units[index] = this.bestBuy(index)?.price_units ?? Number.NEGATIVE_INFINITY
    this.best_sell_price_units[index] = this.bestSell(index)?.price_units ?? Number.POSITIVE_INFINITY
  }
}

/** Where the order stands, or would stand, in the list of its side. */
function placeOf(order: VenueOrder, list: readonly VenueOrder[]): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (hasPriority(order, list[middle] as VenueOrder)) low = middle + 1
    else high = middle
  }
  return low
}

/** How many of a list have a worse price than this, or (`orEqual`) a worse or the same. */
function worseThan(list: readonly VenueOrder[], side: Side, price_units: number, orEqual: boolean): number {
  const sign = side === 'buy' ? 1 : -1
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    const distance = sign * ((list[middle] as VenueOrder).price_units - price_units)
    if (distance < 0 || (orEqual && distance === 0)) low = middle + 1
    else high = middle
  }
  return low
}

/** Whether `a` trades before `b` of its side: the better price first, then the earlier. */
function hasPriority(a: VenueOrder, b: VenueOrder): boolean {
  if (a.price_units === b.price_units) return a.priority < b.priority
  return a.side === 'buy' ? a.price_units > b.price_units : a.price_units < b.price_units
}
