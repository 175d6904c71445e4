// What a LEAN path says about its file: `<class>/<market>/<resolution>/<symbol>/<date>_<kind>.zip`.

import { sep } from 'node:path'
import { importRefused } from './import-refusal.ts'

export type LeanPath = {
  readonly instrument_id: string
  readonly resolution: 'tick' | 'second' | 'minute'
  readonly kind: 'trade' | 'quote'
  /** YYYYMMDD, in the file's own time zone. */
  readonly date: string
  /** Midnight of that date. */
  readonly start_us: number
  readonly utc_offset_hours: number
  /** The name of the file inside the archive. */
  readonly entry_name: string
  /** The path from the class on. */
  readonly relative: string
}

/** Fixed, without daylight saving: LEAN's market hours database, data time zone by class and market. */
const UTC_OFFSET_HOURS: Readonly<Record<string, number>> = {
  'forex/fxcm': -5,
  'forex/oanda': 0,
  'cfd/oanda': 0,
  'crypto/coinbase': 0,
}

const FILE = /^(\d{4})(\d{2})(\d{2})_(trade|quote)\.zip$/
const DEPTH = 5

export function parseLeanPath(path: string): LeanPath {
  const parts = path.split(sep).slice(-DEPTH)
  const [assetClass = '', market = '', resolution = '', symbol = '', file = ''] = parts
  const match = FILE.exec(file)
  const isResolution = resolution === 'tick' || resolution === 'second' || resolution === 'minute'
  if (match === null || !isResolution || !/^[a-z0-9_-]+$/.test(symbol)) throw noLeanPath(path)
  const offset = UTC_OFFSET_HOURS[`${assetClass}/${market}`]
  if (offset === undefined) throw unknownMarket(path, `${assetClass}/${market}`)
  const [, year = '', month = '', day = '', kind = ''] = match
  const date = `${year}${month}${day}`
  const midnight = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (midnight.toISOString().slice(0, 10).replaceAll('-', '') !== date) throw noLeanPath(path)
  return {
    instrument_id: `${symbol.toUpperCase()}.${market}`,
    resolution,
    kind: kind === 'trade' ? 'trade' : 'quote',
    date,
    start_us: midnight.getTime() * 1000 - offset * 3_600_000_000,
    utc_offset_hours: offset,
    entry_name: `${date}_${symbol}_${resolution}_${kind}.csv`,
    relative: parts.join('/'),
  }
}

function noLeanPath(path: string): Error {
  return importRefused({
    code: 'import.no_lean_path',
    what: 'The path is not one of LEAN’s.',
    where: path,
    remedy: 'Keep LEAN’s folders: forex/fxcm/tick/eurusd/20140507_quote.zip. Other files need --mapping.',
  })
}

function unknownMarket(path: string, market: string): Error {
  return importRefused({
    code: 'import.unknown_lean_market',
    what: `The time zone of LEAN’s ${market} is not known here.`,
    where: path,
    remedy: `Known: ${Object.keys(UTC_OFFSET_HOURS).join(', ')}. Unpack other files and import them with --mapping.`,
  })
}
