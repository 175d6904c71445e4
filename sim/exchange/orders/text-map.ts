// A map whose keys are ids that come once and are soon forgotten. A Map would enter each into the platform's table of all
// texts, and makes itself anew when its last entry goes; here an id is compared as it is. Open addressing with linear
// probing and backward-shift deletion, as in `engine/counter-map.ts`.

import { idHash } from './id-hash.ts'

const CAPACITY_MIN = 64
/** Where nothing is. */
const NONE = 0

export class TextMap<Value> {
  /** By place, the hash of the key there, or NONE: it tells nearly all others apart, so that a strange text is not read. */
  #hashes = new Int32Array(CAPACITY_MIN)
  #keys: (string | undefined)[] = new Array(CAPACITY_MIN).fill(undefined)
  #values: (Value | undefined)[] = new Array(CAPACITY_MIN).fill(undefined)
  #mask = CAPACITY_MIN - 1
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: string): Value | undefined {
    return this.#values[this.#find(key, idHash(key))]
  }

  set(key: string, value: Value): void {
    const hash = idHash(key)
    let at = this.#find(key, hash)
    if (this.#hashes[at] === NONE) {
      if (this.#size * 2 > this.#mask) {
        this.#grow()
        at = this.#find(key, hash)
      }
      this.#size++
      this.#hashes[at] = hash
      this.#keys[at] = key
    }
    this.#values[at] = value
  }

  delete(key: string): void {
    const hashes = this.#hashes
    let hole = this.#find(key, idHash(key))
    if (hashes[hole] === NONE) return
    this.#size--
    // Entries behind the hole move up, unless their own place lies behind it.
    for (let at = (hole + 1) & this.#mask; hashes[at] !== NONE; at = (at + 1) & this.#mask) {
      const home = (hashes[at] as number) & this.#mask
      if (((at - home) & this.#mask) < ((at - hole) & this.#mask)) continue
      hashes[hole] = hashes[at] as number
      this.#keys[hole] = this.#keys[at]
      this.#values[hole] = this.#values[at]
      hole = at
    }
    hashes[hole] = NONE
    this.#keys[hole] = undefined
    this.#values[hole] = undefined
  }

  /** Where a key is, or where it would be put. */
  #find(key: string, hash: number): number {
    const hashes = this.#hashes
    let at = hash & this.#mask
    while (hashes[at] !== NONE && (hashes[at] !== hash || this.#keys[at] !== key)) at = (at + 1) & this.#mask
    return at
  }

  #grow(): void {
    const hashes = this.#hashes
    const keys = this.#keys
    const values = this.#values
    const capacity = hashes.length * 2
    this.#hashes = new Int32Array(capacity)
    this.#keys = new Array(capacity).fill(undefined)
    this.#values = new Array(capacity).fill(undefined)
    this.#mask = capacity - 1
    for (let i = 0; i < hashes.length; i++) {
      const hash = hashes[i] as number
      if (hash === NONE) continue
      const at = this.#find(keys[i] as string, hash)
      this.#hashes[at] = hash
      this.#keys[at] = keys[i]
      this.#values[at] = values[i]
    }
  }
}
