// How each kind of row lies in the store: one description gives the table, the insert, the select and the hash.

import type { TickColumns, TickKind, TickSeries } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'

export type ValueColumn = { readonly name: string; readonly type: 'Int64' | 'Int8' }

export type TickTable = {
  readonly kind: TickKind
  readonly name: string
  /** What tells a series from its neighbours of the same instrument; ahead of the time in the key. */
  readonly series_columns: readonly string[]
  readonly values: readonly ValueColumn[]
}

const int64 = (name: string): ValueColumn => ({ name, type: 'Int64' })
const int8 = (name: string): ValueColumn => ({ name, type: 'Int8' })

export const TICK_TABLES: readonly TickTable[] = [
  {
    kind: 'quote',
    name: 'orrery.quotes',
    series_columns: [],
    values: ['bid_price_units', 'ask_price_units', 'bid_size_units', 'ask_size_units'].map(int64),
  },
  {
    kind: 'trade',
    name: 'orrery.trades',
    series_columns: [],
    values: [int64('price_units'), int64('size_units'), int8('aggressor_side')],
  },
  {
    kind: 'bar',
    name: 'orrery.bars',
    series_columns: ['interval_us', 'price_type'],
    values: [
      'open_price_units',
      'high_price_units',
      'low_price_units',
      'close_price_units',
      'volume_units',
    ].map(int64),
  },
  {
    kind: 'book_level',
    name: 'orrery.book_levels',
    series_columns: [],
    values: [int8('action'), int8('side'), int64('price_units'), int64('size_units'), int8('is_last')],
  },
  {
    kind: 'book_order',
    name: 'orrery.book_orders',
    series_columns: [],
    values: [
      int8('action'),
      int64('order_id'),
      int8('side'),
      int64('price_units'),
      int64('size_units'),
      int8('is_last'),
    ],
  },
]

/** What a recorder adds to a row; all 0 where the row was imported. */
export const RECORDED_VALUES: readonly { readonly name: string; readonly codec: string }[] = [
  { name: 'ts_recv_us', codec: 'Delta, ZSTD(1)' },
  { name: 'ts_seq_us', codec: 'Delta, ZSTD(1)' },
  { name: 'processed_seq', codec: 'Delta, ZSTD(1)' },
  { name: 'processed_count', codec: 'T64, LZ4' },
  { name: 'source_stream', codec: 'T64, LZ4' },
  { name: 'source_sequence', codec: 'Delta, ZSTD(1)' },
  { name: 'source_row', codec: 'T64, LZ4' },
]

export const PRICE_TYPE_NUMBER = { bid: 1, ask: 2, last: 3 } as const

export function tableOf(kind: TickKind): TickTable {
  return must(
    TICK_TABLES.find((table) => table.kind === kind),
    `every kind of row has a table, ${kind} too`,
  )
}

/** The columns of a block in the table's order, each `count` long. */
export function valuesOf(table: TickTable, block: TickColumns): Float64Array[] {
  const columns = block as unknown as Record<string, Float64Array | undefined>
  return table.values.map(({ name }) =>
    must(columns[name], `a ${table.kind} block has ${name}`).subarray(0, block.count),
  )
}

/** Builds a block from its times and its columns in the table's order. */
export function blockOf(
  series: TickSeries,
  count: number,
  times: Float64Array,
  values: Float64Array[],
): TickColumns {
  const columns: Record<string, unknown> = { kind: series.kind, count, ts_event_us: times }
  if (series.kind === 'bar') {
    columns['interval_us'] = series.interval_us
    columns['price_type'] = series.price_type
  }
  tableOf(series.kind).values.forEach(({ name }, index) => {
    columns[name] = values[index]
  })
  return columns as unknown as TickColumns
}

/** One text per series, the same for the same series. */
export function seriesKey(series: TickSeries): string {
  return series.kind === 'bar'
    ? `${series.instrument_id}/bar/${series.interval_us}/${series.price_type}`
    : `${series.instrument_id}/${series.kind}`
}

/** `series_columns` and their values for one series, as SQL literals. */
export function seriesLiterals(series: TickSeries): readonly string[] {
  if (series.kind !== 'bar') return []
  return [String(series.interval_us), String(PRICE_TYPE_NUMBER[series.price_type])]
}
