// A generation of ids of finished orders, as the bytes that a snapshot has of them, and a table of their hashes. They are
// many and hardly one is asked for again: as texts in a map each would be an object that garbage collection carries along.

import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { idHash } from './id-hash.ts'

export type Ending = 'order_terminal' | 'order_replaced'

const CAPACITY_MIN = 64
/** Where nothing is. */
const NONE = 0

export class FinishedIds {
  /** Each id as a text, and behind it whether it was replaced. */
  readonly #page = new CanonicalWriter()
  #size = 0
  /** By place, the hash of the id there, or NONE; open addressing with linear probing. */
  #hashes = new Int32Array(CAPACITY_MIN)
  /** By place, where on the page the id is. */
  #starts = new Int32Array(CAPACITY_MIN)

  get size(): number {
    return this.#size
  }

  /** Takes in an id that is not here. */
  add(id: string, ending: Ending): void {
    if (this.#size * 2 >= this.#hashes.length) this.#grow()
    this.#size++
    this.#put(idHash(id), this.#page.length)
    this.#page.text(id)
    this.#page.flag(ending === 'order_replaced')
  }

  /** How the order of this id ended; undefined where it is not here. */
  endingOf(id: string): Ending | undefined {
    const hash = idHash(id)
    const hashes = this.#hashes
    const mask = hashes.length - 1
    for (let at = hash & mask; hashes[at] !== NONE; at = (at + 1) & mask) {
      if (hashes[at] !== hash) continue
      const reader = new CanonicalReader(this.#page.view(this.#starts[at]))
      if (reader.text() === id) return reader.flag() ? 'order_replaced' : 'order_terminal'
    }
    return undefined
  }

  /** Forgets all, and keeps the room. */
  clear(): void {
    this.#page.clear()
    this.#size = 0
    this.#hashes.fill(NONE)
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.#size)
    writer.raw(this.#page.view())
  }

  load(reader: CanonicalReader): void {
    this.clear()
    for (let left = reader.count(); left > 0; left--) {
      const id = reader.text()
      this.add(id, reader.flag() ? 'order_replaced' : 'order_terminal')
    }
  }

  #put(hash: number, start: number): void {
    const hashes = this.#hashes
    const mask = hashes.length - 1
    let at = hash & mask
    while (hashes[at] !== NONE) at = (at + 1) & mask
    hashes[at] = hash
    this.#starts[at] = start
  }

  #grow(): void {
    const hashes = this.#hashes
    const starts = this.#starts
    this.#hashes = new Int32Array(hashes.length * 2)
    this.#starts = new Int32Array(hashes.length * 2)
    for (let i = 0; i < hashes.length; i++) {
      if (hashes[i] !== NONE) this.#put(hashes[i] as number, starts[i] as number)
    }
  }
}
