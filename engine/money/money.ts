// Money is a bigint counting 10^-MONEY_SCALE of its currency; a value is the same amount before it is rounded to
// money, counting 10^-value_scale of the quote currency.

import { assert } from '../../schemas/assert.ts'
import { MONEY_SCALE, type RoundingMode } from '../../schemas/money.ts'
import type { PriceUnits, SizeUnits } from '../../schemas/units.ts'
import { divideRounded } from './rounding.ts'
import { wideProduct } from './wide-product.ts'

/** Largest magnitude of an amount: what a decimal of 38 digits holds, so that every reader of the outputs can. */
export const MONEY_MAX = 10n ** 38n - 1n
const MONEY_MIN = -MONEY_MAX

/** Reason code of a denial: the amount is beyond `MONEY_MAX`. */
export const MONEY_OVERFLOW = 'money_overflow'

/** How an instrument's prices and sizes make values, and values money. */
export type ValueScale = {
  /** Counts of value in one unit of price times one unit of size. */
  readonly value_per_product: bigint
  /** Counts of value in one count of money. */
  readonly values_per_money: bigint
}

/** Exact value of `quantity_units` at `price_units`, signed as the product is. */
export function exactValue(scale: ValueScale, price_units: number, quantity_units: number): bigint {
  const product = wideProduct(price_units, quantity_units)
  return scale.value_per_product === 1n ? product : product * scale.value_per_product
}

export function moneyOfValue(scale: ValueScale, value: bigint, mode: RoundingMode): bigint {
  return scale.values_per_money === 1n ? value : divideRounded(value, scale.values_per_money, mode)
}

/** Magnitude of an order's or a fill's worth in quote currency; an amount out of range is a coded refusal. */
export function notionalMoney(
  scale: ValueScale,
  price_units: PriceUnits,
  quantity_units: SizeUnits,
  mode: RoundingMode = 'half_even',
): bigint | typeof MONEY_OVERFLOW {
  const value = exactValue(scale, price_units, quantity_units)
  return checkedMoney(moneyOfValue(scale, value < 0n ? -value : value, mode))
}

export function checkedMoney(amount: bigint): bigint | typeof MONEY_OVERFLOW {
  return amount > MONEY_MAX || amount < MONEY_MIN ? MONEY_OVERFLOW : amount
}

/** 10^exponent, for scales. */
export function powerOfTen(exponent: number): bigint {
  assert(Number.isInteger(exponent) && exponent >= 0, 'a scale is a natural number')
  return 10n ** BigInt(exponent)
}

/** How many counts of 10^-scale make one count of money. */
export function countsPerMoney(scale: number): bigint {
  return powerOfTen(scale - MONEY_SCALE)
}
