import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RECORD_KIND } from '../journal-port.ts'
import type { Sha256 } from '../sha256-port.ts'
import { BatchBuilder, type BatchPlace } from './batch-builder.ts'
import { BATCH_TYPE } from './batch-format.ts'
import { openingOf, parseBatch, recordsOf } from './parse-batch.ts'
import { sealOpening } from './seal-batch.ts'

const sha256: Sha256 = {
  digest: (...parts) => Uint8Array.from(createHash('sha256').update(Buffer.concat(parts)).digest()),
}

const PLACE: BatchPlace = {
  epoch: 3,
  number: 7,
  first_lsn: 2 ** 40,
  durable_number: 5,
  previous_hash: new Uint8Array(32).fill(9),
}

const records = fc.array(
  fc.record({
    kind: fc.constantFrom(...Object.values(RECORD_KIND)),
    payload: fc.uint8Array({ maxLength: 40_000 }),
  }),
  { maxLength: 20 },
)

test('[J2] what was sealed parses to the same place, records and chain hash, and a cleared builder starts anew', () => {
  const builder = new BatchBuilder()
  fc.assert(
    fc.property(records, (appended) => {
      builder.clear()
      for (const { kind, payload } of appended) builder.append(kind, payload)
      const sealed = builder.seal(PLACE, sha256)
      const batch = parseBatch(sealed.bytes.slice(), sha256)
      if (typeof batch === 'string') throw new Error(batch)
      expect(batch).toEqual({ ...PLACE, ...sealed, type: BATCH_TYPE.records, record_count: appended.length })
      expect([...recordsOf(batch)]).toEqual(
        appended.map((record, index) => ({ lsn: PLACE.first_lsn + index, ...record })),
      )
    }),
    { numRuns: 50 },
  )
})

test('[J2] an opening gives back header and base', () => {
  const opening = { epoch: 4, header: Uint8Array.of(1, 2, 3), base: Uint8Array.of(4, 5) }
  const batch = parseBatch(sealOpening(opening, PLACE.previous_hash, sha256).bytes, sha256)
  if (typeof batch === 'string') throw new Error(batch)
  expect(openingOf(batch)).toEqual(opening)
})

test('[J2] the chain hash is SHA-256 of previous hash, header and body', () => {
  const builder = new BatchBuilder()
  builder.append(RECORD_KIND.input, Uint8Array.of(1, 2, 3))
  const { bytes, chain_hash } = builder.seal(PLACE, sha256)
  expect(chain_hash).toEqual(sha256.digest(PLACE.previous_hash, bytes.subarray(40, bytes.length - 32)))
})

test('[J2] no flipped bit, missing byte or byte too many passes', () => {
  const builder = new BatchBuilder()
  builder.append(RECORD_KIND.input, Uint8Array.of(1, 2, 3))
  builder.append(RECORD_KIND.effects, new Uint8Array())
  const sealed = builder.seal(PLACE, sha256).bytes.slice()
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = sealed.slice()
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(parseBatch(flipped, sha256)).toEqual(expect.any(String))
  }
  for (let size = 0; size < sealed.length; size++)
    expect(parseBatch(sealed.subarray(0, size), sha256)).toEqual(expect.any(String))
  expect(parseBatch(Uint8Array.of(...sealed, 0), sha256)).toBe('no batch starts here')
})
