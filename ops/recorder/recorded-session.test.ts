import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { runCli } from '../cli/run-cli.test-support.ts'
import { backtested, heedlessFolder, orderOfLine, processed, stopTime } from './heedless.test-support.ts'

let cwd = ''
beforeAll(async () => {
  cwd = await heedlessFolder('rec1', 500)
})
afterAll(() => rm(cwd, { recursive: true }))

test('[R13] a paper session is on the tape while it runs, and a backtest over what it processed orders the same', async () => {
  const paper = runCli(['paper', 'c.yaml', '--for', '4'], { cwd })
  expect(paper.exit_code).toBe(0)
  const live = paper.stdout
    .split('\n')
    .map(orderOfLine)
    .filter((order) => order !== undefined)
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
}, 60_000)
