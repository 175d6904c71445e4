// The journal on files, and the only authority. Format and rules: ./SPEC.md.

import { BATCH_TYPE, FIRST_PREVIOUS_HASH, lastLsn } from '../../engine/journal/batch-format.ts'
import { recordsOf, sameBytes } from '../../engine/journal/parse-batch.ts'
import type { JournalFs } from '../../engine/journal-fs-port.ts'
import type {
  EpochOpening,
  EpochSnapshot,
  Journal,
  JournalRecord,
  JournalWriter,
  RecoveredEpoch,
} from '../../engine/journal-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import { BatchReader } from './batch-reader.ts'
import type { JournalPosition } from './durable-mark.ts'
import { archivedEpoch, type EpochFiles, folderEpoch } from './epoch-files.ts'
import { createEpoch } from './epoch-opening.ts'
import { FileJournalWriter } from './file-journal-writer.ts'
import { journalCorrupt, journalFault, openingFault, readingFault } from './journal-errors.ts'
import { epochPath } from './journal-paths.ts'
import { nodeJournalFs, readingJournalFs } from './node-journal-fs.ts'
import { type RecoveredJournal, recoverJournal } from './recover-journal.ts'
import { SegmentWriter } from './segment-writer.ts'
import { readSnapshots, writeSnapshot } from './snapshot-files.ts'

export type FileJournalOptions = {
  readonly directory: string
  /** That only reads it, for whoever asks who holds it; absent: this process goes on with the journal. */
  readonly command?: string
  /** Absent: the disk. */
  readonly fs?: JournalFs
  /** A segment that has reached this size is full. */
  readonly segment_bytes_max?: number
  /** A batch that has reached this size is sealed, so that each fits into one message of another log. */
  readonly batch_bytes_max?: number
  /** Room kept ahead of the last batch at most, under `local` durability; a crash leaves it to the next opening. */
  readonly room_bytes?: number
}

export const SEGMENT_BYTES_MAX = 256 * 1024 * 1024
const BATCH_BYTES_MAX = 512 * 1024
const ROOM_BYTES = 4 * 1024 * 1024

/**
 * Opens a journal that another process is writing, or that may not be written here, up to its durable mark and for reading
 * alone: nothing is locked, repaired or changed.
 */
export async function readRunningJournal(options: FileJournalOptions): Promise<ReadableJournal> {
  const { directory, fs = readingJournalFs } = options
  try {
    const recovered = await recoverJournal(fs, directory, true)
    const sizes = { segment_bytes_max: SEGMENT_BYTES_MAX, batch_bytes_max: BATCH_BYTES_MAX, room_bytes: 0 }
    return new FileJournal({ directory, fs, ...sizes, release: () => undefined, recovered })
  } catch (error) {
    throw readingFault(error, directory)
  }
}

/** Opens or creates the journal in a directory, for this process alone; checks all of it and repairs a torn tail. */
export async function openFileJournal(options: FileJournalOptions): Promise<Journal> {
  const { directory, fs = nodeJournalFs } = options
  const segment_bytes_max = options.segment_bytes_max ?? SEGMENT_BYTES_MAX
  const batch_bytes_max = options.batch_bytes_max ?? BATCH_BYTES_MAX
  const room_bytes = options.room_bytes ?? ROOM_BYTES
  try {
    await fs.makeDirectory(directory)
    const release = await fs.lock(directory, options.command)
    try {
      const recovered = await recoverJournal(fs, directory)
      const sizes = { segment_bytes_max, batch_bytes_max, room_bytes }
      return new FileJournal({ directory, fs, ...sizes, release, recovered })
    } catch (error) {
      release()
      throw error
    }
  } catch (error) {
    throw openingFault(error, directory)
  }
}

/** What is there for those who write nothing. */
export type ReadableJournal = Pick<Journal, 'epochs' | 'read' | 'snapshots' | 'close'>

type FileJournalParts = Required<Omit<FileJournalOptions, 'command'>> & {
  readonly release: () => void
  readonly recovered: RecoveredJournal
}

class FileJournal implements Journal {
  readonly #parts: FileJournalParts
  /** Where each readable epoch ends. */
  readonly #ends: Map<number, JournalPosition>
  #last: { readonly epoch: number; readonly chain_hash: Uint8Array }
  #writer: FileJournalWriter | undefined
  #failure: Error | undefined
  #isClosed = false

  constructor(parts: FileJournalParts) {
    this.#parts = parts
    this.#ends = new Map(parts.recovered.ends)
    this.#last = this.epochs.at(-1) ?? { epoch: 0, chain_hash: FIRST_PREVIOUS_HASH }
  }

