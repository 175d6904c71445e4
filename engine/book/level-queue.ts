// The orders of one level in the order of time, so that whoever takes from it again and again finds the first of them at
// once. Kept of the level that was taken from last; who comes to that joins, who leaves is found gone.

/** Entries, of those who have gone too, beyond which a queue is made anew rather than carried on. */
const ENTRIES_MAX = 65_536

export class LevelQueue {
  /** NaN where nothing is kept. */
  price_units = Number.NaN
  readonly #slots: number[] = []
  readonly #ranks: number[] = []
  #first = 0

  /** The slot of the first entry; -1 where there is none. */
  get slot(): number {
    return this.#first < this.#slots.length ? (this.#slots[this.#first] as number) : -1
  }

  /** The place in time under which it stood there: an order has another once it has moved. */
  get rank(): number {
    return this.#ranks[this.#first] as number
  }

  /** The first entry has nothing left. */
  shift(): void {
    this.#first++
  }

  push(slot: number, rank: number): void {
    this.#slots.push(slot)
    this.#ranks.push(rank)
  }

  /** An order has come to the level. */
  join(slot: number, rank: number): void {
    if (this.#slots.length < ENTRIES_MAX) this.push(slot, rank)
    else this.reset(Number.NaN)
  }

  /** Empty, for the orders of a level. */
  reset(price_units: number): void {
    this.price_units = price_units
    this.#slots.length = 0
    this.#ranks.length = 0
    this.#first = 0
  }
}
