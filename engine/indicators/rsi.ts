import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { assertFinite, type ValueIndicator } from './indicator-kinds.ts'
import { WilderAverage } from './wilder-average.ts'

/** What the index says when nothing moved: neither side is stronger. */
const NEUTRAL = 50

/** Relative strength index of Wilder, 0 to 100. */
export class Rsi implements ValueIndicator {
  readonly input = 'value'
  readonly #gain: WilderAverage
  readonly #loss: WilderAverage
  #previous = 0
  #started = false

  constructor(period: number) {
    this.#gain = new WilderAverage(period)
    this.#loss = new WilderAverage(period)
  }

  get value(): number {
    if (!this.#started) return 0
    const moved = this.#gain.value + this.#loss.value
    return moved === 0 ? NEUTRAL : (100 * this.#gain.value) / moved
  }

  /** After `period` changes, that is `period + 1` values. */
  get ready(): boolean {
    return this.#gain.ready
  }

  update(value: number): void {
    assertFinite(value)
    if (this.#started) {
      this.#gain.update(Math.max(value - this.#previous, 0))
      this.#loss.update(Math.max(this.#previous - value, 0))
    }
    this.#previous = value
    this.#started = true
  }

  reset(): void {
    this.#gain.reset()
    this.#loss.reset()
    this.#previous = 0
    this.#started = false
  }

  save(writer: CanonicalWriter): void {
    this.#gain.save(writer)
    this.#loss.save(writer)
    writer.number(this.#previous)
    writer.flag(this.#started)
  }

  load(reader: CanonicalReader): void {
    this.#gain.load(reader)
    this.#loss.load(reader)
    this.#previous = reader.number()
    this.#started = reader.flag()
  }
}
