// Canonical bytes of venue commands: what the gate approves, the journal records and the sender sends. Fields in
// schema order; the node's own index of the instrument is not part of the wire form.

import { must, unreachable } from '../schemas/assert.ts'
import type { AccountId, ClientOrderId, InstrumentId, StrategyId, VenueId } from '../schemas/ids.ts'
import {
  ORDER_TYPES,
  type OrderCancelReplaceRequest,
  type OrderCancelRequest,
  SIDES,
  TIMES_IN_FORCE,
  type VenueCommand,
} from '../schemas/messages/order.ts'
import { placeOf } from '../schemas/place-of.ts'
import { priceUnits, sizeUnits } from '../schemas/units.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'
import { LastPair } from './canonical/last-text.ts'
import { putByte, putNumber, putText, textRoom } from './canonical/put.ts'
import { readTerms, writeTerms } from './terms-codec.ts'

export const COMMAND_TYPES = [
  'new_order_single',
  'order_cancel_request',
  'order_cancel_replace_request',
] as const

// Commands mostly name what the one before named. A cache of bytes alone: it changes none.
const lastOwner = new LastPair()
const lastPlace = new LastPair()
/** Above what a command's fields take that are no texts, and the lengths of those that are. */
const FIELDS_ROOM = 64

export function writeCommand(writer: CanonicalWriter, command: VenueCommand): void {
  const { account_id, strategy_id, client_order_id, venue_id, instrument_id } = command
  const names_length = account_id.length + strategy_id.length + venue_id.length + instrument_id.length
  const view = writer.room(FIELDS_ROOM + textRoom(names_length + client_order_id.length))
  let at = putByte(view, writer.length, placeOf(COMMAND_TYPES, command.type))
  at = lastOwner.put(view, at, account_id, strategy_id)
  at = putNumber(view, at, command.counter)
  at = putNumber(view, at, command.incarnation)
  at = putText(view, at, client_order_id)
  writer.extendTo(lastPlace.put(view, at, venue_id, instrument_id))
  switch (command.type) {
    case 'new_order_single':
      writer.byte(placeOf(SIDES, command.side))
      writer.byte(placeOf(ORDER_TYPES, command.order_type))
      writer.byte(placeOf(TIMES_IN_FORCE, command.time_in_force))
      writer.number(command.price_units)
      writer.number(command.order_quantity_units)
      writeTerms(writer, command.terms)
      return
    case 'order_cancel_request':
      writer.text(command.original_client_order_id)
      return
    case 'order_cancel_replace_request':
      writer.text(command.original_client_order_id)
      writer.number(command.price_units)
      writer.number(command.trigger_price_units)
      writer.number(command.order_quantity_units)
      return
    default:
      unreachable(command)
  }
}

/** @param instrumentIndex finds the node's index of an instrument id. */
export function readCommand(
  reader: CanonicalReader,
  instrumentIndex: (instrument_id: string) => number,
): VenueCommand {
  const type = must(COMMAND_TYPES[reader.byte()], 'a command has a known type')
  const account_id = reader.text() as AccountId
  const strategy_id = reader.text() as StrategyId
  const counter = reader.number()
  const incarnation = reader.number()
  const client_order_id = reader.text() as ClientOrderId
  const venue_id = reader.text() as VenueId
  const instrument_id = reader.text() as InstrumentId
  const instrument_index = instrumentIndex(instrument_id)
  const common = {
    account_id,
    strategy_id,
    counter,
    incarnation,
    client_order_id,
    venue_id,
    instrument_id,
    instrument_index,
  }
  if (type === 'new_order_single') {
    return {
      type,
      ...common,
      side: must(SIDES[reader.byte()], 'a side is known'),
      order_type: must(ORDER_TYPES[reader.byte()], 'an order type is known'),
      time_in_force: must(TIMES_IN_FORCE[reader.byte()], 'a time in force is known'),
      price_units: priceUnits(reader.number()),
      order_quantity_units: sizeUnits(reader.number()),
      terms: readTerms(reader),
    }
  }
  const original_client_order_id = reader.text() as ClientOrderId
  if (type === 'order_cancel_request') {
    return { type, ...common, original_client_order_id } satisfies OrderCancelRequest
  }
  return {
    type,
    ...common,
    original_client_order_id,
    price_units: priceUnits(reader.number()),
    trigger_price_units: priceUnits(reader.number()),
    order_quantity_units: sizeUnits(reader.number()),
  } satisfies OrderCancelReplaceRequest
}
