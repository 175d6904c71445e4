// Samples the equity of all accounts while a history is replayed, at fixed times of the history. An observer: it reads
// marks between inputs and changes nothing.

export type EquitySample = { readonly ts_us: number; readonly equity: bigint; readonly has_position: boolean }

/** Samples over the whole range; a curve drawn finer could not be seen. */
const SAMPLES = 2_000

export class EquitySampler {
  /** Time of the next sample. Read once per row of market data. */
  next_us: number
  readonly samples: EquitySample[] = []
  readonly #interval_us: number
  readonly #sample: (ts_us: number) => EquitySample

  constructor(from_us: number, to_us: number, sample: (ts_us: number) => EquitySample) {
    this.#interval_us = Math.max(1, Math.ceil((to_us - from_us) / SAMPLES))
    this.next_us = from_us
    this.#sample = sample
  }

  /** Takes the samples due before `ts_us`; over a long silence only the last, since nothing changed between. */
  sampleBefore(ts_us: number): void {
    const passed = Math.ceil((ts_us - this.next_us) / this.#interval_us)
    const last_us = this.next_us + (passed - 1) * this.#interval_us
    this.samples.push(this.#sample(this.next_us))
    if (last_us > this.next_us) this.samples.push(this.#sample(last_us))
    this.next_us = last_us + this.#interval_us
  }

  finish(ts_us: number): void {
    this.samples.push(this.#sample(ts_us))
    this.next_us = Number.POSITIVE_INFINITY
  }
}
