import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bigintOf, safeNumberOf, writeHex } from './safe-bigint.ts'

const edges = [0, 1, 2 ** 31, 2 ** 32, 2 ** 32 - 1, 2 ** 52, Number.MAX_SAFE_INTEGER]
const safe = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(...edges, ...edges.map((edge) => -edge)))

test('a safe integer becomes the bigint that the platform makes of it, and that the number again', () => {
  fc.assert(
    fc.property(safe, (value) => {
      expect(bigintOf(value)).toBe(BigInt(value))
      expect(safeNumberOf(BigInt(value))).toBe(value === 0 ? 0 : value)
    }),
    { numRuns: 2000 },
  )
})

test('a bigint that is no safe integer is no number', () => {
  const beyond = fc.oneof(
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 53n + 8n }),
    fc.bigInt({ min: 2n ** 63n - 8n, max: 2n ** 64n + 8n }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }),
  )
  fc.assert(
    fc.property(beyond, (value) => {
      expect([safeNumberOf(value), safeNumberOf(-value)]).toEqual([Number.NaN, Number.NaN])
    }),
    { numRuns: 2000 },
  )
})

test('the digits of 64 bits are those of the platform, and of more there are none', () => {
  const bytes = new Uint8Array(24)
  const view = new DataView(bytes.buffer)
  const edges = [0n, 1n, 15n, 16n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 56n, 2n ** 63n - 1n]
  const value = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(...edges))
  fc.assert(
    fc.property(value, fc.boolean(), fc.nat(3), (magnitude, isNegative, at) => {
      const shown = isNegative ? -magnitude : magnitude
      if (shown === 2n ** 63n) return
      const end = writeHex(shown, view, at)
      expect(String.fromCharCode(...bytes.subarray(at, end))).toBe(shown.toString(16))
    }),
    { numRuns: 2000 },
  )
  expect([2n ** 63n, -(2n ** 63n) - 1n, 2n ** 80n].map((more) => writeHex(more, view, 0))).toEqual([
    -1, -1, -1,
  ])
})
