// The thread beside a session, or beside a standby, that takes the snapshots of one epoch. What it needs to run the epoch
// again it reads from the epoch itself; strategies are loaded under the guard that holds in the session, and must be
// those that the epoch names.

import { constants, platform, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { installAmbientGuard } from '../../adapters/ambient-guard/ambient-guard.ts'
import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { BatchCursor } from '../../adapters/journal-file/batch-cursor.ts'
import { epochPath } from '../../adapters/journal-file/journal-paths.ts'
import { nodeJournalFs } from '../../adapters/journal-file/node-journal-fs.ts'
import { readSnapshots, writeSnapshot } from '../../adapters/journal-file/snapshot-files.ts'
import { loadStrategy } from '../../adapters/strategy-loader/load-strategy.ts'
import { openingOf } from '../../engine/journal/parse-batch.ts'
import { type LiveHeader, readLiveHeader } from '../../engine/live/live-header.ts'
import { RunDifferenceError } from '../../engine/run-difference.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { rerunNode } from './rerun-node.ts'
import { SnapshotFollower } from './snapshot-follower.ts'

export type SnapshotTask = {
  /** Folder of the journal. */
  readonly directory: string
  readonly epoch: number
  /** What the sources of strategies are relative to. */
  readonly base_directory: string
}

/** What the thread says. */
export type SnapshotNote =
  | { readonly note: 'lost' }
  | { readonly note: 'ended'; readonly differs: boolean; readonly what: string }

const port = must(parentPort, 'a worker has a parent')
const { directory, epoch, base_directory } = workerData as SnapshotTask
// Linux knows priorities of threads; elsewhere this would be the session's own.
if (platform() === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)
const gate = createStepGate()
installAmbientGuard(gate, () => undefined)

/** Up to where the epoch is durable, and how far that was taken in. */
let durable_lsn = -1
let done_lsn = -1
let isRunning = false
let follower: SnapshotFollower | undefined

port.on('message', (lsn: number) => {
  durable_lsn = lsn
  if (!isRunning) void run()
})

async function run(): Promise<void> {
  isRunning = true
  try {
    follower ??= await open()
    while (done_lsn < durable_lsn) {
      const lsn = durable_lsn
      await follower.follow(lsn)
      done_lsn = lsn
    }
    isRunning = false
  } catch (error) {
    gate.step_running = false
    say(endOf(error))
    port.close()
  }
}

async function open(): Promise<SnapshotFollower> {
  const cursor = new BatchCursor({ directory, epoch })
  const opening = openingOf(must(await cursor.next(-1), 'an epoch begins with its opening'))
  const { binding, contents } = readLiveHeader(opening.header, directory)
  if (binding.build_hash !== buildIdentity().build_hash) throw otherBuild()
  const folder = epochPath(directory, epoch)
  const { base } = opening
  return new SnapshotFollower({
    epoch,
    cursor,
    base,
    from: (await readSnapshots(nodeJournalFs, folder, Number.POSITIVE_INFINITY)).at(-1),
    ...rerunNode({ contents, definitions: await definitionsOf(contents), gate }),
    snapshot_inputs: contents.config.live.snapshot_inputs,
    save: (snapshot) => writeSnapshot(nodeJournalFs, folder, snapshot),
    onLost: () => say({ note: 'lost' }),
  })
}

async function definitionsOf({
  strategies,
}: LiveHeader['contents']): Promise<Map<string, StrategyDefinition>> {
  const definitions = new Map<string, StrategyDefinition>()
  for (const { strategy_id, source, strategy_hash } of strategies) {
    const loaded = await loadStrategy({ source, base_directory })
    if (loaded.strategy_hash !== strategy_hash) throw otherStrategy(strategy_id)
    definitions.set(strategy_id, loaded.definition as StrategyDefinition)
  }
  return definitions
}

function say(note: SnapshotNote): void {
  port.postMessage(note)
}

function endOf(error: unknown): SnapshotNote {
  if (!(error instanceof RunDifferenceError))
    return { note: 'ended', differs: false, what: error instanceof Error ? error.message : String(error) }
  const { lsn, recorded, again } = error.difference
  const what = `record ${lsn} of epoch ${epoch} says ${recorded}, a re-run says ${again ?? 'nothing'}`
  return { note: 'ended', differs: true, what }
}

function otherBuild(): OperatingError {
  return new OperatingError({
    code: 'snapshot.other_build',
    reason: 'unavailable',
    what: 'The session is run by another build, which runs its journal again in its own way.',
    where: directory,
    remedy: 'Run the same build on both machines, so that a takeover needs no long re-run.',
  })
}

function otherStrategy(strategy_id: string): OperatingError {
  return new OperatingError({
    code: 'snapshot.other_strategy',
    reason: 'unavailable',
    what: `The files of the strategy ${strategy_id} are not those the session was started with.`,
    where: directory,
    remedy: 'Put them back, or start the session again with the new ones.',
  })
}
