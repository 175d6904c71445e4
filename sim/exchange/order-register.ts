// Every order the venue can still name: the open ones, and the last finished ones, so that a duplicate or a late
// request is told apart from an unknown one. The memory is bounded, and old ids are forgotten first.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { assert } from '../../schemas/assert.ts'
import type { VenueOrder } from './venue-order.ts'

export type Ending = 'order_terminal' | 'order_replaced'

export class OrderRegister {
  readonly #retention: number
  readonly #open = new Map<string, VenueOrder>()
  /** Finished ids from the oldest to the newest. */
  readonly #ended = new Map<string, Ending>()

  constructor(retention: number) {
    assert(retention > 0, 'a venue remembers at least one finished order')
    this.#retention = retention
  }

  knows(client_order_id: string): boolean {
    return this.#open.has(client_order_id) || this.#ended.has(client_order_id)
  }

  open(order: VenueOrder): void {
    this.#open.set(order.client_order_id, order)
  }

  find(client_order_id: string): VenueOrder | undefined {
    return this.#open.get(client_order_id)
  }

  /** How an incarnation that is not open ended; undefined when the venue knows of none. */
  endingOf(client_order_id: string): Ending | undefined {
    return this.#ended.get(client_order_id)
  }

  end(client_order_id: string, ending: Ending): void {
    this.#open.delete(client_order_id)
    this.#ended.set(client_order_id, ending)
    if (this.#ended.size <= this.#retention) return
    for (const oldest of this.#ended.keys()) {
      this.#ended.delete(oldest)
      break
    }
  }

  /** Writes the finished ids; the open orders are written by the book they rest in. */
  save(writer: CanonicalWriter): void {
    writer.count(this.#ended.size)
    for (const [client_order_id, ending] of this.#ended) {
      writer.text(client_order_id)
      writer.flag(ending === 'order_replaced')
    }
  }

  load(reader: CanonicalReader): void {
    this.#open.clear()
    this.#ended.clear()
    for (let remaining = reader.count(); remaining > 0; remaining--) {
      const client_order_id = reader.text()
      this.#ended.set(client_order_id, reader.flag() ? 'order_replaced' : 'order_terminal')
    }
  }
}
