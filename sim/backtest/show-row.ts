// A row of a history as its exchange takes it.

import type { BarColumns, BookColumns, TickColumns } from '../../engine/tick-store-port.ts'
import type { BarPrices } from '../exchange/matching/bar-path.ts'
import type { SimulatedExchange } from '../exchange/simulated-exchange.ts'

/** The exchange sees a row, before any node does. */
export function showRow(
  { rows }: SimulatedExchange,
  columns: Exclude<TickColumns, BookColumns>,
  at: number,
  index: number,
  ts_us: number,
): void {
  switch (columns.kind) {
    case 'quote': {
      const { bid_price_units, ask_price_units, bid_size_units, ask_size_units } = columns
      return rows.onQuote(
        index,
        ts_us,
        bid_price_units[at] as number,
        ask_price_units[at] as number,
        bid_size_units[at] as number,
        ask_size_units[at] as number,
      )
    }
    case 'trade': {
      const { price_units, size_units, aggressor_side } = columns
      const price = price_units[at] as number
      return rows.onTrade(index, ts_us, price, size_units[at] as number, aggressor_side[at] as number)
    }
    case 'bar': {
      const { price_type, interval_us } = columns
      const close_price_units = columns.close_price_units[at] as number
      const prices = pricesOf(columns, at)
      return rows.onBar(index, ts_us, { price_type, interval_us, close_price_units, prices })
    }
  }
}

function pricesOf(columns: BarColumns, at: number): BarPrices {
  return {
    open_price_units: columns.open_price_units[at] as number,
    high_price_units: columns.high_price_units[at] as number,
    low_price_units: columns.low_price_units[at] as number,
    close_price_units: columns.close_price_units[at] as number,
    volume_units: columns.volume_units[at] as number,
  }
}
