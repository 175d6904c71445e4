// Every order the venue can still name: the open ones, and the last finished ones, so that a duplicate or a late
// request is told apart from an unknown one. The memory is bounded: finished ids are kept in two generations, and when the
// younger is full the older is forgotten whole.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { assert } from '../../../schemas/assert.ts'
import { type Ending, FinishedIds } from './finished-ids.ts'
import { TextMap } from './text-map.ts'
import type { VenueOrder } from './venue-order.ts'

export class OrderRegister {
  readonly #retention: number
  /** By id. */
  #open = new TextMap<VenueOrder>()
  /** The last finished ids in the order they ended: at least `retention` of them, at most twice as many. */
  #young = new FinishedIds()
  #old = new FinishedIds()

  constructor(retention: number) {
    assert(retention > 0, 'a venue remembers at least one finished order')
    this.#retention = retention
  }

  knows(client_order_id: string): boolean {
    return this.find(client_order_id) !== undefined || this.endingOf(client_order_id) !== undefined
  }

  open(order: VenueOrder): void {
    order.is_open = true
    this.#open.set(order.client_order_id, order)
  }

  /** The open order of this id. */
  find(client_order_id: string): VenueOrder | undefined {
    return this.#open.get(client_order_id)
  }

  /** How an incarnation that is not open ended; undefined when the venue knows of none. */
  endingOf(client_order_id: string): Ending | undefined {
    return this.#young.endingOf(client_order_id) ?? this.#old.endingOf(client_order_id)
  }

  /** An order ends, and with it the id it has now. */
  close(order: VenueOrder): void {
    order.is_open = false
    this.end(order.client_order_id, 'order_terminal')
  }

  /** An id has no order behind it any more. */
  end(client_order_id: string, ending: Ending): void {
    if (this.#young.size >= this.#retention) this.#forgetOld()
    this.#open.delete(client_order_id)
    this.#young.add(client_order_id, ending)
  }

  /** Writes the finished ids; the open orders are written by the book they rest in. */
  save(writer: CanonicalWriter): void {
    this.#old.save(writer)
    this.#young.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#open = new TextMap()
    this.#old.load(reader)
    this.#young.load(reader)
  }

  #forgetOld(): void {
    const forgotten = this.#old
    forgotten.clear()
    this.#old = this.#young
    this.#young = forgotten
  }
}
