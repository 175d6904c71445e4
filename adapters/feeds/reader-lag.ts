// How long messages have waited for their reader, whatever the sender's clock and ours differ by. Of a message that came at
// once the age is the way and that difference. The least such age of the last minute or two is what is taken off the age of the
// others, so that a clock that drifts is followed.

const WINDOW_US = 60_000_000
/** What waited less came at once. */
export const PROMPT_US = 100_000

export class ReaderLag {
  #least_us = Number.POSITIVE_INFINITY
  /** The same of the window before. */
  #previous_us = Number.POSITIVE_INFINITY
  #ends_us = Number.NEGATIVE_INFINITY

  /**
   * Microseconds that a message of a bus has waited. What nothing waited behind came at once, whatever its age: a server
   * whose clock is set is followed, too.
   *
   * @param ts_stored_us when the bus took it, by the bus's clock.
   * @param pending_count messages the bus held behind it when it was handed out.
   */
  of(ts_stored_us: number, pending_count: number, now_us: number): number {
    const age_us = now_us - ts_stored_us
    if (pending_count === 0 || this.#way_us === Number.POSITIVE_INFINITY) this.#note(age_us, now_us)
    return Math.max(0, age_us - this.#way_us)
  }

  /** The same of a sender that says nothing of what waits, and whose clock is never set. */
  ofSteady(ts_sent_us: number, now_us: number): number {
    const age_us = now_us - ts_sent_us
    if (age_us - this.#way_us <= PROMPT_US) this.#note(age_us, now_us)
    return Math.max(0, age_us - this.#way_us)
  }

  get #way_us(): number {
    return Math.min(this.#least_us, this.#previous_us)
  }

  #note(age_us: number, now_us: number): void {
    if (now_us >= this.#ends_us) {
      this.#previous_us = this.#least_us
      this.#least_us = age_us
      this.#ends_us = now_us + WINDOW_US
    } else this.#least_us = Math.min(this.#least_us, age_us)
  }
}
