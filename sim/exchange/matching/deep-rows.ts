// Rows of a deeper book as they reach the venue: by price, or by order.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { must } from '../../../schemas/assert.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import type { OrderFloor } from '../orders/order-floor.ts'
import type { RestingOrders } from '../orders/resting-orders.ts'
import type { VenueMarket } from '../phases/venue-market.ts'
import type { DeepBooks } from './deep-books.ts'

export type DeepRowsParts = {
  /** Undefined at a venue that trades on quotes: no such row reaches it. */
  readonly deep: DeepBooks | undefined
  readonly floor: OrderFloor
  readonly has_queues: boolean
  /** Undefined while nothing happens by itself. */
  readonly market: () => VenueMarket | undefined
}

const NO_PRICES: ReadonlySet<number> = new Set()

export class DeepRows {
  readonly #deep: DeepBooks | undefined
  readonly #floor: OrderFloor
  readonly #resting: RestingOrders
  readonly #hasQueues: boolean
  readonly #market: () => VenueMarket | undefined
  /** Whether a best level is another, or has another size, since the last event has ended. */
  #hasMoved = false
  /** Prices of resting orders that rows of the event were about: what stands there is looked at when it has ended. */
  #touched: { readonly side: Side; readonly price_units: number }[] = []

  constructor({ deep, floor, has_queues, market }: DeepRowsParts) {
    this.#deep = deep
    this.#floor = floor
    this.#resting = floor.resting
    this.#hasQueues = has_queues
    this.#market = market
  }

  /**
   * A level of a book by price has this size now, 0 when it is gone. `side` is 1 for bids, -1 for asks. Between the rows
   * of one event the book is on its way, and nothing is matched until the last of them.
   */
  onLevel(
    instrument_index: number,
    ts_us: number,
    side: 1 | -1,
    price_units: number,
    size_units: number,
    is_last = true,
  ): void {
    const deep = must(this.#deep, 'the venue has a book by price')
    if (deep.set(instrument_index, side, price_units, size_units)) this.#hasMoved = true
    const bests = side === 1 ? this.#resting.best_buy_price_units : this.#resting.best_sell_price_units
    if (this.#hasQueues && side * ((bests[instrument_index] as number) - price_units) >= 0) {
      this.#touched.push({ side: side === 1 ? 'buy' : 'sell', price_units })
      this.#hasMoved = true
    }
    if (!is_last) return
    if (this.#hasMoved) this.#endEvent(deep, instrument_index, ts_us)
    else if (this.#isMet(deep, instrument_index)) this.#floor.onDepth(instrument_index, ts_us)
  }

  /** A snapshot begins: the book is empty until its levels or orders come. */
  onBookCleared(instrument_index: number, ts_us: number, is_last: boolean): void {
    const deep = must(this.#deep, 'the venue has a deeper book')
    deep.clear(instrument_index, deep.is_by_order ? this.#ownPrices(instrument_index) : NO_PRICES)
    if (this.#hasQueues) {
      for (const side of ['buy', 'sell'] as const)
        for (const { price_units } of this.#resting.ofSide(instrument_index, side))
          this.#touched.push({ side, price_units })
    }
    this.#hasMoved = true
    if (!is_last) return
    if (deep.is_by_order) deep.endEvent(instrument_index)
    this.#endEvent(deep, instrument_index, ts_us)
  }

  /**
   * A message of a book by order; `action` is one of BOOK_ACTION, and an execution names the order that rested. An own
   * order in front of what traded trades at once; prices that meet are looked at when the event has ended.
   */
  onBookOrder(
    instrument_index: number,
    ts_us: number,
    action: number,
    order_id: number,
    side: 1 | -1,
    price_units: number,
    size_units: number,
    is_last = true,
  ): void {
    const deep = must(this.#deep, 'the venue has a book by order')
    const matching = must(this.#floor.deep, 'a deeper book has its matching')
    if (matching.onBookOrder(instrument_index, action, order_id, side, price_units, size_units, ts_us))
      this.#hasMoved = true
    if (!is_last) return
    deep.endEvent(instrument_index)
    if (this.#hasMoved) this.#endEvent(deep, instrument_index, ts_us)
    else if (this.#isMet(deep, instrument_index)) this.#floor.onDepth(instrument_index, ts_us)
    this.#floor.settle(ts_us)
  }

  save(writer: CanonicalWriter): void {
    writer.flag(this.#hasMoved)
    writer.value(this.#touched)
  }

  load(reader: CanonicalReader): void {
    this.#hasMoved = reader.flag()
    this.#touched = reader.value() as { side: Side; price_units: number }[]
  }

  /** Whether the other side has come to an order that rests and wants more of it than there was for it: then each level counts. */
  #isMet(deep: DeepBooks, instrument_index: number): boolean {
    const { best_buy_price_units: buys, best_sell_price_units: sells } = this.#resting
    const { bids, asks } = deep.levels(instrument_index)
    return (
      this.#floor.terms_hold &&
      // NaN of a side that is empty meets nobody.
      (bids.best_price_units >= (sells[instrument_index] as number) ||
        asks.best_price_units <= (buys[instrument_index] as number))
    )
  }

  /** Of orders of the run that have a place among others, in a halt, too. */
  #ownPrices(instrument_index: number): ReadonlySet<number> {
    const { resting, call } = this.#floor
    const orders = [...resting.of(instrument_index), ...call.of(instrument_index)]
    return orders.length === 0 ? NO_PRICES : new Set(orders.map(({ price_units }) => price_units))
  }

  #endEvent(deep: DeepBooks, instrument_index: number, ts_us: number): void {
    this.#hasMoved = false
    if (this.#touched.length > 0) {
      for (const { side, price_units } of this.#touched) {
        const size = deep.shownAt(instrument_index, side, price_units)
        this.#floor.queues.onLevel(instrument_index, side, price_units, size)
      }
      this.#touched = []
    }
    deep.refresh(instrument_index)
    const market = this.#market()
    market?.beforeRow(instrument_index, ts_us)
    this.#floor.onBest(instrument_index, ts_us)
    market?.onRow(instrument_index, ts_us)
  }
}
