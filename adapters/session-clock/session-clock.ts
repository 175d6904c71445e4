// The clock of a live session: the monotonic clock, anchored to the wall at start and never below what the journal has
// seen. It may run faster than the wall, for histories and generated markets. What the wall itself does afterwards is
// watched beside it: a step is told, and never followed.

import { performance } from 'node:perf_hooks'
import { OperatingError } from '../../schemas/operating-error.ts'

/** Where time comes from; a test brings its own. */
export type TimeSource = {
  /** Wall time, milliseconds since the epoch. */
  readonly wall_ms: () => number
  /** A clock that never goes back, in milliseconds from anywhere. */
  readonly monotonic_ms: () => number
}

export const SYSTEM_TIME: TimeSource = { wall_ms: () => Date.now(), monotonic_ms: () => performance.now() }

/** A wall clock further than this behind the journal is refused at start: time would stand still until it caught up. */
const BEHIND_MAX_US = 1_000_000

/** The wall's time is cut off to this. */
const WALL_RESOLUTION_MS = 1

type Span = { readonly low_ms: number; readonly high_ms: number }

export type SessionClockOptions = {
  readonly time?: TimeSource
  /** Engine time to begin at; absent: the wall's. A history begins at its own start. */
  readonly start_us?: number
  /** Engine time of the last input in the journal, 0 without one. */
  readonly journaled_us: number
  readonly speed: number
}

export class SessionClock {
  readonly #time: TimeSource
  readonly #speed: number
  readonly #anchor_us: number
  readonly #anchor_ms: number
  /** What the wall less the monotonic clock may be, by all looks since it last stepped. */
  #offset: Span

  constructor({ time = SYSTEM_TIME, start_us, journaled_us, speed }: SessionClockOptions) {
    this.#time = time
    this.#speed = speed
    this.#anchor_ms = time.monotonic_ms()
    this.#offset = this.#lookAtOffset()
    const wall_us = Math.round(time.wall_ms() * 1000)
    if (start_us === undefined && speed === 1 && wall_us < journaled_us - BEHIND_MAX_US)
      throw wallBehind(wall_us, journaled_us)
    this.#anchor_us = Math.max(start_us ?? wall_us, journaled_us)
  }

  /** Engine time now, whole microseconds. */
  now_us(): number {
    const passed_ms = this.#time.monotonic_ms() - this.#anchor_ms
    return this.#anchor_us + Math.floor(passed_ms * 1000 * this.#speed)
  }

  /** How long from now until an engine time, in milliseconds of the wall; 0 when it has come. */
  untilMs(at_us: number): number {
    return Math.max(0, (at_us - this.now_us()) / 1000 / this.#speed)
  }

  /** Calls once, after a span of engine time; returns what cancels it. The platform's timers know whole milliseconds. */
  after(delay_us: number, call: () => void): () => void {
    const timer = setTimeout(call, Math.max(1, Math.round(delay_us / 1000 / this.#speed)))
    return () => clearTimeout(timer)
  }

  /** By how many milliseconds at least the wall has stepped since the last look; negative is back. */
  wallStepMs(): number {
    const now = this.#lookAtOffset()
    const before = this.#offset
    const low_ms = Math.max(now.low_ms, before.low_ms)
    const high_ms = Math.min(now.high_ms, before.high_ms)
    const hasStepped = low_ms > high_ms
    this.#offset = hasStepped ? now : { low_ms, high_ms }
    if (!hasStepped) return 0
    return now.low_ms > before.high_ms ? now.low_ms - before.high_ms : now.high_ms - before.low_ms
  }

  /**
   * The process may stand still between one clock and the other, for longer than any step that is to be told, and the wall
   * counts whole milliseconds: a look gives two bounds.
   */
  #lookAtOffset(): Span {
    const from_ms = this.#time.monotonic_ms()
    const wall_ms = this.#time.wall_ms()
    return { low_ms: wall_ms - this.#time.monotonic_ms(), high_ms: wall_ms + WALL_RESOLUTION_MS - from_ms }
  }
}

function wallBehind(wall_us: number, journaled_us: number): OperatingError {
  const behind_s = ((journaled_us - wall_us) / 1_000_000).toFixed(1)
  return new OperatingError({
    code: 'session.clock_behind',
    reason: 'unavailable',
    what: `The clock of this machine is ${behind_s} s behind the last input of the session.`,
    where: `clock ${new Date(wall_us / 1000).toISOString()}, journal ${new Date(journaled_us / 1000).toISOString()}`,
    remedy:
      'Time in a journal never goes back. Where the session ran faster than the wall, go on with that live.speed or begin another; else set the clock right and start again.',
  })
}
