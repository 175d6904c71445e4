// Gathers rows into a block of columns.

import type { TickColumns, TickKind, TickSeries } from '../../engine/tick-store-port.ts'

/** The values of a row, by kind, in the order in which formats give them. */
export const VALUE_COLUMNS: Readonly<Record<TickKind, readonly string[]>> = {
  quote: ['bid_price_units', 'ask_price_units', 'bid_size_units', 'ask_size_units'],
  trade: ['price_units', 'size_units', 'aggressor_side'],
  bar: ['open_price_units', 'high_price_units', 'low_price_units', 'close_price_units', 'volume_units'],
  book_level: ['action', 'side', 'price_units', 'size_units', 'is_last'],
  book_order: ['action', 'order_id', 'side', 'price_units', 'size_units', 'is_last'],
}

const BLOCK_ROWS = 16_384

/** Its columns are overwritten by the rows after a block, as the store's port allows. */
export class RowBlock {
  readonly #series: TickSeries
  readonly #times = new Float64Array(BLOCK_ROWS)
  readonly #nsRest = new Uint16Array(BLOCK_ROWS)
  readonly #values: readonly Float64Array[]
  #count = 0

  constructor(series: TickSeries) {
    this.#series = series
    this.#values = VALUE_COLUMNS[series.kind].map(() => new Float64Array(BLOCK_ROWS))
  }

  get isFull(): boolean {
    return this.#count === BLOCK_ROWS
  }

  add(us: number, nsRest: number, values: readonly number[]): void {
    const row = this.#count++
    this.#times[row] = us
    this.#nsRest[row] = nsRest
    for (const [index, column] of this.#values.entries()) column[row] = values[index] as number
  }

  /** The rows so far as a block; the next row begins another. */
  take(): TickColumns {
    const { instrument_id: _, ...shape } = this.#series
    const names = VALUE_COLUMNS[this.#series.kind]
    const block = {
      ...shape,
      count: this.#count,
      ts_event_us: this.#times,
      ts_event_ns_rest: this.#nsRest,
      ...Object.fromEntries(this.#values.map((column, index) => [names[index], column])),
    }
    this.#count = 0
    return block as unknown as TickColumns
  }
}
