// Samples the equity of all accounts while a history is replayed, at fixed times of the history. An observer: it reads
// marks between inputs and changes nothing.

import type { TimeRange } from '../../engine/tick-store-port.ts'

export type EquitySample = { readonly ts_us: number; readonly equity: bigint; readonly has_position: boolean }

/** Samples over the whole range, at least: a curve drawn finer could not be seen. */
const SAMPLES = 2_000
/** A day's return needs a sample of the day. */
const INTERVAL_US_MAX = 86_400_000_000

export class EquitySampler {
  /** Time of the next sample, Infinity after the last. Read once per row of market data. */
  next_us: number
  readonly samples: EquitySample[] = []
  readonly #to_us: number
  readonly #interval_us: number
  readonly #sample: (ts_us: number) => EquitySample

  constructor({ from_us, to_us }: TimeRange, sample: (ts_us: number) => EquitySample) {
    this.#interval_us = Math.min(INTERVAL_US_MAX, Math.max(1, Math.ceil((to_us - from_us) / SAMPLES)))
    this.next_us = from_us
    this.#to_us = to_us
    this.#sample = sample
  }

  /** The first sample, before the first row: a curve begins with what the accounts had. */
  begin(): void {
    this.samples.push(this.#sample(this.next_us))
    this.#goOnBehind(this.next_us)
  }

  /** Takes the samples due before `ts_us`; over a long silence only the last, since nothing changed between. */
  sampleBefore(ts_us: number): void {
    const until_us = Math.min(ts_us, this.#to_us)
    const passed = Math.max(1, Math.ceil((until_us - this.next_us) / this.#interval_us))
    const last_us = this.next_us + (passed - 1) * this.#interval_us
    this.samples.push(this.#sample(this.next_us))
    if (last_us > this.next_us) this.samples.push(this.#sample(last_us))
    this.#goOnBehind(last_us)
  }

  /**
   * The last sample, when everything has been replayed.
   * @param moved_us when equity can have moved last: a report may come behind the last row.
   */
  finish(moved_us: number): void {
    this.samples.push(this.#sample(Math.max(this.#to_us, moved_us)))
    this.next_us = Number.POSITIVE_INFINITY
  }

  #goOnBehind(last_us: number): void {
    const next_us = last_us + this.#interval_us
    this.next_us = next_us < this.#to_us ? next_us : Number.POSITIVE_INFINITY
  }
}
