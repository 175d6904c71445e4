// A time as files have it, in bytes, written digit by digit. Rows of one moment go to several files, so the newest is kept.

import { isoTime } from '../../schemas/units.ts'

const ZERO = 48
const DAY_US = 86_400_000_000
const SECOND_US = 1_000_000
/** Places of the digits in `2024-01-31T00:00:00.000000Z`. */
const PLACE = { hours: 11, minutes: 14, seconds: 17, micros: 20 } as const

const encoder = new TextEncoder()
const newest = encoder.encode(isoTime(0))
let newest_us = 0
let day_us = 0

/** How many bytes a time has. */
export const TIME_LENGTH = newest.length

/** Valid until the next time is asked for. */
export function timeBytes(time_us: number): Uint8Array {
  if (time_us !== newest_us) write(time_us)
  return newest
}

function write(time_us: number): void {
  if (!(time_us >= day_us && time_us < day_us + DAY_US)) {
    day_us = Math.floor(time_us / DAY_US) * DAY_US
    encoder.encodeInto(isoTime(day_us), newest)
  }
  const ofDay_us = time_us - day_us
  const seconds = Math.floor(ofDay_us / SECOND_US)
  const minutes = (seconds / 60) | 0
  const hours = (minutes / 60) | 0
  digits(PLACE.hours, 2, hours)
  digits(PLACE.minutes, 2, minutes - hours * 60)
  digits(PLACE.seconds, 2, seconds - minutes * 60)
  digits(PLACE.micros, 6, ofDay_us - seconds * SECOND_US)
  newest_us = time_us
}

function digits(start: number, count: number, value: number): void {
  let rest = value | 0
  for (let at = start + count - 1; at >= start; at--) {
    const tenth = (rest / 10) | 0
    newest[at] = ZERO + rest - tenth * 10
    rest = tenth
  }
}
