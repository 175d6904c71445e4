// What the order machine does when it moves. Each function changes the record and tells the facts; none reads
// `order.state`, which belongs to the machine, so whoever is called already knows where the order is.

import { assert, must } from '../../schemas/assert.ts'
import type { OrderType, ReportType, VenueReport } from '../../schemas/messages/order.ts'
import type { OrderFactType } from '../../schemas/messages/order-fact.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'
import type { OrderAbsent, OrderEvent, OrderFound, ReportEvent, SendEvent } from './order-event.ts'
import { addTrade, findExecution, isKnownTrade, takeTradeBack } from './order-executions.ts'
import { type OrderEffects, tell, tellTrade } from './order-facts.ts'
import type { Execution, OrderRecord } from './order-record.ts'

export function markSent(order: OrderRecord, event: SendEvent, out: OrderEffects): void {
  noteSent(order, event)
  tell(order, 'order.pending_new', event.ts_seq_us, '', '', out)
}

/** The first word of a sending counts; reports may have run ahead of it. */
export function noteSent(order: OrderRecord, event: SendEvent): void {
  if (order.ts_sent_us === 0) order.ts_sent_us = event.ts_seq_us
}

export function markUnknown(order: OrderRecord, { body, ts_seq_us }: SendEvent, out: OrderEffects): void {
  tell(order, 'order.unknown', ts_seq_us, body.reason_code, '', out)
}

export function markPending(order: OrderRecord, { body }: ReportEvent, out: OrderEffects): void {
  noteVenueOrderId(order, body)
  tell(order, 'order.pending_new', body.ts_event_us, '', '', out)
}

export function accept(order: OrderRecord, event: ReportEvent | OrderFound, out: OrderEffects): void {
  noteAccepted(order, event)
  tell(order, 'order.accepted', event.body.ts_event_us, '', '', out)
}

export function bookTrade(order: OrderRecord, event: ReportEvent, out: OrderEffects): void {
  const execution = book(order, event)
  const type = isOverfilled(order) ? 'order.overfilled' : 'order.partially_filled'
  tellTrade(order, type, event.body, execution, undefined, out)
}

export function bookLastTrade(order: OrderRecord, event: ReportEvent, out: OrderEffects): void {
  const execution = book(order, event)
  const type = isOverfilled(order) ? 'order.overfilled' : 'order.filled'
  end(order, event.ts_seq_us)
  tellTrade(order, type, event.body, execution, undefined, out)
}

export function bookLateTrade(order: OrderRecord, event: ReportEvent, out: OrderEffects): void {
  const execution = book(order, event)
  const type = isOverfilled(order) ? 'order.overfilled' : 'order.late_fill'
  tellTrade(order, type, event.body, execution, undefined, out)
}

export function bustTrade(order: OrderRecord, { body }: ReportEvent, out: OrderEffects): void {
  const taken = takeTradeBack(order, referredExecution(order, body))
  updateLeaves(order)
  tellTrade(order, 'order.trade_busted', body, undefined, taken, out)
}

export function correctTrade(order: OrderRecord, { body }: ReportEvent, out: OrderEffects): void {
  const { taken, corrected } = replaceTrade(order, body)
  updateLeaves(order)
  tellTrade(order, 'order.trade_corrected', body, corrected, taken, out)
}

export function correctLastTrade(
  order: OrderRecord,
  { body, ts_seq_us }: ReportEvent,
  out: OrderEffects,
): void {
  const { taken, corrected } = replaceTrade(order, body)
  end(order, ts_seq_us)
  tellTrade(order, 'order.trade_corrected', body, corrected, taken, out)
}

export function endAsNotSent(order: OrderRecord, event: SendEvent | OrderAbsent, out: OrderEffects): void {
  end(order, event.ts_seq_us)
  tell(order, 'order.not_sent', event.ts_seq_us, event.body.reason_code, '', out)
}

export function adopt(order: OrderRecord, event: ReportEvent | OrderFound, out: OrderEffects): void {
  order.ended = false
  order.ts_closed_us = 0 as TimeUs
  updateLeaves(order)
  noteAccepted(order, event)
  tell(order, 'order.adopted', event.body.ts_event_us, '', '', out)
}

export function endAsRejected(order: OrderRecord, event: ReportEvent, out: OrderEffects): void {
  endByReport(order, event, 'order.rejected', out)
}

export function endAsCanceled(order: OrderRecord, event: ReportEvent, out: OrderEffects): void {
  noteAccepted(order, event)
  endByReport(order, event, 'order.canceled', out)
}

export function endAsExpired(order: OrderRecord, event: ReportEvent, out: OrderEffects): void {
  noteAccepted(order, event)
  endByReport(order, event, 'order.expired', out)
}

export function adoptReplacement(
  order: OrderRecord,
  { body }: ReportEvent | OrderFound,
  out: OrderEffects,
): void {
  putInForce(order, body)
  tell(order, 'order.replaced', body.ts_event_us, '', '', out)
}

/** What traded meanwhile is all that the replacement asks for. */
export function adoptFilledReplacement(
  order: OrderRecord,
  { body, ts_seq_us }: ReportEvent | OrderFound,
  out: OrderEffects,
): void {
  putInForce(order, body)
  end(order, ts_seq_us)
  tell(order, 'order.replaced', body.ts_event_us, '', '', out)
}

