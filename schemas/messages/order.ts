// Messages of an order's life, in FIX vocabulary. Commands go to a venue, reports come back; facts are what the rest
// of the engine and its users see. Validated once at the boundary; inside they are trusted and never mutated.

import type { AccountId, ClientOrderId, InstrumentId, StrategyId, VenueId } from '../ids.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../units.ts'
import { type OrderTerms, PLAIN_TERMS } from './order-terms.ts'

export const SIDES = ['buy', 'sell'] as const
export type Side = (typeof SIDES)[number]

/** FIX OrdType (40). Orders on open and on close are market and limit orders with the time in force `opg` or `cls`. */
export const ORDER_TYPES = [
  'market',
  'limit',
  'stop',
  'stop_limit',
  'market_to_limit',
  'market_if_touched',
  'limit_if_touched',
  'trailing_stop',
  'trailing_stop_limit',
] as const
export type OrderType = (typeof ORDER_TYPES)[number]

/** Whether an order of the type names a limit; a trailing stop-limit order makes its own. */
export function hasLimit(order_type: OrderType): boolean {
  return order_type === 'limit' || order_type === 'stop_limit' || order_type === 'limit_if_touched'
}

/** Whether an order of the type names a limit, or comes to one by itself. */
export function mayHaveLimit(order_type: OrderType): boolean {
  return hasLimit(order_type) || order_type === 'market_to_limit' || order_type === 'trailing_stop_limit'
}

/** Whether an order has a limit now: one that makes its own has none, and a price of 0, until then. */
export function hasLimitNow(order_type: OrderType, price_units: number): boolean {
  return hasLimit(order_type) || (mayHaveLimit(order_type) && price_units !== 0)
}

/** Whether an order of the type names its trigger price; a trailing one makes its own. */
export function hasTrigger(order_type: OrderType): boolean {
  return (
    order_type === 'stop' ||
    order_type === 'stop_limit' ||
    order_type === 'market_if_touched' ||
    order_type === 'limit_if_touched'
  )
}

export function isTrailing(order_type: OrderType): boolean {
  return order_type === 'trailing_stop' || order_type === 'trailing_stop_limit'
}

/** FIX TimeInForce (59): `gtd` until its expire time, `opg` and `cls` in the opening and the closing auction alone. */
export const TIMES_IN_FORCE = ['day', 'gtc', 'ioc', 'fok', 'gtd', 'opg', 'cls'] as const
export type TimeInForce = (typeof TIMES_IN_FORCE)[number]

/** FIX LastLiquidityInd (851): a maker's order waited in the book, a taker's came to it; '' where the venue does not say. */
export const LIQUIDITY_SIDES = ['', 'maker', 'taker'] as const
export type LiquiditySide = (typeof LIQUIDITY_SIDES)[number]

/** One intent and the chain of its incarnations at the venue; a replace makes the next incarnation, never a new order. */
export type OrderKey = {
  readonly account_id: AccountId
  readonly strategy_id: StrategyId
  /** Counts the strategy's orders from 1 within the session. */
  readonly counter: number
}

/**
 * FIX NewOrderSingle (35=D). `price_units` is the limit, 0 where the type has none. Its one leg is the instrument with
 * its side; an order of several would name them beside these.
 */
export type NewOrderSingle = OrderKey & {
  readonly type: 'new_order_single'
  readonly incarnation: number
  readonly client_order_id: ClientOrderId
  readonly venue_id: VenueId
  readonly instrument_id: InstrumentId
  /** Index of the instrument in the node's configuration; not part of the wire form. */
  readonly instrument_index: number
  readonly side: Side
  readonly order_type: OrderType
  readonly time_in_force: TimeInForce
  readonly price_units: PriceUnits
  readonly order_quantity_units: SizeUnits
  readonly terms: OrderTerms
}

/** Whether the order has no terms to look at: one that waits for a trigger always has. */
export function isPlain({ order_type, terms }: Pick<NewOrderSingle, 'order_type' | 'terms'>): boolean {
  return terms === PLAIN_TERMS && !hasTrigger(order_type) && !isTrailing(order_type)
}

