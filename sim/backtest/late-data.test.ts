import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import type { DelayConfig } from '../../schemas/config/latency.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import {
  type ProofRun,
  runScenario,
  type ScenarioOptions,
  scenarioOf,
  strategyOf,
} from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { barTape, endUs, quoteTape, SECOND_US, type Tape, tradeTape } from './tape.test-support.ts'

const TAPES: readonly Tape[] = [
  quoteTape({ instrument_id: 'AAA.one', row_count: 400, gap_ms_max: 300, shared_stamps: true }),
  quoteTape({ instrument_id: 'BBB.one', row_count: 400, gap_ms_max: 300, seed: 2 }),
  tradeTape({ instrument_id: 'BBB.one', row_count: 150, gap_ms_max: 800, seed: 3 }),
  barTape({ instrument_id: 'AAA.one', row_count: 25, interval_us: 4 * SECOND_US }),
]
const INSTRUMENTS = ['AAA.one', 'BBB.one']
const DRAWN: DelayConfig = {
  model: 'lognormal',
  median_us: 150_000,
  sigma: '1.2',
  min_us: 0,
  max_us: 2_000_000,
}

/** What a strategy saw of a row, and when. */
type Seen = { readonly kind: string; readonly ts_event_us: number; readonly now_us: number }

/** Notes every row with its time, and trades by chance on quotes alone, without a look at what became of it. */
function watcher(seen: Seen[]) {
  return defineStrategy({
    name: 'watcher',
    params: Type.Object({}),
    bars: () => ({
      imported: { instrument: 'AAA.one', interval_us: 4 * SECOND_US, price_type: 'bid' },
      built: { instrument: 'BBB.one', interval_us: 3 * SECOND_US, price_type: 'ask' },
    }),
    state: () => ({}),
    onQuote(ctx, { instrument_id: instrument, ts_event_us, bid_price_units, ask_price_units }) {
      seen.push({ kind: 'quote', ts_event_us, now_us: ctx.now_us })
      const draw = ctx.random()
      if (draw > 0.2) return
      const side = draw < 0.1 ? 'buy' : 'sell'
      const price = side === 'buy' ? bid_price_units - 3 : ask_price_units + 3
      const limit = draw < 0.05 || draw > 0.15 ? {} : { limit_price_units: price }
      ctx.submit({ instrument, side, quantity_units: 1_000, ...limit })
    },
    onTrade: (ctx, { ts_event_us }) => seen.push({ kind: 'trade', ts_event_us, now_us: ctx.now_us }),
    onBar: (ctx, bar, name) =>
      seen.push({ kind: `bar ${name} ${JSON.stringify(bar)}`, ts_event_us: 0, now_us: ctx.now_us }),
  })
}

async function run(
  latency: VenueConfig['latency'],
  change: Partial<ScenarioOptions> = {},
): Promise<ProofRun & { readonly seen: Seen[] }> {
  const seen: Seen[] = []
  const scenario = await scenarioOf({
    tapes: TAPES,
    more: [{ config: strategyOf('watcher', INSTRUMENTS), definition: plain(watcher(seen)) }],
    venue: { latency },
    account: { balance: '1000000000' },
    config: { bars: {} },
    ...change,
  })
  return { ...(await runScenario(scenario)), seen }
}

test('the node sees a row its delay after the exchange, and fills are those of orders that take as much longer', async () => {
  const data_us = 750_000
  const late = await run({ submit_us: 200_000, report_us: 0, data_us })
  const slow = await run({ submit_us: 200_000 + data_us, report_us: 0 })
  const rows = late.seen.filter(({ ts_event_us }) => ts_event_us > 0)
  expect(rows.length).toBeGreaterThan(900)
  expect(rows.every(({ ts_event_us, now_us }) => now_us === ts_event_us + data_us)).toBe(true)
  const fillsOf = ({ outputs }: ProofRun) =>
    outputs.fills
      .map(({ fill }) => fill)
      .filter(({ ts_event_us }) => ts_event_us < endUs(TAPES) - 2 * SECOND_US)
      .map(({ counter, side, last_price_units, last_quantity_units, ts_event_us }) => {
        return { counter, side, last_price_units, last_quantity_units, ts_event_us }
      })
  expect(fillsOf(late).length).toBeGreaterThan(50)
  expect(fillsOf(late)).toEqual(fillsOf(slow))
})

