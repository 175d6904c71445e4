// The walk behind a generated market: rows of one instrument, one after the other, as far as anyone asks.

import { RandomStream } from '../../engine/random-stream.ts'
import type { QuoteColumns } from '../../engine/tick-store-port.ts'
import { assert, must } from '../../schemas/assert.ts'

/** A walk has no end; a history takes its first rows. */
export type WalkOptions = {
  readonly seed: number | string
  readonly instrument_id: string
  readonly start_us: number
  /** Mean time between distinct stamps, in microseconds. */
  readonly gap_us_mean: number
  /** First bid; the walk is held between half and twice of it. */
  readonly start_price_units: number
  /** Displayed sizes of one to ten times this; 0: none. */
  readonly size_units: number
  /** Half of the rows share their stamp with the row before. */
  readonly shared_stamps: boolean
}

export type QuoteArrays = Omit<QuoteColumns, 'kind' | 'count' | 'ts_event_ns_rest'>

const STEPS = [-2, -1, -1, 0, 0, 1, 1, 2] as const

export class MarketWalk {
  readonly #random: RandomStream
  readonly #options: WalkOptions
  readonly #low: number
  readonly #high: number
  #timeUs: number
  #bid: number
  #first = true

  constructor(options: WalkOptions) {
    assert(
      options.gap_us_mean >= 1 && options.gap_us_mean < 2 ** 31,
      'a mean gap is 1 to 2^31 - 1 microseconds',
    )
    assert(options.start_price_units >= 100, 'a walk starts at 100 units or above')
    this.#random = new RandomStream(options.seed, `market-generator/${options.instrument_id}`)
    this.#options = options
    this.#timeUs = options.start_us
    this.#bid = options.start_price_units
    this.#low = Math.ceil(options.start_price_units / 2)
    this.#high = options.start_price_units * 2
  }

  fill(block: QuoteArrays, count: number): void {
    const { gap_us_mean, size_units, shared_stamps } = this.#options
    for (let index = 0; index < count; index++) {
      const gapDraw = this.#random.nextUint32()
      const draw = this.#random.nextUint32()
      // The lowest bit of the first draw is spent on the shared stamp, its other bits on a gap of 1 to 2 means less 1.
      const shares = shared_stamps && !this.#first && (gapDraw & 1) === 1
      if (!shares) this.#timeUs += 1 + Math.floor(((gapDraw >>> 1) * (gap_us_mean * 2 - 1)) / 2 ** 31)
      this.#first = false
      this.#step(must(STEPS[draw & 7], 'three bits choose a step'))
      block.ts_event_us[index] = this.#timeUs
      block.bid_price_units[index] = this.#bid
      block.ask_price_units[index] = this.#bid + 1 + ((draw >>> 3) & 3)
      block.bid_size_units[index] = size_units * (1 + (((draw >>> 5) & 0xffff) % 10))
      block.ask_size_units[index] = size_units * (1 + ((draw >>> 21) % 10))
    }
  }

  /** Moves by a step, turned back at the walls. */
  #step(step: number): void {
    const next = this.#bid + step
    this.#bid = next < this.#low || next > this.#high ? this.#bid - step : next
  }
}
