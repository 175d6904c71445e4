// The deeper books of a venue, one an instrument: by price, or by order. Own orders that take lower the levels they meet,
// until the data says anew what stands there, or the orders that stood there first.

import { LevelBook } from '../../../engine/book/level-book.ts'
import type { LevelSide } from '../../../engine/book/level-side.ts'
import { OrderBook } from '../../../engine/book/order-book.ts'
import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { BookKind } from '../../../engine/tick-store-port.ts'
import { must } from '../../../schemas/assert.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import type { TopOfBook } from './top-of-book.ts'

export class DeepBooks {
  /** With a book by order the place in its queue is exact. */
  readonly is_by_order: boolean
  readonly #levels: readonly LevelBook[]
  readonly #orders: readonly OrderBook[]
  readonly #top: TopOfBook
  readonly #keepsOrders: boolean
  /** Of the levels of each book what was taken since the data set them: the data has it still. */
  readonly #gone: readonly LevelBook[]
  readonly #termsHold: boolean
  /** Whether it is asked how much is taken of a level; by price, by instrument, what is taken of each since the data set it. */
  readonly #counts: boolean
  readonly #taken: readonly { readonly bids: Map<number, number>; readonly asks: Map<number, number> }[]

  /**
   * @param terms_hold whether what is taken by order is gone from the orders that came first, places last over a snapshot,
   *   and what is taken moves no best price (schemas/behaviour.ts).
   * @param counts_taken whether it is asked how much is taken of a level.
   */
  constructor(
    kind: BookKind,
    instrument_count: number,
    top: TopOfBook,
    terms_hold: boolean,
    counts_taken: boolean,
  ) {
    this.#counts = counts_taken
    this.#taken = Array.from({ length: counts_taken ? instrument_count : 0 }, () => ({
      bids: new Map(),
      asks: new Map(),
    }))
    this.is_by_order = kind === 'book_order'
    this.#orders = this.is_by_order ? Array.from({ length: instrument_count }, () => new OrderBook()) : []
    this.#levels = this.is_by_order
      ? this.#orders.map(({ levels }) => levels)
      : Array.from({ length: instrument_count }, () => new LevelBook())
    this.#top = top
    this.#termsHold = terms_hold
    this.#keepsOrders = terms_hold && this.is_by_order
    this.#gone = this.is_by_order
      ? this.#orders.map(({ taken }) => taken)
      : Array.from({ length: instrument_count }, () => new LevelBook())
  }

  levels(instrument_index: number): LevelBook {
    return this.#levels[instrument_index] as LevelBook
  }

  orders(instrument_index: number): OrderBook {
    return must(this.#orders[instrument_index], 'the venue keeps its book by order')
  }

  /** The best price of a side (1: bids) as the data has it, whatever orders of the run took there; NaN where it is empty. */
  bestPriceUnits(instrument_index: number, side: 1 | -1): number {
    return this.levels(instrument_index).side(side).bestWith(this.#goneOf(instrument_index, side))
  }

  /** Whether the data has both sides of the book. */
  hasBothSides(instrument_index: number): boolean {
    const bid = this.bestPriceUnits(instrument_index, 1)
    return !Number.isNaN(bid + this.bestPriceUnits(instrument_index, -1))
  }

  /** The side that an order of `side` trades against. */
  against(instrument_index: number, side: Side): LevelSide {
    const { bids, asks } = this.levels(instrument_index)
    return side === 'buy' ? asks : bids
  }

  /** @param run_units so much of it was taken by orders of the run. */
  take(
    instrument_index: number,
    side: Side,
    price_units: number,
    quantity_units: number,
    run_units = quantity_units,
  ): void {
    if (this.#keepsOrders)
      this.orders(instrument_index).take(side === 'buy' ? -1 : 1, price_units, quantity_units)
    else {
      this.against(instrument_index, side).change(price_units, -quantity_units)
      if (this.#counts) this.#noteTaken(instrument_index, side, price_units, run_units)
      if (this.#termsHold)
        this.#goneOf(instrument_index, side === 'buy' ? -1 : 1).change(price_units, quantity_units)
    }
    this.refresh(instrument_index)
  }

  /** What orders took of a level that those of `side` trade against, as long as the data has not set it anew; 0 where nobody asks. */
  takenUnits(instrument_index: number, side: Side, price_units: number): number {
    if (!this.#counts) return 0
    if (this.is_by_order) return this.#goneOf(instrument_index, side === 'buy' ? -1 : 1).sizeOf(price_units)
    return this.#takenOf(instrument_index, side === 'buy' ? -1 : 1).get(price_units) ?? 0
  }

  /** The data sets a level of a book by price. Returns whether the best level is another or has another size. */
  set(instrument_index: number, side: 1 | -1, price_units: number, size_units: number): boolean {
    if (this.#counts) this.#takenOf(instrument_index, side).delete(price_units)
    const levels = this.levels(instrument_index).side(side)
    const gone = this.#goneOf(instrument_index, side)
    if (gone.count === 0) return levels.set(price_units, size_units)
    const best = levels.bestWith(gone)
    levels.set(price_units, size_units)
    gone.set(price_units, 0)
    return !(side * (price_units - best) < 0)
  }

  /** A snapshot begins. By order `own_prices` are those that own orders have places at. */
  clear(instrument_index: number, own_prices: ReadonlySet<number>): void {
    if (this.#keepsOrders) return this.orders(instrument_index).beginSnapshot(own_prices)
    if (this.is_by_order) return this.orders(instrument_index).clear()
    this.levels(instrument_index).clear()
    this.#gone[instrument_index]?.clear()
    if (this.#counts) for (const side of [1, -1] as const) this.#takenOf(instrument_index, side).clear()
  }

  /** An event of a book by order has ended, and with it the snapshot that it may have been. */
  endEvent(instrument_index: number): void {
    this.orders(instrument_index).endSnapshot()
  }

  refresh(instrument_index: number): void {
    this.#top.best(instrument_index, this.levels(instrument_index), this.#gone[instrument_index] as LevelBook)
  }

  /** What stands at a price of the side that an order of `side` rests on. */
  shownAt(instrument_index: number, side: Side, price_units: number): number {
    const { bids, asks } = this.levels(instrument_index)
    return (side === 'buy' ? bids : asks).sizeOf(price_units)
  }

  save(writer: CanonicalWriter): void {
    for (const book of this.is_by_order ? this.#orders : this.#levels) book.save(writer)
    for (const { bids, asks } of this.#taken) writer.value([[...bids], [...asks]])
    if (this.#keepsOrders) for (const book of this.#orders) book.saveSnapshot(writer)
    else if (this.#termsHold) for (const gone of this.#gone) gone.save(writer)
  }

  load(reader: CanonicalReader): void {
    for (const book of this.is_by_order ? this.#orders : this.#levels) book.load(reader)
    for (const taken of this.#taken) {
      const [bids, asks] = reader.value() as [[number, number][], [number, number][]]
      for (const [price, units] of bids) taken.bids.set(price, units)
      for (const [price, units] of asks) taken.asks.set(price, units)
    }
    if (this.#keepsOrders) for (const book of this.#orders) book.loadSnapshot(reader)
    else if (this.#termsHold) for (const gone of this.#gone) gone.load(reader)
  }

  #goneOf(instrument_index: number, side: 1 | -1): LevelSide {
    return (this.#gone[instrument_index] as LevelBook).side(side)
  }

  #noteTaken(instrument_index: number, side: Side, price_units: number, run_units: number): void {
    const taken = this.#takenOf(instrument_index, side === 'buy' ? -1 : 1)
    taken.set(price_units, (taken.get(price_units) ?? 0) + run_units)
  }

  /** By price, of a side of the book: 1 for bids. */
  #takenOf(instrument_index: number, side: 1 | -1): Map<number, number> {
    const { bids, asks } = must(this.#taken[instrument_index], 'what is asked for is counted')
    return side === 1 ? bids : asks
  }
}
