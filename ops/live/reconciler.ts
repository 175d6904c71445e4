// Asks the venues what they hold: at every connection, and now and then. Orders of unknown sending are looked up by their
// own ids until a proof comes; the state of each account comes behind all reports before it, and the account's
// reconciliation actor compares it. Nothing is decided here.

import type { OrderActor } from '../../actors/order/order-actor.ts'
import type { VenueConnection } from '../../engine/live/venue-connection.ts'
import { must } from '../../schemas/assert.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'
import type { AccountId } from '../../schemas/ids.ts'
import type { VenueState } from '../../schemas/messages/venue.ts'

export type ReconcilerOptions = {
  readonly accounts: readonly Pick<AccountConfig, 'id' | 'venues'>[]
  readonly connections: ReadonlyMap<string, VenueConnection>
  readonly orders: ReadonlyMap<string, Pick<OrderActor, 'idsToLookUp' | 'isOpen'>>
  /** State of an account's reconciliation actor. */
  readonly stateOf: (account_id: string) => string
  readonly interval_ms: number
}

/** How often unknown orders are looked up, and books that differ are compared again. */
export const LOOK_INTERVAL_MS = 1_000

export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #connected = new Set<string>()
  #sinceComparison_ms = 0

  constructor(options: ReconcilerOptions) {
    this.#options = options
  }

  /** Whether every account's books were found to match since the start. */
  get is_reconciled(): boolean {
    return this.#options.accounts.every(({ id }) => this.#options.stateOf(id) === 'matched')
  }

  /** Outcomes of requests in flight may be lost with the connection before: all of them are asked for. */
  onConnected(venue_id: string): void {
    this.#connected.add(venue_id)
    for (const account_id of this.#accountsAt(venue_id)) {
      this.#lookUp(venue_id, account_id, true)
      this.#connection(venue_id).requestState(account_id)
    }
  }

  onDisconnected(venue_id: string): void {
    this.#connected.delete(venue_id)
  }

  /** Called every `LOOK_INTERVAL_MS`. */
  tick(): void {
    this.#sinceComparison_ms += LOOK_INTERVAL_MS
    const isDue = this.#sinceComparison_ms >= this.#options.interval_ms
    if (isDue) this.#sinceComparison_ms = 0
    for (const venue_id of this.#connected) {
      for (const account_id of this.#accountsAt(venue_id)) {
        this.#lookUp(venue_id, account_id, false)
        if (isDue || this.#options.stateOf(account_id) !== 'matched')
          this.#connection(venue_id).requestState(account_id)
      }
    }
  }

  /** Orders the venue holds open and we do not are looked up: one of ours that turns up is adopted. */
  onState({ venue_id, account_id, open_client_order_ids }: VenueState): void {
    const orders = this.#orders(account_id)
    const strange = open_client_order_ids.filter((id) => !orders.isOpen(id))
    if (strange.length > 0) this.#connection(venue_id).lookUp(account_id, strange)
  }

  #lookUp(venue_id: string, account_id: AccountId, all: boolean): void {
    const ids = this.#orders(account_id).idsToLookUp(venue_id, all)
    if (ids.length > 0) this.#connection(venue_id).lookUp(account_id, ids)
  }

  #accountsAt(venue_id: string): AccountId[] {
    return this.#options.accounts
      .filter(({ venues }) => venues.includes(venue_id))
      .map(({ id }) => id as AccountId)
  }

  #orders(account_id: string): Pick<OrderActor, 'idsToLookUp' | 'isOpen'> {
    return must(this.#options.orders.get(account_id), 'an account has its orders')
  }

  #connection(venue_id: string): VenueConnection {
    return must(this.#options.connections.get(venue_id), 'a venue has its connection')
  }
}
