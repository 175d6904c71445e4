import type { ConversionTable } from '../money/conversion-table.ts'
import type { Ledger } from './ledger.ts'

/** Profit of one open position at the side that would close it, as money of a currency. */
export type OpenProfit = { readonly currency: string; readonly amount: bigint }

/** What the account is worth in its currency: cash and open profit of every currency, each converted on its own. */
export function equityMoney(ledger: Ledger, open: Iterable<OpenProfit>, conversion: ConversionTable): bigint {
  let equity = unrealizedMoney(open, conversion)
  for (const currency of ledger.currencies()) equity += conversion.convert(ledger.balance(currency), currency)
  return equity
}

/** The open profit of all positions in the account currency. */
export function unrealizedMoney(open: Iterable<OpenProfit>, conversion: ConversionTable): bigint {
  let sum = 0n
  for (const profit of open) sum += conversion.convert(profit.amount, profit.currency)
  return sum
}
