// Seeded histories as rows, small enough to be altered by hand and lively enough to turn crosses.

import { RandomStream } from '../../engine/random-stream.ts'
import type { TickSeries } from '../../engine/tick-store-port.ts'
import type { Row } from './memory-tick-store.test-support.ts'

/** 2024-01-01T00:00:00Z: a whole minute. */
export const START_US = 1_704_067_200_000_000
export const SECOND_US = 1_000_000
export const MINUTE_US = 60 * SECOND_US

export type Tape = { readonly series: TickSeries; readonly rows: readonly Row[] }

export type TapeOptions = {
  readonly instrument_id: string
  readonly seed?: number
  readonly row_count?: number
  /** Largest gap between two stamps; stamps are whole milliseconds, so that instruments meet on them. */
  readonly gap_ms_max?: number
  /** Half of the rows carry the stamp of the row before. */
  readonly shared_stamps?: boolean
}

/** Quotes that walk by up to 12 units a row around 1.1; every fourth row shows no sizes. */
export function quoteTape(options: TapeOptions): Tape {
  const { instrument_id, seed = 1, row_count = 600, gap_ms_max = 2_000, shared_stamps = false } = options
  const random = new RandomStream(seed, `tape/${instrument_id}`)
  let ts = START_US
  let bid = 110_000
  const rows = Array.from({ length: row_count }, (_, at): Row => {
    if (!(shared_stamps && random.nextInt(2) === 1)) ts += 1_000 * (1 + random.nextInt(gap_ms_max))
    bid = Math.min(120_000, Math.max(100_000, bid + random.nextInt(25) - 12))
    const shows = at % 4 !== 3
    const size = () => (shows ? 1_000 * (1 + random.nextInt(30)) : 0)
    return [ts, bid, bid + 1 + random.nextInt(4), size(), size()]
  })
  return { series: { instrument_id, kind: 'quote' }, rows }
}

export function tradeTape(options: TapeOptions): Tape {
  const { rows } = quoteTape(options)
  const trades = rows.map(([ts = 0, bid = 0], at): Row => [ts, bid, 1_000 * (1 + (at % 7)), (at % 3) - 1])
  return { series: { instrument_id: options.instrument_id, kind: 'trade' }, rows: trades }
}

export type BarTapeOptions = Omit<TapeOptions, 'gap_ms_max' | 'shared_stamps'> & {
  readonly interval_us?: number
  readonly price_type?: 'bid' | 'ask' | 'last'
}

/** Bars without a gap, each stamped with its end. */
export function barTape(options: BarTapeOptions): Tape {
  const { instrument_id, seed = 1, row_count = 10, interval_us = MINUTE_US, price_type = 'bid' } = options
  const random = new RandomStream(seed, `bars/${instrument_id}`)
  let close = 110_000
  const rows = Array.from({ length: row_count }, (_, at): Row => {
    const open = close
    close += random.nextInt(61) - 30
    const high = Math.max(open, close) + random.nextInt(5)
    const low = Math.min(open, close) - random.nextInt(5)
    return [START_US + (at + 1) * interval_us, open, high, low, close, 1_000 * random.nextInt(50)]
  })
  return { series: { instrument_id, kind: 'bar', interval_us, price_type }, rows }
}

/** Where the last of several tapes ends, rounded up to the next minute. */
export function endUs(tapes: readonly Tape[]): number {
  const last = Math.max(...tapes.map(({ rows }) => rows.at(-1)?.[0] ?? START_US))
  return (Math.floor(last / MINUTE_US) + 1) * MINUTE_US
}
