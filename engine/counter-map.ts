// A map from counters (non-negative safe integers) to objects, for tables that gain and lose an entry with every order.
// Open addressing with linear probing and backward-shift deletion: nothing is allocated per entry, and nothing has to
// be rebuilt because of what was deleted, as a Map must.

const EMPTY = -1
const CAPACITY_MIN = 64

export class CounterMap<Value extends object> {
  #keys = new Float64Array(CAPACITY_MIN).fill(EMPTY)
  #values: (Value | undefined)[] = new Array(CAPACITY_MIN).fill(undefined)
  #mask = CAPACITY_MIN - 1
  #size = 0

  get size(): number {
    return this.#size
  }

  get(counter: number): Value | undefined {
    const at = this.#find(counter)
    return this.#keys[at] === EMPTY ? undefined : this.#values[at]
  }

  set(counter: number, value: Value): void {
    let at = this.#find(counter)
    if (this.#keys[at] === EMPTY) {
      if (this.#size * 2 >= this.#keys.length) {
        this.#grow()
        at = this.#find(counter)
      }
      this.#size++
      this.#keys[at] = counter
    }
    this.#values[at] = value
  }

  delete(counter: number): void {
    let hole = this.#find(counter)
    if (this.#keys[hole] === EMPTY) return
    this.#size--
    // Entries behind the hole move up, unless their own place lies behind it.
    for (let at = (hole + 1) & this.#mask; this.#keys[at] !== EMPTY; at = (at + 1) & this.#mask) {
      const home = this.#home(this.#keys[at] as number)
      if (((at - home) & this.#mask) < ((at - hole) & this.#mask)) continue
      this.#keys[hole] = this.#keys[at] as number
      this.#values[hole] = this.#values[at]
      hole = at
    }
    this.#keys[hole] = EMPTY
    this.#values[hole] = undefined
  }

  /** In rising order of the counters, whatever the table's own. */
  entries(): [counter: number, value: Value][] {
    const entries: [number, Value][] = []
    this.#keys.forEach((counter, at) => {
      if (counter !== EMPTY) entries.push([counter, this.#values[at] as Value])
    })
    return entries.sort(([a], [b]) => a - b)
  }

  /** Where a counter is, or where it would be put. */
  #find(counter: number): number {
    let at = this.#home(counter)
    while (this.#keys[at] !== EMPTY && this.#keys[at] !== counter) at = (at + 1) & this.#mask
    return at
  }

  /**
   * Spread by Fibonacci hashing. Counters come one after another, and side by side they would form one run as long as
   * the table, which every deletion had to walk.
   */
  #home(counter: number): number {
    return (Math.imul(counter, 0x9e3779b1) >>> 8) & this.#mask
  }

  #grow(): void {
    const keys = this.#keys
    const values = this.#values
    this.#keys = new Float64Array(keys.length * 2).fill(EMPTY)
    this.#values = new Array(keys.length * 2).fill(undefined)
    this.#mask = keys.length * 2 - 1
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === EMPTY) continue
      const at = this.#find(keys[i] as number)
      this.#keys[at] = keys[i] as number
      this.#values[at] = values[i]
    }
  }
}
