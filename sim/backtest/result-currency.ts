// The currency of a run's totals: that of its first account, whose rates convert what the others are in.

import { ConversionTable } from '../../engine/money/conversion-table.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

/** Made before a run, so that a missing rate is refused before anything is replayed. */
export function resultConversion({ accounts }: Config): ConversionTable {
  const { currency, conversion_rates } = must(accounts[0], 'a configuration has an account')
  const where = 'accounts.0.conversion_rates'
  const conversion = new ConversionTable(currency, conversion_rates, where)
  const other = accounts.find((account) => !conversion.has(account.currency))
  if (other === undefined) return conversion
  throw new OperatingError({
    code: 'backtest.rate_missing',
    reason: 'usage',
    what: `Totals of a run are in ${currency}, the currency of its first account, which has no rate from ${other.currency}, the currency of ${other.id}.`,
    where,
    remedy: `Add ${other.currency} with the units of ${currency} that one ${other.currency} is worth.`,
  })
}
