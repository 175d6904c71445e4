// Quotes, trades and bars as they reach the venue: they move its best prices, fill what rests and trigger what waits.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import type { BarColumns } from '../../../engine/tick-store-port.ts'
import { must } from '../../../schemas/assert.ts'
import type { BarExpansion } from '../../../schemas/config/simulation-config.ts'
import type { OrderFloor } from '../orders/order-floor.ts'
import type { RestingOrders } from '../orders/resting-orders.ts'
import type { VenueMarket } from '../phases/venue-market.ts'
import { type BarPrices, type BarStep, barPath } from './bar-path.ts'
import type { DeepBooks } from './deep-books.ts'
import type { TopOfBook } from './top-of-book.ts'

export type VenueRowsParts = {
  readonly specs: readonly InstrumentSpec[]
  readonly book: TopOfBook
  /** Of a venue that trades on a deeper book: quotes and bars are then of a lesser kind. */
  readonly deep: DeepBooks | undefined
  readonly floor: OrderFloor
  /** As the venue says; else it is traded through, before behaviour 3 at its close alone. */
  readonly bars: BarExpansion | undefined
  readonly fills_touched: boolean
  readonly has_queues: boolean
  readonly has_bands: boolean
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** Undefined while nothing happens by itself. */
  readonly market: () => VenueMarket | undefined
}

/** What a bar that is traded through shows at its open: the default where it does not say. */
type BarOpen = { readonly price_units: number; readonly size_units?: number | undefined }

/** The side whose resting orders a price of a kind touches; both where it is left out. */
const TOUCHES = { bid: 'buy', ask: 'sell', last: undefined } as const

export class VenueRows {
  /** Fills that came about behind the open of an expanded bar both of whose extremes met orders: their order decided on them. */
  bar_order_fill_count = 0
  /** Rows of a lesser kind than the venue's book, which it did not trade on. */
  ignored_row_count = 0
  /** Imported bars, and those of them that ended while their instrument was closed: nothing trades on such a one. */
  bar_count = 0
  closed_bar_count = 0
  /** Whether a quote that no order is concerned with may still do something. */
  is_watched: boolean
  readonly #specs: readonly InstrumentSpec[]
  readonly #book: TopOfBook
  readonly #deep: DeepBooks | undefined
  readonly #floor: OrderFloor
  readonly #resting: RestingOrders
  readonly #waitingCounts: Uint32Array
  readonly #bars: BarExpansion
  readonly #fillsTouched: boolean
  readonly #hasQueues: boolean
  readonly #hasBands: boolean
  readonly #termsHold: boolean
  readonly #market: () => VenueMarket | undefined

