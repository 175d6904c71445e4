import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from './canonical/canonical-reader.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import { OutputHash } from './output-hash.ts'
import type { Sha256 } from './sha256-port.ts'

// The engine's tests import no adapter, so this is a port of their own.
const sha256: Sha256 = {
  digest: (...parts) => new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest()),
}

function recordsOf(count: number, seed: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) =>
    Uint8Array.from({ length: (i * 7 + seed) % 40 }, (_, at) => i + at * seed),
  )
}

function chained(records: readonly Uint8Array[]): OutputHash {
  const hash = new OutputHash(sha256)
  for (const record of records) hash.append(record)
  return hash
}

/** The definition, written out over whole arrays. */
function byDefinition(records: readonly Uint8Array[]): Uint8Array {
  let h = Buffer.alloc(32)
  for (let from = 0; from < records.length; from += 4096) {
    const framed = records.slice(from, from + 4096).flatMap((record) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(record.length)
      return [length, record]
    })
    h = createHash('sha256')
      .update(Buffer.concat([h, ...framed]))
      .digest() as Buffer<ArrayBuffer>
  }
  return new Uint8Array(h)
}

test('no record gives 32 zero bytes', () => {
  expect(chained([]).digest()).toEqual(new Uint8Array(32))
})

test.each([1, 2, 4_095, 4_096, 4_097, 8_192, 10_000])('%i records hash as the definition says', (count) => {
  const records = recordsOf(count, 3)
  const hash = chained(records)
  expect(hash.digest()).toEqual(byDefinition(records))
  expect(hash.record_count).toBe(count)
})

test('reading the digest at any point does not disturb the chain', () => {
  const records = recordsOf(4_100, 5)
  const hash = new OutputHash(sha256)
  for (const record of records) {
    hash.append(record)
    if (record.length % 11 === 0) hash.digest()
  }
  expect(hash.digest()).toEqual(byDefinition(records))
})

test('the cut between two records counts', () => {
  const joined = chained([Uint8Array.of(1, 2), Uint8Array.of(3)])
  const shifted = chained([Uint8Array.of(1), Uint8Array.of(2, 3)])
  expect(joined.digest()).not.toEqual(shifted.digest())
})

test('a hash saved and loaded at any point ends in the same digest', () => {
  fc.assert(
    fc.property(fc.nat(9_000), fc.nat(9_000), fc.nat(39), (before, after, seed) => {
      const records = recordsOf(before + after, seed)
      const writer = new CanonicalWriter()
      chained(records.slice(0, before)).save(writer)
      const restored = chained(recordsOf(5, 1))
      const reader = new CanonicalReader(writer.view())
      restored.load(reader)
      reader.end()
      for (const record of records.slice(before)) restored.append(record)
      expect(restored.record_count).toBe(before + after)
      expect(restored.digest()).toEqual(byDefinition(records))
    }),
    { numRuns: 40 },
  )
})

test('a sink sees every record once, in order', () => {
  const records = recordsOf(5_000, 9)
  const seen: Uint8Array[] = []
  const hash = new OutputHash(sha256, (record) => seen.push(record.slice()))
  for (const record of records) hash.append(record)
  expect(seen).toEqual(records)
})

test('a saved block too short for a digest is refused', () => {
  const writer = new CanonicalWriter()
  writer.number(0)
  writer.bytes(new Uint8Array(31))
  expect(() => new OutputHash(sha256).load(new CanonicalReader(writer.view()))).toThrow(
    'begins with the digest',
  )
})
