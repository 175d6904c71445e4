import { expect, test } from 'vitest'
import { readEffects } from '../../engine/effect-record.ts'
import { sameBytes } from '../../engine/journal/parse-batch.ts'
import {
  type Journal,
  type JournalRecord,
  type JournalWriter,
  RECORD_KIND,
} from '../../engine/journal-port.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { type DiskFaults, PowerLossFs } from '../faults/power-loss-fs.test-support.ts'
import { changed } from './changed-port.test-support.ts'
import { type LiveScenario, liveScenario, type Rerun, rerun } from './live-engine.test-support.ts'
import { type LiveProcess, live, openJournal } from './live-process.test-support.ts'
import { LiveWorld } from './live-world.test-support.ts'

const SEED_COUNT = 1_000
const QUOTES = 60
const LIVES_CUT_MAX = 2
const OPERATIONS_MAX = 110
const SUMMED = ['lives', 'received', 'snapshots', 'unknown', 'never_sent'] as const

type Mutant = Pick<LiveProcess, 'wrongJournal' | 'afterRecovery'> & { readonly disk?: DiskFaults }
type Found = {
  readonly broken: string | undefined
  readonly lives: number
  readonly received: number
  readonly snapshots: number
  readonly unknown: number
  readonly never_sent: number
}

const small = () => liveScenario(['nth', 'quoter', 'timed', 'bars'])

test(`[N7] through power losses of ${SEED_COUNT} seeds nothing acknowledged is lost, no order is sent twice, and every order a venue has is known`, {
  timeout: 240_000,
}, async () => {
  const scenario = await small()
  const sum = { lives: 0, received: 0, snapshots: 0, unknown: 0, never_sent: 0 }
  for (let seed = 1; seed <= SEED_COUNT; seed++) {
    const { broken, ...found } = await brokenPromise(scenario, seed)
    expect({ seed, broken }).toEqual({ seed, broken: undefined })
    for (const name of SUMMED) sum[name] += found[name]
  }
  expect(sum.lives).toBeGreaterThan(1.5 * SEED_COUNT)
  expect(sum.received).toBeGreaterThan(10 * SEED_COUNT)
  expect(sum.snapshots).toBeGreaterThan(SEED_COUNT)
  expect(sum.unknown).toBeGreaterThan(SEED_COUNT / 2)
  expect(sum.never_sent).toBeGreaterThan(5)
})

test.each<[string, Mutant]>([
  ['an fdatasync that does nothing', { disk: { sync_does_nothing: true } }],
  ['sending before release', { wrongJournal: (journal) => withWriter(journal, releasingEarly) }],
  ['a recovery that drops the last journaled input', { wrongJournal: withoutLastInput }],
  ['sending the old outbox again', { afterRecovery: sendLastEffectsAgain }],
])('[N7] the proof catches %s', async (_, mutant) => {
  const scenario = await small()
  let caught = 0
  for (let seed = 1; seed <= 100; seed++)
    if ((await brokenPromise(scenario, seed, mutant)).broken !== undefined) caught += 1
  expect(caught).toBeGreaterThan(20)
})

/** Lives through crashes by one seed and returns the first promise found broken. */
async function brokenPromise(scenario: LiveScenario, seed: number, mutant: Mutant = {}): Promise<Found> {
  const { disk = {}, ...mistakes } = mutant
  const fs = new PowerLossFs()
  const random = new RandomStream(seed, 'proof')
  const world = new LiveWorld(scenario.config, scenario.instruments, seed)
  const acknowledged = { epoch: 0, lsn: -1 }
  const process: LiveProcess = { scenario, world, fs, random, quotes_left: QUOTES, acknowledged, ...mistakes }
  let lives = 0
  let state: Uint8Array | undefined
  try {
    for (; state === undefined; lives++) {
      const cut = { power_off_at_operation: fs.operations + random.nextInt(OPERATIONS_MAX) }
      fs.faults = { ...disk, ...(lives < LIVES_CUT_MAX ? cut : {}) }
      state = await untilPowerOff(fs, () => live(process))
      world.disconnect()
      if (state !== undefined) break
      if (random.nextInt(3) > 0) fs.crash(random.nextUint32())
      else fs.restart()
    }
    fs.restart()
    const again = await rerun(scenario, world.ports, await openJournal(fs))
    const broken = typeof again === 'string' ? again : judged(process, state, again)
    const counts = typeof again === 'string' ? NONE : again
    return { ...counts, broken, lives: lives + 1, received: world.received.size }
  } catch (error) {
    return { ...NONE, broken: String(error) }
  }
}

const NONE = { lives: 0, received: 0, snapshots: 0, unknown: 0, never_sent: 0 }

/** Errors are expected once the power is off, and at no other time. */
async function untilPowerOff<Result>(
  fs: PowerLossFs,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    if (fs.power_is_off) return undefined
    throw error
  }
}

/** Holds what the engine knows against what the world saw. */
function judged({ world }: LiveProcess, state: Uint8Array, again: Rerun): string | undefined {
  if (!sameBytes(again.state, state)) return 'the re-run ends in another state'
  for (const [id, times] of [...world.handed, ...world.received])
    if (times > 1) return `${id} was sent ${times} times`
  for (const {
    report_type,
    client_order_id,
    original_client_order_id,
    cum_quantity_units,
  } of world.reports) {
    const known = again.orders.get(client_order_id) ?? again.orders.get(original_client_order_id)
    if (known === undefined) return `${client_order_id} is not known`
    if (report_type === 'trade' && known.cum_quantity_units < cum_quantity_units)
      return `${client_order_id} has traded more than is known`
  }
  return undefined
}

function withWriter(journal: Journal, wrong: (writer: JournalWriter) => JournalWriter): Journal {
  return changed(journal, { openEpoch: async (opening) => wrong(await journal.openEpoch(opening)) })
}

/** Says of everything appended that it is released. */
function releasingEarly(writer: JournalWriter): JournalWriter {
  return changed(writer, {
    get released_lsn() {
      return writer.appended_lsn
    },
  })
}

function withoutLastInput(journal: Journal): Journal {
  return changed(journal, {
    async *read(epoch, from_lsn) {
      const records: JournalRecord[] = []
      for await (const record of journal.read(epoch, from_lsn)) records.push(record)
      const last = records.findLastIndex(({ kind }) => kind === RECORD_KIND.input)
      yield* records.filter((_, at) => at !== last)
    },
  })
}

async function sendLastEffectsAgain(world: LiveWorld, journal: Journal): Promise<void> {
  const crashed = journal.epochs.at(-1)
  if (crashed === undefined) return
  const effects: Uint8Array[] = []
  for await (const { kind, payload } of journal.read(crashed.epoch))
    if (kind === RECORD_KIND.effects) effects.push(payload)
  for (const payload of effects.slice(-2))
    for (const command of readEffects(payload, (id) => (id === 'AAA.one' ? 0 : 1)).commands)
      world.ports[0]?.send(command, world.now_us)
}
