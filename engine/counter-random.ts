// Random numbers by their place: the n-th number of a named stream is a function of seed, name and n alone, so that all
// there is to keep of a stream is a count. Philox2x32 with ten rounds (Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC11), whose 32-bit arithmetic is the same on every machine.
//
// The low word of the stream's 64-bit hash is the key, the high word the second word of the counter, n the first.

import { assert } from '../schemas/assert.ts'
import { streamHash } from './random-stream.ts'

const ROUNDS = 10
const MULTIPLIER = 0xd256d193
const MULTIPLIER_HIGH = MULTIPLIER >>> 16
const MULTIPLIER_LOW = MULTIPLIER & 0xffff
const WEYL = 0x9e3779b9

export class CounterRandom {
  readonly #key: number
  readonly #stream: number

  constructor(seed: number | string, name: string) {
    const hash = streamHash(seed, name)
    this.#key = Number(hash & 0xffff_ffffn)
    this.#stream = Number(hash >> 32n)
  }

  /** The n-th number of the stream, n in [0, 2^32): 52 random bits, strictly between 0 and 1. */
  floatAt(n: number): number {
    assert(n >= 0 && n < 2 ** 32, 'a stream has 2^32 numbers')
    let first = n | 0
    let second = this.#stream | 0
    let key = this.#key | 0
    for (let round = 0; round < ROUNDS; round++) {
      const high = highWord(first)
      const low = Math.imul(MULTIPLIER, first)
      first = high ^ key ^ second
      second = low
      key = (key + WEYL) | 0
    }
    return ((first >>> 6) * 2 ** 26 + (second >>> 6) + 0.5) / 2 ** 52
  }
}

/** The high word of MULTIPLIER times a word, by halves of 16 bits. */
function highWord(word: number): number {
  const wordHigh = word >>> 16
  const wordLow = word & 0xffff
  const middle = MULTIPLIER_HIGH * wordLow + ((MULTIPLIER_LOW * wordLow) >>> 16)
  const other = MULTIPLIER_LOW * wordHigh + (middle & 0xffff)
  return (MULTIPLIER_HIGH * wordHigh + (middle >>> 16) + (other >>> 16)) | 0
}
