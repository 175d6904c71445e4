import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import Type from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { MemoryJournal } from '../../engine/memory-journal.test-support.ts'
import type { BacktestResult } from '../../schemas/backtest-result.ts'
import { ORDER_OUTCOMES } from '../../schemas/run-files.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { requestOf, scenarioOf, strategyOf } from '../../sim/backtest/proof-session.test-support.ts'
import { plain } from '../../sim/backtest/proof-strategies.test-support.ts'
import { runBacktest } from '../../sim/backtest/run-backtest.ts'
import { SECOND_US, START_US } from '../../sim/backtest/tape.test-support.ts'
import { RunFiles } from './run-files.ts'

/** One order of every fate an order can meet before a venue hears of it, and after it was held. */
const fates = defineStrategy({
  name: 'fates',
  params: Type.Object({}),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument, ask_price_units: ask }) {
    ctx.state.quotes++
    const buy = { instrument, side: 'buy', quantity_units: 1_000 } as const
    if (ctx.state.quotes === 1) {
      ctx.submit({ ...buy, trigger_price_units: ask + 500 })
      ctx.submit({ ...buy, trigger_price_units: ask + 600, expire_time_us: START_US + 3 * SECOND_US })
      ctx.submit({ ...buy, trigger_price_units: ask + 20 })
      ctx.submit({ ...buy, trigger_price_units: ask + 20, quantity_units: 40_000_000 })
      ctx.submit({ ...buy, trigger_price_units: ask + 700 })
      ctx.submit({ ...buy, limit_price_units: ask - 10, parent: { counter: 99 } })
      const parent = ctx.submit({ ...buy, limit_price_units: ask - 300 })
      ctx.submit({ ...buy, limit_price_units: ask - 20, parent: { counter: parent } })
      ctx.submit({ ...buy, trigger_price_units: ask + 800, expire_time_us: START_US - 1 })
    }
    if (ctx.state.quotes === 2) {
      ctx.replace(1, { quantity_units: 3_000, trigger_price_units: ask + 550 })
      ctx.cancel(7)
    }
    if (ctx.state.quotes === 3) ctx.cancel(1)
  },
})

const folder = mkdtempSync(join(tmpdir(), 'orrery-held-'))
let result: BacktestResult
let rows: Record<string, string>[]
beforeAll(async () => {
  const bids = [110_000, 110_000, 110_000, 110_030, 110_030, 110_030]
  const quotes = bids.map((bid, at) => [START_US + at * SECOND_US, bid, bid + 1, 0, 0])
  const scenario = await scenarioOf({
    tapes: [{ series: { instrument_id: 'AAA.one', kind: 'quote' }, rows: quotes }],
    more: [{ config: strategyOf('fates', ['AAA.one']), definition: plain(fates) }],
    venue: { simulation: { takes: 'market_and_limit' } },
  })
  const files = new RunFiles(folder, instrumentsOf(scenario.config))
  const request = requestOf(scenario, new MemoryJournal(nodeSha256))
  const outcome = await runBacktest({ ...request, observer: files.observer })
  files.finish(outcome)
  result = outcome.result
  rows = parse(readFileSync(join(folder, 'orders.csv'), 'utf8'), { columns: true })
})
afterAll(() => rmSync(folder, { recursive: true }))

test('each intent has one row with its end and its reason, whether a venue heard of it or not', () => {
  const told = rows.map((row) => [
    Number(row['order_counter']),
    row['outcome'],
    row['reason_code'],
    row['order_type'],
    row['trigger_price'],
    row['quantity'],
    row['client_order_id'] === '' ? 'no venue' : 'venue',
  ])
  expect(told.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
    [1, 'canceled', '', 'stop', '1.10501', '3000', 'no venue'],
    [2, 'expired', '', 'stop', '1.10601', '1000', 'no venue'],
    [3, 'filled', '', 'stop', '1.10021', '1000', 'venue'],
    [4, 'denied', 'order_quantity_max', 'stop', '1.10021', '40000000', 'no venue'],
    [5, 'open_at_end', '', 'stop', '1.10701', '1000', 'no venue'],
    [6, 'denied', 'contingency_unknown', 'limit', '', '1000', 'no venue'],
    [7, 'canceled', '', 'limit', '', '1000', 'venue'],
    [8, 'canceled', 'parent_ended', 'limit', '', '1000', 'no venue'],
    [9, 'expired', 'expire_time_past', 'stop', '1.10801', '1000', 'no venue'],
  ])
})

test('a row of a held order says when it was asked for and when it ended', () => {
  const times = rows
    .filter((row) => row['order_counter'] === '1' || row['order_counter'] === '5')
    .map((row) => [row['submitted'], row['ended']])
  const at = (second: number) => `2024-01-01T00:00:0${second}.000000Z`
  expect(times).toEqual([
    [at(0), at(2)],
    [at(0), ''],
  ])
})

test('[E12] the result counts them as the rows do', () => {
  const counted = ORDER_OUTCOMES.map((word) => [word, rows.filter((row) => row['outcome'] === word).length])
  expect(result.orders).toMatchObject(Object.fromEntries(counted))
  expect(result.orders.submitted).toBe(rows.length)
})
