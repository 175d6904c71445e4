import { assert, unreachable } from '../../schemas/assert.ts'
import type { RoundingMode } from '../../schemas/money.ts'

/** `numerator / denominator` as an integer, rounded the named way. The denominator is positive. */
export function divideRounded(numerator: bigint, denominator: bigint, mode: RoundingMode): bigint {
  assert(denominator > 0n, 'a denominator is positive')
  const quotient = numerator / denominator
  const remainder = numerator - quotient * denominator
  if (remainder === 0n) return quotient
  const negative = numerator < 0n
  if (!roundsAwayFromZero(quotient, negative ? -remainder : remainder, denominator, negative, mode)) {
    return quotient
  }
  return negative ? quotient - 1n : quotient + 1n
}

function roundsAwayFromZero(
  quotient: bigint,
  remainder: bigint,
  denominator: bigint,
  negative: boolean,
  mode: RoundingMode,
): boolean {
  switch (mode) {
    case 'half_even': {
      const twice = 2n * remainder
      return twice > denominator || (twice === denominator && quotient % 2n !== 0n)
    }
    case 'half_up':
      return 2n * remainder >= denominator
    case 'down':
      return false
    case 'up':
      return true
    case 'floor':
      return negative
    case 'ceiling':
      return !negative
    default:
      return unreachable(mode)
  }
}
