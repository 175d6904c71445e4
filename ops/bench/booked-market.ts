// The market of an exchange whose books are large: of a history an order for an order, or quotes; and orders of its own, most of
// which rest far from it, while one of a hundred rows brings one that trades.

import { BOOK_ACTION } from '../../engine/book/book-action.ts'
import { BookBlock } from '../../engine/book/book-block.ts'
import { rawQuote } from '../../engine/conflation/conflated-quote.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { must } from '../../schemas/assert.ts'
import type { AccountId, ClientOrderId, StrategyId } from '../../schemas/ids.ts'
import type { NewOrderSingle } from '../../schemas/messages/order.ts'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import { priceUnits, sizeUnits } from '../../schemas/units.ts'
import { MARKET_DEFAULTS } from '../../sim/market-generator/market-generator.ts'
import type { HostDriver } from '../../sim/paper-venue/host-driver.ts'

/** Orders of the history in the book. */
export const DATA_ORDERS = 20_000
/** Orders of the session that rest. */
export const OWN_ORDERS = 3_000

const ROWS_PER_TRADE = 100
/** A side's. */
const LEVELS = 100
const MIDDLE = MARKET_DEFAULTS.start_price_units
const FAR_BELOW = MIDDLE - 10_000
/** What an order of the history is for, lots. */
const DATA_LOTS = 10

type Clock = { now_us(): number }

export class BookedMarket {
  readonly #kind: 'book_order' | 'quote'
  readonly #driver: HostDriver
  readonly #clock: Clock
  readonly #spec: InstrumentSpec
  readonly #block = new BookBlock('book_order')
  #rows = 0
  #added = 0
  #counter = 0

  constructor(kind: 'book_order' | 'quote', driver: HostDriver, clock: Clock) {
    this.#kind = kind
    this.#driver = driver
    this.#clock = clock
    this.#spec = must(driver.host.specs[0], 'an instrument is configured')
  }

  /** The book, and the orders that rest. */
  begin(): void {
    if (this.#kind === 'quote') this.#quote()
    else {
      this.#block.clear()
      while (this.#added < DATA_ORDERS) this.#add(this.#added === DATA_ORDERS - 1)
      this.#tell()
    }
    for (let at = 0; at < OWN_ORDERS; at++) this.#submit('buy', FAR_BELOW - at)
  }

  /** The next event, and what comes with it. Returns how many rows it has. */
  next(): number {
    const rows = this.#kind === 'quote' ? this.#quote() : this.#replace()
    const before = Math.floor(this.#rows / ROWS_PER_TRADE)
    this.#rows += rows
    if (Math.floor(this.#rows / ROWS_PER_TRADE) > before)
      this.#submit(this.#counter % 2 === 0 ? 'buy' : 'sell', 0)
    return rows
  }

  #quote(): number {
    const now_us = this.#clock.now_us()
    const bid = MIDDLE - 1 - (this.#rows % 7)
    this.#driver.row(
      rawQuote({
        instrument_index: 0,
        ts_event_us: now_us,
        ts_recv_us: now_us,
        bid_price_units: bid,
        ask_price_units: bid + 2,
        bid_size_units: 0,
        ask_size_units: 0,
      }),
    )
    return 1
  }

  /** The oldest order of the history goes, and another comes at its price. */
  #replace(): number {
    this.#block.clear()
    this.#row(BOOK_ACTION.delete, this.#added - DATA_ORDERS, false)
    this.#add(true)
    this.#tell()
    return 2
  }

  #add(isLast: boolean): void {
    this.#row(BOOK_ACTION.add, this.#added++, isLast)
  }

  #row(action: number, order_id: number, isLast: boolean): void {
    const side = order_id % 2 === 0 ? 1 : -1
    const depth = 1 + ((order_id >> 1) % LEVELS)
    this.#block.add({
      ts_event_us: this.#clock.now_us(),
      action,
      order_id,
      side,
      price_units: MIDDLE - side * depth,
      size_units: DATA_LOTS * this.#spec.lot_units,
      is_last: isLast ? 1 : 0,
    })
  }

  #tell(): void {
    const { columns, count } = this.#block
    this.#driver.book({ instrument_index: 0, columns, from: 0, to: count })
  }

  /** At the market where the price is 0. */
  #submit(side: NewOrderSingle['side'], price: number): void {
    const counter = ++this.#counter
    this.#driver.command({
      type: 'new_order_single',
      account_id: 'main' as AccountId,
      strategy_id: 's0' as StrategyId,
      counter,
      incarnation: 1,
      client_order_id: `bench-1-s0-${counter}` as ClientOrderId,
      venue_id: this.#spec.venue_id,
      instrument_id: this.#spec.instrument_id,
      instrument_index: 0,
      side,
      order_type: price === 0 ? 'market' : 'limit',
      time_in_force: 'gtc',
      price_units: priceUnits(price),
      order_quantity_units: sizeUnits(this.#spec.lot_units),
      terms: PLAIN_TERMS,
    })
  }
}
