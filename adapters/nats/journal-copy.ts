// The journal's copy on the bus, for `durability: replicated`. At start it is compared with the files and brought up to
// them; then it takes each batch of the open epoch once that is durable on the disk. Rules: ./SPEC.md.

import { jetstream } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { type Batch, lastLsn } from '../../engine/journal/batch-format.ts'
import { sameBytes } from '../../engine/journal/parse-batch.ts'
import type { JournalWriter, RecoveredEpoch } from '../../engine/journal-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { BatchCursor } from '../journal-file/batch-cursor.ts'
import { ConnectionState } from './connection-state.ts'
import { CopiedJournalWriter } from './copied-journal-writer.ts'
import { copyAhead, copyDiverged, copyFull, copyPruned, copyUnreachable } from './copy-errors.ts'
import { CopyFull, JournalStream } from './journal-stream.ts'
import { lastMessage } from './last-message.ts'

/** A copy that takes longer stops orders. */
export const COPY_DEADLINE_MS = 1_000
/** Old batches have nobody waiting for them. */
const START_TIMEOUT_MS = 10_000

export type JournalCopyOptions = {
  readonly connection: NatsConnection
  readonly stream: string
  /** `<env>.journal.<node>` */
  readonly subject: string
  /** Folder of the file journal, and what its opening found. */
  readonly directory: string
  readonly epochs: readonly RecoveredEpoch[]
  readonly deadline_ms?: number
  /** Whether this node may still write: what it copied after its lease would stand where its successor's epoch begins. */
  readonly isHeld: () => boolean
  /** Reader of the subject, of a role that may ask the stream for no message. */
  readonly fixed_consumer?: string | undefined
  /** The copy is late, and orders are refused (`journal_copy_behind`); or it has caught up. */
  readonly onBehind: (behind: boolean, reason: string) => void
}

/**
 * Compares the copy with the journal and copies what it lacks of the recovered epochs. Rejects with `journal.copy_ahead`,
 * `journal.copy_diverged`, `journal.copy_full`, `journal.fenced` or `journal.copy_unreachable`.
 */
export async function openJournalCopy(options: JournalCopyOptions): Promise<JournalCopy> {
  const copy = new JournalCopy(options)
  try {
    await copy.align()
    return copy
  } catch (error) {
    if (error instanceof CopyFull) throw copyFull(error, options.subject)
    throw error instanceof OperatingError ? error : copyUnreachable(error, options.subject)
  }
}

export class JournalCopy {
  readonly #options: JournalCopyOptions
  readonly #stream: JournalStream
  readonly #state: ConnectionState
  /** Of the last message; 0 before the first. */
  #sequence = 0
  #writer: CopiedJournalWriter | undefined

  constructor(options: JournalCopyOptions) {
    const { connection, stream, subject, fixed_consumer: consumer } = options
    this.#options = options
    this.#state = new ConnectionState(connection)
    this.#stream = new JournalStream({
      js: jetstream(connection),
      stream,
      subject,
      ...(consumer !== undefined && { readLast: () => lastMessage({ connection, stream, consumer }) }),
      max_payload_bytes: must(connection.info, 'a connection knows its server').max_payload,
    })
  }

  /** The writer of the epoch just opened, whose records are released once they are on the disk and in the copy. */
  follow(writer: JournalWriter): JournalWriter {
    assert(this.#writer === undefined, 'a session opens one epoch')
    const { directory, deadline_ms = COPY_DEADLINE_MS, onBehind } = this.#options
    this.#writer = new CopiedJournalWriter({
      writer,
      cursor: new BatchCursor({ directory, epoch: writer.epoch }),
      append: (batch, timeout_ms) => this.#append(batch, timeout_ms),
      connection: this.#state,
      deadline_ms,
      onBehind,
    })
    return this.#writer
  }

  /** After the journal was closed: copies what is left, for as long as its deadline. Returns whether all is copied. */
  async close(): Promise<boolean> {
    return (await this.#writer?.drain()) ?? true
  }

  async align(): Promise<void> {
    const { epochs, directory } = this.#options
    const last = await this.#stream.last()
    const begin = last === undefined ? epochs[0] : this.#epochOf(last.batch)
    this.#sequence = last?.sequence ?? 0
    for (const { epoch, last_lsn } of epochs) {
      if (begin === undefined || epoch < begin.epoch) continue
      const cursor = new BatchCursor({ directory, epoch })
      try {
        if (epoch === last?.batch.epoch) await this.#find(last.batch, cursor, last_lsn)
        for (;;) {
          const batch = await cursor.next(last_lsn)
          if (batch === undefined) break
          await this.#append(batch, START_TIMEOUT_MS)
        }
      } finally {
        await cursor.close()
      }
    }
  }

  #epochOf(batch: Batch): RecoveredEpoch {
    const { epochs, subject } = this.#options
    const found = epochs.find(({ epoch }) => epoch === batch.epoch)
    if (found !== undefined) return found
    const first = epochs[0]
    throw first !== undefined && batch.epoch < first.epoch
      ? copyPruned(batch, first.epoch, subject)
      : copyAhead(batch, subject)
  }

  /** Leaves the cursor behind the batch that the copy ends with. */
  async #find(sought: Batch, cursor: BatchCursor, last_lsn: number): Promise<void> {
    const { subject } = this.#options
    for (;;) {
      const batch = await cursor.next(last_lsn)
      if (batch === undefined) throw copyAhead(sought, subject)
      if (batch.number !== sought.number) continue
      if (sameBytes(batch.chain_hash, sought.chain_hash)) return
      throw copyDiverged(sought, subject)
    }
  }

  async #append(batch: Batch, timeout_ms: number): Promise<number> {
    // Tried again like a server that does not answer: a lease that nobody took comes back.
    if (!this.#options.isHeld()) throw new Error('the lease of the account has ended')
    this.#sequence = await this.#stream.append(batch, this.#sequence, timeout_ms)
    return lastLsn(batch)
  }
}
