import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startNatsServer, type TestNatsServer } from '../../adapters/nats/nats-server.test-support.ts'
import { runCli, startCli } from '../cli/run-cli.test-support.ts'
import { DEFAULT_INSTALLATION } from '../nats/installation-folder.ts'

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
const config = (bus: string) => `session: far
bus: ${bus}
journal: { directory: ./runs }
data: { store: ./ticks, sources: [{ venue: fxcm, kind: quote, instruments: [EURUSD] }] }
live: { recorder: bus, feeds: [{ venue: fxcm, kind: generator, rows_per_s: 400 }] }
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

let server: TestNatsServer
let session = ''
let elsewhere = ''
beforeEach(async () => {
  server = await startNatsServer({ installation: DEFAULT_INSTALLATION })
  session = await machine()
  elsewhere = await machine()
})
afterEach(async () => {
  await server.stop()
  for (const folder of [session, elsewhere]) await rm(folder, { recursive: true })
})

test('[R14] a recorder elsewhere has every row once, over kills of itself and of the server, and what it has backtests as the session traded', async () => {
  const first = startCli(['recorder', 'c.yaml'], { cwd: elsewhere })
  await first.saw(/^Recording/)
  const paper = startCli(['paper', 'c.yaml'], { cwd: session })
  const orders: string[][] = []
  paper.onLine((line) => {
    const match = /(?:accepted|not sent|rejected) +(buy|sell) +(\S+) EURUSD\.fxcm +far-1-heedless-(\d+)/.exec(
      line,
    )
    if (match !== null) orders.push([match[3] ?? '', match[1] ?? '', (match[2] ?? '').replaceAll(',', '')])
  })

  await paper.saw(/-\d\b/)

  first.kill('SIGKILL')
  await first.exit()
  await paper.saw(/-\d\d\b/)
  await server.kill9()
  await server.restart()
  const second = startCli(['recorder', 'c.yaml'], { cwd: elsewhere })
  await second.saw(/^Recording/)
  await paper.saw(/-[2-9]\d\b/)
  paper.kill('SIGINT')
  expect(await paper.exit()).toBe(0)
  second.kill('SIGINT')
  expect(await second.exit()).toBe(0)
  const last = JSON.parse(runCli(['recorder', 'c.yaml', '--once', '--json'], { cwd: elsewhere }).stdout)
  expect({ missing: last.missing, refused: last.refused }).toEqual({ missing: 0, refused: 0 })
  expect(await readdir(session)).not.toContain('ticks')
  const again = await backtested()
  // Rows between the stop and the end of the feed are recorded, too, and the session ordered nothing more on them.
  expect(again.slice(0, orders.length)).toEqual(orders)
}, 90_000)

/** The orders of a backtest over what was recorded: counter, side, quantity. */
async function backtested(): Promise<string[][]> {
  const range = ['data.processed=far/far', 'data.from=2020-01-01', 'data.to=2100-01-01']
  const set = range.flatMap((value) => ['--set', value])
  const { exit_code, stderr } = runCli(['backtest', 'c.yaml', ...set, '--out', 'again'], { cwd: elsewhere })
  expect([exit_code, stderr]).toEqual([0, ''])
  const text = await readFile(join(elsewhere, 'again', 'orders.csv'), 'utf8')
  const [head = '', ...rows] = text.trim().split('\n')
  const columns = ['order_counter', 'side', 'quantity'].map((name) => head.split(',').indexOf(name))
  return rows.map((row) => columns.map((column) => row.split(',')[column] ?? ''))
}

async function machine(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-elsewhere-'))
  await writeFile(join(folder, 's.ts'), STRATEGY)
  await writeFile(
    join(folder, 'c.yaml'),
    `bus_credentials: ${server.directory}/credentials\n${config(server.url)}`,
  )
  return folder
}
