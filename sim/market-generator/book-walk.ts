// The walk behind a generated book: orders come at random distances from the other side, are changed, taken back and traded
// from the front of the best price, so that prices move as queues are used up. Sides never cross and are never empty. The
// same flow is a history by order, or, as what each level has after it, by price.

import { BOOK_ACTION, LEVEL_ACTION } from '../../engine/book/book-action.ts'
import { OrderBook } from '../../engine/book/order-book.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import type { BookKind } from '../../engine/tick-store-port.ts'
import { assert, must } from '../../schemas/assert.ts'

export type BookWalkOptions = {
  readonly kind: BookKind
  readonly seed: number | string
  readonly instrument_id: string
  readonly start_us: number
  /** Mean time between events, in microseconds. */
  readonly gap_us_mean: number
  /** First best bid; prices are held between half and twice of it. */
  readonly start_price_units: number
  /** Orders have one to ten times this. */
  readonly size_units: number
}

/** A row as its values, in the order of the columns of a book by order. */
type Change = readonly [
  action: number,
  order_id: number,
  side: 1 | -1,
  price_units: number,
  size_units: number,
]

const SIDE_ORDERS_MIN = 64
const SIDE_ORDERS_MAX = 256
/** Most orders come within a few steps of the other side. */
const DEPTH_MAX = 40

export class BookWalk {
  ts_us: number
  readonly #options: BookWalkOptions
  readonly #random: RandomStream
  readonly #book = new OrderBook()
  /** The ids of a side's orders, in no order that matters. */
  readonly #ids = { 1: [] as number[], [-1]: [] as number[] }
  #nextId = 1
  #changes: Change[] = []

  constructor(options: BookWalkOptions) {
    assert(options.start_price_units >= 100, 'a walk starts at 100 units or above')
    this.#options = options
    this.#random = new RandomStream(options.seed, `book-generator/${options.instrument_id}`)
    this.ts_us = options.start_us
  }

  /** The rows of the next event, without the mark of the last: the first is a snapshot. */
  next(): readonly (readonly number[])[] {
    const { gap_us_mean, kind } = this.#options
    this.#changes = []
    if (this.#book.count === 0) this.#begin()
    else {
      this.ts_us += 1 + Math.floor((this.#random.nextUint32() * (gap_us_mean * 2 - 1)) / 2 ** 32)
      this.#act()
    }
    return kind === 'book_order' ? this.#changes : this.#changes.map((change) => this.#levelOf(change))
  }

  #begin(): void {
    const { start_price_units } = this.#options
    this.#change([BOOK_ACTION.clear, 0, 1, 0, 0])
    for (let at = 0; at < SIDE_ORDERS_MIN * 2; at++) {
      const side = at % 2 === 0 ? 1 : -1
      const depth = Math.min(at >> 2, start_price_units >> 2)
      this.#add(side, side === 1 ? start_price_units - depth : start_price_units + 1 + depth)
    }
  }

  #act(): void {
    const side = (this.#random.nextUint32() & 1) === 0 ? 1 : -1
    const count = this.#ids[side].length
    const draw = this.#random.nextInt(100)
    if (count < SIDE_ORDERS_MIN || (draw < 46 && count < SIDE_ORDERS_MAX))
      this.#add(side, this.#drawPrice(side))
    else if (draw < 86) this.#remove(side, this.#random.nextInt(count))
    else if (draw < 92) this.#modify(side)
    else this.#trade(side)
  }

  #add(side: 1 | -1, price_units: number): void {
    const order_id = this.#nextId++
    this.#ids[side].push(order_id)
    this.#change([BOOK_ACTION.add, order_id, side, price_units, this.#drawSize()])
  }

  #remove(side: 1 | -1, at: number): void {
    const order_id = this.#take(side, at)
    this.#change([BOOK_ACTION.delete, order_id, side, this.#book.priceOf(order_id), 0])
  }

  #modify(side: 1 | -1): void {
    const ids = this.#ids[side]
    const order_id = must(ids[this.#random.nextInt(ids.length)], 'a side has orders')
    this.#change([BOOK_ACTION.modify, order_id, side, this.#book.priceOf(order_id), this.#drawSize()])
  }

  /** Someone takes up to three sizes from the front of the best price. */
  #trade(side: 1 | -1): void {
    let left = this.#drawSize() * (1 + this.#random.nextInt(3))
    while (left > 0 && this.#ids[side].length > 1) {
      const at = this.#front(side)
      const order_id = this.#ids[side][at] as number
      const size = Math.min(left, this.#book.sizeOf(order_id))
      if (size === this.#book.sizeOf(order_id)) this.#take(side, at)
      this.#change([BOOK_ACTION.execute, order_id, side, this.#book.priceOf(order_id), size])
      left -= size
    }
  }

  /** Where the id of the order stands that trades first. */
  #front(side: 1 | -1): number {
    const best = this.#book.levels.side(side).best_price_units
    const ids = this.#ids[side]
    let front = -1
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at] as number
      if (this.#book.priceOf(id) !== best) continue
      if (front < 0 || this.#book.rankOf(id) < this.#book.rankOf(ids[front] as number)) front = at
    }
    return front
  }

  #take(side: 1 | -1, at: number): number {
    const ids = this.#ids[side]
    const order_id = must(ids[at], 'a side has orders')
    ids[at] = must(ids.at(-1), 'a side has orders')
    ids.pop()
    return order_id
  }

  #change(change: Change): void {
    const [action, order_id, side, price, size] = change
    this.#changes.push(change)
    if (action === BOOK_ACTION.add) this.#book.add(order_id, side, price, size)
    else if (action === BOOK_ACTION.modify) this.#book.modify(order_id, price, size)
    else if (action === BOOK_ACTION.delete) this.#book.delete(order_id)
    else if (action === BOOK_ACTION.execute) this.#book.reduce(order_id, size)
  }

  /** What the level of a change has at the end of its event. */
  #levelOf([action, , side, price]: Change): readonly number[] {
    if (action === BOOK_ACTION.clear) return [LEVEL_ACTION.clear, 0, 0, 0]
    return [LEVEL_ACTION.update, side, price, this.#book.levels.side(side).sizeOf(price)]
  }

  #drawPrice(side: 1 | -1): number {
    const { start_price_units } = this.#options
    const against = this.#book.levels.side(side === 1 ? -1 : 1).best_price_units
    const draw = this.#random.nextUint32() / 2 ** 32
    const price = against - side * (1 + Math.floor(draw * draw * draw * DEPTH_MAX))
    const low = Math.ceil(start_price_units / 2)
    const high = start_price_units * 2
    // At the walls an order stands beside the other side, which cannot have gone beyond them.
    if (side === 1) return Math.min(Math.max(price, low), against - 1)
    return Math.max(Math.min(price, high), against + 1)
  }

  #drawSize(): number {
    return this.#options.size_units * (1 + this.#random.nextInt(10))
  }
}
