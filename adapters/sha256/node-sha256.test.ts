import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeSha256 } from './node-sha256.ts'

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

// FIPS 180-4 examples.
test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])('the digest of %j is the published one', (text, digest) => {
  expect(hex(nodeSha256.digest(Buffer.from(text)))).toBe(digest)
})

test('no part at all digests like an empty one', () => {
  expect(nodeSha256.digest()).toEqual(nodeSha256.digest(new Uint8Array(0)))
})

test('however bytes are cut into parts, the digest is that of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (parts) => {
      const whole = Uint8Array.from(parts.flatMap((part) => [...part]))
      expect(nodeSha256.digest(...parts)).toEqual(nodeSha256.digest(whole))
    }),
  )
})

test('a digest is a plain byte array the caller owns', () => {
  const first = nodeSha256.digest(Buffer.from('a'))
  const kept = first.slice()
  nodeSha256.digest(Buffer.from('b'))
  expect(first.constructor).toBe(Uint8Array)
  expect(first).toEqual(kept)
})
