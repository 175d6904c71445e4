// The way of a market from one price of a bar to its next, in steps of one unit of the longer: a bar of bids and one of asks
// that end together go it at one pace. What is between two increments stands at the one that is worse for who trades there.

import { type InstrumentSpec, incrementUnits } from '../../../engine/instrument-spec.ts'
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
  readonly #spec: InstrumentSpec
  readonly #ts_us: number

  constructor(book: TopOfBook, spec: InstrumentSpec, legs: readonly BarLeg[], ts_us: number) {
    this.#book = book
    this.#spec = spec
    this.#ts_us = ts_us
    this.legs = legs
    this.steps = Math.max(...legs.map((leg) => Math.abs(spanOf(leg))))
  }

  /** The first step on the way to another price. */
  get first_step(): number {
    const [leg] = this.legs as [BarLeg]
    return incrementUnits(this.#spec, leg.from_price_units, this.#ts_us) ?? 1
  }

  /** Where a leg is at a step: last prices at every unit, since whoever waits for one waits on an increment. */
  priceAt(leg: BarLeg, step: number): number {
    const { from_price_units: from, to_price_units: to, price_type } = leg
    if (step === this.steps) return to
    const at = from + (spanOf(leg) * step) / this.steps
    if (price_type === 'last') return at
    const increment = incrementUnits(this.#spec, at, this.#ts_us) ?? 1
    // Below 0 rounding up comes to -0, which is another number to whoever writes it.
    const price =
      (price_type === 'ask' ? Math.ceil(at / increment) : Math.floor(at / increment)) * increment + 0
    return Math.min(Math.max(price, Math.min(from, to)), Math.max(from, to))
  }

  bidAt(step: number): number {
    const leg = this.legs.find((one) => this.#book.setsBid(this.#spec.index, one.price_type))
    if (leg === undefined) return this.#book.bid_price_units[this.#spec.index] as number
    return this.priceAt(leg, step)
  }

  askAt(step: number): number {
    const leg = this.legs.find((one) => this.#book.setsAsk(this.#spec.index, one.price_type))
    if (leg === undefined) return this.#book.ask_price_units[this.#spec.index] as number
    return this.priceAt(leg, step)
  }

  lastAt(step: number): number | undefined {
    const leg = this.legs.find(({ price_type }) => price_type === 'last')
    if (leg !== undefined) return this.priceAt(leg, step)
    const book = this.#book
    return book.hasLast(this.#spec.index) ? book.last_price_units[this.#spec.index] : undefined
  }

  /** How many steps a bar that goes by itself takes to a price; beyond its ends where it never comes there. */
  stepAlone(price_units: number): number {
    const [leg] = this.legs as [BarLeg]
    return Math.sign(spanOf(leg)) * (price_units - leg.from_price_units)
  }

  /** The first step between two at which something is so that stays so; the second where there is none, or it is so at the first. */
  firstStep(from: number, until: number, isSo: (step: number) => boolean): number {
    let [before, at] = [from, until - 1]
    if (at <= before || !isSo(at) || isSo(before)) return until
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
      book.bar(this.#spec.index, leg.price_type, this.priceAt(leg, step), leg.size_units),
    )
  }

  /** It goes on to a step: other prices, and what is still shown. */
  move(step: number): void {
    this.#noteLast(step)
    for (const leg of this.legs)
      this.#book.move(this.#spec.index, leg.price_type, this.priceAt(leg, step), leg.size_units)
  }

  #noteLast(step: number): void {
    const leg = this.legs.find(({ price_type }) => price_type === 'last')
    if (leg !== undefined) this.#book.noteLast(this.#spec.index, this.priceAt(leg, step))
  }
}

export function spanOf({ from_price_units, to_price_units }: BarLeg): number {
  return to_price_units - from_price_units
}
