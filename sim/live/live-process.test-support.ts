// One process of a live session under a disk that may lose power: it opens the journal, recovers, and trades on what the
// world brings until it is killed or the world ends. Virtual time; how the disk's work falls between is drawn.

import { BatchCursor } from '../../adapters/journal-file/batch-cursor.ts'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { openingOf } from '../../engine/journal/parse-batch.ts'
import type { Journal, JournalWriter } from '../../engine/journal-port.ts'
import type { LiveBounds } from '../../engine/live/live-bounds.ts'
import type { LiveSequencer } from '../../engine/live/live-sequencer.ts'
import type { RandomStream } from '../../engine/random-stream.ts'
import { openSession } from '../../ops/live/open-session.ts'
import type { SnapshotFollower } from '../../ops/live/snapshot-follower.ts'
import { must } from '../../schemas/assert.ts'
import type { PowerLossFs } from '../faults/power-loss-fs.test-support.ts'
import {
  control,
  followerOf,
  type LiveScenario,
  reportsIn,
  sessionOptions,
} from './live-engine.test-support.ts'
import type { LiveWorld } from './live-world.test-support.ts'

export type LiveProcess = {
  readonly scenario: LiveScenario
  readonly world: LiveWorld
  readonly fs: PowerLossFs
  readonly random: RandomStream
  /** Quotes the market still brings, over all lives. */
  quotes_left: number
  /** How far the last life's journal was acknowledged. */
  acknowledged: { epoch: number; lsn: number }
  readonly bounds?: Partial<LiveBounds>
  /** Mistakes to prove that the proof sees them. */
  readonly wrongJournal?: (journal: Journal) => Journal
  readonly afterRecovery?: (world: LiveWorld, journal: Journal) => Promise<void>
}

const DIRECTORY = '/journal'
const BATCH_BYTES_MAX = 700
const ROOM_BYTES = 160_000

/** Opens the journal as a process does. Small batches, so that a crash can come between an input and its effects. */
export function openJournal(fs: PowerLossFs): Promise<Journal> {
  const sizes = { segment_bytes_max: 20_000, batch_bytes_max: BATCH_BYTES_MAX, room_bytes: ROOM_BYTES }
  return openFileJournal({ directory: DIRECTORY, fs, ...sizes })
}

/** Lives until the world's quotes are over, then ends well. Returns the state at the end. */
export async function live(process: LiveProcess): Promise<Uint8Array> {
  const { scenario, world, fs, bounds } = process
  const opened = await openJournal(fs)
  expectAcknowledged(opened, process)
  const reports_known = await reportsIn(opened)
  const journal = process.wrongJournal?.(opened) ?? opened
  const session = await openSession(sessionOptions(scenario, world.ports, journal, bounds))
  const { sequencer, writer } = session
  process.acknowledged = { epoch: writer.epoch, lsn: -1 }
  writer.onDurable((lsn) => {
    process.acknowledged = { epoch: writer.epoch, lsn }
  })
  await process.afterRecovery?.(world, opened)
  world.connect((input) => void sequencer.offer(input), reports_known)
  if (isNew(sequencer)) sequencer.offer(control('session_start'))
  sequencer.offer(control('trading_enable'))
  const commits: Promise<void>[] = []
  const base = await baseOf(fs, writer.epoch)
  const snapshots = followerOf(
    scenario,
    world.ports,
    { epoch: writer.epoch, base },
    {
      cursor: new BatchCursor({ directory: DIRECTORY, epoch: writer.epoch, fs }),
      save: (snapshot) => opened.saveSnapshot(writer.epoch, snapshot),
      onLost: () => undefined,
    },
  )
  try {
    await trade(process, session, snapshots, commits)
  } finally {
    await Promise.allSettled(commits)
  }
  await end(process, session)
  await journal.close()
  return sequencer.state()
}

async function baseOf(fs: PowerLossFs, epoch: number): Promise<Uint8Array> {
  const opening = await new BatchCursor({ directory: DIRECTORY, epoch, fs }).next(-1)
  return openingOf(must(opening, 'an epoch begins with its opening')).base
}

type Session = { readonly sequencer: LiveSequencer; readonly writer: JournalWriter }

async function trade(
  process: LiveProcess,
  { sequencer, writer }: Session,
  snapshots: SnapshotFollower,
  commits: Promise<void>[],
) {
  const { world, random } = process
  while (process.quotes_left > 0) {
    // Mostly a few hundred microseconds, so that much is on its way at once; now and then a pause that lets timers fire.
    world.pass(random.nextInt(10) === 0 ? random.nextInt(2_000_000) : random.nextInt(500))
    for (let burst = 1 + random.nextInt(4); burst > 0 && process.quotes_left > 0; burst--) {
      process.quotes_left--
      sequencer.offerQuote(world.quote(random.nextInt(2)))
    }
    if (random.nextInt(4) > 0) sequencer.advance(world.now_us)
    const choice = random.nextInt(3)
    if (choice === 0) await writer.commit()
    if (choice === 0 && random.nextInt(2) === 0) await snapshots.follow(writer.durable_lsn)
    else if (choice === 1) commits.push(writer.commit())
    for (let turns = random.nextInt(8); turns > 0; turns--) await Promise.resolve()
    sequencer.release(world.now_us)
  }
}

/** Waits until nothing is on its way any more, then stops the session. */
async function end({ world }: LiveProcess, { sequencer, writer }: Session): Promise<void> {
  const settle = async () => {
    for (let rounds = 0; rounds < 10; rounds++) {
      world.pass(1_000)
      sequencer.advance(world.now_us)
      await writer.commit()
      sequencer.release(world.now_us)
    }
  }
  await settle()
  sequencer.offer(control('session_stop'))
  await settle()
}

function isNew(sequencer: LiveSequencer): boolean {
  return [...sequencer.node.states()].some(
    ([name, state]) => name.startsWith('strategy/') && state === 'created',
  )
}

function expectAcknowledged(journal: Journal, { acknowledged }: LiveProcess): void {
  const { epoch, lsn } = acknowledged
  const found = journal.epochs.find((one) => one.epoch === epoch)?.last_lsn ?? -2
  if (epoch > 0 && found < lsn) throw new Error(`epoch ${epoch} ends at ${found}, acknowledged to ${lsn}`)
}
