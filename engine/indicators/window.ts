import { assert } from '../../schemas/assert.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { assertPeriod } from './indicator-kinds.ts'

/** The last `period` numbers. */
export class Window {
  readonly period: number
  readonly #values: Float64Array
  #next = 0
  #count = 0

  constructor(period: number) {
    assertPeriod(period)
    this.period = period
    this.#values = new Float64Array(period)
  }

  /** How many numbers it holds, at most `period`. */
  get count(): number {
    return this.#count
  }

  get full(): boolean {
    return this.#count === this.period
  }

  push(value: number): void {
    this.#values[this.#next] = value
    this.#next = this.#next + 1 === this.period ? 0 : this.#next + 1
    if (this.#count < this.period) this.#count++
  }

  /** Summed afresh each time: a running sum of floats would drift for ever. 0 when empty. */
  mean(): number {
    if (this.#count === 0) return 0
    let sum = 0
    for (let i = 0; i < this.#count; i++) sum += this.#values[i] as number
    return sum / this.#count
  }

  /** Standard deviation of the population, about the mean; 0 when empty. */
  deviation(): number {
    if (this.#count === 0) return 0
    const mean = this.mean()
    let squares = 0
    for (let i = 0; i < this.#count; i++) squares += ((this.#values[i] as number) - mean) ** 2
    return Math.sqrt(squares / this.#count)
  }

  reset(): void {
    this.#next = 0
    this.#count = 0
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.#next)
    writer.count(this.#count)
    for (let i = 0; i < this.#count; i++) writer.number(this.#values[i] as number)
  }

  load(reader: CanonicalReader): void {
    this.#next = reader.count()
    this.#count = reader.count()
    assert(this.#count <= this.period && this.#next < this.period, 'a saved window fits its period')
    for (let i = 0; i < this.#count; i++) this.#values[i] = reader.number()
  }
}
