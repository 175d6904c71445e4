// ClickHouse's Native format, for fixed-width columns: a block is the count of columns and of rows, then per column
// its name, its type and its values, little-endian. Both directions avoid copies: a block is written from the arrays
// it came in, and read as views into the chunk wherever the alignment allows.

import { assert, must } from '../../schemas/assert.ts'

export type NativeColumn = Float64Array | Uint32Array | Uint16Array
export type NativeBlock = { readonly count: number; readonly columns: readonly NativeColumn[] }

const text = new TextDecoder()

/** The buffers of one block, in the order they are written. The values are views of the caller's arrays. */
export function encodeNativeBlock(names: readonly string[], block: NativeBlock): Uint8Array[] {
  assert(names.length === block.columns.length, 'each column of a Native block has a name')
  const buffers: Uint8Array[] = [Buffer.from([...varuint(names.length), ...varuint(block.count)])]
  block.columns.forEach((column, index) => {
    assert(column.length === block.count, 'the columns of a Native block are equally long')
    const type = typeName(column)
    buffers.push(Buffer.concat([lengthed(must(names[index], 'a column has a name')), lengthed(type)]))
    buffers.push(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  })
  return buffers
}

/** Yields the blocks of a chunk that holds whole blocks, as chDB's do. */
export function* decodeNativeBlocks(chunk: Uint8Array): Generator<NativeBlock> {
  const cursor = { chunk, offset: 0 }
  while (cursor.offset < chunk.length) {
    const columnCount = readVaruint(cursor)
    const count = readVaruint(cursor)
    const columns: NativeColumn[] = []
    for (let index = 0; index < columnCount; index++) columns.push(readColumn(cursor, count))
    assert(cursor.offset <= chunk.length, 'a chunk of a Native stream holds whole blocks')
    yield { count, columns }
  }
}

/**
 * Names which put every column of a block of 16,384 to 2,097,151 rows on a multiple of eight bytes, if each column is
 * Float64: the header before the first column is then 1 + 3 + 1 + 3 + 8 bytes long, that of the others 1 + 7 + 8.
 */
export function alignedName(index: number): string {
  assert(index < 36, 'one letter or digit tells the columns of a block apart')
  return index === 0 ? 'ts0' : `value_${index.toString(36)}`
}

function typeName(column: NativeColumn): string {
  if (column instanceof Float64Array) return 'Float64'
  return column instanceof Uint32Array ? 'UInt32' : 'UInt16'
}

type Cursor = { readonly chunk: Uint8Array; offset: number }

function readColumn(cursor: Cursor, count: number): NativeColumn {
  readText(cursor)
  const type = readText(cursor)
  assert(
    type === 'Float64' || type === 'UInt16',
    `a reading has Float64 and UInt16 columns only, not ${type}`,
  )
  const make = type === 'Float64' ? Float64Array : Uint16Array
  const { chunk, offset } = cursor
  const from = chunk.byteOffset + offset
  const byteLength = count * make.BYTES_PER_ELEMENT
  assert(offset + byteLength <= chunk.length, 'a chunk of a Native stream holds whole blocks')
  cursor.offset += byteLength
  if (from % make.BYTES_PER_ELEMENT === 0) return new make(chunk.buffer as ArrayBuffer, from, count)
  // A Buffer's `slice` shares memory; this copies whatever kind of bytes the chunk is.
  const copy = new Uint8Array(chunk.subarray(offset, offset + byteLength))
  return new make(copy.buffer, 0, count)
}

function readText(cursor: Cursor): string {
  const length = readVaruint(cursor)
  cursor.offset += length
  return text.decode(cursor.chunk.subarray(cursor.offset - length, cursor.offset))
}

function readVaruint(cursor: Cursor): number {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = must(cursor.chunk[cursor.offset++], 'a chunk of a Native stream holds whole blocks')
    value += (byte & 127) * scale
    if (byte < 128) return value
  }
}

function varuint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varuint(Math.floor(value / 128))]
}

function lengthed(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from(varuint(bytes.length)), bytes])
}
