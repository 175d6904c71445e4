import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import Value from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BacktestResult } from '../../schemas/backtest-result.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { ORDER_OUTCOMES, RUN_FILES } from '../../schemas/run-files.ts'
import { parseDecimal } from '../../schemas/units.ts'
import { moneyText } from '../../sim/backtest/money-text.ts'
import type { BacktestOutcome } from '../../sim/backtest/run-backtest.ts'
import { readCell } from './csv.ts'
import { RunFiles } from './run-files.ts'
import { runSmall, smallRun } from './small-run.test-support.ts'

type Rows = Record<string, string>[]

let folder: string
let outcome: BacktestOutcome
let names: string[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orrery-run-files-'))
  const run = await smallRun()
  const files = new RunFiles(folder, run.specs)
  outcome = await runSmall(run, { observer: files.observer })
  names = files.finish(outcome)
})
afterAll(() => rmSync(folder, { recursive: true }))

function rowsOf(name: keyof typeof RUN_FILES): Rows {
  const text = readFileSync(join(folder, name), 'utf8')
  return parse(text, { columns: true, cast: readCell }) as Rows
}

function money(rows: Rows, column: string): string {
  const sum = rows.reduce(
    (total, row) => total + (parseDecimal(row[column] ?? '', MONEY_SCALE) as bigint),
    0n,
  )
  return moneyText(sum)
}

test('the files named are the files that are there', () => {
  expect(readdirSync(folder).sort()).toEqual([...names].sort())
})

test('result.json is the result', () => {
  const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))
  expect(Value.Check(BacktestResult, result)).toBe(true)
  expect(result).toEqual(outcome.result)
})

test.each(Object.keys(RUN_FILES) as (keyof typeof RUN_FILES)[])('%s holds rows of its schema', (name) => {
  const rows = rowsOf(name)
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) expect([...Value.Errors(RUN_FILES[name], row)]).toEqual([])
})

test('orders.csv holds each order once, by the outcome the result counts', () => {
  const rows = rowsOf('orders.csv')
  const { orders } = outcome.result
  const counted = ORDER_OUTCOMES.map((word) => [word, rows.filter((row) => row['outcome'] === word).length])
  expect(Object.fromEntries(counted)).toEqual(
    Object.fromEntries(ORDER_OUTCOMES.map((word) => [word, orders[word]])),
  )
  expect(rows.length).toBe(orders.submitted)
  for (const word of ['denied', 'filled', 'canceled', 'open_at_end'] as const) {
    expect(orders[word]).toBeGreaterThan(0)
  }
})

test('a row names its intent as its account, strategy and number, and fills name those of orders.csv', () => {
  const orders = rowsOf('orders.csv')
  for (const { intent_id, account_id, strategy_id, order_counter } of orders)
    expect(intent_id).toBe(`${account_id}/${strategy_id}/${order_counter}`)
  const venueIds = new Map(orders.map((row) => [row['intent_id'], row['client_order_id']]))
  expect(venueIds.size).toBe(orders.length)
  for (const { intent_id, client_order_id } of rowsOf('fills.csv'))
    expect(venueIds.get(intent_id)).toBe(client_order_id)
})

test('a market order is a taker; a limit order that waited is a maker', () => {
  const types = new Map(rowsOf('orders.csv').map((row) => [row['intent_id'], row['order_type']]))
  const kinds = rowsOf('fills.csv').map((row) => `${types.get(row['intent_id'])} ${row['liquidity_side']}`)
  expect([...new Set(kinds)].sort()).toEqual(['limit maker', 'market taker'])
})

test('a denied order is there with all that was asked for', () => {
  const denied = rowsOf('orders.csv').filter(({ outcome }) => outcome === 'denied')
  const asked = denied.map((row) => [
    row['venue_id'],
    row['order_type'],
    row['quantity'],
    row['filled_quantity'],
  ])
  expect([...new Set(asked.map(String))]).toEqual(['gen,market,500000,0'])
})

test('fills.csv holds every execution, and its commissions are the fees of the result', () => {
  const rows = rowsOf('fills.csv')
  expect(rows.length).toBe(outcome.result.fills)
  expect(money(rows, 'commission')).toBe(outcome.result.pnl.fees)
})

test('positions.csv holds the closed positions with the profits the statistics are made of', () => {
  const rows = rowsOf('positions.csv')
  const profits = rows.map((row) => Number(row['profit']))
  const wins = profits.filter((profit) => profit > 0)
  const { trades, win_rate, average_win } = outcome.result.statistics
  expect(rows.length).toBe(trades)
  expect(wins.length / rows.length).toBe(win_rate)
  const meanWin = wins.reduce((sum, profit) => sum + profit, 0) / wins.length
  expect(meanWin).toBeCloseTo(Number(average_win), 6)
})

test('a position names the venue of its instrument', () => {
  const places = rowsOf('positions.csv').map((row) => `${row['instrument_id']} at ${row['venue_id']}`)
  expect([...new Set(places)].sort()).toEqual(['GEN1.gen at gen', 'GEN2.gen at gen'])
})

test('a position is profit by its prices, less its fees', () => {
  for (const row of rowsOf('positions.csv').filter(({ quantity }) => quantity === '10000')) {
    const move = Number(row['exit_price']) - Number(row['entry_price'])
    const gross = (row['side'] === 'long' ? move : -move) * 10_000
    expect(Number(row['profit'])).toBeCloseTo(gross - Number(row['fees']), 4)
  }
})

test('ledger.csv adds up to the balance of the result', () => {
  const rows = rowsOf('ledger.csv')
  expect(money(rows, 'amount')).toBe(outcome.result.accounts[0]?.balances[0]?.total)
  expect(rows.at(-1)?.['balance']).toBe(outcome.result.accounts[0]?.balances[0]?.total)
})

test('equity.csv ends with the equity of the result', () => {
  expect(rowsOf('equity.csv').at(-1)?.['equity']).toBe(outcome.result.equity.end)
})

test('a run that throws leaves closed files with the rows up to then', async () => {
  const broken = mkdtempSync(join(tmpdir(), 'orrery-run-files-'))
  try {
    const files = new RunFiles(broken, (await smallRun()).specs)
    files.abandon()
    files.abandon()
    expect(readFileSync(join(broken, 'fills.csv'), 'utf8')).toContain('execution_id')
  } finally {
    rmSync(broken, { recursive: true })
  }
})
