// The payload of a message between nodes without the index of its instrument, which is a node's own, and with it again.

import type { NodePayload } from '../schemas/messages/node-message.ts'
import type { VenueCommand } from '../schemas/messages/order.ts'
import { sharedTerms } from '../schemas/messages/order-terms.ts'

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
