// A book by order (FIX market by order, L3): first in, first out at each price. Orders stand in columns, found by id; the
// rank of an order is its place in time, so that who stands in front of whom is a comparison. An add on a known id
// replaces that order; a modify that raises the size or moves the price loses its place.

import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { IdIndex } from './id-index.ts'
import { LevelBook } from './level-book.ts'
import { LevelQueue } from './level-queue.ts'

const CAPACITY = 1024
/** A place in time less this is before every place that is not. */
const AGES = 2 ** 52
/** Of an order that traded whole as it came in: whatever the data makes of it, nothing of it is there to take. */
const TAKEN_WHOLE = Number.POSITIVE_INFINITY

/** Where an order stood when a snapshot began. */
type Place = { readonly side: 1 | -1; readonly price_units: number; readonly rank: number }

export class OrderBook {
  readonly levels = new LevelBook()
  /** What orders that are not in the data took of each level, as long as the orders are there that they took of. */
  readonly taken = new LevelBook()
  /** The next place in time, which also orders that are not in the data take. */
  next_rank = 1
  readonly #slots = new IdIndex()
  readonly #free: number[] = []
  #used = 0
  #ids = new Float64Array(CAPACITY)
  #sides = new Int8Array(CAPACITY)
  #prices = new Float64Array(CAPACITY)
  #sizes = new Float64Array(CAPACITY)
  /** What orders that are not in the data took of each: of what the data says is left of it, so much is gone. */
  #taken = new Float64Array(CAPACITY)
  #ranks = new Float64Array(CAPACITY)
  readonly #bidQueue = new LevelQueue()
  readonly #askQueue = new LevelQueue()
  /** By id, until the snapshot has ended that has begun; undefined while there is none. */
  #places: Map<number, Place> | undefined

  get count(): number {
    return this.#slots.size
  }

  has(order_id: number): boolean {
    return this.#slots.get(order_id) >= 0
  }

  /** Of a known order. */
  sideOf(order_id: number): 1 | -1 {
    return this.#sides[this.#slots.get(order_id)] as 1 | -1
  }

  priceOf(order_id: number): number {
    return this.#prices[this.#slots.get(order_id)] as number
  }

