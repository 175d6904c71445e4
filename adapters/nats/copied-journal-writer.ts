// A journal's writer whose records are released once they are on the disk and in the copy. The copy runs beside the
// writer: a batch that misses its deadline stops orders and nothing else, so the journal goes on and cancels leave with
// what the disk holds. Where another node has gone on with the journal, writing is over.

import { setTimeout as wait } from 'node:timers/promises'
import { TimeoutError } from '@nats-io/transport-node'
import { type Batch, HASH_SIZE, HEADER_SIZE, RECORD_PREFIX_SIZE } from '../../engine/journal/batch-format.ts'
import type { JournalDurability, JournalWriter, RecordKind } from '../../engine/journal-port.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { BatchCursor } from '../journal-file/batch-cursor.ts'
import type { ConnectionState } from './connection-state.ts'

const RETRY_WAIT_MS = 50
/** A server slower than this is none. */
const TRY_MAX_MS = 10_000
/**
 * A commit waits for its copy, so that what comes meanwhile shares the next batch and a slow server is asked less often;
 * while the copy is late it waits this long only.
 */
const PACE_MS = 20

export type CopiedJournalWriterOptions = {
  readonly writer: JournalWriter
  /** Over the writer's epoch, at its beginning. */
  readonly cursor: BatchCursor
  /** Copies a batch and returns its last lsn. Rejects with an `OperatingError` when that can never be. */
  readonly append: (batch: Batch, timeout_ms: number) => Promise<number>
  /** Whether anything can be sent at all. */
  readonly connection: Pick<ConnectionState, 'is_connected' | 'connected'>
  readonly deadline_ms: number
  readonly onBehind: (behind: boolean, reason: string) => void
}

type Waiter = { readonly lsn: number; readonly resolve: () => void }

export class CopiedJournalWriter implements JournalWriter {
  readonly #options: CopiedJournalWriterOptions
  readonly #writer: JournalWriter
  #copied_lsn = -1
  #isOpeningCopied = false
  #released_lsn = -1
  #appended_bytes = 0
  #copied_bytes = 0
  #failure: Error | undefined
  #isBehind = false
  #isStopped = false
  readonly #stopped = Promise.withResolvers<void>()
  #woken = Promise.withResolvers<void>()
  #waiters: Waiter[] = []
  readonly #running: Promise<void>
  readonly #durable_listeners: ((durable_lsn: number) => void)[] = []
  readonly #failure_listeners: ((failure: Error) => void)[] = []

  constructor(options: CopiedJournalWriterOptions) {
    this.#options = options
    this.#writer = options.writer
    this.#writer.onDurable(() => this.#onDurable())
    this.#writer.onFailure((failure) => this.#fail(failure))
    this.#running = this.#run()
  }

  get epoch(): number {
    return this.#writer.epoch
  }

  get durability(): JournalDurability {
    return this.#writer.durability
  }

  get appended_lsn(): number {
    return this.#writer.appended_lsn
  }

  get durable_lsn(): number {
    return this.#writer.durable_lsn
  }

  get released_lsn(): number {
    return this.#released_lsn
  }

  /** Also what is on the disk and not yet copied. */
  get pending_bytes(): number {
    return this.#appended_bytes - this.#copied_bytes
  }

