// The writing side of one epoch: append copies into the open batch, commit seals, writes and syncs, and the mark follows
// behind: nobody waits for it but who closes.

import { BatchBuilder } from '../../engine/journal/batch-builder.ts'
import { type Batch, RECORD_PREFIX_SIZE } from '../../engine/journal/batch-format.ts'
import type { JournalDurability, JournalWriter, RecordKind } from '../../engine/journal-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import { nodeSha256 } from '../sha256/node-sha256.ts'
import type { DurableMark, JournalPosition } from './durable-mark.ts'
import { journalFault } from './journal-errors.ts'
import type { SegmentWriter } from './segment-writer.ts'

/** Empty builders kept for reuse; more only wait in memory after the disk fell behind. */
const SPARE_COUNT_MAX = 4

export type FileJournalWriterOptions = {
  readonly epoch: number
  readonly durability: JournalDurability
  readonly epoch_directory: string
  readonly batch_bytes_max: number
  readonly segments: SegmentWriter
  readonly mark: DurableMark
}

type SealedBatch = { readonly batch: Batch; readonly builder: BatchBuilder }

export class FileJournalWriter implements JournalWriter {
  readonly #options: FileJournalWriterOptions
  #builder = new BatchBuilder()
  readonly #spares: BatchBuilder[] = []
  #sealed: SealedBatch[] = []
  /** Number, last lsn and chain hash after the last sealed batch. */
  #chain: Pick<JournalPosition, 'number' | 'last_lsn' | 'chain_hash'>
  #durable: JournalPosition
  #appended_lsn = -1
  #pending_bytes = 0
  #failure: Error | undefined
  #closing: Promise<void> | undefined
  #running: Promise<void> = Promise.resolve()
  #marking: Promise<void> | undefined
  #waiting: Promise<void> | undefined
  readonly #durable_listeners: ((durable_lsn: number) => void)[] = []
  readonly #failure_listeners: ((failure: Error) => void)[] = []

  constructor(options: FileJournalWriterOptions) {
    this.#options = options
    this.#durable = options.segments.tail
    this.#chain = this.#durable
  }

  get epoch(): number {
    return this.#options.epoch
  }

  get durability(): JournalDurability {
    return this.#options.durability
  }

  get appended_lsn(): number {
    return this.#appended_lsn
  }

  get durable_lsn(): number {
    return this.#durable.last_lsn
  }

  get released_lsn(): number {
    return this.#options.durability === 'deferred' ? this.#appended_lsn : this.#durable.last_lsn
  }

  get pending_bytes(): number {
    return this.#pending_bytes
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  /** Where the durable part of the epoch ends. */
  get durable_position(): JournalPosition {
    return this.#durable
  }

  /** Whether closing has begun. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  append(kind: RecordKind, payload: Uint8Array): number {
    if (this.#failure !== undefined) throw this.#failure
    assert(this.#closing === undefined, 'nothing is appended to a closed journal')
    this.#builder.append(kind, payload)
    this.#pending_bytes += RECORD_PREFIX_SIZE + payload.length
    this.#appended_lsn += 1
    if (this.#builder.body_size >= this.#options.batch_bytes_max) this.#finishBatch()
    return this.#appended_lsn
  }

  commit(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#durable.last_lsn === this.#appended_lsn) return Promise.resolve()
    // While one flush runs, all later commits wait for the same next one.
    if (this.#waiting === undefined) {
      this.#waiting = this.#running.then(() => {
        this.#waiting = undefined
        return this.#flush()
      })
      this.#running = this.#waiting
    }
    return this.#waiting
  }

  onDurable(listener: (durable_lsn: number) => void): void {
    this.#durable_listeners.push(listener)
  }

  onFailure(listener: (failure: Error) => void): void {
    this.#failure_listeners.push(listener)
  }

  close(): Promise<void> {
    this.#closing ??= this.#commitAndRelease()
    return this.#closing
  }

  async #commitAndRelease(): Promise<void> {
    try {
      await this.commit()
      await this.#marking
      if (this.#failure !== undefined) throw this.#failure
      await this.#finish()
    } finally {
      await this.#options.segments.close()
      await this.#options.mark.close()
    }
  }

  async #finish(): Promise<void> {
    try {
      await this.#options.segments.finish()
    } catch (error) {
      throw this.#fail(error)
    }
  }

  async #flush(): Promise<void> {
    if (this.#durable.last_lsn === this.#appended_lsn) return
    try {
      const bytes = await this.#writeOut()
      const { segments } = this.#options
      const tail = segments.tail
      await segments.sync()
      // A mark may have met the end of the disk meanwhile: nothing leaves any more.
      if (this.#failure !== undefined) throw this.#failure
      this.#durable = tail
      this.#pending_bytes -= bytes
    } catch (error) {
      throw this.#fail(error)
    }
    for (const listener of this.#durable_listeners) listener(this.#durable.last_lsn)
    this.#marking ??= this.#mark()
  }

  /** One mark is written at a time; the next says how far the epoch is by then. */
  async #mark(): Promise<void> {
    try {
      let marked: JournalPosition | undefined
      while (marked !== this.#durable) {
        marked = this.#durable
        await this.#options.mark.advance(marked)
      }
    } catch (error) {
      this.#fail(error)
    }
    this.#marking = undefined
  }

  /** Writes what is pending and returns the bytes that leave memory once it is durable. */
  async #writeOut(): Promise<number> {
    if (this.#options.durability === 'deferred') {
      if (this.#builder.record_count > 0) this.#writeThrough()
      return 0
    }
    if (this.#builder.record_count > 0) this.#sealed.push(this.#seal())
    const sealed = this.#sealed
    this.#sealed = []
    let bytes = 0
    for (const { batch, builder } of sealed) {
      await this.#options.segments.write(batch)
      bytes += builder.body_size
      this.#recycle(builder)
    }
    return bytes
  }

  #finishBatch(): void {
    if (this.#options.durability === 'local') {
      this.#sealed.push(this.#seal())
      return
    }
    try {
      this.#writeThrough()
    } catch (error) {
      throw this.#fail(error)
    }
  }

  /** Under `deferred`, a full batch goes to the file at once, and only the sync waits. */
  #writeThrough(): void {
    const { batch, builder } = this.#seal()
    this.#options.segments.writeSync(batch)
    this.#pending_bytes -= builder.body_size
    this.#recycle(builder)
  }

  #seal(): SealedBatch {
    const builder = this.#builder
    const batch = builder.seal(
      {
        epoch: this.epoch,
        number: this.#chain.number + 1,
        first_lsn: this.#chain.last_lsn + 1,
        durable_number: this.#durable.number,
        previous_hash: this.#chain.chain_hash,
      },
      nodeSha256,
    )
    this.#chain = { number: batch.number, last_lsn: this.#appended_lsn, chain_hash: batch.chain_hash }
    this.#builder = this.#spares.pop() ?? new BatchBuilder()
    return { batch, builder }
  }

  #recycle(builder: BatchBuilder): void {
    builder.clear()
    const keep =
      this.#spares.length < SPARE_COUNT_MAX && builder.capacity <= 2 * this.#options.batch_bytes_max
    if (keep) this.#spares.push(builder)
  }

  /** Ends writing for good. A failed sync is never tried again: what the disk holds is then unknown. */
  #fail(error: unknown): Error {
    const first = this.#failure === undefined
    this.#failure ??= journalFault(error, this.#options.epoch_directory)
    if (first) for (const listener of this.#failure_listeners) listener(this.#failure)
    return must(this.#failure, 'a failed journal has its failure')
  }
}
