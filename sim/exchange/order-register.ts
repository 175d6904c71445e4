// Every order the venue can still name: the open ones, and the last finished ones, so that a duplicate or a late
// request is told apart from an unknown one. The memory is bounded, and old ids are forgotten first.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { assert } from '../../schemas/assert.ts'
import type { VenueOrder } from './venue-order.ts'

export type Ending = 'order_terminal' | 'order_replaced'

export class OrderRegister {
  readonly #retention: number
  /** By client order id: the open order, or how it ended. */
  readonly #orders = new Map<string, VenueOrder | Ending>()
  /** The finished ids as a ring. A Map knows the oldest too, but finds it by walking over everything deleted. */
  readonly #endedIds: string[] = []
  #oldest = 0

  constructor(retention: number) {
    assert(retention > 0, 'a venue remembers at least one finished order')
    this.#retention = retention
  }

  knows(client_order_id: string): boolean {
    return this.#orders.has(client_order_id)
  }

  open(order: VenueOrder): void {
    this.#orders.set(order.client_order_id, order)
  }

  /** The open order of this id. */
  find(client_order_id: string): VenueOrder | undefined {
    const known = this.#orders.get(client_order_id)
    return typeof known === 'object' ? known : undefined
  }

  /** How an incarnation that is not open ended; undefined when the venue knows of none. */
  endingOf(client_order_id: string): Ending | undefined {
    const known = this.#orders.get(client_order_id)
    return typeof known === 'string' ? known : undefined
  }

  end(client_order_id: string, ending: Ending): void {
    this.#orders.set(client_order_id, ending)
    if (this.#endedIds.length < this.#retention) {
      this.#endedIds.push(client_order_id)
      return
    }
    this.#orders.delete(this.#endedIds[this.#oldest] as string)
    this.#endedIds[this.#oldest] = client_order_id
    this.#oldest = (this.#oldest + 1) % this.#retention
  }

  /** Writes the finished ids; the open orders are written by the book they rest in. */
  save(writer: CanonicalWriter): void {
    const count = this.#endedIds.length
    writer.count(count)
    for (let i = 0; i < count; i++) {
      const client_order_id = this.#endedIds[(this.#oldest + i) % count] as string
      writer.text(client_order_id)
      writer.flag(this.endingOf(client_order_id) === 'order_replaced')
    }
  }

  load(reader: CanonicalReader): void {
    this.#orders.clear()
    this.#endedIds.length = 0
    this.#oldest = 0
    for (let remaining = reader.count(); remaining > 0; remaining--) {
      const client_order_id = reader.text()
      this.end(client_order_id, reader.flag() ? 'order_replaced' : 'order_terminal')
    }
  }
}
