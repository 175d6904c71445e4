// The questions the order machine asks before it moves. They read the record and the event, and change neither.

import type { VenueReport } from '../../schemas/messages/order.ts'
import type { OrderAbsent, OrderFound, ReplaceRequested, ReportEvent, SendEvent } from './order-event.ts'
import { findExecution, isKnownTrade } from './order-executions.ts'
import type { OrderRecord } from './order-record.ts'

type Answer = SendEvent | ReportEvent | OrderFound | OrderAbsent

export function cancelIsWanted(order: OrderRecord): boolean {
  return order.cancel_client_order_id !== ''
}

export function cancelIsOnItsWay(order: OrderRecord): boolean {
  return !order.cancel_unproven
}

export function somethingIsFilled(order: OrderRecord): boolean {
  return order.cum_quantity_units > 0
}

export function answersAnotherCancel(order: OrderRecord, { body }: Answer): boolean {
  return body.client_order_id !== order.cancel_client_order_id
}

export function answersAnotherReplace(order: OrderRecord, { body }: Answer): boolean {
  return body.client_order_id !== order.replace_client_order_id
}

/** A refusal of the order, not of its replacement, when a part has traded. */
export function restIsRefused(order: OrderRecord, event: ReportEvent): boolean {
  return answersAnotherReplace(order, event) && somethingIsFilled(order)
}

/** A cancel or replace answer names the incarnation it is about as the original one. */
export function isSuperseded(order: OrderRecord, { body }: ReportEvent): boolean {
  const id = body.original_client_order_id === '' ? body.client_order_id : body.original_client_order_id
  return (
    id !== order.client_order_id &&
    id !== order.cancel_client_order_id &&
    id !== order.replace_client_order_id
  )
}

export function tradeIsBooked(order: OrderRecord, { body }: ReportEvent): boolean {
  return isKnownTrade(order, body)
}

export function tradeCompletes(order: OrderRecord, { body }: ReportEvent): boolean {
  return leavesNothing(order, order.cum_quantity_units + body.last_quantity_units)
}

export function bustIsMade(order: OrderRecord, { body }: ReportEvent): boolean {
  return findExecution(order, body.execution_reference_id)?.quantity_units === 0
}

export function bustEmpties(order: OrderRecord, { body }: ReportEvent): boolean {
  return referredQuantity(order, body) === order.cum_quantity_units && order.cum_quantity_units > 0
}

export function refersToBookedTrade(order: OrderRecord, { body }: ReportEvent): boolean {
  return referredQuantity(order, body) > 0
}

/** A correction under the id it corrects cannot be told from its repetition, which changes nothing. */
export function correctionIsMade(order: OrderRecord, { body }: ReportEvent): boolean {
  if (body.execution_id === '' || body.execution_id === body.execution_reference_id) return false
  return findExecution(order, body.execution_id) !== undefined
}

export function correctionCompletes(order: OrderRecord, { body }: ReportEvent): boolean {
  const referred = referredQuantity(order, body)
  if (referred === 0) return false
  return leavesNothing(order, order.cum_quantity_units - referred + body.last_quantity_units)
}

/** What is in force has traded in full while a replacement that asks for more was in flight. */
export function orderIsFilled(order: OrderRecord): boolean {
  return order.cum_quantity_units >= order.order_quantity_units
}

export function replacementIsFilled(order: OrderRecord, { body }: ReportEvent | OrderFound): boolean {
  return body.order_quantity_units <= order.cum_quantity_units
}

export function replaceLeavesSomething(order: OrderRecord, { body }: ReplaceRequested): boolean {
  return body.order_quantity_units > order.cum_quantity_units
}

/** Neither of what is in force nor of a replacement in flight, which may be in force before its word has come. */
function leavesNothing(order: OrderRecord, cumQuantityUnits: number): boolean {
  return cumQuantityUnits >= Math.max(order.order_quantity_units, order.replace_quantity_units)
}

function referredQuantity(order: OrderRecord, report: VenueReport): number {
  return findExecution(order, report.execution_reference_id)?.quantity_units ?? 0
}
