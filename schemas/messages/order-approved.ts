// What the gate let through, on its way to the venue: told on the bus for whoever looks. No node acts on it.

import type { TimeUs } from '../units.ts'
import type { NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest, OrderKey } from './order.ts'

type Bare<Command> = Omit<Command, 'instrument_index'>

/** A command as others read it: without the index of its instrument, which is a node's own. */
export type BareCommand = Bare<NewOrderSingle> | Bare<OrderCancelRequest> | Bare<OrderCancelReplaceRequest>

export type OrderApproved = OrderKey & {
  readonly type: 'order_approved'
  /** The very command the gate approved. */
  readonly command: BareCommand
  /** When the gate approved it: what is older than half a second when it would leave does not. */
  readonly approval: { readonly approved_us: TimeUs }
}
