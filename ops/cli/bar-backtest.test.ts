import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.test-support.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-bars-'))
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text)
  const imported = runCli(['import', 'bars.csv', '--mapping', 'bars.yaml', '--store', 'ticks'], {
    cwd: folder,
  })
  expect(imported).toMatchObject({ exit_code: 0, stderr: '' })
})
afterAll(() => rm(folder, { recursive: true }))

/** One bar to begin with, one whose high and low are 40 points away, one that moves 10 points. */
const FILES = {
  'bars.csv': `time,open,high,low,close,volume
2024-01-02T10:01:00Z,1.10000,1.10000,1.10000,1.10000,1000000
2024-01-02T10:02:00Z,1.10000,1.10040,1.09960,1.10000,1000000
2024-01-02T10:03:00Z,1.10000,1.10010,1.10000,1.10000,1000000
`,
  'bars.yaml': `instrument: EURUSD.gen
kind: bar
interval_us: 60000000
price_type: last
stamp: end
time_format: iso
time_zone: UTC
columns: { time: time, open: open, high: high, low: low, close: close, volume: volume }
`,
  'straddle.ts': `import { defineStrategy, Type } from 'orrery'
export const straddle = defineStrategy({
  name: 'straddle',
  params: Type.Object({}, { additionalProperties: false }),
  bars: ({ instruments }) => ({
    minute: { instrument: instruments[0] ?? '', interval_us: 60_000_000, price_type: 'last' },
  }),
  state: () => ({}),
  onBar(ctx, { instrument_id: instrument, close_price_units }) {
    const order = { instrument, side: 'buy', quantity_units: 1_000 } as const
    ctx.submit({ ...order, trigger_price_units: close_price_units + 30 })
    ctx.submit({ ...order, limit_price_units: close_price_units - 30 })
  },
})
`,
  'session.yaml': `session: bars
journal: { directory: ./runs }
data:
  store: ./ticks
  from: 2024-01-02
  to: 2024-01-03
  sources: [{ venue: gen, kind: bar, interval_us: 60000000, price_type: last, instruments: [EURUSD] }]
venues: [{ id: gen, simulation: { bars: fixed } }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    leverage_max: 20
    risk: { order_quantity_max: 100000, order_notional_max: 200000, position_quantity_max: 100000 }
strategies: [{ id: straddle, source: straddle.ts#straddle, account: main, instruments: [EURUSD.gen] }]
`,
}

test('fills that depended on the order of high and low are in result, summary and report', async () => {
  const run = runCli(['backtest', 'session.yaml', '--out', 'run', '--json'], { cwd: folder })
  expect(run).toMatchObject({ exit_code: 0, stderr: '' })
  expect(JSON.parse(run.stdout)).toMatchObject({
    data: { bars: 3 },
    fills: 2,
    venues: [{ venue_id: 'gen', bar_order_fill_count: 2, ignored_row_count: 0 }],
  })
  expect(await readFile(join(folder, 'run', 'report.html'), 'utf8')).toContain(
    '2 fills at gen came about in bars whose high and low both met orders: that the high came first is an assumption.',
  )
  const told = runCli(
    ['backtest', 'session.yaml', '--out', 'again', '--set', 'venues[0].simulation.bars=close'],
    {
      cwd: folder,
    },
  )
  expect(told.stdout).not.toContain('venue gen')
  const expanded = runCli(['backtest', 'session.yaml', '--out', 'third'], { cwd: folder })
  expect(expanded.stdout).toMatch(/^venue gen +2 fills depended on the order of a bar's high and low$/m)
  expect(runCli(['verify', 'run'], { cwd: folder })).toMatchObject({ exit_code: 0 })
})

const daily = (hours: string): string[] => [
  ...['--set', 'venues.gen.calendar=hours'],
  ...['--set', `calendars=[{ id: hours, time_zone: UTC, sessions: [{ days: [tue], ${hours} }] }]`],
]

test('bars that end while their instrument is closed are told, in result, summary and report, with the way on', async () => {
  const none = ['backtest', 'session.yaml', '--out', 'closed', ...daily('open: "14:30", close: "21:00"')]
  expect(runCli(none, { cwd: folder }).stdout).toMatch(/^venue gen +3 of 3 bars ended while closed$/m)
  const result = JSON.parse(await readFile(join(folder, 'closed', 'result.json'), 'utf8'))
  expect(result).toMatchObject({ fills: 0, venues: [{ bar_count: 3, closed_bar_count: 3 }] })
  expect(await readFile(join(folder, 'closed', 'report.html'), 'utf8')).toContain(
    'All 3 bars at gen ended while their instrument was closed, as daily bars do, and no order could fill on them: import bars that end within the sessions of its calendar, or let it trade without one.',
  )
  const some = ['backtest', 'session.yaml', '--out', 'partly', ...daily('open: "10:00", close: "10:02"')]
  expect(runCli(some, { cwd: folder })).toMatchObject({ exit_code: 0 })
  expect(await readFile(join(folder, 'partly', 'report.html'), 'utf8')).toContain(
    '1 of 3 bars at gen ended while their instrument was closed, as daily bars do, and no order could fill on those:',
  )
})
