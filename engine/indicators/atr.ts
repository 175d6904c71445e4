import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { assertFinite, type BarIndicator, type BarRange } from './indicator-kinds.ts'
import { WilderAverage } from './wilder-average.ts'

/** Average true range of Wilder. The first bar's true range is its own range. */
export class Atr implements BarIndicator {
  readonly input = 'bar'
  readonly #average: WilderAverage
  #previous_close = 0
  #started = false

  constructor(period: number) {
    this.#average = new WilderAverage(period)
  }

  get value(): number {
    return this.#average.value
  }

  get ready(): boolean {
    return this.#average.ready
  }

  update(bar: BarRange): void {
    const { high_price_units: high, low_price_units: low, close_price_units: close } = bar
    const top = this.#started ? Math.max(high, this.#previous_close) : high
    const bottom = this.#started ? Math.min(low, this.#previous_close) : low
    assertFinite(top - bottom)
    assertFinite(close)
    this.#average.update(top - bottom)
    this.#previous_close = close
    this.#started = true
  }

  reset(): void {
    this.#average.reset()
    this.#previous_close = 0
    this.#started = false
  }

  save(writer: CanonicalWriter): void {
    this.#average.save(writer)
    writer.number(this.#previous_close)
    writer.flag(this.#started)
  }

  load(reader: CanonicalReader): void {
    this.#average.load(reader)
    this.#previous_close = reader.number()
    this.#started = reader.flag()
  }
}
