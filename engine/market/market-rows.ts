// Rows of market data as the actors see them: views over columns, moved from row to row without allocation. A view is
// valid during the step that carries it; whoever needs the values later copies them.

import type { BarColumns, QuoteColumns, QuoteExtremes, TradeColumns } from '../tick-store-port.ts'

export class QuoteRow {
  instrument_index = 0
  #columns: QuoteColumns
  #extremes: QuoteExtremes | undefined
  #row = 0

  constructor(columns: QuoteColumns) {
    this.#columns = columns
  }

  open(columns: QuoteColumns, extremes: QuoteExtremes | undefined = columns.extremes): void {
    this.#columns = columns
    this.#extremes = extremes
  }

  at(row: number): this {
    this.#row = row
    return this
  }

  get ts_event_us(): number {
    return this.#columns.ts_event_us[this.#row] as number
  }
  get bid_price_units(): number {
    return this.#columns.bid_price_units[this.#row] as number
  }
  get ask_price_units(): number {
    return this.#columns.ask_price_units[this.#row] as number
  }
  get bid_size_units(): number {
    return this.#columns.bid_size_units[this.#row] as number
  }
  get ask_size_units(): number {
    return this.#columns.ask_size_units[this.#row] as number
  }
  /** Quotes this row stands for; 1 unless it was conflated. */
  get conflated_count(): number {
    return this.#extremes === undefined ? 1 : (this.#extremes.conflated_count[this.#row] as number)
  }
  get bid_low_price_units(): number {
    return this.#extremes === undefined
      ? this.bid_price_units
      : (this.#extremes.bid_low_price_units[this.#row] as number)
  }
  get bid_high_price_units(): number {
    return this.#extremes === undefined
      ? this.bid_price_units
      : (this.#extremes.bid_high_price_units[this.#row] as number)
  }
  get ask_low_price_units(): number {
    return this.#extremes === undefined
      ? this.ask_price_units
      : (this.#extremes.ask_low_price_units[this.#row] as number)
  }
  get ask_high_price_units(): number {
    return this.#extremes === undefined
      ? this.ask_price_units
      : (this.#extremes.ask_high_price_units[this.#row] as number)
  }
}

export class TradeRow {
  instrument_index = 0
  #columns: TradeColumns
  #row = 0

  constructor(columns: TradeColumns) {
    this.#columns = columns
  }

  open(columns: TradeColumns): void {
    this.#columns = columns
  }

  at(row: number): this {
    this.#row = row
    return this
  }

  get ts_event_us(): number {
    return this.#columns.ts_event_us[this.#row] as number
  }
  get price_units(): number {
    return this.#columns.price_units[this.#row] as number
  }
  get size_units(): number {
    return this.#columns.size_units[this.#row] as number
  }
  /** 1 buy, -1 sell, 0 unknown. */
  get aggressor_side(): number {
    return this.#columns.aggressor_side[this.#row] as number
  }
}

/** An imported bar, at its end. */
export class BarRow {
  instrument_index = 0
  #columns: BarColumns
  #row = 0

  constructor(columns: BarColumns) {
    this.#columns = columns
  }

  open(columns: BarColumns): void {
    this.#columns = columns
  }

  at(row: number): this {
    this.#row = row
    return this
  }

  get interval_us(): number {
    return this.#columns.interval_us
  }
  get price_type(): 'bid' | 'ask' | 'last' {
    return this.#columns.price_type
  }
  get ts_event_us(): number {
    return this.#columns.ts_event_us[this.#row] as number
  }
  get open_price_units(): number {
    return this.#columns.open_price_units[this.#row] as number
  }
  get high_price_units(): number {
    return this.#columns.high_price_units[this.#row] as number
  }
  get low_price_units(): number {
    return this.#columns.low_price_units[this.#row] as number
  }
  get close_price_units(): number {
    return this.#columns.close_price_units[this.#row] as number
  }
  get volume_units(): number {
    return this.#columns.volume_units[this.#row] as number
  }
}
