// Every order the venue can still name: the open ones, and the last finished ones, so that a duplicate or a late
// request is told apart from an unknown one. The memory is bounded: finished ids are kept in two generations, and when the
// younger is full the older is forgotten whole, since taking ids out of a Map one by one costs more than all else here.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { assert } from '../../schemas/assert.ts'
import type { VenueOrder } from './venue-order.ts'

export type Ending = 'order_terminal' | 'order_replaced'

export class OrderRegister {
  readonly #retention: number
  readonly #open = new Map<string, VenueOrder>()
  /** How the last finished ids ended: at least `retention` of them, at most twice as many. */
  #young = new Map<string, Ending>()
  #old = new Map<string, Ending>()

  constructor(retention: number) {
    assert(retention > 0, 'a venue remembers at least one finished order')
    this.#retention = retention
  }

  knows(client_order_id: string): boolean {
    return this.#open.has(client_order_id) || this.endingOf(client_order_id) !== undefined
  }

  open(order: VenueOrder): void {
    this.#open.set(order.client_order_id, order)
  }

  /** The open order of this id. */
  find(client_order_id: string): VenueOrder | undefined {
    return this.#open.get(client_order_id)
  }

  /** How an incarnation that is not open ended; undefined when the venue knows of none. */
  endingOf(client_order_id: string): Ending | undefined {
    return this.#young.get(client_order_id) ?? this.#old.get(client_order_id)
  }

  end(client_order_id: string, ending: Ending): void {
    this.#open.delete(client_order_id)
    this.#remember(client_order_id, ending)
  }

  /** Writes the finished ids; the open orders are written by the book they rest in. */
  save(writer: CanonicalWriter): void {
    for (const generation of [this.#old, this.#young]) {
      writer.count(generation.size)
      for (const [client_order_id, ending] of generation) {
        writer.text(client_order_id)
        writer.flag(ending === 'order_replaced')
      }
    }
  }

  load(reader: CanonicalReader): void {
    this.#open.clear()
    this.#old = readGeneration(reader)
    this.#young = readGeneration(reader)
  }

  #remember(client_order_id: string, ending: Ending): void {
    if (this.#young.size >= this.#retention) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(client_order_id, ending)
  }
}

function readGeneration(reader: CanonicalReader): Map<string, Ending> {
  const generation = new Map<string, Ending>()
  for (let remaining = reader.count(); remaining > 0; remaining--) {
    const client_order_id = reader.text()
    generation.set(client_order_id, reader.flag() ? 'order_replaced' : 'order_terminal')
  }
  return generation
}
