import { assert } from '../../schemas/assert.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { Ema } from './ema.ts'
import type { ValueIndicator } from './indicator-kinds.ts'

/** Moving average convergence divergence: fast less slow EMA, and the EMA of that as its signal line. */
export class Macd implements ValueIndicator {
  readonly input = 'value'
  readonly #fast: Ema
  readonly #slow: Ema
  readonly #signal: Ema
  #count = 0

  constructor(fast_period: number, slow_period: number, signal_period: number) {
    assert(
      fast_period < slow_period,
      `the fast period is the shorter one, got ${fast_period}, ${slow_period}`,
    )
    this.#fast = new Ema(fast_period)
    this.#slow = new Ema(slow_period)
    this.#signal = new Ema(signal_period)
  }

  get value(): number {
    return this.#fast.value - this.#slow.value
  }

  get signal(): number {
    return this.#signal.value
  }

  get histogram(): number {
    return this.value - this.signal
  }

  /** Once the signal line has seen its own period of values of a ready slow average. */
  get ready(): boolean {
    return this.#count >= this.#slow.period + this.#signal.period - 1
  }

  update(value: number): void {
    this.#fast.update(value)
    this.#slow.update(value)
    this.#signal.update(this.value)
    this.#count++
  }

  reset(): void {
    this.#fast.reset()
    this.#slow.reset()
    this.#signal.reset()
    this.#count = 0
  }

  save(writer: CanonicalWriter): void {
    this.#fast.save(writer)
    this.#slow.save(writer)
    this.#signal.save(writer)
    writer.number(this.#count)
  }

  load(reader: CanonicalReader): void {
    this.#fast.load(reader)
    this.#slow.load(reader)
    this.#signal.load(reader)
    this.#count = reader.number()
  }
}
