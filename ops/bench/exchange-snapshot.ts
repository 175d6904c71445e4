// Whether a simulated exchange stands still while its books are saved beside it: the longest standstill of its loop, by quarters
// of a second in which a snapshot was made and those in which none was, in time of the wall and in time that its thread had the
// processor, which others that want it leave as it is; and how long saving them in its turn would take.
// On a book by order it is the exchange of a session over a history, on quotes also one in a process of its own.

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { epochPath } from '../../adapters/journal-file/journal-paths.ts'
import { SessionClock } from '../../adapters/session-clock/session-clock.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { assert } from '../../schemas/assert.ts'
import type { VenueBooks } from '../../sim/paper-venue/venue-books.ts'
import { parseConfig } from '../config/load-config.ts'
import { openHostedExchange } from '../live/hosted-exchange.ts'
import { benchConfig } from './bench-config.ts'
import { BookedMarket, DATA_ORDERS, OWN_ORDERS } from './booked-market.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'
import { Standstills, standstillFigures } from './standstills.ts'

const ROWS_PER_S = 20_000
/** Every second of the load has a snapshot. */
const SNAPSHOT_INPUTS = ROWS_PER_S
const SAVES = 9

export async function exchangeSnapshotFigures(scope: BenchScope): Promise<Figure[]> {
  return [...(await measured(scope, 'book_order')), ...(await measured(scope, 'quote'))]
}

async function measured(scope: BenchScope, kind: 'book_order' | 'quote'): Promise<Figure[]> {
  const data = kind === 'quote' ? 'quotes' : `a book by order of ${DATA_ORDERS}`
  const name = `exchange: ${OWN_ORDERS} orders on ${data}`
  scope.note(`snapshots of an exchange on ${data}, seconds`)
  const folder = await mkdtemp(join(scope.folder, 'exchange-'))
  const text = benchConfig({ instruments: ['GEN1'], strategy: 'ema_cross', kind, folder })
  const set = [`live.snapshot_inputs=${SNAPSHOT_INPUTS}`]
  const surroundings = { file: 'bench.yaml', base_directory: folder, set, environment: {} }
  const { config } = await parseConfig({ text, ...surroundings })
  const ledger = join(folder, 'ledger')
  const { driver, clock, close } = await openHostedExchange({
    config,
    authored: { models: [], gate: createStepGate() },
    ledger,
    base_directory: folder,
    clockFrom: (journaled_us) => new SessionClock({ journaled_us, speed: 1 }),
    onFailure: fail,
    onNoSnapshots: (what) => assert(false, `the thread takes snapshots: ${what}`),
  })
  const market = new BookedMarket(kind, driver, clock)
  market.begin()
  const wall = new Standstills()
  const work = new Standstills(threadMs)
  const epoch_directory = epochPath(ledger, driver.host.epoch)
  const stopWatching = [wall, work].map((standstills) => standstills.watch(epoch_directory))
  const began_ms = performance.now()
  let rows = 0
  for (let second = 1; second <= scope.seconds; second++) {
    while (performance.now() - began_ms < second * 1_000) {
      const due = Math.floor(((performance.now() - began_ms) / 1_000) * ROWS_PER_S)
      while (rows < due) rows += market.next()
      await turn()
      work.look()
      wall.look()
    }
    scope.passed(second, scope.seconds)
    work.forgive()
    wall.forgive()
  }
  for (const stop of stopWatching) stop()
  const saves = Array.from({ length: SAVES }, () => saveMs(driver.host.books))
  await close()
  return [
    ...standstillFigures(wall, name),
    ...standstillFigures(work, `${name}, time of its thread`),
    figure(`${name}, snapshots taken beside`, 'snapshots', [wall.snapshots]),
    figure(`${name}, saved in its turn and hashed, without the disk, time of its thread`, 'ms', saves),
  ]
}

function saveMs(books: VenueBooks): number {
  const began_ms = threadMs()
  const writer = new CanonicalWriter(1 << 16)
  books.save(writer)
  nodeSha256.digest(writer.view())
  return threadMs() - began_ms
}

/** For how long this thread has had a processor. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

function fail(error: unknown): never {
  throw error
}
