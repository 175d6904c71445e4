import { assert } from '../../schemas/assert.ts'
import type { Bar } from '../../schemas/messages/market.ts'

/** A series of one instrument, one length, one price. */
export type BarSpec = Pick<Bar, 'instrument_id' | 'instrument_index' | 'interval_us' | 'price_type'>

/** Quotes conflate within a whole second, so a bar may end nowhere else. */
export const BAR_INTERVAL_STEP_US = 1_000_000

/** The end of the interval that holds a time: ends are multiples of the interval since the Unix epoch, and inside. */
export function barEndUs(ts_event_us: number, interval_us: number): number {
  // A remainder of safe integers is exact; a quotient need not be.
  const remainder = ts_event_us % interval_us
  if (remainder === 0) return ts_event_us
  return remainder > 0 ? ts_event_us - remainder + interval_us : ts_event_us - remainder
}

export function isBarInterval(interval_us: number): boolean {
  return Number.isSafeInteger(interval_us) && interval_us > 0 && interval_us % BAR_INTERVAL_STEP_US === 0
}

export function assertBarSpec({ interval_us }: BarSpec): void {
  assert(
    isBarInterval(interval_us),
    `a bar interval is a positive number of whole seconds in microseconds, got ${interval_us}`,
  )
}
