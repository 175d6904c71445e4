import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { childScenario } from './backtest-child.test-support.ts'
import { runScenario, strategiesOf } from './proof-session.test-support.ts'
import { recordsOf, unrecorded } from './venue-witness.test-support.ts'
import { readRun, verifyBacktest } from './verify-backtest.ts'

const CHILD = new URL('./backtest-child.test-support.ts', import.meta.url).pathname
const KILL_COUNT = 35
/** Each start of a process takes a second, and ten times that on a machine that has much else to do. */
const KILLS_MS_MAX = KILL_COUNT * 10_000
/** Half of a child's time is spent on compiling the same sources. */
const COMPILE_CACHE = await mkdtemp(join(tmpdir(), 'compile-cache-'))
afterAll(() => rm(COMPILE_CACHE, { recursive: true }))

test(`after each of ${KILL_COUNT} kills the run's folder reopens, nothing sent is lost, and the next run works`, {
  timeout: KILLS_MS_MAX,
}, async () => {
  const directory = await emptyDirectory()
  const whole = await runScenario(await childScenario())
  const random = new RandomStream(1, 'kill')
  let running = 0
  for (let kill = 1; kill <= KILL_COUNT; kill++) {
    // From the first line, before the journal is open, to well before the last.
    const { lines, signal } = await runChild(directory, { kill_after: 1 + random.nextInt(70) })
    expect({ kill, signal }).toEqual({ kill, signal: 'SIGKILL' })
    const sent = sentIn(lines)
    if (sent.length > 0) running += 1
    const journal = await openFileJournal({ directory })
    const last = journal.epochs.at(-1)
    const records = last === undefined ? [] : await recordsOf(journal, last.epoch)
    expect({ kill, lost: unrecorded(sent, records).length }).toEqual({ kill, lost: 0 })
    await expect(readRun(journal)).rejects.toMatchObject({
      code: 'verify.unfinished_run',
      reason: 'data',
      what: expect.stringMatching(
        /^The journal of the run (holds no epoch|ends before its run did); there is no/,
      ),
      remedy: 'Run the backtest again: the same configuration gives the same run.',
    })
    await journal.close()
  }
  expect(running).toBeGreaterThan(KILL_COUNT * 0.8)
  const { lines } = await runChild(directory, {})
  // Its epoch is in every client order id, and so in its state, but in none of its outputs.
  expect(lines.at(-1)).toContain(`ended {"output_hash":"${whole.hashes.output_hash}"`)
  expect(await verified(directory)).toMatchObject({
    is_equal: true,
    end: { output_hash: whole.hashes.output_hash },
  })
})

test.each([
  { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  { TZ: 'America/St_Johns', LANG: 'C', LC_ALL: 'C', HOME: '/nowhere', seed: '99' },
])('a process in another place and language gives the same hashes: %o', async (env) => {
  const expected = await runScenario(await childScenario())
  const { lines } = await runChild(await emptyDirectory(), { env })
  expect(lines.at(-1)).toEqual(`ended ${JSON.stringify(expected.hashes)}`)
})

type ChildOptions = { readonly kill_after?: number; readonly env?: Readonly<Record<string, string>> }

/** Runs the child to its end, or kills it once it has printed so many lines; whatever it printed is kept. */
async function runChild(directory: string, { kill_after, env }: ChildOptions) {
  const child = spawn(process.execPath, [CHILD, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
  })
  const exited = once(child, 'exit')
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (lines.length === kill_after) child.kill('SIGKILL')
  }
  const [code, signal] = (await exited) as [number | null, string | null]
  if (kill_after === undefined) expect({ code, signal }).toEqual({ code: 0, signal: null })
  return { lines, signal }
}

/** The commands whose lines are whole. */
function sentIn(lines: readonly string[]): Buffer[] {
  return lines.filter((line) => line.startsWith('sent ')).map((line) => Buffer.from(line.slice(5), 'hex'))
}

async function verified(directory: string) {
  const { config, definitions, store } = await childScenario()
  const journal = await openFileJournal({ directory })
  try {
    const strategies = strategiesOf(config, definitions)
    return await verifyBacktest({
      journal,
      store,
      strategies,
      models: [],
      sha256: nodeSha256,
      gate: createStepGate(),
    })
  } finally {
    await journal.close()
  }
}

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'backtest-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}
