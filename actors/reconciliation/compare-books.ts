// What a venue's books and ours say differently. A venue's state comes behind every report before it, so what is not on
// its way must agree: positions exactly, and of the orders all that the venue is proven to hold.

import type { VenueState } from '../../schemas/messages/venue.ts'
import type { OrderRecord, OrderState } from '../order/order-record.ts'

export type BookDifference = {
  readonly kind: 'position' | 'order_missing_at_venue' | 'order_not_ours'
  /** Instrument id or client order id. */
  readonly about: string
  readonly ours: string
  readonly venues: string
}

export type OwnBooks = {
  /** Instruments of the venue, by index. */
  readonly instruments: readonly { readonly index: number; readonly instrument_id: string }[]
  readonly quantity: (instrument_index: number) => number
  /** Open orders at the venue, oldest first. */
  readonly openOrders: () => Iterable<OrderRecord>
  readonly isOurs: (client_order_id: string) => boolean
  /** Whether an order that has traded whole may be gone (schemas/behaviour.ts). */
  readonly filled_unlisted: boolean
}

/** States in which the venue is proven to hold the order. */
const AT_VENUE = new Set<OrderState>(['new', 'partially_filled', 'pending_cancel', 'pending_replace'])

export function compareBooks(state: VenueState, own: OwnBooks): BookDifference[] {
  return [...positionDifferences(state, own), ...orderDifferences(state, own)]
}

function positionDifferences(state: VenueState, own: OwnBooks): BookDifference[] {
  const differences: BookDifference[] = []
  for (const { index, instrument_id } of own.instruments) {
    const ours = own.quantity(index)
    const venues =
      state.positions.find((position) => position.instrument_id === instrument_id)?.quantity_units ?? 0
    if (ours === venues) continue
    differences.push({ kind: 'position', about: instrument_id, ours: String(ours), venues: String(venues) })
  }
  const known = new Set(own.instruments.map(({ instrument_id }) => instrument_id))
  for (const { instrument_id, quantity_units } of state.positions) {
    if (known.has(instrument_id)) continue
    differences.push({
      kind: 'position',
      about: instrument_id,
      ours: 'not configured',
      venues: String(quantity_units),
    })
  }
  return differences
}

function orderDifferences(state: VenueState, own: OwnBooks): BookDifference[] {
  const differences: BookDifference[] = []
  const atVenue = new Set<string>(state.open_client_order_ids)
  for (const order of own.openOrders()) {
    if (!AT_VENUE.has(order.state) || order.client_order_ids.some((id) => atVenue.has(id))) continue
    // It waits for the word on a replace, which may be in force, or may never have come.
    if (own.filled_unlisted && order.leaves_quantity_units === 0) continue
    differences.push({
      kind: 'order_missing_at_venue',
      about: order.client_order_id,
      ours: order.state,
      venues: 'none',
    })
  }
  for (const id of state.open_client_order_ids) {
    if (own.isOurs(id)) continue
    differences.push({ kind: 'order_not_ours', about: id, ours: 'none', venues: 'open' })
  }
  return differences
}
