// Facts of an order's life: what the order actor tells the rest of the engine. All have one shape, so that a consumer
// needs no case per type: positions add `last` and subtract `reversed` of every fact, whatever it is called.

import type { ClientOrderId, InstrumentId, VenueId } from '../ids.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../units.ts'
import type { LiquiditySide, OrderKey, OrderType, Side, TimeInForce } from './order.ts'

export const ORDER_FACT_TYPES = [
  /** Sent; the venue has not answered. */
  'order.pending_new',
  /** Sent or perhaps not: nothing proves it. The order counts at its worst case until a look-up tells. */
  'order.unknown',
  'order.accepted',
  'order.rejected',
  'order.partially_filled',
  'order.filled',
  'order.canceled',
  'order.expired',
  /** Proven never to have reached the venue. */
  'order.not_sent',
  'order.pending_cancel',
  'order.pending_replace',
  'order.replaced',
  /** The cancel failed, or was refused before it was sent; the order is as it was. */
  'order.cancel_rejected',
  'order.replace_rejected',
  /** A trade after the order had ended: booked, and the order stays ended. */
  'order.late_fill',
  /** A trade beyond the ordered quantity: booked. */
  'order.overfilled',
  'order.trade_busted',
  'order.trade_corrected',
  /** A trade already booked, or a bust already made, came again: nothing was booked. */
  'order.duplicate_execution',
  /** A report that says nothing new: older than what is known, or about a replaced incarnation. */
  'order.stale_report',
  /** Something that cannot happen in the order's state; `reason_code` names it. Nothing was changed. */
  'order.unexpected_event',
  /** An order that had ended as not sent turned up at the venue all the same: it is open again, and is being cancelled. */
  'order.adopted',
  /** The venue, or the engine in its place, saw the trigger price: from now on the order works. */
  'order.triggered',
  /** The engine keeps the order until its trigger or its parent releases it; nothing of it is at the venue. */
  'order.held',
] as const
export type OrderFactType = (typeof ORDER_FACT_TYPES)[number]

/** Numbers that do not apply are 0, texts ''. */
export type OrderFact = OrderKey & {
  readonly type: OrderFactType
  readonly incarnation: number
  readonly client_order_id: ClientOrderId
  readonly venue_id: VenueId
  readonly instrument_id: InstrumentId
  readonly instrument_index: number
  readonly side: Side
  readonly order_type: OrderType
  readonly time_in_force: TimeInForce
  /** The order has ended: nothing of it is at the venue, nor will be. What comes later is booked and reopens nothing. */
  readonly ended: boolean
  /** Price and quantities in force after the event; `leaves_quantity_units` is 0 once the order has ended. */
  readonly price_units: PriceUnits
  readonly order_quantity_units: SizeUnits
  readonly cum_quantity_units: SizeUnits
  readonly leaves_quantity_units: SizeUnits
  /** The trade, bust or correction this fact books; '' where it books none. No other fact books the same one. */
  readonly execution_id: string
  readonly last_price_units: PriceUnits
  readonly last_quantity_units: SizeUnits
  /** Of the trade booked; '' where none is booked or the venue does not say. */
  readonly liquidity_side: LiquiditySide
  /** What a bust or a correction takes back of an earlier trade of this order. */
  readonly reversed_price_units: PriceUnits
  readonly reversed_quantity_units: SizeUnits
  /** Commission to book, in 10^-MONEY_SCALE of the currency: this trade's, less that of the trade taken back. */
  readonly commission: bigint
  readonly commission_currency: string
  readonly reason_code: string
  readonly reason_text: string
  readonly ts_event_us: TimeUs
}

/** The facts that book a trade, take one back, or both. */
export const FILL_FACT_TYPES = [
  'order.partially_filled',
  'order.filled',
  'order.late_fill',
  'order.overfilled',
  'order.trade_busted',
  'order.trade_corrected',
] as const satisfies readonly OrderFactType[]

export type Fill = OrderFact & { readonly type: (typeof FILL_FACT_TYPES)[number] }

export function isFill(fact: OrderFact): fact is Fill {
  return fact.execution_id !== ''
}
