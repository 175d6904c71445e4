// Takes the raw tape's batches off the decision path and onto the disk, a few times a second. What cannot be written is
// kept and tried again, in order; meanwhile the tape fills up to its bound and then drops with a count.

import type { FeedClock } from '../../engine/market-feed-port.ts'
import { BATCH_ROWS_MAX, type SessionTape } from './raw-tape.ts'
import { writeSpoolFile } from './spool-folder.ts'
import type { TapeBatch } from './tape-batch.ts'

/** What a crash can lose of rows that no input carried, or that conflated; and what the recorder lags behind at least. */
export const SPOOL_INTERVAL_US = 250_000

export type TapeSpoolerOptions = {
  readonly tape: SessionTape
  readonly directory: string
  readonly clock: Pick<FeedClock, 'after'>
  readonly interval_us?: number
  /** Told when writing begins to fail, and with undefined when it works again. */
  readonly onTrouble: (error: unknown) => void
}

export class TapeSpooler {
  readonly #options: TapeSpoolerOptions
  #batch: TapeBatch | undefined
  #writing: Promise<void> = Promise.resolve()
  #cancel: (() => void) | undefined
  #inTrouble = false
  #isClosing = false
  #written_count = 0

  constructor(options: TapeSpoolerOptions) {
    this.#options = options
  }

  /** Batches written. */
  get written_count(): number {
    return this.#written_count
  }

  start(): void {
    const { clock, interval_us = SPOOL_INTERVAL_US } = this.#options
    this.#cancel = clock.after(interval_us, () => {
      this.flush().then(
        () => this.#isClosing || this.start(),
        // Told by `flush` already; the next turn tries again.
        () => this.#isClosing || this.start(),
      )
    })
  }

  /** Writes all that is durable in the journal. Rejects where the disk does not take it; nothing is lost by that. */
  flush(): Promise<void> {
    return this.#next(false)
  }

  /** Ends the epoch's tape: the journal is durable to its end, and no row is offered any more. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#cancel?.()
    await this.#next(true)
  }

  #next(is_last: boolean): Promise<void> {
    const turn = this.#writing.then(() => this.#write(is_last))
    this.#writing = turn.catch(() => {}) // The caller hears of it.
    return turn
  }

  async #write(is_last: boolean): Promise<void> {
    const { tape, directory, onTrouble } = this.#options
    try {
      for (;;) {
        this.#batch ??= tape.take(is_last)
        if (this.#batch === undefined) break
        await writeSpoolFile(directory, this.#batch)
        this.#written_count++
        const isEnd = this.#batch.head.is_last
        this.#batch = undefined
        // What became durable meanwhile waits for the next turn, or every write would be followed by a small one.
        if (isEnd || (!is_last && tape.held_count < BATCH_ROWS_MAX)) break
      }
    } catch (error) {
      if (!this.#inTrouble) onTrouble(error)
      this.#inTrouble = true
      throw error
    }
    if (this.#inTrouble) onTrouble(undefined)
    this.#inTrouble = false
  }
}
