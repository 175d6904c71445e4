import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../cli/run-cli.test-support.ts'
import { AskedOrders, backtested, heedlessFolder, stopTime } from './heedless.test-support.ts'

/** A hundred seconds of history. */
const ROWS = '2000'
const GAP_US = '50000'
const OVER_HISTORY = [
  'live.feeds=[{venue: fxcm, kind: history}]',
  'live.speed=25',
  'data.from=2024-01-01',
  'data.to=2024-01-02',
].flatMap((value) => ['--set', value])

let cwd = ''
beforeAll(async () => {
  cwd = await heedlessFolder('past', 1)
})
afterAll(() => rm(cwd, { recursive: true }))

test('[R17] a session over a history is on the tape, a backtest over what it processed orders the same, and the history is there once', async () => {
  const made = [
    'generate',
    '--instrument',
    'EURUSD.fxcm',
    '--rows',
    ROWS,
    '--gap-us',
    GAP_US,
    '--store',
    'ticks',
  ]
  expect(runCli(made, { cwd })).toMatchObject({ exit_code: 0 })
  const before = asHistory('before')
  const paper = runCli(['paper', 'c.yaml', ...OVER_HISTORY], { cwd })
  expect(paper.exit_code).toBe(0)
  const asked = new AskedOrders()
  paper.stdout.split('\n').forEach(asked.note)
  const live = asked.inTurn
  expect(live.length).toBeGreaterThan(10)
  const [again, stopped] = [await backtested(cwd, 'past'), await stopTime(cwd, 'past')]
  expect(again.slice(0, live.length).map(({ order }) => order)).toEqual(live)
  expect(again.slice(live.length).filter(({ submitted }) => submitted < stopped)).toEqual([])
  expect(asHistory('after')).toEqual(before)
  const imports = json(['data', '--store', 'ticks', '--imports', '--json'])
  expect(imports.map(({ source_name, row_count }: Import) => [source_name, row_count])).toEqual(
    expect.arrayContaining([['processed by past/past, epoch 1', Number(ROWS)]]),
  )
}, 60_000)

/** What the store says it holds, and what a backtest over it comes to. */
function asHistory(out: string) {
  const { data_hash, output_hash } = json(['backtest', 'c.yaml', ...OVER_HISTORY, '--out', out, '--json'])
  return { data_hash, output_hash, series: json(['data', '--store', 'ticks', '--json']) }
}

type Import = { readonly source_name: string; readonly row_count: number }

// biome-ignore lint/suspicious/noExplicitAny: tests compare whole values, and this one names what it reads.
function json(args: readonly string[]): any {
  const { stdout, stderr } = runCli([...args], { cwd })
  return JSON.parse(stdout || stderr)
}
