// Strings and whole numbers of a configuration: what they mean, their one normal form, and what to write instead.

import { isoTime } from '../../schemas/units.ts'

export type Reading<T> = { readonly value: T } | { readonly what: string; readonly remedy: string }

/** Drops superfluous zeros, so that 100000, "100000.0" and "0100000" are the same configuration. */
export function normalDecimal(text: string): string {
  const [whole = '', fraction = ''] = text.split('.')
  const significant = fraction.replace(/0+$/, '')
  const digits = whole.replace(/^0+(?=\d)/, '')
  return significant === '' ? digits : `${digits}.${significant}`
}

/** Reads an instant of the form the schema's pattern admits; a date alone is its midnight in UTC. */
export function readTime(text: string): Reading<string> {
  try {
    const instant = Temporal.Instant.from(text.length === 10 ? `${text}T00:00:00Z` : text)
    const time_us = Number(instant.epochNanoseconds / 1000n)
    if (Number.isSafeInteger(time_us)) return { value: isoTime(time_us) }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return { what: `${text} is no instant that exists.`, remedy: 'Write a date from 1970 to 2255.' }
}

const SPAN = /^(\d+(?:\.\d+)?) ?(ns|us|µs|ms|s|sec|m|min|h|d)$/
const SPAN_US: Readonly<Record<string, number>> = {
  ns: 0.001,
  us: 1,
  µs: 1,
  ms: 1_000,
  s: 1_000_000,
  sec: 1_000_000,
  m: 60_000_000,
  min: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
}

/** Reads a whole number. `key` tells a span of time by its suffix, so that `5ms` is answered with `5000`. */
export function readInteger(
  value: unknown,
  key: string,
  range: { min: number; max: number },
): Reading<number> {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return {
      what: `a whole number is wanted, not ${shown(value)}.`,
      remedy: integerRemedy(String(value), key),
    }
  }
  if (value < range.min || value > range.max) {
    const bound = value < range.min ? `at least ${range.min}` : `at most ${range.max}`
    return { what: `${value} is out of range.`, remedy: `Write a whole number of ${bound}.` }
  }
  return { value }
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (value === null) return 'nothing'
  return typeof value === 'string' ? `"${value}"` : String(value)
}

function integerRemedy(text: string, key: string): string {
  const span = SPAN.exec(text)
  if (span !== null && key.endsWith('_us')) {
    const length_us = Number(span[1]) * (SPAN_US[span[2] ?? ''] ?? Number.NaN)
    if (Number.isInteger(length_us)) return `Write microseconds without a unit: ${key}: ${length_us}.`
  }
  const digits = text.replaceAll(/[_, ]/g, '')
  if (/^\d+$/.test(digits)) return `Write ${key}: ${digits}.`
  return key.endsWith('_us')
    ? 'Write microseconds, for example 5000 for five milliseconds.'
    : 'Write digits only.'
}
