// What of an order a venue's table lacks, and what it works as there once its trigger is met here.

import { workingType } from '../../engine/trigger/trigger.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { must } from '../../schemas/assert.ts'
import type { TimeInForce } from '../../schemas/messages/order.ts'
import type { OrderTerms } from '../../schemas/messages/order-terms.ts'
import { priceUnits } from '../../schemas/units.ts'
import type { Told } from '../risk/gate.ts'

const NO_TRIGGER = {
  trigger_price_units: priceUnits(0),
  trigger_method: 'bid_ask',
  trail_offset: 0,
  trail_unit: 'price',
  limit_offset_units: priceUnits(0),
  activation_price_units: priceUnits(0),
} as const satisfies Partial<OrderTerms>

const TRIGGERED_TYPES = [
  'stop',
  'stop_limit',
  'market_if_touched',
  'limit_if_touched',
  'trailing_stop',
  'trailing_stop_limit',
] as const

/** Whether the venue watches every trigger there is: nothing is left to watch for it. */
export function watchesAll(table: CapabilityTable | undefined): boolean {
  if (table === undefined) return true
  return (
    TRIGGERED_TYPES.every((type) => table.orders[type] !== undefined) && table.trigger_methods?.length === 3
  )
}

/** Whether the order waits here for a trigger that its venue does not watch; all else is the gate's to judge now. */
export function waitsHere(order: Told, table: CapabilityTable | undefined, terms_hold: boolean): boolean {
  const works_as = workingType(order.order_type)
  if (works_as === '' || takes(order, table)) return false
  return !terms_hold || (!watchesAll(table) && keepsTime(order, works_as, table))
}

/** What of an order that waits here goes to its venue once its trigger is met. */
export function workedAs(
  { order_type, time_in_force, terms }: Told,
  table: CapabilityTable | undefined,
): Told {
  const works_as = must(workingType(order_type) || undefined, 'a triggered order works as another')
  const taken = table?.orders[works_as] ?? []
  return {
    order_type: works_as,
    time_in_force: timeOf(time_in_force, taken),
    terms: { ...terms, ...NO_TRIGGER },
  }
}

/** Whether the venue itself takes the order and watches its trigger. */
function takes({ order_type, time_in_force, terms }: Told, table: CapabilityTable | undefined): boolean {
  return (
    table?.orders[order_type]?.includes(time_in_force) === true &&
    table.trigger_methods?.includes(terms.trigger_method) === true
  )
}

/**
 * Whether an order is worked for the time it says once its trigger is met. A market order is done with at once, but one
 * for an auction is not for the market; a limit order waits for as long as its venue takes it.
 */
function keepsTime(
  { time_in_force }: Told,
  works_as: 'market' | 'limit',
  table: CapabilityTable | undefined,
): boolean {
  if (time_in_force === 'opg' || time_in_force === 'cls') return false
  return works_as === 'market' || table?.orders.limit?.includes(time_in_force) === true
}

/** A market order is done with at once; whatever else the venue takes of the type, the order's own time comes first. */
function timeOf(time_in_force: TimeInForce, taken: readonly TimeInForce[]): TimeInForce {
  if (taken.includes(time_in_force)) return time_in_force
  return taken.find((time) => time === 'day' || time === 'ioc') ?? time_in_force
}
