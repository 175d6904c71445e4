// Canonical bytes of what a venue says of its own books, fields in schema order.

import { must } from '../schemas/assert.ts'
import type { AccountId, ClientOrderId, InstrumentId, VenueId } from '../schemas/ids.ts'
import { SECURITY_STATUSES, type SecurityStatus } from '../schemas/messages/security-status.ts'
import {
  LOOKUP_OUTCOMES,
  type OrderLookup,
  type VenuePosition,
  type VenueState,
} from '../schemas/messages/venue.ts'
import { placeOf } from '../schemas/place-of.ts'
import { sizeUnits, timeUs } from '../schemas/units.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'
import { readReport, writeReport } from './report-codec.ts'

type InstrumentIndex = (instrument_id: string) => number

export function writeLookup(writer: CanonicalWriter, lookup: OrderLookup): void {
  writer.byte(placeOf(LOOKUP_OUTCOMES, lookup.outcome))
  writer.text(lookup.venue_id)
  writer.text(lookup.account_id)
  writer.text(lookup.client_order_id)
  writer.text(lookup.reason_code)
  writer.flag(lookup.report !== undefined)
  if (lookup.report !== undefined) writeReport(writer, lookup.report)
}

export function readLookup(reader: CanonicalReader, instrumentIndex: InstrumentIndex): OrderLookup {
  return {
    type: 'order_lookup',
    outcome: must(LOOKUP_OUTCOMES[reader.byte()], 'an outcome of a look-up is known'),
    venue_id: reader.text() as VenueId,
    account_id: reader.text() as AccountId,
    client_order_id: reader.text() as ClientOrderId,
    reason_code: reader.text(),
    report: reader.flag() ? readReport(reader, instrumentIndex) : undefined,
  }
}

export function writeSecurityStatus(writer: CanonicalWriter, status: SecurityStatus): void {
  writer.text(status.venue_id)
  writer.text(status.instrument_id)
  writer.byte(placeOf(SECURITY_STATUSES, status.status))
  writer.flag(status.ends_day)
  writer.number(status.ts_event_us)
}

export function readSecurityStatus(
  reader: CanonicalReader,
  instrumentIndex: InstrumentIndex,
): SecurityStatus {
  const venue_id = reader.text() as VenueId
  const instrument_id = reader.text() as InstrumentId
  return {
    type: 'security_status',
    venue_id,
    instrument_id,
    instrument_index: instrumentIndex(instrument_id),
    status: must(SECURITY_STATUSES[reader.byte()], 'a trading status is known'),
    ends_day: reader.flag(),
    ts_event_us: timeUs(reader.number()),
  }
}

export function writeVenueState(writer: CanonicalWriter, state: VenueState): void {
  writer.text(state.venue_id)
  writer.text(state.account_id)
  writer.number(state.ts_event_us)
  writer.count(state.positions.length)
  for (const { instrument_id, quantity_units } of state.positions) {
    writer.text(instrument_id)
    writer.number(quantity_units)
  }
  writer.count(state.open_client_order_ids.length)
  for (const id of state.open_client_order_ids) writer.text(id)
}

export function readVenueState(reader: CanonicalReader, instrumentIndex: InstrumentIndex): VenueState {
  return {
    type: 'venue_state',
    venue_id: reader.text() as VenueId,
    account_id: reader.text() as AccountId,
    ts_event_us: timeUs(reader.number()),
    positions: list(reader, () => readPosition(reader, instrumentIndex)),
    open_client_order_ids: list(reader, () => reader.text() as ClientOrderId),
  }
}

function readPosition(reader: CanonicalReader, instrumentIndex: InstrumentIndex): VenuePosition {
  const instrument_id = reader.text() as InstrumentId
  const instrument_index = instrumentIndex(instrument_id)
  return { instrument_id, instrument_index, quantity_units: sizeUnits(reader.number()) }
}

function list<Item>(reader: CanonicalReader, read: () => Item): Item[] {
  return Array.from({ length: reader.count() }, read)
}
