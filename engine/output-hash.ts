// The hash of everything a session put out, as a chain: h0 is 32 zero bytes, and each next h is the SHA-256 of the
// one before and of the next 4,096 records, each with its length. The open block is part of the state, so a session
// has one output hash through all its restarts.

import { assert } from '../schemas/assert.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import type { Sha256 } from './sha256-port.ts'

export const RECORDS_PER_BLOCK = 4_096
const DIGEST_SIZE = 32
const LENGTH_SIZE = 4
const BLOCK_CAPACITY = 1 << 20

/** Sees each record as it joins the chain. The bytes are valid during the call only. */
export type OutputSink = (record: Uint8Array) => void

export class OutputHash {
  readonly #sha256: Sha256
  readonly #sink: OutputSink | undefined
  /** What the next digest is made of: the h before, then the records of the open block with their lengths. */
  readonly #block = new CanonicalWriter(BLOCK_CAPACITY)
  #record_count = 0
  /** Where the record being written starts. */
  #mark = 0

  constructor(sha256: Sha256, sink?: OutputSink) {
    this.#sha256 = sha256
    this.#sink = sink
    this.#block.raw(new Uint8Array(DIGEST_SIZE))
  }

  get record_count(): number {
    return this.#record_count
  }

  /** Starts a record: what is written to the writer until `end` is the record. */
  begin(): CanonicalWriter {
    this.#mark = this.#block.open()
    return this.#block
  }

  end(): void {
    this.#block.close(this.#mark)
    this.#sink?.(this.#block.view(this.#mark + LENGTH_SIZE))
    this.#record_count++
    if (this.#record_count % RECORDS_PER_BLOCK === 0) this.#closeBlock()
  }

  append(record: Uint8Array): void {
    this.begin().raw(record)
    this.end()
  }

  /** The hash of all records so far, the open block closed as a shorter one. The chain goes on undisturbed. */
  digest(): Uint8Array {
    return this.#record_count % RECORDS_PER_BLOCK === 0
      ? this.#block.copy()
      : this.#sha256.digest(this.#block.view())
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#record_count)
    writer.bytes(this.#block.view())
  }

  load(reader: CanonicalReader): void {
    this.#record_count = reader.number()
    const block = reader.bytes()
    assert(block.length >= DIGEST_SIZE, 'an output hash block begins with the digest before it')
    this.#block.clear()
    this.#block.raw(block)
  }

  #closeBlock(): void {
    const digest = this.#sha256.digest(this.#block.view())
    this.#block.clear()
    this.#block.raw(digest)
  }
}
