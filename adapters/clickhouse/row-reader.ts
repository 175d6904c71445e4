// Reads rows in key order as columns, converted by the engine to what the node works with.

import type {
  ImportManifest,
  ProcessedColumns,
  TickColumns,
  TickSeries,
  TimeRange,
} from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { orderBy } from './ddl.ts'
import type { LanePool } from './lane-pool.ts'
import { importKey } from './manifest-table.ts'
import { alignedName, type NativeBlock } from './native-format.ts'
import { blockOf, RECORDED_VALUES, seriesKey, seriesLiterals, tableOf } from './tick-table.ts'

/**
 * One thread per stream leaves the other cores to the engine and to the other streams. Blocks and buffers are small
 * because each open part has some of both; they, not the range, decide the memory of a reading.
 */
const READ_SETTINGS = `max_block_size = 16384, max_threads = 1, preferred_block_size_bytes = 0, max_read_buffer_size = 32768,
  local_filesystem_read_method = 'pread', optimize_read_in_order = 1, read_in_order_use_buffering = 0`

/** A long reading goes window by window, so that it has open only the parts of one, however many there are. */
const WINDOW_ROWS = 5_000_000

/** Rows of a recording that are sorted by their numbers at once. */
const SORTED_ROWS = 1 << 20

const TIME = 'toFloat64(toUnixTimestamp64Micro(ts))'
const NS_REST = 'toUInt16(toUnixTimestamp64Nano(ts) % 1000)'

export type RowSelection = {
  readonly series: TickSeries
  readonly instrument: number
  readonly manifests: readonly ImportManifest[]
  readonly range: TimeRange
}

/** The rows of a selection as blocks. A count other than `rowCount` at the end is a damaged store, never a short result. */
export async function* readBlocks(
  lanes: LanePool,
  selection: RowSelection,
  rowCount: number,
): AsyncGenerator<TickColumns> {
  if (rowCount === 0) return
  let seen = 0
  for (const range of windowsOf(selection, rowCount)) {
    for await (const { count, columns } of lanes.blocks(selectSql({ ...selection, range }, [TIME]))) {
      const [times, ...values] = columns as Float64Array[]
      seen += count
      yield blockOf(selection.series, count, must(times, 'a reading has times'), values)
    }
  }
  if (seen !== rowCount) throw rowsMissing(selection.series, rowCount, seen)
}

/** The rows of one import with the nanoseconds below the microsecond, as its hash is made of them. */
export async function* readHashColumns(
  lanes: LanePool,
  selection: RowSelection,
  manifest: ImportManifest,
): AsyncGenerator<NativeBlock> {
  if (manifest.recorded === undefined) return yield* lanes.blocks(selectSql(selection, [TIME, NS_REST]))
  const recorded = RECORDED_VALUES.map(({ name }) => name)
  yield* recordedRows(lanes, selection, manifest, [TIME, NS_REST], recorded, 'true')
}

/** What a session processed of a series: its parts in turn, each in the order of its rows, which is that of the inputs. */
export async function* readProcessed(
  lanes: LanePool,
  selection: RowSelection,
): AsyncGenerator<TickColumns & ProcessedColumns> {
  const noted = ['processed_seq', 'ts_seq_us', 'processed_count']
  for (const manifest of selection.manifests) {
    const blocks = recordedRows(lanes, selection, manifest, [TIME], noted, 'processed_seq > 0')
    for await (const { count, columns } of blocks) {
      const [times, ...rest] = columns as Float64Array[]
      const values = rest.slice(0, -noted.length)
      const [processed_seq, ts_seq_us, processed_count] = rest.slice(-noted.length)
      yield {
        ...blockOf(selection.series, count, must(times, 'a reading has times'), values),
        processed_seq: must(processed_seq, 'a recorded row has its input'),
        ts_seq_us: must(ts_seq_us, 'a recorded row has its engine time'),
        processed_count: must(processed_count, 'a recorded row has its count'),
      }
    }
  }
}

