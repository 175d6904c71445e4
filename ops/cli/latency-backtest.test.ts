import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.test-support.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-latency-'))
  const args = ['--instrument', 'EURUSD.gen', '--rows', '20_000', '--gap-us', '10_000_000']
  expect(runCli(['generate', '--store', join(folder, 'ticks'), ...args]).exit_code).toBe(0)
  const demo = await readFile(fileURLToPath(new URL('../demo/demo.yaml', import.meta.url)), 'utf8')
  const strategy = fileURLToPath(new URL('../../actors/strategy/examples/ema-cross.ts', import.meta.url))
  const text = demo
    .replace('../../actors/strategy/examples/ema-cross.ts', strategy)
    .replace('{ submit_us: 2000, report_us: 2000 }', LATENCY)
  await writeFile(join(folder, 'session.yaml'), text)
})
afterAll(() => rm(folder, { recursive: true }))

const LATENCY = `
      submit_us: { model: lognormal, median_us: 400000, sigma: 0.8, max_us: 9000000 }
      report_us: { model: recorded, file: delays.csv }
      data_us: { model: exponential, mean_us: 2000000, max_us: 30000000 }`

function backtest(out: string, ...set: string[]) {
  const run = runCli(['backtest', 'session.yaml', '--out', out, '--json', ...set], { cwd: folder })
  expect(run).toMatchObject({ exit_code: 0, stderr: '' })
  return JSON.parse(run.stdout) as { output_hash: string; config_hash: string; fills: number }
}

test('drawn and recorded latencies come out the same again, without the file, and otherwise by another seed or file', async () => {
  await writeFile(join(folder, 'delays.csv'), 'delay_us\n300000\n900000\n50000\n')
  const run = backtest('run')
  expect(run.fills).toBeGreaterThan(10)
  expect(backtest('on-time', '--set', 'venues[0].latency.data_us=0').output_hash).not.toBe(run.output_hash)
  const other = backtest('seed', '--set', 'seed=2')
  expect(other.output_hash).not.toBe(run.output_hash)
  await writeFile(join(folder, 'delays.csv'), 'delay_us\n300000\n900000\n50001\n')
  const changed = backtest('changed')
  expect(changed.config_hash).not.toBe(run.config_hash)
  expect(changed.output_hash).not.toBe(run.output_hash)
  await rm(join(folder, 'delays.csv'))
  expect(runCli(['verify', 'run'], { cwd: folder })).toMatchObject({ exit_code: 0, stderr: '' })
  expect(runCli(['backtest', 'session.yaml', '--out', 'gone'], { cwd: folder })).toMatchObject({
    exit_code: 2,
    stderr: expect.stringContaining('delays.csv cannot be read: ENOENT'),
  })
  const report = await readFile(join(folder, 'run', 'report.html'), 'utf8')
  expect(report).toContain('delays_us: 3 recorded delays')
})
