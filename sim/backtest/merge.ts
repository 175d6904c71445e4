// Merges series by time, then number of the input, then rank. The order of some hundred rows is found at a time, over flat
// numbers, and replayed then: where series take turns row by row, deciding between them and acting on a row would
// hinder each other.

import type { TickColumns } from '../../engine/tick-store-port.ts'
import { assert } from '../../schemas/assert.ts'
import { releaseTimes, type SeriesCursor } from './series-cursor.ts'

const ROWS_PLANNED = 512

export class Merge {
  /** By rank, as all that follows. */
  readonly cursors: readonly SeriesCursor[]
  /** The plan: of each row, from `at` on and before `end`, the rank of its series. */
  readonly ranks = new Uint16Array(ROWS_PLANNED)
  at = 0
  end = 0
  readonly #times: Float64Array[] = []
  readonly #numbers: (Float64Array | undefined)[] = []
  /** The first row of the block that is not planned, how many there are, and when it is released. */
  readonly #rows: Int32Array
  readonly #counts: Int32Array
  readonly #next_us: Float64Array
  /** A binary heap of ranks, the one with the earliest row first. */
  readonly #heap: Uint16Array
  #heapSize = 0
  /** Whether the block of the series in front is planned to its end. */
  #isSpent = false

  constructor(cursors: readonly SeriesCursor[]) {
    this.cursors = cursors
    this.#rows = new Int32Array(cursors.length)
    this.#counts = new Int32Array(cursors.length)
    this.#next_us = new Float64Array(cursors.length)
    this.#heap = new Uint16Array(cursors.length)
    for (const [place, { rank, columns }] of cursors.entries()) {
      assert(rank === place, 'series are listed by rank')
      if (columns === undefined) continue
      this.#open(rank, columns)
      this.#add(rank)
    }
  }

  /** Whether every row is replayed. */
  get isDone(): boolean {
    return this.#heapSize === 0
  }

  /** Whether nothing goes on without the next block of a series. */
  get needsBlock(): boolean {
    return this.#isSpent && this.at === this.end
  }

  /** Whether there is a next row; of none the order is known, plans no more than `rows_max`. */
  hasNext(rows_max: number): boolean {
    if (this.at === this.end) this.#plan(Math.min(rows_max, ROWS_PLANNED))
    return this.at < this.end
  }

  /** The series of the next row. */
  get cursor(): SeriesCursor {
    return this.cursors[this.ranks[this.at] as number] as SeriesCursor
  }

  /** How many of the next rows are of one series. */
  runLength(): number {
    const { ranks, at, end } = this
    const rank = ranks[at]
    let behind = at + 1
    while (behind < end && ranks[behind] === rank) behind++
    return behind - at
  }

  /** Fetches the block that is needed. A series without a further row leaves. */
  async fill(): Promise<void> {
    assert(this.needsBlock, 'a block is fetched when one is needed')
    const rank = this.#heap[0] as number
    const cursor = this.cursors[rank] as SeriesCursor
    await cursor.fill()
    this.#isSpent = false
    if (cursor.columns !== undefined) {
      this.#open(rank, cursor.columns)
      this.#sink(rank)
      return
    }
    const last = this.#heap[--this.#heapSize] as number
    if (last !== rank) this.#sink(last)
  }

  #open(rank: number, columns: TickColumns): void {
    const { row } = this.cursors[rank] as SeriesCursor
    const times = releaseTimes(columns)
    this.#times[rank] = times
    this.#numbers[rank] = columns.sequenced?.seq
    this.#rows[rank] = row
    this.#counts[rank] = columns.count
    this.#next_us[rank] = times[row] as number
  }

  #plan(rows_max: number): void {
    const { ranks } = this
    const rows = this.#rows
    const counts = this.#counts
    const next_us = this.#next_us
    const heap = this.#heap
    this.at = 0
    let end = 0
    while (end < rows_max && this.#heapSize > 0 && !this.#isSpent) {
      const rank = heap[0] as number
      const times = this.#times[rank] as Float64Array
      const secondAt = this.#secondAt()
      const second = heap[secondAt] as number
      const limit_us = secondAt === 0 ? Number.POSITIVE_INFINITY : (next_us[second] as number)
      const count = counts[rank] as number
      let row = rows[rank] as number
      let ts_us = 0
      do {
        ranks[end++] = rank
        if (++row === count) break
        ts_us = times[row] as number
      } while (end < rows_max && ts_us < limit_us)
      rows[rank] = row
      this.#isSpent = row === count
      if (this.#isSpent) break
      next_us[rank] = ts_us
      if (ts_us < limit_us || (ts_us === limit_us && this.#winsTie(rank, second))) continue
      heap[0] = second
      this.#sink(rank, secondAt)
    }
    this.end = end
  }

  /** Where in the heap the series behind the one in front is; 0 where there is none. */
  #secondAt(): number {
    const heap = this.#heap
    if (this.#heapSize < 3) return this.#heapSize - 1
    return this.#comesBefore(heap[1] as number, heap[2] as number) ? 1 : 2
  }

  /** Puts a series at a place of the heap and lets it sink. */
  #sink(rank: number, from = 0): void {
    const heap = this.#heap
    const size = this.#heapSize
    let at = from
    for (;;) {
      let childAt = 2 * at + 1
      if (childAt >= size) break
      let child = heap[childAt] as number
      if (childAt + 1 < size) {
        const right = heap[childAt + 1] as number
        if (this.#comesBefore(right, child)) {
          child = right
          childAt++
        }
      }
      if (this.#comesBefore(rank, child)) break
      heap[at] = child
      at = childAt
    }
    heap[at] = rank
  }

  #add(rank: number): void {
    const heap = this.#heap
    let at = this.#heapSize++
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = heap[parentAt] as number
      if (!this.#comesBefore(rank, parent)) break
      heap[at] = parent
      at = parentAt
    }
    heap[at] = rank
  }

  #comesBefore(a: number, b: number): boolean {
    const a_us = this.#next_us[a] as number
    const b_us = this.#next_us[b] as number
    return a_us === b_us ? this.#winsTie(a, b) : a_us < b_us
  }

  /** Of rows released at once: as inputs of a session came, else by rank. */
  #winsTie(a: number, b: number): boolean {
    const a_seq = this.#numbers[a]?.[this.#rows[a] as number] ?? 0
    const b_seq = this.#numbers[b]?.[this.#rows[b] as number] ?? 0
    return a_seq === b_seq ? a < b : a_seq < b_seq
  }
}
