// The payload of a message between nodes without the index of its instrument, which is a node's own, and with it again.

import type { NodePayload } from '../schemas/messages/node-message.ts'
import type { VenueCommand } from '../schemas/messages/order.ts'
import type { OrderApproved } from '../schemas/messages/order-approved.ts'
import { sharedTerms } from '../schemas/messages/order-terms.ts'
import { timeUs } from '../schemas/units.ts'

/** What the gate let through, for whoever looks. */
export function approvedOf(command: VenueCommand, approved_us: number): OrderApproved {
  const { instrument_index: _, ...bare } = command
  const { account_id, strategy_id, counter } = command
  const approval = { approved_us: timeUs(approved_us) }
  return { type: 'order_approved', account_id, strategy_id, counter, command: bare, approval }
}

/** As it leaves the node, and as records hold it. */
export type BarePayload = NodePayload | Omit<NodePayload, 'instrument_index'>

export function withoutIndex(payload: NodePayload): BarePayload {
  if (!('instrument_index' in payload)) return payload
  const { instrument_index: _, ...bare } = payload
  return bare
}

/** @param instrumentIndex finds the node's index of an instrument id. */
export function withIndex(
  bare: NodePayload,
  instrumentIndex: (instrument_id: string) => number,
): NodePayload {
  if (bare.type === 'submit_intent') {
    const instrument_index = instrumentIndex(bare.instrument_id)
    return { ...bare, instrument_index, terms: sharedTerms(bare.terms) }
  }
  if ('leaves_quantity_units' in bare) {
    return { ...bare, instrument_index: instrumentIndex(bare.instrument_id) }
  }
  return bare
}

/** What the message belongs to: its order, else its strategy. */
export function correlationOf(payload: NodePayload | VenueCommand): string {
  if ('counter' in payload) return `${payload.account_id}/${payload.strategy_id}/${payload.counter}`
  return payload.strategy_id
}
