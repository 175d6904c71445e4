// Takes the snapshots of an epoch that somebody else is writing: reads its batches once they are durable, runs them again,
// and saves the state of the re-run after every so many inputs. Whoever writes is not held up, and each of its steps is
// checked on the way: a difference ends the follower, as it would end a start-up.

import type { BatchCursor } from '../../adapters/journal-file/batch-cursor.ts'
import { BATCH_TYPE, type Batch, lastLsn } from '../../engine/journal/batch-format.ts'
import { recordsOf } from '../../engine/journal/parse-batch.ts'
import type { EpochSnapshot } from '../../engine/journal-port.ts'
import { EpochReplay, type EpochReplayOptions } from '../../engine/live/epoch-replay.ts'
import { stateOfBase } from '../../engine/live/session-state.ts'

export type SnapshotFollowerOptions = EpochReplayOptions & {
  /** Reads the epoch. */
  readonly cursor: Pick<BatchCursor, 'next'>
  readonly base: Uint8Array
  /** The newest that there is already: the records up to it are not run again. */
  readonly from: EpochSnapshot | undefined
  /** Inputs between two snapshots. */
  readonly snapshot_inputs: number
  readonly save: (snapshot: EpochSnapshot) => Promise<void>
  /** A strategy has state that a snapshot would leave out: none is taken before it was faulted. */
  readonly onLost: () => void
}

export class SnapshotFollower {
  readonly #options: SnapshotFollowerOptions
  readonly #replay: EpochReplay
  #saved_seq: number

  constructor(options: SnapshotFollowerOptions) {
    const { from, base } = options
    this.#options = options
    this.#replay = new EpochReplay(options, from?.state ?? stateOfBase(base))
    this.#saved_seq = this.#replay.node.seq
  }

  /** Takes in the epoch up to a record that is durable and ends a batch. Calls do not overlap. */
  async follow(durable_lsn: number): Promise<void> {
    const { cursor, from, snapshot_inputs } = this.#options
    for (;;) {
      const batch = await cursor.next(durable_lsn)
      if (batch === undefined) return
      if (lastLsn(batch) <= (from?.lsn ?? -1)) continue
      this.#run(batch)
      if (this.#replay.node.seq - this.#saved_seq >= snapshot_inputs) await this.#saveBehind(batch)
    }
  }

  #run(batch: Batch): void {
    if (batch.type === BATCH_TYPE.opening) return
    for (const record of recordsOf(batch)) this.#replay.take(record)
  }

  async #saveBehind(batch: Batch): Promise<void> {
    // The effects of its last step stand in the next batch.
    if (!this.#replay.is_whole) return
    this.#saved_seq = this.#replay.node.seq
    if (this.#replay.has_lost_states) this.#options.onLost()
    else await this.#options.save({ lsn: lastLsn(batch), state: this.#replay.state() })
  }
}
