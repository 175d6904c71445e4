// Small byte runs that live from a decision until the journal has them, carved from large chunks: one allocation
// serves thousands of orders, and a chunk is freed when nothing refers to it.

import type { CanonicalWriter } from './canonical/canonical-writer.ts'

const CHUNK_SIZE = 1 << 18

export class ByteArena {
  #chunk = new Uint8Array(CHUNK_SIZE)
  #used = 0

  /** The bytes written so far, kept. */
  copy(written: CanonicalWriter): Uint8Array {
    const { length } = written
    if (length > CHUNK_SIZE) return written.copy()
    if (this.#used + length > CHUNK_SIZE) {
      this.#chunk = new Uint8Array(CHUNK_SIZE)
      this.#used = 0
    }
    const start = this.#used
    this.#used += length
    written.copyTo(this.#chunk, start)
    return this.#chunk.subarray(start, this.#used)
  }
}
