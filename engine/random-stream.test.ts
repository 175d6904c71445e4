import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from './canonical/canonical-reader.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import { RandomStream } from './random-stream.ts'

function fromState(words: readonly number[]): RandomStream {
  const writer = new CanonicalWriter()
  for (const word of words) writer.count(word)
  const stream = new RandomStream(0, 'reference')
  stream.load(new CanonicalReader(writer.view()))
  return stream
}

function stateOf(stream: RandomStream): number[] {
  const writer = new CanonicalWriter()
  stream.save(writer)
  const reader = new CanonicalReader(writer.view())
  const words = [reader.count(), reader.count(), reader.count(), reader.count()]
  reader.end()
  return words
}

function draws(stream: RandomStream, count: number): number[] {
  return Array.from({ length: count }, () => stream.nextUint32())
}

// Published outputs of the authors' xoshiro128starstar.c 1.1.
test.each([
  [
    [1, 2, 3, 4],
    [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
    [939045227, 1864939416, 1451579149, 2199351389],
  ],
  [
    [2654435769, 608135816, 3084996962, 3735928559],
    [
      2463954730, 5524658, 74256371, 1905451993, 3123413897, 314453775, 1263677054, 1531511215, 693760292,
      1307612896,
    ],
    [4005083434, 346906862, 2347368909, 1629188934],
  ],
])('the state %j gives the reference outputs of xoshiro128**', (start, outputs, end) => {
  const stream = fromState(start)
  expect(draws(stream, outputs.length)).toEqual(outputs)
  expect(stateOf(stream)).toEqual(end)
})

test('the state words come from FNV-1a and SplitMix64 as documented', () => {
  expect(stateOf(new RandomStream(7, 'market'))).toEqual(documentedState('7', 'market'))
  expect(stateOf(new RandomStream('grün', 'é'))).toEqual(documentedState('grün', 'é'))
})

test('a seed is its text, and seed and name never run into each other', () => {
  expect(stateOf(new RandomStream(7, 'x'))).toEqual(stateOf(new RandomStream('7', 'x')))
  expect(stateOf(new RandomStream(1, '2x'))).not.toEqual(stateOf(new RandomStream(12, 'x')))
  expect(stateOf(new RandomStream(1, 'fills'))).not.toEqual(stateOf(new RandomStream(1, 'latency')))
})

test('floats lie in [0, 1), integers below their bound, and every residue comes about equally often', () => {
  const stream = new RandomStream(1, 'uniform')
  const counts = new Array<number>(7).fill(0)
  for (let i = 0; i < 70_000; i++) {
    const value = stream.nextInt(7)
    counts[value] = (counts[value] ?? 0) + 1
    const float = stream.nextFloat()
    expect(float >= 0 && float < 1).toBe(true)
  }
  expect(counts).toHaveLength(7)
  // Five standard deviations of a binomial count with n = 70,000 and p = 1/7.
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(465)
})

test('a float carries 53 bits of two draws', () => {
  const stream = fromState([1, 2, 3, 4])
  // 11520 >>> 5 = 360 and 0 >>> 6 = 0.
  expect(stream.nextFloat()).toBe((360 * 2 ** 26) / 2 ** 53)
})

test('draws past the last whole multiple of the bound are drawn again', () => {
  // With this bound only draws below 3 * 2^30 count; 3734860849 is the first of the reference outputs above it.
  const stream = fromState([1, 2, 3, 4])
  const taken = Array.from({ length: 7 }, () => stream.nextInt(3 * 2 ** 30))
  expect(taken).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034])
  expect(stream.nextInt(3 * 2 ** 30)).toBeLessThan(3 * 2 ** 30)
  expect(stateOf(stream)).not.toEqual(stateAfter(8))
})

test('bounds that are no integer in 1..2^32 are refused', () => {
  const stream = new RandomStream(1, 'bounds')
  for (const bound of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) {
    expect(() => stream.nextInt(bound)).toThrow('a bound is an integer')
  }
  expect(() => new RandomStream(0.5, 'x')).toThrow('a seed is a safe integer')
})

test('a stream saved at any point goes on as if it had not been', () => {
  fc.assert(
    fc.property(fc.integer(), fc.string(), fc.nat(200), (seed, name, skipped) => {
      const through = new RandomStream(seed, name)
      draws(through, skipped)
      const writer = new CanonicalWriter()
      through.save(writer)
      const restored = new RandomStream(0, 'other')
      restored.load(new CanonicalReader(writer.view()))
      expect(draws(restored, 20)).toEqual(draws(through, 20))
    }),
  )
})

function stateAfter(count: number): number[] {
  const stream = fromState([1, 2, 3, 4])
  draws(stream, count)
  return stateOf(stream)
}

/** The documented seeding written a second time, over 64-bit typed arithmetic. */
function documentedState(seed: string, name: string): number[] {
  const word = new BigUint64Array([0xcbf29ce484222325n])
  for (const byte of Buffer.from(`${seed.length}:${seed}${name}`, 'utf8')) {
    word[0] = (word[0] as bigint) ^ BigInt(byte)
    word[0] *= 0x100000001b3n
  }
  return [0, 1].flatMap(() => {
    word[0] = (word[0] as bigint) + 0x9e3779b97f4a7c15n
    const z = word.slice()
    z[0] = ((z[0] as bigint) ^ ((z[0] as bigint) >> 30n)) * 0xbf58476d1ce4e5b9n
    z[0] = ((z[0] as bigint) ^ ((z[0] as bigint) >> 27n)) * 0x94d049bb133111ebn
    z[0] = (z[0] as bigint) ^ ((z[0] as bigint) >> 31n)
    return [...new Uint32Array(z.buffer)]
  })
}
