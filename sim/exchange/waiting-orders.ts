// The orders that wait for their trigger at a venue. Per instrument four thresholds say whether a quote can concern any
// of them, so that a quote that concerns none costs four comparisons, however many wait.

import { type InstrumentSpec, incrementUnits } from '../../engine/instrument-spec.ts'
import { assert, must } from '../../schemas/assert.ts'
import type { PriceUnits } from '../../schemas/units.ts'
import type { TopOfBook } from './top-of-book.ts'
import { isTouch, type VenueOrder } from './venue-order.ts'

const BASIS_POINTS = 10_000

export class WaitingOrders {
  /** Orders that wait, per instrument: the first thing a row looks at. */
  readonly counts: Uint32Array
  readonly #lists: VenueOrder[][]
  readonly #book: TopOfBook
  readonly #specs: readonly InstrumentSpec[]
  /** A quote concerns somebody when its bid or ask is at or beyond these. */
  readonly #bidAtLeast: Float64Array
  readonly #bidAtMost: Float64Array
  readonly #askAtLeast: Float64Array
  readonly #askAtMost: Float64Array

  constructor(book: TopOfBook, specs: readonly InstrumentSpec[]) {
    const count = specs.length
    this.#book = book
    this.#specs = specs
    this.counts = new Uint32Array(count)
    this.#lists = Array.from({ length: count }, () => [])
    this.#bidAtLeast = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
    this.#bidAtMost = new Float64Array(count).fill(Number.NEGATIVE_INFINITY)
    this.#askAtLeast = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
    this.#askAtMost = new Float64Array(count).fill(Number.NEGATIVE_INFINITY)
  }

