// One strategy's orders of an account, by counter, and how far its counters have come.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { assert } from '../../schemas/assert.ts'
import type { OrderRecord } from './order-record.ts'

export class StrategyOrders {
  readonly #byCounter = new Map<number, OrderRecord>()
  #counterHigh = 0
  #droppedHigh = 0

  /** The highest counter ever used, by an order or a request. */
  get counter_high_water(): number {
    return this.#counterHigh
  }

  /** The highest counter of an order no longer held: an unknown order above it was never here, one below may have been. */
  get dropped_high_water(): number {
    return this.#droppedHigh
  }

  find(counter: number): OrderRecord | undefined {
    return this.#byCounter.get(counter)
  }

  add(order: OrderRecord): void {
    const { size } = this.#byCounter
    this.#byCounter.set(order.counter, order)
    assert(this.#byCounter.size > size, "a strategy's counter names one order")
    this.noteCounter(order.counter)
  }

  noteCounter(counter: number): void {
    if (counter > this.#counterHigh) this.#counterHigh = counter
  }

  drop(order: OrderRecord): void {
    this.#byCounter.delete(order.counter)
    if (order.counter > this.#droppedHigh) this.#droppedHigh = order.counter
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#counterHigh)
    writer.number(this.#droppedHigh)
  }

  /** Reads the high-water marks; the orders are added by whoever reads them. */
  load(reader: CanonicalReader): void {
    this.#counterHigh = reader.number()
    this.#droppedHigh = reader.number()
  }
}
