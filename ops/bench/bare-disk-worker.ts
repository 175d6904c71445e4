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

const BLOCK_BYTES = 1024

const { path, interval_ms, stop } = workerData as BareDiskTask
must(parentPort, 'a worker has a parent').postMessage(measure())

/** From when each write was meant to begin until its sync ended, milliseconds: a stall counts for every write it delayed. */
function measure(): number[] {
  const block = new Uint8Array(BLOCK_BYTES)
  const spans_ms: number[] = []
  const file = openSync(path, 'wx')
  const began_ms = performance.now()
  for (let meant_ms = began_ms; !isStoppedUntil(meant_ms); meant_ms += interval_ms) {
    writeSync(file, block)
    fdatasyncSync(file)
    spans_ms.push(performance.now() - meant_ms)
  }
  closeSync(file)
  return spans_ms
}

function isStoppedUntil(meant_ms: number): boolean {
  Atomics.wait(stop, 0, 0, Math.max(0, meant_ms - performance.now()))
  return Atomics.load(stop, 0) !== 0
}
