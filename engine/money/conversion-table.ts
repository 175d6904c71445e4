import type { RoundingMode } from '../../schemas/money.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { applyRate, parseRate, type Rate } from './rate.ts'

/** Converts money of other currencies into one account's currency, at the constant rates it was given. */
export class ConversionTable {
  readonly currency: string
  readonly #rates = new Map<string, Rate>()

  /** `rates`: units of the account currency that one unit of the named currency is worth. */
  constructor(currency: string, rates: { readonly [currency: string]: string }, where: string) {
    this.currency = currency
    for (const [from, text] of Object.entries(rates))
      this.#rates.set(from, parseRate(text, `${where}.${from}`))
  }

  has(currency: string): boolean {
    return currency === this.currency || this.#rates.has(currency)
  }

  convert(amount: bigint, from: string, mode: RoundingMode = 'half_even'): bigint {
    if (from === this.currency) return amount
    const rate = this.#rates.get(from)
    if (rate === undefined) throw rateMissing(from, this.currency)
    return applyRate(amount, rate, mode)
  }
}

function rateMissing(from: string, to: string): OperatingError {
  return new OperatingError({
    code: 'money.rate_missing',
    reason: 'usage',
    what: `No rate is known from ${from} into the account currency ${to}.`,
    remedy: `Add ${from} to the account's conversion_rates.`,
  })
}
