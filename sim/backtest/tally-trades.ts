import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { BacktestSession } from './backtest-session.ts'
import { resultConversion } from './result-currency.ts'
import { TradeTally } from './trade-tally.ts'

/** Counts the closed positions of all accounts from the session's start on. */
export function tallyTrades(config: Config, session: BacktestSession): TradeTally {
  const trades = new TradeTally(resultConversion(config))
  for (const account of config.accounts) {
    const portfolio = must(session.trading.portfolios.get(account.id), 'every account has a portfolio')
    portfolio.observeFills((fill) => trades.add(account, fill))
  }
  return trades
}
