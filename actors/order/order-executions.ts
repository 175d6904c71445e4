// The trades an order remembers, by execution id: what makes booking idempotent and busts exact.

import type { VenueReport } from '../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits } from '../../schemas/units.ts'
import type { Execution, OrderRecord } from './order-record.ts'

/**
 * Trades remembered per order. One more and the oldest is forgotten; from then on a trade whose CumQty at the venue
 * is not above that of the forgotten ones counts as known, so that nothing is ever booked twice.
 */
export const EXECUTIONS_MAX = 1024

/** Searched from the newest, because what comes again comes soon. */
export function findExecution(order: OrderRecord, executionId: string): Execution | undefined {
  const { executions } = order
  for (let i = executions.length - 1; i >= 0; i--) {
    const execution = executions[i] as Execution
    if (execution.execution_id === executionId) return execution
  }
  return undefined
}

export function isKnownTrade(order: OrderRecord, report: VenueReport): boolean {
  if (findExecution(order, report.execution_id) !== undefined) return true
  return report.cum_quantity_units > 0 && report.cum_quantity_units <= order.forgotten_cum_quantity_units
}

/** Adds the report's trade to what the order has traded. */
export function addTrade(order: OrderRecord, report: VenueReport, executionId: string): Execution {
  const execution: Execution = {
    execution_id: executionId,
    price_units: report.last_price_units,
    quantity_units: report.last_quantity_units,
    commission: report.commission,
    venue_cum_quantity_units: report.cum_quantity_units,
  }
  if (order.executions.length === EXECUTIONS_MAX) forgetOldest(order)
  // Most orders trade once, and an array that grows takes room for many.
  if (order.executions.length === 0) order.executions = [execution]
  else order.executions.push(execution)
  order.cum_quantity_units = (order.cum_quantity_units + execution.quantity_units) as SizeUnits
  addNotional(order, execution.price_units, execution.quantity_units)
  return execution
}

/** Takes a trade back out of what the order has traded and returns it as it was; its id stays known. */
export function takeTradeBack(order: OrderRecord, execution: Execution): Execution {
  const taken = { ...execution }
  order.cum_quantity_units = (order.cum_quantity_units - execution.quantity_units) as SizeUnits
  addNotional(order, execution.price_units, -execution.quantity_units as SizeUnits)
  execution.quantity_units = 0 as SizeUnits
  execution.commission = 0n
  return taken
}

function forgetOldest(order: OrderRecord): void {
  const [oldest] = order.executions.splice(0, 1)
  const forgotten = Math.max(order.forgotten_cum_quantity_units, oldest?.venue_cum_quantity_units ?? 0)
  order.forgotten_cum_quantity_units = forgotten as SizeUnits
}

/** A product and a sum of doubles that are safe integers are exact; what is beyond goes to the bigint. */
function addNotional(order: OrderRecord, price: PriceUnits, quantity: SizeUnits): void {
  const sum = order.notional_low + price * quantity
  if (Number.isSafeInteger(price * quantity) && Number.isSafeInteger(sum)) {
    order.notional_low = sum
    return
  }
  order.notional_high += BigInt(order.notional_low) + BigInt(price) * BigInt(quantity)
  order.notional_low = 0
}
