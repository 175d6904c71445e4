// Cancels and replaces on their way to the venue.
//
// A cancel asked for before the venue has taken the order is remembered and sent in the step that proves the order
// exists: a venue can only cancel what it has named, and an order of unknown sending must not grow a second message
// that may overtake it. A replace then is refused instead: what it would change is not settled yet.

import { assert } from '../../schemas/assert.ts'
import type {
  CancelRequested,
  OrderAbsent,
  OrderEvent,
  OrderFound,
  ReplaceRequested,
  ReportEvent,
  SendEvent,
} from './order-event.ts'
import { type OrderEffects, tell } from './order-facts.ts'
import type { OrderRecord } from './order-record.ts'
import { end, forgetReplace } from './order-transitions.ts'

/** Why a request is refused here while another one is on its way. A refusal of the venue's never goes by these codes. */
export const ALREADY_PENDING_CANCEL = 'already_pending_cancel'
export const REQUEST_IN_FLIGHT = 'request_in_flight'

export function rememberCancel(order: OrderRecord, { body }: CancelRequested): void {
  order.cancel_client_order_id = body.client_order_id
}

/** Sends the cancel that is remembered. */
export function sendCancel(order: OrderRecord, event: OrderEvent, out: OrderEffects): void {
  const id = order.cancel_client_order_id
  assert(id !== '', 'a cancel is sent after it was asked for')
  order.cancel_unproven = false
  order.client_order_ids.push(id)
  out.push({
    type: 'order_cancel_request',
    account_id: order.account_id,
    strategy_id: order.strategy_id,
    counter: order.counter,
    incarnation: order.incarnation,
    client_order_id: id,
    original_client_order_id: order.client_order_id,
    venue_id: order.venue_id,
    instrument_id: order.instrument_id,
    instrument_index: order.instrument_index,
  })
  tell(order, 'order.pending_cancel', event.ts_seq_us, '', '', out)
}

export function markCancelUnproven(order: OrderRecord): void {
  order.cancel_unproven = true
}

export function rejectCancel(order: OrderRecord, event: SendEvent | ReportEvent, out: OrderEffects): void {
  forgetCancel(order)
  tellReason(order, 'order.cancel_rejected', event, out)
}

/** The look-up shows the order live and nothing shows that the cancel arrived: it may be asked for again. */
export function giveUpCancel(order: OrderRecord, event: OrderFound, out: OrderEffects): void {
  forgetCancel(order)
  tell(order, 'order.cancel_rejected', event.ts_seq_us, 'send_unproven', '', out)
}

export function refuseSecondCancel(order: OrderRecord, event: CancelRequested, out: OrderEffects): void {
  tell(order, 'order.cancel_rejected', event.ts_seq_us, ALREADY_PENDING_CANCEL, '', out)
}

export function refuseLateCancel(order: OrderRecord, event: CancelRequested, out: OrderEffects): void {
  tell(order, 'order.cancel_rejected', event.ts_seq_us, 'too_late', '', out)
}

export function sendReplace(
  order: OrderRecord,
  { body, ts_seq_us }: ReplaceRequested,
  out: OrderEffects,
): void {
  order.replace_client_order_id = body.client_order_id
  order.replace_price_units = body.price_units
  order.replace_trigger_price_units = body.trigger_price_units
  order.replace_quantity_units = body.order_quantity_units
  order.client_order_ids.push(body.client_order_id)
  out.push({
    type: 'order_cancel_replace_request',
    account_id: order.account_id,
    strategy_id: order.strategy_id,
    counter: order.counter,
    incarnation: order.incarnation + 1,
    client_order_id: body.client_order_id,
    original_client_order_id: order.client_order_id,
    venue_id: order.venue_id,
    instrument_id: order.instrument_id,
    instrument_index: order.instrument_index,
    price_units: body.price_units,
    trigger_price_units: body.trigger_price_units,
    order_quantity_units: body.order_quantity_units,
  })
  tell(order, 'order.pending_replace', ts_seq_us, '', '', out)
}

export function rejectReplace(
  order: OrderRecord,
  event: SendEvent | ReportEvent | OrderAbsent,
  out: OrderEffects,
): void {
  forgetReplace(order)
  tellReason(order, 'order.replace_rejected', event, out)
}

/** Nothing was left but what the replacement would have added. */
export function rejectReplaceOfFilled(
  order: OrderRecord,
  event: SendEvent | ReportEvent | OrderAbsent,
  out: OrderEffects,
): void {
  end(order, event.ts_seq_us)
  tellReason(order, 'order.replace_rejected', event, out)
}

export function refuseEarlyReplace(order: OrderRecord, event: ReplaceRequested, out: OrderEffects): void {
  tell(order, 'order.replace_rejected', event.ts_seq_us, 'not_yet_accepted', '', out)
}

export function refuseSecondReplace(order: OrderRecord, event: ReplaceRequested, out: OrderEffects): void {
  tell(order, 'order.replace_rejected', event.ts_seq_us, REQUEST_IN_FLIGHT, '', out)
}

export function refuseLateReplace(order: OrderRecord, event: ReplaceRequested, out: OrderEffects): void {
  tell(order, 'order.replace_rejected', event.ts_seq_us, 'too_late', '', out)
}

/** FIX asks for a cancel instead: a total that is filled already leaves no order. */
export function refuseSmallReplace(order: OrderRecord, event: ReplaceRequested, out: OrderEffects): void {
  tell(order, 'order.replace_rejected', event.ts_seq_us, 'quantity_already_filled', '', out)
}

function forgetCancel(order: OrderRecord): void {
  order.cancel_client_order_id = ''
  order.cancel_unproven = false
}

function tellReason(
  order: OrderRecord,
  type: 'order.cancel_rejected' | 'order.replace_rejected',
  { body, ts_seq_us }: SendEvent | ReportEvent | OrderAbsent,
  out: OrderEffects,
): void {
  const text = 'reason_text' in body ? body.reason_text : ''
  const { reason_code } = body
  const isOwn = reason_code === ALREADY_PENDING_CANCEL || reason_code === REQUEST_IN_FLIGHT
  tell(order, type, ts_seq_us, isOwn ? `venue_${reason_code}` : reason_code, text, out)
}
