import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utcOffsets } from '../../ops/config/utc-offsets.ts'
import type { CalendarConfig } from '../../schemas/config/calendar.ts'
import { isoTime } from '../../schemas/units.ts'
import { phaseIn, type Session, SessionCalendar } from './session-calendar.ts'
import { UtcOffsets } from './utc-offsets.ts'

const ZONES = [
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'UTC',
]
const WORKDAYS: CalendarConfig['sessions'][number]['days'] = ['mon', 'tue', 'wed', 'thu', 'fri']

function calendar(change: Partial<CalendarConfig> = {}): SessionCalendar {
  const time_zone = change.time_zone ?? 'America/New_York'
  return new SessionCalendar({
    id: 'nyse',
    time_zone,
    sessions: [{ days: WORKDAYS, pre_open: '04:00', open: '09:30', close: '16:00' }],
    opening_auction: true,
    closing_auction: true,
    opening_cutoff_us: 0,
    closing_cutoff_us: 0,
    holidays: [],
    early_closes: [],
    utc_offsets: utcOffsets(time_zone),
    ...change,
  })
}

function us(time: string): number {
  return Temporal.Instant.from(time).epochMilliseconds * 1_000
}

function printed(session: Session | undefined): string {
  if (session === undefined) return 'none'
  const { pre_open_us, open_us, closing_call_us, close_us } = session
  return [pre_open_us, open_us, closing_call_us, close_us].map((at) => isoTime(at).slice(5, 16)).join(' ')
}

test('a local time becomes the instant that the calendar of the platform gives it', () => {
  const seed = 1
  const clocks = ZONES.map((zone) => ({ zone, offsets: new UtcOffsets(utcOffsets(zone)) }))
  const FROM = us('2012-01-01T00:00:00Z') / 60_000_000
  const TO = us('2090-01-01T00:00:00Z') / 60_000_000
  fc.assert(
    fc.property(
      fc.constantFrom(...clocks),
      fc.integer({ min: FROM, max: TO }),
      ({ zone, offsets }, minute) => {
        const local = Temporal.Instant.fromEpochMilliseconds(minute * 60_000)
          .toZonedDateTimeISO('UTC')
          .toPlainDateTime()
        const instant = local.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds
        expect(offsets.instantOf(minute * 60_000_000)).toBe(instant * 1_000)
      },
    ),
    { seed, numRuns: 3_000 },
  )
})

test('times that a clock shows twice or never are those of the platform, too', () => {
  for (const zone of ZONES) {
    const offsets = new UtcOffsets(utcOffsets(zone))
    for (const line of utcOffsets(zone).slice(1)) {
      const at_ms = Temporal.Instant.from(line.split(' ')[0] ?? '').epochMilliseconds
      if (at_ms < us('2012-01-01T00:00:00Z') / 1_000) continue
      for (let minutes = -180; minutes <= 180; minutes += 15) {
        const local_ms = at_ms + offsets.at(at_ms * 1_000) / 1_000 + minutes * 60_000
        const local = Temporal.Instant.fromEpochMilliseconds(local_ms)
          .toZonedDateTimeISO('UTC')
          .toPlainDateTime()
        const instant = local.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds
        expect(`${zone} ${local} ${offsets.instantOf(local_ms * 1_000)}`).toBe(
          `${zone} ${local} ${instant * 1_000}`,
        )
      }
    }
  }
})

test('a session keeps its local times when the clocks change, and weekends have none', () => {
  const nyse = calendar()
  expect(printed(nyse.sessionAfter(us('2024-03-08T12:00:00Z')))).toBe(
    '03-08T09:00 03-08T14:30 03-08T21:00 03-08T21:00',
  )
  expect(printed(nyse.sessionAfter(us('2024-03-08T21:00:00Z')))).toBe(
    '03-11T08:00 03-11T13:30 03-11T20:00 03-11T20:00',
  )
  expect(nyse.phaseAt(us('2024-03-09T15:00:00Z'))).toBe('closed')
})

