// Blocks of no rows, for what has a block from the start.

import type { BarColumns, QuoteColumns, TradeColumns } from '../../engine/tick-store-port.ts'

export const NO_COLUMN = new Float64Array(0)
export const NO_QUOTES: QuoteColumns = {
  kind: 'quote',
  count: 0,
  ts_event_us: NO_COLUMN,
  bid_price_units: NO_COLUMN,
  ask_price_units: NO_COLUMN,
  bid_size_units: NO_COLUMN,
  ask_size_units: NO_COLUMN,
}
export const NO_TRADES: TradeColumns = {
  kind: 'trade',
  count: 0,
  ts_event_us: NO_COLUMN,
  price_units: NO_COLUMN,
  size_units: NO_COLUMN,
  aggressor_side: NO_COLUMN,
}
export const NO_BARS: BarColumns = {
  kind: 'bar',
  count: 0,
  interval_us: 0,
  price_type: 'last',
  ts_event_us: NO_COLUMN,
  open_price_units: NO_COLUMN,
  high_price_units: NO_COLUMN,
  low_price_units: NO_COLUMN,
  close_price_units: NO_COLUMN,
  volume_units: NO_COLUMN,
}
