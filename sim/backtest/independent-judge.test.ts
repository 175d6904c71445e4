import { expect, test } from 'vitest'
import { fxPair } from '../../engine/instrument.test-support.ts'
import { must } from '../../schemas/assert.ts'
import type { OrderKey } from '../../schemas/messages/order.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type { BacktestSession } from './backtest-session.ts'
import { naiveEmaCross } from './naive-ema-cross.test-support.ts'
import { moneyUnits, NaiveLedger } from './naive-ledger.test-support.ts'
import { runScenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { EMA_PARAMS, PROOF_STRATEGIES, PROOF_STRATEGY_IDS } from './proof-strategies.test-support.ts'
import { endUs, quoteTape, START_US, type Tape } from './tape.test-support.ts'

const YEN = fxPair({
  instrument_id: 'BBB.one',
  quote_currency: 'JPY',
  price_scale: 3,
  increments: [{ price_increment: '0.001' }],
})
/** So fine that a fill's value has thirteen decimals and most profits are fractions of the smallest money. */
const FINE = fxPair({
  instrument_id: 'CCC.one',
  quote_currency: 'EUR',
  size_scale: 8,
  lot: '0.00001',
  quantity_min: '0.00001',
})
const INSTRUMENTS = [fxPair({ instrument_id: 'AAA.one' }), YEN, FINE]
const RATES = { JPY: '0.00673219', EUR: '1.08331' }

/** A tape that ends with a silence, in which everything under way arrives. */
function quietEnd(tape: Tape): Tape {
  return { series: tape.series, rows: tape.rows.filter(([ts = 0]) => ts < START_US + 500_000_000) }
}

const TAPES = [
  quoteTape({ instrument_id: 'AAA.one', shared_stamps: true, row_count: 900 }),
  quoteTape({ instrument_id: 'BBB.one', seed: 5, row_count: 500 }),
  quoteTape({ instrument_id: 'CCC.one', seed: 6, row_count: 500 }),
].map(quietEnd)

const CASES = [
  { name: 'without latency', latency: { submit_us: 0, report_us: 0 }, strategies: PROOF_STRATEGY_IDS },
  {
    name: 'with latency',
    latency: { submit_us: 5_000, report_us: 300_000 },
    // The one that trades through the silence always has something under way.
    strategies: PROOF_STRATEGY_IDS.filter((id) => id !== 'timed'),
  },
]

const scenarioFor = ({ latency, strategies }: (typeof CASES)[number], tapes: readonly Tape[] = TAPES) =>
  scenarioOf({
    tapes,
    strategies,
    instruments: INSTRUMENTS,
    venue: { latency },
    account: { conversion_rates: RATES },
  })

test.each(CASES)("at the end of a run $name the venue's own books are the engine's", async (one) => {
  const { outcome, outputs } = await runScenario(await scenarioFor(one))
  const { session } = outcome
  expect(session.venues.agenda.count).toEqual(0)
  const books = session.venues.books()
  expect(books.accounts.map(({ positions: _, ...money }) => money)).toEqual(
    [...session.trading.portfolios].map(([account_id, portfolio]) => {
      const { currency, cash, equity } = portfolio.marks()
      return { account_id, currency, balance: cash, equity }
    }),
  )
  const held = books.accounts.flatMap(({ positions }) =>
    positions.map(({ instrument_id, quantity_units }) => [instrument_id, quantity_units]),
  )
  expect(held).toEqual(positionsOf(session))
  expect(books.open_orders.length).toBeGreaterThan(0)
  const incarnations = new Map(
    outputs.commands.map((command) => [command.client_order_id as string, command]),
  )
  const resting = books.open_orders.map(({ client_order_id, leaves_quantity_units }) => {
    const { strategy_id, counter } = must(incarnations.get(client_order_id), 'a venue holds what was sent')
    return `${strategy_id} ${counter} ${leaves_quantity_units}`
  })
  expect(resting.sort()).toEqual(openOrdersOf(session).sort())
})

test.each(CASES)(
  'balances and equity of a run $name are those of a ledger rebuilt from its fills',
  async (one) => {
    const { outcome, outputs } = await runScenario(await scenarioFor(one))
    const ledger = new NaiveLedger('100000', RATES, { one: '0.2' }, INSTRUMENTS)
    for (const { fill } of outputs.fills) ledger.fill(fill)
    expect(outputs.fills.length).toBeGreaterThan(200)
    const { session, result } = outcome
    const portfolio = must(session.trading.portfolios.get('main'), 'the account is there')
    const { table } = session.trading
    const equity = ledger.equity((instrument_id, isLong) => {
      const index = INSTRUMENTS.findIndex((instrument) => instrument.instrument_id === instrument_id)
      return (isLong ? table.bid_price_units : table.ask_price_units)[index] as number
    })
    const { cash, equity: marked } = portfolio.marks()
    expect({ cash, equity: marked }).toEqual({
      cash: moneyUnits(ledger.balance()),
      equity: moneyUnits(equity),
    })
    expect(result.accounts[0]?.balances[0]?.total).toEqual(trimmed(ledger.balance().toFixed(8)))
    expect(INSTRUMENTS.map((_, index) => portfolio.quantity(index))).toEqual(
      INSTRUMENTS.map(({ instrument_id, size_scale }) =>
        ledger
          .position(instrument_id)
          .times(10 ** size_scale)
          .toNumber(),
      ),
    )
  },
)

test.each(CASES)(
  'each order of a run $name ends in exactly one way, and none fills beyond its quantity',
  async (one) => {
    const { outcome, outputs } = await runScenario(await scenarioFor(one))
    const denied = outputs.denials.filter(({ request }) => request === 'new')
    const sent = outputs.commands.filter(({ type }) => type === 'new_order_single')
    const lives = Map.groupBy(outputs.facts, nameOf)
    const endOf = (facts: readonly OrderFact[]) => facts.filter(({ ended }) => ended).at(0)?.type ?? 'open'
    const ends = Map.groupBy([...lives.values()].map(endOf), (end) => end)
    const { orders, fills } = outcome.result
    expect(orders).toEqual({
      submitted: denied.length + sent.length,
      accepted: outputs.facts.filter(({ type }) => type === 'order.accepted').length,
      denied: denied.length,
      not_sent: ends.get('order.not_sent')?.length ?? 0,
      rejected: ends.get('order.rejected')?.length ?? 0,
      // An order that traded in full while a replace to more was in flight ends with the replace's rejection.
      filled: [ends.get('order.filled'), ends.get('order.replace_rejected')].flatMap((end) => end ?? [])
        .length,
      canceled: ends.get('order.canceled')?.length ?? 0,
      expired: 0,
      open_at_end: ends.get('open')?.length ?? 0,
    })
    expect(new Set(sent.map(nameOf)).size).toEqual(sent.length)
    expect(lives.size).toEqual(sent.length)
    expect(fills).toEqual(outputs.fills.length)
    for (const facts of lives.values()) {
      const filled = facts.reduce((sum, fact) => sum + fact.last_quantity_units, 0)
      const last = must(facts.at(-1), 'an order that was sent has a fact')
      expect(filled).toEqual(last.cum_quantity_units)
      expect(filled).toBeLessThanOrEqual(last.order_quantity_units)
    }
  },
)

test.each(CASES)("the strategies' own books of a run $name sum to the account's", async (one) => {
  const { outcome, outputs } = await runScenario(await scenarioFor(one))
  const { portfolios, strategies } = outcome.session.trading
  const portfolio = must(portfolios.get('main'), 'the account is there')
  for (const [index, { instrument_id }] of INSTRUMENTS.entries()) {
    const books = [...strategies.keys()].map((id) => {
      const own = outputs.fills.filter(
        ({ fill }) => fill.strategy_id === id && fill.instrument_id === instrument_id,
      )
      const traded = own.reduce(
        (sum, { fill }) => sum + fill.last_quantity_units * (fill.side === 'buy' ? 1 : -1),
        0,
      )
      expect(portfolio.bookQuantity(id, index)).toEqual(traded)
      return traded
    })
    expect(portfolio.quantity(index)).toEqual(books.reduce((sum, quantity) => sum + quantity, 0))
  }
})

test.each([
  { seed: 1, gap_ms_max: 2_000, shared_stamps: false, params: EMA_PARAMS },
  { seed: 2, gap_ms_max: 300, shared_stamps: true, params: EMA_PARAMS },
  { seed: 3, gap_ms_max: 1_000, shared_stamps: true, params: { ...EMA_PARAMS, interval_us: 1_000_000 } },
  { seed: 4, gap_ms_max: 9_000, shared_stamps: false, params: { ...EMA_PARAMS, interval_us: 60_000_000 } },
  {
    seed: 5,
    gap_ms_max: 3_000,
    shared_stamps: true,
    params: { ...EMA_PARAMS, fast_period: 10, slow_period: 20 },
  },
])('the EMA cross trades as a naive loop over the same rows does: %o', async ({ params, ...shape }) => {
  const tape = quoteTape({ instrument_id: 'AAA.one', row_count: 8_000, ...shape })
  const more = [{ config: strategyOf('ema', ['AAA.one'], params), definition: PROOF_STRATEGIES.ema }]
  const { outputs, outcome } = await runScenario(await scenarioOf({ tapes: [tape], more }))
  const found = outputs.fills.map(({ fill, ts_us }) => ({
    ts_us,
    side: fill.side,
    price_units: fill.last_price_units as number,
    quantity_units: fill.last_quantity_units as number,
  }))
  const expected = naiveEmaCross(tape.rows, {
    ...params,
    quantity_units: 10_000,
    shown_default_units: 1_000_000,
    to_us: endUs([tape]),
  })
  expect(found).toEqual(expected)
  expect(outcome.result.orders.filled).toBeGreaterThan(10)
})

function positionsOf({ trading }: BacktestSession): [string, number][] {
  return [...trading.portfolios.values()].flatMap((portfolio) =>
    INSTRUMENTS.map(({ instrument_id }, index): [string, number] => [
      instrument_id,
      portfolio.quantity(index),
    ]).filter(([, quantity]) => quantity !== 0),
  )
}

function openOrdersOf({ trading }: BacktestSession): string[] {
  return [...trading.orders.values()].flatMap((orders) =>
    [...trading.strategies.keys()].flatMap((id) =>
      orders
        .openOrders(id)
        .map((order) => `${id} ${order.counter} ${order.order_quantity_units - order.cum_quantity_units}`),
    ),
  )
}

function nameOf({ account_id, strategy_id, counter }: OrderKey): string {
  return `${account_id}/${strategy_id}/${counter}`
}

/** As the result writes money: at least two fraction digits, no zero beyond them. */
function trimmed(text: string): string {
  return text.replace(/0{1,6}$/, '')
}
