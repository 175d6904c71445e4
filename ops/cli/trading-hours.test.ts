import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.test-support.ts'

const VENUE = `  - id: gen
    calendar: xnys
    simulation:
      halts: [{ instrument: EURUSD.gen, from: 2024-01-02T16:00:00Z, to: 2024-01-02T17:00:00Z }]
      busts: { bust_probability: 0.3, correct_probability: 0.3, delay_us: 60000000 }
      price_bands: { basis_points: 100 }
`
/** New York is five hours behind UTC in January; New Year's Day is a holiday, and the third ends early. */
const CALENDAR = `calendars:
  - id: xnys
    time_zone: America/New_York
    sessions: [{ days: [mon, tue, wed, thu, fri], pre_open: "04:00", open: "09:30", close: "16:00" }]
    opening_auction: true
    closing_auction: true
    holidays: [2024-01-01]
    early_closes: [{ date: 2024-01-03, close: "13:00" }]
`

/** In UTC, when the first row behind an opening has come and before a close. */
const HOURS = [
  ['01-02T14:30', '01-02T16:00'],
  ['01-02T17:00', '01-02T21:00'],
  ['01-03T14:30', '01-03T18:00'],
] as const

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-hours-'))
  const args = ['--instrument', 'EURUSD.gen', '--rows', '30_000', '--gap-us', '10_000_000']
  expect(runCli(['generate', '--store', join(folder, 'ticks'), ...args]).exit_code).toBe(0)
  const demo = await readFile(fileURLToPath(new URL('../demo/demo.yaml', import.meta.url)), 'utf8')
  const strategy = fileURLToPath(new URL('../../actors/strategy/examples/ema-cross.ts', import.meta.url))
  const text = demo
    .replace('../../actors/strategy/examples/ema-cross.ts', strategy)
    .replace('  - id: gen\n', VENUE)
  await writeFile(join(folder, 'session.yaml'), `${text}${CALENDAR}`)
})
afterAll(() => rm(folder, { recursive: true }))

test('a backtest trades in the hours of its calendar alone, but for a halt, and comes out the same when it is verified', async () => {
  const run = runCli(['backtest', 'session.yaml', '--out', 'run', '--json'], { cwd: folder })
  expect(run).toMatchObject({ exit_code: 0, stderr: '' })
  const fills = (await readFile(join(folder, 'run', 'fills.csv'), 'utf8')).trim().split('\n').slice(1)
  const taken = fills.filter((row) => row.includes(',taker,')).map((row) => row.slice(5, 16))
  expect(taken.filter((time) => !HOURS.some(([from, to]) => time >= from && time <= to))).toEqual([])
  const traded = HOURS.map(([from, to]) => taken.some((time) => time >= from && time <= to))
  expect(traded).toEqual([true, true, true])
  expect(fills.some((row) => row.includes(',reversal,'))).toBe(true)
  const orders = await readFile(join(folder, 'run', 'orders.csv'), 'utf8')
  for (const code of ['market_closed', 'not_in_call']) expect(orders).toContain(code)
  expect(runCli(['verify', 'run'], { cwd: folder })).toMatchObject({ exit_code: 0, stderr: '' })
})

test('what a reference price waits for, and when bands are wide, reaches the exchange of a backtest', async () => {
  const bands = (text: string) => ['--set', `venues.gen.simulation.price_bands={ basis_points: 1${text} }`]
  const fills: string[] = []
  for (const [at, text] of [
    '',
    ', reference_hold_us: 3600000000',
    ', wide_before_close_us: 25200000000',
  ].entries()) {
    const out = `bands-${at}`
    const run = runCli(['backtest', 'session.yaml', '--out', out, '--json', ...bands(text)], { cwd: folder })
    expect(run).toMatchObject({ exit_code: 0, stderr: '' })
    fills.push(await readFile(join(folder, out, 'fills.csv'), 'utf8'))
  }
  expect(new Set(fills).size).toBe(3)
  expect(runCli(['verify', 'bands-1'], { cwd: folder })).toMatchObject({ exit_code: 0, stderr: '' })
})