  get order_refusal(): string {
    return this.#isBehind ? 'journal_copy_behind' : ''
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  append(kind: RecordKind, payload: Uint8Array): number {
    if (this.#failure !== undefined) throw this.#failure
    const lsn = this.#writer.append(kind, payload)
    this.#appended_bytes += RECORD_PREFIX_SIZE + payload.length
    return lsn
  }

  async commit(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    const lsn = this.#writer.appended_lsn
    await this.#writer.commit()
    await this.#copied(lsn, PACE_MS)
    if (this.#failure !== undefined) throw this.#failure
  }

  onDurable(listener: (durable_lsn: number) => void): void {
    this.#durable_listeners.push(listener)
  }

  onFailure(listener: (failure: Error) => void): void {
    this.#failure_listeners.push(listener)
  }

  async close(): Promise<void> {
    await this.#writer.close()
    await this.drain()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Copies what is left of a closed writer, for as long as the deadline; returns whether all of it is copied. */
  async drain(): Promise<boolean> {
    if (!this.#isComplete()) await this.#copied(this.durable_lsn, this.#options.deadline_ms)
    this.#isStopped = true
    this.#stopped.resolve()
    this.#wake()
    await this.#running
    return this.#isComplete()
  }

  #isComplete(): boolean {
    return this.#isOpeningCopied && this.#copied_lsn >= this.durable_lsn
  }

  /** Resolves when the copy has this record, has failed or falls behind; where it is behind already, after a while. */
  async #copied(lsn: number, behind_wait_ms: number): Promise<void> {
    if (this.#copied_lsn >= lsn || this.#failure !== undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiter = { lsn, resolve }
    this.#waiters.push(waiter)
    const timer = this.#isBehind ? setTimeout(resolve, behind_wait_ms) : undefined
    await promise
    clearTimeout(timer)
    this.#waiters = this.#waiters.filter((each) => each !== waiter)
  }

  async #run(): Promise<void> {
    const { cursor } = this.#options
    try {
      while (!this.#isStopped && this.#failure === undefined) {
        const { durable_lsn } = this
        const batch = await cursor.next(durable_lsn)
        if (batch !== undefined) await this.#copy(batch)
        else if (durable_lsn === this.durable_lsn && !this.#isStopped) await this.#woken.promise
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error), { cause: error }))
    } finally {
      await cursor.close()
    }
  }

  async #copy(batch: Batch): Promise<void> {
    const { append, deadline_ms } = this.#options
    let reason = `no answer within ${deadline_ms} ms`
    const late = setTimeout(() => this.#fallBehind(reason), deadline_ms)
    try {
      // Short at first, since an answer may be lost with its connection; then longer, for a server that is slow.
      for (let timeout_ms = deadline_ms / 4; ; timeout_ms = Math.min(2 * timeout_ms, TRY_MAX_MS)) {
        try {
          this.#onCopied(batch, await append(batch, timeout_ms))
          return
        } catch (error) {
          if (error instanceof OperatingError) throw error
          if (!(error instanceof TimeoutError))
            reason = error instanceof Error ? error.message : String(error)
        }
        if (this.#isStopped || this.#failure !== undefined) return
        await wait(RETRY_WAIT_MS)
        const { connection } = this.#options
        if (!connection.is_connected) await Promise.race([connection.connected(), this.#stopped.promise])
      }
    } finally {
      clearTimeout(late)
    }
  }

  #onDurable(): void {
    this.#wake()
    if (this.#isBehind) this.#release(this.durable_lsn)
  }

  #wake(): void {
    this.#woken.resolve()
    this.#woken = Promise.withResolvers()
  }

  #onCopied(batch: Batch, lsn: number): void {
    this.#isOpeningCopied = true
    this.#copied_lsn = lsn
    if (batch.number > 0) this.#copied_bytes += batch.bytes.length - HEADER_SIZE - HASH_SIZE
    if (this.#isBehind && this.#isComplete()) this.#catchUp()
    this.#release(Math.min(lsn, this.durable_lsn))
    for (const waiter of this.#waiters) if (waiter.lsn <= lsn) waiter.resolve()
  }

  #fallBehind(reason: string): void {
    if (this.#isBehind || this.#failure !== undefined || this.#isStopped) return
    this.#isBehind = true
    this.#options.onBehind(true, reason)
    // Cancels leave with what the disk holds; orders are refused, those that wait among them.
    this.#release(this.durable_lsn)
    for (const waiter of this.#waiters) waiter.resolve()
  }

  #catchUp(): void {
    this.#isBehind = false
    this.#options.onBehind(false, 'caught up')
  }

  #release(lsn: number): void {
    // Before its opening is copied a node does not know whether the journal is still its own.
    if (lsn <= this.#released_lsn || this.#failure !== undefined || !this.#isOpeningCopied) return
    this.#released_lsn = lsn
    for (const listener of this.#durable_listeners) listener(this.durable_lsn)
  }

  #fail(failure: Error): void {
    if (this.#failure !== undefined) return
    this.#failure = failure
    this.#stopped.resolve()
    this.#wake()
    for (const waiter of this.#waiters) waiter.resolve()
    for (const listener of this.#failure_listeners) listener(failure)
  }
}
