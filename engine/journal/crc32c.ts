// CRC-32C (Castagnoli), reflected, as in RFC 3720. Eight tables let the loop take eight bytes a turn.

import { must } from '../../schemas/assert.ts'

const POLYNOMIAL = 0x82f63b78
const TABLES = makeTables()
const T0 = tableAt(TABLES, 0)
const T1 = tableAt(TABLES, 1)
const T2 = tableAt(TABLES, 2)
const T3 = tableAt(TABLES, 3)
const T4 = tableAt(TABLES, 4)
const T5 = tableAt(TABLES, 5)
const T6 = tableAt(TABLES, 6)
const T7 = tableAt(TABLES, 7)

/** The CRC-32C of `bytes[from, to)`, as an unsigned 32-bit integer. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = ~0
  let at = from
  for (const end = to - 7; at < end; at += 8) {
    const low = crc ^ littleEndian(bytes, at)
    crc =
      entry(T7, low) ^
      entry(T6, low >>> 8) ^
      entry(T5, low >>> 16) ^
      entry(T4, low >>> 24) ^
      entry(T3, bytes[at + 4] as number) ^
      entry(T2, bytes[at + 5] as number) ^
      entry(T1, bytes[at + 6] as number) ^
      entry(T0, bytes[at + 7] as number)
  }
  for (; at < to; at++) crc = entry(T0, crc ^ (bytes[at] as number)) ^ (crc >>> 8)
  return ~crc >>> 0
}

function littleEndian(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  )
}

function entry(table: Int32Array, byte: number): number {
  return table[byte & 255] as number
}

/** Table k advances a byte's remainder by k further zero bytes. */
function makeTables(): Int32Array[] {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256))
  const first = tableAt(tables, 0)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    first[byte] = crc
  }
  for (let k = 1; k < 8; k++) {
    const table = tableAt(tables, k)
    tableAt(tables, k - 1).forEach((crc, byte) => {
      table[byte] = entry(first, crc) ^ (crc >>> 8)
    })
  }
  return tables
}

function tableAt(tables: readonly Int32Array[], k: number): Int32Array {
  return must(tables[k], 'there are eight tables')
}
