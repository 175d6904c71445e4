// The rows of one instrument's book on their way to whoever trades on them: the exchange takes each row, or, where it trades
// on quotes, what the book shows at the end of each event; the node is shown the same quotes.

import { BOOK_ACTION, LEVEL_ACTION } from '../../engine/book/book-action.ts'
import { BookQuotes } from '../../engine/book/book-quotes.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { QuoteRow } from '../../engine/market/market-rows.ts'
import type { BookColumns, QuoteColumns } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import type { SimulatedExchange } from '../exchange/simulated-exchange.ts'
import type { BookSeries } from './book-series.ts'
import type { LateRows } from './late-rows.ts'

export class BookRows {
  readonly #exchange: SimulatedExchange
  readonly #instrument_index: number
  /** None where the instrument has quotes of its own. */
  readonly #quotes: BookQuotes | undefined
  readonly #feedsQuotes: boolean
  readonly #onQuote: ((quote: QuoteRow) => void) | undefined

  constructor(exchange: SimulatedExchange, series: BookSeries, onQuote?: (quote: QuoteRow) => void) {
    const { kind, instrument_index, confirm_us, shows_quotes } = series
    this.#exchange = exchange
    this.#instrument_index = instrument_index
    this.#quotes = shows_quotes ? new BookQuotes(kind, instrument_index, confirm_us) : undefined
    this.#onQuote = onQuote
    this.#feedsQuotes = exchange.book === 'quote' && shows_quotes
  }

  /** The quote that stands between two events; undefined where the book shows none. */
  get standing(): QuoteColumns | undefined {
    return this.#quotes?.is_standing === true ? this.#quotes.columns : undefined
  }

  /** Takes one row into the data's book. Returns the quote that is due, where the row ends an event that changes it. */
  note(columns: BookColumns, at: number, ts_us: number): QuoteRow | undefined {
    const quotes = this.#quotes
    if (quotes === undefined) return undefined
    const action = columns.action[at] as number
    const side = columns.side[at] as number
    const price = columns.price_units[at] as number
    const size = columns.size_units[at] as number
    if (columns.kind === 'book_level') quotes.onLevel(action, side, price, size)
    else quotes.onOrder(action, columns.order_id[at] as number, side, price, size)
    if (columns.is_last[at] === 0 || !quotes.endEvent(ts_us)) return undefined
    this.#onQuote?.(quotes.row)
    return quotes.row
  }

  /** Sends the quote that is due on its way, where the node sees data late. */
  holdQuote(late: LateRows, ts_us: number): void {
    late.open(must(this.#quotes, 'a quote that is due is of a book').columns)
    late.hold(0, this.#instrument_index, ts_us)
  }

  /** The exchange sees the row, or, where it trades on quotes, the one that is due. */
  show(columns: BookColumns, at: number, ts_us: number, quote: QuoteRow | undefined): void {
    if (this.#exchange.book === columns.kind) this.#showRow(columns, at, ts_us)
    else if (!this.#feedsQuotes) this.#exchange.rows.ignore()
    else if (quote !== undefined) {
      const { rows } = this.#exchange
      const { bid_price_units, ask_price_units, bid_size_units, ask_size_units } = quote
      const index = this.#instrument_index
      rows.onQuote(index, ts_us, bid_price_units, ask_price_units, bid_size_units, ask_size_units)
    }
  }

  save(writer: CanonicalWriter): void {
    this.#quotes?.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#quotes?.load(reader)
  }

  #showRow(columns: BookColumns, at: number, ts_us: number): void {
    const { deepRows } = this.#exchange
    const index = this.#instrument_index
    const action = columns.action[at] as number
    const side = columns.side[at] as 1 | -1
    const price = columns.price_units[at] as number
    const size = columns.size_units[at] as number
    const isLast = columns.is_last[at] !== 0
    if (columns.kind === 'book_level') {
      if (action === LEVEL_ACTION.clear) deepRows.onBookCleared(index, ts_us, isLast)
      else deepRows.onLevel(index, ts_us, side, price, size, isLast)
    } else if (action === BOOK_ACTION.clear) deepRows.onBookCleared(index, ts_us, isLast)
    else deepRows.onBookOrder(index, ts_us, action, columns.order_id[at] as number, side, price, size, isLast)
  }
}
