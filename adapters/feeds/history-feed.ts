// A stored history as a live session's feed: rows keep their time stamps and are offered when the session's clock has
// reached them, at whatever speed that runs. It waits where the node is behind, so that a fast clock loses no row.

import type { FeedClock, FeedSink, MarketFeed } from '../../engine/market-feed-port.ts'
import type { VenueId } from '../../schemas/ids.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { isoTime } from '../../schemas/units.ts'
import { HistoryCursor, type HistorySeries } from './history-cursor.ts'

/** Between two looks at the clock, where nothing is due sooner. */
const TURN_US = 1_000
/** How long the feed waits for room before it asks again. */
const WAIT_US = 2_000

export type HistoryFeedOptions = {
  /** At equal times rows come in this order. */
  readonly series: readonly HistorySeries[]
  readonly clock: FeedClock
  /** The last row that was taken before: the history goes on behind it. Of that time so many rows, of all series, were. */
  readonly behind?: { readonly ts_event_us: number; readonly row_count: number } | undefined
  /** Told once when the history has come to its end, or cannot be read any further. */
  readonly onEnd: (error: unknown) => void
}

export class HistoryFeed implements MarketFeed {
  readonly stream = 'history'
  readonly #options: HistoryFeedOptions
  readonly #cursors: HistoryCursor[]
  #sequence = 0
  #cancel: (() => void) | undefined
  #turning: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: HistoryFeedOptions) {
    this.#options = options
    this.#cursors = options.series.map((series) => new HistoryCursor(series))
  }

  async start(sink: FeedSink): Promise<void> {
    await Promise.all(this.#cursors.map((cursor) => cursor.fill()))
    await this.#leaveOut()
    for (const venue_id of this.#venues()) sink.event(venue_id, 'connected', 'history begins')
    this.#turn(sink)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel?.()
    await this.#turning
    await Promise.all(this.#cursors.map((cursor) => cursor.close()))
  }

  /** Leaves out the rows that were taken before. */
  async #leaveOut(): Promise<void> {
    const { behind } = this.#options
    if (behind === undefined) return
    for (let left = behind.row_count; left > 0; left--) {
      const first = this.#first()
      if (first?.next_us !== behind.ts_event_us) throw otherHistory(behind.ts_event_us)
      first.leaveOut()
      if (first.isBlockDone) await first.fill()
    }
  }

  #venues(): Set<VenueId> {
    return new Set(this.#options.series.map(({ venue_id }) => venue_id))
  }

  #turn(sink: FeedSink): void {
    this.#turning = this.#offerDue(sink).catch((error: unknown) => this.#end(sink, error))
  }

  async #offerDue(sink: FeedSink): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      if (this.#isClosed) return
      const first = this.#first()
      if (first === undefined) return this.#end(sink, undefined)
      const wait_us = first.next_us - clock.now_us()
      if (wait_us > 0) return this.#later(Math.max(TURN_US, wait_us), sink)
      if (sink.room <= 0) return this.#later(WAIT_US, sink)
      first.offer(sink, ++this.#sequence, clock.now_us())
      if (first.isBlockDone) await first.fill()
    }
  }

  #later(delay_us: number, sink: FeedSink): void {
    this.#cancel = this.#options.clock.after(delay_us, () => this.#turn(sink))
  }

  #first(): HistoryCursor | undefined {
    let first: HistoryCursor | undefined
    for (const cursor of this.#cursors) {
      if (cursor.next_us < (first?.next_us ?? Number.POSITIVE_INFINITY)) first = cursor
    }
    return first
  }

  #end(sink: FeedSink, error: unknown): void {
    if (this.#isClosed) return
    const reason = error === undefined ? 'the history has ended' : 'the history cannot be read any further'
    for (const venue_id of this.#venues()) sink.event(venue_id, 'disconnected', reason)
    this.#options.onEnd(error)
  }
}

/** Rows that were taken once are not in the store any more, or are others. */
function otherHistory(ts_us: number): OperatingError {
  return new OperatingError({
    code: 'session.other_history',
    reason: 'data',
    what: 'The history does not hold the rows that the session has taken: its book would not be the one it had.',
    where: `the rows of ${isoTime(ts_us)} of data.store`,
    remedy: 'Use the store that the session began with, or begin a session of another name.',
  })
}
