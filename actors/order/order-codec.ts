// An order as canonical bytes, field by field in schema order: for snapshots, bases and the state hash.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { readTerms, writeTerms } from '../../engine/terms-codec.ts'
import { must } from '../../schemas/assert.ts'
import type { AccountId, ClientOrderId, InstrumentId, StrategyId, VenueId } from '../../schemas/ids.ts'
import { ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '../../schemas/messages/order.ts'
import { placeOf } from '../../schemas/place-of.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'
import { type Execution, ORDER_STATES, type OrderRecord } from './order-record.ts'

export function saveOrder(writer: CanonicalWriter, order: OrderRecord): void {
  writer.byte(placeOf(ORDER_STATES, order.state))
  writer.text(order.account_id)
  writer.text(order.strategy_id)
  writer.number(order.counter)
  writer.text(order.venue_id)
  writer.text(order.instrument_id)
  writer.count(order.instrument_index)
  writer.byte(placeOf(SIDES, order.side))
  writer.byte(placeOf(ORDER_TYPES, order.order_type))
  writer.byte(placeOf(TIMES_IN_FORCE, order.time_in_force))
  writeTerms(writer, order.terms)
  writer.count(order.incarnation)
  saveIds(writer, order)
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
  saveExecutions(writer, order)
  writer.number(order.forgotten_cum_quantity_units)
  writer.number(order.ts_approved_us)
  writer.number(order.ts_sent_us)
  writer.number(order.ts_accepted_us)
  writer.number(order.ts_closed_us)
}

/** Fields are read in the order an object literal evaluates them, which is the order they were written in. */
export function loadOrder(reader: CanonicalReader): OrderRecord {
  return {
    state: must(ORDER_STATES[reader.byte()], 'a state is known'),
    account_id: reader.text() as AccountId,
    strategy_id: reader.text() as StrategyId,
    counter: reader.number(),
    venue_id: reader.text() as VenueId,
    instrument_id: reader.text() as InstrumentId,
    instrument_index: reader.count(),
    side: must(SIDES[reader.byte()], 'a side is known'),
    order_type: must(ORDER_TYPES[reader.byte()], 'an order type is known'),
    time_in_force: must(TIMES_IN_FORCE[reader.byte()], 'a time in force is known'),
    terms: readTerms(reader),
    incarnation: reader.count(),
    ...loadIds(reader),
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
    executions: loadExecutions(reader),
    forgotten_cum_quantity_units: reader.number() as SizeUnits,
    ts_approved_us: reader.number() as TimeUs,
    ts_sent_us: reader.number() as TimeUs,
    ts_accepted_us: reader.number() as TimeUs,
    ts_closed_us: reader.number() as TimeUs,
  }
}

export function saveIds(writer: CanonicalWriter, { client_order_id, client_order_ids }: OrderRecord): void {
  writer.count(client_order_ids.length)
  for (const id of client_order_ids) writer.text(id)
  writer.count(client_order_ids.indexOf(client_order_id))
}

/** The one in force is among those the venue has seen. */
export function loadIds(reader: CanonicalReader): Pick<OrderRecord, 'client_order_id' | 'client_order_ids'> {
  const client_order_ids = list(reader, () => reader.text() as ClientOrderId)
  const client_order_id = must(client_order_ids[reader.count()], 'an order is known by one of its ids')
  return { client_order_id, client_order_ids }
}

export function saveExecutions(writer: CanonicalWriter, { executions }: OrderRecord): void {
  writer.count(executions.length)
  for (const execution of executions) saveExecution(writer, execution)
}

export function loadExecutions(reader: CanonicalReader): Execution[] {
  return list(reader, () => loadExecution(reader))
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
