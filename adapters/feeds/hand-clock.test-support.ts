// A clock that a test moves by hand; what is due happens on the way, in order of time.

import type { FeedClock } from '../../engine/market-feed-port.ts'

export class HandClock implements FeedClock {
  #now_us: number
  readonly #calls = new Set<{ readonly at_us: number; readonly call: () => void }>()

  constructor(now_us = 1_000_000_000) {
    this.#now_us = now_us
  }

  now_us(): number {
    return this.#now_us
  }

  after(delay_us: number, call: () => void): () => void {
    const entry = { at_us: this.#now_us + delay_us, call }
    this.#calls.add(entry)
    return () => this.#calls.delete(entry)
  }

  get waiting_count(): number {
    return this.#calls.size
  }

  pass(us: number): void {
    const until_us = this.#now_us + us
    for (;;) {
      const [next] = [...this.#calls]
        .filter(({ at_us }) => at_us <= until_us)
        .sort((a, b) => a.at_us - b.at_us)
      if (next === undefined) break
      this.#calls.delete(next)
      this.#now_us = Math.max(this.#now_us, next.at_us)
      next.call()
    }
    this.#now_us = until_us
  }
}
