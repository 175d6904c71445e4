// Times of a CSV file, as its mapping says they are written.

import { parseDecimal } from '../../schemas/units.ts'
import { BadRow } from './import-refusal.ts'

export type Instant = { readonly us: number; readonly ns_rest: number }
export type TimeReader = (text: string) => Instant

const UNIX_SCALE: Readonly<Record<string, number>> = { unix_s: 9, unix_ms: 6, unix_us: 3, unix_ns: 0 }

export function isUnixFormat(format: string): boolean {
  return Object.hasOwn(UNIX_SCALE, format)
}

/** Reads times of a format that a mapping may name; `zone` is what times without an offset of their own are in. */
export function timeReader(format: string, zone: string): TimeReader {
  const unixScale = UNIX_SCALE[format]
  const read = unixScale === undefined ? localReader(format, zone) : unixReader(unixScale)
  return (text) => {
    const instant = read(text)
    if (instant !== undefined && instant.us >= 0 && Number.isSafeInteger(instant.us)) return instant
    throw new BadRow({
      code: 'import.bad_time',
      what: `"${text}" is no time of the format ${format}, of a moment that exists once in ${zone}.`,
      remedy: 'Correct the file, or time_format and time_zone of the mapping. Times are from 1970 to 2255.',
    })
  }
}

/** The parts of a pattern, each as it stands in a regular expression. */
const TOKENS: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  DD: '(?<day>\\d{2})',
  HH: '(?<hour>\\d{2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  S: '(?<fraction>\\d{1,9})',
}
const ISO = new RegExp(
  `^${TOKENS['YYYY']}-${TOKENS['MM']}-${TOKENS['DD']}[T ]${TOKENS['HH']}:${TOKENS['mm']}` +
    `(?::${TOKENS['ss']}(?:[.,]${TOKENS['S']})?)?(?<offset>Z|[+-]\\d{2}:?\\d{2})?$`,
)

/** What is wrong with a format; undefined when nothing is. */
export function timeFormatFault(format: string): string | undefined {
  if (format === 'iso' || isUnixFormat(format)) return undefined
  const tokens: string[] = format.match(/YYYY|MM|DD|HH|mm|ss|S/g) ?? []
  if (new Set(tokens).size < tokens.length) return 'names a part of the time twice'
  const missing = ['YYYY', 'MM', 'DD'].filter((token) => !tokens.includes(token))
  return missing.length === 0 ? undefined : `lacks ${missing.join(', ')}`
}

/** A whole second is often written without its fraction, so a fraction after a point may be missing. */
function patternOf(format: string): RegExp {
  if (format === 'iso') return ISO
  const source = format.replaceAll(/YYYY|MM|DD|HH|mm|ss|[.,]?S|[^A-Za-z0-9]/g, (part) => {
    if (part.length === 2 && part.endsWith('S')) return `(?:\\${part[0]}${TOKENS['S']})?`
    return TOKENS[part] ?? `\\${part}`
  })
  return new RegExp(`^${source}$`)
}

function unixReader(scale: number) {
  return (text: string): Instant | undefined => {
    const ns = parseDecimal(text, scale)
    return ns === undefined || ns < 0n ? undefined : { us: Number(ns / 1000n), ns_rest: Number(ns % 1000n) }
  }
}

function localReader(format: string, zone: string) {
  const pattern = patternOf(format)
  const zoned = new ZoneOffsets(zone)
  return (text: string): Instant | undefined => {
    const parts = pattern.exec(text)?.groups
    const minute = parts === undefined ? undefined : localMinute(parts)
    if (parts === undefined || minute === undefined) return undefined
    const offset = parts['offset'] === undefined ? zoned.offsetAt(minute) : offsetOf(parts['offset'])
    const second = Number(parts['second'] ?? 0)
    if (offset === undefined || second > 59) return undefined
    const ns = Number((parts['fraction'] ?? '').padEnd(9, '0'))
    const us = ((minute - offset) * 60 + second) * 1_000_000 + Math.floor(ns / 1000)
    return { us, ns_rest: ns % 1000 }
  }
}

type Parts = Readonly<Record<string, string | undefined>>

/** Minutes since 1970 on the file's own clock; undefined for a date or time that no calendar has. */
function localMinute(parts: Parts): number | undefined {
  const number = (name: string, fallback: number) => Number(parts[name] ?? fallback)
  const day = number('day', 1)
  const midnight = new Date(Date.UTC(number('year', 1970), number('month', 1) - 1, day))
  const [hour, minute] = [number('hour', 0), number('minute', 0)]
  const exists = midnight.getUTCMonth() === number('month', 1) - 1 && midnight.getUTCDate() === day
  return exists && hour < 24 && minute < 60 ? midnight.getTime() / 60_000 + hour * 60 + minute : undefined
}

/** Minutes east of Greenwich. */
function offsetOf(text: string): number {
  if (text === 'Z') return 0
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2))
  return text.startsWith('-') ? -minutes : minutes
}

/** The offset of a zone, looked up once a minute: neighbours in a file share theirs. */
class ZoneOffsets {
  readonly #zone: string
  #minute = Number.NaN
  #offset: number | undefined

  constructor(zone: string) {
    this.#zone = zone
  }

  /** Undefined where the local time does not exist, or exists twice. */
  offsetAt(minute: number): number | undefined {
    if (minute === this.#minute) return this.#offset
    this.#minute = minute
    this.#offset = this.#lookUp(minute)
    return this.#offset
  }

  #lookUp(minute: number): number | undefined {
    const local = Temporal.Instant.fromEpochMilliseconds(minute * 60_000)
      .toZonedDateTimeISO('UTC')
      .toPlainDateTime()
    try {
      const zoned = local.toZonedDateTime(this.#zone, { disambiguation: 'reject' })
      return zoned.offsetNanoseconds / 60_000_000_000
    } catch (error) {
      if (error instanceof RangeError) return undefined
      throw error
    }
  }
}
