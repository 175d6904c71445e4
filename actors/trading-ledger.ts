// The ledger section of a node: what of it a later build, strategy or configuration takes up. Read here into a node just
// made, whose strategies then start anew; what the configuration no longer has a place for is refused by name.

import { CanonicalReader } from '../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../engine/canonical/canonical-writer.ts'
import { must } from '../schemas/assert.ts'
import type { AccountId, StrategyId } from '../schemas/ids.ts'
import { LEDGER_SECTION_VERSION, type LedgerPosition, type LedgerSection } from '../schemas/ledger-section.ts'
import { OperatingError } from '../schemas/operating-error.ts'
import type { StrategyActor } from './strategy/strategy-actor.ts'
import type { TradingNode } from './trading-node.ts'

export function saveLedger({
  node,
  statuses,
  instruments,
  orders,
  portfolios,
  executions,
  gates,
  strategies,
  books,
}: TradingNode): LedgerSection {
  const outputs = new CanonicalWriter()
  node.outputs.save(outputs)
  const days = instruments
    .map(({ instrument_id, index }) => [instrument_id, statuses.dayEndedUs(index)] as const)
    .filter(([, ended_us]) => ended_us > 0)
  return {
    version: LEDGER_SECTION_VERSION,
    seq: node.seq,
    now_us: node.now_us,
    outputs: outputs.copy(),
    orders: byName(orders),
    portfolios: byName(portfolios),
    risks: byName(gates),
    holdings: byName(executions),
    strategies: byName(strategies),
    ...(days.length > 0 ? { days_ended: Object.fromEntries(days) } : {}),
    ...(books.size > 0 ? { remote_books: byName(books) } : {}),
  }
}

/** Into a node just made. */
export function loadLedger(trading: TradingNode, ledger: LedgerSection): void {
  const index = new Map(trading.instruments.map((spec) => [spec.instrument_id as string, spec.index]))
  refuseHomeless(trading, index, ledger)
  const { node } = trading
  node.outputs.load(new CanonicalReader(ledger.outputs))
  node.resumeAt(ledger.seq, ledger.now_us)
  for (const [id, ended_us] of Object.entries(ledger.days_ended ?? {})) {
    const at = index.get(id)
    if (at !== undefined) trading.statuses.endDay(at, ended_us)
  }
  for (const [account_id, orders] of trading.orders) {
    const saved = ledger.orders[account_id]
    // An ended order of an instrument that is gone keeps no index: nothing of it can trade.
    if (saved !== undefined) orders.loadLedger(saved, (id) => index.get(id) ?? -1)
    const portfolio = must(trading.portfolios.get(account_id), 'an account has a portfolio')
    const cash = ledger.portfolios[account_id]
    if (cash !== undefined) portfolio.loadLedger(cash)
    const gate = must(trading.gates.get(account_id), 'an account has a gate')
    const risk = ledger.risks[account_id]
    if (risk !== undefined) gate.loadLedger(risk)
    const holding = ledger.holdings[account_id]
    const execution = must(trading.executions.get(account_id), 'an account has an execution actor')
    if (holding !== undefined)
      execution.loadLedger(holding, (id) => must(index.get(id), 'a held order has a place'))
    gate.restoreExposure((i) => portfolio.quantity(i), orders.openRecords(), risk ?? {})
  }
  for (const [strategy_id, strategy] of trading.strategies) {
    const saved = ledger.strategies[strategy_id]
    if (saved !== undefined) strategy.loadLedger(saved)
    else takeIn(trading, strategy_id as StrategyId, strategy)
    const book = ledger.remote_books?.[strategy_id]
    if (book !== undefined) trading.books.get(strategy_id)?.loadLedger(book)
  }
}

/** A strategy that was in another node before: its account knows its counters, and what of it is open. */
function takeIn({ orders, executions }: TradingNode, strategy_id: StrategyId, strategy: StrategyActor): void {
  const open: number[] = []
  for (const [account_id, account] of orders) {
    const execution = must(executions.get(account_id), 'an account has an execution actor')
    strategy.noteCounter(
      Math.max(account.counterHighWater(strategy_id), execution.counterHighWater(strategy_id)),
    )
    for (const { counter } of [...account.openOrders(strategy_id), ...execution.heldOrders(strategy_id)])
      open.push(counter)
  }
  strategy.foldOpen(open.sort((a, b) => a - b))
}

function byName<Part>(actors: ReadonlyMap<string, { saveLedger(): Part }>): Record<string, Part> {
  return Object.fromEntries([...actors].map(([id, actor]) => [id, actor.saveLedger()]))
}

/** What still stands, at a venue or here, needs a place: its account, its instrument, its strategy. */
function refuseHomeless(
  trading: TradingNode,
  index: ReadonlyMap<string, number>,
  ledger: LedgerSection,
): void {
  const missing = new Set<string>()
  for (const [account_id, { open }] of Object.entries(ledger.orders)) {
    if (open.length > 0 && !trading.orders.has(account_id as AccountId)) missing.add(`account ${account_id}`)
    for (const { instrument_id, strategy_id } of open) {
      if (!index.has(instrument_id)) missing.add(`instrument ${instrument_id}`)
      if (!trading.has_strategy(strategy_id)) missing.add(`strategy ${strategy_id}`)
    }
  }
  for (const [account_id, { orders }] of Object.entries(ledger.holdings)) {
    if (orders.length > 0 && !trading.executions.has(account_id)) missing.add(`account ${account_id}`)
    for (const { instrument_id, strategy_id } of orders) {
      if (!index.has(instrument_id)) missing.add(`instrument ${instrument_id}`)
      if (!trading.has_strategy(strategy_id)) missing.add(`strategy ${strategy_id}`)
    }
  }
  for (const [account_id, { positions, books }] of Object.entries(ledger.portfolios)) {
    if (positions.some(isOpen) && !trading.orders.has(account_id)) missing.add(`account ${account_id}`)
    for (const position of positions.filter(isOpen)) {
      if (!index.has(position.instrument_id)) missing.add(`instrument ${position.instrument_id}`)
    }
    for (const book of books) {
      if (book.positions.some(isOpen) && !trading.has_strategy(book.strategy_id))
        missing.add(`strategy ${book.strategy_id}`)
    }
  }
  if (missing.size === 0) return
  throw new OperatingError({
    code: 'recovery.homeless_position',
    reason: 'usage',
    what: `The session has open orders or positions of ${[...missing].join(', ')}, which the configuration no longer names.`,
    where: 'accounts, strategies and data.sources',
    remedy: 'Put them back into the configuration, or close them with the configuration of before.',
  })
}

function isOpen({ quantity_units }: LedgerPosition): boolean {
  return quantity_units !== 0
}
