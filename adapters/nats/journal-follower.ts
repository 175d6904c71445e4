// A standby's copy of another node's journal: follows it on the bus and writes it, byte for byte, into a folder that the
// ordinary start-up can open. Rules: ./SPEC.md.

import { type JsMsg, jetstream } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { sameBytes } from '../../engine/journal/parse-batch.ts'
import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { JournalReplica, type ReplicaEnd } from '../journal-file/journal-replica.ts'
import { ConnectionState } from './connection-state.ts'
import { copyDiverged, copyUnreachable, replicaAhead } from './copy-errors.ts'
import { batchOf, JournalStream, type StoredBatch } from './journal-stream.ts'
import { StreamReader } from './stream-reader.ts'

/** Batches are up to half a megabyte each. */
const PENDING_MAX = 32

export type JournalFollowerOptions = {
  readonly connection: NatsConnection
  readonly stream: string
  /** `<env>.journal.<node>` */
  readonly subject: string
  /** Folder of the journal to be: empty, or what an earlier follower left. */
  readonly directory: string
  readonly segment_bytes_max?: number
  /** The copy cannot be followed any further; the standby is none. */
  readonly onFailure: (error: Error) => void
}

/** What the follower has on its disk, and the message it came in. */
export type FollowedEnd = ReplicaEnd & { readonly sequence: number }

/** Opens the folder and follows behind what it holds. Rejects where it does not belong to this journal. */
export async function followJournal(options: JournalFollowerOptions): Promise<JournalFollower> {
  const { connection, subject } = options
  const stream = new JournalStream({
    js: jetstream(connection),
    ...options,
    max_payload_bytes: must(connection.info, 'a connection knows its server').max_payload,
  })
  const replica = await JournalReplica.open(options)
  try {
    const after_sequence = replica.end === undefined ? 0 : await placeOf(replica.end, stream)
    return new JournalFollower(options, stream, replica, after_sequence)
  } catch (error) {
    await replica.close()
    throw error instanceof OperatingError ? error : copyUnreachable(error, subject)
  }
}

export class JournalFollower {
  readonly #options: JournalFollowerOptions
  readonly #stream: JournalStream
  readonly #replica: JournalReplica
  readonly #reader: StreamReader
  #end: FollowedEnd | undefined
  #failure: Error | undefined
  /** Batches written since the last sync. */
  #unsynced = 0
  #waiting: { readonly sequence: number; readonly settled: PromiseWithResolvers<void> }[] = []

  constructor(
    options: JournalFollowerOptions,
    stream: JournalStream,
    replica: JournalReplica,
    after_sequence: number,
  ) {
    const { connection, subject } = options
    this.#options = options
    this.#stream = stream
    this.#replica = replica
    if (replica.end !== undefined) this.#end = { ...replica.end, sequence: after_sequence }
    this.#reader = new StreamReader({
      connection,
      state: new ConnectionState(connection),
      stream: options.stream,
      subjects: [subject],
      after_sequence,
      pending_max: PENDING_MAX,
      onMessage: (message) => this.#take(message),
      onFailure: (error) => this.#fail(error),
    })
  }

  /** The last batch that is durable here; undefined before the first. */
  get end(): FollowedEnd | undefined {
    return this.#end
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  /**
   * Resolves when everything the bus held at this call is durable here, with the last place. To take over, it is asked
   * after the lease was taken: what the other published before its lease ended is then here, and what it publishes
   * later is fenced by the first batch of the next epoch.
   *
   * @param signal aborted when nobody waits any more: rejects with its reason.
   */
  async catchUp(signal?: AbortSignal): Promise<FollowedEnd | undefined> {
    const last = await this.#last()
    signal?.throwIfAborted()
    if (last !== undefined) await this.#reach(last.sequence, signal)
    return this.#end
  }

  /** Lets go of the folder, which is then an ordinary journal. */
  async close(): Promise<void> {
    await this.#reader.close()
    await this.#replica.close()
  }

  async #last(): Promise<StoredBatch | undefined> {
    try {
      return await this.#stream.last()
    } catch (error) {
      throw error instanceof OperatingError ? error : copyUnreachable(error, this.#options.subject)
    }
  }

  async #take(message: JsMsg): Promise<void> {
    const batch = batchOf(message.data, this.#options.subject, message.seq)
    await this.#replica.append(batch)
    // What waits behind it is synced with it; a lone batch is durable at once.
    this.#unsynced += 1
    if (message.info.pending > 0 && this.#unsynced < PENDING_MAX) return
    await this.#replica.sync()
    this.#unsynced = 0
    this.#end = { ...must(this.#replica.end, 'something was appended'), sequence: message.seq }
    for (const { sequence, settled } of this.#waiting) if (sequence <= message.seq) settled.resolve()
    this.#waiting = this.#waiting.filter(({ sequence }) => sequence > message.seq)
  }

  async #reach(sequence: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if ((this.#end?.sequence ?? 0) >= sequence) return
    const settled = Promise.withResolvers<void>()
    const giveUp = () => settled.reject(signal?.reason)
    this.#waiting.push({ sequence, settled })
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      await settled.promise
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
  }

  #fail(error: unknown): void {
    this.#failure = error instanceof Error ? error : new Error(String(error), { cause: error })
    for (const { settled } of this.#waiting.splice(0)) settled.reject(this.#failure)
    this.#options.onFailure(this.#failure)
  }
}

/** The message that holds the batch a folder ends with. Batches of one journal come in order, so it is found by halves. */
async function placeOf(end: ReplicaEnd, stream: JournalStream): Promise<number> {
  const last = await stream.last()
  // The bus holds nothing of it, or lost the end of it: what is here is ahead.
  if (last === undefined || isBehind(last, end)) throw replicaAhead(end, stream.subject)
  let [low, high] = [1, last.sequence]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const found = must(await stream.from(middle), 'the last message stands behind every other')
    if (isBehind(found, end)) low = found.sequence + 1
    else high = middle
  }
  const found = must(await stream.from(low), 'the last message stands behind every other')
  if (found.batch.epoch === end.epoch && found.batch.number === end.number) {
    if (sameBytes(found.batch.chain_hash, end.chain_hash)) return found.sequence
  }
  throw copyDiverged(found.batch, stream.subject)
}

function isBehind({ batch }: StoredBatch, { epoch, number }: ReplicaEnd): boolean {
  return batch.epoch < epoch || (batch.epoch === epoch && batch.number < number)
}
