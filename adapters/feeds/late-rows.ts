// Whether the rows of a feed are late, and what follows: quotes that have waited conflate, and a market whose rows have
// waited too long, or of which some were left out, is in gap until none waits any more. Rules: ./SPEC.md [B8].

import type { FeedClock, FeedSink } from '../../engine/market-feed-port.ts'
import type { VenueId } from '../../schemas/ids.ts'
import { PROMPT_US } from './reader-lag.ts'

/** Nobody trades on a market whose rows have waited longer. */
const LAG_MAX_US = 1_000_000

export type LateRowsOptions = {
  readonly sink: FeedSink
  readonly venue_id: VenueId
  readonly clock: Pick<FeedClock, 'after'>
}

export class LateRows {
  readonly #options: LateRowsOptions
  #isBehind = false
  #isInGap = false
  #cancelLook: () => void = () => undefined

  constructor(options: LateRowsOptions) {
    this.#options = options
  }

  /** Before the row itself: it must not look like the market of now. @param isLast whether nothing is known to come behind it. */
  note(lag_us: number, isLast: boolean): void {
    this.#cancelLook()
    // Quotes that came later conflate; and where nothing comes for as long, nothing waits.
    if (lag_us <= PROMPT_US) return this.#caughtUp()
    if (!this.#isBehind) this.#options.sink.behind(true)
    this.#isBehind = true
    if (lag_us > LAG_MAX_US) this.gap(`rows have waited for ${Math.round(lag_us / 1_000)} ms`)
    if (isLast) this.#look()
  }

  /** Rows are missing, or too late. */
  gap(reason: string): void {
    const { sink, venue_id } = this.#options
    if (!this.#isInGap) sink.event(venue_id, 'gap', reason)
    this.#isInGap = true
  }

  close(): void {
    this.#cancelLook()
  }

  /** The last that waited may have nothing behind it for a long time. */
  #look(): void {
    const { clock } = this.#options
    // A timer may come before what its process has received: this one is set when that has been read.
    const look = () => {
      this.#cancelLook = clock.after(0, () => this.#caughtUp())
    }
    this.#cancelLook = clock.after(PROMPT_US, look)
  }

  #caughtUp(): void {
    const { sink, venue_id } = this.#options
    if (this.#isBehind) sink.behind(false)
    this.#isBehind = false
    if (this.#isInGap) sink.event(venue_id, 'resynchronised', 'no row waits any more')
    this.#isInGap = false
  }
}
