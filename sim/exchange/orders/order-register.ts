// Every order the venue can still name: the open ones, and the last finished ones, so that a duplicate or a late
// request is told apart from an unknown one. The memory is bounded: finished ids are kept in two generations, and when the
// younger is full the older is forgotten whole.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { assert } from '../../../schemas/assert.ts'
import { TextMap } from './text-map.ts'
import type { VenueOrder } from './venue-order.ts'

export type Ending = 'order_terminal' | 'order_replaced'

export class OrderRegister {
  readonly #retention: number
  /** By id, the open order, or how it ended. */
  #known = new TextMap<VenueOrder | Ending>()
  /** The last finished ids in the order they ended: at least `retention` of them, at most twice as many. */
  #young: string[] = []
  #old: string[] = []

  constructor(retention: number) {
    assert(retention > 0, 'a venue remembers at least one finished order')
    this.#retention = retention
  }

  knows(client_order_id: string): boolean {
    return this.#known.get(client_order_id) !== undefined
  }

  open(order: VenueOrder): void {
    order.is_open = true
    this.#known.set(order.client_order_id, order)
  }

  /** The open order of this id. */
  find(client_order_id: string): VenueOrder | undefined {
    const known = this.#known.get(client_order_id)
    return typeof known === 'object' ? known : undefined
  }

  /** How an incarnation that is not open ended; undefined when the venue knows of none. */
  endingOf(client_order_id: string): Ending | undefined {
    const known = this.#known.get(client_order_id)
    return typeof known === 'object' ? undefined : known
  }

  /** An order ends, and with it the id it has now. */
  close(order: VenueOrder): void {
    order.is_open = false
    this.end(order.client_order_id, 'order_terminal')
  }

  /** An id has no order behind it any more. */
  end(client_order_id: string, ending: Ending): void {
    if (this.#young.length >= this.#retention) this.#forgetOld()
    this.#young.push(client_order_id)
    this.#known.set(client_order_id, ending)
  }

  /** Writes the finished ids; the open orders are written by the book they rest in. */
  save(writer: CanonicalWriter): void {
    for (const generation of [this.#old, this.#young]) {
      writer.count(generation.length)
      for (const client_order_id of generation) {
        writer.text(client_order_id)
        writer.flag(this.endingOf(client_order_id) === 'order_replaced')
      }
    }
  }

  load(reader: CanonicalReader): void {
    this.#known = new TextMap()
    this.#old = this.#readGeneration(reader)
    this.#young = this.#readGeneration(reader)
  }

  #forgetOld(): void {
    for (const client_order_id of this.#old) this.#known.delete(client_order_id)
    this.#old = this.#young
    this.#young = []
  }

  #readGeneration(reader: CanonicalReader): string[] {
    return Array.from({ length: reader.count() }, () => {
      const client_order_id = reader.text()
      this.#known.set(client_order_id, reader.flag() ? 'order_replaced' : 'order_terminal')
      return client_order_id
    })
  }
}
