// Where an order of the run comes to stand at its price: in a queue that a model reckons with, at its rank in a book by order,
// or in front, where the venue knows of nobody there.

import type { VenueOrder } from '../orders/venue-order.ts'
import { NOT_PLACED } from '../orders/venue-order.ts'
import type { DeepBooks } from './deep-books.ts'
import type { QueueModel } from './queue-model.ts'
import type { QueuePlaces } from './queue-places.ts'
import { type TopOfBook, UNSEEN } from './top-of-book.ts'

export type OrderPlacesTerms = {
  readonly book: TopOfBook
  /** Of a venue whose book is deeper than its best prices. */
  readonly deep: DeepBooks | undefined
  /** Undefined where nobody stands in front of an order, or where its place is known. */
  readonly queue: QueueModel | undefined
  readonly queues: QueuePlaces
}

export class OrderPlaces {
  readonly #terms: OrderPlacesTerms
  /** Within an auction, what orders that kept their place come back to. */
  readonly #shown = new Map<VenueOrder, number>()

  constructor(terms: OrderPlacesTerms) {
    this.#terms = terms
  }

  /** An order comes to rest: it takes its place, unless it has one. */
  take(order: VenueOrder): void {
    if (order.queue_place !== NOT_PLACED) return
    const { deep, queue, queues } = this.#terms
    if (deep?.is_by_order === true) order.queue_place = deep.orders(order.instrument_index).next_rank++
    else if (queue !== undefined) queues.join(order, this.#shownAt(order))
    else order.queue_place = 0
  }

  /** An order comes back from a call, which may have kept its place. */
  resume(order: VenueOrder): void {
    const { queue, queues } = this.#terms
    if (order.queue_place !== NOT_PLACED && queue !== undefined)
      queues.rejoin(order, this.#shown.get(order) ?? this.#shownAt(order))
  }

  /** An order that kept its place comes back to what the data shows now at its price, less so much. */
  noteShown(order: VenueOrder, gone_units: number): void {
    if (order.queue_place === NOT_PLACED || this.#terms.queue === undefined) return
    const shown = this.#shownAt(order)
    this.#shown.set(order, shown === UNSEEN ? UNSEEN : Math.max(0, shown - gone_units))
  }

  forgetShown(): void {
    this.#shown.clear()
  }

  /** So much of others stood in front of an order at its price when trading stopped; everything where nobody reckons with it. */
  aheadUnits({ instrument_index, side, price_units, queue_place }: VenueOrder): number {
    const { deep, queue } = this.#terms
    if (queue_place === NOT_PLACED) return Number.POSITIVE_INFINITY
    if (deep?.is_by_order === true)
      return deep.orders(instrument_index).unitsBefore(side === 'buy' ? 1 : -1, price_units, queue_place)
    return queue === undefined ? Number.POSITIVE_INFINITY : queue_place
  }

  /** What the data shows at its price. */
  #shownAt({ instrument_index, side, price_units }: VenueOrder): number {
    const { book, deep } = this.#terms
    return (deep ?? book).shownAt(instrument_index, side, price_units)
  }
}
