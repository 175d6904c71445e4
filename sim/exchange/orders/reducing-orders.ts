// Open orders of a venue that only reduce, in the order they came: they end when there is nothing left to reduce.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { must } from '../../../schemas/assert.ts'
import type { VenueOrder } from './venue-order.ts'

export class ReducingOrders {
  readonly #orders = new Set<VenueOrder>()
  /** Whether a position has changed since they were looked at: one of them may have nothing left to do. */
  is_due = false

  add(order: VenueOrder): void {
    if (order.terms.reduce_only) this.#orders.add(order)
  }

  delete(order: VenueOrder): void {
    if (this.#orders.size > 0) this.#orders.delete(order)
  }

  noteTrade(): void {
    if (this.#orders.size > 0) this.is_due = true
  }

  /** @param end ends an order, which may end others of these. */
  endSpent(end: (order: VenueOrder) => void): void {
    this.is_due = false
    for (const order of this.#orders)
      if (order.account.closableUnits(order.instrument_index, order.side) === 0) end(order)
  }

  save(writer: CanonicalWriter): void {
    writer.flag(this.is_due)
    writer.value([...this.#orders].map(({ venue_order_id }) => venue_order_id))
  }

  /** Returns the ids that `restore` takes once their orders are back. */
  load(reader: CanonicalReader): string[] {
    this.is_due = reader.flag()
    return reader.value() as string[]
  }

  restore(ids: readonly string[]): void {
    const restored = new Map([...this.#orders].map((order) => [order.venue_order_id, order]))
    this.#orders.clear()
    for (const id of ids) this.#orders.add(must(restored.get(id), 'an order that only reduces is open'))
  }
}
