import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { assertFinite, type ValueIndicator } from './indicator-kinds.ts'
import { Window } from './window.ts'

/** Simple moving average. */
export function sma(period: number): ValueIndicator {
  return new WindowStatistic(period, (window) => window.mean())
}

/** Standard deviation of the population. */
export function rollingDeviation(period: number): ValueIndicator {
  return new WindowStatistic(period, (window) => window.deviation())
}

/** A number of the last `period` values, of fewer before it is ready. An update costs `period` additions. */
class WindowStatistic implements ValueIndicator {
  readonly input = 'value'
  readonly #window: Window
  readonly #statistic: (window: Window) => number
  #value = 0

  constructor(period: number, statistic: (window: Window) => number) {
    this.#window = new Window(period)
    this.#statistic = statistic
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
    this.#value = this.#statistic(this.#window)
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
    this.#value = this.#statistic(this.#window)
  }
}