  sizeOf(order_id: number): number {
    const slot = this.#slots.get(order_id)
    return slot < 0 ? 0 : (this.#sizes[slot] as number)
  }

  rankOf(order_id: number): number {
    return this.#ranks[this.#slots.get(order_id)] as number
  }

  /** Whether any order of a side and price came before a place in time. It looks at every order. */
  hasBefore(side: 1 | -1, price_units: number, rank: number): boolean {
    for (let slot = 0; slot < this.#used; slot++) {
      if (this.#prices[slot] !== price_units || this.#sides[slot] !== side) continue
      if ((this.#ranks[slot] as number) >= rank || this.#shownOf(slot) === 0) continue
      if (this.#slots.get(this.#ids[slot] as number) === slot) return true
    }
    return false
  }

  /** How much of a side and price came before a place in time. It looks at every order. */
  unitsBefore(side: 1 | -1, price_units: number, rank: number): number {
    let units = 0
    for (let slot = 0; slot < this.#used; slot++) {
      if (this.#prices[slot] !== price_units || this.#sides[slot] !== side) continue
      if ((this.#ranks[slot] as number) < rank && this.#slots.get(this.#ids[slot] as number) === slot)
        units += this.#shownOf(slot)
    }
    return units
  }

  /**
   * Like the others returns whether a best level is another or has another size, of the book as the data has it: with what
   * was taken. `taken_units`: what orders that are not in the data took of it as it came in.
   */
  add(order_id: number, side: 1 | -1, price_units: number, size_units: number, taken_units = 0): boolean {
    const isOld = this.#slots.get(order_id) >= 0 && this.delete(order_id)
    const slot = this.#free.pop() ?? this.#newSlot()
    this.#slots.set(order_id, slot)
    this.#ids[slot] = order_id
    this.#sides[slot] = side
    this.#prices[slot] = price_units
    this.#sizes[slot] = size_units
    this.#taken[slot] = taken_units < size_units ? taken_units : TAKEN_WHOLE
    if (this.#places === undefined) this.#queue(slot)
    else this.#comeBack(slot, this.#places.get(order_id))
    return this.#change(side, price_units, this.#shownOf(slot), this.#takenOf(slot)) || isOld
  }

  /** Unknown ids are passed over: a history may begin in the middle of their lives. */
  modify(order_id: number, price_units: number, size_units: number): boolean {
    const slot = this.#slots.get(order_id)
    if (slot < 0) return false
    const side = this.#sides[slot] as 1 | -1
    const price = this.#prices[slot] as number
    const size = this.#sizes[slot] as number
    const shown = this.#shownOf(slot)
    const taken = this.#takenOf(slot)
    this.#resize(slot, size_units)
    const by_shown = this.#shownOf(slot) - shown
    const by_taken = this.#takenOf(slot) - taken
    let isBest = false
    if (price === price_units) {
      if (by_shown !== 0 || by_taken !== 0) isBest = this.#change(side, price, by_shown, by_taken)
    } else {
      isBest = this.#change(side, price, -shown, -taken)
      isBest = this.#change(side, price_units, shown + by_shown, taken + by_taken) || isBest
    }
    this.#prices[slot] = price_units
    if (price !== price_units || size_units > size) this.#queue(slot)
    return isBest
  }

  /** So much of an order has traded or was taken back; nothing left takes it out. */
  reduce(order_id: number, by_units: number): boolean {
    const slot = this.#slots.get(order_id)
    if (slot < 0) return false
    const left = (this.#sizes[slot] as number) - by_units
    if (left <= 0) return this.delete(order_id)
    const shown = this.#shownOf(slot)
    const taken = this.#takenOf(slot)
    this.#resize(slot, left)
    return this.#change(
      this.#sides[slot] as 1 | -1,
      this.#prices[slot] as number,
      this.#shownOf(slot) - shown,
      this.#takenOf(slot) - taken,
    )
  }

  /**
   * An order that is not in the data takes so much of a level, of the orders that came first: what the data says of these
   * later takes nothing from those behind them. It looks at every order, unless the side was last taken from at this level.
   */
  take(side: 1 | -1, price_units: number, units: number): void {
    const queue = this.#queueOf(side, price_units)
    let left = units
    for (let slot = queue.slot; slot >= 0 && left > 0; slot = queue.slot) {
      const shown = this.#stands(slot, queue.rank) ? this.#shownOf(slot) : 0
      const taken = Math.min(left, shown)
      if (taken > 0) this.#taken[slot] = (this.#taken[slot] as number) + taken
      left -= taken
      if (taken === shown) queue.shift()
    }
    this.levels.side(side).change(price_units, -units)
    this.taken.side(side).change(price_units, units - left)
  }

  delete(order_id: number): boolean {
    const slot = this.#slots.get(order_id)
    if (slot < 0) return false
    this.#slots.delete(order_id)
    this.#free.push(slot)
    return this.#change(
      this.#sides[slot] as 1 | -1,
      this.#prices[slot] as number,
      -this.#shownOf(slot),
      -this.#takenOf(slot),
    )
  }

  clear(): void {
    this.#slots.clear()
    this.#bidQueue.reset(Number.NaN)
    this.#askQueue.reset(Number.NaN)
    this.#free.length = 0
    this.#used = 0
    this.levels.clear()
    this.taken.clear()
  }

  /**
   * A snapshot begins, the book is empty until its orders come. Orders that are not in the data stand at some prices: who
   * comes back to where it stood among them stands where it stood. Of all others nothing tells that they came later: they
   * stand in front.
   */
  beginSnapshot(prices: ReadonlySet<number>): void {
    // One that begins anew remembers what the first one found.
    const places = this.#places ?? new Map<number, Place>()
    for (let slot = 0; slot < this.#used && prices.size > 0; slot++) {
      const id = this.#ids[slot] as number
      const price_units = this.#prices[slot] as number
      if (!prices.has(price_units) || this.#slots.get(id) !== slot) continue
      places.set(id, { side: this.#sides[slot] as 1 | -1, price_units, rank: this.#ranks[slot] as number })
    }
    this.clear()
    this.#places = places
  }

  endSnapshot(): void {
    this.#places = undefined
  }

  /** What `save` does not write of a snapshot under way. */
  saveSnapshot(writer: CanonicalWriter): void {
    writer.flag(this.#places !== undefined)
    if (this.#places === undefined) return
    writer.count(this.#places.size)
    for (const [id, { side, price_units, rank }] of [...this.#places].sort(
      ([, a], [, b]) => a.rank - b.rank,
    )) {
      writer.number(id)
      writer.flag(side === 1)
      writer.number(price_units)
      writer.number(rank)
    }
  }

  /** Behind `load`. */
  loadSnapshot(reader: CanonicalReader): void {
    if (!reader.flag()) return
    const places = new Map<number, Place>()
    for (let count = reader.count(); count > 0; count--)
      places.set(reader.number(), {
        side: reader.flag() ? 1 : -1,
        price_units: reader.number(),
        rank: reader.number(),
      })
    this.#places = places
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.next_rank)
    writer.count(this.#slots.size)
    for (const slot of this.#inTime()) {
      writer.number(this.#ids[slot] as number)
      writer.flag(this.#sides[slot] === 1)
      writer.number(this.#prices[slot] as number)
      writer.number(this.#sizes[slot] as number)
      writer.number(this.#taken[slot] as number)
      writer.number(this.#ranks[slot] as number)
    }
    // Before behaviour 3 levels may be lower than their orders add up to: what was taken was gone from them alone.
    this.levels.save(writer)
  }

  /** Into a new book. */
  load(reader: CanonicalReader): void {
    const next_rank = reader.number()
    for (let orders = reader.count(); orders > 0; orders--) {
      const order_id = reader.number()
      const side = reader.flag() ? 1 : -1
      const price_units = reader.number()
      this.add(order_id, side, price_units, reader.number())
      const slot = this.#slots.get(order_id)
      this.#taken[slot] = reader.number()
      this.#ranks[slot] = reader.number()
      this.taken.side(side).change(price_units, this.#takenOf(slot))
    }
    this.levels.load(reader)
    this.next_rank = next_rank
  }

  /** The order stands behind all that are at its price. */
  #queue(slot: number): void {
    const rank = this.next_rank++
    this.#ranks[slot] = rank
    const queue = this.#sides[slot] === 1 ? this.#bidQueue : this.#askQueue
    if (queue.price_units === this.#prices[slot]) queue.join(slot, rank)
  }

  /** A snapshot shows an order: where it stood before, or in front of all who are not in the data, behind those shown so far. */
  #comeBack(slot: number, place: Place | undefined): void {
    const price = this.#prices[slot]
    const stood = place !== undefined && place.side === this.#sides[slot] && place.price_units === price
    this.#ranks[slot] = stood ? place.rank : this.next_rank++ - AGES
    const queue = this.#sides[slot] === 1 ? this.#bidQueue : this.#askQueue
    if (queue.price_units === price) queue.reset(Number.NaN)
  }

  /** Whether the order of a slot has been in this place ever since. */
  #stands(slot: number, rank: number): boolean {
    return this.#ranks[slot] === rank && this.#slots.get(this.#ids[slot] as number) === slot
  }

  #queueOf(side: 1 | -1, price_units: number): LevelQueue {
    const queue = side === 1 ? this.#bidQueue : this.#askQueue
    if (queue.price_units === price_units) return queue
    const slots: number[] = []
    for (let slot = 0; slot < this.#used; slot++) {
      if (this.#prices[slot] !== price_units || this.#sides[slot] !== side) continue
      if (this.#slots.get(this.#ids[slot] as number) === slot) slots.push(slot)
    }
    slots.sort((a, b) => (this.#ranks[a] as number) - (this.#ranks[b] as number))
    queue.reset(price_units)
    for (const slot of slots) queue.push(slot, this.#ranks[slot] as number)
    return queue
  }

  /** The data says that so much is left of an order: of what was taken, no more than that is gone. */
  #resize(slot: number, size_units: number): void {
    this.#sizes[slot] = size_units
    if (this.#shownOf(slot) === 0 && this.#taken[slot] !== TAKEN_WHOLE) this.#taken[slot] = size_units
  }

  #change(side: 1 | -1, price_units: number, by_shown: number, by_taken: number): boolean {
    const levels = this.levels.side(side)
    const taken = this.taken.side(side)
    if (taken.count === 0 && by_taken === 0) return levels.change(price_units, by_shown)
    const best = levels.bestWith(taken)
    levels.change(price_units, by_shown)
    taken.change(price_units, by_taken)
    // NaN of a side that was empty.
    return !(side * (price_units - best) < 0)
  }

  /** What is left of an order that nobody took. */
  #shownOf(slot: number): number {
    const left = (this.#sizes[slot] as number) - (this.#taken[slot] as number)
    return Math.max(0, left)
  }

  #takenOf(slot: number): number {
    return Math.min(this.#taken[slot] as number, this.#sizes[slot] as number)
  }

  /** The slots in use, the earliest order first. */
  #inTime(): number[] {
    const free = new Set(this.#free)
    return Array.from({ length: this.#used }, (_, slot) => slot)
      .filter((slot) => !free.has(slot))
      .sort((a, b) => (this.#ranks[a] as number) - (this.#ranks[b] as number))
  }

  #newSlot(): number {
    const slot = this.#used++
    if (slot < this.#sizes.length) return slot
    const capacity = this.#sizes.length * 2
    this.#ids = grown(new Float64Array(capacity), this.#ids)
    this.#sides = grown(new Int8Array(capacity), this.#sides)
    this.#prices = grown(new Float64Array(capacity), this.#prices)
    this.#sizes = grown(new Float64Array(capacity), this.#sizes)
    this.#taken = grown(new Float64Array(capacity), this.#taken)
    this.#ranks = grown(new Float64Array(capacity), this.#ranks)
    return slot
  }
}

function grown<Column extends Int8Array | Float64Array>(larger: Column, column: Column): Column {
  larger.set(column)
  return larger
}
