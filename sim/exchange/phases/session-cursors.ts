// Where each calendar of a venue stands: its session under way, or the next, and which change comes next.

import type { Session, SessionCalendar } from '../../../engine/calendar/session-calendar.ts'
import { must } from '../../../schemas/assert.ts'

export type SessionEvent = 'pre_open' | 'open' | 'closing_call' | 'close'
export type SessionChange = { readonly event: SessionEvent; readonly at_us: number }

export class SessionCursors {
  readonly calendars: readonly SessionCalendar[]
  readonly #sessions: (Session | undefined)[]

  constructor(calendars: readonly SessionCalendar[]) {
    this.calendars = calendars
    this.#sessions = calendars.map(() => undefined)
  }

  calendar(at: number): SessionCalendar {
    return must(this.calendars[at], 'an instrument names a calendar of its venue')
  }

  /** The session under way or else the next; undefined where there is none any more. */
  session(at: number): Session | undefined {
    return this.#sessions[at]
  }

  /** Moves to the first session that closes after a time. */
  seek(at: number, time_us: number): void {
    this.#sessions[at] = this.calendar(at).sessionAfter(time_us)
  }

  /** The first change of its session after a time. Changes at one instant come one after the other. */
  changeAfter(at: number, time_us: number): SessionChange | undefined {
    return changesOf(this.#sessions[at]).find(({ at_us }) => at_us > time_us)
  }

  /** The change behind one that has just come about. */
  changeBehind(at: number, event: SessionEvent): SessionChange | undefined {
    const session = must(this.#sessions[at], 'a change is of a session')
    if (event === 'close') {
      this.seek(at, session.close_us)
      return changesOf(this.#sessions[at])[0]
    }
    const changes = changesOf(session)
    return changes[changes.findIndex((change) => change.event === event) + 1]
  }

  /** Whether the session that was under way or next when one opened is over by a time, or the day of it. */
  isOver(at: number, open_us: number, time_us: number, what: 'session' | 'day'): boolean {
    const calendar = this.calendar(at)
    let session = calendar.sessionAfter(open_us)
    while (what === 'day' && session?.is_last_of_day === false)
      session = calendar.sessionAfter(session.close_us)
    return session !== undefined && session.close_us <= time_us
  }

  /** When the session of each calendar opens; -1 where there is none. */
  state(): number[] {
    return this.#sessions.map((session) => session?.open_us ?? -1)
  }

  restore(opens_us: readonly number[]): void {
    for (const [at, calendar] of this.calendars.entries()) {
      const open_us = opens_us[at] ?? -1
      this.#sessions[at] = open_us === -1 ? undefined : calendar.sessionAfter(open_us)
    }
  }
}

/** A session without a pre-open or a closing call has no such change. */
function changesOf(session: Session | undefined): SessionChange[] {
  if (session === undefined) return []
  const { pre_open_us, open_us, closing_call_us, close_us } = session
  return [
    ...(pre_open_us < open_us ? [{ event: 'pre_open', at_us: pre_open_us } as const] : []),
    { event: 'open', at_us: open_us },
    ...(closing_call_us < close_us ? [{ event: 'closing_call', at_us: closing_call_us } as const] : []),
    { event: 'close', at_us: close_us },
  ]
}
