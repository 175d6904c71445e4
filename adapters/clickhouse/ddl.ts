// The store's tables. Rows sync to disk before an insert returns, and merged parts before their sources go, so that a
// manifest never outlives the rows it vouches for.

import { RECORDED_VALUES, TICK_TABLES, type TickTable } from './tick-table.ts'

const DURABLE = 'fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1'

export const DDL: readonly string[] = [
  'CREATE DATABASE IF NOT EXISTS orrery ENGINE = Atomic',
  `CREATE TABLE IF NOT EXISTS orrery.instruments (
    instrument UInt32, instrument_id String, version UInt32, definition String
  ) ENGINE = MergeTree ORDER BY (instrument, version) SETTINGS ${DURABLE}`,
  `CREATE TABLE IF NOT EXISTS orrery.imports (
    import_id String, source_name String, mapping String, instrument_id String, kind String,
    interval_us Int64, price_type String, row_count Int64, first_us Int64, last_us Int64, data_hash String
  ) ENGINE = MergeTree ORDER BY import_id SETTINGS ${DURABLE}`,
  // A part of a recording has a row for each time it has grown; the longest says how far it has come.
  `CREATE TABLE IF NOT EXISTS orrery.recordings (
    import_id String, source_name String, mapping String, instrument_id String, kind String,
    interval_us Int64, price_type String, row_count Int64, first_us Int64, last_us Int64, data_hash String
  ) ENGINE = ReplacingMergeTree(row_count) ORDER BY import_id SETTINGS ${DURABLE}`,
  ...TICK_TABLES.map(tickTableDdl),
  // A store made before there were recordings gets their columns; its rows are not touched.
  ...TICK_TABLES.map(
    ({ name }) =>
      `ALTER TABLE ${name} ${RECORDED_VALUES.map((column) => `ADD COLUMN IF NOT EXISTS ${recordedDdl(column)}`).join(', ')}`,
  ),
]

export function orderBy(table: TickTable): string {
  return ['instrument', ...table.series_columns, 'ts', 'row_no', 'import_key'].join(', ')
}

function tickTableDdl(table: TickTable): string {
  const seriesColumns = table.series_columns.map((name) => `${name} Int64 CODEC(LZ4),`).join(' ')
  const values = table.values.map(({ name, type }) => `${name} ${type} CODEC(T64, LZ4)`).join(', ')
  return `CREATE TABLE IF NOT EXISTS ${table.name} (
    instrument UInt32 CODEC(LZ4), ${seriesColumns}
    ts DateTime64(9, 'UTC') CODEC(Delta, T64, ZSTD(1)), row_no UInt32 CODEC(Delta, LZ4), import_key UInt64 CODEC(LZ4),
    ${values}, ${RECORDED_VALUES.map(recordedDdl).join(', ')}
  ) ENGINE = MergeTree ORDER BY (${orderBy(table)}) SETTINGS ${DURABLE}`
}

function recordedDdl({ name, codec }: (typeof RECORDED_VALUES)[number]): string {
  return `${name} Int64 DEFAULT 0 CODEC(${codec})`
}