test('the phases of a session follow each other at its instants', () => {
  const xetra = calendar({
    time_zone: 'Europe/Berlin',
    sessions: [{ days: WORKDAYS, pre_open: '08:50', open: '09:00', closing_call: '17:30', close: '17:35' }],
    utc_offsets: utcOffsets('Europe/Berlin'),
  })
  const session = xetra.sessionAfter(us('2024-07-01T00:00:00Z'))
  const at = (time: string) => phaseIn(session, us(`2024-07-01T${time}Z`))
  expect(['06:49:59', '06:50:00', '07:00:00', '15:29:59', '15:30:00', '15:34:59'].map(at)).toEqual([
    'closed',
    'pre_open',
    'continuous',
    'continuous',
    'closing_call',
    'closing_call',
  ])
})

test('a holiday has no session, and an early close takes the closing call with it', () => {
  const lse = calendar({
    time_zone: 'Europe/London',
    sessions: [{ days: WORKDAYS, open: '08:00', closing_call: '16:30', close: '16:35' }],
    utc_offsets: utcOffsets('Europe/London'),
    holidays: ['2024-12-25', '2024-12-26'],
    early_closes: [{ date: '2024-12-24', close: '12:35' }],
  })
  const eve = lse.sessionAfter(us('2024-12-24T00:00:00Z'))
  expect(printed(eve)).toBe('12-24T08:00 12-24T08:00 12-24T12:30 12-24T12:35')
  expect(printed(lse.sessionAfter(us('2024-12-24T12:35:00Z')))).toBe(
    '12-27T08:00 12-27T08:00 12-27T16:30 12-27T16:35',
  )
})

test('the week of currencies is one session after another from Sunday to Friday', () => {
  const fx = calendar({
    sessions: [{ days: ['sun', 'mon', 'tue', 'wed', 'thu'], open: '17:00', close: '17:00' }],
  })
  expect(printed(fx.sessionAfter(us('2024-07-05T20:59:00Z')))).toBe(
    '07-04T21:00 07-04T21:00 07-05T21:00 07-05T21:00',
  )
  expect(printed(fx.sessionAfter(us('2024-07-05T21:00:00Z')))).toBe(
    '07-07T21:00 07-07T21:00 07-08T21:00 07-08T21:00',
  )
})

test('a day of two sessions ends with the second, and an early close leaves out what would open later', () => {
  const sessions: CalendarConfig['sessions'] = [
    { days: WORKDAYS, open: '09:00', close: '11:30' },
    { days: WORKDAYS, open: '12:30', close: '15:00' },
  ]
  const tokyo = calendar({
    time_zone: 'Asia/Tokyo',
    sessions,
    utc_offsets: utcOffsets('Asia/Tokyo'),
    early_closes: [{ date: '2024-12-30', close: '11:00' }],
  })
  const ends = (time: string) => tokyo.sessionAfter(us(time))?.is_last_of_day
  expect([ends('2024-12-27T00:00:00Z'), ends('2024-12-27T03:00:00Z'), ends('2024-12-30T00:00:00Z')]).toEqual([
    false,
    true,
    true,
  ])
  expect(printed(tokyo.sessionAfter(us('2024-12-30T02:00:00Z')))).toBe(
    '12-31T00:00 12-31T00:00 12-31T02:30 12-31T02:30',
  )
})

test('a session that lasts into the next day ends early on that day', () => {
  const futures = calendar({
    sessions: [{ days: ['sun', 'mon', 'tue', 'wed', 'thu'], open: '18:00', close: '17:00' }],
    early_closes: [{ date: '2024-07-03', close: '13:00' }],
  })
  expect(printed(futures.sessionAfter(us('2024-07-04T00:00:00Z')))).toBe(
    '07-03T22:00 07-03T22:00 07-04T17:00 07-04T17:00',
  )
})
