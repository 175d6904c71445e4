// Builds the facts an order emits. All are made here, with every field, so that they share one shape.

import type { EffectSink } from '../../engine/machine/behaviour.ts'
import type {
  LiquiditySide,
  OrderCancelReplaceRequest,
  OrderCancelRequest,
  VenueReport,
} from '../../schemas/messages/order.ts'
import type { OrderFact, OrderFactType } from '../../schemas/messages/order-fact.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'
import type { Execution, OrderRecord } from './order-record.ts'

export type OrderEffect = OrderFact | OrderCancelRequest | OrderCancelReplaceRequest
export type OrderEffects = EffectSink<OrderEffect>

const NO_PRICE = 0 as PriceUnits
const NO_SIZE = 0 as SizeUnits

/** A fact that books no trade. */
export function tell(
  order: OrderRecord,
  type: OrderFactType,
  tsEventUs: TimeUs,
  reasonCode: string,
  reasonText: string,
  out: OrderEffects,
): void {
  out.push(
    fact(
      order,
      type,
      tsEventUs,
      reasonCode,
      reasonText,
      '',
      NO_PRICE,
      NO_SIZE,
      '',
      NO_PRICE,
      NO_SIZE,
      0n,
      '',
    ),
  )
}

/** A fact that books the report's trade, takes one back, or both. */
export function tellTrade(
  order: OrderRecord,
  type: OrderFactType,
  report: VenueReport,
  booked: Execution | undefined,
  reversed: Execution | undefined,
  out: OrderEffects,
): void {
  out.push(
    fact(
      order,
      type,
      report.ts_event_us,
      report.reason_code,
      report.reason_text,
      report.execution_id === '' ? report.execution_reference_id : report.execution_id,
      booked?.price_units ?? NO_PRICE,
      booked?.quantity_units ?? NO_SIZE,
      booked === undefined ? '' : report.liquidity_side,
      reversed?.price_units ?? NO_PRICE,
      reversed?.quantity_units ?? NO_SIZE,
      (booked?.commission ?? 0n) - (reversed?.commission ?? 0n),
      report.commission_currency,
    ),
  )
}

function fact(
  order: OrderRecord,
  type: OrderFactType,
  tsEventUs: TimeUs,
  reasonCode: string,
  reasonText: string,
  executionId: string,
  lastPrice: PriceUnits,
  lastQuantity: SizeUnits,
  liquiditySide: LiquiditySide,
  reversedPrice: PriceUnits,
  reversedQuantity: SizeUnits,
  commission: bigint,
  commissionCurrency: string,
): OrderFact {
  return {
    type,
    account_id: order.account_id,
    strategy_id: order.strategy_id,
    counter: order.counter,
    incarnation: order.incarnation,
    client_order_id: order.client_order_id,
    venue_id: order.venue_id,
    instrument_id: order.instrument_id,
    instrument_index: order.instrument_index,
    side: order.side,
    order_type: order.order_type,
    time_in_force: order.time_in_force,
    ended: order.ended,
    price_units: order.price_units,
    order_quantity_units: order.order_quantity_units,
    cum_quantity_units: order.cum_quantity_units,
    leaves_quantity_units: order.leaves_quantity_units,
    execution_id: executionId,
    last_price_units: lastPrice,
    last_quantity_units: lastQuantity,
    liquidity_side: liquiditySide,
    reversed_price_units: reversedPrice,
    reversed_quantity_units: reversedQuantity,
    commission,
    commission_currency: commissionCurrency,
    reason_code: reasonCode,
    reason_text: reasonText,
    ts_event_us: tsEventUs,
  }
}
