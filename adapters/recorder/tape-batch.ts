// A batch of the raw tape as it lies in a file and travels on the bus: a head that says which tape and how far it has
// come, then the rows of each series as packed columns. Little-endian: magic "ORTP", a version byte and three of zero,
// the length of the head (u32), the head as JSON, each section behind its length (u32), and a CRC-32C of all before it.

import { crc32c } from '../../engine/journal/crc32c.ts'
import { decodeRows, encodeRows, type PackedRows, ROW_COLUMNS } from '../../engine/wire/packed-rows.ts'

export const TAPE_VERSION = 2
const VERSIONS_READ = [1, TAPE_VERSION]
const MAGIC = 0x5054524f
const PREFIX_SIZE = 12

export type TapeHead = {
  /** `<node>/<session>`. */
  readonly tape: string
  readonly epoch: number
  /** Batches of a tape's epoch are numbered from 1. */
  readonly number: number
  /** All rows of inputs up to this one are in this batch or in those before it. */
  readonly last_seq: number
  /** Nothing follows in this epoch. */
  readonly is_last: boolean
  /** Names of the feeds' streams; rows name theirs by its place. */
  readonly streams: readonly string[]
  /** By series, the number of the row that comes next. */
  readonly next_rows: Readonly<Record<string, number>>
  /** Venues whose rows come out of a stored history; absent in a version before 2, where none did. */
  readonly history_venues?: readonly string[]
}

export type TapeBatch = { readonly head: TapeHead; readonly sections: readonly PackedRows[] }

export function encodeTapeBatch({ head, sections }: TapeBatch): Uint8Array {
  const headBytes = Buffer.from(JSON.stringify(head))
  const parts = sections.map(encodeRows)
  const size = parts.reduce((sum, part) => sum + 4 + part.length, PREFIX_SIZE + headBytes.length + 4)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  bytes[4] = TAPE_VERSION
  view.setUint32(8, headBytes.length, true)
  bytes.set(headBytes, PREFIX_SIZE)
  let at = PREFIX_SIZE + headBytes.length
  for (const part of parts) {
    view.setUint32(at, part.length, true)
    bytes.set(part, at + 4)
    at += 4 + part.length
  }
  view.setUint32(at, crc32c(bytes, 0, at), true)
  return bytes
}

/** Decodes a batch; a text says what is wrong with the bytes, whoever made them. */
export function decodeTapeBatch(bytes: Uint8Array): TapeBatch | string {
  if (bytes.length < PREFIX_SIZE + 4) return 'it is cut off'
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(0, true) !== MAGIC) return 'it is no batch of a tape'
  if (!VERSIONS_READ.includes(bytes[4] as number)) return `its version ${bytes[4]} is not known`
  const end = bytes.length - 4
  if (view.getUint32(end, true) !== crc32c(bytes, 0, end)) return 'its checksum does not match'
  const headEnd = PREFIX_SIZE + view.getUint32(8, true)
  const head = headEnd > end ? undefined : headOf(bytes.subarray(PREFIX_SIZE, headEnd))
  if (head === undefined) return 'its head is damaged'
  const sections: PackedRows[] = []
  for (let at = headEnd; at < end; ) {
    const from = at + 4
    const to = from > end ? end + 1 : from + view.getUint32(at, true)
    if (to > end) return 'a section is cut off'
    const section = decodeRows(bytes.subarray(from, to))
    if (typeof section === 'string') return `a section is damaged: ${section}`
    if (section.columns.length === ROW_COLUMNS[section.series.kind].length) return 'a section is of no tape'
    sections.push(section)
    at = to
  }
  return { head, sections }
}

function headOf(bytes: Uint8Array): TapeHead | undefined {
  let head: unknown
  try {
    head = JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined // The caller says that it is damaged.
  }
  if (typeof head !== 'object' || head === null) return undefined
  const { tape, epoch, number, last_seq, is_last, streams, next_rows } = head as Partial<TapeHead>
  const { history_venues = [] } = head as Partial<TapeHead>
  const isWhole =
    typeof tape === 'string' &&
    [epoch, number, last_seq].every(Number.isSafeInteger) &&
    typeof is_last === 'boolean' &&
    Array.isArray(streams) &&
    streams.every((name) => typeof name === 'string') &&
    typeof next_rows === 'object' &&
    next_rows !== null &&
    Object.values(next_rows).every(Number.isSafeInteger) &&
    Array.isArray(history_venues) &&
    history_venues.every((venue) => typeof venue === 'string')
  return isWhole ? (head as TapeHead) : undefined
}
