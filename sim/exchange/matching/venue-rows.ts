// Quotes, trades and bars as they reach the venue: they move its best prices, fill what rests and trigger what waits.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { OrderFloor } from '../orders/order-floor.ts'
import type { RestingOrders } from '../orders/resting-orders.ts'
import type { VenueMarket } from '../phases/venue-market.ts'
import type { ImportedBar } from './bar-path.ts'
import { BarRows, type BarRowsParts } from './bar-rows.ts'
import type { DeepBooks } from './deep-books.ts'
import type { TopOfBook } from './top-of-book.ts'

export type VenueRowsParts = Omit<BarRowsParts, 'ignore'> & {
  /** Of a venue that trades on a deeper book: quotes and bars are then of another kind. */
  readonly deep: DeepBooks | undefined
  readonly has_queues: boolean
  readonly has_bands: boolean
}

export class VenueRows {
  /** Rows of another kind than the venue's book, which it did not trade on. */
  ignored_row_count = 0
  /** Whether a quote that no order is concerned with may still do something. */
  is_watched: boolean
  readonly bars: BarRows
  readonly #book: TopOfBook
  readonly #deep: DeepBooks | undefined
  readonly #floor: OrderFloor
  readonly #resting: RestingOrders
  readonly #waitingCounts: Uint32Array
  readonly #fillsTouched: boolean
  readonly #hasQueues: boolean
  readonly #hasBands: boolean
  readonly #termsHold: boolean
  readonly #market: () => VenueMarket | undefined

  constructor(parts: VenueRowsParts) {
    this.#book = parts.book
    this.#deep = parts.deep
    this.#floor = parts.floor
    this.#resting = parts.floor.resting
    this.#waitingCounts = parts.floor.waiting.counts
    this.#fillsTouched = parts.fills_touched
    this.#hasQueues = parts.has_queues
    this.#hasBands = parts.has_bands
    this.#termsHold = parts.terms_hold
    this.#market = parts.market
    this.is_watched = parts.fills_touched
    this.bars = new BarRows({ ...parts, ignore: () => this.ignore() })
  }

