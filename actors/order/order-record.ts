// One order as the order actor holds it: a plain record, of one shape for its whole life, which the compiled machine
// runs on. What changes it is in `order-transitions.ts`; how it becomes bytes in `order-codec.ts`.

import type { AccountId, ClientOrderId, InstrumentId, StrategyId, VenueId } from '../../schemas/ids.ts'
import type { NewOrderSingle, OrderType, Side, TimeInForce } from '../../schemas/messages/order.ts'
import type { OrderTerms } from '../../schemas/messages/order-terms.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'

export const ORDER_STATES = [
  'approved',
  'pending_new',
  'unknown',
  'new',
  'partially_filled',
  'pending_cancel',
  'pending_replace',
  'not_sent',
  'rejected',
  'filled',
  'canceled',
  'expired',
] as const
export type OrderState = (typeof ORDER_STATES)[number]

/** Where an order ends; of each, the account's orders are counted. */
export const ENDED_STATES = ['not_sent', 'rejected', 'filled', 'canceled', 'expired'] as const
export type EndedState = (typeof ENDED_STATES)[number]

/** A booked trade. A bust sets the quantity to 0 and keeps the id, so that the trade is not booked again. */
export type Execution = {
  readonly execution_id: string
  price_units: PriceUnits
  quantity_units: SizeUnits
  commission: bigint
  /** The venue's CumQty at the trade, by which a trade older than all remembered ones is known. */
  readonly venue_cum_quantity_units: SizeUnits
}

export type OrderRecord = {
  state: OrderState
  account_id: AccountId
  strategy_id: StrategyId
  counter: number
  venue_id: VenueId
  instrument_id: InstrumentId
  instrument_index: number
  side: Side
  order_type: OrderType
  time_in_force: TimeInForce
  /** In force, its trigger price the last one asked for and accepted. */
  terms: OrderTerms
  /** The incarnation in force at the venue, as far as is proven. */
  incarnation: number
  client_order_id: ClientOrderId
  /** Every id the venue has seen for this order: incarnations, cancel and replace requests, oldest first. */
  client_order_ids: ClientOrderId[]
  venue_order_id: string
  price_units: PriceUnits
  order_quantity_units: SizeUnits
  cum_quantity_units: SizeUnits
  leaves_quantity_units: SizeUnits
  /** Sum of price × quantity of the trades: `notional_low` while that is a safe integer, the rest in `notional_high`. */
  notional_low: number
  notional_high: bigint
  /** The venue is proven to have taken the order. */
  accepted: boolean
  ended: boolean
  /** The cancel request in flight, or the one remembered until it can be sent; '' without one. */
  cancel_client_order_id: ClientOrderId | ''
  cancel_unproven: boolean
  /** The replacement in flight; '' without one. */
  replace_client_order_id: ClientOrderId | ''
  replace_price_units: PriceUnits
  replace_trigger_price_units: PriceUnits
  replace_quantity_units: SizeUnits
  executions: Execution[]
  /** Highest CumQty of the venue among executions no longer remembered. */
  forgotten_cum_quantity_units: SizeUnits
  ts_approved_us: TimeUs
  ts_sent_us: TimeUs
  ts_accepted_us: TimeUs
  ts_closed_us: TimeUs
}

const NO_PRICE = 0 as PriceUnits
const NO_SIZE = 0 as SizeUnits
const NEVER = 0 as TimeUs

/** An order the gate approved and the outbox holds. */
export function approvedOrder(command: NewOrderSingle, tsSeqUs: TimeUs): OrderRecord {
  return {
    state: 'approved',
    account_id: command.account_id,
    strategy_id: command.strategy_id,
    counter: command.counter,
    venue_id: command.venue_id,
    instrument_id: command.instrument_id,
    instrument_index: command.instrument_index,
    side: command.side,
    order_type: command.order_type,
    time_in_force: command.time_in_force,
    terms: command.terms,
    incarnation: command.incarnation,
    client_order_id: command.client_order_id,
    client_order_ids: [command.client_order_id],
    venue_order_id: '',
    price_units: command.price_units,
    order_quantity_units: command.order_quantity_units,
    cum_quantity_units: NO_SIZE,
    leaves_quantity_units: command.order_quantity_units,
    notional_low: 0,
    notional_high: 0n,
    accepted: false,
    ended: false,
    cancel_client_order_id: '',
    cancel_unproven: false,
    replace_client_order_id: '',
    replace_price_units: NO_PRICE,
    replace_trigger_price_units: NO_PRICE,
    replace_quantity_units: NO_SIZE,
    executions: [],
    forgotten_cum_quantity_units: NO_SIZE,
    ts_approved_us: tsSeqUs,
    ts_sent_us: NEVER,
    ts_accepted_us: NEVER,
    ts_closed_us: NEVER,
  }
}

/** The most that may still trade: while a replacement is in flight, the larger of what is open before and after it. */
export function leavesQuantityUnitsMax(order: OrderRecord): SizeUnits {
  if (order.replace_client_order_id === '') return order.leaves_quantity_units
  const replaced = order.replace_quantity_units - order.cum_quantity_units
  return Math.max(order.leaves_quantity_units, replaced) as SizeUnits
}

/** Sum of price × quantity of all trades, exact; divided by the filled quantity it is the average price. */
export function notionalUnits(order: OrderRecord): bigint {
  return order.notional_high + BigInt(order.notional_low)
}
