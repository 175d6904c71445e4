import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { recordsOf as recordsOfBatch } from '../../engine/journal/parse-batch.ts'
import type { EpochSnapshot, Journal, JournalDurability, JournalWriter } from '../../engine/journal-port.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { PowerLossFs } from '../faults/power-loss-fs.test-support.ts'
import { openSession, openWriter, runScenario, scenarioOf } from './proof-session.test-support.ts'
import { PROOF_STRATEGY_IDS } from './proof-strategies.test-support.ts'
import { barTape, quoteTape, SECOND_US } from './tape.test-support.ts'
import { unrecorded, witness } from './venue-witness.test-support.ts'

const TAPES = [
  quoteTape({ instrument_id: 'AAA.one', shared_stamps: true }),
  quoteTape({ instrument_id: 'BBB.one', row_count: 300 }),
  barTape({ instrument_id: 'AAA.one', interval_us: 7 * SECOND_US }),
]

const LATENCIES = [
  { submit_us: 0, report_us: 0 },
  { submit_us: 3_000, report_us: 900_000 },
]

const scenario = (durability: JournalDurability, latency = LATENCIES[0]) =>
  scenarioOf({
    tapes: TAPES,
    strategies: PROOF_STRATEGY_IDS,
    venue: { latency: latency ?? { submit_us: 0, report_us: 0 } },
    config: { durability },
  })

test.each(LATENCIES)(
  'a run that waits for a slow disk before every order gives the hashes of one that does not wait: %o',
  async (latency) => {
    const expected = await runScenario(await scenario('deferred', latency))
    expect(expected.outcome.result.orders.filled).toBeGreaterThan(50)
    const disk = latency.submit_us === 0 ? powerLossJournal() : diskJournal()
    for (const journal of [new SlowJournal(1), await disk]) {
      const found = await runScenario(await scenario('local', latency), journal)
      await journal.close()
      expect(found.hashes).toEqual(expected.hashes)
      expect(found.outputs.records).toEqual(expected.outputs.records)
    }
  },
)

test('the venue is handed nothing whose record the journal has not stored', async () => {
  for (const latency of LATENCIES) {
    const { sent, early } = await witnessedRun(latency, (writer) => writer)
    expect({ early, sent: sent > 100 }).toEqual({ early: 0, sent: true })
  }
})

test('the witness sees a journal that releases what it has not stored', async () => {
  const { sent, early } = await witnessedRun(LATENCIES[0], (writer) => ({
    append: (kind, payload) => writer.append(kind, payload),
    commit: () => writer.commit(),
    get released_lsn() {
      return writer.appended_lsn
    },
  }))
  expect(early).toBeGreaterThan(sent / 2)
})

type Written = Pick<JournalWriter, 'append' | 'released_lsn' | 'commit'>

/** Counts the commands a venue was handed, and those that were not in the journal's store at that moment. */
async function witnessedRun(
  latency: (typeof LATENCIES)[number] | undefined,
  wrap: (writer: JournalWriter) => Written,
) {
  const of = await scenario('local', latency)
  const journal = new SlowJournal(3)
  const session = await openSession(of, wrap(await openWriter(journal, of.config)))
  let sent = 0
  let early = 0
  for (const exchange of session.venues.exchanges) {
    witness(exchange, (command) => {
      sent += 1
      early += unrecorded([command], journal.stored()).length
    })
  }
  await session.run()
  return { sent, early }
}

/** In memory, and each commit takes a random number of turns of the event loop. */
class SlowJournal implements Journal {
  readonly epochs = []
  readonly repaired = undefined
  readonly #store = new MemoryJournalStore()
  readonly #journal = new MemoryJournal(nodeSha256, this.#store)
  readonly #random: RandomStream

  constructor(seed: number) {
    this.#random = new RandomStream(seed, 'slow')
  }

  /** What would be on the disk now. */
  stored() {
    return this.#store.epochs.flatMap(({ batches }) =>
      batches.slice(1).flatMap((batch) => [...recordsOfBatch(batch)]),
    )
  }

  read(epoch: number, from_lsn?: number) {
    return this.#journal.read(epoch, from_lsn)
  }

  snapshots(epoch: number) {
    return this.#journal.snapshots(epoch)
  }

  saveSnapshot(epoch: number, snapshot: EpochSnapshot) {
    return this.#journal.saveSnapshot(epoch, snapshot)
  }

  async openEpoch(opening: Parameters<Journal['openEpoch']>[0]): Promise<JournalWriter> {
    const writer = await this.#journal.openEpoch(opening)
    const commit = writer.commit.bind(writer)
    writer.commit = async () => {
      for (let turns = this.#random.nextInt(4); turns > 0; turns--)
        await new Promise((resolve) => setImmediate(resolve))
      await commit()
    }
    return writer
  }

  close(): Promise<void> {
    return this.#journal.close()
  }
}

function powerLossJournal(): Promise<Journal> {
  return openFileJournal({ directory: '/journal', fs: new PowerLossFs(), segment_bytes_max: 5_000 })
}

async function diskJournal(): Promise<Journal> {
  const directory = await mkdtemp(join(tmpdir(), 'durability-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return openFileJournal({ directory, segment_bytes_max: 5_000 })
}
