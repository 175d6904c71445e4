// The lease of a node's accounts, while it is held: renewed well before its end, and given up or lost as a whole. Its end
// is reckoned on the monotonic clock from before each write was sent, so that it never lies behind the server's.
// `permit` is what the sender asks as its last act. A lease that ends because the server is away is taken again when the
// bucket proves that nobody held it since. Rules: ./SPEC.md.

import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { LeaseClaim, LeaseEntry, LeaseKey } from './lease-key.ts'

/** Half of the time to live would leave one late answer between a node and its loss. */
export const RENEW_INTERVAL_MS = 500
const RETRY_WAIT_MS = 50

export type LeaseTiming = {
  /** Of the bucket. */
  readonly ttl_ms: number
  readonly renew_ms: number
  /** An order leaves only this long before the end. */
  readonly margin_ms: number
  /** A clock that never goes back. */
  readonly now_ms: () => number
}

/** One account, taken. `end_ms` is on the clock of `now_ms`. */
export type HeldKey = { readonly key: LeaseKey; revision: number; end_ms: number }

export type AccountLeaseOptions = {
  /** Whether the server can never be asked again. */
  readonly isClosed: () => boolean
  readonly entry: LeaseEntry
  readonly keys: readonly HeldKey[]
  readonly timing: LeaseTiming
  readonly onLost: (fault: OperatingError) => void
}

export class AccountLease {
  /** No earlier holder's lease reaches beyond this moment of `now_ms`: what its orders may still do is bounded by it. */
  readonly free_by_ms: number
  readonly #options: AccountLeaseOptions
  /** By account, up to which sequence of the bucket nobody else has held it, less one for each write of ours behind that. */
  readonly #ownUntil: Map<HeldKey, number>
  #renewal: number
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #state: 'held' | 'released' | 'lost' = 'held'

  constructor(options: AccountLeaseOptions) {
    this.#options = options
    this.#renewal = options.entry.renewal
    this.free_by_ms = options.timing.now_ms()
    const last = Math.max(...options.keys.map(({ revision }) => revision))
    this.#ownUntil = new Map(options.keys.map((held) => [held, last]))
    this.#schedule()
  }

