// How many orders were admitted within a sliding window: a ring of the last times, one per order allowed.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'

export class RateWindow {
  readonly #times_us: Float64Array
  readonly #window_us: number
  #next = 0

  constructor(orders_max: number, window_us: number) {
    this.#times_us = new Float64Array(orders_max).fill(Number.NEGATIVE_INFINITY)
    this.#window_us = window_us
  }

  /** Whether one more order fits now, behind so many that come before it. */
  admits(now_us: number, ahead_count = 0): boolean {
    const { length } = this.#times_us
    if (ahead_count >= length) return false
    return now_us - (this.#times_us[(this.#next + ahead_count) % length] as number) >= this.#window_us
  }

  /** Orders admitted within the window, as it stands now. */
  count(now_us: number): number {
    return this.#times_us.filter((time_us) => now_us - time_us < this.#window_us).length
  }

  take(now_us: number): void {
    this.#times_us[this.#next] = now_us
    this.#next = (this.#next + 1) % this.#times_us.length
  }

  /** When those within the window were admitted, oldest first. */
  admitted(now_us: number): number[] {
    const times = this.#times_us
    const oldestFirst = [...times.subarray(this.#next), ...times.subarray(0, this.#next)]
    return oldestFirst.filter((time_us) => now_us - time_us < this.#window_us)
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#next)
    for (const time_us of this.#times_us) writer.number(time_us)
  }

  load(reader: CanonicalReader): void {
    this.#next = reader.number()
    for (let i = 0; i < this.#times_us.length; i++) this.#times_us[i] = reader.number()
  }
}
