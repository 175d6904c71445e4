// The result object of a run, from the session's actors. Shapes and meanings: schemas/backtest-result.ts.

import type { ExecutionActor } from '../../actors/execution/execution-actor.ts'
import type { AccountMarks } from '../../actors/portfolio/portfolio-actor.ts'
import { assert, must } from '../../schemas/assert.ts'
import { BACKTEST_CONTRACT_VERSION, type BacktestResult } from '../../schemas/backtest-result.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'
import type { Config } from '../../schemas/config/config.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { isoTime, parseDecimal } from '../../schemas/units.ts'
import type { SimulatedExchange } from '../exchange/simulated-exchange.ts'
import type { BacktestSession } from './backtest-session.ts'
import { planData } from './data-plan.ts'
import type { BacktestHeader } from './epoch-header.ts'
import { moneyText } from './money-text.ts'
import { resultConversion } from './result-currency.ts'
import { type EquityEnds, statisticsOf } from './statistics.ts'
import type { TradeTally } from './trade-tally.ts'

export type ResultParts = {
  readonly config: Config
  readonly session: BacktestSession
  readonly header: BacktestHeader
  readonly hashes: { readonly output_hash: string; readonly state_hash: string }
  readonly trades: TradeTally
}

/** All of a result that a re-run gives again. */
export type UntimedResult = Omit<BacktestResult, 'timing'>

export function resultOf({ config, session, header, hashes, trades }: ResultParts): UntimedResult {
  const { range } = planData(config)
  const { counts } = session.driver
  const portfolios = [...session.trading.portfolios.values()]
  const money = moneyOf(
    config,
    portfolios.map((portfolio) => portfolio.marks()),
  )
  return {
    contract_version: BACKTEST_CONTRACT_VERSION,
    run_id: header.run_id,
    seed: config.seed,
    build: header.build_hash,
    config_hash: header.config_hash,
    strategy_hash: header.strategy_hash,
    data_hash: header.data_hash,
    ...hashes,
    data: { ...counts, from: isoTime(range.from_us), to: isoTime(range.to_us) },
    orders: orderCounts(session),
    fills: portfolios.reduce((sum, portfolio) => sum + portfolio.fill_count, 0),
    positions_closed: portfolios.reduce((sum, portfolio) => sum + portfolio.positions_closed, 0),
    venues: session.venues.exchanges.map(venueCounts),
    accounts: [...session.trading.portfolios].map(([account_id, portfolio]) => {
      const { currency, cash } = portfolio.marks()
      return { account_id, balances: [{ currency, total: moneyText(cash) }] }
    }),
    ...moneyTexts(money),
    statistics: statisticsOf(trades, session.sampler.samples, money),
  }
}

function venueCounts(exchange: SimulatedExchange): BacktestResult['venues'][number] {
  const { ignored_row_count, bars } = exchange.rows
  return {
    venue_id: exchange.venue_id,
    bar_order_fill_count: bars.bar_order_fill_count,
    ignored_row_count,
    bar_count: bars.bar_count,
    closed_bar_count: bars.closed_bar_count,
    unsized_instruments: exchange.unsizedInstruments(),
  }
}

function orderCounts(session: BacktestSession): BacktestResult['orders'] {
  const sums = { accepted: 0, not_sent: 0, rejected: 0, filled: 0, canceled: 0, expired: 0, open: 0 }
  for (const { counts } of session.trading.orders.values()) {
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += counts[key]
  }
  let approved = 0
  let denied = 0
  for (const { counts } of session.trading.gates.values()) {
    approved += counts.approved
    denied += counts.denied
  }
  const { accepted, open: open_at_end, ...ended } = sums
  const { not_sent, rejected, filled, canceled, expired } = ended
  assert(
    approved === not_sent + rejected + filled + canceled + expired + open_at_end,
    'each approved order has ended in exactly one way, or is open',
  )
  const held = heldCounts(session)
  return {
    submitted: approved + denied + held.denied + held.canceled + held.expired + held.held,
    accepted,
    denied: denied + held.denied,
    not_sent,
    rejected,
    filled,
    canceled: canceled + held.canceled,
    expired: expired + held.expired,
    open_at_end: open_at_end + held.held,
  }
}

/** Orders of which neither a gate nor a venue ever heard. */
function heldCounts(session: BacktestSession): ExecutionActor['counts'] {
  const sums = { denied: 0, canceled: 0, expired: 0, held: 0 }
  for (const { counts } of session.trading.executions.values()) {
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += counts[key]
  }
  return sums
}

type Money = EquityEnds & {
  readonly currency: string
  readonly realized: bigint
  readonly unrealized: bigint
  readonly fees: bigint
}

/** Money of all accounts, in the currency of the first. */
function moneyOf(config: Config, marks: readonly AccountMarks[]): Money {
  const conversion = resultConversion(config)
  const total = (of: (mark: AccountMarks) => bigint) =>
    marks.reduce((sum, mark) => sum + conversion.convert(of(mark), mark.currency), 0n)
  const realized = total((mark) => mark.realized)
  const unrealized = total((mark) => mark.unrealized)
  const fees = total((mark) => mark.fees)
  const start = config.accounts.reduce((sum, { balance, currency }) => {
    return sum + conversion.convert(moneyUnits(balance), currency)
  }, 0n)
  for (const [i, account] of config.accounts.entries()) assertBooked(account, marks[i])
  const end = start + realized + unrealized - fees
  return { currency: conversion.currency, start, end, realized, unrealized, fees }
}

function moneyTexts(money: Money): Pick<BacktestResult, 'equity' | 'pnl'> {
  const { currency, start, end, realized, unrealized, fees } = money
  return {
    equity: { currency, start: moneyText(start), end: moneyText(end) },
    pnl: { realized: moneyText(realized), unrealized: moneyText(unrealized), fees: moneyText(fees) },
  }
}

/** In each account's own currency, before any conversion is rounded: its equity is what it had and what it gained. */
function assertBooked({ balance }: AccountConfig, mark: AccountMarks | undefined): void {
  const { equity, realized, unrealized, fees } = must(mark, 'every account has a portfolio')
  assert(
    equity === moneyUnits(balance) + realized + unrealized - fees,
    'an account holds its balance and its profit after fees',
  )
}

function moneyUnits(balance: string): bigint {
  return must(parseDecimal(balance, MONEY_SCALE), 'a balance is a validated decimal')
}
