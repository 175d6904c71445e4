// An archived epoch: its batches end to end as they were, in blocks of one MiB, each packed by itself, so that any place
// is found without unpacking what is before it; then the packed length of each block; then the trailer.
//
//   trailer   0  magic u32    4  CRC-32C of what follows, lengths before it included    8  version u32   12  epoch u32
//            16  block count u32, zero u32   24  bytes unpacked f64   32  number of the last batch f64
//            40  last lsn f64   48  chain hash 32 B, behind the last batch
//
// All little-endian. The epoch after names that chain hash in its opening, so that no archive can stand in for another.

import { HASH_SIZE } from '../../engine/journal/batch-format.ts'
import { crc32c } from '../../engine/journal/crc32c.ts'

/** How an epoch ends, and how it is packed. */
export type ArchiveTrailer = {
  readonly epoch: number
  /** Packed length of each block. */
  readonly lengths: readonly number[]
  readonly unpacked_bytes: number
  readonly number: number
  readonly last_lsn: number
  readonly chain_hash: Uint8Array
}

export const BLOCK_BYTES = 1024 * 1024
export const TRAILER_SIZE = 48 + HASH_SIZE

const MAGIC = 0x41524f // "ORA"
const VERSION = 1
const CRC_OFFSET = 4
const COVERED_OFFSET = 8
const LENGTH_SIZE = 4

/** Block lengths and trailer, as they stand at the end of the file. */
export function archiveEnd(trailer: ArchiveTrailer): Uint8Array {
  const start = trailer.lengths.length * LENGTH_SIZE
  const bytes = new Uint8Array(start + TRAILER_SIZE)
  const view = new DataView(bytes.buffer)
  trailer.lengths.forEach((length, block) => {
    view.setUint32(block * LENGTH_SIZE, length, true)
  })
  view.setUint32(start, MAGIC, true)
  view.setUint32(start + 8, VERSION, true)
  view.setUint32(start + 12, trailer.epoch, true)
  view.setUint32(start + 16, trailer.lengths.length, true)
  view.setFloat64(start + 24, trailer.unpacked_bytes, true)
  view.setFloat64(start + 32, trailer.number, true)
  view.setFloat64(start + 40, trailer.last_lsn, true)
  bytes.set(trailer.chain_hash, start + 48)
  view.setUint32(start + CRC_OFFSET, crcOf(bytes, start), true)
  return bytes
}

/** Size of block lengths and trailer, from the trailer; undefined where none is. */
export function archiveEndSize(trailer: Uint8Array): number | undefined {
  const view = new DataView(trailer.buffer, trailer.byteOffset, trailer.length)
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(8, true) !== VERSION) return undefined
  return view.getUint32(16, true) * LENGTH_SIZE + TRAILER_SIZE
}

/** Undefined where the bytes are not as they were written. */
export function parseArchiveEnd(bytes: Uint8Array): ArchiveTrailer | undefined {
  const start = bytes.length - TRAILER_SIZE
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(start + CRC_OFFSET, true) !== crcOf(bytes, start)) return undefined
  return {
    epoch: view.getUint32(start + 12, true),
    lengths: Array.from({ length: start / LENGTH_SIZE }, (_, block) =>
      view.getUint32(block * LENGTH_SIZE, true),
    ),
    unpacked_bytes: view.getFloat64(start + 24, true),
    number: view.getFloat64(start + 32, true),
    last_lsn: view.getFloat64(start + 40, true),
    chain_hash: bytes.slice(start + 48),
  }
}

/** Of the lengths and of the trailer behind its own checksum. */
function crcOf(bytes: Uint8Array, start: number): number {
  const covered = new Uint8Array(bytes.length - COVERED_OFFSET)
  covered.set(bytes.subarray(0, start))
  covered.set(bytes.subarray(start + COVERED_OFFSET), start)
  return crc32c(covered, 0)
}
