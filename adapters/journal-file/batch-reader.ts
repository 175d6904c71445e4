// Reads the batches of one segment in order, from chunks that are never reused, so that what it hands out stays valid.

import { type Batch, HEADER_SIZE } from '../../engine/journal/batch-format.ts'
import { claimedLength, parseBatch } from '../../engine/journal/parse-batch.ts'
import { nodeSha256 } from '../sha256/node-sha256.ts'
import type { ReadableFile } from './epoch-files.ts'
import { endOfWritten } from './segment-room.ts'

const CHUNK_SIZE = 1024 * 1024

export class BatchReader {
  readonly #file: ReadableFile
  readonly #size: number
  #chunk: Uint8Array = new Uint8Array()
  #chunk_offset = 0
  #offset: number

  /** Reads from `offset` up to `size`; what the file holds beyond is not looked at. */
  constructor(file: ReadableFile, size: number, offset = 0) {
    this.#file = file
    this.#size = size
    this.#offset = offset
  }

  /** Where the next batch starts. */
  get offset(): number {
    return this.#offset
  }

  /** The next batch, undefined at the end, or what is wrong with the bytes at `offset`, where it then stays. */
  async next(): Promise<Batch | string | undefined> {
    const left = this.#size - this.#offset
    if (left === 0) return undefined
    if (left < HEADER_SIZE) return 'a batch is incomplete'
    const length = claimedLength(await this.#bytes(HEADER_SIZE))
    if (length === undefined) return 'no batch starts here'
    if (length > left) return 'a batch is incomplete'
    const batch = parseBatch(await this.#bytes(length), nodeSha256)
    if (typeof batch !== 'string') this.#offset += length
    return batch
  }

  /** Whether nothing but zeros is left: room that no batch was written into. */
  async isAtRoom(): Promise<boolean> {
    return (await endOfWritten(this.#file, this.#offset, this.#size)) === this.#offset
  }

  /** The next `count` bytes at the offset, from the chunk or from the file. */
  async #bytes(count: number): Promise<Uint8Array> {
    const start = this.#offset - this.#chunk_offset
    if (start + count > this.#chunk.length) {
      const chunk = new Uint8Array(Math.min(Math.max(count, CHUNK_SIZE), this.#size - this.#offset))
      await this.#file.read(chunk, this.#offset)
      this.#chunk = chunk
      this.#chunk_offset = this.#offset
      return chunk.subarray(0, count)
    }
    return this.#chunk.subarray(start, start + count)
  }
}
