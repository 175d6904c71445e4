// What every thread does that takes the snapshots of one epoch beside whoever writes it: it reads from the epoch itself what it
// needs to run it again, follows it up to its durable end, and says when it can go on no further. Code of users is loaded
// and called under the guard that holds beside it.

import { constants, platform, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { installAmbientGuard } from '../../adapters/ambient-guard/ambient-guard.ts'
import { BatchCursor } from '../../adapters/journal-file/batch-cursor.ts'
import { epochPath } from '../../adapters/journal-file/journal-paths.ts'
import { nodeJournalFs } from '../../adapters/journal-file/node-journal-fs.ts'
import { readSnapshots, writeSnapshot } from '../../adapters/journal-file/snapshot-files.ts'
import { openingOf } from '../../engine/journal/parse-batch.ts'
import type { EpochOpening, EpochSnapshot } from '../../engine/journal-port.ts'
import { RunDifferenceError } from '../../engine/run-difference.ts'
import { createStepGate, type StepGate } from '../../engine/step-gate.ts'
import { must } from '../../schemas/assert.ts'
import { SnapshotFollower, type SnapshotFollowerOptions } from './snapshot-follower.ts'

export type SnapshotTask = {
  /** Folder of the journal. */
  readonly directory: string
  readonly epoch: number
  /** What the sources of strategies and models are relative to. */
  readonly base_directory: string
}

/** What the thread says. */
export type SnapshotNote =
  | { readonly note: 'lost' }
  | { readonly note: 'ended'; readonly differs: boolean; readonly what: string }

export type FollowedEpoch = Pick<EpochOpening, 'header' | 'base'> & {
  /** The newest snapshot that there is already. */
  readonly from: EpochSnapshot | undefined
  readonly gate: StepGate
}

export type EpochRun = Pick<SnapshotFollowerOptions, 'run' | 'snapshot_inputs'>

/** @param runOf makes the run that the epoch is followed with. */
export function takeSnapshots<Task extends SnapshotTask>(
  runOf: (task: Task, epoch: FollowedEpoch) => Promise<EpochRun>,
): void {
  const port = must(parentPort, 'a worker has a parent')
  const task = workerData as Task
  const say = (note: SnapshotNote) => port.postMessage(note)
  // Linux knows priorities of threads; elsewhere this would be the session's own.
  if (platform() === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)
  const gate = createStepGate()
  installAmbientGuard(gate, () => undefined)
  /** Up to where the epoch is durable, and how far that was taken in. */
  let durable_lsn = -1
  let done_lsn = -1
  let isRunning = false
  let follower: SnapshotFollower | undefined

  const run = async (): Promise<void> => {
    isRunning = true
    try {
      follower ??= await followerOf(task, gate, runOf, () => say({ note: 'lost' }))
      while (done_lsn < durable_lsn) {
        const lsn = durable_lsn
        await follower.follow(lsn)
        done_lsn = lsn
      }
      isRunning = false
    } catch (error) {
      gate.step_running = false
      say(endOf(error, task.epoch))
      port.close()
    }
  }

  port.on('message', (lsn: number) => {
    durable_lsn = lsn
    if (!isRunning) void run()
  })
}

async function followerOf<Task extends SnapshotTask>(
  task: Task,
  gate: StepGate,
  runOf: (task: Task, epoch: FollowedEpoch) => Promise<EpochRun>,
  onLost: () => void,
): Promise<SnapshotFollower> {
  const { directory, epoch } = task
  const cursor = new BatchCursor({ directory, epoch })
  const { header, base } = openingOf(must(await cursor.next(-1), 'an epoch begins with its opening'))
  const folder = epochPath(directory, epoch)
  const from = (await readSnapshots(nodeJournalFs, folder, Number.POSITIVE_INFINITY)).at(-1)
  return new SnapshotFollower({
    ...(await runOf(task, { header, base, from, gate })),
    cursor,
    from,
    save: (snapshot) => writeSnapshot(nodeJournalFs, folder, snapshot),
    onLost,
  })
}

function endOf(error: unknown, epoch: number): SnapshotNote {
  if (!(error instanceof RunDifferenceError))
    return { note: 'ended', differs: false, what: error instanceof Error ? error.message : String(error) }
  const { lsn, recorded, again } = error.difference
  const what = `record ${lsn} of epoch ${epoch} says ${recorded}, a re-run says ${again ?? 'nothing'}`
  return { note: 'ended', differs: true, what }
}
