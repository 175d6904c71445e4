import { assert } from '../../schemas/assert.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { assertFinite, assertPeriod, type ValueIndicator } from './indicator-kinds.ts'

/**
 * The largest or smallest of the last `period` values, in constant time on average. Kept are only values that no later
 * one beats, best first, each with its number: the first is the answer until its number falls out of the window.
 */
export class RollingExtreme implements ValueIndicator {
  readonly input = 'value'
  readonly period: number
  readonly #sign: 1 | -1
  readonly #values: Float64Array
  readonly #numbers: Float64Array
  #first = 0
  #kept = 0
  #count = 0

  constructor(which: 'max' | 'min', period: number) {
    assertPeriod(period)
    this.period = period
    this.#sign = which === 'max' ? 1 : -1
    this.#values = new Float64Array(period)
    this.#numbers = new Float64Array(period)
  }

  get value(): number {
    return this.#kept === 0 ? 0 : (this.#values[this.#first] as number)
  }

  get ready(): boolean {
    return this.#count >= this.period
  }

  update(value: number): void {
    assertFinite(value)
    if (this.#kept > 0 && (this.#numbers[this.#first] as number) <= this.#count - this.period)
      this.#dropFirst()
    while (
      this.#kept > 0 &&
      this.#sign * (this.#values[this.#slot(this.#kept - 1)] as number) <= this.#sign * value
    ) {
      this.#kept--
    }
    this.#append(value, this.#count)
    this.#count++
  }

  reset(): void {
    this.#first = 0
    this.#kept = 0
    this.#count = 0
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#count)
    writer.count(this.#kept)
    for (let i = 0; i < this.#kept; i++) {
      writer.number(this.#values[this.#slot(i)] as number)
      writer.number(this.#numbers[this.#slot(i)] as number)
    }
  }

  load(reader: CanonicalReader): void {
    this.reset()
    this.#count = reader.number()
    const kept = reader.count()
    assert(kept <= this.period, 'a saved window fits its period')
    for (let i = 0; i < kept; i++) this.#append(reader.number(), reader.number())
  }

  #append(value: number, number: number): void {
    const slot = this.#slot(this.#kept)
    this.#values[slot] = value
    this.#numbers[slot] = number
    this.#kept++
  }

  #dropFirst(): void {
    this.#first = this.#slot(1)
    this.#kept--
  }

  #slot(i: number): number {
    const slot = this.#first + i
    return slot < this.period ? slot : slot - this.period
  }
}