/** FIX leaves OrdStatus as it was: the order is at work as what it became. */
export function noteTriggered(order: OrderRecord, event: ReportEvent, out: OrderEffects): void {
  noteAccepted(order, event)
  const { ts_event_us, reason_code, reason_text } = event.body
  tell(order, 'order.triggered', ts_event_us, reason_code, reason_text, out)
}

/**
 * Of some orders the venue makes the limit: at the trades with which one from market to limit comes in, the last of them, at
 * the trigger of a trailing one. From there on it is theirs like any other.
 */
export function takeLimit(order: OrderRecord, report: VenueReport): void {
  if (report.report_type !== LIMIT_MADE_BY[order.order_type] || order.ended) return
  if (report.client_order_id !== order.client_order_id || report.price_units === 0) return
  if (isKnownTrade(order, report)) return
  order.price_units = report.price_units
}

const LIMIT_MADE_BY: { readonly [type in OrderType]?: ReportType } = {
  market_to_limit: 'trade',
  trailing_stop_limit: 'triggered',
}

export function dropDuplicate(order: OrderRecord, event: ReportEvent, out: OrderEffects): void {
  const { execution_id, execution_reference_id } = event.body
  const id = execution_id === '' ? execution_reference_id : execution_id
  tell(order, 'order.duplicate_execution', event.ts_seq_us, id, '', out)
}

export function dropStale(order: OrderRecord, event: ReportEvent, out: OrderEffects): void {
  tell(order, 'order.stale_report', event.ts_seq_us, event.type, '', out)
}

export function reportUnexpected(order: OrderRecord, event: OrderEvent, out: OrderEffects): void {
  tell(order, 'order.unexpected_event', event.ts_seq_us, event.type, event.body.client_order_id, out)
}

export function forgetReplace(order: OrderRecord): void {
  order.replace_client_order_id = ''
  order.replace_price_units = 0 as PriceUnits
  order.replace_trigger_price_units = 0 as PriceUnits
  order.replace_quantity_units = 0 as SizeUnits
}

function endByReport(order: OrderRecord, event: ReportEvent, type: OrderFactType, out: OrderEffects): void {
  const { body } = event
  noteVenueOrderId(order, body)
  end(order, event.ts_seq_us)
  tell(order, type, body.ts_event_us, body.reason_code, body.reason_text, out)
}

function noteAccepted(order: OrderRecord, { body, ts_seq_us }: ReportEvent | OrderFound): void {
  noteVenueOrderId(order, body)
  if (order.accepted) return
  order.accepted = true
  order.ts_accepted_us = ts_seq_us
}

function noteVenueOrderId(order: OrderRecord, report: VenueReport): void {
  if (report.venue_order_id !== '') order.venue_order_id = report.venue_order_id
}

function book(order: OrderRecord, event: ReportEvent): Execution {
  const { body } = event
  assert(body.execution_id !== '', 'a trade has an execution id')
  noteAccepted(order, event)
  const execution = addTrade(order, body, body.execution_id)
  updateLeaves(order)
  return execution
}

/** A replacement in flight may already be in force, so a quantity up to its own is no overfill. */
function isOverfilled(order: OrderRecord): boolean {
  return order.cum_quantity_units > Math.max(order.order_quantity_units, order.replace_quantity_units)
}

/** The quantity a bust frees does not bring an ended order back. */
function updateLeaves(order: OrderRecord): void {
  const open = order.ended ? 0 : order.order_quantity_units - order.cum_quantity_units
  order.leaves_quantity_units = Math.max(0, open) as SizeUnits
}

function putInForce(order: OrderRecord, report: VenueReport): void {
  assert(order.replace_client_order_id !== '', 'a replacement answers a replace request')
  order.incarnation += 1
  order.client_order_id = order.replace_client_order_id
  order.price_units = report.price_units
  order.order_quantity_units = report.order_quantity_units
  const trigger_price_units = order.replace_trigger_price_units
  if (trigger_price_units !== order.terms.trigger_price_units)
    order.terms = { ...order.terms, trigger_price_units }
  noteVenueOrderId(order, report)
  forgetReplace(order)
  updateLeaves(order)
}

/** Nothing is open any more, and no request is in flight. */
export function end(order: OrderRecord, tsSeqUs: TimeUs): void {
  order.ended = true
  order.ts_closed_us = tsSeqUs
  order.leaves_quantity_units = 0 as SizeUnits
  order.cancel_client_order_id = ''
  order.cancel_unproven = false
  forgetReplace(order)
}

function referredExecution(order: OrderRecord, report: VenueReport): Execution {
  return must(
    findExecution(order, report.execution_reference_id),
    'a bust or correction refers to a booked trade',
  )
}

function replaceTrade(order: OrderRecord, report: VenueReport): { taken: Execution; corrected: Execution } {
  const execution = referredExecution(order, report)
  const taken = takeTradeBack(order, execution)
  const id = report.execution_id === '' ? report.execution_reference_id : report.execution_id
  // Under its own id the correction takes the corrected trade's place, so that an id is never listed twice.
  if (id === execution.execution_id) order.executions.splice(order.executions.indexOf(execution), 1)
  return { taken, corrected: addTrade(order, report, id) }
}
