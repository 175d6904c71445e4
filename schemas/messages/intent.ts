// What a strategy wants. An intent is not an order: the gate turns it into one, or denies it.

import type { InstrumentId } from '../ids.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../units.ts'
import type { OrderKey, OrderType, Side, TimeInForce } from './order.ts'
import type { OrderTerms } from './order-terms.ts'

export type SubmitIntent = OrderKey & {
  readonly type: 'submit_intent'
  readonly instrument_id: InstrumentId
  readonly instrument_index: number
  readonly side: Side
  readonly order_type: OrderType
  readonly time_in_force: TimeInForce
  /** The limit; 0 for a type without one. */
  readonly price_units: PriceUnits
  readonly order_quantity_units: SizeUnits
  readonly terms: OrderTerms
  /** When the strategy decided. */
  readonly ts_intent_us: TimeUs
}

/** Cancels the order with this key. A request has an id of its own, from the strategy's counter. */
export type CancelIntent = OrderKey & {
  readonly type: 'cancel_intent'
  readonly request_counter: number
  readonly ts_intent_us: TimeUs
}

/**
 * Changes prices and total quantity; the order keeps its key, `request_counter` names the new incarnation. What is left out stays
 * as it is.
 */
export type ReplaceIntent = OrderKey & {
  readonly type: 'replace_intent'
  readonly request_counter: number
  readonly price_units?: PriceUnits
  readonly trigger_price_units?: PriceUnits
  readonly order_quantity_units?: SizeUnits
  readonly ts_intent_us: TimeUs
}

/** One that leaves nothing out. A price that its order does not have is 0. */
export type WholeReplace = Required<ReplaceIntent>

export type Intent = SubmitIntent | CancelIntent | ReplaceIntent

/** An intent older than this is denied: whoever decided it saw another market. */
export const INTENT_AGE_MAX_US = 500_000
