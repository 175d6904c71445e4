// Merges cursors by (time, rank) in runs: the cursor in front may go on until the next one's time has come, so that a
// single series is replayed without a comparison, and many with a few per run.

import { assert, must } from '../../schemas/assert.ts'
import { comesBefore, type SeriesCursor } from './series-cursor.ts'

export class Merge {
  /** A binary heap, the cursor with the earliest row first. */
  readonly #heap: SeriesCursor[] = []

  constructor(cursors: readonly SeriesCursor[]) {
    for (const cursor of cursors) if (cursor.columns !== undefined) this.#push(cursor)
  }

  get isDone(): boolean {
    return this.#heap.length === 0
  }

  get front(): SeriesCursor {
    return must(this.#heap[0], 'there is a front while the merge is not done')
  }

  /** The cursor that comes after the one in front, undefined when that one is alone. */
  get second(): SeriesCursor | undefined {
    const left = this.#heap[1]
    const right = this.#heap[2]
    if (left === undefined || right === undefined) return left
    return comesBefore(left, right) ? left : right
  }

  /** Restores the order after the front has moved on. A front without a further row leaves. */
  settle(): void {
    const front = this.front
    assert(!front.isBlockDone, 'a cursor is filled before the merge settles')
    if (front.columns !== undefined) return this.#sink(front)
    const last = this.#heap.pop() as SeriesCursor
    if (last !== front) this.#sink(last)
  }

  #push(cursor: SeriesCursor): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(cursor)
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = heap[parentAt] as SeriesCursor
      if (!comesBefore(cursor, parent)) break
      heap[at] = parent
      at = parentAt
    }
    heap[at] = cursor
  }

  /** Puts a cursor at the root and lets it sink to its place. */
  #sink(cursor: SeriesCursor): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      let childAt = 2 * at + 1
      if (childAt >= heap.length) break
      if (
        childAt + 1 < heap.length &&
        comesBefore(heap[childAt + 1] as SeriesCursor, heap[childAt] as SeriesCursor)
      ) {
        childAt++
      }
      const child = heap[childAt] as SeriesCursor
      if (comesBefore(cursor, child)) break
      heap[at] = child
      at = childAt
    }
    heap[at] = cursor
  }
}
