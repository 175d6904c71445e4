// What the gate says. An approval never travels a bus: only a denial is a message others see.

import type { InstrumentId, VenueId } from '../ids.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../units.ts'
import type { OrderKey, OrderType, Side, TimeInForce } from './order.ts'

/** Codes of denials. They are metric labels: renaming one is a breaking change. */
export const DENIAL_CODES = [
  'account_halted',
  'account_reduce_only',
  'strategy_not_trading',
  'not_entitled',
  'instrument_unknown',
  'intent_too_old',
  'order_unknown',
  'order_type_not_supported',
  'cancel_not_supported',
  'replace_not_supported',
  'price_out_of_range',
  'price_not_positive',
  'price_no_increment',
  'price_off_increment',
  'quantity_out_of_range',
  'quantity_not_positive',
  'quantity_below_minimum',
  'quantity_off_lot',
  'no_reference_price',
  'market_data_stale',
  'price_collar',
  'order_quantity_max',
  'order_notional_max',
  'position_quantity_max',
  'money_overflow',
  'no_conversion_rate',
  'order_rate',
  'replace_in_flight',
  'reconciliation_differs',
  'trigger_not_supported',
  'flag_not_supported',
  'contingency_not_supported',
  'contingency_unknown',
  'display_quantity',
  'trail_offset',
  'expire_time_past',
  'would_not_reduce',
  'market_closed',
  'market_halted',
  'not_in_call',
  /** By the strategy's own node, whose messages wait for the bus. */
  'messages_behind',
  /** By the account's node, of a strategy in another one: a number that was used, or is none of the strategy's. */
  'counter_invalid',
  /** The same: an order that says what none of its type says. */
  'order_malformed',
  /** The quantity of an order that grows with its parent is not the strategy's to change. */
  'linked_quantity',
] as const
export type DenialCode = (typeof DENIAL_CODES)[number]

/** What the request does not say of the order, and nobody knows, is '' or 0. */
export type OrderDenied = OrderKey & {
  readonly type: 'order_denied'
  /** Which request was denied. */
  readonly request: 'new' | 'replace' | 'cancel'
  readonly venue_id: VenueId | ''
  readonly instrument_id: InstrumentId | ''
  readonly side: Side | ''
  readonly order_type: OrderType | ''
  readonly time_in_force: TimeInForce | ''
  /** Price and quantity asked for; a market order has no price. */
  readonly price_units: PriceUnits
  readonly trigger_price_units: PriceUnits
  readonly order_quantity_units: SizeUnits
  readonly reason_code: DenialCode
  /** The value that broke the rule and the rule's limit, as text for people; '' where there is none. */
  readonly value: string
  readonly limit: string
  readonly ts_event_us: TimeUs
}
