// The orders that wait for their trigger at a venue. Per instrument four thresholds say whether a quote can concern any
// of them, so that a quote that concerns none costs four comparisons, however many wait.

import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import {
  followPrice,
  isTriggerMet,
  risesToTrigger,
  trails,
  watchedPrice,
} from '../../../engine/trigger/trigger.ts'
import { assert, must } from '../../../schemas/assert.ts'
import type { TopOfBook } from '../matching/top-of-book.ts'
import type { VenueOrder } from './venue-order.ts'

export class WaitingOrders {
  /** Orders that wait, per instrument: the first thing a row looks at. */
  readonly counts: Uint32Array
  /** While it is set trails do not follow, but keep the best price that comes by for when they do. */
  trails_stand = false
  readonly #lists: VenueOrder[][]
  readonly #book: TopOfBook
  readonly #specs: readonly InstrumentSpec[]
  readonly #termsHold: boolean
  /** The best price that came by while a trail stood. */
  readonly #passed = new Map<VenueOrder, number>()
  /** A quote concerns somebody when its bid or ask is at or beyond these. */
  readonly #bidAtLeast: Float64Array
  readonly #bidAtMost: Float64Array
  readonly #askAtLeast: Float64Array
  readonly #askAtMost: Float64Array

  /** @param terms_hold see `followPrice`. */
  constructor(book: TopOfBook, specs: readonly InstrumentSpec[], terms_hold: boolean) {
    const count = specs.length
    this.#book = book
    this.#specs = specs
    this.#termsHold = terms_hold
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
    this.#passed.delete(order)
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
    for (const order of list) {
      if (this.trails_stand) this.#pass(order)
      else this.follow(order, ts_us)
    }
    const met = list.filter((order) => this.isMet(order))
    this.#watchAll(instrument_index)
    return met
  }

  /** Orders that wait in the instrument, the earliest first. */
  of(instrument_index: number): readonly VenueOrder[] {
    return this.#lists[instrument_index] as VenueOrder[]
  }

  isMet(order: VenueOrder): boolean {
    const price = this.#watchedPrice(order)
    return price !== undefined && isTriggerMet(order, price)
  }

  /** Whether the trigger of an order is met at these prices. */
  isMetAt(
    order: VenueOrder,
    bid_price_units: number,
    ask_price_units: number,
    last_price_units: number | undefined,
  ): boolean {
    const { side, terms } = order
    const price = watchedPrice(terms.trigger_method, side, bid_price_units, ask_price_units, last_price_units)
    return price !== undefined && isTriggerMet(order, price)
  }

  /** Lets a trailing order follow the book as it stands, and what came by while it stood. */
  follow(order: VenueOrder, ts_us: number): void {
    if (!trails(order)) return
    const price = this.#watchedPrice(order)
    if (price === undefined) return
    const best = this.#best(order, price)
    this.#passed.delete(order)
    const spec = must(this.#specs[order.instrument_index], 'an order waits in a listed instrument')
    followPrice(order, best, spec, ts_us, this.#termsHold)
  }

  #pass(order: VenueOrder): void {
    if (!trails(order)) return
    const price = this.#watchedPrice(order)
    if (price !== undefined) this.#passed.set(order, this.#best(order, price))
  }

  /** The better of a price and what came by, for a trail. */
  #best(order: VenueOrder, price: number): number {
    const passed = this.#passed.get(order) ?? price
    return order.side === 'sell' ? Math.max(passed, price) : Math.min(passed, price)
  }

  *[Symbol.iterator](): Generator<VenueOrder> {
    for (const list of this.#lists) yield* list
  }

  #watchedPrice({ instrument_index, side, terms }: VenueOrder): number | undefined {
    const book = this.#book
    if (!book.hasMarket(instrument_index)) return undefined
    return watchedPrice(
      terms.trigger_method,
      side,
      book.bid_price_units[instrument_index] as number,
      book.ask_price_units[instrument_index] as number,
      book.hasLast(instrument_index) ? book.last_price_units[instrument_index] : undefined,
    )
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
    if (trigger_method === 'mid' || (trails(order) && !order.is_trailing && activation_price_units === 0)) {
      this.#bidAtLeast[index] = Number.NEGATIVE_INFINITY
      return
    }
    const isBuy = order.side === 'buy'
    if (trails(order) && !order.is_trailing) {
      if (isBuy) this.#raise(this.#askAtMost, index, activation_price_units)
      else this.#lower(this.#bidAtLeast, index, activation_price_units)
      return
    }
    if (trails(order)) {
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
