import { expect, test } from 'vitest'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { type JournalRecord, RECORD_KIND } from '../../engine/journal-port.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { type DiskFaults, PowerLossFs } from '../faults/power-loss-fs.test-support.ts'
import { encodeEnd } from './end-record.ts'
import { openSession, openWriter, type Scenario, scenarioOf } from './proof-session.test-support.ts'
import { quoteTape } from './tape.test-support.ts'
import { recordsOf, unrecorded, witness } from './venue-witness.test-support.ts'

const SEED_COUNT = 1_000

/** A node that sends market orders, limit orders, replaces and cancels, each only once its record is on the disk. */
const small = () =>
  scenarioOf({
    tapes: [quoteTape({ instrument_id: 'AAA.one', row_count: 60, gap_ms_max: 400 })],
    strategies: ['nth', 'quoter'],
    config: { durability: 'local' },
  })

type Life = { readonly sent: Buffer[]; readonly operations: number; readonly was_cut: boolean }

test(`through power losses of ${SEED_COUNT} seeds every command a venue received is in the journal`, async () => {
  const scenario = await small()
  const undisturbed = await undisturbedRun(scenario)
  expect(undisturbed.sent.length).toBeGreaterThan(25)
  let cut = 0
  for (let seed = 1; seed <= SEED_COUNT; seed++) {
    const { broken, was_cut } = await brokenPromise(scenario, undisturbed, seed, {})
    cut += was_cut ? 1 : 0
    expect({ seed, broken }).toEqual({ seed, broken: undefined })
  }
  expect(cut).toBeGreaterThan(SEED_COUNT * 0.9)
})

test.each<[string, DiskFaults]>([
  ['an fdatasync that does nothing', { sync_does_nothing: true }],
  ['a directory sync that does nothing', { directory_sync_does_nothing: true }],
])('the proof catches %s', async (_, mutant) => {
  const scenario = await small()
  const undisturbed = await undisturbedRun(scenario)
  let caught = 0
  for (let seed = 1; seed <= 100; seed++) {
    const { broken } = await brokenPromise(scenario, undisturbed, seed, mutant)
    if (broken !== undefined) caught += 1
  }
  expect(caught).toBeGreaterThan(25)
})

/** Runs until the power fails, if it does, and opens what the disk kept. */
async function brokenPromise(
  scenario: Scenario,
  undisturbed: Life & { readonly records: readonly JournalRecord[] },
  seed: number,
  mutant: DiskFaults,
) {
  const random = new RandomStream(seed, 'power')
  const power_off_at_operation = random.nextInt(undisturbed.operations)
  const fs = new PowerLossFs({ ...mutant, power_off_at_operation })
  const { sent, was_cut } = await live(scenario, fs)
  fs.crash(seed)
  return { was_cut, broken: await openedWrong(fs, sent, undisturbed.records) }
}

async function openedWrong(
  fs: PowerLossFs,
  sent: readonly Buffer[],
  expected: readonly JournalRecord[],
): Promise<string | undefined> {
  try {
    const journal = await openFileJournal({ directory: '/journal', fs })
    const records = journal.epochs.length === 0 ? [] : await recordsOf(journal, 1)
    const lost = unrecorded(sent, records).length
    if (lost > 0) return `${lost} of ${sent.length} commands a venue received are not in the journal`
    const differing = records.find(({ payload }, lsn) =>
      Buffer.compare(payload, expected[lsn]?.payload ?? NOTHING),
    )
    return differing && `record ${differing.lsn} is not that of a run without a power loss`
  } catch (error) {
    return String(error)
  }
}

/** One process, from opening the journal to the end of its run or of the power. */
async function live(scenario: Scenario, fs: PowerLossFs): Promise<Life> {
  const sent: Buffer[] = []
  try {
    const journal = await openFileJournal({ directory: '/journal', fs, segment_bytes_max: 3_000 })
    const writer = await openWriter(journal, scenario.config)
    const session = await openSession(scenario, writer)
    for (const exchange of session.venues.exchanges) witness(exchange, (command) => sent.push(command))
    await session.run()
    writer.append(
      RECORD_KIND.end,
      encodeEnd({ seq: session.trading.node.seq, output_hash: '', state_hash: '' }),
    )
    await journal.close()
  } catch (error) {
    if (!fs.power_is_off) throw error
  }
  return { sent, operations: fs.operations, was_cut: fs.power_is_off }
}

async function undisturbedRun(scenario: Scenario) {
  const fs = new PowerLossFs()
  const life = await live(scenario, fs)
  const journal = await openFileJournal({ directory: '/journal', fs: restarted(fs) })
  return { ...life, records: await recordsOf(journal, 1) }
}

function restarted(fs: PowerLossFs): PowerLossFs {
  fs.restart()
  return fs
}

const NOTHING = new Uint8Array(0)
