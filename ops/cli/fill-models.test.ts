import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.test-support.ts'

// What a venue chooses in its configuration reaches the exchange of a backtest, and of its re-run.

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-fills-'))
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text)
  for (const kind of ['quotes', 'trades']) {
    const imported = runCli(['import', `${kind}.csv`, '--mapping', `${kind}.yaml`, '--store', 'ticks'], {
      cwd: folder,
    })
    expect(imported).toMatchObject({ exit_code: 0, stderr: '' })
  }
})
afterAll(() => rm(folder, { recursive: true }))

/** The bid shows 1,000 for three minutes, while 1,500 trade there. */
const FILES = {
  'quotes.csv': `time,bid,ask,bid_size,ask_size
2024-01-02T10:00:00Z,1.10000,1.10010,1000,1000
2024-01-02T10:01:00Z,1.10000,1.10010,1000,1000
2024-01-02T10:02:00Z,1.10000,1.10010,1000,1000
2024-01-02T10:03:00Z,1.10000,1.10010,1000,1000
`,
  'quotes.yaml': `instrument: EURUSD.gen
kind: quote
time_format: iso
time_zone: UTC
columns: { time: time, bid_price: bid, ask_price: ask, bid_size: bid_size, ask_size: ask_size }
`,
  'trades.csv': `time,price,size
2024-01-02T10:01:30Z,1.10000,700
2024-01-02T10:02:30Z,1.10000,800
`,
  'trades.yaml': `instrument: EURUSD.gen
kind: trade
time_format: iso
time_zone: UTC
columns: { time: time, price: price, size: size }
`,
  'join.ts': `import { defineStrategy, Type } from 'orrery'
export const join = defineStrategy({
  name: 'join',
  params: Type.Object({}, { additionalProperties: false }),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument, bid_price_units }) {
    ctx.state.quotes++
    if (ctx.state.quotes === 1)
      ctx.submit({ instrument, side: 'buy', quantity_units: 400, limit_price_units: bid_price_units })
    if (ctx.state.quotes < 3) ctx.submit({ instrument, side: 'buy', quantity_units: 600, time_in_force: 'ioc' })
  },
})
`,
  'session.yaml': `session: fills
journal: { directory: ./runs }
data:
  store: ./ticks
  from: 2024-01-02
  to: 2024-01-03
  sources:
    - { venue: gen, kind: quote, instruments: [EURUSD] }
    - { venue: gen, kind: trade, instruments: [EURUSD] }
venues: [{ id: gen }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    leverage_max: 20
    risk: { order_quantity_max: 100000, order_notional_max: 200000, position_quantity_max: 100000 }
strategies: [{ id: join, source: join.ts#join, account: main, instruments: [EURUSD.gen] }]
`,
}

function backtest(out: string, ...choices: readonly string[]) {
  const set = choices.flatMap((choice) => ['--set', `venues[0].simulation.${choice}`])
  const run = runCli(['backtest', 'session.yaml', '--out', out, '--json', ...set], { cwd: folder })
  expect(run).toMatchObject({ exit_code: 0, stderr: '' })
  const { fills } = JSON.parse(run.stdout) as { fills: number }
  return fills
}

test('a queue and how long what was taken is gone are chosen in the configuration, and verified', () => {
  // Both market orders find their 600 at the ask.
  expect(backtest('plain')).toBe(2)
  // The second finds 400, and the rest one increment worse.
  expect(backtest('taken', 'taken_until=level_changes')).toBe(3)
  // Of 1,500 that trade at the bid 500 are more than stood in front.
  expect(backtest('queued', 'queue.model=conservative')).toBe(3)
  expect(runCli(['verify', 'queued'], { cwd: folder })).toMatchObject({ exit_code: 0 })
  expect(runCli(['verify', 'taken'], { cwd: folder })).toMatchObject({ exit_code: 0 })
})

test('a choice that says nothing on the data of the venue is refused in a sentence', () => {
  const set = ['--set', 'venues[0].simulation.queue.model=exact']
  const run = runCli(['backtest', 'session.yaml', '--out', 'exact', ...set], { cwd: folder })
  expect(run.exit_code).toBe(2)
  expect(run.stderr).toContain('The exact place of an order is known in a book by order alone.')
})
