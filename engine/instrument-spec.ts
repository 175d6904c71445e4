// An instrument definition compiled for the hot path: decimals become counts of the instrument's own scales once, at
// start. Whether a price or a quantity is valid is asked here and nowhere else.

import { type InstrumentId, parseInstrumentId, type VenueId } from '../schemas/ids.ts'
import type { Instrument } from '../schemas/instrument.ts'
import { MONEY_SCALE } from '../schemas/money.ts'
import { OperatingError } from '../schemas/operating-error.ts'
import { parseDecimal, parseUnits } from '../schemas/units.ts'
import { countsPerMoney, powerOfTen } from './money/money.ts'
import { parseRate, type Rate } from './money/rate.ts'

/** A price increment: valid from a time on, for prices of at least `price_from_units` in magnitude. */
export type IncrementUnits = {
  readonly from_us: number
  readonly price_from_units: number
  readonly increment_units: number
}

export type InstrumentSpec = {
  /** Position in the node's configuration. */
  readonly index: number
  readonly instrument_id: InstrumentId
  readonly symbol: string
  readonly venue_id: VenueId
  readonly asset_class: Instrument['asset_class']
  /** Name of the calendar it trades by; `always`: that of its venue. */
  readonly calendar: string
  readonly price_scale: number
  readonly size_scale: number
  /** In the order of the definition: the last that holds wins. */
  readonly increments: readonly IncrementUnits[]
  readonly lot_units: number
  readonly quantity_min_units: number
  readonly quote_currency: string
  /** Values count 10^-value_scale of the quote currency: fine enough for a product, at least as fine as money. */
  readonly value_scale: number
  /** Value of one price unit times one size unit, the contract multiplier included. */
  readonly value_per_product: bigint
  readonly values_per_money: bigint
  readonly margin_initial: Rate
  readonly allow_non_positive_price: boolean
  readonly short_allowed: boolean
}

export type PriceReason =
  | ''
  | 'price_out_of_range'
  | 'price_not_positive'
  | 'price_no_increment'
  | 'price_off_increment'
export type QuantityReason =
  | ''
  | 'quantity_out_of_range'
  | 'quantity_not_positive'
  | 'quantity_below_minimum'
  | 'quantity_off_lot'

export function compileInstrument(instrument: Instrument, index: number): InstrumentSpec {
  const where = `instruments.${instrument.instrument_id}`
  const id = parseInstrumentId(instrument.instrument_id)
  if (id === undefined) throw badDefinition(where, 'instrument_id', instrument.instrument_id)
  const { price_scale, size_scale } = instrument
  const multiplier = parseMultiplier(instrument.multiplier, where)
  const value_scale = Math.max(MONEY_SCALE, price_scale + size_scale + multiplier.scale)
  return {
    index,
    instrument_id: instrument.instrument_id as InstrumentId,
    symbol: id.symbol,
    venue_id: id.venue,
    asset_class: instrument.asset_class,
    calendar: instrument.calendar,
    price_scale,
    size_scale,
    increments: instrument.increments.map((rule, i) =>
      compileIncrement(rule, price_scale, `${where}.increments.${i}`),
    ),
    lot_units: positiveUnits(instrument.lot, size_scale, where, 'lot'),
    quantity_min_units: positiveUnits(instrument.quantity_min, size_scale, where, 'quantity_min'),
    quote_currency: instrument.quote_currency,
    value_scale,
    value_per_product:
      multiplier.mantissa * powerOfTen(value_scale - price_scale - size_scale - multiplier.scale),
    values_per_money: countsPerMoney(value_scale),
    margin_initial: parseRate(instrument.margin_initial, `${where}.margin_initial`),
    allow_non_positive_price: instrument.allow_non_positive_price,
    short_allowed: instrument.short_allowed,
  }
}

/** Why an order price is not valid at a time; '' when it is. */
export function priceReason(spec: InstrumentSpec, price_units: number, ts_us: number): PriceReason {
  if (!Number.isSafeInteger(price_units)) return 'price_out_of_range'
  if (price_units <= 0 && !spec.allow_non_positive_price) return 'price_not_positive'
  const increment = incrementUnits(spec, price_units, ts_us)
  if (increment === undefined) return 'price_no_increment'
  return price_units % increment === 0 ? '' : 'price_off_increment'
}

/** The price increment in force for a price at a time; undefined when no rule holds. */
export function incrementUnits(spec: InstrumentSpec, price_units: number, ts_us: number): number | undefined {
  const { increments } = spec
  const magnitude = Math.abs(price_units)
  for (let i = increments.length - 1; i >= 0; i--) {
    const rule = increments[i] as IncrementUnits
    if (ts_us >= rule.from_us && magnitude >= rule.price_from_units) return rule.increment_units
  }
  return undefined
}

/** Why an order quantity is not valid; '' when it is. */
export function quantityReason(spec: InstrumentSpec, quantity_units: number): QuantityReason {
  if (!Number.isSafeInteger(quantity_units)) return 'quantity_out_of_range'
  if (quantity_units <= 0) return 'quantity_not_positive'
  if (quantity_units < spec.quantity_min_units) return 'quantity_below_minimum'
  return quantity_units % spec.lot_units === 0 ? '' : 'quantity_off_lot'
}

function compileIncrement(
  rule: Instrument['increments'][number],
  price_scale: number,
  where: string,
): IncrementUnits {
  const price_from_units = parseUnits(rule.price_from ?? '0', price_scale)
  if (price_from_units === undefined || price_from_units < 0) {
    throw badDefinition(where, 'price_from', rule.price_from ?? '0')
  }
  return {
    from_us: rule.from === undefined ? Number.NEGATIVE_INFINITY : startOfDayUs(rule.from, where),
    price_from_units,
    increment_units: positiveUnits(rule.price_increment, price_scale, where, 'price_increment'),
  }
}

function positiveUnits(text: string, scale: number, where: string, field: string): number {
  const units = parseUnits(text, scale)
  if (units === undefined || units <= 0) throw badDefinition(where, field, text)
  return units
}

/** Most fraction digits of a contract multiplier. */
const MULTIPLIER_SCALE_MAX = 12

function parseMultiplier(text: string, where: string): { mantissa: bigint; scale: number } {
  const fraction = (text.split('.')[1] ?? '').replace(/0+$/, '')
  const scale = Math.min(fraction.length, MULTIPLIER_SCALE_MAX)
  const mantissa = parseDecimal(text, scale)
  if (mantissa === undefined || mantissa <= 0n) throw badDefinition(where, 'multiplier', text)
  return { mantissa, scale }
}

function startOfDayUs(date: string, where: string): number {
  try {
    return Temporal.Instant.from(`${date}T00:00:00Z`).epochMilliseconds * 1000
  } catch (cause) {
    throw badDefinition(where, 'from', date, cause)
  }
}

function badDefinition(where: string, field: string, text: string, cause?: unknown): OperatingError {
  return new OperatingError({
    code: 'instrument.bad_definition',
    reason: 'usage',
    what: `The instrument's ${field} "${text}" is out of range or finer than its scale.`,
    where: `${where}.${field}`,
    remedy: 'Correct the definition; scales themselves never change once an instrument has data.',
    cause,
  })
}
