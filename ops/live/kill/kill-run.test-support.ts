// A paper session killed again and again, and continued each time until it is judged.

import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { RandomStream } from '../../../engine/random-stream.ts'
import { assert, must } from '../../../schemas/assert.ts'
import { CRASH_POINTS, type CrashPoint, type KillNote } from './crash-points.test-support.ts'
import { type Verdict, verdictOn } from './kill-judge.test-support.ts'
import { sessionText, TRADER } from './killed-config.test-support.ts'
import { OPEN_STATES } from './open-orders.test-support.ts'
import { Surroundings } from './surroundings.test-support.ts'

/** What must be open at a kill, in turn. */
const WANTED = ['', ...OPEN_STATES] as const

/** Mistakes, each with the crash point where it shows. */
export const MUTANTS = {
  'looks nothing up': 'at the send',
  'sends an old outbox again': 'after the send, before its outcome is journaled',
  'drops the last input': 'after append, before fsync',
  'asks for no report again': 'after a report is processed, before it is committed',
} as const satisfies { readonly [mutant: string]: CrashPoint }
export type Mutant = keyof typeof MUTANTS

export type KillRun = {
  /** What the judge found wrong; undefined where all is right. */
  readonly broken: string | undefined
  readonly notes: readonly KillNote[]
  /** Kills of exchange and server. */
  readonly surroundings_killed: number
} & Verdict['counts']

const ENTRY = fileURLToPath(new URL('./killed-session.test-support.ts', import.meta.url))

export type KillPlan = {
  readonly seed: number
  readonly kills: number
  readonly mutant?: Mutant
  /** The exchange in a process of its own, the journal copied to a nats-server; both are killed too. */
  readonly apart?: boolean
  /** A session of its own files in place of the usual, and whoever looks at them after the last life. */
  readonly session?: {
    readonly write: (folder: string) => Promise<void>
    readonly judge: (folder: string) => Promise<void>
  }
}

export async function killRun({ seed, kills, mutant, apart = false, session }: KillPlan): Promise<KillRun> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-kill-'))
  const surroundings = apart ? await Surroundings.start(folder) : undefined
  try {
    if (session === undefined) writeSession(folder, surroundings)
    else await session.write(folder)
    const random = new RandomStream(seed, 'kills')
    const notes = join(folder, 'notes')
    const ledger = join(folder, apart ? 'runs/exchange-kill' : 'runs/kill/exchange')
    for (let kill = 0; kill < kills; kill++) {
      const point = mutant === undefined ? turn(CRASH_POINTS, kill) : MUTANTS[mutant]
      const wanted = mutant === undefined && session === undefined ? turn(WANTED, kill) : ''
      const other = surroundings?.killLater(random)
      const end = await oneLife(
        folder,
        [point, String(1 + random.nextInt(8)), wanted, mutant ?? ''],
        mutant !== undefined,
      )
      await other
      // What happens around it ends no life. A mutant's may end anyhow.
      assert(end === 'SIGKILL' || mutant !== undefined, `a life ended with ${end}`)
    }
    const end = await lastLife(folder, mutant)
    await surroundings?.stop()
    const { broken, counts } = await verdictOn(join(folder, 'runs/kill'), ledger)
    await session?.judge(folder)
    const found = existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : []
    return {
      broken: end === 0 ? broken : `the last life ended with ${end}`,
      notes: found.map((line) => JSON.parse(line) as KillNote),
      surroundings_killed: surroundings?.killed ?? 0,
      ...counts,
    }
  } finally {
    await surroundings?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function turn<Item>(items: readonly Item[], number: number): Item {
  return must(items[number % items.length], 'a list is not empty')
}

/** Lives until it kills itself. A mutant whose books differ stops trading, and may never come to its crash point. */
function oneLife(folder: string, how: readonly string[], mayStall: boolean): Promise<string> {
  const child = start(folder, how)
  const timer = mayStall ? setTimeout(() => child.kill('SIGKILL'), STALLED_MS) : undefined
  let said = ''
  child.stdout.on('data', (text) => {
    said = `${said}${text}`.slice(-SAID_MAX)
  })
  return new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      // What it said last tells why one ended that was to be killed.
      resolve(signal ?? `${code}: ${said}`)
    }),
  )
}

const STALLED_MS = 20_000
const SAID_MAX = 2_000

/** Lives until a few orders were traded after the last recovery, and is ended gracefully. */
function lastLife(folder: string, mutant: Mutant | undefined): Promise<number | string> {
  const child = start(folder, ['', '0', '', mutant ?? ''])
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('running')) setTimeout(() => child.kill('SIGTERM'), LAST_LIFE_MS)
  })
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code ?? 0)))
}

const LAST_LIFE_MS = 2_500

function start(folder: string, how: readonly string[]) {
  const notes = join(folder, 'notes')
  const child = spawn(process.execPath, [ENTRY, join(folder, 'session.yaml'), notes, ...how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.resume()
  return child
}

function writeSession(folder: string, surroundings: Surroundings | undefined): void {
  writeFileSync(join(folder, 'trader.ts'), TRADER)
  writeFileSync(join(folder, 'session.yaml'), sessionText(surroundings))
}
