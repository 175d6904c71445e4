// Prices and sizes of a history, from text to units of the instrument, exactly.

import type { Instrument } from '../../schemas/instrument.ts'
import { decimalString, parseDecimal, parseUnits } from '../../schemas/units.ts'
import { BadRow } from './import-refusal.ts'

export function priceOf(text: string, instrument: Instrument): number {
  const { price_scale, instrument_id, allow_non_positive_price } = instrument
  const units = parseUnits(text, price_scale)
  if (units === undefined) throw notADecimal(text, 'price', instrument_id, price_scale)
  if (units > 0 || allow_non_positive_price) return units + 0
  throw new BadRow({
    code: 'import.price_not_positive',
    what: `The price ${text} of ${instrument_id} is not above zero.`,
    remedy: 'Correct the file, or set allow_non_positive_price in the definition of the instrument.',
  })
}

/** Reads prices as they stand in a file: as decimals, or as whole numbers of 10^-scale. */
export function priceReader(scale: number | undefined): typeof priceOf {
  if (scale === undefined) return priceOf
  return (text, instrument) => {
    if (/^-?\d{1,19}$/.test(text)) return priceOf(decimalString(BigInt(text), scale), instrument)
    throw new BadRow({
      code: 'import.bad_number',
      what: `"${text}" is no whole number, as the mapping says prices are.`,
      remedy: 'Correct the file, or price_scale (of databento_mbo: pretty_px) of the mapping.',
    })
  }
}

export function sizeOf(text: string, instrument: Instrument): number {
  const units = parseUnits(text, instrument.size_scale)
  if (units === undefined) throw notADecimal(text, 'size', instrument.instrument_id, instrument.size_scale)
  return notNegative(units, text, instrument)
}

const FINE_SCALE = 30

/**
 * A size that was added up in binary floating point (`70.15211337000005`): within a thousandth of a unit of a whole
 * number of units it is that number, and anything farther off is refused like any other text.
 */
export function summedSizeOf(text: string, instrument: Instrument): number {
  const exact = parseUnits(text, instrument.size_scale)
  if (exact !== undefined) return notNegative(exact, text, instrument)
  const fine = parseDecimal(text, FINE_SCALE)
  const unit = 10n ** BigInt(FINE_SCALE - instrument.size_scale)
  const units = fine === undefined ? 0n : (fine + unit / 2n) / unit
  const rest = fine === undefined ? unit : fine - units * unit
  if (rest * 1000n > unit || rest * -1000n > unit || units > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw notADecimal(text, 'size', instrument.instrument_id, instrument.size_scale)
  }
  return notNegative(Number(units), text, instrument)
}

/** Adding zero turns a negative zero, which the store refuses, into zero. */
function notNegative(units: number, text: string, { instrument_id }: Instrument): number {
  if (units >= 0) return units + 0
  throw new BadRow({
    code: 'import.negative_size',
    what: `The size ${text} of ${instrument_id} is negative.`,
    remedy: 'Correct the file; a side belongs into a column of its own.',
  })
}

function notADecimal(text: string, what: string, instrumentId: string, scale: number): BadRow {
  const isDecimal = parseDecimal(text, text.length) !== undefined
  if (!isDecimal) {
    return new BadRow({
      code: 'import.bad_number',
      what: `"${text}" is no ${what}.`,
      remedy: 'Write a plain decimal such as 1.0854, or correct what the mapping says about the columns.',
    })
  }
  return new BadRow({
    code: 'import.too_fine',
    what: `The ${what} ${text} does not fit ${instrumentId}, whose ${what}s have ${scale} decimals and 53 bits.`,
    remedy: 'Correct the file, or define an instrument of another id with a larger scale.',
  })
}
