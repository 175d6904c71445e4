import { assert } from '../../schemas/assert.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { assertFinite, type ValueIndicator } from './indicator-kinds.ts'
import { Window } from './window.ts'

/** Bollinger bands: the mean of the last `period` values, and a band of so many (population) deviations around it. */
export class Bollinger implements ValueIndicator {
  readonly input = 'value'
  readonly #window: Window
  readonly #deviations: number
  #middle = 0
  #half_width = 0

  constructor(period: number, deviations: number) {
    assert(Number.isFinite(deviations) && deviations > 0, `a band has a positive width, got ${deviations}`)
    this.#window = new Window(period)
    this.#deviations = deviations
  }

  /** The middle of the band. */
  get value(): number {
    return this.#middle
  }

  get upper(): number {
    return this.#middle + this.#half_width
  }

  get lower(): number {
    return this.#middle - this.#half_width
  }

  get ready(): boolean {
    return this.#window.full
  }

  update(value: number): void {
    assertFinite(value)
    this.#window.push(value)
    this.#measure()
  }

  reset(): void {
    this.#window.reset()
    this.#measure()
  }

  save(writer: CanonicalWriter): void {
    this.#window.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#window.load(reader)
    this.#measure()
  }

  #measure(): void {
    this.#middle = this.#window.mean()
    this.#half_width = this.#deviations * this.#window.deviation()
  }
}
