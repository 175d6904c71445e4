import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { assertPeriod } from './indicator-kinds.ts'

/** Wilder's smoothing: the mean of the first `period` values, then 1 / period of the way to each next. */
export class WilderAverage {
  readonly period: number
  #value = 0
  #count = 0

  constructor(period: number) {
    assertPeriod(period)
    this.period = period
  }

  get value(): number {
    return this.#value
  }

  get ready(): boolean {
    return this.#count >= this.period
  }

  update(value: number): void {
    if (this.#count < this.period) this.#count++
    // While it fills, the count is the weight's divisor, which makes the running value the plain mean.
    this.#value += (value - this.#value) / this.#count
  }

  reset(): void {
    this.#value = 0
    this.#count = 0
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#value)
    writer.number(this.#count)
  }

  load(reader: CanonicalReader): void {
    this.#value = reader.number()
    this.#count = reader.number()
  }
}
