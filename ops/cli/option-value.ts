// Values of options: what they must look like, and what to write where they do not.

import { OperatingError } from '../../schemas/operating-error.ts'
import { decimalString, parseUnits } from '../../schemas/units.ts'
import { readTime } from '../config/read-text.ts'
import type { Call } from './command.ts'

export type NumberOption = {
  readonly fallback: number
  readonly min: number
  readonly max?: number | undefined
}

/** A whole number, with or without separators: 10_000_000. */
export function wholeNumber(call: Call, option: string, range: NumberOption): number {
  const text = call.text(option)
  if (text === undefined) return range.fallback
  const value = /^\d[\d_,]*$/.test(text) ? Number(text.replaceAll(/[_,]/g, '')) : Number.NaN
  const max = range.max ?? Number.MAX_SAFE_INTEGER
  if (value >= range.min && value <= max) return value
  throw refused(option, text, `Write a whole number from ${range.min} to ${max}.`)
}

/** An instant in microseconds: a date, or a date and time in UTC. */
export function instantUs(call: Call, option: string, fallback: number): number {
  const text = call.text(option)
  if (text === undefined) return fallback
  const time = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text) ? readTime(text) : undefined
  if (time === undefined || !('value' in time)) {
    throw refused(option, text, 'Write a date or an instant in UTC: 2024-01-01 or 2024-01-01T08:00:00Z.')
  }
  return Number(Temporal.Instant.from(time.value).epochNanoseconds / 1000n)
}

/** A decimal as a count of 10^-scale. */
export function scaledUnits(call: Call, option: string, scale: number, range: NumberOption): number {
  const text = call.text(option)
  if (text === undefined) return range.fallback
  const units = parseUnits(text, scale)
  if (units !== undefined && units >= range.min && units <= (range.max ?? units)) return units
  const least = decimalString(range.min, scale)
  throw refused(
    option,
    text,
    `Write a decimal of at least ${least} with at most ${scale} digits after the point.`,
  )
}

function refused(option: string, text: string, remedy: string): OperatingError {
  return new OperatingError({
    code: 'cli.bad_value',
    reason: 'usage',
    what: `"${text}" is no value for --${option}.`,
    where: `--${option}`,
    remedy,
  })
}
