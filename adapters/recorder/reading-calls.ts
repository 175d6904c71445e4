// What can be asked of a recorder, and how a question is checked: it comes from another process, and becomes a query.

import type { ImportManifest, TickSeries, TimeRange } from '../../engine/tick-store-port.ts'
import { BAR_PRICE_TYPES } from '../../schemas/messages/market.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

export const PROTOCOL = 1

/** Kinds of which an instrument has one series. */
const ROWS_BY_KIND = ['quote', 'trade', 'book_level', 'book_order'] as const

/** As many of an import's rows as the asker was told of. */
export type CountedImport = { readonly import_id: string; readonly row_count: number }

export type ReadingCall =
  | { readonly call: 'instruments' | 'manifests' | 'summary' }
  | { readonly call: 'data_hash'; readonly of: CountedImport }
  | { readonly call: 'open'; readonly series: TickSeries; readonly range: TimeRange }
  | { readonly call: 'open_processed'; readonly series: TickSeries; readonly tape: string }
  | {
      readonly call: 'rows'
      readonly series: TickSeries
      readonly range: TimeRange
      readonly of: readonly CountedImport[]
    }
  | { readonly call: 'processed_rows'; readonly series: TickSeries; readonly of: readonly CountedImport[] }

/** JSON has no infinity. */
export function requestOf(call: ReadingCall): unknown {
  return JSON.parse(
    JSON.stringify({ protocol: PROTOCOL, ...call }, (_key, value: unknown) =>
      value === Number.POSITIVE_INFINITY ? 'infinity' : value,
    ),
  )
}

export function callOf(request: unknown): ReadingCall {
  const fields = recordOf(request)
  if (fields['protocol'] !== PROTOCOL) throw refused(`the protocol ${String(fields['protocol'])}`)
  const { call } = fields
  switch (call) {
    case 'instruments':
    case 'manifests':
    case 'summary':
      return { call }
    case 'data_hash':
      return { call, of: countedOf(fields['of']) }
    case 'open':
      return { call, series: seriesOf(fields['series']), range: rangeOf(fields['range']) }
    case 'open_processed':
      return { call, series: seriesOf(fields['series']), tape: String(fields['tape']) }
    case 'rows': {
      const range = rangeOf(fields['range'])
      return { call, series: seriesOf(fields['series']), range, of: listOf(fields['of']).map(countedOf) }
    }
    case 'processed_rows':
      return { call, series: seriesOf(fields['series']), of: listOf(fields['of']).map(countedOf) }
    default:
      throw refused(`the call ${String(call)}`)
  }
}

/** The store's own manifests, with as many rows as the asker was told of. */
export function countedManifests(
  of: readonly CountedImport[],
  held: readonly ImportManifest[],
): ImportManifest[] {
  const byId = new Map(held.map((manifest) => [manifest.import_id, manifest]))
  return of.map(({ import_id, row_count }) => {
    const manifest = byId.get(import_id)
    if (manifest === undefined || row_count > manifest.row_count) throw refused(`the import ${import_id}`)
    return { ...manifest, row_count }
  })
}

function countedOf(value: unknown): CountedImport {
  const { import_id, row_count } = recordOf(value)
  if (typeof import_id !== 'string' || !isCount(row_count)) throw refused('an import')
  return { import_id, row_count }
}

function seriesOf(value: unknown): TickSeries {
  const { instrument_id, kind, interval_us, price_type: text } = recordOf(value)
  if (typeof instrument_id !== 'string') throw refused('an instrument')
  const rows = ROWS_BY_KIND.find((known) => known === kind)
  if (rows !== undefined) return { instrument_id, kind: rows }
  const price_type = BAR_PRICE_TYPES.find((known) => known === text)
  if (kind !== 'bar' || price_type === undefined || !isCount(interval_us)) throw refused('a series')
  return { instrument_id, kind, interval_us, price_type }
}

function rangeOf(value: unknown): TimeRange {
  const { from_us, to_us } = recordOf(value)
  return { from_us: timeOf(from_us), to_us: timeOf(to_us) }
}

function timeOf(value: unknown): number {
  if (value === 'infinity') return Number.POSITIVE_INFINITY
  if (typeof value !== 'number') throw refused('a range')
  return value
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused('a question')
  return value as Readonly<Record<string, unknown>>
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw refused('a list')
  return value
}

function refused(what: string): OperatingError {
  return new OperatingError({
    code: 'recorder.bad_question',
    reason: 'unavailable',
    what: `The recorder does not understand ${what} it was asked for.`,
    remedy: 'Use the same version of this program for the recorder and for what reads from it.',
  })
}
