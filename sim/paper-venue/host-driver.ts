// Drives a venue host by a clock that is handed in: lets what is due happen at its time, commits what came in, and lets
// what is durable be said. One commit runs at a time; what comes meanwhile shares the next.

import type { BookEvent } from '../../engine/book/book-event.ts'
import type { RowInput } from '../../engine/live/live-input.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'

import type { QuoteColumns } from '../../engine/tick-store-port.ts'
import type { AccountId, VenueId } from '../../schemas/ids.ts'
import type { MarketAct } from '../../schemas/messages/market-act.ts'

import type { VenueCommand } from '../../schemas/messages/order.ts'
import type { VenueState } from '../../schemas/messages/venue.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { VenueHost } from './venue-host.ts'

export type HostDriverOptions = {
  readonly host: VenueHost
  readonly clock: FeedClock
  /** The ledger cannot be written any more, or a user's model failed: the venue takes and says nothing further. */
  readonly onFailure: (error: unknown) => void
}

/** A platform's timers hold no more than some weeks, and a market may be closed for longer: it is looked at in between. */
const SLEEP_US_MAX = 60_000_000

export class HostDriver {
  readonly host: VenueHost
  readonly #clock: FeedClock
  readonly #onFailure: HostDriverOptions['onFailure']
  #isCommitting = false
  #isOpen = true
  #isFailed = false
  #isAsked = false
  #cancelTimer: (() => void) | undefined

  constructor({ host, clock, onFailure }: HostDriverOptions) {
    this.host = host
    this.#clock = clock
    this.#onFailure = onFailure
    this.#sleep()
  }

  row(row: RowInput): void {
    if (!this.#isOpen) return
    try {
      this.host.row(row, this.#clock.now_us())
    } catch (error) {
      return this.#fail(error)
    }
    this.#settle()
  }

  /** An event of a book, whole. Returns whether it changes or confirms the quote that is shown of it. */
  book(event: BookEvent): boolean {
    if (!this.#isOpen) return false
    let isDue = false
    try {
      isDue = this.host.book(event, this.#clock.now_us())
    } catch (error) {
      this.#fail(error)
      return false
    }
    this.#settle()
    return isDue
  }

  /** What the book of an instrument shows; undefined where that is nothing. */
  quoteOf(instrument_index: number): QuoteColumns | undefined {
    return this.host.books.history.quoteOf(instrument_index)
  }

  /** Rows that may be told before the ledger is behind. */
  get room(): number {
    return this.host.room
  }

  command(command: VenueCommand): void {
    if (!this.#isOpen) return
    try {
      this.host.command(command, this.#clock.now_us())
    } catch (error) {
      return this.#fail(error)
    }
    this.#settle()
  }

  /** An operator's act upon the market, if `decide` finds that it can be: answered once all of it is durable. */
  act<Decision extends { readonly act?: MarketAct }>(decide: () => Decision): Promise<Decision> {
    if (!this.#isOpen) return Promise.reject(hasEnded())
    try {
      const decision = this.host.act(this.#clock.now_us(), decide)
      return new Promise((resolve) => this.soon(() => resolve(decision)))
    } catch (error) {
      this.#fail(error)
      return Promise.reject(error)
    }
  }

  /** Runs in a later turn, after all that was told before it has been said. */
  soon(act: () => void): void {
    this.host.afterAllSaid(act)
    this.#isAsked = true
    this.#settle()
  }

  /** A question about the books, answered behind every report that is on its way now. */
  ask(venue_id: VenueId, answer: () => () => void): void {
    this.host.ask(venue_id, this.#clock.now_us(), answer)
    this.#pass()
  }

  /** The books of an account as they are now, behind all that is still to be said of how they came about. */
  askState(venue_id: VenueId, account_id: AccountId, tell: (state: VenueState) => void): void {
    this.host.askState(venue_id, account_id, tell)
    this.#isAsked = true
    this.#settle()
  }

  async close(): Promise<void> {
    this.#isOpen = false
    this.#cancelTimer?.()
    // What failed in the middle of an input is not made durable.
    if (this.host.failure === undefined && !this.#isFailed) await this.host.close()
  }

  #settle(): void {
    this.#sleep()
    if (this.#isCommitting || !this.#isOpen || !(this.#isAsked || this.host.needs_commit)) return
    this.#isCommitting = true
    this.#isAsked = false
    // In a turn of its own: nothing is said from within what caused it.
    Promise.resolve()
      .then(() => this.host.commit())
      .then(
        () => {
          this.#isCommitting = false
          this.#settle()
        },
        (error) => this.#fail(error),
      )
  }

  #pass(): void {
    if (!this.#isOpen) return
    try {
      this.host.pass(this.#clock.now_us())
    } catch (error) {
      return this.#fail(error)
    }
    this.#isAsked = true
    this.#settle()
  }

  #fail(error: unknown): void {
    this.#isOpen = false
    this.#isFailed = true
    this.#cancelTimer?.()
    this.#onFailure(error)
  }

  #sleep(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const { due_us } = this.host
    if (!this.#isOpen || due_us === Number.POSITIVE_INFINITY) return
    const delay_us = Math.min(SLEEP_US_MAX, Math.max(0, due_us - this.#clock.now_us()))
    this.#cancelTimer = this.#clock.after(delay_us, () => this.#pass())
  }
}

function hasEnded(): OperatingError {
  return new OperatingError({
    code: 'exchange.has_ended',
    reason: 'unavailable',
    what: 'The simulated exchange takes nothing any more.',
    remedy: 'Start the session or the exchange again, then ask again.',
  })
}
