// The orders of a venue that no row can reach: those of an instrument that is not trading now, and those that are for an
// auction alone. They count in their accounts as if they rested.

import { assert, must } from '../../../schemas/assert.ts'
import { leavesUnits, type VenueOrder } from '../orders/venue-order.ts'

export class CallBook {
  readonly #lists: VenueOrder[][]

  constructor(instrument_count: number) {
    this.#lists = Array.from({ length: instrument_count }, () => [])
  }

  add(order: VenueOrder): void {
    const list = this.#listOf(order)
    let place = list.length
    while (place > 0 && (list[place - 1] as VenueOrder).priority > order.priority) place--
    list.splice(place, 0, order)
    order.is_called = true
    weigh(order, 1)
  }

  remove(order: VenueOrder): void {
    const list = this.#listOf(order)
    const place = list.indexOf(order)
    assert(place >= 0, 'an order is taken from the call it is in')
    list.splice(place, 1)
    order.is_called = false
    weigh(order, -1)
  }

  /** Those of one instrument now, the earliest first. */
  of(instrument_index: number): VenueOrder[] {
    return [...(this.#lists[instrument_index] as VenueOrder[])]
  }

  *[Symbol.iterator](): Generator<VenueOrder> {
    for (const list of this.#lists) yield* list
  }

  #listOf(order: VenueOrder): VenueOrder[] {
    return must(this.#lists[order.instrument_index], 'an order is of a listed instrument')
  }
}

/** An order that waits for its trigger weighs nothing, here as elsewhere. */
function weigh(order: VenueOrder, sign: 1 | -1): void {
  if (order.is_waiting) return
  order.account.rest(order.instrument_index, order.side, sign * leavesUnits(order))
}
