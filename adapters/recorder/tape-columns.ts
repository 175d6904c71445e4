// The rows of one series that are sequenced and wait to be cut into a batch, as columns that grow and are reused.

import type { RowInput } from '../../engine/live/live-input.ts'
import type { TickSeries } from '../../engine/tick-store-port.ts'
import { type PackedRows, RECORDED_COLUMNS, ROW_COLUMNS } from '../../engine/wire/packed-rows.ts'
import { must } from '../../schemas/assert.ts'

const ROWS_MIN = 256

export type TapeSeries = {
  readonly series: TickSeries
  readonly price_scale: number
  readonly size_scale: number
}

export class TapeColumns {
  readonly #about: TapeSeries
  readonly #own: number
  #columns: Float64Array[]
  /** The latest input at or before each row, by which a prefix is cut. */
  #seqs = new Float64Array(ROWS_MIN)
  #count = 0
  #first_row: number
  /** Rows dropped since a batch was cut; what follows them would not be consecutive. */
  #dropped = 0

  constructor(about: TapeSeries, first_row: number) {
    this.#about = about
    this.#own = ROW_COLUMNS[about.series.kind].length
    const names = [...ROW_COLUMNS[about.series.kind], ...RECORDED_COLUMNS]
    this.#columns = names.map(() => new Float64Array(ROWS_MIN))
    this.#first_row = first_row
  }

  get count(): number {
    return this.#count
  }

  get next_row(): number {
    return this.#first_row + this.#count + this.#dropped
  }

  get hasDropped(): boolean {
    return this.#dropped > 0
  }

  drop(): void {
    if (this.#count === 0) this.#first_row++
    else this.#dropped++
  }

  /** @param cut_seq the latest input sequenced so far, this row's own included. */
  add(row: RowInput, recorded: Recorded, cut_seq: number): void {
    if (this.#count === this.#seqs.length) this.#grow()
    const at = this.#count++
    this.#seqs[at] = cut_seq
    const columns = this.#columns
    put(columns, 0, at, row.ts_event_us)
    if (row.type === 'quote') {
      put(columns, 1, at, row.bid_price_units)
      put(columns, 2, at, row.ask_price_units)
      put(columns, 3, at, row.bid_size_units)
      put(columns, 4, at, row.ask_size_units)
    } else if (row.type === 'trade') {
      put(columns, 1, at, row.price_units)
      put(columns, 2, at, row.size_units)
      put(columns, 3, at, row.aggressor_side)
    } else {
      put(columns, 1, at, row.open_price_units)
      put(columns, 2, at, row.high_price_units)
      put(columns, 3, at, row.low_price_units)
      put(columns, 4, at, row.close_price_units)
      put(columns, 5, at, row.volume_units)
    }
    const own = this.#own
    put(columns, own, at, row.ts_recv_us)
    put(columns, own + 1, at, recorded.ts_seq_us)
    put(columns, own + 2, at, recorded.seq)
    put(columns, own + 3, at, recorded.count)
    put(columns, own + 4, at, recorded.stream)
    put(columns, own + 5, at, recorded.sequence)
    put(columns, own + 6, at, recorded.row_in_message)
  }

  /** Rows of inputs up to `seq`. */
  countUpTo(seq: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#seqs[middle] as number) <= seq) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Takes the oldest `count` rows as a section; its columns are copies. */
  cut(count: number): PackedRows {
    const columns = this.#columns.map((column) => {
      const taken = column.slice(0, count)
      column.copyWithin(0, count, this.#count)
      return taken
    })
    this.#seqs.copyWithin(0, count, this.#count)
    const section = { ...this.#about, first_row: this.#first_row, count, columns }
    this.#first_row += count
    this.#count -= count
    if (this.#count === 0) {
      this.#first_row += this.#dropped
      this.#dropped = 0
    }
    return section
  }

  #grow(): void {
    const wider = (column: Float64Array) => {
      const grown = new Float64Array(column.length * 2)
      grown.set(column)
      return grown
    }
    this.#columns = this.#columns.map(wider)
    this.#seqs = wider(this.#seqs)
  }
}

/** What the tape knows of a row beside its values; one object, overwritten for each. */
export type Recorded = {
  ts_seq_us: number
  seq: number
  count: number
  stream: number
  sequence: number
  row_in_message: number
}

function put(columns: readonly Float64Array[], column: number, at: number, value: number): void {
  must(columns[column], 'a series has its columns')[at] = value
}
