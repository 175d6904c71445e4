// Connections for readings: one per stream that runs, kept for the next one.

import { assert } from '../../schemas/assert.ts'
import { ChdbLane } from './chdb-lane.ts'
import { decodeNativeBlocks, type NativeBlock } from './native-format.ts'

export class LanePool {
  readonly #engineDirectory: string
  readonly #idle: ChdbLane[] = []
  readonly #busy = new Set<ChdbLane>()
  #closed = false

  constructor(engineDirectory: string) {
    this.#engineDirectory = engineDirectory
  }

  /**
   * Streams a query's blocks, fetching one chunk ahead while the consumer works. A block is gone when the next one is
   * asked for. However the consumer leaves, the query ends and its connection is free again.
   */
  async *blocks(sql: string): AsyncGenerator<NativeBlock> {
    const lane = await this.#take()
    const chunks = lane.chunks(sql)
    let next = chunks.next()
    try {
      for (;;) {
        const chunk = await next
        assert(!this.#closed, 'a store closes after its readings have ended')
        if (chunk.done === true) return
        next = chunks.next()
        // A failure is thrown where the chunk is awaited; a consumer that leaves before has no use for it.
        next.catch(() => {})
        yield* decodeNativeBlocks(chunk.value)
        release(chunk.value)
      }
    } finally {
      await Promise.allSettled([next])
      await chunks.return(undefined)
      this.#give(lane)
    }
  }

  /** Closes every connection; a reading still open fails at its next block. */
  close(): void {
    this.#closed = true
    for (const lane of [...this.#idle, ...this.#busy]) lane.close()
    this.#idle.length = 0
    this.#busy.clear()
  }

  async #take(): Promise<ChdbLane> {
    assert(!this.#closed, 'a reading starts before its store closes')
    const lane = this.#idle.pop() ?? (await ChdbLane.open(this.#engineDirectory))
    this.#busy.add(lane)
    return lane
  }

  #give(lane: ChdbLane): void {
    this.#busy.delete(lane)
    if (!this.#closed) this.#idle.push(lane)
  }
}

/**
 * Frees a chunk's memory at once. The collector does not see that each chunk weighs more than a megabyte, and would
 * let a hundred of them pile up.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
