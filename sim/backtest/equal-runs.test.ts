import { createHash } from 'node:crypto'
import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { MemoryTickStore, type Row, sourceOf } from './memory-tick-store.test-support.ts'
import { runScenario, type Scenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { PROOF_STRATEGY_IDS, plain } from './proof-strategies.test-support.ts'
import { barTape, quoteTape, SECOND_US, type Tape, tradeTape } from './tape.test-support.ts'

/** Two instruments quoted together, one of them traded too, bars beside them: half of all rows share a stamp. */
const TAPES: readonly Tape[] = [
  quoteTape({ instrument_id: 'BBB.one', shared_stamps: true, gap_ms_max: 700 }),
  quoteTape({ instrument_id: 'AAA.one', shared_stamps: true, gap_ms_max: 700, seed: 2 }),
  tradeTape({ instrument_id: 'AAA.one', shared_stamps: true, gap_ms_max: 700, seed: 2 }),
  barTape({ instrument_id: 'BBB.one', interval_us: 7 * SECOND_US, row_count: 30 }),
]

const scenario = (change: Partial<Parameters<typeof scenarioOf>[0]> = {}) =>
  scenarioOf({
    tapes: TAPES,
    strategies: PROOF_STRATEGY_IDS,
    venue: { latency: { submit_us: 3_000, report_us: 7_000 } },
    ...change,
  })

test('the proofs run on sessions in which every strategy trades, and half of the rows share their stamp', async () => {
  const { outcome, outputs } = await runScenario(await scenario())
  const traders = new Set(outputs.fills.map(({ fill }) => fill.strategy_id))
  expect([...traders].sort()).toEqual(['bars', 'drawing', 'ema', 'nth', 'quoter', 'sub', 'timed'])
  const { orders } = outcome.result
  for (const kind of ['accepted', 'denied', 'filled', 'canceled', 'open_at_end'] as const)
    expect({ kind, count: orders[kind] > 0 }).toEqual({ kind, count: true })
  expect(outcome.faults).toEqual([])
  const stamps = TAPES.slice(0, 3).flatMap(({ rows }) => rows.map(([ts]) => ts))
  const shared = stamps.length - new Set(stamps).size
  expect(shared / stamps.length).toBeGreaterThan(0.5)
})

test.each([1, 7, 1_000, 1_000_000])('blocks of %i rows give the same run', async (block_rows) => {
  const expected = await runScenario(await scenario({ block_rows: 64 }))
  const found = await runScenario(await scenario({ block_rows }))
  expect(found.outputs.records).toEqual(expected.outputs.records)
  expect(found.hashes).toEqual(expected.hashes)
  expect(found.outcome.result).toEqual(expected.outcome.result)
})

test('imports written in another order give the same run and the same data hash', async () => {
  const expected = await runScenario(await scenario())
  const store = new MemoryTickStore(100)
  for (const { series, rows } of [...TAPES].reverse()) await store.write(sourceOf(series, rows))
  const found = await runScenario({ ...(await scenario()), store })
  expect(found.outcome.result).toEqual(expected.outcome.result)
})

test('a history imported in parts gives the same run, whatever the parts are and in whatever order they come', async () => {
  const expected = await runScenario(await scenario())
  for (const part_rows of [1, 50, 313]) {
    const store = new MemoryTickStore(100)
    const parts = TAPES.flatMap(({ series, rows }) =>
      partsOf(rows, part_rows).map((part, at) => sourceOf(series, part, `part ${at}`)),
    )
    const shuffled = parts
      .map((part) => ({ part, at: createHash('sha256').update(part.import_id).digest('hex') }))
      .sort((a, b) => (a.at < b.at ? -1 : 1))
    for (const { part } of shuffled) await store.write(part)
    const found = await runScenario({ ...(await scenario()), store })
    expect({ part_rows, ...found.hashes }).toEqual({ part_rows, ...expected.hashes })
  }
})

test('the order of keys in the configuration means nothing', async () => {
  const base = await scenario()
  const expected = await runScenario(base)
  const found = await runScenario({ ...base, config: withKeysReversed(base.config) as Scenario['config'] })
  expect(found.outcome.result).toEqual(expected.outcome.result)
})

test('several series merge into one full sort by time, rank of the source, instrument and row', async () => {
  const seen: string[] = []
  const watcher = defineStrategy({
    name: 'watcher',
    params: Type.Object({}),
    bars: () => ({
      imported: { instrument: 'BBB.one', interval_us: 7 * SECOND_US, price_type: 'bid' as const },
    }),
    state: () => ({}),
    onQuote: (_, quote) => {
      seen.push(`${quote.ts_event_us} quote ${quote.instrument_id} ${quote.bid_price_units}`)
    },
    onTrade: (_, trade) => {
      seen.push(`${trade.ts_event_us} trade ${trade.instrument_id} ${trade.price_units}`)
    },
    onBar: (_, bar) => {
      seen.push(`${bar.ts_event_us} bar ${bar.instrument_id} ${bar.open_price_units}`)
    },
  })
  const tapes = TAPES.map(onWholeSeconds)
  for (const block_rows of [1, 13, 1_000]) {
    seen.length = 0
    const more = [{ config: strategyOf('watch', ['AAA.one', 'BBB.one']), definition: plain(watcher) }]
    await runScenario(await scenario({ tapes, strategies: [], more, block_rows }))
    expect(seen).toEqual(naiveOrder(tapes))
  }
})

/** Two quoted series are one source, so their rank is their name's; the other sources follow as configured. */
function naiveOrder(tapes: readonly Tape[]): string[] {
  const rank = { quote: 0, trade: 1, bar: 2, book_level: 3, book_order: 4 }
  return tapes
    .flatMap(({ series, rows }) => rows.map((row, row_no) => ({ series, row, row_no })))
    .sort(
      (a, b) =>
        (a.row[0] as number) - (b.row[0] as number) ||
        rank[a.series.kind] - rank[b.series.kind] ||
        (a.series.instrument_id < b.series.instrument_id ? -1 : 1) * Number(a.series !== b.series) ||
        a.row_no - b.row_no,
    )
    .map(({ series, row }) => `${row[0]} ${series.kind} ${series.instrument_id} ${row[1]}`)
}

function onWholeSeconds({ series, rows }: Tape): Tape {
  return {
    series,
    rows: rows.map(([ts = 0, ...values]) => [Math.ceil(ts / SECOND_US) * SECOND_US, ...values]),
  }
}

function partsOf(rows: readonly Row[], part_rows: number): Row[][] {
  const parts: Row[][] = []
  // A part ends where the stamp changes: rows of one stamp in two imports have no order of their own.
  for (const row of rows) {
    const last = parts.at(-1)
    if (last === undefined || (last.length >= part_rows && last.at(-1)?.[0] !== row[0])) parts.push([row])
    else last.push(row)
  }
  return parts
}

function withKeysReversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withKeysReversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, withKeysReversed(item)]),
  )
}