  add(order: VenueOrder): void {
    const list = must(this.#lists[order.instrument_index], 'an order waits in a listed instrument')
    // Orders come in the order of their priority, but for those that come back after a replace.
    let place = list.length
    while (place > 0 && (list[place - 1] as VenueOrder).priority > order.priority) place--
    list.splice(place, 0, order)
    order.is_waiting = true
    this.counts[order.instrument_index] = list.length
    this.#watch(order)
  }

  remove(order: VenueOrder): void {
    const list = must(this.#lists[order.instrument_index], 'an order waits in a listed instrument')
    const place = list.indexOf(order)
    assert(place >= 0, 'an order is removed from where it waits')
    list.splice(place, 1)
    order.is_waiting = false
    this.counts[order.instrument_index] = list.length
    this.#watchAll(order.instrument_index)
  }

  /** Whether a quote at these prices can trigger or move any order of the instrument. */
  concerns(instrument_index: number, bid_price_units: number, ask_price_units: number): boolean {
    return (
      ask_price_units >= (this.#askAtLeast[instrument_index] as number) ||
      bid_price_units <= (this.#bidAtMost[instrument_index] as number) ||
      bid_price_units >= (this.#bidAtLeast[instrument_index] as number) ||
      ask_price_units <= (this.#askAtMost[instrument_index] as number)
    )
  }

  /** Lets trailing orders follow the book as it stands, and gives those whose trigger is met, the earliest first. */
  triggered(instrument_index: number, ts_us: number): VenueOrder[] {
    const list = this.#lists[instrument_index] as VenueOrder[]
    for (const order of list) this.follow(order, ts_us)
    const met = list.filter((order) => this.isMet(order))
    this.#watchAll(instrument_index)
    return met
  }

  /** Orders that wait in the instrument, the earliest first. */
  of(instrument_index: number): readonly VenueOrder[] {
    return this.#lists[instrument_index] as VenueOrder[]
  }

  isMet(order: VenueOrder): boolean {
    const price = this.watchedPrice(order)
    if (price === undefined || (isTrailingType(order) && !order.is_trailing)) return false
    return risesToTrigger(order) ? price >= order.trigger_price_units : price <= order.trigger_price_units
  }

  /** The price an order's trigger watches; a middle may be a half. Undefined before there is one. */
  watchedPrice({ instrument_index, side, terms }: VenueOrder): number | undefined {
    const book = this.#book
    if (!book.hasMarket(instrument_index)) return undefined
    const bid = book.bid_price_units[instrument_index] as number
    const ask = book.ask_price_units[instrument_index] as number
    if (terms.trigger_method === 'bid_ask') return side === 'buy' ? ask : bid
    if (terms.trigger_method === 'mid') return (bid + ask) / 2
    return book.hasLast(instrument_index) ? (book.last_price_units[instrument_index] as number) : undefined
  }

  /** Moves a trailing order's stop behind the best price it has seen. It never moves back. */
  follow(order: VenueOrder, ts_us: number): void {
    if (!isTrailingType(order)) return
    const price = this.watchedPrice(order)
    if (price === undefined) return
    const sign = order.side === 'sell' ? 1 : -1
    const { activation_price_units: activation, trigger_price_units: first } = order.terms
    if (!order.is_trailing) {
      if (activation !== 0 && sign * price < sign * activation) return
      order.is_trailing = true
      order.anchor_price_units = price as PriceUnits
      if (first === 0) order.trigger_price_units = this.#stopBehind(order, price, ts_us)
      return
    }
    if (sign * price <= sign * order.anchor_price_units) return
    order.anchor_price_units = price as PriceUnits
    const stop = this.#stopBehind(order, price, ts_us)
    if (sign * stop > sign * order.trigger_price_units) order.trigger_price_units = stop
  }

  *[Symbol.iterator](): Generator<VenueOrder> {
    for (const list of this.#lists) yield* list
  }

  /** On the price increment, away from the market where it falls between. */
  #stopBehind(order: VenueOrder, price: number, ts_us: number): PriceUnits {
    const spec = must(this.#specs[order.instrument_index], 'an order waits in a listed instrument')
    const increment = incrementUnits(spec, price, ts_us) ?? 1
    const { trail_offset, trail_unit } = order.terms
    const offset =
      trail_unit === 'price'
        ? trail_offset
        : trail_unit === 'ticks'
          ? trail_offset * increment
          : (Math.abs(price) * trail_offset) / BASIS_POINTS
    const stop =
      order.side === 'sell'
        ? Math.floor((price - offset) / increment) * increment
        : Math.ceil((price + offset) / increment) * increment
    return stop as PriceUnits
  }

  #watchAll(index: number): void {
    this.#bidAtLeast[index] = Number.POSITIVE_INFINITY
    this.#bidAtMost[index] = Number.NEGATIVE_INFINITY
    this.#askAtLeast[index] = Number.POSITIVE_INFINITY
    this.#askAtMost[index] = Number.NEGATIVE_INFINITY
    for (const order of this.#lists[index] as VenueOrder[]) this.#watch(order)
  }

  /** Widens the thresholds so that no quote passes that concerns the order. */
  #watch(order: VenueOrder): void {
    const index = order.instrument_index
    const { trigger_method, activation_price_units } = order.terms
    if (trigger_method === 'last') return
    if (
      trigger_method === 'mid' ||
      (isTrailingType(order) && !order.is_trailing && activation_price_units === 0)
    ) {
      this.#bidAtLeast[index] = Number.NEGATIVE_INFINITY
      return
    }
    const isBuy = order.side === 'buy'
    if (isTrailingType(order) && !order.is_trailing) {
      if (isBuy) this.#raise(this.#askAtMost, index, activation_price_units)
      else this.#lower(this.#bidAtLeast, index, activation_price_units)
      return
    }
    if (isTrailingType(order)) {
      // A new best price, one unit beyond the anchor, moves it.
      if (isBuy) this.#raise(this.#askAtMost, index, order.anchor_price_units - 1)
      else this.#lower(this.#bidAtLeast, index, order.anchor_price_units + 1)
    }
    const trigger = order.trigger_price_units
    if (risesToTrigger(order)) this.#lower(isBuy ? this.#askAtLeast : this.#bidAtLeast, index, trigger)
    else this.#raise(isBuy ? this.#askAtMost : this.#bidAtMost, index, trigger)
  }

  #lower(thresholds: Float64Array, index: number, price: number): void {
    if (price < (thresholds[index] as number)) thresholds[index] = price
  }

  #raise(thresholds: Float64Array, index: number, price: number): void {
    if (price > (thresholds[index] as number)) thresholds[index] = price
  }
}

function isTrailingType({ order_type }: VenueOrder): boolean {
  return order_type === 'trailing_stop' || order_type === 'trailing_stop_limit'
}

/** Buy stops and sells if touched are met by a rise, sell stops and buys if touched by a fall. */
export function risesToTrigger({ order_type, side }: VenueOrder): boolean {
  return isTouch(order_type) ? side === 'sell' : side === 'buy'
}
