// What a mapping can have wrong though each of its values is of the right form.

import type { CsvMapping } from '../../schemas/csv-mapping.ts'
import { isUnixFormat, timeFormatFault } from './csv-time.ts'

export type MappingFault = {
  readonly path: readonly string[]
  readonly what: string
  readonly remedy: string
}

export function csvMappingFaults(mapping: CsvMapping): MappingFault[] {
  return [...instrumentFaults(mapping), ...timeFaults(mapping), ...columnFaults(mapping)]
}

function instrumentFaults({ instrument, instrument_column }: CsvMapping): MappingFault[] {
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
