// A sealed group-commit batch: the unit that is written, copied to another log as one message, and chained.
//
//   0  magic         u32     4  CRC-32C of bytes [8, length)   u32
//   8  previous hash 32 B   40  length of the batch in bytes   u32
//  44  version u8, type u8, zero u16                           48  epoch u32
//  52  record count  u32    56  batch number f64               64  first lsn f64
//  72  durable batch number f64
//  80  body                 length - 32  chain hash = SHA-256(bytes [8, length - 32))
//
// All little-endian. The hash therefore covers previous hash, header and body; the CRC covers the hash as well. The
// durable batch number is the last batch known durable when this one was sealed: a later batch so proves an earlier
// one was acknowledged.

export const BATCH_MAGIC = 0x424a524f // "ORJB"
export const BATCH_VERSION = 1
export const HEADER_SIZE = 80
export const HASH_SIZE = 32
export const BATCH_SIZE_MIN = HEADER_SIZE + HASH_SIZE

/** Bytes before a record's payload: its length (u32) and its kind (u8). */
export const RECORD_PREFIX_SIZE = 5

export const OFFSET = {
  magic: 0,
  crc: 4,
  covered: 8,
  previous_hash: 8,
  length: 40,
  version: 44,
  type: 45,
  epoch: 48,
  record_count: 52,
  number: 56,
  first_lsn: 64,
  durable_number: 72,
} as const

/** `opening` is batch 0 of its epoch and holds header and base; all others hold records. */
export const BATCH_TYPE = { opening: 1, records: 2 } as const
export type BatchType = (typeof BATCH_TYPE)[keyof typeof BATCH_TYPE]

export type BatchHeader = {
  readonly type: BatchType
  readonly epoch: number
  /** 0 for the opening, then one more for each batch. */
  readonly number: number
  readonly first_lsn: number
  readonly record_count: number
  readonly durable_number: number
  readonly previous_hash: Uint8Array
}

export type Batch = BatchHeader & {
  /** The whole batch as sealed. */
  readonly bytes: Uint8Array
  readonly chain_hash: Uint8Array
}

/** The chain's hash before the first batch of the first epoch. */
export const FIRST_PREVIOUS_HASH: Uint8Array = new Uint8Array(HASH_SIZE)

export function lastLsn(batch: BatchHeader): number {
  return batch.first_lsn + batch.record_count - 1
}
