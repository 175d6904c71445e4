import { assert } from '../../schemas/assert.ts'
import { bigintOf } from '../canonical/safe-bigint.ts'

/**
 * The exact product of two safe integers. A double product below 2^53 proves itself: rounding is monotone, so a true
 * product of 2^53 or more could not have been rounded below it, and every smaller integer is a double.
 */
export function wideProduct(a: number, b: number): bigint {
  const product = a * b
  if (Number.isSafeInteger(product)) return bigintOf(product)
  assert(Number.isSafeInteger(a) && Number.isSafeInteger(b), 'a wide product is of two safe integers')
  return BigInt(a) * BigInt(b)
}
