// The offsets of a calendar's zone, from the platform's own table of zones. They are written into the configuration, so
// that a session keeps the table it began with, and a newer table is a change of the configuration.

import type { CalendarConfig } from '../../schemas/config/calendar.ts'
import type { Config } from '../../schemas/config/config.ts'

const FROM = Temporal.Instant.from('1970-01-01T00:00:00Z')
const TO = Temporal.Instant.from('2100-01-01T00:00:00Z')

export function isTimeZone(name: string): boolean {
  try {
    FROM.toZonedDateTimeISO(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Fills in the offsets of each calendar that does not have its own. */
export function withUtcOffsets(config: Config): Config {
  if (config.calendars === undefined) return config
  return { ...config, calendars: config.calendars.map(filled) }
}

/** `1970-01-01T00:00:00Z -05:00`, and a line for each change up to 2100. */
export function utcOffsets(time_zone: string): string[] {
  const lines: string[] = []
  for (let at: Temporal.ZonedDateTime | null = FROM.toZonedDateTimeISO(time_zone); at !== null; ) {
    if (Temporal.Instant.compare(at.toInstant(), TO) >= 0) break
    lines.push(`${at.toInstant()} ${at.offset}`)
    at = at.getTimeZoneTransition('next')
  }
  return lines
}

function filled(calendar: CalendarConfig): CalendarConfig {
  if (calendar.utc_offsets.length > 0) return calendar
  return { ...calendar, utc_offsets: utcOffsets(calendar.time_zone) }
}
