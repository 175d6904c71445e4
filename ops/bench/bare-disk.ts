// The disk beside a measured session: how long a bare write and fdatasync take in the same seconds, so that the session's
// own time and its disk's can be told apart.

import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { BareDiskTask, BareWrite } from './bare-disk-worker.ts'

const ENTRY = new URL('./bare-disk-worker.ts', import.meta.url)
/** As often as the slower of the measured sessions sends an order. */
export const BARE_WRITE_INTERVAL_MS = 20

export class BareDisk {
  readonly #stop = new Int32Array(new SharedArrayBuffer(4))
  readonly #measured: Promise<BareWrite[]>

  /** @param folder on the disk that is measured. */
  constructor(folder: string) {
    const path = join(folder, 'bare-disk')
    const task: BareDiskTask = { path, interval_ms: BARE_WRITE_INTERVAL_MS, stop: this.#stop }
    const worker = new Worker(ENTRY, { workerData: task })
    this.#measured = new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
  }

  /** Ends it and returns its writes in their order. */
  close(): Promise<BareWrite[]> {
    Atomics.store(this.#stop, 0, 1)
    Atomics.notify(this.#stop, 0)
    return this.#measured
  }
}
