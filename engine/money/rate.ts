import type { RoundingMode } from '../../schemas/money.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { parseDecimal } from '../../schemas/units.ts'
import { powerOfTen } from './money.ts'
import { divideRounded } from './rounding.ts'

/** Most fraction digits a configured rate may have. */
const RATE_SCALE = 18

/** An exact decimal factor. */
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
  return { mantissa, divisor: powerOfTen(RATE_SCALE) }
}

/** `amount * rate`, rounded once. */
export function applyRate(amount: bigint, rate: Rate, mode: RoundingMode): bigint {
  return divideRounded(amount * rate.mantissa, rate.divisor, mode)
}
