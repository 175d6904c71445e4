import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { fxPair } from '../../engine/instrument.test-support.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import { moneyUnits, NaiveLedger } from './naive-ledger.test-support.ts'
import {
  accountOf,
  runScenario,
  type ScenarioOptions,
  scenarioOf,
  strategyOf,
} from './proof-session.test-support.ts'
import { EMA_PARAMS, PROOF_STRATEGIES, plain } from './proof-strategies.test-support.ts'
import { barTape, quoteTape, SECOND_US, START_US, type Tape, tradeTape } from './tape.test-support.ts'

/** In the order in which the sources name them, which is their index. */
const INSTRUMENTS = ['AAA.one', 'BBB.one', 'AAA.two', 'CCC.two', 'EEE.two', 'DDD.two']
const TAPES: readonly Tape[] = [
  quoteTape({ instrument_id: 'AAA.one', row_count: 300, gap_ms_max: 900, shared_stamps: true }),
  quoteTape({ instrument_id: 'BBB.one', row_count: 300, gap_ms_max: 900, seed: 2 }),
  quoteTape({ instrument_id: 'AAA.two', row_count: 300, gap_ms_max: 900, seed: 3 }),
  // Never quoted: traded; bars of one side; trades, and bars of both sides.
  tradeTape({ instrument_id: 'CCC.two', row_count: 150, gap_ms_max: 1_500, seed: 4 }),
  tradeTape({ instrument_id: 'EEE.two', row_count: 50, gap_ms_max: 5_000, seed: 5 }),
  barTape({ instrument_id: 'AAA.one', row_count: 20, interval_us: 7 * SECOND_US }),
  barTape({ instrument_id: 'DDD.two', row_count: 30, interval_us: 4 * SECOND_US }),
  barTape({ instrument_id: 'EEE.two', row_count: 20, interval_us: 5 * SECOND_US, price_type: 'ask' }),
  barTape({ instrument_id: 'EEE.two', row_count: 15, interval_us: 6 * SECOND_US, seed: 7 }),
]

const venue = (id: string, submit_us: number, basis_points: string): VenueConfig => ({
  id,
  latency: { submit_us, report_us: 2 * submit_us },
  commission: { basis_points },
  displayed_quantity_default: '1000000',
  market_data: { stale_after_us: 60_000_000 },
})

const on = (
  id: keyof typeof PROOF_STRATEGIES,
  as: string,
  account: string,
  instruments: readonly string[],
) => ({
  config: strategyOf(as, instruments, id === 'ema' ? { ...EMA_PARAMS, interval_us: SECOND_US } : {}, account),
  definition: PROOF_STRATEGIES[id],
})

const ACCOUNTS: readonly AccountConfig[] = [
  { ...accountOf('alpha', ['one', 'two']), conversion_rates: { EUR: '1.0853' } },
  { ...accountOf('beta', ['two']), currency: 'EUR', conversion_rates: { USD: '0.91237' } },
]

const OPTIONS: ScenarioOptions = {
  tapes: TAPES,
  accounts: ACCOUNTS,
  config: { venues: [venue('one', 3_000, '0.2'), venue('two', 0, '0.35')] },
  more: [
    on('ema', 'ema', 'alpha', ['AAA.one']),
    on('nth', 'nth-a', 'alpha', ['BBB.one', 'AAA.two']),
    on('quoter', 'quote-a', 'alpha', ['AAA.two']),
    on('quoter', 'quote-b', 'beta', ['AAA.two']),
    on('drawing', 'draw-b', 'beta', ['AAA.two', 'CCC.two']),
    on('timed', 'timed-b', 'beta', ['CCC.two', 'DDD.two', 'EEE.two']),
  ],
}

