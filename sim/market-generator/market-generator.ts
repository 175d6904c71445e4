// A seeded quote history: an integer random walk with a spread, time gaps and, if asked, displayed sizes and rows that
// share their stamp with the row before. The same options give the same rows, whatever the block size.

import type { QuoteColumns } from '../../engine/tick-store-port.ts'
import { MarketWalk, type WalkOptions } from './market-walk.ts'

export type MarketOptions = WalkOptions & { readonly row_count: number }

export const MARKET_DEFAULTS: Omit<MarketOptions, 'instrument_id'> = {
  seed: 1,
  row_count: 1_000_000,
  start_us: 1_704_067_200_000_000,
  gap_us_mean: 100_000,
  start_price_units: 110_000,
  size_units: 0,
  shared_stamps: false,
}

/** Raised with every change that makes other rows of the same options. */
export const GENERATOR_VERSION = 1
const BLOCK_ROWS = 32_768

/** Yields the history in blocks. A block is overwritten when the next is asked for, as the port allows. */
export async function* generateQuotes(
  options: MarketOptions,
  block_rows: number = BLOCK_ROWS,
): AsyncGenerator<QuoteColumns> {
  const walk = new MarketWalk(options)
  const column = () => new Float64Array(Math.min(block_rows, options.row_count))
  const block = {
    ts_event_us: column(),
    bid_price_units: column(),
    ask_price_units: column(),
    bid_size_units: column(),
    ask_size_units: column(),
  }
  for (let left = options.row_count; left > 0; left -= block_rows) {
    const count = Math.min(left, block_rows)
    walk.fill(block, count)
    yield { kind: 'quote', count, ...block }
  }
}
