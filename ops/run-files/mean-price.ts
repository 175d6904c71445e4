// The mean price of fills, exact until it is printed.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { divideRounded } from '../../engine/money/rounding.ts'
import { wideProduct } from '../../engine/money/wide-product.ts'
import { must } from '../../schemas/assert.ts'
import type { Cells } from './cells.ts'

/** Digits below the price's own: a mean falls between two prices. */
const EXTRA_DIGITS = 2
const EXTRA_FACTOR = 10n ** BigInt(EXTRA_DIGITS)

export class MeanPrice {
  readonly #price_scale: number
  #quantity_units = 0
  /** Of every fill so far, while they have one: then it is the mean, and nothing is summed. */
  #price_units: number | undefined
  #cost: bigint | undefined

  constructor({ price_scale }: InstrumentSpec) {
    this.#price_scale = price_scale
  }

  get quantity_units(): number {
    return this.#quantity_units
  }

  /** A negative quantity takes an earlier one back. */
  add(price_units: number, quantity_units: number): void {
    if (quantity_units === 0) return
    this.#price_units ??= price_units
    if (this.#cost !== undefined || price_units !== this.#price_units) {
      this.#cost ??= wideProduct(this.#price_units, this.#quantity_units)
      this.#cost += wideProduct(price_units, quantity_units)
    }
    this.#quantity_units += quantity_units
  }

  /** An empty cell without a quantity. */
  write(cell: Cells): void {
    if (this.#quantity_units <= 0) cell.text('')
    else cell.decimal(this.#mean(), this.#price_scale + EXTRA_DIGITS)
  }

  #mean(): number | bigint {
    if (this.#cost !== undefined)
      return divideRounded(this.#cost * EXTRA_FACTOR, BigInt(this.#quantity_units), 'half_even')
    const price_units = must(this.#price_units, 'what has a quantity has a price')
    const mean = price_units * 10 ** EXTRA_DIGITS
    return Number.isSafeInteger(mean) ? mean : BigInt(price_units) * EXTRA_FACTOR
  }
}