/** FIX OrderCancelRequest (35=F). */
export type OrderCancelRequest = OrderKey & {
  readonly type: 'order_cancel_request'
  readonly incarnation: number
  readonly client_order_id: ClientOrderId
  readonly original_client_order_id: ClientOrderId
  readonly venue_id: VenueId
  readonly instrument_id: InstrumentId
  readonly instrument_index: number
}

/** FIX OrderCancelReplaceRequest (35=G). `order_quantity_units` is the new total, filled part included. */
export type OrderCancelReplaceRequest = OrderKey & {
  readonly type: 'order_cancel_replace_request'
  readonly incarnation: number
  readonly client_order_id: ClientOrderId
  readonly original_client_order_id: ClientOrderId
  readonly venue_id: VenueId
  readonly instrument_id: InstrumentId
  readonly instrument_index: number
  readonly price_units: PriceUnits
  /** New trigger price, 0 where the order has none. */
  readonly trigger_price_units: PriceUnits
  readonly order_quantity_units: SizeUnits
}

export type VenueCommand = NewOrderSingle | OrderCancelRequest | OrderCancelReplaceRequest

/** FIX ExecType (150), and OrderCancelReject (35=9) as two kinds of its own. */
export const REPORT_TYPES = [
  'pending_new',
  'new',
  'rejected',
  'trade',
  'trade_cancel',
  'trade_correct',
  'canceled',
  'expired',
  'replaced',
  'pending_cancel',
  'pending_replace',
  'cancel_rejected',
  'replace_rejected',
  /** FIX ExecType L: a stop or touch order was triggered; it is at work as what it became. */
  'triggered',
] as const
export type ReportType = (typeof REPORT_TYPES)[number]

/** FIX ExecutionReport (35=8) or OrderCancelReject (35=9), as a venue adapter hands it in. Unused numbers are 0, unused texts ''. */
export type VenueReport = {
  readonly type: 'venue_report'
  readonly report_type: ReportType
  readonly venue_id: VenueId
  readonly account_id: AccountId
  /** The venue's own, growing number or name of the report, by which a session resumes behind it; '' where it has none. */
  readonly report_id: string
  readonly instrument_id: InstrumentId
  readonly instrument_index: number
  /** The incarnation the report is about; for a cancel or replace answer the request's own id. */
  readonly client_order_id: ClientOrderId
  /** The order a cancel or replace answer refers to; '' elsewhere. */
  readonly original_client_order_id: ClientOrderId | ''
  readonly venue_order_id: string
  /** Unique per trade of the venue; '' where the report is no trade. */
  readonly execution_id: string
  /** The trade a trade_cancel or trade_correct refers to; '' elsewhere. */
  readonly execution_reference_id: string
  readonly side: Side
  readonly last_price_units: PriceUnits
  readonly last_quantity_units: SizeUnits
  /** Of the trade; '' where the report is no trade. */
  readonly liquidity_side: LiquiditySide
  /** CumQty and LeavesQty after the report, as the venue counts them. */
  readonly cum_quantity_units: SizeUnits
  readonly leaves_quantity_units: SizeUnits
  /** Price and quantity in force after the report (a replace changes them). */
  readonly price_units: PriceUnits
  readonly order_quantity_units: SizeUnits
  /** Commission of this trade as a decimal count of 10^-MONEY_SCALE of `commission_currency`; negative is a rebate. */
  readonly commission: bigint
  readonly commission_currency: string
  /** Venue's code for a rejection, coded and stable; '' elsewhere. */
  readonly reason_code: string
  readonly reason_text: string
  readonly ts_event_us: TimeUs
}

/** What became of a send. `unproven` is anything but a proof. */
export type SendOutcome = {
  readonly type: 'send_outcome'
  readonly outcome: 'sent' | 'refused' | 'unproven'
  readonly account_id: AccountId
  readonly client_order_id: ClientOrderId
  readonly command_type: VenueCommand['type']
  readonly reason_code: string
}