test('two accounts at two venues keep books of their own, and the same strategy on both trades as itself', async () => {
  const { outcome, outputs } = await runScenario(await scenarioOf(OPTIONS))
  expect(outcome.faults).toEqual([])
  const traded = new Set(
    outputs.fills.map(({ fill }) => `${fill.account_id} ${fill.strategy_id} ${fill.venue_id}`),
  )
  expect([...traded].sort()).toEqual([
    'alpha ema one',
    'alpha nth-a one',
    'alpha nth-a two',
    'alpha quote-a two',
    'beta draw-b two',
    'beta quote-b two',
    'beta timed-b two',
  ])
  const { portfolios, table } = outcome.session.trading
  const definitions = INSTRUMENTS.map((instrument_id) => fxPair({ instrument_id }))
  const closing = (instrument_id: string, isLong: boolean) =>
    (isLong ? table.bid_price_units : table.ask_price_units)[INSTRUMENTS.indexOf(instrument_id)] as number
  const rebuilt = ACCOUNTS.map(({ id, currency, conversion_rates }) => {
    const ledger = new NaiveLedger('100000', conversion_rates, { one: '0.2', two: '0.35' }, definitions)
    for (const { fill } of outputs.fills) if (fill.account_id === id) ledger.fill(fill)
    return { id, currency, cash: moneyUnits(ledger.balance()), equity: moneyUnits(ledger.equity(closing)) }
  })
  const kept = [...portfolios].map(([id, portfolio]) => {
    const { currency, cash, equity } = portfolio.marks()
    return { id, currency, cash, equity }
  })
  expect(kept).toEqual(rebuilt)
  expect(outcome.session.venues.agenda.count).toEqual(0)
  const { accounts } = outcome.session.venues.books()
  expect(
    accounts.map(({ account_id, currency, balance, equity }) => ({
      id: account_id,
      currency,
      cash: balance,
      equity,
    })),
  ).toEqual(rebuilt)
  expect(
    accounts.map(({ positions }) =>
      positions.map(({ instrument_id, quantity_units }) => [instrument_id, quantity_units]),
    ),
  ).toEqual(
    [...portfolios.values()].map((portfolio) =>
      INSTRUMENTS.map((instrument_id, index) => [instrument_id, portfolio.quantity(index)]).filter(
        ([, held]) => held !== 0,
      ),
    ),
  )
})

test('totals, samples and trades of accounts in two currencies are in that of the first', async () => {
  const { outcome } = await runScenario(await scenarioOf(OPTIONS))
  const { result, samples, session } = outcome
  expect(result.equity).toMatchObject({ currency: 'USD', start: '208530.00' })
  const [alpha, beta] = [...session.trading.portfolios.values()].map((portfolio) => portfolio.marks().equity)
  const total = (alpha ?? 0n) + BigInt(Math.round(Number(beta) * 1.0853))
  expect(Math.abs(Number((samples.at(-1)?.equity ?? 0n) - total))).toBeLessThanOrEqual(1)
  expect(result.statistics.trades).toEqual(result.positions_closed)
  const [first, second] = ACCOUNTS as [AccountConfig, AccountConfig]
  const accounts = [{ ...first, conversion_rates: {} }, second]
  await expect(runScenario(await scenarioOf({ ...OPTIONS, accounts }))).rejects.toMatchObject({
    code: 'backtest.rate_missing',
    reason: 'usage',
    where: 'accounts.0.conversion_rates',
    remedy: 'Add EUR with the units of USD that one EUR is worth.',
  })
})

test('what one account does changes nothing for the other, beyond what both take from one book', async () => {
  const both = await runScenario(await scenarioOf(OPTIONS))
  const more = (OPTIONS.more ?? []).filter(
    ({ config }) => config.account === 'alpha' && !config.instruments.includes('AAA.two'),
  )
  const alone = await runScenario(await scenarioOf({ ...OPTIONS, more }))
  const fillsOf = ({ outputs }: typeof both, strategy: string) =>
    outputs.fills
      .filter(({ fill }) => fill.strategy_id === strategy)
      .map(({ fill, ts_us }) => [ts_us, fill.side, fill.last_price_units, fill.last_quantity_units])
  expect(fillsOf(both, 'ema').length).toBeGreaterThan(5)
  expect(fillsOf(alone, 'ema')).toEqual(fillsOf(both, 'ema'))
})

