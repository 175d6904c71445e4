// A paper session killed again and again, and continued each time. The judge is the exchange's own ledger: at the end it
// and the engine agree, no order is lost, none came twice, and the whole session verifies.

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openFileJournal } from '../../../adapters/journal-file/file-journal.ts'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { RECORD_KIND } from '../../../engine/journal-port.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import { createStepGate } from '../../../engine/step-gate.ts'
import { must } from '../../../schemas/assert.ts'
import type { AccountId, VenueId } from '../../../schemas/ids.ts'
import type { VenueReport } from '../../../schemas/messages/order.ts'
import { isFill, type OrderFact } from '../../../schemas/messages/order-fact.ts'
import { isLedgerCommand, readLedgerCommand } from '../../../sim/paper-venue/ledger-codec.ts'
import { VenueBooks } from '../../../sim/paper-venue/venue-books.ts'
import { NO_MODELS } from '../../../sim/paper-venue/venue-config.test-support.ts'
import { ledgerTerms, takeAgain } from '../../../sim/paper-venue/venue-host.ts'
import { type RerunEpoch, rerunSession } from '../../session/rerun-session.ts'
import { sessionText, TRADER } from './killed-config.test-support.ts'
import { Surroundings } from './surroundings.test-support.ts'

export const CRASH_POINTS = [
  'before append',
  'after append, before fsync',
  'after fsync, before the send',
  'at the send',
  'after the send, before its outcome is journaled',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

/** What must be open at a kill, in turn. */
const WANTED = ['', 'open', 'partial', 'canceling'] as const

/** Mistakes, each with the crash point where it shows. */
export const MUTANTS = {
  'looks nothing up': 'at the send',
  'sends an old outbox again': 'after the send, before its outcome is journaled',
  'drops the last input': 'after append, before fsync',
} as const satisfies { readonly [mutant: string]: CrashPoint }
export type Mutant = keyof typeof MUTANTS

export type KillNote = {
  readonly point: CrashPoint
  readonly open: number
  readonly partial: number
  readonly canceling: number
}

export type KillRun = {
  /** What the judge found wrong; undefined where all is right. */
  readonly broken: string | undefined
  readonly notes: readonly KillNote[]
  readonly lives: number
  /** Kills of exchange and server. */
  readonly surroundings_killed: number
  readonly orders: number
  readonly executions: number
}

const ENTRY = fileURLToPath(new URL('./killed-session.test-support.ts', import.meta.url))

export type KillPlan = {
  readonly seed: number
  readonly kills: number
  readonly mutant?: Mutant
  /** The exchange in a process of its own, the journal copied to a nats-server; both are killed too. */
  readonly apart?: boolean
}

export async function killRun({ seed, kills, mutant, apart = false }: KillPlan): Promise<KillRun> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-kill-'))
  const surroundings = apart ? await Surroundings.start(folder) : undefined
  try {
    writeSession(folder, surroundings)
    const random = new RandomStream(seed, 'kills')
    const notes = join(folder, 'notes')
    const ledger = join(folder, apart ? 'runs/exchange-kill' : 'runs/kill/exchange')
    for (let kill = 0; kill < kills; kill++) {
      const point = mutant === undefined ? turn(CRASH_POINTS, kill) : MUTANTS[mutant]
      const wanted = mutant === undefined ? turn(WANTED, kill) : ''
      const other = surroundings?.killLater(random)
      await oneLife(
        folder,
        [point, String(1 + random.nextInt(8)), wanted, mutant ?? ''],
        mutant !== undefined,
      )
      await other
    }
    const end = await lastLife(folder, mutant)
    await surroundings?.stop()
    const broken =
      end === 0 ? await judged(join(folder, 'runs/kill'), ledger) : `the last life ended with ${end}`
    const found = existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n') : []
    const counts = await countsOf(ledger)
    return {
      broken,
      notes: found.map((line) => JSON.parse(line) as KillNote),
      lives: kills + 1,
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
function oneLife(folder: string, how: readonly string[], mayStall: boolean): Promise<number | string> {
  const child = start(folder, how)
  const timer = mayStall ? setTimeout(() => child.kill('SIGKILL'), STALLED_MS) : undefined
  return new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      resolve(signal ?? code ?? 0)
    }),
  )
}

const STALLED_MS = 20_000

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

