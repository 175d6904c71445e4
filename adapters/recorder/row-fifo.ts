// The rows of one instrument that were offered and not yet sequenced, oldest first. Slots are reused: nothing is
// allocated per row.

import type { RowInput } from '../../engine/live/live-input.ts'
import { assert } from '../../schemas/assert.ts'

const SLOTS_MIN = 64

export class RowFifo {
  #rows: (RowInput | undefined)[] = new Array(SLOTS_MIN).fill(undefined)
  /** Per slot: whether the node took the row, then stream, sequence and row of its origin. */
  #origins = new Float64Array(SLOTS_MIN * 4)
  #head = 0
  #tail = 0

  get size(): number {
    return this.#tail - this.#head
  }

  push(row: RowInput, taken: boolean, stream: number, sequence: number, row_in_message: number): void {
    if (this.size === this.#rows.length) this.#grow()
    const slot = this.#tail++ & (this.#rows.length - 1)
    this.#rows[slot] = row
    const origins = this.#origins
    origins[slot * 4] = taken ? 1 : 0
    origins[slot * 4 + 1] = stream
    origins[slot * 4 + 2] = sequence
    origins[slot * 4 + 3] = row_in_message
  }

  get isHeadTaken(): boolean {
    return this.#origins[this.#slot * 4] === 1
  }

  get stream(): number {
    return this.#origins[this.#slot * 4 + 1] as number
  }

  get sequence(): number {
    return this.#origins[this.#slot * 4 + 2] as number
  }

  get row_in_message(): number {
    return this.#origins[this.#slot * 4 + 3] as number
  }

  get head(): RowInput {
    const row = this.#rows[this.#slot]
    assert(row !== undefined, 'the head of an empty queue is not read')
    return row
  }

  shift(): void {
    this.#rows[this.#slot] = undefined
    this.#head++
  }

  get #slot(): number {
    return this.#head & (this.#rows.length - 1)
  }

  #grow(): void {
    const length = this.#rows.length
    const rows = new Array<RowInput | undefined>(length * 2).fill(undefined)
    const origins = new Float64Array(length * 8)
    for (let i = 0; i < length; i++) {
      const from = (this.#head + i) & (length - 1)
      rows[i] = this.#rows[from]
      for (let field = 0; field < 4; field++)
        origins[i * 4 + field] = this.#origins[from * 4 + field] as number
    }
    this.#rows = rows
    this.#origins = origins
    this.#head = 0
    this.#tail = length
  }
}
