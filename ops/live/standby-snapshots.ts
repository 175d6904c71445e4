// Snapshots of a journal that a standby follows, taken on its own machine, so that a takeover runs a short tail again
// however long the epoch is.

import type { ReplicaEnd } from '../../adapters/journal-file/journal-replica.ts'
import { LOOK_INTERVAL_MS } from './reconciler.ts'
import { SnapshotThread } from './snapshot-thread.ts'
import type { SnapshotTask } from './snapshot-work.ts'

export type StandbySnapshotsOptions = Pick<SnapshotTask, 'directory' | 'base_directory'> & {
  /** The last batch that is durable in the folder. */
  readonly end: () => ReplicaEnd | undefined
  readonly print: (line: string) => void
}

export class StandbySnapshots {
  readonly #options: StandbySnapshotsOptions
  readonly #ticker: NodeJS.Timeout
  #current: { readonly epoch: number; readonly thread: SnapshotThread } | undefined
  /** Threads of epochs that are over. */
  readonly #closing: Promise<void>[] = []

  constructor(options: StandbySnapshotsOptions) {
    this.#options = options
    this.#ticker = setInterval(() => this.#look(), LOOK_INTERVAL_MS)
  }

  async close(): Promise<void> {
    clearInterval(this.#ticker)
    await Promise.all([...this.#closing, this.#current?.thread.close()])
  }

  #look(): void {
    const end = this.#options.end()
    if (end === undefined) return
    if (this.#current?.epoch !== end.epoch) {
      if (this.#current !== undefined) this.#closing.push(this.#current.thread.close())
      this.#current = { epoch: end.epoch, thread: this.#threadOf(end.epoch) }
    }
    this.#current.thread.follow(end.last_lsn)
  }

  #threadOf(epoch: number): SnapshotThread {
    const { directory, base_directory, print } = this.#options
    return new SnapshotThread({
      of: 'node',
      task: { directory, base_directory, epoch },
      // The node that is followed faults the strategy itself.
      onLost: () => undefined,
      onEnd: (what) => print(`WARNING no more snapshots are taken of epoch ${epoch}: ${what}`),
    })
  }
}