/** What is wrong, as a text. */
export async function judged(folder: string, exchange: string): Promise<string | undefined> {
  const ledger = await readLedger(exchange)
  const twice = [...ledger.received].filter(([, count]) => count > 1).map(([id]) => id)
  if (twice.length > 0) return `orders came twice: ${twice.join(', ')}`
  const engine = await readEngine(folder)
  if (typeof engine === 'string') return engine
  const lost = [...ledger.received.keys()].filter((id) => !engine.ids.has(id))
  if (lost.length > 0) return `orders the engine does not know: ${lost.join(', ')}`
  const executions = [...ledger.executions].sort().join()
  if (executions !== [...engine.executions].sort().join()) return 'the executions differ'
  const unsettled = [...engine.last.values()]
    .filter(({ ended }) => !ended)
    .map(({ client_order_id }) => client_order_id)
  if (unsettled.length > 0) return `orders are not settled: ${unsettled.join(', ')}`
  if (ledger.open.length > 0) return `orders are open at the exchange: ${ledger.open.join(', ')}`
  if (ledger.position !== engine.position)
    return `positions differ: ${ledger.position} and ${engine.position}`
  return undefined
}

async function countsOf(exchange: string): Promise<{ orders: number; executions: number }> {
  const ledger = await readLedger(exchange)
  return { orders: ledger.received.size, executions: ledger.executions.size }
}

type LedgerAudit = {
  readonly received: ReadonlyMap<string, number>
  readonly executions: ReadonlySet<string>
  readonly open: readonly string[]
  readonly position: number
}

/** The exchange's own story: every command as it came in, every trade, and what is left. */
async function readLedger(directory: string): Promise<LedgerAudit> {
  const journal = await openFileJournal({ directory })
  const received = new Map<string, number>()
  const executions = new Set<string>()
  let books: VenueBooks | undefined
  try {
    for (const { epoch, base, header } of journal.epochs) {
      const terms = ledgerTerms(header, NO_MODELS)
      books = new VenueBooks(terms, {
        onReport: (report) => noteTrade(report, executions),
        onStatus: () => undefined,
      })
      if (base.length > 0) books.load(new CanonicalReader(base))
      for await (const { kind, payload } of journal.read(epoch)) {
        if (kind !== RECORD_KIND.input) continue
        takeAgain(books, payload, terms.specs)
        if (!isLedgerCommand(payload)) continue
        const { command } = readLedgerCommand(new CanonicalReader(payload), () => 0)
        received.set(command.client_order_id, (received.get(command.client_order_id) ?? 0) + 1)
      }
      books.pass(Number.MAX_SAFE_INTEGER - 1)
    }
    const { positions, open_client_order_ids } = must(books, 'the exchange has a ledger').state(
      'gen' as VenueId,
      'main' as AccountId,
    )
    return { received, executions, open: open_client_order_ids, position: positions[0]?.quantity_units ?? 0 }
  } finally {
    await journal.close()
  }
}

function noteTrade({ report_type, execution_id }: VenueReport, executions: Set<string>): void {
  if (report_type === 'trade') executions.add(execution_id)
}

type EngineAudit = {
  readonly ids: ReadonlySet<string>
  readonly executions: ReadonlySet<string>
  readonly last: ReadonlyMap<number, OrderFact>
  readonly position: number
}

/** The engine's story, from a re-run of its journal; or where that differs. */
async function readEngine(folder: string): Promise<EngineAudit | string> {
  const directory = join(folder, 'journal')
  const journal = await openFileJournal({ directory })
  const ids = new Set<string>()
  const executions = new Set<string>()
  const last = new Map<number, OrderFact>()
  let end: RerunEpoch | undefined
  const temporary = join(folder, 'strategies')
  mkdirSync(temporary, { recursive: true })
  try {
    const result = await rerunSession(
      {
        journal,
        where: directory,
        gate: createStepGate(),
        temporary,
        observer: {
          onCommand: ({ client_order_id }) => ids.add(client_order_id),
          onFact: (fact) => {
            last.set(fact.counter, fact)
            if (isFill(fact)) executions.add(fact.execution_id)
          },
        },
        onEpoch: (epoch) => {
          end = epoch
        },
      },
      '',
    )
    if (result.difference !== undefined) return `verify: ${JSON.stringify(result.difference)}`
    const portfolio = must(end?.built.trading.portfolios.get('main'), 'the account is there')
    return { ids, executions, last, position: portfolio.quantity(0) }
  } finally {
    await journal.close()
  }
}

function writeSession(folder: string, surroundings: Surroundings | undefined): void {
  writeFileSync(join(folder, 'trader.ts'), TRADER)
  writeFileSync(join(folder, 'session.yaml'), sessionText(surroundings))
}
