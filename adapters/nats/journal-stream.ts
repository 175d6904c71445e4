// A node's journal on the bus: sealed batches, one message each, in the order of the chain. Every append names the message
// it follows, so a second writer fails, and a batch that is already there is recognised by its chain hash alone.

import {
  type DirectMsgRequest,
  JetStreamApiError,
  type JetStreamClient,
  type JsMsg,
  type MsgRequest,
} from '@nats-io/jetstream'
import type { Batch } from '../../engine/journal/batch-format.ts'
import { parseBatch, sameBytes } from '../../engine/journal/parse-batch.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { nodeSha256 } from '../sha256/node-sha256.ts'
import { isWrongSequence } from './lease-key.ts'

export type JournalStreamOptions = {
  readonly js: JetStreamClient
  /** Reads the last batch where the role may not ask the stream for it. */
  readonly readLast?: () => Promise<Pick<JsMsg, 'seq' | 'data'> | undefined>
  readonly stream: string
  /** `<env>.journal.<node>` */
  readonly subject: string
  /** Of the server: what is larger cannot be copied. */
  readonly max_payload_bytes: number
}

/** As the server says it: its error code stands for every failure to store. */
const FULL = 'maximum bytes exceeded'

/** There is no room until an operator makes some; the batch is then appended. */
export class CopyFull extends Error {
  constructor(options: ErrorOptions) {
    super('its stream on the bus is full, and old epochs have to be removed with orrery nats prune', options)
  }
}

export type StoredBatch = { readonly sequence: number; readonly batch: Batch }

export class JournalStream {
  readonly #options: JournalStreamOptions

  constructor(options: JournalStreamOptions) {
    this.#options = options
  }

  get subject(): string {
    return this.#options.subject
  }

  /** The last batch of this journal; undefined before the first. */
  async last(): Promise<StoredBatch | undefined> {
    const { readLast } = this.#options
    if (readLast === undefined) return await this.#get({ last_by_subj: this.subject })
    const stored = await readLast()
    return stored && { sequence: stored.seq, batch: batchOf(stored.data, this.subject, stored.seq) }
  }

  /** The first batch of this journal at or behind a sequence of the stream. */
  from(sequence: number): Promise<StoredBatch | undefined> {
    return this.#get({ seq: sequence, next_by_subj: this.subject })
  }

  /**
   * Appends behind the message `expected`, 0 for none, and returns the message's sequence. Rejects with `journal.fenced`
   * where something else stands there, with `CopyFull` where there is no room, and otherwise at its deadline: whether the
   * batch was stored is then unknown, and appending it again is safe. A batch carries no message id: ids count in the whole stream, where every node writes,
   * and one that another has taken would keep a batch out.
   */
  async append(batch: Batch, expected: number, timeout_ms: number): Promise<number> {
    const { js, max_payload_bytes } = this.#options
    const { bytes } = batch
    if (bytes.length > max_payload_bytes) throw batchTooLarge(batch, max_payload_bytes)
    try {
      const { seq } = await js.publish(this.subject, bytes, {
        expect: { lastSubjectSequence: expected },
        timeout: timeout_ms,
      })
      return seq
    } catch (error) {
      if (isWrongSequence(error)) return await this.#ours(batch, await this.last())
      if (error instanceof JetStreamApiError && error.message.includes(FULL))
        throw new CopyFull({ cause: error })
      throw error
    }
  }

  async #ours(batch: Batch, stored: StoredBatch | undefined): Promise<number> {
    if (stored !== undefined && sameBytes(stored.batch.chain_hash, batch.chain_hash)) return stored.sequence
    throw journalFenced(batch, stored?.batch, this.subject)
  }

  async #get(query: DirectMsgRequest): Promise<StoredBatch | undefined> {
    const manager = await this.#options.js.jetstreamManager(false)
    // The server knows `next_by_subj` here, too, which the client's type leaves out.
    const stored = await manager.streams.getMessage(this.#options.stream, query as MsgRequest)
    if (stored === null) return undefined
    return { sequence: stored.seq, batch: batchOf(stored.data, this.subject, stored.seq) }
  }
}

/** The batch in a message; a damaged one is refused with its place. */
export function batchOf(data: Uint8Array, subject: string, sequence: number): Batch {
  const batch = parseBatch(data, nodeSha256)
  if (typeof batch !== 'string') return batch
  throw new OperatingError({
    code: 'journal.copy_corrupt',
    reason: 'data',
    what: `The copy of the journal is damaged: ${batch}.`,
    where: `${subject}, message ${sequence}`,
    remedy: 'Keep the file journal, which is the authority, and restore the stream from a backup.',
  })
}

function journalFenced(batch: Batch, stored: Batch | undefined, subject: string): OperatingError {
  const there = stored === undefined ? 'nothing' : `batch ${stored.number} of epoch ${stored.epoch}`
  return new OperatingError({
    code: 'journal.fenced',
    reason: 'unavailable',
    what: `Another node has gone on with this journal: where batch ${batch.number} of epoch ${batch.epoch} belongs stands ${there}. This node sends nothing more.`,
    where: subject,
    remedy:
      'Leave trading to the other node; to come back, start this one as its standby with an empty folder.',
  })
}

function batchTooLarge({ epoch, number, bytes }: Batch, max: number): OperatingError {
  return new OperatingError({
    code: 'journal.copy_too_large',
    reason: 'usage',
    what: `Batch ${number} of epoch ${epoch} has ${bytes.length} bytes, and the server takes ${max} as one message.`,
    where: `epoch ${epoch}, batch ${number}`,
    remedy: 'Raise max_payload of the NATS server, or keep less in the state of strategies.',
  })
}
