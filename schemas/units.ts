// Branded integers of the hot path. Engine prices and sizes are safe integers counted in units of
// 10^-scale; the scales belong to the instrument and never change. Floats never become money.

import { AssertionError, assert } from './assert.ts'

/** Count of 10^-price_scale of an instrument. May be zero or negative where the instrument allows it. */
export type PriceUnits = number & { readonly __unit: 'price_units' }
/** Count of 10^-size_scale of an instrument. */
export type SizeUnits = number & { readonly __unit: 'size_units' }
/** Microseconds since 1970-01-01T00:00:00Z; a safe integer until the year 2255. */
export type TimeUs = number & { readonly __unit: 'time_us' }
/** A span in microseconds. */
export type DurationUs = number & { readonly __unit: 'duration_us' }

export function priceUnits(value: number): PriceUnits {
  if (!Number.isSafeInteger(value)) throw notSafe('price_units', value)
  return value as PriceUnits
}

export function sizeUnits(value: number): SizeUnits {
  if (!Number.isSafeInteger(value)) throw notSafe('size_units', value)
  return value as SizeUnits
}

export function timeUs(value: number): TimeUs {
  if (!Number.isSafeInteger(value)) throw notSafe('a time in microseconds', value)
  return value as TimeUs
}

export function durationUs(value: number): DurationUs {
  if (!Number.isSafeInteger(value)) throw notSafe('a duration in microseconds', value)
  return value as DurationUs
}

/** Made only when it is thrown: these run for every order, and printing a number costs more than all else here. */
function notSafe(what: string, value: number): AssertionError {
  return new AssertionError(`${what} is a safe integer, got ${value}`)
}

/** Prints `value` units of 10^-scale as a plain decimal, exactly: `decimalString(108543, 5)` is `"1.08543"`. */
export function decimalString(value: number | bigint, scale: number): string {
  assert(typeof value === 'bigint' || Number.isSafeInteger(value), 'a count of units is a safe integer')
  const negative = value < 0
  const digits = (negative ? -value : value).toString().padStart(scale + 1, '0')
  const text =
    scale === 0 ? digits : `${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`
  return negative ? `-${text}` : text
}

const MINUTE_US = 60_000_000
const MINUTES_PER_DAY = 1_440
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?$|^([+-]?)\.(\d+)$/

/**
 * Parses a plain decimal into a bigint count of 10^-scale, exactly. Returns undefined when the text is no plain
 * decimal, or has more significant fraction digits than the scale holds (trailing zeros are fine).
 */
export function parseDecimal(text: string, scale: number): bigint | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const sign = match[1] ?? match[4] ?? ''
  const whole = match[2] ?? '0'
  const fraction = (match[3] ?? match[5] ?? '').replace(/0+$/, '')
  if (fraction.length > scale) return undefined
  const magnitude = BigInt(whole + fraction.padEnd(scale, '0'))
  return sign === '-' ? -magnitude : magnitude
}

/** `parseDecimal` for the hot path's safe integers; undefined also when the result is out of the safe range. */
export function parseUnits(text: string, scale: number): number | undefined {
  const value = parseDecimal(text, scale)
  if (value === undefined) return undefined
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : undefined
}

/** ISO 8601 in UTC with microseconds: `2014-05-07T05:00:00.123000Z`. By arithmetic alone: rows of outputs are many. */
export function isoTime(time_us: number): string {
  assert(Number.isSafeInteger(time_us), 'a time in microseconds is a safe integer')
  const minutes = Math.floor(time_us / MINUTE_US)
  const inMinute_us = time_us - minutes * MINUTE_US
  const seconds = Math.floor(inMinute_us / 1_000_000)
  const micros = inMinute_us - seconds * 1_000_000
  return `${isoMinute(minutes)}:${digits(seconds, 2)}.${digits(micros, 6)}Z`
}

let printedMinutes = Number.NaN
let printed = ''

/** Date, hour and minute, remembering those printed last: times come in their order. */
function isoMinute(minutes: number): string {
  if (minutes !== printedMinutes) {
    const days = Math.floor(minutes / MINUTES_PER_DAY)
    const inDay = minutes - days * MINUTES_PER_DAY
    printed = `${isoDate(days)}T${digits(Math.floor(inDay / 60), 2)}:${digits(inDay % 60, 2)}`
    printedMinutes = minutes
  }
  return printed
}

/** Days since 1970-01-01 as a date of the Gregorian calendar, by eras of 400 years that begin on the first of March. */
function isoDate(days: number): string {
  const fromMarch = days + 719_468
  const era = Math.floor(fromMarch / 146_097)
  const day = fromMarch - era * 146_097
  const year = Math.floor(
    (day - Math.floor(day / 1460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365,
  )
  const dayOfYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
  const month = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * month + 2) / 5) + 1
  const isNextYear = month >= 10
  const civilYear = year + era * 400 + (isNextYear ? 1 : 0)
  return `${digits(civilYear, 4)}-${digits(isNextYear ? month - 9 : month + 3, 2)}-${digits(dayOfMonth, 2)}`
}

function digits(value: number, length: number): string {
  return value.toString().padStart(length, '0')
}
