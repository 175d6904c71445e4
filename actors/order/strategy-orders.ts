// One strategy's orders of an account, by counter, and how far its counters have come.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { CounterMap } from '../../engine/counter-map.ts'
import { assert } from '../../schemas/assert.ts'
import { ENGINE_COUNTER_BASE } from '../../schemas/ids.ts'
import { EndedOrder } from './ended-order.ts'
import type { OrderRecord } from './order-record.ts'

export type StrategyMarks = {
  readonly counter_high_water: number
  readonly dropped_high_water: number
  readonly engine_requests: number
}

export class StrategyOrders {
  /** By the counter of any id the venue ever saw for an order: its own, its replacements', its cancels'. */
  readonly #byRequest = new CounterMap<OrderRecord | EndedOrder>()
  #counterHigh = 0
  #droppedHigh = 0
  #engineRequests = 0

  /** The highest counter ever used, by an order or a request. */
  get counter_high_water(): number {
    return this.#counterHigh
  }

  /** The highest counter of an order no longer held: an unknown order above it was never here, one below may have been. */
  get dropped_high_water(): number {
    return this.#droppedHigh
  }

  /** The order that began with this counter. */
  find(counter: number): OrderRecord | undefined {
    const order = this.#byRequest.get(counter)
    return order?.counter === counter ? recordOf(order) : undefined
  }

  /** The order a request with this counter is about. */
  findByRequest(counter: number): OrderRecord | undefined {
    const order = this.#byRequest.get(counter)
    return order && recordOf(order)
  }

  /** The ended order that began with this counter. */
  ended(counter: number): EndedOrder | undefined {
    const order = this.#byRequest.get(counter)
    return order instanceof EndedOrder ? order : undefined
  }

  addRequest(counter: number, order: OrderRecord): void {
    const { size } = this.#byRequest
    this.#byRequest.set(counter, order)
    assert(this.#byRequest.size > size, "a strategy's counter is used once")
    this.noteCounter(counter)
  }

  /** The order of these requests is held in another form now. */
  putRequests(order: OrderRecord | EndedOrder, counters: readonly number[]): void {
    this.#byRequest.set(order.counter, order)
    for (const counter of counters) this.#byRequest.set(counter, order)
  }

  noteCounter(counter: number): void {
    // A fold takes in requests that another node of the session gave their ids.
    if (counter >= ENGINE_COUNTER_BASE)
      this.#engineRequests = Math.max(this.#engineRequests, counter - ENGINE_COUNTER_BASE)
    else if (counter > this.#counterHigh) this.#counterHigh = counter
  }

  /** A counter for a request of the engine's own about one of the strategy's orders. */
  nextEngineCounter(): number {
    this.#engineRequests += 1
    return ENGINE_COUNTER_BASE + this.#engineRequests
  }

  drop({ counter, request_counters }: EndedOrder): void {
    this.#byRequest.delete(counter)
    for (const request of request_counters) this.#byRequest.delete(request)
    if (counter > this.#droppedHigh) this.#droppedHigh = counter
  }

  get marks(): StrategyMarks {
    return {
      counter_high_water: this.#counterHigh,
      dropped_high_water: this.#droppedHigh,
      engine_requests: this.#engineRequests,
    }
  }

  restore(marks: StrategyMarks): void {
    this.#counterHigh = marks.counter_high_water
    this.#droppedHigh = marks.dropped_high_water
    this.#engineRequests = marks.engine_requests
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#counterHigh)
    writer.number(this.#droppedHigh)
    writer.number(this.#engineRequests)
  }

  /** Reads the high-water marks; the orders are added by whoever reads them. */
  load(reader: CanonicalReader): void {
    this.#counterHigh = reader.number()
    this.#droppedHigh = reader.number()
    this.#engineRequests = reader.number()
  }
}

function recordOf(order: OrderRecord | EndedOrder): OrderRecord {
  return order instanceof EndedOrder ? order.read() : order
}
