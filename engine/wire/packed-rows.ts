// Rows of one series as packed columns: how market data travels in batches, and how the raw tape lies in its files.
// Little-endian: a head of 32 bytes, the instrument id padded to eight, then each column as `count` Float64. The head:
//
//   0 magic "ORMD"   4 version   5 kind   6 price_scale   7 size_scale   8 count (u32)   12 columns (u16)
//   14 length of the id   15 price type of bars   16 interval_us of bars (f64)   24 first_row (f64)
//
// Decoding checks the form alone: sizes, names, numbers within the head. What the values may be is asked elsewhere.

import { assert } from '../../schemas/assert.ts'
import { isToken } from '../../schemas/ids.ts'
import { BAR_PRICE_TYPES } from '../../schemas/messages/market.ts'
import type { TickKind, TickSeries } from '../tick-store-port.ts'

export const PACKED_VERSION = 1
/** Bounds what a batch can make a reader allocate. */
export const PACKED_ROWS_MAX = 1 << 20

const MAGIC = 0x444d524f
const HEAD_SIZE = 32
const KINDS = ['quote', 'trade', 'bar', 'book_level', 'book_order'] as const

/** The columns of each kind in their order on the wire. */
export const ROW_COLUMNS = {
  quote: ['ts_event_us', 'bid_price_units', 'ask_price_units', 'bid_size_units', 'ask_size_units'],
  trade: ['ts_event_us', 'price_units', 'size_units', 'aggressor_side'],
  bar: [
    'ts_event_us',
    'open_price_units',
    'high_price_units',
    'low_price_units',
    'close_price_units',
    'volume_units',
  ],
  book_level: ['ts_event_us', 'action', 'side', 'price_units', 'size_units', 'is_last'],
  book_order: ['ts_event_us', 'action', 'order_id', 'side', 'price_units', 'size_units', 'is_last'],
} as const satisfies { readonly [kind in TickKind]: readonly string[] }

/** What the raw tape adds to a row: when it was seen, the input that carried it, and where it came from. */
export const RECORDED_COLUMNS = [
  'ts_recv_us',
  'ts_seq_us',
  'processed_seq',
  'processed_count',
  'source_stream',
  'source_sequence',
  'source_row',
] as const

export type PackedRows = {
  readonly series: TickSeries
  readonly price_scale: number
  readonly size_scale: number
  /** Number of the first row in its tape; 0 on the wire. */
  readonly first_row: number
  readonly count: number
  /** The kind's own columns, and behind them the recorded ones where the batch is of a tape. */
  readonly columns: readonly Float64Array[]
}

export function encodeRows(rows: PackedRows): Uint8Array {
  const { series, count, columns } = rows
  const id = asciiBytes(series.instrument_id)
  const columnsAt = HEAD_SIZE + padded(id.length)
  const bytes = new Uint8Array(columnsAt + columns.length * count * 8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  bytes[4] = PACKED_VERSION
  bytes[5] = KINDS.indexOf(series.kind)
  bytes[6] = rows.price_scale
  bytes[7] = rows.size_scale
  view.setUint32(8, count, true)
  view.setUint16(12, columns.length, true)
  bytes[14] = id.length
  if (series.kind === 'bar') {
    bytes[15] = BAR_PRICE_TYPES.indexOf(series.price_type)
    view.setFloat64(16, series.interval_us, true)
  }
  view.setFloat64(24, rows.first_row, true)
  bytes.set(id, HEAD_SIZE)
  columns.forEach((column, i) => {
    assert(column.length >= count, 'a packed column is as long as its batch')
    const { buffer, byteOffset } = column
    bytes.set(new Uint8Array(buffer, byteOffset, count * 8), columnsAt + i * count * 8)
  })
  return bytes
}

/** Whether bytes claim to be packed rows, whatever follows. */
export function isPacked(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === MAGIC
}

/** Decodes one batch; a text says why the bytes are none. The columns are copies. */
export function decodeRows(bytes: Uint8Array): PackedRows | string {
  if (bytes.length < HEAD_SIZE || !isPacked(bytes)) return 'not_packed_rows'
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes[4] !== PACKED_VERSION) return 'unknown_version'
  const kind = KINDS[bytes[5] as number]
  if (kind === undefined) return 'unknown_kind'
  const count = view.getUint32(8, true)
  const columnCount = view.getUint16(12, true)
  const own = ROW_COLUMNS[kind].length
  if (columnCount !== own && columnCount !== own + RECORDED_COLUMNS.length) return 'other_columns'
  const idLength = bytes[14] as number
  const columnsAt = HEAD_SIZE + padded(idLength)
  if (count === 0 || count > PACKED_ROWS_MAX || bytes.length !== columnsAt + columnCount * count * 8) {
    return 'wrong_length'
  }
  const series = seriesOf(kind, bytes, idLength)
  if (series === undefined) return 'bad_series'
  const first_row = view.getFloat64(24, true)
  if (!Number.isSafeInteger(first_row) || first_row < 0) return 'bad_first_row'
  const columns = Array.from({ length: columnCount }, (_, i) =>
    columnAt(bytes, columnsAt + i * count * 8, count),
  )
  const [price_scale, size_scale] = [bytes[6] as number, bytes[7] as number]
  return { series, price_scale, size_scale, first_row, count, columns }
}

function seriesOf(kind: TickKind, bytes: Uint8Array, idLength: number): TickSeries | undefined {
  const instrument_id = String.fromCharCode(...bytes.subarray(HEAD_SIZE, HEAD_SIZE + idLength))
  const tokens = instrument_id.split('.')
  if (tokens.length !== 2 || !tokens.every(isToken)) return undefined
  if (kind !== 'bar') return { instrument_id, kind }
  const price_type = BAR_PRICE_TYPES[bytes[15] as number]
  const interval_us = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(16, true)
  if (price_type === undefined || !Number.isSafeInteger(interval_us) || interval_us <= 0) return undefined
  return { instrument_id, kind, interval_us, price_type }
}

function columnAt(bytes: Uint8Array, offset: number, count: number): Float64Array {
  const copy = new Uint8Array(count * 8)
  copy.set(bytes.subarray(offset, offset + count * 8))
  return new Float64Array(copy.buffer)
}

/** Ids are tokens, hence ASCII. */
function asciiBytes(text: string): Uint8Array {
  assert(text.length <= 255, 'an instrument id is at most 255 characters')
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8
}