  /** '' while an order may leave; why not from the margin before the end on. */
  permit(): string {
    if (this.#state !== 'held') return `lease_${this.#state}`
    const { now_ms, margin_ms } = this.#options.timing
    return now_ms() < this.end_ms - margin_ms ? '' : 'lease_ending'
  }

  /** Whether it has not ended, margin or not. */
  get is_held(): boolean {
    return this.#options.timing.now_ms() < this.end_ms
  }

  /** When the first of the accounts ends, on the clock of `now_ms`. */
  get end_ms(): number {
    return Math.min(...this.#options.keys.map(({ end_ms }) => end_ms))
  }

  /** Gives all accounts up, so that another may take them at once. Orders stop before the first word is sent. */
  async release(): Promise<void> {
    if (this.#state === 'lost') return
    this.#state = 'released'
    clearTimeout(this.#timer)
    await this.#running
    await this.#giveUp()
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#renewAll()
    }, this.#options.timing.renew_ms)
  }

  /** One after the other: what proves that nobody else wrote to the bucket must not be our own writing beside it. */
  async #renewAll(): Promise<void> {
    this.#renewal += 1
    const entry = { ...this.#options.entry, renewal: this.#renewal }
    for (const held of this.#options.keys) {
      const fault = await this.#renew(held, entry)
      if (this.#state !== 'held') return
      if (fault === undefined) continue
      this.#state = 'lost'
      this.#options.onLost(fault)
      await this.#giveUp()
      return
    }
    this.#schedule()
  }

  /** Writes until it is known to be written, or that it never can be, which is a fault. */
  async #renew(held: HeldKey, entry: LeaseEntry): Promise<OperatingError | undefined> {
    const { isClosed, timing } = this.#options
    const sent_ms = timing.now_ms()
    while (this.#state === 'held') {
      try {
        const revision = await this.#write(held, entry)
        if (typeof revision !== 'number') return leaseLost(held.key.account_id, revision)
        held.revision = revision
        held.end_ms = sent_ms + timing.ttl_ms
        this.#noteWritten(held)
        return undefined
      } catch (error) {
        if (isClosed()) return leaseUnrenewed(held.key.account_id, error)
        await new Promise((resolve) => setTimeout(resolve, RETRY_WAIT_MS))
      }
    }
    return undefined
  }

  /** The revision written; who holds the account instead; undefined where somebody may have held it since. */
  async #write(held: HeldKey, entry: LeaseEntry): Promise<number | LeaseClaim | undefined> {
    const { timing } = this.#options
    const { key } = held
    const written = await key.write(entry, held.revision, timing.renew_ms)
    if (written !== undefined) return written
    const before = await this.#ownOrHolder(held, entry)
    if (before !== undefined) return before
    // It ended while the server was away. Whoever held it since has written twice; once may have been a renewal of ours.
    const last = must(this.#ownUntil.get(held), 'an account is one of the lease')
    for (const each of [last, last + 1]) {
      const taken = await key.writeAfter(entry, each, timing.renew_ms)
      if (taken !== undefined) return taken
    }
    return await this.#ownOrHolder(held, entry)
  }

  /**
   * The revision of this very entry, whose answer was lost, or which is written now over an earlier one of ours; who else
   * holds the account; undefined where nobody does.
   */
  async #ownOrHolder(held: HeldKey, entry: LeaseEntry): Promise<number | LeaseClaim | undefined> {
    const { revision, entry: found } = await held.key.read()
    if (found?.term !== entry.term) return found
    if (found.renewal === entry.renewal) return revision
    // A first try of ours that came late, by a connection long lost: others may have held the account before it.
    if (revision > held.revision) return undefined
    // The server has lost our newest writes. Nobody has held the account since this one, or it would not be there.
    held.revision = revision
    return await this.#write(held, entry)
  }

  /** An account that has ended may be another's by now: for that one a write of ours is one that is known, and no more. */
  #noteWritten(written: HeldKey): void {
    const now_ms = this.#options.timing.now_ms()
    for (const [held, until] of this.#ownUntil) {
      const isOurs = held === written || now_ms < held.end_ms
      this.#ownUntil.set(held, isOurs ? written.revision : until + 1)
    }
  }

  async #giveUp(): Promise<void> {
    const { keys, timing } = this.#options
    await giveUp(keys, timing.renew_ms)
  }
}

/** A courtesy: what cannot be given up ends by itself, and a revision that is not the last is not ours. */
export async function giveUp(keys: readonly HeldKey[], timeout_ms: number): Promise<void> {
  await Promise.allSettled(keys.map(({ key, revision }) => key.remove(revision, timeout_ms)))
}

function leaseLost(account_id: string, holder: LeaseClaim | undefined): OperatingError {
  return new OperatingError({
    code: 'lease.lost',
    reason: 'unavailable',
    what:
      holder === undefined
        ? `The lease of account ${account_id} ended, and another node may have traded it since; this node sends no more orders.`
        : `Account ${account_id} is now traded by ${describe(holder)}; this node sends no more orders.`,
    where: `account ${account_id}`,
    remedy: 'Start the session again: it takes its lease, recovers, and compares its books with the venues.',
  })
}

function leaseUnrenewed(account_id: string, cause: unknown): OperatingError {
  return new OperatingError({
    code: 'lease.lost',
    reason: 'unavailable',
    what: `The lease of account ${account_id} cannot be renewed any more; this node sends no more orders.`,
    where: `account ${account_id}`,
    remedy: 'Look after the NATS server, then start the session again.',
    cause,
  })
}

export function describe({ node, session, epoch, holder }: LeaseClaim): string {
  return `node ${node} (session ${session}, epoch ${epoch}, ${holder})`
}