test('rows of one moment come in the rank of their sources, across venues and kinds', async () => {
  const at = START_US + 10 * SECOND_US
  const rows = {
    quote: [at, 110_000, 110_002, 0, 0],
    trade: [at, 110_001, 1_000, 1],
    bar: [at, 1, 1, 1, 1, 0],
  }
  const tape = (instrument_id: string, kind: 'quote' | 'trade' | 'bar'): Tape =>
    kind === 'bar'
      ? {
          series: { instrument_id, kind, interval_us: 5 * SECOND_US, price_type: 'bid' },
          rows: [rows.bar, [at + 1, ...rows.bar.slice(1)]],
        }
      : { series: { instrument_id, kind }, rows: [rows[kind], rows[kind]] }
  const ranked = [
    tape('BBB.two', 'bar'),
    tape('BBB.one', 'trade'),
    tape('BBB.two', 'quote'),
    tape('AAA.two', 'quote'),
    tape('AAA.one', 'quote'),
  ]
  const expected = [
    'bar BBB.two',
    'trade BBB.one',
    'trade BBB.one',
    'quote AAA.two',
    'quote AAA.two',
    'quote BBB.two',
    'quote BBB.two',
    'quote AAA.one',
    'quote AAA.one',
  ]
  expect((await watched(ranked)).filter((_, index) => index < 9)).toEqual(expected)
  const turned = await watched([...ranked].reverse())
  expect(turned.filter((_, index) => index < 9)).toEqual([
    'quote AAA.one',
    'quote AAA.one',
    'quote AAA.two',
    'quote AAA.two',
    'quote BBB.two',
    'quote BBB.two',
    'trade BBB.one',
    'trade BBB.one',
    'bar BBB.two',
  ])
})

test('imported bars and bars built from ticks of one instrument go each to whoever asked for them', async () => {
  const seen = new Map<string, { ends: number[]; tick_counts: number[] }>()
  const watcher = defineStrategy({
    name: 'watcher',
    params: Type.Object({}),
    bars: () => ({
      imported: { instrument: 'AAA.one', interval_us: 7 * SECOND_US, price_type: 'bid' as const },
      built: { instrument: 'AAA.one', interval_us: 5 * SECOND_US, price_type: 'bid' as const },
    }),
    state: () => ({}),
    onBar: (_, bar, name) => {
      const { ends, tick_counts } = seen.get(name) ?? { ends: [], tick_counts: [] }
      seen.set(name, {
        ends: [...ends, bar.ts_event_us - START_US],
        tick_counts: [...tick_counts, bar.tick_count],
      })
    },
  })
  const more = [{ config: strategyOf('watch', ['AAA.one']), definition: plain(watcher) }]
  const tapes = TAPES.filter(({ series }) => series.instrument_id === 'AAA.one')
  await runScenario(await scenarioOf({ tapes, more }))
  const imported = seen.get('imported')
  expect(imported).toEqual({
    ends: Array.from({ length: 20 }, (_, bar) => (bar + 1) * 7 * SECOND_US),
    tick_counts: Array.from({ length: 20 }, () => 0),
  })
  const built = seen.get('built')
  expect(built?.ends.every((end) => end % (5 * SECOND_US) === 0)).toEqual(true)
  expect(built?.tick_counts.reduce((sum, count) => sum + count, 0)).toEqual(300)
})

/** What one strategy on every instrument of the tapes is shown, in order. */
async function watched(tapes: readonly Tape[]): Promise<string[]> {
  const seen: string[] = []
  const watcher = defineStrategy({
    name: 'watcher',
    params: Type.Object({}),
    bars: () => ({ bars: { instrument: 'BBB.two', interval_us: 5 * SECOND_US, price_type: 'bid' as const } }),
    state: () => ({}),
    onQuote: (_, { instrument_id }) => void seen.push(`quote ${instrument_id}`),
    onTrade: (_, { instrument_id }) => void seen.push(`trade ${instrument_id}`),
    onBar: (_, { instrument_id }) => void seen.push(`bar ${instrument_id}`),
  })
  const instruments = [...new Set(tapes.map(({ series }) => series.instrument_id))]
  await runScenario(
    await scenarioOf({
      tapes,
      more: [{ config: strategyOf('watch', instruments), definition: plain(watcher) }],
    }),
  )
  return seen
}
