// The market of a venue in a configuration: calendars that are there, zones and dates that exist, sessions that do not
// overlap, halts of instruments that the venue has, bands that stand somewhere, and chances that are ones.

import { dayOf, minuteOf } from '../../engine/calendar/session-calendar.ts'
import { type CalendarConfig, type CalendarSession, WEEKDAYS } from '../../schemas/config/calendar.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { BustsConfig, PriceBandsConfig } from '../../schemas/config/market-rules.ts'
import { parseInstrumentId } from '../../schemas/ids.ts'
import type { ConfigPath } from './config-problem.ts'
import type { Partly, Report } from './partly-read.ts'
import { isTimeZone } from './utc-offsets.ts'

const WEEK_MINUTES = 7 * 1_440

export function checkCalendars(config: Partly<Config>, report: Report): void {
  for (const [index, calendar] of (config.calendars ?? []).entries())
    checkCalendar(calendar, ['calendars', index], report)
  for (const [index, venue] of (config.venues ?? []).entries()) {
    checkName(config, venue?.calendar, ['venues', index, 'calendar'], report)
    checkHalts(venue, ['venues', index, 'simulation', 'halts'], report)
    checkBands(venue, ['venues', index, 'simulation', 'price_bands'], report)
    checkBusts(venue?.simulation?.busts, ['venues', index, 'simulation', 'busts'], report)
  }
  for (const [index, instrument] of (config.instruments ?? []).entries()) {
    if (instrument?.calendar === 'always') continue
    const calendar = checkName(config, instrument?.calendar, ['instruments', index, 'calendar'], report)
    if (calendar === undefined || calendar.time_zone === instrument?.time_zone) continue
    report(
      ['instruments', index, 'time_zone'],
      `the calendar ${calendar.id} is of ${calendar.time_zone}.`,
      `Write time_zone: ${calendar.time_zone}.`,
    )
  }
}

function checkName(
  { calendars }: Partly<Config>,
  name: string | undefined,
  path: ConfigPath,
  report: Report,
): Partly<CalendarConfig> | undefined {
  if (name === undefined || calendars?.some((calendar) => calendar?.id === undefined)) return undefined
  const found = calendars?.find((calendar) => calendar?.id === name)
  if (found === undefined) report(path, `the calendar ${name} is unknown.`, 'Define it under calendars.')
  return found
}

function checkCalendar(calendar: Partly<CalendarConfig> | undefined, path: ConfigPath, report: Report): void {
  const zone = calendar?.time_zone
  if (zone !== undefined && !isTimeZone(zone))
    report([...path, 'time_zone'], `there is no time zone ${zone}.`, 'Write an IANA name: America/New_York.')
  const dates = [
    ...(calendar?.holidays ?? []).map((date, at) => ({ date, at: ['holidays', at] })),
    ...(calendar?.early_closes ?? []).map((early, at) => ({
      date: early?.date,
      at: ['early_closes', at, 'date'],
    })),
  ]
  for (const { date, at } of dates) {
    if (date !== undefined && !isDate(date))
      report([...path, ...at], `${date} is no day that exists.`, 'Write a date such as 2024-12-25.')
  }
  const sessions = calendar?.sessions
  if (sessions === undefined || !sessions.every(isRead)) return
  for (const [index, session] of sessions.entries()) {
    const { open, closing_call } = session
    const close = minuteOf(session.close, minuteOf(open))
    if (closing_call === undefined || minuteOf(closing_call, minuteOf(open)) <= close) continue
    report(
      [...path, 'sessions', index, 'closing_call'],
      `the closing call at ${closing_call} is not between ${open} and ${session.close}.`,
      'Write a time before the close.',
    )
  }
  if (overlap(sessions))
    report([...path, 'sessions'], 'two sessions overlap.', 'Let one end before the next pre-open begins.')
}

function isRead(session: Partly<CalendarSession> | undefined): session is CalendarSession {
  const { days, open, close } = session ?? {}
  return days?.every((day) => day !== undefined) === true && open !== undefined && close !== undefined
}

