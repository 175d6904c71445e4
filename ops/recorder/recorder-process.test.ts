import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { openChdbTickStore } from '../../adapters/clickhouse/chdb-tick-store.ts'
import { childBatches, readProcessedQuotes } from '../../adapters/clickhouse/recorded-rows.test-support.ts'
import { EURUSD } from '../../adapters/clickhouse/rows.test-support.ts'
import { writeSpoolFile } from '../../adapters/recorder/spool-folder.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { runCli } from '../cli/run-cli.test-support.ts'
import { RIGHT_CONFIG } from '../config/config-text.test-support.ts'
import { RecorderChild, recorderCommand } from './recorder-child.ts'

const KILL_COUNT = 6
const MAIN = new URL('../cli/main.ts', import.meta.url).pathname

const batches = childBatches().map(({ tape, epoch, streams, sections }, at) => ({
  head: { tape, epoch, number: at + 1, last_seq: 0, is_last: false, streams, next_rows: {} },
  sections,
}))

let directory = ''
const spool = () => join(directory, 'runs', 'demo', 'tape')
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orrery-recorder-'))
  await writeFile(join(directory, 'session.yaml'), RIGHT_CONFIG)
})
afterEach(() => rm(directory, { recursive: true }))

test('[R11] a recorder killed again and again, while batches come in, has recorded every row once', async () => {
  const random = new RandomStream(1, 'recorder kills')
  for (let kill = 0; kill < KILL_COUNT; kill++) {
    const recorder = spawn(process.execPath, [MAIN, 'recorder', 'session.yaml'], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await firstLine(recorder)
    for (const batch of batches.slice(kill * 3, kill * 3 + 3)) {
      await writeSpoolFile(spool(), batch)
      // The recorder is anywhere in its work; nothing waits for this.
      await pause(random.nextInt(120))
    }
    recorder.kill('SIGKILL')
    await once(recorder, 'exit')
  }
  for (const batch of batches.slice(KILL_COUNT * 3)) await writeSpoolFile(spool(), batch)
  expect(runCli(['recorder', 'session.yaml', '--once'], { cwd: directory }).exit_code).toBe(0)
  const store = await openChdbTickStore({ directory: join(directory, 'ticks') })
  const recorded = await readProcessedQuotes(store, EURUSD)
  await store.close()
  expect(recorded.length).toBe(24 * 270)
  expect(new Set(recorded.map(([bid]) => bid)).size).toBe(recorded.length)
}, 60_000)

test('[R11] while a session’s recorder holds the store, others read through it, and it ends with the session', async () => {
  for (const batch of batches) await writeSpoolFile(spool(), batch)
  expect(runCli(['recorder', 'session.yaml', '--once'], { cwd: directory }).exit_code).toBe(0)
  const ends: string[] = []
  const child = new RecorderChild({
    ...recorderCommand({ path: join(directory, 'session.yaml'), set: [] }),
    onEnd: (what) => ends.push(what),
    onAgain: () => ends.push('again'),
  })
  await child.ready
  const data = await cli(['data', '--json', '--store', 'ticks'])
  expect(JSON.parse(data.stdout)).toMatchObject([
    { series: { instrument_id: 'EURUSD.fxcm' }, row_count: 7_200 },
    { series: { instrument_id: 'GBPUSD.fxcm' }, row_count: 3_600 },
  ])
  const generate = await cli(['generate', '--rows', '10', '--store', 'ticks'])
  expect([generate.exit_code, generate.stderr]).toEqual([5, expect.stringContaining(`process ${child.pid}`)])
  await child.close()
  expect([ends, child.pid]).toEqual([[], undefined])
}, 60_000)

test('[R16] one that ends, or cannot be started, is started again after a while that grows, and told each time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const told: string[] = []
  let onTold = (): void => undefined
  const tell = (what: string) => {
    told.push(what.replaceAll('spawn /nowhere/orrery', 'spawn'))
    onTold()
  }
  const kept = (command: string, args: readonly string[]) =>
    new RecorderChild({
      command,
      args,
      onEnd: (what, restart_ms) => tell(`${what} ${restart_ms}`),
      onAgain: () => tell('again'),
    })
  const toldTimes = async (count: number) => {
    while (told.length < count)
      await new Promise<void>((resolve) => {
        onTold = resolve
      })
  }
  const ending = kept(process.execPath, ['-e', 'console.log("no room"); process.exit(5)'])
  for (const [count, waited] of [
    [1, 500],
    [3, 1_000],
    [5, 0],
  ] as const) {
    await toldTimes(count)
    await vi.advanceTimersByTimeAsync(waited)
  }
  // While it waits to be started again it has nothing to end.
  await ending.close()
  const absent = kept('/nowhere/orrery', [])
  await absent.ready
  for (let ends = 1; ends < 10; ends++) {
    await toldTimes(5 + ends)
    await vi.advanceTimersToNextTimerAsync()
  }
  await toldTimes(15)
  await absent.close()
  const tooLong = kept(process.execPath, ['x'.repeat(8 << 20)])
  await toldTimes(16)
  await tooLong.close()
  expect(told).toEqual([
    'The recorder ended with code 5: no room 500',
    'again',
    'The recorder ended with code 5: no room 1000',
    'again',
    'The recorder ended with code 5: no room 2000',
    ...[500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000].map(
      (ms) => `The recorder could not be started: spawn ENOENT ${ms}`,
    ),
    'The recorder could not be started: spawn E2BIG 500',
  ])
})

function firstLine(child: ChildProcess): Promise<unknown> {
  if (child.stdout === null) throw new Error('a recorder of a test prints')
  return once(createInterface({ input: child.stdout }), 'line')
}

/** Not waited for in place, as `runCli` is: the recorder's words are read meanwhile. */
async function cli(args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([
    Array.fromAsync(child.stdout).then((parts) => parts.join('')),
    Array.fromAsync(child.stderr).then((parts) => parts.join('')),
    once(child, 'exit'),
  ])
  return { stdout, stderr, exit_code: child.exitCode }
}
