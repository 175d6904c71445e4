// Random numbers by their place: the n-th number of a named stream is a function of seed, name and n alone, so that all
// there is to keep of a stream is a count. Philox2x32 with ten rounds (Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC11), whose 32-bit arithmetic is the same on every machine.
//
// The low word of the stream's 64-bit hash is the key, the high word the second word of the counter, n the first.

import { assert } from '../schemas/assert.ts'
import { streamHash } from './random-stream.ts'

const ROUNDS = 10
const MULTIPLIER = 0xd256d193
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
    philox2x32(n, this.#stream, this.#key)
    return ((first >>> 6) * 2 ** 26 + (second >>> 6) + 0.5) / 2 ** 52
  }
}

/** Two words of output, kept here so that a draw allocates nothing. */
let first = 0
let second = 0

/** Ten rounds of Philox over a counter of two words and a key of one, into `first` and `second`. */
function philox2x32(low: number, high: number, key: number): void {
  first = low >>> 0
  second = high >>> 0
  let bumped = key >>> 0
  for (let round = 0; round < ROUNDS; round++) {
    const upper = highWord(first)
    const lower = Math.imul(MULTIPLIER, first) >>> 0
    first = (upper ^ bumped ^ second) >>> 0
    second = lower
    bumped = (bumped + WEYL) >>> 0
  }
}

/** The high word of MULTIPLIER times a word, by halves of 16 bits. */
function highWord(word: number): number {
  const [aHigh, aLow] = [MULTIPLIER >>> 16, MULTIPLIER & 0xffff]
  const bHigh = word >>> 16
  const bLow = word & 0xffff
  const low = aLow * bLow
  const middle = aHigh * bLow + (low >>> 16)
  const other = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + (middle >>> 16) + (other >>> 16)) >>> 0
}
