// Canonical bytes of an order's terms, fields in schema order. Plain terms are one byte.

import { must } from '../schemas/assert.ts'
import {
  GROUP_TYPES,
  type OrderTerms,
  PARENT_FILLS,
  PLAIN_TERMS,
  TRAIL_UNITS,
  TRIGGER_METHODS,
} from '../schemas/messages/order-terms.ts'
import { placeOf } from '../schemas/place-of.ts'
import { priceUnits, sizeUnits, timeUs } from '../schemas/units.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'

export function writeTerms(writer: CanonicalWriter, terms: OrderTerms): void {
  writer.flag(terms !== PLAIN_TERMS)
  if (terms === PLAIN_TERMS) return
  writer.number(terms.trigger_price_units)
  writer.byte(placeOf(TRIGGER_METHODS, terms.trigger_method))
  writer.number(terms.trail_offset)
  writer.byte(placeOf(TRAIL_UNITS, terms.trail_unit))
  writer.number(terms.limit_offset_units)
  writer.number(terms.activation_price_units)
  writer.number(terms.expire_time_us)
  writer.flag(terms.post_only)
  writer.flag(terms.reduce_only)
  writer.number(terms.display_quantity_units)
  writer.number(terms.parent_counter)
  writer.byte(placeOf(PARENT_FILLS, terms.parent_fill))
  writer.number(terms.group_counter)
  writer.byte(placeOf(GROUP_TYPES, terms.group_type))
}

/** Fields are read in the order an object literal evaluates them, which is the order they were written in. */
export function readTerms(reader: CanonicalReader): OrderTerms {
  if (!reader.flag()) return PLAIN_TERMS
  return {
    trigger_price_units: priceUnits(reader.number()),
    trigger_method: must(TRIGGER_METHODS[reader.byte()], 'a trigger method is known'),
    trail_offset: reader.number(),
    trail_unit: must(TRAIL_UNITS[reader.byte()], 'a unit of offsets is known'),
    limit_offset_units: priceUnits(reader.number()),
    activation_price_units: priceUnits(reader.number()),
    expire_time_us: timeUs(reader.number()),
    post_only: reader.flag(),
    reduce_only: reader.flag(),
    display_quantity_units: sizeUnits(reader.number()),
    parent_counter: reader.number(),
    parent_fill: must(PARENT_FILLS[reader.byte()], 'a release is known'),
    group_counter: reader.number(),
    group_type: must(GROUP_TYPES[reader.byte()], 'a type of groups is known'),
  }
}
