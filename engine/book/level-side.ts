// One side of a book by price: levels in columns from the worst to the best, so that what changes most stands at the end.

import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'

const CAPACITY = 64

export class LevelSide {
  /** Number of levels. */
  count = 0
  /** 1 for bids, of which the highest is best; -1 for asks. */
  readonly #sign: 1 | -1
  /** Signed prices, ascending. */
  #keys = new Float64Array(CAPACITY)
  #sizes = new Float64Array(CAPACITY)

  constructor(sign: 1 | -1) {
    this.#sign = sign
  }

  /** NaN where the side is empty. */
  get best_price_units(): number {
    return this.count === 0 ? Number.NaN : this.#sign * (this.#keys[this.count - 1] as number)
  }

  get best_size_units(): number {
    return this.count === 0 ? 0 : (this.#sizes[this.count - 1] as number)
  }

  /** The better one of this side's best price and another's; NaN where both are empty. */
  bestWith(other: LevelSide): number {
    if (other.count === 0) return this.best_price_units
    if (this.count === 0) return other.best_price_units
    return this.#sign * Math.max(this.#keys[this.count - 1] as number, other.#keys[other.count - 1] as number)
  }

  /** The price of a level, 0 being the best. */
  priceAt(depth: number): number {
    return this.#sign * (this.#keys[this.count - 1 - depth] as number)
  }

  sizeAt(depth: number): number {
    return this.#sizes[this.count - 1 - depth] as number
  }

  sizeOf(price_units: number): number {
    const place = this.#placeOf(this.#sign * price_units)
    return this.#holds(place, this.#sign * price_units) ? (this.#sizes[place] as number) : 0
  }

  /** A delta: the level has this size now; 0 takes it out. Returns whether the best level is another or has another size. */
  set(price_units: number, size_units: number): boolean {
    const key = this.#sign * price_units
    const place = this.#placeOf(key)
    const isBest = place >= this.count - 1
    if (this.#holds(place, key)) {
      if (size_units > 0) this.#sizes[place] = size_units
      else this.#remove(place)
      return isBest
    }
    if (size_units > 0) this.#insert(place, key, size_units)
    return size_units > 0 && place === this.count - 1
  }

  /** Adds to a level, or takes from it; a level that comes to nothing is gone. */
  change(price_units: number, by_units: number): boolean {
    const key = this.#sign * price_units
    const place = this.#placeOf(key)
    const isBest = place >= this.count - 1
    if (!this.#holds(place, key)) {
      // What was taken from a level beyond what it is made of is not owed by it later.
      if (by_units <= 0) return false
      this.#insert(place, key, by_units)
      return place === this.count - 1
    }
    const size = (this.#sizes[place] as number) + by_units
    if (size > 0) this.#sizes[place] = size
    else this.#remove(place)
    return isBest
  }

  clear(): void {
    this.count = 0
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.count)
    for (let i = 0; i < this.count; i++) {
      writer.number(this.#keys[i] as number)
      writer.number(this.#sizes[i] as number)
    }
  }

  load(reader: CanonicalReader): void {
    this.count = 0
    for (let levels = reader.count(); levels > 0; levels--) {
      this.#insert(this.count, reader.number(), reader.number())
    }
  }

  #holds(place: number, key: number): boolean {
    return place < this.count && this.#keys[place] === key
  }

  /** Where the key stands, or would: most are at or near the best. */
  #placeOf(key: number): number {
    const keys = this.#keys
    let high = this.count
    for (let steps = 0; steps < 4; steps++) {
      if (high === 0 || (keys[high - 1] as number) < key) return high
      high--
      if (keys[high] === key) return high
    }
    let low = 0
    while (low < high) {
      const middle = (low + high) >> 1
      if ((keys[middle] as number) < key) low = middle + 1
      else high = middle
    }
    return low
  }

  #insert(place: number, key: number, size_units: number): void {
    if (this.count === this.#keys.length) this.#grow()
    this.#keys.copyWithin(place + 1, place, this.count)
    this.#sizes.copyWithin(place + 1, place, this.count)
    this.#keys[place] = key
    this.#sizes[place] = size_units
    this.count++
  }

  #remove(place: number): void {
    this.#keys.copyWithin(place, place + 1, this.count)
    this.#sizes.copyWithin(place, place + 1, this.count)
    this.count--
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2)
    const sizes = new Float64Array(keys.length)
    keys.set(this.#keys)
    sizes.set(this.#sizes)
    this.#keys = keys
    this.#sizes = sizes
  }
}
