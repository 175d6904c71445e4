// What execution asks of the gate, and the gate, once satisfied, of the order actor. Never on a bus.

import type { ClientOrderId } from '../ids.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../units.ts'
import type { NewOrderSingle, OrderKey } from './order.ts'

/** `follows`: from an order that its strategy asked for while it traded, by a trigger or a link. */
export type NewOrderRequest = {
  readonly type: 'new_order_request'
  readonly command: NewOrderSingle
  readonly ts_intent_us: TimeUs
  readonly follows: boolean
}

export type CancelOrderRequest = OrderKey & {
  readonly type: 'cancel_order_request'
  readonly client_order_id: ClientOrderId
  readonly request_counter: number
  readonly ts_intent_us: TimeUs
}

export type ReplaceOrderRequest = OrderKey & {
  readonly type: 'replace_order_request'
  readonly client_order_id: ClientOrderId
  readonly request_counter: number
  readonly price_units: PriceUnits
  readonly trigger_price_units: PriceUnits
  readonly order_quantity_units: SizeUnits
  readonly ts_intent_us: TimeUs
  readonly follows: boolean
}

export type OrderRequest = NewOrderRequest | CancelOrderRequest | ReplaceOrderRequest
