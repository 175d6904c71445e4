import { expect, test } from 'vitest'
import type { Journal, JournalWriter } from '../../engine/journal-port.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { type DiskFaults, PowerLossFs } from '../../sim/faults/power-loss-fs.test-support.ts'
import { openFileJournal } from './file-journal.ts'
import { bytes, opening, readAll } from './journal-conformance.test-support.ts'

const SEED_COUNT = 1_000
const LIVES_MAX = 4
const ACTIONS_MAX = 40
const OPERATIONS_MAX = 120
/** At least as many operations as an opening takes. */
const OPENING_OPERATIONS = 20

/** What was promised: of each epoch, the payloads appended and how far they were acknowledged. */
type Promised = { readonly payloads: Uint8Array[]; acknowledged_lsn: number }

test(`[J7] through power losses of ${SEED_COUNT} seeds nothing acknowledged is lost, and what opens is a prefix`, async () => {
  for (let seed = 1; seed <= SEED_COUNT; seed++)
    expect({ seed, broken: await brokenPromise(seed, {}) }).toEqual({ seed, broken: undefined })
})

test('[J7] a kill at any point of a commit, then power losses at any two points of the openings after it, cost nothing', async () => {
  for (let kill = 0; kill <= 6; kill++)
    for (let first = 0; first <= OPENING_OPERATIONS; first++)
      for (let seed = 0; seed < 60; seed++) {
        const at = { kill, first, second: (first + seed) % OPENING_OPERATIONS, seed }
        expect({ at, found: await afterKillAndLosses(at) }).toEqual({ at, found: 'whole' })
      }
})

test.each<[string, DiskFaults]>([
  ['an fdatasync that does nothing', { sync_does_nothing: true }],
  ['a directory sync that does nothing', { directory_sync_does_nothing: true }],
])('[J7] the proof catches %s', async (_, mutant) => {
  const seeds = Array.from({ length: 100 }, (__, seed) => seed)
  const broken = await Promise.all(seeds.map((seed) => brokenPromise(seed, mutant)))
  expect(broken.filter((what) => what !== undefined).length).toBeGreaterThan(10)
})

/** Commits twice, is killed in the second commit, and loses power in the next two openings. */
async function afterKillAndLosses(at: {
  readonly kill: number
  readonly first: number
  readonly second: number
  readonly seed: number
}): Promise<string> {
  const fs = new PowerLossFs()
  const journal = await openFileJournal({ directory: '/journal', fs, room_bytes: 200 * (at.seed % 3) })
  const writer = await journal.openEpoch(opening(1))
  writer.append(RECORD_KIND.input, bytes('first'))
  await writer.commit()
  writer.append(RECORD_KIND.input, bytes('second'))
  fs.faults = { power_off_at_operation: fs.operations + at.kill }
  await Promise.allSettled([writer.commit()])
  fs.restart()
  for (const [index, operation] of [at.first, at.second].entries()) {
    fs.faults = { power_off_at_operation: fs.operations + operation }
    const broken = await untilPowerOff(
      fs,
      async () => void (await openFileJournal({ directory: '/journal', fs })),
    )
    if (broken !== undefined) return broken
    fs.crash(2 * at.seed + index)
  }
  const found = (await openFileJournal({ directory: '/journal', fs })).epochs[0]?.last_lsn ?? -2
  return found >= writer.durable_lsn && found >= 0 ? 'whole' : `ends at ${found}`
}

/** Lives through crashes by one seed and returns the first promise found broken. */
async function brokenPromise(seed: number, mutant: DiskFaults): Promise<string | undefined> {
  const fs = new PowerLossFs()
  const random = new RandomStream(seed, 'proof')
  const promised: Promised[] = []
  for (let life = 0; life < LIVES_MAX; life++) {
    fs.faults = { ...mutant, power_off_at_operation: fs.operations + random.nextInt(OPERATIONS_MAX) }
    const broken = await untilPowerOff(fs, () => live(fs, random, promised))
    if (broken !== undefined) return broken
    if (random.nextFloat() < 0.7) fs.crash(random.nextUint32())
    else fs.restart()
  }
  return untilPowerOff(fs, async () => {
    const journal = await openFileJournal({ directory: '/journal', fs })
    return checkAgainst(promised, journal)
  })
}

/** Errors are expected once the power is off, and at no other time. */
async function untilPowerOff(fs: PowerLossFs, work: () => Promise<string | undefined>) {
  try {
    return await work()
  } catch (error) {
    return fs.power_is_off ? undefined : String(error)
  }
}

/** One process: opens, checks what it finds, then writes until the power fails or it closes. */
async function live(
  fs: PowerLossFs,
  random: RandomStream,
  promised: Promised[],
): Promise<string | undefined> {
  const journal = await openFileJournal({
    directory: '/journal',
    fs,
    segment_bytes_max: 1_000 + random.nextInt(3_000),
    batch_bytes_max: 200 + random.nextInt(2_000),
    room_bytes: random.nextInt(3) * random.nextInt(1_500),
  })
  const broken = await checkAgainst(promised, journal)
  if (broken !== undefined) return broken
  const epoch: Promised = { payloads: [], acknowledged_lsn: -2 }
  const durability = random.nextFloat() < 0.8 ? 'local' : 'deferred'
  promised.push(epoch)
  const writer = await journal.openEpoch({ ...opening(promised.length), durability })
  epoch.acknowledged_lsn = -1
  writer.onDurable((lsn) => {
    epoch.acknowledged_lsn = lsn
  })
  await act(writer, random, epoch)
  await journal.close()
  return undefined
}

async function act(writer: JournalWriter, random: RandomStream, epoch: Promised): Promise<void> {
  const commits: Promise<void>[] = []
  try {
    for (let action = random.nextInt(ACTIONS_MAX); action > 0; action--) {
      const choice = random.nextInt(10)
      if (choice < 6) {
        const payload = Uint8Array.from({ length: random.nextInt(300) }, () => random.nextInt(256))
        epoch.payloads.push(payload)
        writer.append(RECORD_KIND.input, payload)
      } else if (choice < 8) commits.push(writer.commit())
      else await writer.commit()
    }
  } finally {
    await Promise.allSettled(commits)
  }
}

/** What opening found wrong against the promises; where nothing is, what was found is promised from here on. */
async function checkAgainst(promised: Promised[], journal: Journal): Promise<string | undefined> {
  for (const [index, { payloads, acknowledged_lsn }] of promised.entries()) {
    const epoch = index + 1
    const found = journal.epochs[index]
    if (found === undefined) {
      if (acknowledged_lsn > -2) return `epoch ${epoch} is lost`
      continue
    }
    if (found.last_lsn < acknowledged_lsn)
      return `epoch ${epoch} ends at ${found.last_lsn}, acknowledged to ${acknowledged_lsn}`
    const records = await readAll(journal, epoch)
    if (records.length !== found.last_lsn + 1) return `epoch ${epoch} reads ${records.length} records`
    for (const { lsn, payload } of records)
      if (Buffer.compare(payload, payloads[lsn] ?? new Uint8Array()) !== 0)
        return `record ${epoch}.${lsn} differs`
  }
  if (journal.epochs.length > promised.length) return 'an epoch is there that nobody opened'
  promised.splice(
    0,
    promised.length,
    ...journal.epochs.map(({ last_lsn }, index) => ({
      payloads: promised[index]?.payloads.slice(0, last_lsn + 1) ?? [],
      acknowledged_lsn: last_lsn,
    })),
  )
  return undefined
}
