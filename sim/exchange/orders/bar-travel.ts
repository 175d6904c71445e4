// The way of the market inside a bar. From its open on it passes every price between: a trigger on the way is met at its own
// price, and only a gap to the open is not. What a parent on the way releases is there from its price on.

import { type InstrumentSpec, incrementUnits } from '../../../engine/instrument-spec.ts'
import type { BarColumns } from '../../../engine/tick-store-port.ts'
import { must } from '../../../schemas/assert.ts'
import type { TopOfBook } from '../matching/top-of-book.ts'
import type { RestingOrders } from './resting-orders.ts'
import type { VenueLinks } from './venue-links.ts'
import type { VenueOrder } from './venue-order.ts'
import type { WaitingOrders } from './waiting-orders.ts'

export type BarMove = {
  readonly instrument_index: number
  readonly price_type: BarColumns['price_type']
  readonly from_price_units: number
  readonly to_price_units: number
  readonly size_units: number | undefined
  /** Whether the bar ends with this way. */
  readonly is_last: boolean
}

export type BarTravelTerms = {
  readonly book: TopOfBook
  readonly specs: readonly InstrumentSpec[]
  readonly resting: RestingOrders
  readonly waiting: WaitingOrders
  /** Of a venue that keeps links between orders. */
  readonly links: VenueLinks | undefined
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** Whether the fill model may fill an order that the market only touches. */
  readonly fills_touched: boolean
  /** Where the market has to come for a resting order to trade. */
  readonly tradesAt: (order: VenueOrder, ts_us: number) => number
  /** The market has come to a stop on the way: orders meet it there. */
  readonly onBook: (instrument_index: number, ts_us: number, isGap: boolean) => void
}

export class BarTravel {
  readonly #terms: BarTravelTerms

  constructor(terms: BarTravelTerms) {
    this.#terms = terms
  }

  /**
   * Goes one way of a bar, from stop to stop. What is shown at the end of the way is shared by all who trade on it, those
   * first that the market came to before and had nothing left for. Returns whether the book took the bar.
   */
  travel(move: BarMove, ts_us: number, isGap: boolean): boolean {
    const { book } = this.#terms
    const { instrument_index, price_type, to_price_units: to, size_units } = move
    let at = isGap ? to : this.#firstStop(move, ts_us)
    if (price_type === 'last') book.noteLast(instrument_index, at)
    if (!book.bar(instrument_index, price_type, at, size_units)) return false
    for (;;) {
      this.#meet(move, at, ts_us, isGap)
      if (at === to) return true
      at = this.#nextStop(move, at, ts_us)
      if (price_type === 'last') book.noteLast(instrument_index, at)
      book.move(instrument_index, price_type, at, size_units)
    }
  }

  /**
   * Whether anybody who rests or waits now would be met where the market comes to a price. A touch meets those alone whom
   * chance may let trade (`fills_touched`).
   */
  meets(instrument_index: number, price_type: BarColumns['price_type'], price_units: number): boolean {
    const { book, resting, waiting, fills_touched } = this.#terms
    const bid = book.bidAt(instrument_index, price_type, price_units)
    const ask = book.askAt(instrument_index, price_type, price_units)
    const buy = resting.best_buy_price_units[instrument_index] as number
    const sell = resting.best_sell_price_units[instrument_index] as number
    if (ask < buy || (ask === buy && (fills_touched || book.isShown(instrument_index, 'buy')))) return true
    if (bid > sell || (bid === sell && (fills_touched || book.isShown(instrument_index, 'sell')))) return true
    if (waiting.counts[instrument_index] === 0) return false
    const noted = book.hasLast(instrument_index) ? book.last_price_units[instrument_index] : undefined
    return waiting.meets(instrument_index, bid, ask, price_type === 'last' ? price_units : noted)
  }

  /** What comes between the open and the close is in no known order: trails stand, and follow it when the bar ends. */
  #meet(
    { instrument_index, to_price_units, is_last }: BarMove,
    at: number,
    ts_us: number,
    isGap: boolean,
  ): void {
    const { waiting, terms_hold, onBook } = this.#terms
    waiting.trails_stand = terms_hold && !isGap && !(is_last && at === to_price_units)
    onBook(instrument_index, ts_us, isGap)
    waiting.trails_stand = false
  }

  /** Where the market, leaving a price, first meets anybody. */
  #firstStop(move: BarMove, ts_us: number): number {
    const { specs, resting, terms_hold } = this.#terms
    const { instrument_index, from_price_units: from, to_price_units: to } = move
    const next = this.#nextStop(move, from, ts_us)
    if (!terms_hold) return next
    const spec = must(specs[instrument_index], 'a bar is of a known instrument')
    const increment = incrementUnits(spec, from, ts_us) ?? 1
    const { best_buy_price_units: buys, best_sell_price_units: sells } = resting
    if (from < to) {
      const first = from + increment
      return first < next && (buys[instrument_index] as number) >= first ? first : next
    }
    const first = from - increment
    return first > next && (sells[instrument_index] as number) <= first ? first : next
  }

  /** The nearest price strictly on the way that changes whom the market meets further on, or the way's end. */
  #nextStop(move: BarMove, from: number, ts_us: number): number {
    const { links, terms_hold } = this.#terms
    const next = this.#nextTrigger(move, from)
    if (!terms_hold || links === undefined || links.children.size === 0) return next
    return this.#nextParent(links, move.instrument_index, from, next, ts_us)
  }

  /** The nearest price strictly on the way at which a resting order trades that releases others there, or the way's end. */
  #nextParent(links: VenueLinks, instrument_index: number, from: number, to: number, ts_us: number): number {
    const { resting, tradesAt } = this.#terms
    const sign = from < to ? 1 : -1
    const side = from < to ? 'sell' : 'buy'
    for (let place = resting.count(instrument_index, side) - 1; place >= 0; place--) {
      const order = resting.at(instrument_index, side, place)
      if (sign * (to - order.price_units) <= 0) return to
      if (!links.isParent(order)) continue
      const at = tradesAt(order, ts_us)
      if (sign * (at - from) > 0 && sign * (to - at) > 0) return at
    }
    return to
  }

  /** The nearest trigger strictly on the way, or the way's end. */
  #nextTrigger(move: BarMove, from: number): number {
    const { waiting, terms_hold } = this.#terms
    const { to_price_units: to } = move
    let next = to
    for (const order of waiting.of(move.instrument_index)) {
      const { trigger_price_units: trigger } = order
      const at = terms_hold ? this.#whereMet(move, order, trigger) : trigger
      const isOnTheWay = from < to ? at > from && at < next : at < from && at > next
      if (isOnTheWay) next = at
    }
    return next
  }

  /** Where the side of the market that moves has to come for a price to be the one that a trigger watches. */
  #whereMet({ instrument_index, price_type }: BarMove, { terms }: VenueOrder, price_units: number): number {
    if (terms.trigger_method !== 'mid') return price_units
    const { book } = this.#terms
    const middle = (at: number) =>
      (book.bidAt(instrument_index, price_type, at) + book.askAt(instrument_index, price_type, at)) / 2
    // The middle moves as much as the market where both sides do, and half as much where one does.
    return (price_units - middle(0)) / (middle(1) - middle(0))
  }
}
