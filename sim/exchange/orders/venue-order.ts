// An order as the venue keeps it: one record through all its replaces, named by the incarnation in force.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { readTerms, writeTerms } from '../../../engine/terms-codec.ts'
import { workingType } from '../../../engine/trigger/trigger.ts'
import { must } from '../../../schemas/assert.ts'
import type { ClientOrderId } from '../../../schemas/ids.ts'
import type { NewOrderSingle, OrderType, Side, TimeInForce } from '../../../schemas/messages/order.ts'
import type { OrderTerms } from '../../../schemas/messages/order-terms.ts'
import type { PriceUnits, SizeUnits } from '../../../schemas/units.ts'
import type { VenueAccount } from '../accounts/venue-account.ts'
import type { OrderName } from './owner-table.ts'

/** The place of an order that has not come to rest since it last lost its place. */
export const NOT_PLACED = -1

/** How an order meets the book once nothing holds it back. */
export const WORKS_AS = ['market', 'limit', 'market_to_limit'] as const
export type WorksAs = (typeof WORKS_AS)[number]

export type VenueOrder = {
  readonly account: VenueAccount
  readonly instrument_index: number
  readonly venue_order_id: string
  readonly name: OrderName
  readonly side: Side
  readonly order_type: OrderType
  readonly time_in_force: TimeInForce
  readonly terms: OrderTerms
  client_order_id: ClientOrderId
  works_as: WorksAs
  price_units: PriceUnits
  /** At work. */
  order_quantity_units: SizeUnits
  cum_quantity_units: SizeUnits
  /** Ordered, and not at work: what a parent has not released, and what a group has taken away. */
  withheld_units: number
  /** Place in time among the orders of one price; a lower number came first. */
  priority: number
  /** In the register, from when it is taken until it ends. */
  is_open: boolean
  /** In the book; an order that is just being matched is not. */
  is_resting: boolean
  /** Not in the book until its trigger price is met. */
  is_waiting: boolean
  /** Kept for an auction, or until its instrument trades again; one that waits for its trigger still does. */
  is_called: boolean
  /** In force; a trailing order's moves. */
  trigger_price_units: PriceUnits
  /** A trailing order follows the market, whose best price so far this is. */
  is_trailing: boolean
  anchor_price_units: PriceUnits
  /** What is left of the part that is shown; the whole of an order that shows all. */
  display_left_units: number
  /** Where it stands in the queue of its price: behind this many units of others, or, in a book by order, its rank there. */
  queue_place: number
  /** What the data last showed at its price, and what has traded there since. */
  level_shown_units: number
  level_traded_units: number
  /** Less than a unit that was taken back in front of it, in parts. */
  queue_carry_parts: number
}

export function leavesUnits(order: VenueOrder): SizeUnits {
  return (order.order_quantity_units - order.cum_quantity_units) as SizeUnits
}

/**
 * What may trade of the order at once: what is left of it; of a resting one that shows a part, that part; of one that only
 * reduces, no more than is open on the other side.
 */
export function fillableUnits(order: VenueOrder): number {
  const { terms } = order
  let units: number = leavesUnits(order)
  if (terms.display_quantity_units !== 0 && order.is_resting)
    units = Math.min(units, order.display_left_units)
  if (!terms.reduce_only) return units
  return Math.min(units, order.account.closableUnits(order.instrument_index, order.side))
}

/** Whether it is in a book, waits for its trigger, or is kept in the call. */
export function isPlaced({ is_resting, is_waiting, is_called }: VenueOrder): boolean {
  return is_resting || is_waiting || is_called
}

/** The quantity its owner knows it with. */
export function orderedUnits(order: VenueOrder): SizeUnits {
  return (order.order_quantity_units + order.withheld_units) as SizeUnits
}

