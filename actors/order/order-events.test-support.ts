// Orders and events for the tests of this folder: one buy of 100 at 50, and what may happen to it.

import type { AccountId, ClientOrderId, InstrumentId, StrategyId, VenueId } from '../../schemas/ids.ts'
import type { NewOrderSingle, ReportType, SendOutcome, VenueReport } from '../../schemas/messages/order.ts'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import { type OrderEvent, reportEvent, sendEvent } from './order-event.ts'

export const ORDER_ID = 'day-1-ema-1' as ClientOrderId
export const CANCEL_ID = 'day-1-ema-2' as ClientOrderId
export const REPLACE_ID = 'day-1-ema-3' as ClientOrderId

const NOW = timeUs(1_000_000)
const EVENT = timeUs(999_000)

const identity = {
  account_id: 'main' as AccountId,
  venue_id: 'sim' as VenueId,
  instrument_id: 'EURUSD.sim' as InstrumentId,
  instrument_index: 0,
}

export function newOrder(changes: Partial<NewOrderSingle> = {}): NewOrderSingle {
  return {
    type: 'new_order_single',
    ...identity,
    strategy_id: 'ema' as StrategyId,
    counter: 1,
    incarnation: 1,
    client_order_id: ORDER_ID,
    side: 'buy',
    order_type: 'limit',
    time_in_force: 'gtc',
    price_units: priceUnits(50),
    order_quantity_units: sizeUnits(100),
    terms: PLAIN_TERMS,
    ...changes,
  }
}

export function venueReport(type: ReportType, changes: Partial<VenueReport> = {}): VenueReport {
  return {
    type: 'venue_report',
    report_type: type,
    ...identity,
    report_id: '',
    client_order_id: ORDER_ID,
    original_client_order_id: '',
    venue_order_id: 'v1',
    execution_id: '',
    execution_reference_id: '',
    side: 'buy',
    last_price_units: priceUnits(0),
    last_quantity_units: sizeUnits(0),
    liquidity_side: '',
    cum_quantity_units: sizeUnits(0),
    leaves_quantity_units: sizeUnits(0),
    price_units: priceUnits(50),
    order_quantity_units: sizeUnits(100),
    commission: 0n,
    commission_currency: 'USD',
    reason_code: '',
    reason_text: '',
    ts_event_us: EVENT,
    ...changes,
  }
}

export function report(type: ReportType, changes: Partial<VenueReport> = {}): OrderEvent {
  return reportEvent(venueReport(type, changes), NOW)
}

export function trade(executionId: string, quantity: number, changes: Partial<VenueReport> = {}): OrderEvent {
  return report('trade', {
    execution_id: executionId,
    last_price_units: priceUnits(50),
    last_quantity_units: sizeUnits(quantity),
    liquidity_side: 'taker',
    commission: 7n,
    ...changes,
  })
}

export function bust(executionId: string, changes: Partial<VenueReport> = {}): OrderEvent {
  return report('trade_cancel', {
    execution_id: `${executionId}-bust`,
    execution_reference_id: executionId,
    ...changes,
  })
}

export function correction(
  executionId: string,
  quantity: number,
  changes: Partial<VenueReport> = {},
): OrderEvent {
  return report('trade_correct', {
    execution_id: `${executionId}-corrected`,
    execution_reference_id: executionId,
    last_price_units: priceUnits(51),
    last_quantity_units: sizeUnits(quantity),
    liquidity_side: 'maker',
    commission: 8n,
    ...changes,
  })
}

/** An answer to the cancel or the replace that names the order it is about. */
export function answer(type: ReportType, id: ClientOrderId, changes: Partial<VenueReport> = {}): OrderEvent {
  return report(type, { client_order_id: id, original_client_order_id: ORDER_ID, ...changes })
}

const COMMANDS = {
  new: { type: 'new_order_single', id: ORDER_ID },
  cancel: { type: 'order_cancel_request', id: CANCEL_ID },
  replace: { type: 'order_cancel_replace_request', id: REPLACE_ID },
} as const

export function send(
  command: keyof typeof COMMANDS,
  outcome: SendOutcome['outcome'],
  id: ClientOrderId = COMMANDS[command].id,
): OrderEvent {
  const body: SendOutcome = {
    type: 'send_outcome',
    outcome,
    account_id: identity.account_id,
    client_order_id: id,
    command_type: COMMANDS[command].type,
    reason_code: outcome === 'sent' ? '' : `${outcome}_by_test`,
  }
  return sendEvent(body, NOW)
}

export function cancel(id: ClientOrderId = CANCEL_ID): OrderEvent {
  return { type: 'request.cancel', ts_seq_us: NOW, body: { client_order_id: id, counter: counterOf(id) } }
}

export function replace(price: number, quantity: number, id: ClientOrderId = REPLACE_ID): OrderEvent {
  const body = {
    client_order_id: id,
    counter: counterOf(id),
    price_units: priceUnits(price),
    trigger_price_units: priceUnits(0),
    order_quantity_units: sizeUnits(quantity),
  }
  return { type: 'request.replace', ts_seq_us: NOW, body }
}

export function found(id: ClientOrderId = ORDER_ID, changes: Partial<VenueReport> = {}): OrderEvent {
  return {
    type: 'lookup.found',
    ts_seq_us: NOW,
    body: venueReport('new', { client_order_id: id, ...changes }),
  }
}

export function absent(id: ClientOrderId = ORDER_ID): OrderEvent {
  return { type: 'lookup.absent', ts_seq_us: NOW, body: { client_order_id: id, reason_code: 'not_at_venue' } }
}

function counterOf(id: ClientOrderId): number {
  return Number(id.slice(id.lastIndexOf('-') + 1))
}
