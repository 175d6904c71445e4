// Takes the leases of a node's accounts: all of them, or none. A second engine is refused with the holder's name; a
// standby waits until the holder is gone.

import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { JetStreamApiCodes, JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { assert } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { ConnectionState } from './connection-state.ts'
import { AccountLease, describe, giveUp, type HeldKey, type LeaseTiming, RENEW_INTERVAL_MS } from './lease.ts'
import { type LeaseClaim, type LeaseEntry, LeaseKey } from './lease-key.ts'

const POLL_INTERVAL_MS = 100

export type LeaseOptions = {
  readonly connection: NatsConnection
  /** Bucket of the leases; it says how long they live. */
  readonly bucket: string
  readonly accounts: readonly string[]
  readonly claim: LeaseClaim
  /** `live.lease_margin_ms`. */
  readonly margin_ms: number
  readonly renew_ms?: number
  /** A clock that never goes back; absent: the process's. */
  readonly now_ms?: () => number
  /** Called once, when the lease is lost while it is held: orders have stopped, cancels still go. */
  readonly onLost: (fault: OperatingError) => void
}

/**
 * Takes the lease. Waits for the end of a holder that gives no sign of life, and refuses with `lease.held` as soon as
 * one does, or where an account has gone over to another.
 */
export async function acquireLease(options: LeaseOptions): Promise<AccountLease> {
  const taking = await Taking.begin(options)
  const first = await taking.once()
  if (first instanceof AccountLease) return first
  for (;;) {
    await wait(POLL_INTERVAL_MS)
    const next = await taking.once()
    if (next instanceof AccountLease) return next
    if (next.account_id !== first.account_id || next.revision !== first.revision) throw leaseHeld(next)
  }
}

/** Takes the lease once its holder is gone, however long that is. Rejects when the signal aborts, and through no outage. */
export async function awaitLease(options: LeaseOptions, signal: AbortSignal): Promise<AccountLease> {
  const { connection, renew_ms = RENEW_INTERVAL_MS } = options
  let taking: Taking | undefined
  // Where the server was away, the holder was cut off as we were, and goes first.
  let others_until_ms = 0
  const outage = () => {
    others_until_ms = performance.now() + 2 * renew_ms
  }
  new ConnectionState(connection).onChange(outage)
  for (;;) {
    signal.throwIfAborted()
    try {
      taking ??= await Taking.begin(options)
      const asked_ms = performance.now()
      const isFree = await taking.isFree()
      if (performance.now() - asked_ms > renew_ms / 2) outage()
      if (isFree && performance.now() > others_until_ms) {
        const taken = await taking.once()
        if (taken instanceof AccountLease) return taken
      }
    } catch (error) {
      if (error instanceof OperatingError && error.reason !== 'unavailable') throw error
      if (connection.isClosed()) throw error
      outage()
    }
    await wait(POLL_INTERVAL_MS)
  }
}

/** An account that another holds. */
type Holding = { readonly account_id: string; readonly revision: number; readonly entry: LeaseEntry }

class Taking {
  readonly #options: LeaseOptions
  readonly #js: JetStreamClient
  readonly #timing: LeaseTiming
  readonly #entry: LeaseEntry

  static async begin(options: LeaseOptions): Promise<Taking> {
    assert(options.accounts.length > 0, 'a lease is of one account at least')
    const renew_ms = options.renew_ms ?? RENEW_INTERVAL_MS
    // A request lost with its connection is asked again before a lease has ended.
    const js = jetstream(options.connection, { timeout: 2 * renew_ms })
    const ttl_ms = await bucketTtl(js, options.bucket)
    if (ttl_ms < 2 * renew_ms + options.margin_ms) throw bucketUnfit(options.bucket, ttl_ms)
    return new Taking(options, js, {
      ttl_ms,
      renew_ms,
      margin_ms: options.margin_ms,
      now_ms: options.now_ms ?? (() => performance.now()),
    })
  }

  private constructor(options: LeaseOptions, js: JetStreamClient, timing: LeaseTiming) {
    this.#options = options
    this.#js = js
    this.#timing = timing
    this.#entry = { ...options.claim, term: randomUUID(), renewal: 0 }
  }

  async isFree(): Promise<boolean> {
    try {
      for (const key of this.#keys()) if ((await key.read()).entry !== undefined) return false
      return true
    } catch (error) {
      throw leaseUnreachable(error, this.#options.bucket)
    }
  }

  /** In one order of accounts for everyone, so that of two nodes one gets all. */
  async once(): Promise<AccountLease | Holding> {
    const keys: HeldKey[] = []
    try {
      for (const key of this.#keys()) {
        const taken = await this.#take(key)
        if ('entry' in taken) {
          await giveUp(keys, this.#timing.renew_ms)
          return taken
        }
        keys.push(taken)
      }
      const { now_ms } = this.#timing
      if (keys.some(({ end_ms }) => end_ms <= now_ms()))
        throw new Error('the answers took so long that the first account ended before the last was taken')
    } catch (error) {
      await giveUp(keys, this.#timing.renew_ms)
      throw leaseUnreachable(error, this.#options.bucket)
    }
    const { onLost, connection } = this.#options
    const isClosed = () => connection.isClosed()
    return new AccountLease({ entry: this.#entry, keys, timing: this.#timing, onLost, isClosed })
  }

  #keys(): LeaseKey[] {
    const { bucket, accounts } = this.#options
    return accounts.toSorted().map((account_id) => new LeaseKey(this.#js, bucket, account_id))
  }

  async #take(key: LeaseKey): Promise<HeldKey | Holding> {
    const { now_ms, ttl_ms, renew_ms } = this.#timing
    const { account_id } = key
    for (;;) {
      const { revision, entry } = await key.read()
      // An earlier try of ours whose answer was lost is taken over by the next.
      if (entry !== undefined && entry.term !== this.#entry.term) return { account_id, revision, entry }
      const first = await key.write(this.#entry, revision, renew_ms)
      if (first === undefined) continue
      // A second write makes the holder: one that stands alone in the bucket may be a renewal whose answer was lost.
      const sent_ms = now_ms()
      const written = await key.write(this.#entry, first, renew_ms)
      if (written !== undefined) return { key, revision: written, end_ms: sent_ms + ttl_ms }
    }
  }
}

async function bucketTtl(js: JetStreamClient, bucket: string): Promise<number> {
  try {
    const manager = await js.jetstreamManager(false)
    const { config } = await manager.streams.info(`KV_${bucket}`)
    return config.max_age / 1_000_000
  } catch (error) {
    throw leaseUnreachable(error, bucket)
  }
}

function leaseHeld({ account_id, entry }: Holding): OperatingError {
  return new OperatingError({
    code: 'lease.held',
    reason: 'unavailable',
    what: `Account ${account_id} is traded by ${describe(entry)}.`,
    where: `account ${account_id}`,
    remedy: 'Stop that node first, or start this one as its standby.',
  })
}

function bucketUnfit(bucket: string, ttl_ms: number): OperatingError {
  return new OperatingError({
    code: 'lease.bucket_unfit',
    reason: 'usage',
    what: `Leases in this bucket live ${ttl_ms} ms, too short for their renewal and the margin before their end.`,
    where: bucket,
    remedy: 'Run orrery nats apply, or lower live.lease_margin_ms.',
  })
}

function leaseUnreachable(cause: unknown, bucket: string): OperatingError {
  const said = cause instanceof Error ? cause.message : String(cause)
  const isMissing = cause instanceof JetStreamApiError && cause.code === JetStreamApiCodes.StreamNotFound
  return new OperatingError({
    code: 'lease.unreachable',
    reason: isMissing ? 'usage' : 'unavailable',
    what: `The leases cannot be read or written: ${said}.`,
    where: bucket,
    remedy: 'See that the NATS server runs and that orrery nats apply has made its streams.',
    cause,
  })
}
