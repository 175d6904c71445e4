// A map from counters (non-negative safe integers) to objects, for tables that gain and lose an entry with every order. Counters
// come one after another, so each has the place of its last bits, beside its neighbours: nothing is searched, nothing allocated
// per entry, and nothing rebuilt because of what was deleted, as a Map must. One that stays long enough to be in the way of
// a later one leaves that to a Map.

const EMPTY = -1
const CAPACITY_MIN = 64

export class CounterMap<Value extends object> {
  #keys = new Float64Array(CAPACITY_MIN).fill(EMPTY)
  #values: (Value | undefined)[] = new Array(CAPACITY_MIN).fill(undefined)
  #mask = CAPACITY_MIN - 1
  /** Entries that have their place, and those that found another in it. */
  #placed = 0
  readonly #displaced = new Map<number, Value>()

  get size(): number {
    return this.#placed + this.#displaced.size
  }

  get(counter: number): Value | undefined {
    const at = counter & this.#mask
    if (this.#keys[at] === counter) return this.#values[at]
    return this.#displaced.size === 0 ? undefined : this.#displaced.get(counter)
  }

  /** Returns whether it is a new entry. */
  set(counter: number, value: Value): boolean {
    const at = counter & this.#mask
    const key = this.#keys[at]
    if (key === counter) {
      this.#values[at] = value
      return false
    }
    if (this.#displaced.size > 0 && this.#displaced.has(counter)) {
      this.#displaced.set(counter, value)
      return false
    }
    if (key === EMPTY) {
      this.#keys[at] = counter
      this.#values[at] = value
      this.#placed++
    } else if (this.size * 2 >= this.#keys.length) {
      this.#grow()
      this.set(counter, value)
    } else {
      this.#displaced.set(counter, value)
    }
    return true
  }

  /** Returns whether there was one. */
  delete(counter: number): boolean {
    const at = counter & this.#mask
    if (this.#keys[at] !== counter) return this.#displaced.size > 0 && this.#displaced.delete(counter)
    this.#keys[at] = EMPTY
    this.#values[at] = undefined
    this.#placed--
    return true
  }

  /** Forgets all, and keeps the room. */
  clear(): void {
    this.#keys.fill(EMPTY)
    this.#values.fill(undefined)
    this.#placed = 0
    this.#displaced.clear()
  }

  /** In rising order of the counters, whatever the table's own. */
  entries(): [counter: number, value: Value][] {
    const entries = [...this.#displaced]
    this.#keys.forEach((counter, at) => {
      if (counter !== EMPTY) entries.push([counter, this.#values[at] as Value])
    })
    return entries.sort(([a], [b]) => a - b)
  }

  #grow(): void {
    const entries = this.entries()
    const capacity = this.#keys.length * 2
    this.#keys = new Float64Array(capacity).fill(EMPTY)
    this.#values = new Array(capacity).fill(undefined)
    this.#mask = capacity - 1
    this.#placed = 0
    this.#displaced.clear()
    for (const [counter, value] of entries) this.set(counter, value)
  }
}
