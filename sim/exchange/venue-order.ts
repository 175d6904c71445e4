// An order as the venue keeps it: one record through all its replaces, named by the incarnation in force.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { must } from '../../schemas/assert.ts'
import type { ClientOrderId } from '../../schemas/ids.ts'
import type { OrderType, Side, TimeInForce } from '../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits } from '../../schemas/units.ts'
import type { VenueAccount } from './venue-account.ts'

export type VenueOrder = {
  readonly account: VenueAccount
  readonly instrument_index: number
  readonly venue_order_id: string
  readonly side: Side
  readonly order_type: OrderType
  readonly time_in_force: TimeInForce
  client_order_id: ClientOrderId
  price_units: PriceUnits
  order_quantity_units: SizeUnits
  cum_quantity_units: SizeUnits
  /** Place in time among the orders of one price; a lower number came first. */
  priority: number
  /** In the book; an order that is just being matched is not. */
  is_resting: boolean
}

export function leavesUnits(order: VenueOrder): SizeUnits {
  return (order.order_quantity_units - order.cum_quantity_units) as SizeUnits
}

/** Writes a resting order. */
export function saveOrder(writer: CanonicalWriter, order: VenueOrder): void {
  writer.text(order.account.account_id)
  writer.number(order.instrument_index)
  writer.text(order.venue_order_id)
  writer.text(order.side)
  writer.text(order.order_type)
  writer.text(order.time_in_force)
  writer.text(order.client_order_id)
  writer.number(order.price_units)
  writer.number(order.order_quantity_units)
  writer.number(order.cum_quantity_units)
  writer.number(order.priority)
}

/** Reads what `saveOrder` wrote; the order is not in the book yet. */
export function loadOrder(reader: CanonicalReader, accounts: ReadonlyMap<string, VenueAccount>): VenueOrder {
  return {
    account: must(accounts.get(reader.text()), 'a snapshot names accounts of its own configuration'),
    instrument_index: reader.number(),
    venue_order_id: reader.text(),
    side: reader.text() as Side,
    order_type: reader.text() as OrderType,
    time_in_force: reader.text() as TimeInForce,
    client_order_id: reader.text() as ClientOrderId,
    price_units: reader.number() as PriceUnits,
    order_quantity_units: reader.number() as SizeUnits,
    cum_quantity_units: reader.number() as SizeUnits,
    priority: reader.number(),
    is_resting: false,
  }
}
