// The way of a market from one price of a bar to its next, in steps of one unit of the longest: a bar of bids and one of asks
// that end together go it at one pace. What stands between two increments is the worse one for who trades against it.

import type { BarColumns } from '../../../engine/tick-store-port.ts'
import type { TopOfBook } from '../matching/top-of-book.ts'

export type BarLeg = {
  readonly price_type: BarColumns['price_type']
  readonly from_price_units: number
  readonly to_price_units: number
  /** Shown at its end, and on the way there; undefined where the bar has no volume: the default. */
  readonly size_units: number | undefined
}

export class BarWay {
  readonly legs: readonly BarLeg[]
  readonly steps: number
  readonly #book: TopOfBook
  readonly #instrument_index: number
  readonly increment_units: number

  constructor(book: TopOfBook, instrument_index: number, legs: readonly BarLeg[], increment_units: number) {
    this.#book = book
    this.#instrument_index = instrument_index
    this.legs = legs
    this.increment_units = increment_units
    this.steps = Math.max(...legs.map((leg) => Math.abs(spanOf(leg))))
  }

  priceAt(leg: BarLeg, step: number): number {
    const { from_price_units: from, to_price_units: to, price_type } = leg
    if (step === this.steps) return to
    const span = spanOf(leg)
    if (Math.abs(span) === this.steps) return from + Math.sign(span) * step
    const increment = this.increment_units
    const between = (from + (span * step) / this.steps) / increment
    const price = (price_type === 'ask' ? Math.ceil(between) : Math.floor(between)) * increment
    return Math.min(Math.max(price, Math.min(from, to)), Math.max(from, to))
  }

  bidAt(step: number): number {
    const leg = this.legs.find((one) => this.#book.setsBid(this.#instrument_index, one.price_type))
    if (leg === undefined) return this.#book.bid_price_units[this.#instrument_index] as number
    return this.priceAt(leg, step)
  }

  askAt(step: number): number {
    const leg = this.legs.find((one) => this.#book.setsAsk(this.#instrument_index, one.price_type))
    if (leg === undefined) return this.#book.ask_price_units[this.#instrument_index] as number
    return this.priceAt(leg, step)
  }

  lastAt(step: number): number | undefined {
    const leg = this.legs.find(({ price_type }) => price_type === 'last')
    if (leg !== undefined) return this.priceAt(leg, step)
    const book = this.#book
    return book.hasLast(this.#instrument_index) ? book.last_price_units[this.#instrument_index] : undefined
  }

  /** How many steps a bar by itself takes to a price; beyond its ends where it never comes there. */
  stepTo(price_units: number): number {
    const [leg] = this.legs as [BarLeg]
    return Math.sign(spanOf(leg)) * (price_units - leg.from_price_units)
  }

  /** The first step behind `from` at which something is so that stays so to the way's end; Infinity where it never is, or is at `from`. */
  firstStep(from: number, isSo: (step: number) => boolean): number {
    if (!isSo(this.steps) || isSo(from)) return Number.POSITIVE_INFINITY
    let [before, at] = [from, this.steps]
    while (at - before > 1) {
      const middle = Math.floor((before + at) / 2)
      if (isSo(middle)) at = middle
      else before = middle
    }
    return at
  }

  /** The market is at a step, the first of the way that it shows. Returns whether the book took it. */
  begin(step: number): boolean {
    this.#noteLast(step)
    const book = this.#book
    return this.legs.every((leg) =>
      book.bar(this.#instrument_index, leg.price_type, this.priceAt(leg, step), leg.size_units),
    )
  }

  /** It goes on to a step: other prices, and what is still shown. */
  move(step: number): void {
    this.#noteLast(step)
    for (const leg of this.legs)
      this.#book.move(this.#instrument_index, leg.price_type, this.priceAt(leg, step), leg.size_units)
  }

  #noteLast(step: number): void {
    const leg = this.legs.find(({ price_type }) => price_type === 'last')
    if (leg !== undefined) this.#book.noteLast(this.#instrument_index, this.priceAt(leg, step))
  }
}

export function spanOf({ from_price_units, to_price_units }: BarLeg): number {
  return to_price_units - from_price_units
}
