// Named random streams from one seed: xoshiro128** 1.1 (Blackman and Vigna), whose 32-bit arithmetic is the same on
// every machine. Drawing from one stream never moves another, so an actor that starts to draw changes nobody else.
//
// Seeding: FNV-1a (64 bits) over the UTF-8 bytes of `<length of seed>:<seed><name>`, then two steps of SplitMix64,
// each giving two state words, the low one first. A number is its decimal text, so 7 and '7' are one seed.

import { assert } from '../schemas/assert.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'

const TWO_POW_32 = 2 ** 32
const MASK_64 = (1n << 64n) - 1n

export class RandomStream {
  readonly name: string
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed: number | string, name: string) {
    const start = streamHash(seed, name)
    const first = splitMix64(start, 1n)
    const second = splitMix64(start, 2n)
    this.name = name
    this.#a = lowWord(first)
    this.#b = lowWord(first >> 32n)
    this.#c = lowWord(second)
    this.#d = lowWord(second >> 32n)
  }

  /** The next 32 bits as an integer in [0, 2^32). */
  nextUint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = rotateLeft(this.#d, 11)
    return result
  }

  /** Uniform in [0, 1) with 53 random bits. Takes two draws. */
  nextFloat(): number {
    const high = this.nextUint32() >>> 5
    const low = this.nextUint32() >>> 6
    return (high * 2 ** 26 + low) / 2 ** 53
  }

  /** Uniform in [0, bound), without the bias of a bare remainder. `bound` is at most 2^32. */
  nextInt(bound: number): number {
    assert(
      Number.isInteger(bound) && bound >= 1 && bound <= TWO_POW_32,
      `a bound is an integer in 1..2^32, got ${bound}`,
    )
    const limit = TWO_POW_32 - (TWO_POW_32 % bound)
    let draw = this.nextUint32()
    while (draw >= limit) draw = this.nextUint32()
    return draw % bound
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.#a >>> 0)
    writer.count(this.#b >>> 0)
    writer.count(this.#c >>> 0)
    writer.count(this.#d >>> 0)
  }

  load(reader: CanonicalReader): void {
    this.#a = reader.count() | 0
    this.#b = reader.count() | 0
    this.#c = reader.count() | 0
    this.#d = reader.count() | 0
    assert((this.#a | this.#b | this.#c | this.#d) !== 0, 'a random stream is never in the all-zero state')
  }
}

/** The 64 bits a named stream of a seed begins with. */
export function streamHash(seed: number | string, name: string): bigint {
  assert(
    typeof seed === 'string' || Number.isSafeInteger(seed),
    `a seed is a safe integer or a text, got ${seed}`,
  )
  const text = String(seed)
  return fnv1a64(`${text.length}:${text}${name}`)
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function lowWord(value: bigint): number {
  return Number(BigInt.asIntN(32, value))
}

function fnv1a64(text: string): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & MASK_64
  return hash
}

/** The n-th output of SplitMix64 started at `start`, counted from one. */
function splitMix64(start: bigint, n: bigint): bigint {
  let z = (start + n * 0x9e3779b97f4a7c15n) & MASK_64
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK_64
  return z ^ (z >> 31n)
}
