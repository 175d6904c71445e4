// One key of the lease bucket: who holds an account. Every write names the revision it follows, so of two writers one
// fails, whatever either believes. The server drops a key that is not written again within the bucket's time to live.

import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamPublishOptions,
} from '@nats-io/jetstream'
import { headers } from '@nats-io/transport-node'

/** Who holds, or wants, the lease of an account. JSON on the wire. */
export type LeaseClaim = {
  readonly node: string
  readonly session: string
  readonly epoch: number
  /** Process, for people: `host, pid`. */
  readonly holder: string
}

/** A claim as one process holds it: `term` is no other's, `renewal` counts its writes. */
export type LeaseEntry = LeaseClaim & { readonly term: string; readonly renewal: number }

export type StoredLease = { readonly revision: number; readonly entry: LeaseEntry | undefined }

const OPERATION_HEADER = 'KV-Operation'

export class LeaseKey {
  readonly account_id: string
  readonly #js: JetStreamClient
  readonly #bucket: string

  constructor(js: JetStreamClient, bucket: string, account_id: string) {
    this.account_id = account_id
    this.#js = js
    this.#bucket = bucket
  }

  /** What the bucket's leader holds; revision 0 where nothing is, no entry where it was given up. */
  async read(): Promise<StoredLease> {
    const manager = await this.#js.jetstreamManager(false)
    const stored = await manager.streams.getMessage(`KV_${this.#bucket}`, { last_by_subj: this.#subject })
    if (stored === null) return { revision: 0, entry: undefined }
    const isGone = stored.header.has(OPERATION_HEADER)
    return { revision: stored.seq, entry: isGone ? undefined : stored.json<LeaseEntry>() }
  }

  /**
   * Writes over `revision` and returns the new one; undefined where that is not the last. Rejects at the deadline: whether
   * it was written is then unknown, and `read` tells.
   */
  async write(entry: LeaseEntry, revision: number, timeout_ms: number): Promise<number | undefined> {
    return await this.#publish(JSON.stringify(entry), { lastSubjectSequence: revision }, timeout_ms)
  }

  /** Writes where nothing is, if nothing at all was written to the bucket behind `last`. */
  async writeAfter(entry: LeaseEntry, last: number, timeout_ms: number): Promise<number | undefined> {
    const expect = { lastSubjectSequence: 0, lastSequence: last }
    return await this.#publish(JSON.stringify(entry), expect, timeout_ms)
  }

  /** Leaves a mark in place of the entry, so that another need not wait for its end. */
  async remove(revision: number, timeout_ms: number): Promise<void> {
    await this.#publish('', { lastSubjectSequence: revision }, timeout_ms, 'DEL')
  }

  async #publish(
    text: string,
    expect: NonNullable<JetStreamPublishOptions['expect']>,
    timeout_ms: number,
    operation?: string,
  ): Promise<number | undefined> {
    const marks = headers()
    if (operation !== undefined) marks.set(OPERATION_HEADER, operation)
    try {
      const { seq } = await this.#js.publish(this.#subject, text, {
        headers: marks,
        expect,
        timeout: timeout_ms,
      })
      return seq
    } catch (error) {
      if (isWrongSequence(error)) return undefined
      throw error
    }
  }

  get #subject(): string {
    return `$KV.${this.#bucket}.${this.account_id}`
  }
}

/** Whether a publish was refused because something else was written since. */
export function isWrongSequence(error: unknown): error is JetStreamApiError {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence
}
