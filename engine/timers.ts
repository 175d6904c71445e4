// The node's timers: a table of deadlines in engine time, part of the snapshot and the state hash. Timers fire as
// inputs; at equal deadlines the one set first fires first.

import { assert, must } from '../schemas/assert.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'

export type Timer = {
  /** Index of the actor that set it. */
  readonly owner: number
  /** Unique within the owner; setting an id again replaces it. */
  readonly id: string
  readonly at_us: number
  /** Order of setting, which breaks ties. */
  readonly insertion: number
}

/** Dead entries the heap may hold beyond its live ones before it is swept. */
const HEAP_SLACK = 64

export class TimerTable {
  /** Earliest deadline, Infinity when there is none. Read once per row of market data. */
  next_us = Number.POSITIVE_INFINITY
  readonly #byOwner: Map<string, Timer>[] = []
  // A binary heap; a replaced or cancelled timer stays in it until it surfaces.
  #heap: Timer[] = []
  #insertions = 0
  #liveCount = 0

  set(owner: number, id: string, at_us: number): void {
    assert(Number.isSafeInteger(at_us), "a timer's deadline is a safe integer of microseconds")
    this.#add({ owner, id, at_us, insertion: this.#insertions++ })
    this.#settle()
  }

  cancel(owner: number, id: string): void {
    if (this.#ownerTable(owner).delete(id)) this.#liveCount--
    this.#settle()
  }

  cancelAll(owner: number): void {
    const table = this.#ownerTable(owner)
    this.#liveCount -= table.size
    table.clear()
    this.#settle()
  }

  /** Removes and returns the timer whose deadline is `next_us`. */
  pop(): Timer {
    const timer = must(this.#heap[0], 'a timer is popped only when one is due')
    this.#ownerTable(timer.owner).delete(timer.id)
    this.#liveCount--
    this.#settle()
    return timer
  }

  get count(): number {
    return this.#liveCount
  }

  save(writer: CanonicalWriter): void {
    const live = this.#heap.filter((timer) => this.#isLive(timer)).sort((a, b) => a.insertion - b.insertion)
    writer.number(this.#insertions)
    writer.count(live.length)
    for (const timer of live) {
      writer.number(timer.owner)
      writer.text(timer.id)
      writer.number(timer.at_us)
      writer.number(timer.insertion)
    }
  }

  load(reader: CanonicalReader): void {
    assert(this.#heap.length === 0, 'timers are loaded into an empty table')
    this.#insertions = reader.number()
    for (let left = reader.count(); left > 0; left--) {
      this.#add({
        owner: reader.number(),
        id: reader.text(),
        at_us: reader.number(),
        insertion: reader.number(),
      })
    }
    this.#settle()
  }

  #add(timer: Timer): void {
    const table = this.#ownerTable(timer.owner)
    if (!table.has(timer.id)) this.#liveCount++
    table.set(timer.id, timer)
    this.#push(timer)
    if (this.#heap.length > 2 * this.#liveCount + HEAP_SLACK) this.#sweep()
  }

  /** Rebuilds the heap without the dead, so that a timer set anew with every tick costs no memory. */
  #sweep(): void {
    const live = this.#heap.filter((timer) => this.#isLive(timer))
    this.#heap = []
    for (const timer of live) this.#push(timer)
  }

  #ownerTable(owner: number): Map<string, Timer> {
    let table = this.#byOwner[owner]
    if (table === undefined) {
      table = new Map()
      this.#byOwner[owner] = table
    }
    return table
  }

  #isLive(timer: Timer): boolean {
    return this.#ownerTable(timer.owner).get(timer.id) === timer
  }

  /** Drops dead timers from the top and states the next deadline. */
  #settle(): void {
    let top = this.#heap[0]
    while (top !== undefined && !this.#isLive(top)) {
      this.#removeTop()
      top = this.#heap[0]
    }
    this.next_us = top === undefined ? Number.POSITIVE_INFINITY : top.at_us
  }

  #push(timer: Timer): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(timer)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent] as Timer
      if (firesBefore(above, timer)) break
      heap[at] = above
      at = parent
    }
    heap[at] = timer
  }

  #removeTop(): void {
    const heap = this.#heap
    const last = heap.pop() as Timer
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      const right = child + 1
      if (right < heap.length && firesBefore(heap[right] as Timer, heap[child] as Timer)) child = right
      if (firesBefore(last, heap[child] as Timer)) break
      heap[at] = heap[child] as Timer
      at = child
    }
    heap[at] = last
  }
}

function firesBefore(a: Timer, b: Timer): boolean {
  return a.at_us < b.at_us || (a.at_us === b.at_us && a.insertion < b.insertion)
}
