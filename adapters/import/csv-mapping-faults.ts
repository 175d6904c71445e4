// What a mapping can have wrong though each of its values is of the right form.

import type { CsvDeclaration, CsvMapping } from '../../schemas/csv-mapping.ts'
import { csvMappingOf } from './csv-presets.ts'
import { isUnixFormat, timeFormatFault } from './csv-time.ts'

export type MappingFault = {
  readonly path: readonly string[]
  readonly what: string
  readonly remedy: string
}

export function csvMappingFaults(declared: CsvDeclaration): MappingFault[] {
  const mapping = csvMappingOf(declared)
  return [
    ...instrumentFaults(mapping),
    ...timeFaults(mapping),
    ...columnFaults(mapping),
    ...eventFaults(mapping),
  ]
}

function instrumentFaults({ instrument, instrument_column, symbols }: CsvMapping): MappingFault[] {
  if (symbols !== undefined && instrument !== undefined) {
    const what = 'symbols are those of a column, and the mapping names one instrument.'
    return [{ path: ['symbols'], what, remedy: 'Write instrument_column, or leave symbols out.' }]
  }
  if ((instrument === undefined) !== (instrument_column === undefined)) return []
  return [
    {
      path: ['instrument'],
      what: 'a mapping names either the instrument or the column it stands in.',
      remedy: 'Write one of instrument and instrument_column.',
    },
  ]
}

function timeFaults({ time_format, time_zone }: CsvMapping): MappingFault[] {
  const faults: MappingFault[] = []
  const fault = timeFormatFault(time_format)
  if (fault !== undefined) {
    const remedy = 'Write iso, unix_s, unix_ms, unix_us, unix_ns, or a pattern such as YYYY-MM-DD HH:mm:ss.S.'
    faults.push({ path: ['time_format'], what: `the format ${fault}.`, remedy })
  }
  if (isUnixFormat(time_format) && time_zone !== undefined) {
    faults.push({ path: ['time_zone'], what: 'unix times have no time zone.', remedy: 'Leave it out.' })
  }
  if (!isUnixFormat(time_format) && !(time_zone !== undefined && isTimeZone(time_zone))) {
    const what = time_zone === undefined ? 'this key is missing.' : `there is no time zone ${time_zone}.`
    faults.push({ path: ['time_zone'], what, remedy: 'Write UTC, -05:00 or America/New_York.' })
  }
  return faults
}

function eventFaults(mapping: CsvMapping): MappingFault[] {
  if (!('last_bit' in mapping) || mapping.last_bit === undefined || mapping.columns.last !== undefined)
    return []
  const what = 'there is no column of flags.'
  return [{ path: ['last_bit'], what, remedy: 'Name it as columns.last, or leave last_bit out.' }]
}

function columnFaults(mapping: CsvMapping): MappingFault[] {
  if (mapping.header) return []
  const named = { ...mapping.columns, instrument_column: mapping.instrument_column }
  return Object.entries(named)
    .filter(([, column]) => column !== undefined && !/^[1-9]\d{0,3}$/.test(column))
    .map(([name]) => ({
      path: name === 'instrument_column' ? [name] : ['columns', name],
      what: 'without a header a column is a number from 1.',
      remedy: 'Write its number, or header: true.',
    }))
}

function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
