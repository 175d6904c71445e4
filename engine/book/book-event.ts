// A whole event of one instrument's book on its way to a venue. Between its rows the book is on its way, so that it is handed
// over in one call and nothing comes in between.

import type { BookColumns } from '../tick-store-port.ts'

export type BookEvent = {
  readonly instrument_index: number
  /** A block that has its rows, of one time, which stand still for the call that hands them over. */
  readonly columns: BookColumns
  /** The first of them, and where the one behind the last is. */
  readonly from: number
  readonly to: number
}

export function eventTimeUs({ columns, from }: BookEvent): number {
  return columns.ts_event_us[from] as number
}

/** The row behind the event's last, or -1 where the block ends before the event does. */
export function eventEnd({ is_last, count }: BookColumns, from: number): number {
  for (let at = from; at < count; at++) if (is_last[at] !== 0) return at + 1
  return -1
}