/** Rows of a part by their numbers, a bounded number of them at a time, since they do not lie in that order. */
async function* recordedRows(
  lanes: LanePool,
  selection: RowSelection,
  manifest: ImportManifest,
  times: readonly string[],
  noted: readonly string[],
  condition: string,
): AsyncGenerator<NativeBlock> {
  const columns = columnsSql(selection, times, noted)
  const from = fromWhere({ ...selection, manifests: [manifest] })
  for (let row = 0; row < manifest.row_count; row += SORTED_ROWS) {
    const rows = `row_no >= ${row} AND row_no < ${row + SORTED_ROWS}`
    yield* lanes.blocks(
      `SELECT ${columns} ${from} AND ${rows} AND ${condition} ORDER BY row_no SETTINGS ${READ_SETTINGS}`,
    )
  }
}

/** Counts the rows of a selection. */
export function countSql(selection: RowSelection): string {
  return `SELECT toString(count()) AS row_count ${fromWhere(selection)}`
}

function selectSql(selection: RowSelection, times: readonly string[]): string {
  const table = tableOf(selection.series.kind)
  return `SELECT ${columnsSql(selection, times)} ${fromWhere(selection)} ORDER BY ${orderBy(table)} SETTINGS ${READ_SETTINGS}`
}

function columnsSql(
  { series }: RowSelection,
  times: readonly string[],
  noted: readonly string[] = [],
): string {
  const values = [...tableOf(series.kind).values.map(({ name }) => name), ...noted]
  const columns = [...times, ...values.map((name) => `toFloat64(${name})`)]
  return columns.map((column, index) => `${column} AS ${alignedName(index)}`).join(', ')
}

function fromWhere({ series, instrument, manifests, range }: RowSelection): string {
  const table = tableOf(series.kind)
  const literals = seriesLiterals(series)
  const conditions = [
    `instrument = ${instrument}`,
    ...table.series_columns.map((name, index) => `${name} = ${literals[index]}`),
    `ts >= fromUnixTimestamp64Micro(toInt64(${storedTime(range.from_us)}), 'UTC')`,
    `ts < fromUnixTimestamp64Micro(toInt64(${storedTime(range.to_us)}), 'UTC')`,
    `import_key IN (${manifests.map(({ import_id }) => importKey(import_id)).join(', ')})`,
    ...vouchedFor(manifests),
  ]
  return `FROM ${table.name} WHERE ${conditions.join(' AND ')}`
}

/** Of a recording only the rows its manifest counts: others are on their way in, or were left by a recorder that died. */
function vouchedFor(manifests: readonly ImportManifest[]): string[] {
  const parts = manifests.filter(({ recorded }) => recorded !== undefined)
  if (parts.length === 0) return []
  const keys = parts.map(({ import_id }) => `toUInt64(${importKey(import_id)})`)
  const counts = parts.map(({ row_count }) => `toUInt32(${row_count})`)
  return [
    `row_no < transform(import_key, [${keys.join(', ')}], [${counts.join(', ')}], toUInt32(4294967295))`,
  ]
}

/** Equal spans of the time that has rows; together they are the selection's range. */
export function windowsOf({ manifests, range }: RowSelection, rowCount: number): TimeRange[] {
  const windowCount = Math.ceil(rowCount / WINDOW_ROWS)
  const first_us = Math.max(range.from_us, Math.min(...manifests.map((manifest) => manifest.first_us)))
  const last_us = Math.min(range.to_us, Math.max(...manifests.map((manifest) => manifest.last_us)))
  const inner = Array.from({ length: windowCount - 1 }, (_, i) =>
    Math.round(first_us + ((last_us - first_us) * (i + 1)) / windowCount),
  )
  const bounds = [range.from_us, ...inner, range.to_us]
  return bounds.slice(1).map((to_us, i) => ({ from_us: bounds[i] as number, to_us }))
}

/** A bound of a range within what the time column holds. */
function storedTime(us: number): number {
  return Math.min(Math.max(Math.ceil(us), 0), Number.MAX_SAFE_INTEGER)
}

function rowsMissing(series: TickSeries, expected: number, found: number): OperatingError {
  return new OperatingError({
    code: 'store.rows_missing',
    reason: 'data',
    what: `The tick store vouches for ${expected} rows of ${seriesKey(series)} and has ${found}.`,
    remedy: 'The store is damaged; import the data again into a new directory.',
  })
}
