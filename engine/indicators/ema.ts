import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { assertFinite, assertPeriod, type ValueIndicator } from './indicator-kinds.ts'

/** Exponential moving average with weight 2 / (period + 1). It starts with the first value. */
export class Ema implements ValueIndicator {
  readonly input = 'value'
  readonly period: number
  readonly #weight: number
  #value = 0
  #count = 0

  constructor(period: number) {
    assertPeriod(period)
    this.period = period
    this.#weight = 2 / (period + 1)
  }

  get value(): number {
    return this.#value
  }

  /** After `period` values. */
  get ready(): boolean {
    return this.#count >= this.period
  }

  update(value: number): void {
    assertFinite(value)
    this.#value = this.#count === 0 ? value : this.#value + this.#weight * (value - this.#value)
    this.#count++
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