  get epochs(): readonly RecoveredEpoch[] {
    return this.#parts.recovered.epochs
  }

  get repaired(): Journal['repaired'] {
    return this.#parts.recovered.repaired
  }

  async *read(epoch: number, from_lsn = 0): AsyncIterable<JournalRecord> {
    const end = must(this.#endOf(epoch), `epoch ${epoch} is in the journal`)
    const files = this.#filesOf(epoch)
    let chained: Uint8Array | undefined
    for (let segment = 1; segment <= end.segment; segment++) {
      const file = await files.open(segment)
      try {
        const size = segment === end.segment ? end.offset : await file.size()
        const reader = new BatchReader(file, size)
        for (;;) {
          const batch = await reader.next()
          if (batch === undefined) break
          if (typeof batch === 'string') throw journalCorrupt(file.path, reader.offset, batch)
          // An archive was not read through when the journal was opened.
          if (chained !== undefined && !sameBytes(batch.previous_hash, chained))
            throw journalCorrupt(file.path, reader.offset, 'a batch before here does not continue the chain')
          chained = batch.chain_hash
          if (batch.type === BATCH_TYPE.opening || lastLsn(batch) < from_lsn) continue
          for (const record of recordsOf(batch)) if (record.lsn >= from_lsn) yield record
        }
      } finally {
        await file.close()
      }
    }
    if (chained !== undefined && !sameBytes(chained, end.chain_hash))
      throw journalCorrupt(files.path(end.segment), end.offset, 'the epoch ends with another chain hash')
  }

  async snapshots(epoch: number): Promise<EpochSnapshot[]> {
    const { directory, fs, recovered } = this.#parts
    // Caches, which no archive keeps.
    if (recovered.archived.has(epoch)) return []
    const { last_lsn } = must(this.#endOf(epoch), `epoch ${epoch} is in the journal`)
    return readSnapshots(fs, epochPath(directory, epoch), last_lsn)
  }

  async saveSnapshot(epoch: number, snapshot: EpochSnapshot): Promise<void> {
    const { directory, fs, recovered } = this.#parts
    assert(!recovered.archived.has(epoch), 'a snapshot is of an epoch that may still be started from')
    await writeSnapshot(fs, epochPath(directory, epoch), snapshot)
  }

  async openEpoch(opening: EpochOpening): Promise<JournalWriter> {
    if (this.#failure !== undefined) throw this.#failure
    this.#retireWriter()
    assert(
      opening.epoch === this.#last.epoch + 1,
      `epoch ${this.#last.epoch + 1} follows epoch ${this.#last.epoch}`,
    )
    const { directory, fs, segment_bytes_max, batch_bytes_max, room_bytes } = this.#parts
    try {
      const opened = await createEpoch({ fs, directory, opening, previous_hash: this.#last.chain_hash })
      const { epoch_directory, mark } = opened
      const { durability = 'local' } = opening
      this.#writer = new FileJournalWriter({
        epoch: opening.epoch,
        durability,
        epoch_directory,
        batch_bytes_max,
        segments: new SegmentWriter({
          ...opened,
          fs,
          segment_bytes_max,
          room_bytes: durability === 'local' ? room_bytes : 0,
        }),
        mark,
      })
      return this.#writer
    } catch (error) {
      // Whether the epoch became visible is unknown until the directory is read again.
      this.#failure = journalFault(error, directory)
      throw this.#failure
    }
  }

  /** Closed once; a second call does nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    try {
      await this.#writer?.close()
    } finally {
      this.#parts.release()
    }
  }

  #filesOf(epoch: number): EpochFiles {
    const { directory, fs, recovered } = this.#parts
    return recovered.archived.has(epoch)
      ? archivedEpoch(fs, directory, epoch)
      : folderEpoch(fs, directory, epoch)
  }

  #endOf(epoch: number): JournalPosition | undefined {
    return this.#writer?.epoch === epoch ? this.#writer.durable_position : this.#ends.get(epoch)
  }

  #retireWriter(): void {
    const writer = this.#writer
    if (writer === undefined) return
    assert(writer.closed, 'the writer of an epoch is closed before the next epoch opens')
    if (writer.failure !== undefined) throw writer.failure
    this.#ends.set(writer.epoch, writer.durable_position)
    this.#last = { epoch: writer.epoch, chain_hash: writer.durable_position.chain_hash }
    this.#writer = undefined
  }
}
