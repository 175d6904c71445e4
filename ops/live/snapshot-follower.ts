// Takes the snapshots of an epoch that somebody else is writing: reads its batches once they are durable, runs them again,
// and saves the state of the re-run after every so many inputs. Whoever writes is not held up, and where a re-run can tell,
// each step is checked on the way: a difference ends the follower, as it would end a start-up.

import type { BatchCursor } from '../../adapters/journal-file/batch-cursor.ts'
import { BATCH_TYPE, type Batch, lastLsn } from '../../engine/journal/batch-format.ts'
import { recordsOf } from '../../engine/journal/parse-batch.ts'
import type { EpochSnapshot, JournalRecord } from '../../engine/journal-port.ts'

/** An epoch run again, from its base or from a snapshot in it. */
export type FollowingRun = {
  /** The last input taken in. */
  readonly seq: number
  /** Whether the records taken in so far end with one behind which a state can be kept. */
  readonly is_whole: boolean
  /** Whether a snapshot would leave something of a strategy out. */
  readonly has_lost_states: boolean
  take(record: JournalRecord): void
  state(): Uint8Array
}

export type SnapshotFollowerOptions = {
  readonly run: FollowingRun
  /** Reads the epoch. */
  readonly cursor: Pick<BatchCursor, 'next'>
  /** The newest that there is already, from which the run goes on: the records up to it are not run again. */
  readonly from: EpochSnapshot | undefined
  /** Inputs between two snapshots. */
  readonly snapshot_inputs: number
  readonly save: (snapshot: EpochSnapshot) => Promise<void>
  /** A strategy has state that a snapshot would leave out: none is taken before it was faulted. May be said again. */
  readonly onLost: () => void
}

export class SnapshotFollower {
  readonly #options: SnapshotFollowerOptions
  readonly #run: FollowingRun
  #saved_seq: number
  #followed = 0

  constructor(options: SnapshotFollowerOptions) {
    this.#options = options
    this.#run = options.run
    this.#saved_seq = this.#run.seq
  }

  /** Takes in the epoch up to a record that is durable and ends a batch. Calls do not overlap. */
  async follow(durable_lsn: number): Promise<void> {
    await this.#followTo(durable_lsn)
    this.#followed++
    // A first snapshot may be hours away, and whole states are walked: the looks are twice as far apart each time.
    const isLook = (this.#followed & (this.#followed - 1)) === 0
    if (isLook && this.#run.has_lost_states) this.#options.onLost()
  }

  async #followTo(durable_lsn: number): Promise<void> {
    const { cursor, from, snapshot_inputs } = this.#options
    for (;;) {
      const batch = await cursor.next(durable_lsn)
      if (batch === undefined) return
      if (lastLsn(batch) <= (from?.lsn ?? -1)) continue
      this.#take(batch)
      if (this.#run.seq - this.#saved_seq >= snapshot_inputs) await this.#saveBehind(batch)
    }
  }

  #take(batch: Batch): void {
    if (batch.type === BATCH_TYPE.opening) return
    for (const record of recordsOf(batch)) this.#run.take(record)
  }

  async #saveBehind(batch: Batch): Promise<void> {
    // The effects of its last step stand in the next batch.
    if (!this.#run.is_whole) return
    this.#saved_seq = this.#run.seq
    if (this.#run.has_lost_states) this.#options.onLost()
    else await this.#options.save({ lsn: lastLsn(batch), state: this.#run.state() })
  }
}