test('rows of one source come in their order, none before its delay, whatever is drawn', async () => {
  const { seen, outcome } = await run({ submit_us: 0, report_us: 0, data_us: DRAWN })
  for (const kind of ['quote', 'trade']) {
    const rows = seen.filter((row) => row.kind === kind)
    const times = rows.map(({ ts_event_us }) => ts_event_us)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    const delays = rows.map(({ ts_event_us, now_us }) => now_us - ts_event_us)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...delays)).toBeLessThanOrEqual(2_000_000)
    expect(new Set(delays).size).toBeGreaterThan(50)
  }
  const { quotes, trades, bars } = outcome.result.data
  expect([quotes, trades, bars]).toEqual([800, 150, 25])
  expect(outcome.session.venues.agenda.count).toBe(0)
})

test('bars built from late rows are those of rows on time, since they wait for the longest delay', async () => {
  const onTime = await run({ submit_us: 0, report_us: 0 })
  const late = await run({ submit_us: 0, report_us: 0, data_us: DRAWN })
  const barsOf = ({ seen }: { readonly seen: readonly Seen[] }, name: string) =>
    seen.filter(({ kind }) => kind.startsWith(`bar ${name}`)).map(({ kind }) => kind)
  expect(barsOf(onTime, 'built').length).toBeGreaterThan(20)
  expect(barsOf(late, 'built')).toEqual(barsOf(onTime, 'built'))
  expect(barsOf(late, 'imported')).toEqual(barsOf(onTime, 'imported'))
})

test('a row that is still under way at the end of the range is not seen', async () => {
  const data_us = 3_600_000_000
  const { seen, outcome } = await run({ submit_us: 0, report_us: 0, data_us })
  expect(seen).toEqual([])
  expect(outcome.result.data).toMatchObject({ quotes: 0, trades: 0, bars: 0 })
})

test.each([1, 13, 1_000])('late rows in blocks of %i come out the same', async (block_rows) => {
  const latency = { submit_us: 40_000, report_us: 40_000, data_us: DRAWN }
  const expected = await run(latency, { block_rows: 64 })
  expect((await run(latency, { block_rows })).hashes).toEqual(expected.hashes)
})

test('a venue without a data latency is not held up by one that has it', async () => {
  const tapes = [
    quoteTape({ instrument_id: 'AAA.one', row_count: 200, gap_ms_max: 300 }),
    quoteTape({ instrument_id: 'BBB.two', row_count: 200, gap_ms_max: 300, seed: 2 }),
  ]
  const seen: { instrument_id: string; delay_us: number }[] = []
  const both = defineStrategy({
    name: 'both',
    params: Type.Object({}),
    state: () => ({}),
    onQuote: (ctx, { instrument_id, ts_event_us }) =>
      seen.push({ instrument_id, delay_us: ctx.now_us - ts_event_us }),
  })
  const base = await scenarioOf({
    tapes,
    more: [{ config: strategyOf('both', ['AAA.one', 'BBB.two']), definition: plain(both) }],
  })
  const venues = base.config.venues.map((venue) =>
    venue.id === 'one' ? venue : { ...venue, latency: { ...venue.latency, data_us: 90_000 } },
  )
  await runScenario({ ...base, config: { ...base.config, venues } })
  const delays = (id: string) => [
    ...new Set(seen.filter(({ instrument_id }) => instrument_id === id).map(({ delay_us }) => delay_us)),
  ]
  expect([delays('AAA.one'), delays('BBB.two')]).toEqual([[0], [90_000]])
})
