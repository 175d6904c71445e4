// The quotes that the book of an instrument shows, for all who look at quotes and not at books: the market table with its
// gate, bars, strategies. An event whose end leaves another best price or size makes one, and so does one that confirms
// the old when that has stood for a while, since a book that moves behind its best prices is not stale. A book without
// one of its sides, or with prices that cross, shows none: then the last quote ages.

import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { QuoteRow } from '../market/market-rows.ts'
import { type BookKind, isBookKind, type QuoteColumns, type TickSeries } from '../tick-store-port.ts'
import { BOOK_ACTION, LEVEL_ACTION } from './book-action.ts'
import { LevelBook } from './level-book.ts'
import { OrderBook } from './order-book.ts'

export class BookQuotes {
  /** The quote that is due, until the next event ends. */
  readonly row: QuoteRow
  readonly #orders: OrderBook | undefined
  readonly #levels: LevelBook
  readonly #confirm_us: number
  /** That quote as a block of one row. */
  readonly columns: QuoteColumns = {
    kind: 'quote',
    count: 1,
    ts_event_us: Float64Array.of(Number.NEGATIVE_INFINITY),
    bid_price_units: new Float64Array(1),
    ask_price_units: new Float64Array(1),
    bid_size_units: new Float64Array(1),
    ask_size_units: new Float64Array(1),
  }

  /** @param confirm_us how old a quote may grow while events confirm it. */
  constructor(kind: BookKind, instrument_index: number, confirm_us: number) {
    this.#orders = kind === 'book_order' ? new OrderBook() : undefined
    this.#levels = this.#orders?.levels ?? new LevelBook()
    this.#confirm_us = confirm_us
    this.row = new QuoteRow(this.columns)
    this.row.instrument_index = instrument_index
  }

  /** A row of a book by price. */
  onLevel(action: number, side: number, price_units: number, size_units: number): void {
    if (action === LEVEL_ACTION.clear) this.#levels.clear()
    else this.#levels.side(side as 1 | -1).set(price_units, size_units)
  }

  /** A row of a book by order. */
  onOrder(action: number, order_id: number, side: number, price_units: number, size_units: number): void {
    const book = this.#orders as OrderBook
    if (action === BOOK_ACTION.add) book.add(order_id, side as 1 | -1, price_units, size_units)
    else if (action === BOOK_ACTION.delete) book.delete(order_id)
    else if (action === BOOK_ACTION.modify) book.modify(order_id, price_units, size_units)
    else if (action === BOOK_ACTION.clear) book.clear()
    else if (action !== BOOK_ACTION.fill) book.reduce(order_id, size_units)
  }

  /** An event has ended: whether its quote is due, then in `row`. */
  endEvent(ts_us: number): boolean {
    const { bids, asks } = this.#levels
    if (bids.count === 0 || asks.count === 0) return false
    const { ts_event_us, bid_price_units, ask_price_units, bid_size_units, ask_size_units } = this.columns
    const bid = bids.best_price_units
    const ask = asks.best_price_units
    const bidSize = bids.best_size_units
    const askSize = asks.best_size_units
    if (
      bid === bid_price_units[0] &&
      ask === ask_price_units[0] &&
      bidSize === bid_size_units[0] &&
      askSize === ask_size_units[0] &&
      ts_us - (ts_event_us[0] as number) < this.#confirm_us
    )
      return false
    if (bid > ask) return false
    ts_event_us[0] = ts_us
    bid_price_units[0] = bid
    ask_price_units[0] = ask
    bid_size_units[0] = bidSize
    ask_size_units[0] = askSize
    return true
  }

  /** Between two events: whether the last quote is what the book shows now. */
  get is_standing(): boolean {
    const { bids, asks } = this.#levels
    const { bid_price_units, ask_price_units, bid_size_units, ask_size_units } = this.columns
    return (
      bids.count > 0 &&
      asks.count > 0 &&
      bids.best_price_units === bid_price_units[0] &&
      asks.best_price_units === ask_price_units[0] &&
      bids.best_size_units === bid_size_units[0] &&
      asks.best_size_units === ask_size_units[0]
    )
  }

  save(writer: CanonicalWriter): void {
    if (this.#orders === undefined) this.#levels.save(writer)
    else this.#orders.save(writer)
    for (const column of this.#columns()) writer.number(column[0] as number)
  }

  load(reader: CanonicalReader): void {
    if (this.#orders === undefined) this.#levels.load(reader)
    else this.#orders.load(reader)
    for (const column of this.#columns()) column[0] = reader.number()
  }

  #columns(): Float64Array[] {
    const { ts_event_us, bid_price_units, ask_price_units, bid_size_units, ask_size_units } = this.columns
    return [ts_event_us, bid_price_units, ask_price_units, bid_size_units, ask_size_units]
  }
}

/** How old a quote may grow while events confirm it: half of what makes it stale. */
export function quoteConfirmUs({ stale_after_us }: { readonly stale_after_us: number }): number {
  return Math.ceil(stale_after_us / 2)
}

/** Whether the quotes of a series' instrument come from this book: where the instrument has some of its own, they do not. */
export function showsQuotes(series: TickSeries, all: readonly TickSeries[]): boolean {
  if (!isBookKind(series.kind)) return false
  return !all.some(({ kind, instrument_id }) => kind === 'quote' && instrument_id === series.instrument_id)
}
