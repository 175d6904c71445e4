import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { runCli, startCli } from '../cli/run-cli.test-support.ts'
import { AskedOrders, backtested, heedlessFolder, processed, stopTime } from './heedless.test-support.ts'

let cwd = ''
beforeAll(async () => {
  cwd = await heedlessFolder('rec1', 500)
})
afterAll(() => rm(cwd, { recursive: true }))

test('[R13] a paper session is on the tape while it runs, and a backtest over what it processed orders the same', async () => {
  const paper = runCli(['paper', 'c.yaml', '--for', '4'], { cwd })
  expect(paper.exit_code).toBe(0)
  const asked = new AskedOrders()
  paper.stdout.split('\n').forEach(asked.note)
  const live = asked.inTurn
  expect(live.length).toBeGreaterThan(10)
  // Batches were written as the session went on, not at its end.
  const [newest = ''] = (await readdir(join(cwd, 'runs', 'rec1', 'tape'))).sort().reverse()
  expect(Number(must(/-(\d+)\.tape$/.exec(newest)?.[1], 'the newest batch is there'))).toBeGreaterThan(3)
  const [again, stopped] = [await backtested(cwd, 'rec1'), await stopTime(cwd, 'rec1')]
  expect(again.slice(0, live.length).map(({ order }) => order)).toEqual(live)
  expect(again.slice(live.length).filter(({ submitted }) => submitted < stopped)).toEqual([])
  // A range in which it processed nothing is refused: a strategy would wait in vain.
  const nothing = runCli(['backtest', 'c.yaml', ...processed('rec1', '2020-01-02')], { cwd })
  expect([nothing.exit_code, nothing.stderr]).toEqual([3, expect.stringContaining('data.no_rows')])
  const stranger = ['--set', 'data.processed=trading/rec1']
  const other = runCli(['backtest', 'c.yaml', ...processed('rec1', '2020-01-02'), ...stranger], { cwd })
  expect([other.exit_code, other.stderr]).toEqual([3, expect.stringContaining('rec1/rec1')])
}, 150_000)

test('[R11] [R16] a recorder killed in mid-session is started again, says so, and has every row once', async () => {
  const folder = await heedlessFolder('killed', 400)
  onTestFinished(() => rm(folder, { recursive: true }))
  const paper = startCli(['paper', 'c.yaml'], { cwd: folder })
  const asked = new AskedOrders()
  const alerts: string[] = []
  paper.onLine((line) => {
    asked.note(line)
    const [, code] = /\[(recorder\.\w+)\]$/.exec(line) ?? []
    if (code !== undefined) alerts.push(code)
  })
  await paper.saw(/-1\d\b/)
  process.kill(await holderOf(folder), 'SIGKILL')
  await paper.saw(/The recorder ended by SIGKILL.*it is started again in 0\.5 s.*\[recorder\.ended\]/)
  await paper.saw(/\[recorder\.again\]/)
  await paper.saw(/-[3-9]\d\b/)
  paper.kill('SIGINT')
  expect(await paper.exit()).toBe(0)
  expect(alerts).toEqual(['recorder.ended', 'recorder.again'])
  // The one that was started again has recorded the rest.
  const left = JSON.parse(runCli(['recorder', 'c.yaml', '--once', '--json'], { cwd: folder }).stdout)
  expect(left).toMatchObject({ rows: 0, missing: 0, refused: 0 })
  const [again, stopped] = [await backtested(folder, 'killed'), await stopTime(folder, 'killed')]
  const orders = asked.inTurn
  expect(again.slice(0, orders.length).map(({ order }) => order)).toEqual(orders)
  expect(again.slice(orders.length).filter(({ submitted }) => submitted < stopped)).toEqual([])
}, 150_000)

/** The process that holds the store and serves it: whoever wants to write is told. */
async function holderOf(folder: string): Promise<number> {
  while (!existsSync(join(folder, 'ticks', 'reader'))) await pause(20)
  const { stderr } = runCli(['generate', '--rows', '1', '--store', 'ticks'], { cwd: folder })
  return Number(must(/process (\d+)/.exec(stderr), 'the recorder holds the store')[1])
}
