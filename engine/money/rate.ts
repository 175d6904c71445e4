import type { RoundingMode } from '../../schemas/money.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { parseDecimal } from '../../schemas/units.ts'
import { powerOfTen } from './money.ts'
import { divideRounded } from './rounding.ts'

/** Most fraction digits a configured rate may have. */
const RATE_SCALE = 18

/** An exact factor, in lowest terms: amounts times a small number stay small, and small bigints are several times as fast. */
export type Rate = { readonly mantissa: bigint; readonly divisor: bigint }

/** Reads a decimal factor; `where` is the configuration path named when it is none. */
export function parseRate(text: string, where: string): Rate {
  const mantissa = parseDecimal(text, RATE_SCALE)
  if (mantissa === undefined) {
    throw new OperatingError({
      code: 'money.bad_rate',
      reason: 'usage',
      what: `"${text}" is not a decimal with at most ${RATE_SCALE} fraction digits.`,
      where,
      remedy: 'Write it as a plain decimal, such as 1.0852.',
    })
  }
  return reducedRate(mantissa, powerOfTen(RATE_SCALE))
}

/** The divisor is positive. */
export function reducedRate(mantissa: bigint, divisor: bigint): Rate {
  const common = greatestCommonDivisor(mantissa < 0n ? -mantissa : mantissa, divisor)
  return { mantissa: mantissa / common, divisor: divisor / common }
}

/** `amount * rate`, rounded once. */
export function applyRate(amount: bigint, rate: Rate, mode: RoundingMode): bigint {
  return divideRounded(amount * rate.mantissa, rate.divisor, mode)
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b)
}