/** Whether two sessions of a week, each from its pre-open to its close, have a moment in common. */
function overlap(sessions: readonly CalendarSession[]): boolean {
  const spans = sessions.flatMap(({ days, pre_open, open, close }) =>
    days.map((day) => {
      const start = minuteOf(open)
      const lead = pre_open === undefined ? 0 : (start - minuteOf(pre_open) + 1_440) % 1_440
      const midnight = WEEKDAYS.indexOf(day) * 1_440
      return { from: midnight + start - lead, to: midnight + minuteOf(close, start) }
    }),
  )
  spans.sort((a, b) => a.from - b.from)
  const first = spans[0]
  if (first !== undefined) spans.push({ from: first.from + WEEK_MINUTES, to: first.to + WEEK_MINUTES })
  return spans.some(({ from }, at) => at > 0 && from < (spans[at - 1]?.to ?? from))
}

function checkHalts(
  venue: Partly<Config['venues'][number]> | undefined,
  path: ConfigPath,
  report: Report,
): void {
  const ends = new Map<string, string>()
  const halts = [...(venue?.simulation?.halts ?? []).entries()]
  halts.sort(([, a], [, b]) => ((a?.from ?? '') < (b?.from ?? '') ? -1 : 1))
  for (const [index, halt] of halts) {
    const { instrument, from, to } = halt ?? {}
    if (instrument === undefined || from === undefined || to === undefined) continue
    if (parseInstrumentId(instrument)?.venue !== venue?.id)
      report(
        [...path, index, 'instrument'],
        `${instrument} is not of the venue ${venue?.id}.`,
        'Name one that is.',
      )
    if (to <= from)
      report([...path, index, 'to'], 'the halt ends before it begins.', `Write a time after ${from}.`)
    if (from < (ends.get(instrument) ?? ''))
      report([...path, index, 'from'], `two halts of ${instrument} overlap.`, 'Make them one.')
    ends.set(instrument, to)
  }
}

/** Distances are given, or a plan's; a plan goes by the days of a calendar. */
function checkBands(
  venue: Partly<Config['venues'][number]> | undefined,
  path: ConfigPath,
  report: Report,
): void {
  const bands = venue?.simulation?.price_bands
  if (bands === undefined) return
  if ((bands.basis_points === undefined) === (bands.plan === undefined))
    report(path, 'bands stand at basis_points, or as a plan says.', 'Give one of basis_points and plan.')
  if (bands.plan === undefined) {
    if (bands.tier_2 !== undefined)
      report([...path, 'tier_2'], 'tiers are those of a plan.', 'Remove it, or give a plan.')
    return
  }
  if (venue?.calendar === undefined)
    report([...path, 'plan'], 'a plan goes by the days of a calendar.', 'Give the venue a calendar.')
  for (const key of PERIODS) {
    if (bands[key] !== undefined)
      report([...path, key], `the plan ${bands.plan} has periods of its own.`, 'Remove it, or the plan.')
  }
  for (const [at, instrument] of (bands.tier_2 ?? []).entries()) {
    if (parseInstrumentId(instrument ?? '')?.venue !== venue?.id)
      report([...path, 'tier_2', at], `${instrument} is not of the venue ${venue?.id}.`, 'Name one that is.')
  }
}

const PERIODS = ['wide_after_open_us', 'wide_before_close_us'] as const satisfies (keyof PriceBandsConfig)[]

function checkBusts(busts: Partly<BustsConfig> | undefined, path: ConfigPath, report: Report): void {
  const chances = [busts?.bust_probability, busts?.correct_probability].map(Number)
  const [bust = 0, correct = 0] = chances
  if (!(bust + correct > 1)) return
  report(path, 'a trade is taken back or corrected by a chance above 1.', 'Let the two sum to 1 at most.')
}

function isDate(date: string): boolean {
  try {
    return Number.isInteger(dayOf(date))
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
