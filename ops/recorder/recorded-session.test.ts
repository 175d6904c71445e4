import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { runCli } from '../cli/run-cli.test-support.ts'

/** Reads neither fills nor positions. */
const STRATEGY = `import { defineStrategy, Type } from 'orrery'
export const heedless = defineStrategy({
  name: 'heedless',
  params: Type.Object({}),
  state: () => ({ seen: 0 }),
  onQuote(ctx, quote) {
    ctx.state.seen += 1
    if (ctx.state.seen % 40 !== 0) return
    const side = quote.bid_price_units % 2 === 0 ? 'buy' : 'sell'
    ctx.submit({ instrument: quote.instrument_id, side, quantity_units: 1000 * (1 + (quote.ask_price_units % 3)) })
  },
})
`
const CONFIG = `session: rec1
journal: { directory: ./runs }
data: { store: ./ticks, sources: [{ venue: fxcm, kind: quote, instruments: [EURUSD] }] }
live: { feeds: [{ venue: fxcm, kind: generator, rows_per_s: 500 }] }
venues: [{ id: fxcm }]
accounts:
  - id: main
    venues: [fxcm]
    currency: USD
    balance: 10000000
    leverage_max: "20"
    risk: { order_quantity_max: "100000", order_notional_max: "200000", position_quantity_max: "10000000", order_rate: { orders_max: 100 } }
strategies: [{ id: heedless, source: s.ts#heedless, account: main, instruments: [EURUSD.fxcm] }]
`
const PROCESSED = ['data.processed=rec1/rec1', 'data.from=2020-01-01', 'data.to=2100-01-01']

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-recorded-'))
  await writeFile(join(cwd, 's.ts'), STRATEGY)
  await writeFile(join(cwd, 'c.yaml'), CONFIG)
})
afterAll(() => rm(cwd, { recursive: true }))

test('[R13] a paper session is on the tape while it runs, and a backtest over what it processed orders the same', async () => {
  const paper = runCli(['paper', 'c.yaml', '--for', '4'], { cwd })
  expect(paper.exit_code).toBe(0)
  const live = [
    ...paper.stdout.matchAll(
      /(?:accepted|not sent|rejected) +(buy|sell) +(\S+) EURUSD\.fxcm +rec1-1-heedless-(\d+)/g,
    ),
  ].map(([, side, quantity, counter]) => [counter, side, Number(quantity?.replaceAll(',', ''))])
  expect(live.length).toBeGreaterThan(10)
  // Batches were written as the session went on, not at its end.
  const [newest = ''] = (await readdir(join(cwd, 'runs', 'rec1', 'tape'))).sort().reverse()
  expect(Number(must(/-(\d+)\.tape$/.exec(newest)?.[1], 'the newest batch is there'))).toBeGreaterThan(3)
  const set = PROCESSED.flatMap((value) => ['--set', value])
  const backtest = runCli(['backtest', 'c.yaml', ...set, '--out', 'again'], { cwd })
  expect([backtest.exit_code, backtest.stderr]).toEqual([0, ''])
  const [head = '', ...rows] = (await readFile(join(cwd, 'again', 'orders.csv'), 'utf8')).trim().split('\n')
  const columns = head.split(',')
  const cell = (row: string, name: string) => row.split(',')[columns.indexOf(name)]
  const again = rows.map((row) => [
    cell(row, 'order_counter'),
    cell(row, 'side'),
    Number(cell(row, 'quantity')),
  ])
  // Rows between the stop and the end of the feed are recorded, too, and the session ordered nothing more on them.
  expect(again.slice(0, live.length)).toEqual(live)
  // A range in which it processed nothing is refused: a strategy would wait in vain.
  const before = set.map((value) => value.replace('data.to=2100-01-01', 'data.to=2020-01-02'))
  const nothing = runCli(['backtest', 'c.yaml', ...before], { cwd })
  expect([nothing.exit_code, nothing.stderr]).toEqual([3, expect.stringContaining('data.no_rows')])
}, 60_000)
