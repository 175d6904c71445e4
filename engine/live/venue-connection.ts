// A venue as a live session uses it: an adapter with a connection of its own, for the simulated exchange and for brokers.
//
// Inputs come through `offer` in the order the venue said them: reports, answers to look-ups, an account's state. Reports
// carry the venue's `report_id`, so that a session that starts again asks for what came after the last one it processed;
// the same report may come again, and the node books it once. What became of a send is offered as a `send_outcome`: `sent`
// once the venue is proven to hold the command durably, `refused` where it provably never left, `unproven` for all else
// (a lost connection above all). Overload: `send` never blocks; while no connection stands it refuses.

import type { AccountId, ClientOrderId } from '../../schemas/ids.ts'
import type { KeptInput } from '../input-codec.ts'
import type { VenuePort } from '../venue-port.ts'

export type ConnectionState = 'connecting' | 'connected' | 'disconnected'

export type VenueListener = {
  /** Takes an input; never called from within `send`. */
  readonly offer: (input: KeptInput) => void
  /** For people and supervision; a change to `connected` is the moment to reconcile again. */
  readonly onState: (state: ConnectionState, reason: string) => void
}

export type VenueSession = {
  readonly session: string
  readonly epoch: number
  /** By account id, the last `report_id` the session has processed; '' for none. */
  readonly accounts: ReadonlyMap<AccountId, string>
  /**
   * How long after the connection was made an id may still turn up that a look-up did not find: commands of an earlier
   * incarnation of the session may be on their way. Until then `absent` is no proof, and is not said.
   */
  readonly absence_grace_ms: number
}

export interface VenueConnection extends VenuePort {
  /** Connects and keeps connected, with growing pauses, until `close`. Resolves at the first connection. */
  open(session: VenueSession, listener: VenueListener): Promise<void>
  /** Asks for orders by the ids they were sent with; each answer is an `order_lookup`, or the reports that ended it. */
  lookUp(account_id: AccountId, client_order_ids: readonly ClientOrderId[]): void
  /** Asks for the account's state; the answer is a `venue_state`, behind all reports before it. */
  requestState(account_id: AccountId): void
  close(): Promise<void>
}
