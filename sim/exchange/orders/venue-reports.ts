// The shapes of a venue's reports. Unused numbers are 0 and unused texts ''.

import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import type { AccountId, ClientOrderId, InstrumentId, VenueId } from '../../../schemas/ids.ts'
import type {
  LiquiditySide,
  NewOrderSingle,
  OrderCancelReplaceRequest,
  OrderCancelRequest,
  VenueReport,
} from '../../../schemas/messages/order.ts'
import type { SecurityStatus, SecurityTradingStatus } from '../../../schemas/messages/security-status.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../../schemas/units.ts'
import { REJECT_TEXT, type RejectCode } from './reject-code.ts'
import { orderedUnits, type VenueOrder } from './venue-order.ts'

export type VenueRequest = OrderCancelRequest | OrderCancelReplaceRequest

export type VenueFill = {
  readonly execution_id: string
  readonly price_units: PriceUnits
  readonly quantity_units: SizeUnits
  readonly liquidity_side: LiquiditySide
  readonly commission: bigint
  readonly commission_currency: string
}

const NO_FILL: VenueFill = {
  execution_id: '',
  price_units: 0 as PriceUnits,
  quantity_units: 0 as SizeUnits,
  liquidity_side: '',
  commission: 0n,
  commission_currency: '',
}

/** A report about an accepted order as it stands after `fill`, if there was one. */
export function orderReport(
  report_type: 'new' | 'trade' | 'canceled' | 'replaced' | 'triggered' | 'expired',
  order: VenueOrder,
  spec: InstrumentSpec,
  ts_us: number,
  fill = NO_FILL,
): VenueReport {
  return {
    type: 'venue_report',
    report_type,
    venue_id: spec.venue_id,
    account_id: order.account.account_id,
    report_id: '',
    instrument_id: spec.instrument_id,
    instrument_index: order.instrument_index,
    client_order_id: order.client_order_id,
    original_client_order_id: '',
    venue_order_id: order.venue_order_id,
    execution_id: fill.execution_id,
    execution_reference_id: '',
    side: order.side,
    last_price_units: fill.price_units,
    last_quantity_units: fill.quantity_units,
    liquidity_side: fill.liquidity_side,
    cum_quantity_units: order.cum_quantity_units,
    leaves_quantity_units: (report_type === 'canceled' || report_type === 'expired'
      ? 0
      : orderedUnits(order) - order.cum_quantity_units) as SizeUnits,
    price_units: order.price_units,
    order_quantity_units: orderedUnits(order),
    commission: fill.commission,
    commission_currency: fill.commission_currency,
    reason_code: '',
    reason_text: '',
    ts_event_us: ts_us as TimeUs,
  }
}

export function securityStatus(
  { venue_id, instrument_id, index }: InstrumentSpec,
  status: SecurityTradingStatus,
  ends_day: boolean,
  ts_us: number,
): SecurityStatus {
  return {
    type: 'security_status',
    venue_id,
    instrument_id,
    instrument_index: index,
    status,
    ends_day: ends_day && status === 'closed',
    ts_event_us: ts_us as TimeUs,
  }
}

/** A report as the answer to a cancel or replace request. */
export function answering(request: VenueRequest, report: VenueReport): VenueReport {
  return {
    ...report,
    client_order_id: request.client_order_id,
    original_client_order_id: request.original_client_order_id,
  }
}

export function rejectReport(
  command: NewOrderSingle,
  venue_id: VenueId,
  code: RejectCode,
  ts_us: number,
): VenueReport {
  return {
    ...BLANK,
    report_type: 'rejected',
    venue_id,
    account_id: command.account_id,
    instrument_id: command.instrument_id,
    instrument_index: command.instrument_index,
    client_order_id: command.client_order_id,
    side: command.side,
    price_units: command.price_units,
    order_quantity_units: command.order_quantity_units,
    reason_code: code,
    reason_text: REJECT_TEXT[code],
    ts_event_us: ts_us as TimeUs,
  }
}

/** FIX OrderCancelReject; `order` is the one in force that the request names, undefined where there is none. */
export function requestRejectReport(
  request: VenueRequest,
  order: VenueOrder | undefined,
  venue_id: VenueId,
  code: RejectCode,
  ts_us: number,
): VenueReport {
  return {
    ...BLANK,
    report_type: request.type === 'order_cancel_request' ? 'cancel_rejected' : 'replace_rejected',
    venue_id,
    account_id: request.account_id,
    instrument_id: request.instrument_id,
    instrument_index: request.instrument_index,
    client_order_id: request.client_order_id,
    original_client_order_id: request.original_client_order_id,
    ...(order !== undefined && {
      venue_order_id: order.venue_order_id,
      side: order.side,
      cum_quantity_units: order.cum_quantity_units,
      leaves_quantity_units: (orderedUnits(order) - order.cum_quantity_units) as SizeUnits,
      price_units: order.price_units,
      order_quantity_units: orderedUnits(order),
    }),
    reason_code: code,
    reason_text: REJECT_TEXT[code],
    ts_event_us: ts_us as TimeUs,
  }
}

const BLANK: VenueReport = {
  type: 'venue_report',
  report_type: 'rejected',
  venue_id: '' as VenueId,
  account_id: '' as AccountId,
  report_id: '',
  instrument_id: '' as InstrumentId,
  instrument_index: 0,
  client_order_id: '' as ClientOrderId,
  original_client_order_id: '',
  venue_order_id: '',
  execution_id: '',
  execution_reference_id: '',
  // An OrderCancelReject of an unknown order has no side: the field is unused there.
  side: 'buy',
  last_price_units: 0 as PriceUnits,
  last_quantity_units: 0 as SizeUnits,
  liquidity_side: '',
  cum_quantity_units: 0 as SizeUnits,
  leaves_quantity_units: 0 as SizeUnits,
  price_units: 0 as PriceUnits,
  order_quantity_units: 0 as SizeUnits,
  commission: 0n,
  commission_currency: '',
  reason_code: '',
  reason_text: '',
  ts_event_us: 0 as TimeUs,
}
