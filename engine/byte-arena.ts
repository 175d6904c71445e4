// Small byte runs that live from a decision until the journal has them, carved from large chunks: one allocation
// serves thousands of orders, and a chunk is freed when nothing refers to it.

const CHUNK_SIZE = 1 << 18

export class ByteArena {
  #chunk = new Uint8Array(CHUNK_SIZE)
  #used = 0

  copy(bytes: Uint8Array): Uint8Array {
    if (bytes.length > CHUNK_SIZE) return bytes.slice()
    if (this.#used + bytes.length > CHUNK_SIZE) {
      this.#chunk = new Uint8Array(CHUNK_SIZE)
      this.#used = 0
    }
    const start = this.#used
    this.#used += bytes.length
    this.#chunk.set(bytes, start)
    return this.#chunk.subarray(start, this.#used)
  }
}
