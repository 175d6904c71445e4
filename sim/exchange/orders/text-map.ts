// A map whose keys are ids that come once and are soon forgotten. A Map would enter each into the platform's table of all
// texts, and makes itself anew when its last entry goes; here an id is hashed by its end, where ids differ, and compared
// as it is. Open addressing with linear probing and backward-shift deletion, as in `engine/counter-map.ts`.

const CAPACITY_MIN = 64
/** Characters at an id's end that are hashed. */
const HASHED_LENGTH = 12
// Called by itself: looking the method up on strings of many internal kinds costs more than the call.
const { charCodeAt } = String.prototype

export class TextMap<Value> {
  #keys: (string | undefined)[] = new Array(CAPACITY_MIN).fill(undefined)
  #values: (Value | undefined)[] = new Array(CAPACITY_MIN).fill(undefined)
  #mask = CAPACITY_MIN - 1
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: string): Value | undefined {
    return this.#values[this.#find(key)]
  }

  set(key: string, value: Value): void {
    let at = this.#find(key)
    if (this.#keys[at] === undefined) {
      if (this.#size * 2 > this.#mask) {
        this.#grow()
        at = this.#find(key)
      }
      this.#size++
      this.#keys[at] = key
    }
    this.#values[at] = value
  }

  delete(key: string): void {
    const keys = this.#keys
    let hole = this.#find(key)
    if (keys[hole] === undefined) return
    this.#size--
    // Entries behind the hole move up, unless their own place lies behind it.
    for (let at = (hole + 1) & this.#mask; keys[at] !== undefined; at = (at + 1) & this.#mask) {
      const home = this.#home(keys[at] as string)
      if (((at - home) & this.#mask) < ((at - hole) & this.#mask)) continue
      keys[hole] = keys[at]
      this.#values[hole] = this.#values[at]
      hole = at
    }
    keys[hole] = undefined
    this.#values[hole] = undefined
  }

  /** Where a key is, or where it would be put. */
  #find(key: string): number {
    let at = this.#home(key)
    for (let known = this.#keys[at]; known !== undefined && known !== key; known = this.#keys[at])
      at = (at + 1) & this.#mask
    return at
  }

  #home(key: string): number {
    const { length } = key
    let hash = length
    for (let i = Math.max(0, length - HASHED_LENGTH); i < length; i++)
      hash = (Math.imul(hash, 31) + charCodeAt.call(key, i)) | 0
    return (Math.imul(hash, 0x9e3779b1) >>> 8) & this.#mask
  }

  #grow(): void {
    const keys = this.#keys
    const values = this.#values
    this.#keys = new Array(keys.length * 2).fill(undefined)
    this.#values = new Array(keys.length * 2).fill(undefined)
    this.#mask = keys.length * 2 - 1
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]
      if (key === undefined) continue
      const at = this.#find(key)
      this.#keys[at] = key
      this.#values[at] = values[i]
    }
  }
}
