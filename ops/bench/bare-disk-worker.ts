// A bare write and sync at even times, in a thread beside the session that is measured: what its disk gives to somebody
// with nothing else to do.

import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { must } from '../../schemas/assert.ts'

export type BareDiskTask = {
  readonly path: string
  readonly interval_ms: number
  /** Not zero once the measurement is to end. */
  readonly stop: Int32Array
}

/** One write: when it was meant to begin, milliseconds since the epoch, and how long after that its sync ended. */
export type BareWrite = { readonly meant_ms: number; readonly span_ms: number }

const BLOCK_BYTES = 1024

const { path, interval_ms, stop } = workerData as BareDiskTask
must(parentPort, 'a worker has a parent').postMessage(measure())

/** A write's time counts from when it was meant to begin: a stall counts for every write it delayed. */
function measure(): BareWrite[] {
  const block = new Uint8Array(BLOCK_BYTES)
  const writes: BareWrite[] = []
  const file = openSync(path, 'wx')
  const began_ms = performance.now()
  for (let meant_ms = began_ms; !isStoppedUntil(meant_ms); meant_ms += interval_ms) {
    writeSync(file, block)
    fdatasyncSync(file)
    writes.push({ meant_ms: performance.timeOrigin + meant_ms, span_ms: performance.now() - meant_ms })
  }
  closeSync(file)
  return writes
}

function isStoppedUntil(meant_ms: number): boolean {
  Atomics.wait(stop, 0, 0, Math.max(0, meant_ms - performance.now()))
  return Atomics.load(stop, 0) !== 0
}
