import { assert, must } from '../schemas/assert.ts'

const CAPACITY_MIN = 16

/**
 * A queue whose entries have positions, counted from the first ever pushed, by which they can be reached while queued. It
 * keeps its room when it is empty, which an array does not whose length becomes 0.
 */
export class RingBuffer<Entry> {
  #slots: (Entry | undefined)[] = new Array(CAPACITY_MIN).fill(undefined)
  /** The room is a power of two. */
  #mask = CAPACITY_MIN - 1
  #head = 0
  #tail = 0

  get size(): number {
    return this.#tail - this.#head
  }

  /** Whether the entry of this position is still queued. */
  holds(position: number): boolean {
    return position >= this.#head && position < this.#tail
  }

  /** Appends an entry and returns its position. */
  push(entry: Entry): number {
    if (this.size > this.#mask) this.#grow()
    this.#slots[this.#tail & this.#mask] = entry
    return this.#tail++
  }

  /** Takes the oldest entry; undefined when there is none. */
  shift(): Entry | undefined {
    if (this.size === 0) return undefined
    const slot = this.#head++ & this.#mask
    const entry = this.#slots[slot]
    this.#slots[slot] = undefined
    return entry
  }

  /** The oldest entry; undefined when there is none. */
  peek(): Entry | undefined {
    return this.size === 0 ? undefined : this.#slots[this.#head & this.#mask]
  }

  clear(): void {
    while (this.size > 0) this.shift()
  }

  /** Oldest first. */
  *[Symbol.iterator](): Generator<Entry> {
    for (let position = this.#head; position < this.#tail; position++) yield this.at(position)
  }

  at(position: number): Entry {
    assert(this.holds(position), 'a position that is read is queued')
    return must(this.#slots[position & this.#mask], 'a queued position has an entry')
  }

  replace(position: number, entry: Entry): void {
    assert(this.holds(position), 'a position that is replaced is queued')
    this.#slots[position & this.#mask] = entry
  }

  #grow(): void {
    const slots: (Entry | undefined)[] = new Array(this.#slots.length * 2).fill(undefined)
    const mask = slots.length - 1
    for (let position = this.#head; position < this.#tail; position++) {
      slots[position & mask] = this.#slots[position & this.#mask]
    }
    this.#slots = slots
    this.#mask = mask
  }
}
