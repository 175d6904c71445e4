import { assert, must } from '../schemas/assert.ts'

/** A queue whose entries have positions, counted from the first ever pushed, by which they can be reached while queued. */
export class RingBuffer<Entry> {
  #slots: (Entry | undefined)[] = new Array(16).fill(undefined)
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
    if (this.size === this.#slots.length) this.#grow()
    this.#slots[this.#tail % this.#slots.length] = entry
    return this.#tail++
  }

  /** Takes the oldest entry; undefined when there is none. */
  shift(): Entry | undefined {
    if (this.size === 0) return undefined
    const slot = this.#head++ % this.#slots.length
    const entry = this.#slots[slot]
    this.#slots[slot] = undefined
    return entry
  }

  at(position: number): Entry {
    assert(this.holds(position), 'a position that is read is queued')
    return must(this.#slots[position % this.#slots.length], 'a queued position has an entry')
  }

  replace(position: number, entry: Entry): void {
    assert(this.holds(position), 'a position that is replaced is queued')
    this.#slots[position % this.#slots.length] = entry
  }

  #grow(): void {
    const slots: (Entry | undefined)[] = new Array(this.#slots.length * 2).fill(undefined)
    for (let position = this.#head; position < this.#tail; position++) {
      slots[position % slots.length] = this.#slots[position % this.#slots.length]
    }
    this.#slots = slots
  }
}
