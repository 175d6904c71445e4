// When a market trades: the sessions of a calendar as instants, worked out from its weekly pattern one after the other.

import {
  type CalendarConfig,
  type CalendarSession,
  WEEKDAYS,
  type Weekday,
} from '../../schemas/config/calendar.ts'
import { UtcOffsets } from './utc-offsets.ts'

/** FIX TradingSessionSubID (625): pre-trading, continuous trading, the closing auction's call; else the market is closed. */
export const SESSION_PHASES = ['closed', 'pre_open', 'continuous', 'closing_call'] as const
export type SessionPhase = (typeof SESSION_PHASES)[number]

/** Instants in microseconds, in this order; what a session does not have falls together with what follows it. */
export type Session = {
  readonly pre_open_us: number
  readonly open_us: number
  readonly closing_call_us: number
  readonly close_us: number
  /** Whether no other opens on its day: orders for the day end with it. */
  readonly is_last_of_day: boolean
}

const MINUTE_US = 60_000_000
const DAY_MINUTES = 1_440
const DAY_US = DAY_MINUTES * MINUTE_US
/** A market that has not opened for so many days does not open again. */
const SEARCH_DAYS = 1_000

export class SessionCalendar {
  readonly id: string
  readonly has_opening_auction: boolean
  readonly has_closing_auction: boolean
  readonly opening_cutoff_us: number
  readonly closing_cutoff_us: number
  /** From when on orders for the auction stay as they are; undefined: never. */
  readonly opening_cancel_cutoff_us: number | undefined
  readonly closing_cancel_cutoff_us: number | undefined
  readonly #sessions: readonly CalendarSession[]
  readonly #offsets: UtcOffsets
  /** Local days, counted from 1970-01-01. */
  readonly #holidays: ReadonlySet<number>
  readonly #earlyCloses: ReadonlyMap<number, string>

  constructor(config: CalendarConfig) {
    this.id = config.id
    this.has_opening_auction = config.opening_auction
    this.has_closing_auction = config.closing_auction
    this.opening_cutoff_us = config.opening_cutoff_us
    this.closing_cutoff_us = config.closing_cutoff_us
    this.opening_cancel_cutoff_us = config.opening_cancel_cutoff_us
    this.closing_cancel_cutoff_us = config.closing_cancel_cutoff_us
    this.#sessions = config.sessions
    this.#offsets = new UtcOffsets(config.utc_offsets)
    this.#holidays = new Set(config.holidays.map(dayOf))
    this.#earlyCloses = new Map(config.early_closes.map(({ date, close }) => [dayOf(date), close]))
  }

  /** The first session that closes after an instant; undefined where there is none any more. */
  sessionAfter(time_us: number): Session | undefined {
    const today = Math.floor((time_us + this.#offsets.at(time_us)) / DAY_US)
    // A session may last into the next day, and the clock may be put back meanwhile.
    for (let day = today - 2; day <= today + SEARCH_DAYS; day++) {
      const found = this.#sessionsOf(day).find(({ close_us }) => close_us > time_us)
      if (found !== undefined) return found
    }
    return undefined
  }

  phaseAt(time_us: number): SessionPhase {
    return phaseIn(this.sessionAfter(time_us), time_us)
  }

  /** The sessions that open on a local day, in order. */
  #sessionsOf(day: number): Session[] {
    if (this.#holidays.has(day)) return []
    // 1970-01-01 was a Thursday.
    const weekday = WEEKDAYS[(((day + 3) % 7) + 7) % 7] as Weekday
    const sessions = this.#sessions
      .filter(({ days }) => days.includes(weekday))
      .flatMap((pattern) => this.#session(pattern, day) ?? [])
      .sort((a, b) => a.open_us - b.open_us)
    return sessions.map((session, at) => ({ ...session, is_last_of_day: at === sessions.length - 1 }))
  }

  /** Undefined where the day ends before it would open. */
  #session(pattern: CalendarSession, day: number): Session | undefined {
    const open = minuteOf(pattern.open)
    const usual = minuteOf(pattern.close, open)
    const early = this.#earlyCloses.get(day)
    // Of a session that lasts into the next day, a time before its opening is one of that day.
    const end = early === undefined ? usual : minuteOf(early, usual > DAY_MINUTES ? open : -1)
    if (end <= open) return undefined
    const close = Math.min(usual, end)
    const call = pattern.closing_call === undefined ? 0 : usual - minuteOf(pattern.closing_call, open)
    const lead =
      pattern.pre_open === undefined ? 0 : (open - minuteOf(pattern.pre_open) + DAY_MINUTES) % DAY_MINUTES
    const open_us = this.#instant(day, open)
    return {
      pre_open_us: Math.min(open_us, this.#instant(day, open - lead)),
      open_us,
      closing_call_us: Math.max(open_us, this.#instant(day, close - call)),
      close_us: this.#instant(day, close),
      is_last_of_day: true,
    }
  }

  #instant(day: number, minute: number): number {
    return this.#offsets.instantOf(day * DAY_US + minute * MINUTE_US)
  }
}

/** The phase of a market whose next session to close is `session`. */
export function phaseIn(session: Session | undefined, time_us: number): SessionPhase {
  if (session === undefined || time_us < session.pre_open_us) return 'closed'
  if (time_us < session.open_us) return 'pre_open'
  return time_us < session.closing_call_us ? 'continuous' : 'closing_call'
}

/** Days since 1970-01-01 of a date. */
export function dayOf(date: string): number {
  return Temporal.Instant.from(`${date}T00:00:00Z`).epochMilliseconds / 86_400_000
}

/** Minutes since midnight; of a time that is not after `after`, those of the next day. */
export function minuteOf(time: string, after = -1): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  const minute = hours * 60 + minutes
  return minute > after ? minute : minute + DAY_MINUTES
}
