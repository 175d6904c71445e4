import { expect, test } from 'vitest'
import { CounterRandom } from './counter-random.ts'

/** Philox2x32 with ten rounds as the paper gives it, over whole numbers of any size. */
function philox(low: bigint, high: bigint, key: bigint): [bigint, bigint] {
  const mask = 0xffff_ffffn
  let [left, right, bumped] = [low, high, key]
  for (let round = 0; round < 10; round++) {
    const product = 0xd256d193n * left
    left = (product >> 32n) ^ bumped ^ right
    right = product & mask
    bumped = (bumped + 0x9e3779b9n) & mask
  }
  return [left, right]
}

/** The documented seeding: FNV-1a over `<length>:<seed><name>`. */
function hashOf(seed: string, name: string): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(`${seed.length}:${seed}${name}`, 'utf8'))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn
  return hash
}

// Published in Random123's kat_vectors: counter, key, output.
test.each([
  [0n, 0n, 0n, 0xff1dae59n, 0x6cd10df2n],
  [0xffffffffn, 0xffffffffn, 0xffffffffn, 0x2c3f628bn, 0xab4fd7adn],
  [0x243f6a88n, 0x85a308d3n, 0x13198a2en, 0xdd7ce038n, 0xf62a4c12n],
])("the oracle gives the authors' known answers: %x %x %x", (low, high, key, first, second) => {
  expect(philox(low, high, key)).toEqual([first, second])
})

test('a number is the one of its place in the stream of seed and name', () => {
  for (const [seed, name] of [
    ['1', 'exchange/sim/latency/submit'],
    ['20261127', 'data'],
    ['-7', 'é'],
  ] as const) {
    const random = new CounterRandom(seed, name)
    const hash = hashOf(seed, name)
    for (const n of [0, 1, 2, 65_535, 65_536, 1_000_003, 2 ** 31, 2 ** 32 - 1]) {
      const [first, second] = philox(BigInt(n), hash >> 32n, hash & 0xffff_ffffn)
      const bits = ((first >> 6n) << 26n) | (second >> 6n)
      // A half is added, so that neither 0 nor 1 comes up.
      expect(random.floatAt(n)).toBe((Number(bits) + 0.5) / 2 ** 52)
    }
  }
})

test('numbers are spread evenly, and names do not repeat each other', () => {
  const random = new CounterRandom(1, 'even')
  const other = new CounterRandom(1, 'odd')
  const counts = new Array<number>(16).fill(0)
  let same = 0
  for (let n = 0; n < 64_000; n++) {
    const bucket = Math.floor(random.floatAt(n) * 16)
    counts[bucket] = (counts[bucket] as number) + 1
    if (Math.floor(other.floatAt(n) * 16) === bucket) same++
  }
  // Five standard deviations of a binomial count with n = 64,000 and p = 1/16.
  for (const count of [...counts, same]) expect(Math.abs(count - 4_000)).toBeLessThan(307)
})
