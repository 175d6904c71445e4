// Times of rows as text. What one order leaves in five files mostly has one time, and printing it is the dearest cell.

import { isoTime } from '../../schemas/units.ts'

let latest_us = Number.NaN
let latest = ''

/** `isoTime`, remembering the time printed last. */
export function timeText(time_us: number): string {
  if (time_us !== latest_us) {
    latest = isoTime(time_us)
    latest_us = time_us
  }
  return latest
}
