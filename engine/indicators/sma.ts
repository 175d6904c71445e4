import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { assertFinite, type ValueIndicator } from './indicator-kinds.ts'
import { Window } from './window.ts'

/** Simple moving average of the last `period` values, of fewer before it is ready. An update costs `period` additions. */
export class Sma implements ValueIndicator {
  readonly input = 'value'
  readonly #window: Window
  #value = 0

  constructor(period: number) {
    this.#window = new Window(period)
  }

  get value(): number {
    return this.#value
  }

  get ready(): boolean {
    return this.#window.full
  }

  update(value: number): void {
    assertFinite(value)
    this.#window.push(value)
    this.#value = this.#window.mean()
  }

  reset(): void {
    this.#window.reset()
    this.#value = 0
  }

  save(writer: CanonicalWriter): void {
    this.#window.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#window.load(reader)
    this.#value = this.#window.mean()
  }
}
