// The mean price of fills, exact until it is printed.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { divideRounded } from '../../engine/money/rounding.ts'
import { wideProduct } from '../../engine/money/wide-product.ts'
import type { Cells } from './cells.ts'

/** Digits below the price's own: a mean falls between two prices. */
const EXTRA_DIGITS = 2
const EXTRA_FACTOR = 10n ** BigInt(EXTRA_DIGITS)

export class MeanPrice {
  readonly #price_scale: number
  #cost = 0n
  #quantity_units = 0

  constructor({ price_scale }: InstrumentSpec) {
    this.#price_scale = price_scale
  }

  get quantity_units(): number {
    return this.#quantity_units
  }

  /** A negative quantity takes an earlier one back. */
  add(price_units: number, quantity_units: number): void {
    if (quantity_units === 0) return
    this.#cost += wideProduct(price_units, quantity_units)
    this.#quantity_units += quantity_units
  }

  /** An empty cell without a quantity. */
  write(cell: Cells): void {
    if (this.#quantity_units <= 0) cell.text('')
    else {
      const mean = divideRounded(this.#cost * EXTRA_FACTOR, BigInt(this.#quantity_units), 'half_even')
      cell.decimal(mean, this.#price_scale + EXTRA_DIGITS)
    }
  }
}
