// Lays sealed batches end to end over segment files. A batch never spans two segments.

import { type Batch, lastLsn } from '../../engine/journal/batch-format.ts'
import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import type { JournalPosition } from './durable-mark.ts'
import { segmentPath } from './journal-paths.ts'
import { SegmentFile } from './segment-file.ts'

export type SegmentWriterOptions = {
  readonly fs: JournalFs
  readonly epoch_directory: string
  readonly segment_bytes_max: number
  /** The last segment, open for writing, and the place behind its last batch. */
  readonly file: JournalFile
  readonly tail: JournalPosition
  /** Room kept ahead of the tail at most, for those who wait for each sync; 0: none. */
  readonly room_bytes: number
}

/** One that is full, and where it ends. */
type FullSegment = { readonly file: SegmentFile; readonly end: number }

export class SegmentWriter {
  readonly #options: SegmentWriterOptions
  #file: SegmentFile
  #tail: JournalPosition
  /** Segments filled since the last sync. */
  #full: FullSegment[] = []
  /** Up to where the segment that was current at the last sync is synced. */
  #synced_offset: number

  constructor(options: SegmentWriterOptions) {
    this.#options = options
    this.#file = new SegmentFile(options.file, options.tail.offset, options.room_bytes)
    this.#tail = options.tail
    this.#synced_offset = options.tail.offset
  }

  /** Behind the last batch handed over. */
  get tail(): JournalPosition {
    return this.#tail
  }

  async write(batch: Batch): Promise<void> {
    const offset = this.#place(batch)
    await this.#file.write(batch.bytes, offset)
  }

  writeSync(batch: Batch): void {
    const offset = this.#place(batch)
    this.#file.writeSync(batch.bytes, offset)
  }

  /** Makes everything written before the call durable, names included. */
  async sync(): Promise<void> {
    const tail = this.#tail
    const full = [...this.#full]
    const files = [...full.map(({ file }) => file), this.#file]
    try {
      for (const { file, end } of full) await file.cutRoom(end)
      for (const file of files) await file.fdatasync()
      if (full.length > 0) await this.#options.fs.fsyncDirectory(this.#options.epoch_directory)
    } catch (error) {
      await this.#cutBack(files)
      throw error
    }
    this.#full = this.#full.slice(full.length)
    for (const { file } of full) await file.close()
    this.#synced_offset = tail.offset
    this.#file.keepRoom(tail.offset)
  }

  /** Everything was synced, and nothing more is written: the last segment ends with its last batch. */
  async finish(): Promise<void> {
    if (this.#options.room_bytes === 0) return
    await this.#file.cutRoom(this.#synced_offset)
    await this.#file.fdatasync()
  }

  async close(): Promise<void> {
    for (const { file } of this.#full) await file.close()
    await this.#file.close()
  }

  /** Takes the batch's place at the tail, in a new segment where this one is full, and returns its offset. */
  #place(batch: Batch): number {
    if (this.#tail.offset >= this.#options.segment_bytes_max) this.#rotate()
    const { segment, offset } = this.#tail
    this.#tail = {
      segment,
      offset: offset + batch.bytes.length,
      number: batch.number,
      last_lsn: lastLsn(batch),
      chain_hash: batch.chain_hash,
    }
    return offset
  }

  #rotate(): void {
    const { fs, epoch_directory, room_bytes } = this.#options
    const segment = this.#tail.segment + 1
    const file = fs.create(segmentPath(epoch_directory, segment))
    this.#full.push({ file: this.#file, end: this.#tail.offset })
    this.#file = new SegmentFile(file, 0, room_bytes)
    this.#tail = { ...this.#tail, segment, offset: 0 }
  }

  /**
   * Cuts what a failed sync left behind: the page cache may show it, and call it clean, though the disk never got it,
   * and an opening must not take it for written.
   */
  async #cutBack(files: readonly SegmentFile[]): Promise<void> {
    for (const [index, file] of files.entries()) await file.truncate(index === 0 ? this.#synced_offset : 0)
  }
}
