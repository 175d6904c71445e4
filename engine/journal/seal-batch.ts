// Seals batches: fills in the header around a body, chains it and protects it.

import { assert } from '../../schemas/assert.ts'
import type { Sha256 } from '../sha256-port.ts'
import {
  BATCH_MAGIC,
  BATCH_SIZE_MIN,
  BATCH_TYPE,
  BATCH_VERSION,
  type Batch,
  type BatchHeader,
  HASH_SIZE,
  HEADER_SIZE,
  OFFSET,
} from './batch-format.ts'
import { crc32c } from './crc32c.ts'

/** Seals `bytes`, in which the body already stands between the room for the header and the room for the hash. */
export function sealBatch(bytes: Uint8Array, header: BatchHeader, sha256: Sha256): Batch {
  assert(header.previous_hash.length === HASH_SIZE, 'a chain hash has 32 bytes')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  bytes.set(header.previous_hash, OFFSET.previous_hash)
  view.setUint32(OFFSET.length, bytes.length, true)
  view.setUint8(OFFSET.version, BATCH_VERSION)
  view.setUint8(OFFSET.type, header.type)
  view.setUint32(OFFSET.epoch, header.epoch, true)
  view.setFloat64(OFFSET.number, header.number, true)
  view.setFloat64(OFFSET.first_lsn, header.first_lsn, true)
  view.setUint32(OFFSET.record_count, header.record_count, true)
  view.setFloat64(OFFSET.durable_number, header.durable_number, true)
  const hashOffset = bytes.length - HASH_SIZE
  const chainHash = sha256.digest(bytes.subarray(OFFSET.covered, hashOffset))
  bytes.set(chainHash, hashOffset)
  view.setUint32(OFFSET.magic, BATCH_MAGIC, true)
  view.setUint32(OFFSET.crc, crc32c(bytes, OFFSET.covered), true)
  return { ...header, bytes, chain_hash: chainHash }
}

export type Opening = { readonly epoch: number; readonly header: Uint8Array; readonly base: Uint8Array }

/** Seals batch 0 of an epoch: the header's length, the header, the base. */
export function sealOpening(opening: Opening, previous_hash: Uint8Array, sha256: Sha256): Batch {
  const { epoch, header, base } = opening
  const bytes = new Uint8Array(BATCH_SIZE_MIN + 4 + header.length + base.length)
  new DataView(bytes.buffer).setUint32(HEADER_SIZE, header.length, true)
  bytes.set(header, HEADER_SIZE + 4)
  bytes.set(base, HEADER_SIZE + 4 + header.length)
  return sealBatch(
    bytes,
    {
      type: BATCH_TYPE.opening,
      epoch,
      number: 0,
      first_lsn: 0,
      record_count: 0,
      durable_number: 0,
      previous_hash,
    },
    sha256,
  )
}
