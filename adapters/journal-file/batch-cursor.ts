// Reads the sealed batches of one epoch as they become durable, beside the writer and from the same files: whoever copies
// a journal elsewhere holds nothing of it in memory.

import { type Batch, lastLsn } from '../../engine/journal/batch-format.ts'
import type { JournalFs } from '../../engine/journal-fs-port.ts'
import { BatchReader } from './batch-reader.ts'
import { type EpochFiles, epochFiles, type ReadableFile } from './epoch-files.ts'
import { journalCorrupt } from './journal-errors.ts'
import { nodeJournalFs } from './node-journal-fs.ts'

export type BatchCursorOptions = {
  readonly directory: string
  readonly epoch: number
  /** Absent: the disk. */
  readonly fs?: JournalFs
}

export class BatchCursor {
  readonly #options: Required<BatchCursorOptions>
  /** Where the epoch lies: nobody moves it while its journal is in use. */
  #files: EpochFiles | undefined
  #file: ReadableFile | undefined
  #reader: BatchReader | undefined
  #segment = 1
  #offset = 0
  #last: Batch | undefined
  /** Up to where the reader may look: what stands behind it may be half written. */
  #durable_lsn = -1

  constructor({ directory, epoch, fs = nodeJournalFs }: BatchCursorOptions) {
    this.#options = { directory, epoch, fs }
  }

  /** The next batch that ends at `durable_lsn` or before; undefined where there is none yet. The opening comes first. */
  async next(durable_lsn: number): Promise<Batch | undefined> {
    if (this.#last !== undefined && lastLsn(this.#last) >= durable_lsn) return undefined
    if (durable_lsn !== this.#durable_lsn) this.#reader = undefined
    this.#durable_lsn = durable_lsn
    this.#files ??= await epochFiles(this.#options)
    for (;;) {
      this.#file ??= await this.#files.open(this.#segment)
      this.#reader ??= new BatchReader(this.#file, await this.#file.size(), this.#offset)
      const batch = await this.#reader.next()
      this.#offset = this.#reader.offset
      if (typeof batch === 'object') {
        this.#last = batch
        return batch
      }
      if (batch !== undefined && !(await this.#reader.isAtRoom()))
        throw journalCorrupt(this.#file.path, this.#offset, batch)
      // What is durable stands in the next segment when this one holds no more.
      await this.close()
      this.#segment += 1
      this.#offset = 0
    }
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
    this.#reader = undefined
  }
}