export function venueOrder(
  command: NewOrderSingle,
  account: VenueAccount,
  venue_order_id: string,
  priority: number,
): VenueOrder {
  const { account_id, strategy_id, counter, order_type, terms } = command
  return {
    account,
    instrument_index: command.instrument_index,
    venue_order_id,
    name: { account_id, strategy_id, counter },
    side: command.side,
    order_type,
    time_in_force: command.time_in_force,
    terms,
    client_order_id: command.client_order_id,
    works_as: workingType(order_type) || (order_type as WorksAs),
    price_units: command.price_units,
    order_quantity_units: command.order_quantity_units,
    cum_quantity_units: 0 as SizeUnits,
    withheld_units: 0,
    priority,
    is_open: false,
    is_resting: false,
    is_waiting: false,
    is_called: false,
    trigger_price_units: terms.trigger_price_units,
    is_trailing: false,
    anchor_price_units: 0 as PriceUnits,
    display_left_units: 0,
    queue_place: NOT_PLACED,
    level_shown_units: 0,
    level_traded_units: 0,
    queue_carry_parts: 0,
  }
}

/**
 * By how much an order of so many units changes what its account bears beside others of its group: of it and these no more
 * trades than the largest is for, though each of them that is in the book or the call weighs all of its own.
 */
export function weighedUnits(
  units: number,
  { instrument_index, side }: Pick<VenueOrder, 'instrument_index' | 'side'>,
  group: readonly VenueOrder[],
): number {
  let largest = units
  let weighs = 0
  for (const other of group) {
    if (other.instrument_index !== instrument_index || other.side !== side || !isWeighed(other)) continue
    largest = Math.max(largest, leavesUnits(other))
    weighs += leavesUnits(other)
  }
  return largest - weighs
}

/** Whether an order weighs in its account: one that waits for its trigger does not. */
export function isWeighed({ is_resting, is_called, is_waiting }: VenueOrder): boolean {
  return (is_resting || is_called) && !is_waiting
}

/** Whether an order of the type waits for a trigger before it meets the book. */
export function waitsForTrigger(order_type: OrderType): boolean {
  return workingType(order_type) !== ''
}

/** Writes an open order. */
export function saveOrder(writer: CanonicalWriter, order: VenueOrder): void {
  const { account_id, strategy_id, counter } = order.name
  writer.text(account_id)
  writer.text(strategy_id)
  writer.number(counter)
  writer.number(order.instrument_index)
  writer.text(order.venue_order_id)
  writer.text(order.side)
  writer.text(order.order_type)
  writer.text(order.time_in_force)
  writeTerms(writer, order.terms)
  writer.text(order.client_order_id)
  writer.byte(WORKS_AS.indexOf(order.works_as))
  writer.number(order.price_units)
  writer.number(order.order_quantity_units)
  writer.number(order.cum_quantity_units)
  writer.number(order.withheld_units)
  writer.number(order.priority)
  writer.number(order.trigger_price_units)
  writer.flag(order.is_trailing)
  writer.number(order.anchor_price_units)
  writer.number(order.display_left_units)
  writer.number(order.queue_place)
  writer.number(order.level_shown_units)
  writer.number(order.level_traded_units)
  writer.number(order.queue_carry_parts)
}

/** Reads what `saveOrder` wrote; the order is not in the book yet. */
export function loadOrder(reader: CanonicalReader, accounts: ReadonlyMap<string, VenueAccount>): VenueOrder {
  const name = { account_id: reader.text(), strategy_id: reader.text(), counter: reader.number() }
  return {
    account: must(accounts.get(name.account_id), 'a snapshot names accounts of its own configuration'),
    instrument_index: reader.number(),
    venue_order_id: reader.text(),
    name,
    side: reader.text() as Side,
    order_type: reader.text() as OrderType,
    time_in_force: reader.text() as TimeInForce,
    terms: readTerms(reader),
    client_order_id: reader.text() as ClientOrderId,
    works_as: must(WORKS_AS[reader.byte()], 'how an order works is known'),
    price_units: reader.number() as PriceUnits,
    order_quantity_units: reader.number() as SizeUnits,
    cum_quantity_units: reader.number() as SizeUnits,
    withheld_units: reader.number(),
    priority: reader.number(),
    is_open: false,
    is_resting: false,
    is_waiting: false,
    is_called: false,
    trigger_price_units: reader.number() as PriceUnits,
    is_trailing: reader.flag(),
    anchor_price_units: reader.number() as PriceUnits,
    display_left_units: reader.number(),
    queue_place: reader.number(),
    level_shown_units: reader.number(),
    level_traded_units: reader.number(),
    queue_carry_parts: reader.number(),
  }
}
