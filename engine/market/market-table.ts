// The last quote and trade of every instrument: what prices, collars and marks are taken from. Columns of plain doubles,
// written once per row by the feed and read by whoever needs a price in the same step.

import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import type { BarRow, QuoteRow, TradeRow } from './market-rows.ts'

/** Engine time of an instrument that has had no row yet. */
export const NEVER_US = Number.NEGATIVE_INFINITY

/** Which sides of an instrument have bars of their own. */
const BID_BARS = 1
const ASK_BARS = 2

export class MarketTable {
  readonly instrument_count: number
  readonly bid_price_units: Float64Array
  readonly ask_price_units: Float64Array
  readonly bid_size_units: Float64Array
  readonly ask_size_units: Float64Array
  /** Event time of the last row that gave bid and ask. */
  readonly ts_event_us: Float64Array
  /** Engine time of that row, NEVER_US before the first. */
  readonly ts_seq_us: Float64Array
  readonly #barSides: Uint8Array

  constructor(instrument_count: number) {
    this.instrument_count = instrument_count
    this.bid_price_units = new Float64Array(instrument_count)
    this.ask_price_units = new Float64Array(instrument_count)
    this.bid_size_units = new Float64Array(instrument_count)
    this.ask_size_units = new Float64Array(instrument_count)
    this.ts_event_us = new Float64Array(instrument_count)
    this.ts_seq_us = new Float64Array(instrument_count).fill(NEVER_US)
    this.#barSides = new Uint8Array(instrument_count)
  }

  hasPrice(instrument_index: number): boolean {
    return this.ts_seq_us[instrument_index] !== NEVER_US
  }

  setQuote(row: QuoteRow, now_us: number): void {
    const i = row.instrument_index
    this.bid_price_units[i] = row.bid_price_units
    this.ask_price_units[i] = row.ask_price_units
    this.bid_size_units[i] = row.bid_size_units
    this.ask_size_units[i] = row.ask_size_units
    this.ts_event_us[i] = row.ts_event_us
    this.ts_seq_us[i] = now_us
  }

  /** Where an instrument has no quotes, its last trade stands for both sides. */
  setTrade(row: TradeRow, now_us: number): void {
    this.#setBoth(row.instrument_index, row.price_units, row.size_units, row.ts_event_us, now_us)
  }

  /**
   * A bar's close stands for the side it is made of, and for the other side too until that has bars of its own; a bar
   * of trades stands for both.
   */
  setBar(row: BarRow, now_us: number): void {
    const i = row.instrument_index
    const close = row.close_price_units
    if (row.price_type === 'last') return this.#setBoth(i, close, row.volume_units, row.ts_event_us, now_us)
    const sides = (this.#barSides[i] as number) | (row.price_type === 'bid' ? BID_BARS : ASK_BARS)
    this.#barSides[i] = sides
    if (row.price_type === 'bid' || (sides & BID_BARS) === 0) this.bid_price_units[i] = close
    if (row.price_type === 'ask' || (sides & ASK_BARS) === 0) this.ask_price_units[i] = close
    this.ts_event_us[i] = row.ts_event_us
    this.ts_seq_us[i] = now_us
  }

  save(writer: CanonicalWriter): void {
    for (const column of this.#columns()) for (const value of column) writer.number(value)
    writer.bytes(this.#barSides)
  }

  load(reader: CanonicalReader): void {
    for (const column of this.#columns()) for (let i = 0; i < column.length; i++) column[i] = reader.number()
    this.#barSides.set(reader.bytes())
  }

  #setBoth(i: number, price: number, size: number, ts_event_us: number, now_us: number): void {
    this.bid_price_units[i] = price
    this.ask_price_units[i] = price
    this.bid_size_units[i] = size
    this.ask_size_units[i] = size
    this.ts_event_us[i] = ts_event_us
    this.ts_seq_us[i] = now_us
  }

  #columns(): Float64Array[] {
    return [
      this.bid_price_units,
      this.ask_price_units,
      this.bid_size_units,
      this.ask_size_units,
      this.ts_event_us,
      this.ts_seq_us,
    ]
  }
}
