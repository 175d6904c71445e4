// Exact factors from an instrument's values to money of the account currency, made once per account and instrument,
// so that each amount is rounded once.

import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { greatestCommonDivisor, parseRate } from '../../../engine/money/rate.ts'
import { divideRounded } from '../../../engine/money/rounding.ts'
import type { AccountConfig } from '../../../schemas/config/account-config.ts'
import { OperatingError } from '../../../schemas/operating-error.ts'

export type AccountTerms = Pick<
  AccountConfig,
  'id' | 'venues' | 'currency' | 'balance' | 'leverage_max' | 'conversion_rates'
>

/** A fraction in lowest terms. */
export type Factor = { readonly numerator: bigint; readonly denominator: bigint }

/** One object, by which it is known. */
const ONE: Factor = { numerator: 1n, denominator: 1n }

export function applyFactor(factor: Factor, amount: bigint): bigint {
  if (factor === ONE) return amount
  const scaled = amount * factor.numerator
  return factor.denominator === 1n ? scaled : divideRounded(scaled, factor.denominator, 'half_even')
}

/** From values of the instrument (10^-value_scale of its quote currency) to money of the account. */
export function valueFactor(terms: AccountTerms, spec: InstrumentSpec): Factor {
  const conversion = conversionFactor(terms, spec.quote_currency)
  return reduced(conversion.numerator, spec.values_per_money * conversion.denominator)
}

/** From values of the instrument to its initial margin in money of the account. */
export function marginFactor(terms: AccountTerms, spec: InstrumentSpec): Factor {
  const value = valueFactor(terms, spec)
  return reduced(
    value.numerator * spec.margin_initial.mantissa,
    value.denominator * spec.margin_initial.divisor,
  )
}

/** From money of `currency` to money of the account, at the rate given. */
export function conversionFactor(terms: AccountTerms, currency: string): Factor {
  if (currency === terms.currency) return ONE
  const rate = terms.conversion_rates[currency]
  if (rate === undefined) throw rateMissing(terms, currency)
  const { mantissa, divisor } = parseRate(rate, `accounts.${terms.id}.conversion_rates.${currency}`)
  return reduced(mantissa, divisor)
}

function reduced(numerator: bigint, denominator: bigint): Factor {
  const common = greatestCommonDivisor(numerator, denominator)
  const factor = { numerator: numerator / common, denominator: denominator / common }
  return factor.numerator === 1n && factor.denominator === 1n ? ONE : factor
}

function rateMissing(terms: AccountTerms, currency: string): OperatingError {
  return new OperatingError({
    code: 'exchange.rate_missing',
    reason: 'usage',
    what: `Account ${terms.id} has no rate from ${currency} into its currency ${terms.currency}.`,
    where: `accounts.${terms.id}.conversion_rates`,
    remedy: `Add ${currency} with the units of ${terms.currency} that one ${currency} is worth.`,
  })
}
