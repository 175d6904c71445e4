// An order as canonical bytes, field by field in schema order: for snapshots, bases and the state hash.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { readTerms, writeTerms } from '../../engine/terms-codec.ts'
import type { AccountId, ClientOrderId, InstrumentId, StrategyId, VenueId } from '../../schemas/ids.ts'
import type { OrderType, Side, TimeInForce } from '../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'
import type { Execution, OrderRecord, OrderState } from './order-record.ts'

export function saveOrder(writer: CanonicalWriter, order: OrderRecord): void {
  writer.text(order.state)
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
  writer.count(order.incarnation)
  writer.text(order.client_order_id)
  writer.count(order.client_order_ids.length)
  for (const id of order.client_order_ids) writer.text(id)
  writer.text(order.venue_order_id)
  writer.number(order.price_units)
  writer.number(order.order_quantity_units)
  writer.number(order.cum_quantity_units)
  writer.number(order.leaves_quantity_units)
  writer.number(order.notional_low)
  writer.big(order.notional_high)
  writer.flag(order.accepted)
  writer.flag(order.ended)
  writer.text(order.cancel_client_order_id)
  writer.flag(order.cancel_unproven)
  writer.text(order.replace_client_order_id)
  writer.number(order.replace_price_units)
  writer.number(order.replace_trigger_price_units)
  writer.number(order.replace_quantity_units)
  writer.count(order.executions.length)
  for (const execution of order.executions) saveExecution(writer, execution)
  writer.number(order.forgotten_cum_quantity_units)
  writer.number(order.ts_approved_us)
  writer.number(order.ts_sent_us)
  writer.number(order.ts_accepted_us)
  writer.number(order.ts_closed_us)
}

/** Fields are read in the order an object literal evaluates them, which is the order they were written in. */
export function loadOrder(reader: CanonicalReader): OrderRecord {
  return {
    state: reader.text() as OrderState,
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
    incarnation: reader.count(),
    client_order_id: reader.text() as ClientOrderId,
    client_order_ids: list(reader, () => reader.text() as ClientOrderId),
    venue_order_id: reader.text(),
    price_units: reader.number() as PriceUnits,
    order_quantity_units: reader.number() as SizeUnits,
    cum_quantity_units: reader.number() as SizeUnits,
    leaves_quantity_units: reader.number() as SizeUnits,
    notional_low: reader.number(),
    notional_high: reader.big(),
    accepted: reader.flag(),
    ended: reader.flag(),
    cancel_client_order_id: reader.text() as ClientOrderId | '',
    cancel_unproven: reader.flag(),
    replace_client_order_id: reader.text() as ClientOrderId | '',
    replace_price_units: reader.number() as PriceUnits,
    replace_trigger_price_units: reader.number() as PriceUnits,
    replace_quantity_units: reader.number() as SizeUnits,
    executions: list(reader, () => loadExecution(reader)),
    forgotten_cum_quantity_units: reader.number() as SizeUnits,
    ts_approved_us: reader.number() as TimeUs,
    ts_sent_us: reader.number() as TimeUs,
    ts_accepted_us: reader.number() as TimeUs,
    ts_closed_us: reader.number() as TimeUs,
  }
}

function saveExecution(writer: CanonicalWriter, execution: Execution): void {
  writer.text(execution.execution_id)
  writer.number(execution.price_units)
  writer.number(execution.quantity_units)
  writer.big(execution.commission)
  writer.number(execution.venue_cum_quantity_units)
}

function loadExecution(reader: CanonicalReader): Execution {
  return {
    execution_id: reader.text(),
    price_units: reader.number() as PriceUnits,
    quantity_units: reader.number() as SizeUnits,
    commission: reader.big(),
    venue_cum_quantity_units: reader.number() as SizeUnits,
  }
}

function list<Item>(reader: CanonicalReader, read: () => Item): Item[] {
  return Array.from({ length: reader.count() }, read)
}
