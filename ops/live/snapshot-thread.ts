// Snapshots beside whoever writes an epoch, a running node or a simulated exchange: a thread that follows the epoch up to its
// durable end and writes them. The writer never waits for it, and goes on without it: what a restart then runs again is
// longer, and as right.

import { Worker } from 'node:worker_threads'
import type { LedgerSnapshotTask } from './ledger-snapshot-worker.ts'
import type { SnapshotNote, SnapshotTask } from './snapshot-work.ts'

/** What is followed. */
export type SnapshotWork =
  | { readonly of: 'node'; readonly task: SnapshotTask }
  | { readonly of: 'exchange'; readonly task: LedgerSnapshotTask }

export type SnapshotThreadOptions = SnapshotWork & {
  /** A strategy holds state that no snapshot keeps; none is taken before it was faulted. */
  readonly onLost: () => void
  /** There are no more snapshots in this epoch. `differs`: a re-run says something else than the journal. */
  readonly onEnd: (what: string, differs: boolean) => void
}

/** How often the thread looks at what came, so that a look costs little beside the re-run. */
const LOOK_MS = 100

export class SnapshotThread {
  readonly #options: SnapshotThreadOptions
  #worker: Worker | undefined
  #isEnded = false
  #looked_ms = Number.NEGATIVE_INFINITY

  constructor(options: SnapshotThreadOptions) {
    this.#options = options
  }

  /** The epoch is durable up to a record. */
  follow(durable_lsn: number): void {
    const now_ms = performance.now()
    if (this.#isEnded || now_ms - this.#looked_ms < LOOK_MS) return
    this.#looked_ms = now_ms
    this.#worker ??= this.#start()
    this.#worker.postMessage(durable_lsn)
  }

  /** A snapshot in its writing is given up. */
  async close(): Promise<void> {
    this.#isEnded = true
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const { of, task } = this.#options
    const worker = new Worker(ENTRIES[of], { workerData: task })
    // It keeps no process alive.
    worker.unref()
    worker.on('message', (note: SnapshotNote) => {
      if (note.note === 'lost') this.#options.onLost()
      else this.#end(note.what, note.differs)
    })
    worker.on('error', (error) => this.#end(String(error), false))
    return worker
  }

  #end(what: string, differs: boolean): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#options.onEnd(what, differs)
  }
}

const ENTRIES = {
  node: new URL('./snapshot-worker.ts', import.meta.url),
  exchange: new URL('./ledger-snapshot-worker.ts', import.meta.url),
}
