import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c } from './crc32c.ts'

const bytesOf = (byteAt: (index: number) => number) => Uint8Array.from({ length: 32 }, (_, i) => byteAt(i))

test('[J2] the vectors of RFC 3720 hold', () => {
  const readCommand = Uint8Array.from(
    '01c00000 00000000 00000000 00000000 14000000 00000400 00000014 00000018 28000000 00000000 02000000 00000000'
      .replaceAll(' ', '')
      .match(/../g)
      ?.map((hex) => Number.parseInt(hex, 16)) ?? [],
  )
  expect([
    crc32c(bytesOf(() => 0)),
    crc32c(bytesOf(() => 255)),
    crc32c(bytesOf((i) => i)),
    crc32c(bytesOf((i) => 31 - i)),
    crc32c(readCommand),
    crc32c(new TextEncoder().encode('123456789')),
    crc32c(new Uint8Array()),
  ]).toEqual([0x8a9136aa, 0x62a8ab43, 0x46dd794e, 0x113fdb5c, 0xd9963a56, 0xe3069283, 0])
})

test('[J2] a range inside a larger array equals the bit-by-bit definition', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), fc.nat(20), (bytes, skip, drop) => {
      const from = Math.min(skip, bytes.length)
      const to = Math.max(from, bytes.length - drop)
      expect(crc32c(bytes, from, to)).toBe(bitByBit(bytes.subarray(from, to)))
    }),
  )
})

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
