// Collects records straight into the bytes of the batch they will be sealed in: no allocation and one copy a record.

import { assert } from '../../schemas/assert.ts'
import type { RecordKind } from '../journal-port.ts'
import type { Sha256 } from '../sha256-port.ts'
import { BATCH_TYPE, type Batch, HASH_SIZE, HEADER_SIZE, RECORD_PREFIX_SIZE } from './batch-format.ts'
import { sealBatch } from './seal-batch.ts'

const CAPACITY_START = 16 * 1024

/** What a batch's place in the journal adds to its records. */
export type BatchPlace = {
  readonly epoch: number
  readonly number: number
  readonly first_lsn: number
  readonly durable_number: number
  readonly previous_hash: Uint8Array
}

export class BatchBuilder {
  #bytes = new Uint8Array(CAPACITY_START)
  #view = new DataView(this.#bytes.buffer)
  #end = HEADER_SIZE
  #record_count = 0

  get record_count(): number {
    return this.#record_count
  }

  /** Bytes of the records so far, with their prefixes. */
  get body_size(): number {
    return this.#end - HEADER_SIZE
  }

  get capacity(): number {
    return this.#bytes.length
  }

  append(kind: RecordKind, payload: Uint8Array): void {
    const start = this.#end
    const end = start + RECORD_PREFIX_SIZE + payload.length
    if (end + HASH_SIZE > this.#bytes.length) this.#grow(end + HASH_SIZE)
    this.#view.setUint32(start, payload.length, true)
    this.#bytes[start + 4] = kind
    this.#bytes.set(payload, start + RECORD_PREFIX_SIZE)
    this.#end = end
    this.#record_count += 1
  }

  /** Seals the records in place. The batch's bytes are the builder's: `clear` only when they are no longer needed. */
  seal(place: BatchPlace, sha256: Sha256): Batch {
    const bytes = this.#bytes.subarray(0, this.#end + HASH_SIZE)
    return sealBatch(bytes, { ...place, type: BATCH_TYPE.records, record_count: this.#record_count }, sha256)
  }

  /** Empties the builder and keeps its memory. */
  clear(): void {
    this.#end = HEADER_SIZE
    this.#record_count = 0
  }

  #grow(size: number): void {
    assert(size < 2 ** 31, 'a journal batch is smaller than 2 GiB')
    const grown = new Uint8Array(Math.max(size, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}
