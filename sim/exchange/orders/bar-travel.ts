// The way of the market inside a bar. From its open on it passes every price between: a trigger on the way is met at its own
// price, and only a gap to the open is not. What a parent on the way releases is there from its price on.

import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { must } from '../../../schemas/assert.ts'
import { touchedSide } from '../matching/bar-path.ts'
import type { TopOfBook } from '../matching/top-of-book.ts'
import { type BarLeg, BarWay, spanOf } from './bar-way.ts'
import type { RestingOrders } from './resting-orders.ts'
import type { VenueLinks } from './venue-links.ts'
import type { VenueOrder } from './venue-order.ts'
import type { WaitingOrders } from './waiting-orders.ts'

export type BarMove = {
  readonly instrument_index: number
  /** Of one bar, or of one of bids and one of asks. */
  readonly legs: readonly BarLeg[]
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
    const { instrument_index, is_last } = move
    const way = this.#wayOf(move, ts_us)
    let at = isGap ? way.steps : this.#firstStop(way, instrument_index, ts_us)
    if (!way.begin(at)) return false
    for (;;) {
      const isEnd = at === way.steps
      this.#meet(instrument_index, ts_us, isGap, is_last && isEnd)
      if (isEnd) return true
      at = this.#nextStop(way, instrument_index, at, ts_us)
      way.move(at)
    }
  }

  /**
   * Whether anybody who rests or waits now would be met where a way ends: by the other side, and by a touch of the own one
   * where chance may let such a one trade (`fills_touched`).
   */
  meets(move: BarMove, ts_us: number): boolean {
    const { book, resting, waiting, fills_touched } = this.#terms
    const { instrument_index } = move
    const way = this.#wayOf(move, ts_us)
    const bid = way.bidAt(way.steps)
    const ask = way.askAt(way.steps)
    const buy = resting.best_buy_price_units[instrument_index] as number
    const sell = resting.best_sell_price_units[instrument_index] as number
    if (ask < buy || (ask === buy && book.isShown(instrument_index, 'buy'))) return true
    if (bid > sell || (bid === sell && book.isShown(instrument_index, 'sell'))) return true
    const touched = touchedSide(move.legs)
    if (fills_touched && touched !== 'sell' && bid <= buy) return true
    if (fills_touched && touched !== 'buy' && ask >= sell) return true
    if (waiting.counts[instrument_index] === 0) return false
    const last = way.lastAt(way.steps)
    return waiting.of(instrument_index).some((order) => waiting.isMetAt(order, bid, ask, last))
  }

  #wayOf({ instrument_index, legs }: BarMove, ts_us: number): BarWay {
    const spec = must(this.#terms.specs[instrument_index], 'a bar is of a known instrument')
    return new BarWay(this.#terms.book, spec, legs, ts_us)
  }

  /** What comes between the open and the close is in no known order: trails stand, and follow it when the bar ends. */
  #meet(instrument_index: number, ts_us: number, isGap: boolean, isClose: boolean): void {
    const { waiting, terms_hold, onBook } = this.#terms
    waiting.trails_stand = terms_hold && !isGap && !isClose
    onBook(instrument_index, ts_us, isGap)
    waiting.trails_stand = false
  }

  /** Where the market, leaving a price, first meets anybody. */
  #firstStop(way: BarWay, instrument_index: number, ts_us: number): number {
    const { resting, terms_hold } = this.#terms
    const next = this.#nextStop(way, instrument_index, 0, ts_us)
    const first = way.first_step
    if (!terms_hold || first >= next) return next
    const buy = resting.best_buy_price_units[instrument_index] as number
    const sell = resting.best_sell_price_units[instrument_index] as number
    const isPassed = (leg: BarLeg) => (spanOf(leg) > 0 ? way.askAt(first) <= buy : way.bidAt(first) >= sell)
    return way.legs.some(isPassed) ? first : next
  }

  /** The nearest step strictly on the way that changes whom the market meets further on, or the way's end. */
  #nextStop(way: BarWay, instrument_index: number, from: number, ts_us: number): number {
    const { links, terms_hold } = this.#terms
    let next = this.#nextTrigger(way, instrument_index, from)
    if (!terms_hold || links === undefined || links.children.size === 0) return next
    for (const leg of way.legs) next = this.#nextParent(links, way, leg, instrument_index, from, next, ts_us)
    return next
  }

  /** The nearest step before another at which a resting order trades that releases others there, or that other. */
  #nextParent(
    links: VenueLinks,
    way: BarWay,
    leg: BarLeg,
    instrument_index: number,
    from: number,
    next: number,
    ts_us: number,
  ): number {
    const { resting, tradesAt } = this.#terms
    const sign = Math.sign(spanOf(leg))
    const side = sign > 0 ? 'sell' : 'buy'
    for (let place = resting.count(instrument_index, side) - 1; place >= 0; place--) {
      const order = resting.at(instrument_index, side, place)
      if (sign * (leg.to_price_units - order.price_units) <= 0) return next
      if (!links.isParent(order)) continue
      const price = tradesAt(order, ts_us)
      const at = way.firstStep(from, next, (step) => sign * (way.priceAt(leg, step) - price) >= 0)
      if (at < next) return at
    }
    return next
  }

  /** The nearest trigger strictly on the way, or the way's end. */
  #nextTrigger(way: BarWay, instrument_index: number, from: number): number {
    const { waiting, terms_hold } = this.#terms
    // Last prices are both sides and the middle, too. Before behaviour 3 every trigger was looked for so.
    const isPlain = !terms_hold || way.legs[0]?.price_type === 'last'
    let next = way.steps
    for (const order of waiting.of(instrument_index)) {
      const at = isPlain
        ? way.stepAlone(order.trigger_price_units)
        : way.firstStep(from, next, (step) =>
            waiting.isMetAt(order, way.bidAt(step), way.askAt(step), way.lastAt(step)),
          )
      if (at > from && at < next) next = at
    }
    return next
  }
}
