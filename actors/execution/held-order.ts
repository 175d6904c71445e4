// An order the engine keeps in place of the venue: until its parent has traded, or until its trigger is met. Nothing of
// it is at the venue, so its facts are told here, in the one shape all facts have.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { readTerms, writeTerms } from '../../engine/terms-codec.ts'
import type { AccountId, ClientOrderId, InstrumentId, StrategyId, VenueId } from '../../schemas/ids.ts'
import type { LedgerHeldOrder } from '../../schemas/ledger-section.ts'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import type { OrderType, Side, TimeInForce } from '../../schemas/messages/order.ts'
import type { OrderFact, OrderFactType } from '../../schemas/messages/order-fact.ts'
import type { OrderTerms } from '../../schemas/messages/order-terms.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'

export type HeldOrder = {
  readonly account_id: AccountId
  readonly strategy_id: StrategyId
  readonly counter: number
  readonly venue_id: VenueId
  readonly instrument_id: InstrumentId
  readonly instrument_index: number
  readonly side: Side
  readonly order_type: OrderType
  readonly time_in_force: TimeInForce
  readonly terms: OrderTerms
  /** What it waits for now: its parent comes first. */
  awaits: 'parent' | 'trigger'
  price_units: PriceUnits
  order_quantity_units: SizeUnits
  trigger_price_units: PriceUnits
  is_trailing: boolean
  anchor_price_units: PriceUnits
  /** What its parent was for when it was asked for, or changed: what its own is in proportion to (./share-units.ts); 0: it has none. */
  parent_units: number
}

export function heldOrder(
  intent: SubmitIntent,
  venue_id: VenueId,
  awaits: HeldOrder['awaits'],
  parent_units = 0,
): HeldOrder {
  const { account_id, strategy_id, counter, instrument_id, instrument_index, terms } = intent
  return {
    account_id,
    strategy_id,
    counter,
    venue_id,
    instrument_id,
    instrument_index,
    side: intent.side,
    order_type: intent.order_type,
    time_in_force: intent.time_in_force,
    terms,
    awaits,
    price_units: intent.price_units,
    order_quantity_units: intent.order_quantity_units,
    trigger_price_units: terms.trigger_price_units,
    is_trailing: false,
    anchor_price_units: 0 as PriceUnits,
    parent_units,
  }
}

/** @param client_order_id the id the order has, or would have, at the venue. */
export function heldFact(
  order: HeldOrder,
  type: OrderFactType,
  client_order_id: ClientOrderId,
  reason_code: string,
  ts_us: TimeUs,
): OrderFact {
  const ended = type === 'order.canceled' || type === 'order.expired'
  return {
    type,
    account_id: order.account_id,
    strategy_id: order.strategy_id,
    counter: order.counter,
    incarnation: 0,
    client_order_id,
    venue_id: order.venue_id,
    instrument_id: order.instrument_id,
    instrument_index: order.instrument_index,
    side: order.side,
    order_type: order.order_type,
    time_in_force: order.time_in_force,
    ended,
    price_units: order.price_units,
    order_quantity_units: order.order_quantity_units,
    cum_quantity_units: 0 as SizeUnits,
    leaves_quantity_units: ended ? (0 as SizeUnits) : order.order_quantity_units,
    execution_id: '',
    last_price_units: 0 as PriceUnits,
    last_quantity_units: 0 as SizeUnits,
    liquidity_side: '',
    reversed_price_units: 0 as PriceUnits,
    reversed_quantity_units: 0 as SizeUnits,
    commission: 0n,
    commission_currency: '',
    reason_code,
    reason_text: '',
    ts_event_us: ts_us,
  }
}

export function saveHeld(writer: CanonicalWriter, order: HeldOrder): void {
  writer.text(order.account_id)
  writer.text(order.strategy_id)
  writer.number(order.counter)
  writer.text(order.venue_id)
  writer.text(order.instrument_id)
  writer.count(order.instrument_index)
  writer.text(order.side)
  writer.text(order.order_type)
  writer.text(order.time_in_force)
  writeTerms(writer, order.terms)
  writer.text(order.awaits)
  writer.number(order.price_units)
  writer.number(order.order_quantity_units)
  writer.number(order.trigger_price_units)
  writer.flag(order.is_trailing)
  writer.number(order.anchor_price_units)
  writer.number(order.parent_units)
}

export function ledgerHeld({ account_id, instrument_index, ...order }: HeldOrder): LedgerHeldOrder {
  return order
}

export function heldOfLedger(
  order: LedgerHeldOrder,
  account_id: AccountId,
  instrument_index: number,
): HeldOrder {
  return { ...(order as Omit<HeldOrder, 'account_id' | 'instrument_index'>), account_id, instrument_index }
}

/** Fields are read in the order an object literal evaluates them, which is the order they were written in. */
export function loadHeld(reader: CanonicalReader): HeldOrder {
  return {
    account_id: reader.text() as AccountId,
    strategy_id: reader.text() as StrategyId,
    counter: reader.number(),
    venue_id: reader.text() as VenueId,
    instrument_id: reader.text() as InstrumentId,
    instrument_index: reader.count(),
    side: reader.text() as Side,
    order_type: reader.text() as OrderType,
    time_in_force: reader.text() as TimeInForce,
    terms: readTerms(reader),
    awaits: reader.text() as HeldOrder['awaits'],
    price_units: reader.number() as PriceUnits,
    order_quantity_units: reader.number() as SizeUnits,
    trigger_price_units: reader.number() as PriceUnits,
    is_trailing: reader.flag(),
    anchor_price_units: reader.number() as PriceUnits,
    parent_units: reader.number(),
  }
}

/** Links that are kept here are not the venue's to see. */
export function withoutLinks(terms: OrderTerms, keepsParent: boolean, keepsGroup: boolean): OrderTerms {
  return {
    ...terms,
    ...(keepsParent && { parent_counter: 0, parent_fill: 'partial' as const }),
    ...(keepsGroup && { group_counter: 0, group_type: '' as const }),
  }
}
