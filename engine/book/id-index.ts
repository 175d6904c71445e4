// Finds the slot of an order id: a hash table in columns, which holds a book's orders at half the cost of a Map. Ids are
// safe integers of at least 0.

const EMPTY = -1
const CAPACITY = 4096
const GOLDEN = 0x9e3779b1
const TWO_POW_32 = 2 ** 32

export class IdIndex {
  size = 0
  #ids = new Float64Array(CAPACITY).fill(EMPTY)
  #slots = new Int32Array(CAPACITY)
  #mask = CAPACITY - 1

  /** -1 where there is none. */
  get(id: number): number {
    const place = this.#placeOf(id)
    return this.#ids[place] === id ? (this.#slots[place] as number) : -1
  }

  set(id: number, slot: number): void {
    if (this.size * 2 >= this.#ids.length) this.#grow()
    const place = this.#placeOf(id)
    if (this.#ids[place] !== id) this.size++
    this.#ids[place] = id
    this.#slots[place] = slot
  }

  delete(id: number): void {
    const ids = this.#ids
    const mask = this.#mask
    let hole = this.#placeOf(id)
    if (ids[hole] !== id) return
    this.size--
    // What stands behind the hole moves up where it may, so that no search ends too soon.
    for (let next = (hole + 1) & mask; ids[next] !== EMPTY; next = (next + 1) & mask) {
      const home = this.#homeOf(ids[next] as number)
      if (((next - home) & mask) < ((next - hole) & mask)) continue
      ids[hole] = ids[next] as number
      this.#slots[hole] = this.#slots[next] as number
      hole = next
    }
    ids[hole] = EMPTY
  }

  clear(): void {
    this.#ids.fill(EMPTY)
    this.size = 0
  }

  #placeOf(id: number): number {
    const ids = this.#ids
    let place = this.#homeOf(id)
    while (ids[place] !== EMPTY && ids[place] !== id) place = (place + 1) & this.#mask
    return place
  }

  #homeOf(id: number): number {
    const folded = ((id % TWO_POW_32) | 0) ^ ((id / TWO_POW_32) | 0)
    return (Math.imul(folded, GOLDEN) >>> 8) & this.#mask
  }

  #grow(): void {
    const ids = this.#ids
    const slots = this.#slots
    this.#ids = new Float64Array(ids.length * 2).fill(EMPTY)
    this.#slots = new Int32Array(ids.length * 2)
    this.#mask = this.#ids.length - 1
    this.size = 0
    for (let i = 0; i < ids.length; i++) if (ids[i] !== EMPTY) this.set(ids[i] as number, slots[i] as number)
  }
}
