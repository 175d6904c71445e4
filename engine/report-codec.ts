// Canonical bytes of a venue's report, fields in schema order. The node's own index of the instrument is not written.

import { must } from '../schemas/assert.ts'
import type { AccountId, ClientOrderId, InstrumentId, VenueId } from '../schemas/ids.ts'
import { LIQUIDITY_SIDES, REPORT_TYPES, SIDES, type VenueReport } from '../schemas/messages/order.ts'
import { placeOf } from '../schemas/place-of.ts'
import { priceUnits, sizeUnits, timeUs } from '../schemas/units.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'

export function writeReport(writer: CanonicalWriter, report: VenueReport): void {
  writer.byte(placeOf(REPORT_TYPES, report.report_type))
  writer.text(report.venue_id)
  writer.text(report.account_id)
  writer.text(report.report_id)
  writer.text(report.instrument_id)
  writer.text(report.client_order_id)
  writer.text(report.original_client_order_id)
  writer.text(report.venue_order_id)
  writer.text(report.execution_id)
  writer.text(report.execution_reference_id)
  writer.byte(placeOf(SIDES, report.side))
  writer.number(report.last_price_units)
  writer.number(report.last_quantity_units)
  writer.byte(placeOf(LIQUIDITY_SIDES, report.liquidity_side))
  writer.number(report.cum_quantity_units)
  writer.number(report.leaves_quantity_units)
  writer.number(report.price_units)
  writer.number(report.order_quantity_units)
  writer.big(report.commission)
  writer.text(report.commission_currency)
  writer.text(report.reason_code)
  writer.text(report.reason_text)
  writer.number(report.ts_event_us)
}

/** @param instrumentIndex finds the node's index of an instrument id. */
export function readReport(
  reader: CanonicalReader,
  instrumentIndex: (instrument_id: string) => number,
): VenueReport {
  const report_type = must(REPORT_TYPES[reader.byte()], 'a report has a known type')
  const venue_id = reader.text() as VenueId
  const account_id = reader.text() as AccountId
  const report_id = reader.text()
  const instrument_id = reader.text() as InstrumentId
  return {
    type: 'venue_report',
    report_type,
    venue_id,
    account_id,
    report_id,
    instrument_id,
    instrument_index: instrumentIndex(instrument_id),
    client_order_id: reader.text() as ClientOrderId,
    original_client_order_id: reader.text() as ClientOrderId | '',
    venue_order_id: reader.text(),
    execution_id: reader.text(),
    execution_reference_id: reader.text(),
    side: must(SIDES[reader.byte()], 'a side is known'),
    last_price_units: priceUnits(reader.number()),
    last_quantity_units: sizeUnits(reader.number()),
    liquidity_side: must(LIQUIDITY_SIDES[reader.byte()], 'a liquidity side is known'),
    cum_quantity_units: sizeUnits(reader.number()),
    leaves_quantity_units: sizeUnits(reader.number()),
    price_units: priceUnits(reader.number()),
    order_quantity_units: sizeUnits(reader.number()),
    commission: reader.big(),
    commission_currency: reader.text(),
    reason_code: reader.text(),
    reason_text: reader.text(),
    ts_event_us: timeUs(reader.number()),
  }
}