  /** The exchange sees a quote before the node does, fills what it crosses and triggers what it reaches. */
  onQuote(
    instrument_index: number,
    ts_us: number,
    bid_price_units: number,
    ask_price_units: number,
    bid_size_units: number,
    ask_size_units: number,
  ): void {
    if (this.#deep !== undefined) return this.ignore()
    this.#book.quote(instrument_index, bid_price_units, ask_price_units, bid_size_units, ask_size_units)
    if (this.#hasBands) this.#market()?.beforeRow(instrument_index, ts_us)
    if (
      this.#hasQueues &&
      (bid_price_units <= (this.#resting.best_buy_price_units[instrument_index] as number) ||
        ask_price_units >= (this.#resting.best_sell_price_units[instrument_index] as number))
    ) {
      this.#showQueues(instrument_index, bid_price_units, ask_price_units, bid_size_units, ask_size_units)
    }
    if (
      ask_price_units <= (this.#resting.best_buy_price_units[instrument_index] as number) ||
      bid_price_units >= (this.#resting.best_sell_price_units[instrument_index] as number) ||
      this.#waitingCounts[instrument_index] !== 0
    ) {
      this.#onQuoteConcerning(instrument_index, ts_us, bid_price_units, ask_price_units)
    }
    if (this.is_watched) this.#onWatchedQuote(instrument_index, ts_us)
  }

  /** `size_units` and `aggressor_side` are 0 where the data does not say. */
  onTrade(
    instrument_index: number,
    ts_us: number,
    price_units: number,
    size_units = 0,
    aggressor_side = 0,
  ): void {
    let hasMoved = false
    this.#book.noteLast(instrument_index, price_units)
    if (this.#deep !== undefined)
      this.#onDeepTrade(instrument_index, ts_us, price_units, size_units, aggressor_side)
    else if (this.#book.trade(instrument_index, price_units, aggressor_side, size_units)) {
      this.#market()?.beforeRow(instrument_index, ts_us)
      this.#floor.onBook(instrument_index, ts_us)
      this.#touch(instrument_index, ts_us)
      hasMoved = true
    } else {
      if (this.#hasQueues) this.#useUp(instrument_index, ts_us, price_units, size_units, aggressor_side)
      if (this.#waitingCounts[instrument_index] !== 0) this.#floor.onTriggers(instrument_index, ts_us)
      this.#floor.settle(ts_us)
    }
    const market = this.#market()
    if (market === undefined) return
    if (hasMoved && market.awaitsPrint(instrument_index)) this.#book.passTraded(instrument_index)
    market.onTrade(instrument_index, ts_us, price_units, size_units)
    if (hasMoved) market.onRow(instrument_index, ts_us)
  }

  onBar(instrument_index: number, ts_us: number, bar: ImportedBar): void {
    if (this.#deep !== undefined) return this.ignore()
    this.bars.onBar(instrument_index, ts_us, bar)
  }

  /** Where trades are the market one touches both sides. */
  #touch(instrument_index: number, ts_us: number): void {
    if (this.#fillsTouched && this.#termsHold) this.#floor.onTouch(instrument_index, ts_us)
  }

  /** A row of another kind than the venue trades on. */
  ignore(): void {
    this.ignored_row_count++
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.bars.bar_order_fill_count)
    writer.number(this.ignored_row_count)
    writer.number(this.bars.bar_count)
    writer.number(this.bars.closed_bar_count)
  }

  load(reader: CanonicalReader): void {
    this.bars.bar_order_fill_count = reader.number()
    this.ignored_row_count = reader.number()
    this.bars.bar_count = reader.number()
    this.bars.closed_bar_count = reader.number()
    this.bars.reload()
  }

  /** In a book by order the executions of its own messages trade, and a trade row is news for triggers alone. */
  #onDeepTrade(
    instrument_index: number,
    ts_us: number,
    price_units: number,
    size_units: number,
    aggressor_side: number,
  ): void {
    if (this.#deep?.is_by_order === false)
      this.#useUp(instrument_index, ts_us, price_units, size_units, aggressor_side)
    if (this.#waitingCounts[instrument_index] !== 0) this.#floor.onTriggers(instrument_index, ts_us)
    this.#floor.settle(ts_us)
  }

  /** A trade of others took from one side of the book, which is the one it says, or the one whose best price it had. */
  #useUp(
    instrument_index: number,
    ts_us: number,
    price_units: number,
    size_units: number,
    aggressor_side: number,
  ): void {
    // A side of a book by price that is empty has no best price.
    const deep = this.#deep
    const bid = deep?.bestPriceUnits(instrument_index, 1) ?? this.#book.bid_price_units[instrument_index]
    const ask = deep?.bestPriceUnits(instrument_index, -1) ?? this.#book.ask_price_units[instrument_index]
    const side =
      aggressor_side !== 0
        ? -aggressor_side
        : price_units <= (bid as number)
          ? 1
          : price_units >= (ask as number)
            ? -1
            : 0
    if (side === 0) return
    const size = size_units || this.#book.defaultUnits(instrument_index)
    this.#floor.queues.traded(instrument_index, side as 1 | -1, price_units, size, 0, ts_us)
    // Who comes to the front of a queue may stand where the other side has come to already.
    this.#floor.onBest(instrument_index, ts_us)
  }

  /** What a quote shows at the prices of resting orders, or says of them by showing worse ones. */
  #showQueues(
    instrument_index: number,
    bid_price_units: number,
    ask_price_units: number,
    bid_size_units: number,
    ask_size_units: number,
  ): void {
    if (bid_price_units <= (this.#resting.best_buy_price_units[instrument_index] as number)) {
      const size = bid_size_units || this.#book.defaultUnits(instrument_index)
      this.#floor.queues.onBest(instrument_index, 'buy', bid_price_units, size)
    }
    if (ask_price_units >= (this.#resting.best_sell_price_units[instrument_index] as number)) {
      const size = ask_size_units || this.#book.defaultUnits(instrument_index)
      this.#floor.queues.onBest(instrument_index, 'sell', ask_price_units, size)
    }
  }

  #onWatchedQuote(instrument_index: number, ts_us: number): void {
    if (this.#fillsTouched) this.#floor.onTouch(instrument_index, ts_us)
    this.#market()?.onRow(instrument_index, ts_us)
  }

  #onQuoteConcerning(
    instrument_index: number,
    ts_us: number,
    bid_price_units: number,
    ask_price_units: number,
  ): void {
    const isCrossed =
      ask_price_units <= (this.#resting.best_buy_price_units[instrument_index] as number) ||
      bid_price_units >= (this.#resting.best_sell_price_units[instrument_index] as number)
    if (isCrossed || this.#floor.waiting.concerns(instrument_index, bid_price_units, ask_price_units))
      this.#floor.onBook(instrument_index, ts_us)
  }
}
