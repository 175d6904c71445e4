// The loop of a live session: inputs and timers are sequenced, what was journaled is made durable, and what is durable may
// leave. One turn of the event loop takes in all that came during the one before, as far as its time goes: a node whose
// strategies are slower than their market still hears, sends and commits in between. While a commit runs the next turns go
// on, and the commit after it takes what they appended.
//
// Market data and reports that caused nothing are committed a little later, all else at once: a sync for every turn of them
// would keep the disk busy when an order comes.

import type { JournalWriter } from '../../engine/journal-port.ts'
import type { LiveSequencer } from '../../engine/live/live-sequencer.ts'

export type LoopClock = { now_us(): number; untilMs(at_us: number): number }

export type SessionLoopOptions = {
  readonly sequencer: Pick<LiveSequencer, 'advance' | 'release' | 'due_us' | 'has_input' | 'urgent_lsn'>
  readonly writer: Pick<
    JournalWriter,
    'appended_lsn' | 'durable_lsn' | 'commit' | 'failure' | 'onDurable' | 'onFailure'
  >
  readonly clock: LoopClock
  /** After each turn. */
  readonly onTurn: () => void
  /** The session cannot go on; nothing is sequenced any more. */
  readonly onFailure: (error: unknown) => void
}

/** Timers of the platform fire late rather than early, and no later than this. */
const SLEEP_MAX_MS = 60_000
/** A turn that has taken longer leaves the rest to the next. */
const TURN_MAX_MS = 20
/** How long what caused nothing waits for its commit: a crash may lose so much of it. */
const COMMIT_DELAY_MS = 10

export class SessionLoop {
  readonly #options: SessionLoopOptions
  #isWoken = false
  #isRunning = true
  #isHalted = false
  #committing: Promise<void> | undefined
  #committing_since_ms = Number.POSITIVE_INFINITY
  #turn_began_ms = 0
  readonly #isTurnOver = (): boolean => performance.now() - this.#turn_began_ms > TURN_MAX_MS
  #timer: NodeJS.Timeout | undefined
  #commit_timer: NodeJS.Timeout | undefined

  constructor(options: SessionLoopOptions) {
    this.#options = options
    options.writer.onDurable(() => this.#release())
    // Also where no commit is under way to say so.
    options.writer.onFailure((failure) => this.#fail(failure))
  }

  /** For how long the commit under way has waited for the disk, milliseconds; 0 where none is. */
  get commit_ms(): number {
    return Math.max(0, performance.now() - this.#committing_since_ms)
  }

  /** Something was offered. */
  wake(): void {
    if (this.#isWoken || !this.#isRunning) return
    this.#isWoken = true
    setImmediate(() => this.#turn())
  }

  /** No further turn, and nothing more leaves, whatever becomes durable. */
  halt(): void {
    this.#isRunning = false
    this.#isHalted = true
    this.#clearTimers()
  }

  /** No further turn; resolves when everything appended is durable. */
  async end(): Promise<void> {
    this.#isRunning = false
    this.#clearTimers()
    await this.#committing
    if (this.#options.writer.failure === undefined) await this.#options.writer.commit()
    this.#release()
  }

  #turn(): void {
    this.#isWoken = false
    if (!this.#isRunning) return
    const { sequencer, clock, onTurn } = this.#options
    this.#turn_began_ms = performance.now()
    try {
      sequencer.advance(clock.now_us(), this.#isTurnOver)
      onTurn()
    } catch (error) {
      return this.#fail(error)
    }
    this.#commitInTime()
    this.#sleep()
    this.#wakeForInput()
  }

  #commitInTime(): void {
    const { writer, sequencer } = this.#options
    if (this.#committing !== undefined || writer.appended_lsn === writer.durable_lsn) return
    if (writer.durable_lsn < sequencer.urgent_lsn) this.#commit()
    else this.#commit_timer ??= setTimeout(() => this.#commit(), COMMIT_DELAY_MS)
  }

  #commit(): void {
    const { writer } = this.#options
    clearTimeout(this.#commit_timer)
    this.#commit_timer = undefined
    if (this.#committing !== undefined) return
    this.#committing_since_ms = performance.now()
    this.#committing = writer.commit().then(
      () => {
        this.#committing = undefined
        this.#committing_since_ms = Number.POSITIVE_INFINITY
        // What the turns during this commit appended, and what releases turned into inputs.
        if (this.#isRunning) this.#commitInTime()
      },
      (error) => {
        this.#committing = undefined
        this.#fail(error)
      },
    )
  }

  /** Sends what became durable; what is refused here is an input of the next turn. */
  #release(): void {
    if (this.#isHalted) return
    const { sequencer, clock } = this.#options
    try {
      sequencer.release(clock.now_us())
    } catch (error) {
      this.#fail(error)
    }
    this.#wakeForInput()
  }

  /** What the outbox refused has become an input. */
  #wakeForInput(): void {
    if (this.#options.sequencer.has_input) this.wake()
  }

  #sleep(): void {
    const { sequencer, clock } = this.#options
    clearTimeout(this.#timer)
    const { due_us } = sequencer
    if (due_us === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => this.wake(), Math.min(SLEEP_MAX_MS, Math.ceil(clock.untilMs(due_us))))
  }

  #fail(error: unknown): void {
    if (!this.#isRunning) return
    this.#isRunning = false
    this.#clearTimers()
    this.#options.onFailure(error)
  }

  #clearTimers(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#commit_timer)
  }
}
