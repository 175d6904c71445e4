// Reads sealed batches back. Nothing is trusted before CRC and chain hash agree.

import { assert } from '../../schemas/assert.ts'
import type { JournalRecord, RecordKind } from '../journal-port.ts'
import type { Sha256 } from '../sha256-port.ts'
import {
  BATCH_MAGIC,
  BATCH_SIZE_MIN,
  BATCH_TYPE,
  BATCH_VERSION,
  type Batch,
  type BatchType,
  HASH_SIZE,
  HEADER_SIZE,
  OFFSET,
  RECORD_PREFIX_SIZE,
} from './batch-format.ts'
import { crc32c } from './crc32c.ts'
import type { Opening } from './seal-batch.ts'

/** The length the header at `bytes` claims, or undefined when no batch starts there. Needs HEADER_SIZE bytes. */
export function claimedLength(bytes: Uint8Array): number | undefined {
  const view = viewOf(bytes)
  if (view.getUint32(OFFSET.magic, true) !== BATCH_MAGIC) return undefined
  const length = view.getUint32(OFFSET.length, true)
  return length < BATCH_SIZE_MIN ? undefined : length
}

/** Parses exactly one batch, or says in a few words what is wrong with it. */
export function parseBatch(bytes: Uint8Array, sha256: Sha256): Batch | string {
  if (bytes.length < BATCH_SIZE_MIN) return 'a batch is incomplete'
  const view = viewOf(bytes)
  if (claimedLength(bytes) !== bytes.length) return 'no batch starts here'
  if (view.getUint32(OFFSET.crc, true) !== crc32c(bytes, OFFSET.covered))
    return 'the CRC of a batch does not match'
  const version = view.getUint8(OFFSET.version)
  if (version !== BATCH_VERSION)
    return `a batch has format version ${version}, this build reads ${BATCH_VERSION}`
  const type = view.getUint8(OFFSET.type)
  if (!isBatchType(type)) return `a batch has the unknown type ${type}`
  const hashOffset = bytes.length - HASH_SIZE
  const chainHash = bytes.subarray(hashOffset)
  if (!sameBytes(sha256.digest(bytes.subarray(OFFSET.covered, hashOffset)), chainHash))
    return 'the chain hash of a batch does not match'
  return {
    type,
    epoch: view.getUint32(OFFSET.epoch, true),
    number: view.getFloat64(OFFSET.number, true),
    first_lsn: view.getFloat64(OFFSET.first_lsn, true),
    record_count: view.getUint32(OFFSET.record_count, true),
    durable_number: view.getFloat64(OFFSET.durable_number, true),
    previous_hash: bytes.subarray(OFFSET.previous_hash, OFFSET.length),
    bytes,
    chain_hash: chainHash,
  }
}

/** The records of a parsed batch, as views into its bytes. */
export function* recordsOf(batch: Batch): Generator<JournalRecord> {
  assert(batch.type === BATCH_TYPE.records, 'only a batch of records has records')
  const view = viewOf(batch.bytes)
  let at = HEADER_SIZE
  for (let i = 0; i < batch.record_count; i++) {
    const start = at + RECORD_PREFIX_SIZE
    const end = start + view.getUint32(at, true)
    assert(end <= batch.bytes.length - HASH_SIZE, 'the records of a sealed batch fill its body')
    const kind = view.getUint8(at + 4) as RecordKind
    yield { lsn: batch.first_lsn + i, kind, payload: batch.bytes.subarray(start, end) }
    at = end
  }
  assert(at === batch.bytes.length - HASH_SIZE, 'the records of a sealed batch fill its body')
}

/** Header and base of a parsed opening. */
export function openingOf(batch: Batch): Opening {
  assert(batch.type === BATCH_TYPE.opening, 'only an opening has header and base')
  const headerStart = HEADER_SIZE + 4
  const baseStart = headerStart + viewOf(batch.bytes).getUint32(HEADER_SIZE, true)
  const end = batch.bytes.length - HASH_SIZE
  assert(baseStart <= end, 'the header of an opening lies inside its body')
  return {
    epoch: batch.epoch,
    header: batch.bytes.slice(headerStart, baseStart),
    base: batch.bytes.slice(baseStart, end),
  }
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}

function isBatchType(type: number): type is BatchType {
  return type === BATCH_TYPE.opening || type === BATCH_TYPE.records
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
