// A venue's port: the one door through which orders leave, the same for a broker and the simulated exchange.
//
// Ordering: commands are handed over in the order the outbox releases them, each at most once per client order id.
// Precondition in every mode: the journal has released the record of the send; the outbox asserts it. What became of
// a send, and every report, comes back as an input of the node. Overload: a venue that cannot take a command answers
// with a `refused` or `unproven` outcome; it never blocks and never retries by itself.

import type { OrderType, TimeInForce, VenueCommand } from '../schemas/messages/order.ts'
import type { GroupType, TriggerMethod } from '../schemas/messages/order-terms.ts'

/** A link between orders: a group of a type, or a child that its parent's trades release. */
export type Contingency = Exclude<GroupType, ''> | 'oto'

/**
 * What a venue takes: order types, each with its times in force, and what an order may say beyond them. The gate denies
 * what is absent and execution cannot work out in its place.
 */
export type CapabilityTable = {
  readonly orders: { readonly [type in OrderType]?: readonly TimeInForce[] }
  /** Which prices its triggers watch; absent: none. */
  readonly trigger_methods?: readonly TriggerMethod[]
  readonly post_only?: boolean
  readonly reduce_only?: boolean
  readonly display_quantity?: boolean
  /** Links between orders it keeps itself: orders a parent's fill releases, and groups; absent: none. */
  readonly contingencies?: readonly Contingency[]
  /** Whether it takes orders while an instrument is closed, and while it is halted, to trade them later; absent: no. */
  readonly closed_orders?: boolean
  readonly halted_orders?: boolean
  readonly cancel: boolean
  readonly replace: boolean
}

export interface VenuePort {
  readonly venue_id: string
  readonly capabilities: CapabilityTable
  /** Takes over one released command at engine time `sent_us`. */
  send(command: VenueCommand, sent_us: number): void
}
