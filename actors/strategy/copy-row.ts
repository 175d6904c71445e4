// Copies of rows for authors, who may keep what they are given; the engine's own row moves on.

import type { QuoteRow, TradeRow } from '../../engine/market/market-rows.ts'
import type { QuoteView, TradeView } from './context.ts'

export function copyQuote(row: QuoteRow, instrument_id: string): QuoteView {
  return {
    instrument_id,
    ts_event_us: row.ts_event_us,
    bid_price_units: row.bid_price_units,
    ask_price_units: row.ask_price_units,
    bid_size_units: row.bid_size_units,
    ask_size_units: row.ask_size_units,
    conflated_count: row.conflated_count,
  }
}

export function copyTrade(row: TradeRow, instrument_id: string): TradeView {
  return {
    instrument_id,
    ts_event_us: row.ts_event_us,
    price_units: row.price_units,
    size_units: row.size_units,
    aggressor_side: row.aggressor_side,
  }
}