  constructor(parts: VenueRowsParts) {
    this.#specs = parts.specs
    this.#book = parts.book
    this.#deep = parts.deep
    this.#floor = parts.floor
    this.#resting = parts.floor.resting
    this.#waitingCounts = parts.floor.waiting.counts
    this.#bars = parts.bars ?? (parts.terms_hold ? 'fixed' : 'close')
    this.#fillsTouched = parts.fills_touched
    this.#hasQueues = parts.has_queues
    this.#hasBands = parts.has_bands
    this.#termsHold = parts.terms_hold
    this.#market = parts.market
    this.is_watched = parts.fills_touched
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
    else if (this.#book.trade(instrument_index, price_units, aggressor_side)) {
      this.#market()?.beforeRow(instrument_index, ts_us)
      this.#floor.onBook(instrument_index, ts_us)
      this.#touch(instrument_index, ts_us, 'last')
      hasMoved = true
    } else {
      if (this.#hasQueues) this.#useUp(instrument_index, ts_us, price_units, size_units, aggressor_side)
      if (this.#waitingCounts[instrument_index] !== 0) this.#floor.onTriggers(instrument_index, ts_us)
      this.#floor.settle(ts_us)
    }
    const market = this.#market()
    if (market === undefined) return
    market.onTrade(instrument_index, ts_us, price_units, size_units)
    if (hasMoved) market.onRow(instrument_index, ts_us)
  }

  /** An imported bar, at its end. Without its other prices it trades at its close alone. */
  onBar(
    instrument_index: number,
    ts_us: number,
    price_type: BarColumns['price_type'],
    close_price_units: number,
    prices?: BarPrices,
  ): void {
    if (this.#deep !== undefined) return this.ignore()
    const market = this.#market()
    this.bar_count++
    if (market?.isClosed(instrument_index) === true) this.closed_bar_count++
    const path = this.#pathOf(instrument_index, prices)
    const open = path?.[0] ?? { price_units: prices?.open_price_units ?? close_price_units }
    const hasOpened = market !== undefined && this.#onBarOpen(instrument_index, ts_us, price_type, open)
    if (this.#termsHold && this.#book.hasQuotes(instrument_index))
      return this.#onBarBesideQuotes(instrument_index, ts_us, price_type, close_price_units)
    // One that comes in a closing call is a row of its session, too.
    if (this.#termsHold) market?.onRow(instrument_index, ts_us)
    if (path === undefined) {
      if (price_type === 'last') this.#book.noteLast(instrument_index, close_price_units)
      if (!this.#book.bar(instrument_index, price_type, close_price_units)) return
      this.#floor.onBook(instrument_index, ts_us)
      return this.#touch(instrument_index, ts_us, price_type)
    }
    this.#pass(instrument_index, ts_us, price_type, path, hasOpened)
  }

  /** Where trades or bars are the market: a last price touches both sides, a bar of bids or asks its own. */
  #touch(instrument_index: number, ts_us: number, price_type: BarColumns['price_type']): void {
    if (!this.#fillsTouched || !this.#termsHold) return
    this.#floor.onTouch(instrument_index, ts_us, TOUCHES[price_type])
  }

  /** A row of another kind than the venue trades on. */
  ignore(): void {
    this.ignored_row_count++
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.bar_order_fill_count)
    writer.number(this.ignored_row_count)
    writer.number(this.bar_count)
    writer.number(this.closed_bar_count)
  }

  load(reader: CanonicalReader): void {
    this.bar_order_fill_count = reader.number()
    this.ignored_row_count = reader.number()
    this.bar_count = reader.number()
    this.closed_bar_count = reader.number()
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

  /** It no longer moves the book. One of last prices is news for triggers, as a trade is; nothing is made of others. */
  #onBarBesideQuotes(
    instrument_index: number,
    ts_us: number,
    price_type: BarColumns['price_type'],
    close_price_units: number,
  ): void {
    this.#book.bar(instrument_index, price_type, close_price_units)
    if (price_type !== 'last') return this.ignore()
    this.#book.noteLast(instrument_index, close_price_units)
    if (this.#waitingCounts[instrument_index] !== 0) this.#floor.onTriggers(instrument_index, ts_us)
    this.#floor.settle(ts_us)
  }

  /** Goes the way of a bar, and counts the fills that depended on which of its extremes comes first. */
  #pass(
    instrument_index: number,
    ts_us: number,
    price_type: BarColumns['price_type'],
    path: readonly BarStep[],
    hasOpened: boolean,
  ): void {
    const { bars } = this.#floor
    const meets = ({ price_units }: BarStep) => bars.meets(instrument_index, price_type, price_units)
    const [open, first, second] = path as [BarStep, BarStep, BarStep]
    const filled = { open: 0, high: 0, low: 0, close: 0 }
    let areMet = [false, false]
    let from_price_units = open.price_units
    for (const step of hasOpened ? path.slice(1) : path) {
      // What the first extreme ends, the second would have met; and it meets what the first has triggered.
      if (step === first) areMet = [meets(first), meets(second)]
      if (step === second) areMet[1] ||= meets(second)
      const { price_units: to_price_units, size_units } = step
      const before = this.#floor.fills.count
      const is_last = step.point === 'close'
      const move = { instrument_index, price_type, from_price_units, to_price_units, size_units, is_last }
      if (!bars.travel(move, ts_us, step === open)) return
      this.#touch(instrument_index, ts_us, price_type)
      filled[step.point] += this.#floor.fills.count - before
      from_price_units = to_price_units
    }
    if (this.#termsHold) {
      if (areMet.every(Boolean)) this.bar_order_fill_count += filled.high + filled.low + filled.close
    } else if (filled.high > 0 && filled.low > 0) this.bar_order_fill_count += filled.high + filled.low
  }

  /** Undefined where the bar trades at its close alone. */
  #pathOf(instrument_index: number, prices: BarPrices | undefined): BarStep[] | undefined {
    if (prices === undefined || this.#bars === 'close') return undefined
    const { lot_units } = must(this.#specs[instrument_index], 'a bar is of a known instrument')
    return barPath(prices, this.#bars, lot_units)
  }

  /**
   * An instrument that waits for its first row begins at a bar's open. Returns whether orders have met there what the bar
   * shows at it.
   */
  #onBarOpen(
    instrument_index: number,
    ts_us: number,
    price_type: BarColumns['price_type'],
    { price_units, size_units }: BarOpen,
  ): boolean {
    const market = must(this.#market(), 'only a market that changes has an opening')
    if (!market.awaitsRow(instrument_index)) return false
    if (price_type === 'last') {
      this.#book.noteLast(instrument_index, price_units)
      if (!this.#termsHold) market.onTrade(instrument_index, ts_us, price_units, 0)
      else if (this.#onBarPrint(market, instrument_index, ts_us, { price_units, size_units })) return true
    }
    const shown = this.#termsHold ? size_units : undefined
    if (this.#book.bar(instrument_index, price_type, price_units, shown))
      market.onRow(instrument_index, ts_us)
    return this.#termsHold
  }

  /**
   * The open of a bar is a print where one is awaited, and takes what is shown there: nothing of it is left for those who
   * come out of the call behind it. Returns whether one was. A volume too small to be shown at the open prints nothing.
   */
  #onBarPrint(
    market: VenueMarket,
    instrument_index: number,
    ts_us: number,
    { price_units, size_units }: BarOpen,
  ): boolean {
    this.#book.bar(instrument_index, 'last', price_units, size_units === undefined ? undefined : 0)
    if (size_units !== 0) market.onTrade(instrument_index, ts_us, price_units, size_units ?? 0)
    return !market.awaitsRow(instrument_index)
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
