// Scenarios told by the clock of the venue: `09:00:01 quote 100/101` in place of microseconds, `2/08:55` on the second
// day. The day is 1970-01-01, a Thursday, in UTC; reports come back with the same clock.

import { must } from '../../../schemas/assert.ts'
import type { CalendarConfig } from '../../../schemas/config/calendar.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { instrument, Scenario, specsOf, terms, venue } from '../scenario.test-support.ts'
import type { SimulatedVenuesTerms } from '../simulated-venues.ts'

const SECOND_US = 1_000_000
const DAY_US = 86_400 * SECOND_US

/** Every day from 09:00 to 17:35, with calls from 08:50 and from 17:30; orders for an auction until a minute before it. */
export function calendar(change: Partial<CalendarConfig> = {}): CalendarConfig {
  return {
    id: 'day',
    time_zone: 'UTC',
    sessions: [
      {
        days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
        pre_open: '08:50',
        open: '09:00',
        closing_call: '17:30',
        close: '17:35',
      },
    ],
    opening_auction: true,
    closing_auction: true,
    opening_cutoff_us: 60 * SECOND_US,
    closing_cutoff_us: 60 * SECOND_US,
    holidays: [],
    early_closes: [],
    utc_offsets: ['1970-01-01T00:00:00Z +00:00'],
    ...change,
  }
}

export function dayTerms(
  simulation: SimulationConfig = {},
  change: Partial<CalendarConfig> = {},
  of: Parameters<typeof instrument>[0] = {},
): SimulatedVenuesTerms {
  return terms({
    calendars: [calendar(change)],
    venues: [venue({ calendar: 'day', simulation })],
    specs: specsOf(instrument(of)),
  })
}

/** Plays lines with times of the clock, and gives the reports with them. */
export function playDay(lines: readonly string[], from = dayTerms()): string[] {
  return new Scenario(from).play(...lines.map(inMicroseconds)).map(withClock)
}

export function inMicroseconds(line: string): string {
  const [time = '', ...words] = line.split(' ')
  return [clockUs(time), ...words].join(' ')
}

/** `2/09:00:00.5`: half a second after nine on the second day. */
export function clockUs(time: string): number {
  const match = must(
    /^(?:(\d+)\/)?(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?$/.exec(time),
    `${time} is a time of the clock`,
  )
  const [, day = '1', hours, minutes, seconds = '0'] = match
  const second = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
  return Math.round((Number(day) - 1) * DAY_US + second * SECOND_US)
}

export function withClock(report: string): string {
  const [time = '', ...words] = report.split(' ')
  const time_us = Number(time)
  const day = Math.floor(time_us / DAY_US) + 1
  const seconds = (time_us % DAY_US) / SECOND_US
  const digits = (value: number) => Math.floor(value).toString().padStart(2, '0')
  const clock = `${digits(seconds / 3_600)}:${digits((seconds / 60) % 60)}`
  const rest =
    seconds % 60 === 0
      ? ''
      : `:${digits(seconds % 60)}${seconds % 1 === 0 ? '' : String(seconds % 1).slice(1)}`
  return [`${day === 1 ? '' : `${day}/`}${clock}${rest}`, ...words].join(' ')
}
