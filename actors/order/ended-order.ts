// An order that has ended, kept as its bytes. Few are ever asked for again; what lives long in many small objects is what
// collecting garbage costs, and the bytes of thousands are one.

import type { BytePages } from '../../engine/byte-pages.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { must } from '../../schemas/assert.ts'
import { parseClientOrderId, type StrategyId } from '../../schemas/ids.ts'
import { loadOrder, saveOrder } from './order-codec.ts'
import type { OrderRecord } from './order-record.ts'

const NONE: readonly number[] = []

export class EndedOrder {
  strategy_id: StrategyId
  counter: number
  /** Of the requests about the order. */
  request_counters: readonly number[] = NONE
  #page: CanonicalWriter
  #start = 0
  #end = 0

  constructor(order: OrderRecord, pages: BytePages) {
    this.strategy_id = order.strategy_id
    this.counter = order.counter
    this.#page = pages.page
    this.write(order, pages)
  }

  /** The order is another one now: changed since, or one that takes the place of an order that was dropped. */
  write(order: OrderRecord, { page }: BytePages): void {
    const ids = order.client_order_ids
    this.strategy_id = order.strategy_id
    this.counter = order.counter
    this.request_counters = ids.length > 1 ? ids.slice(1).map(counterOf) : NONE
    this.#page = page
    this.#start = page.length
    saveOrder(page, order)
    this.#end = page.length
  }

  /** A record that is nobody else's. */
  read(): OrderRecord {
    return loadOrder(new CanonicalReader(this.bytes))
  }

  get bytes(): Uint8Array {
    return this.#page.view(this.#start, this.#end)
  }
}

/** The counter in an id of an order. */
export function counterOf(id: OrderRecord['client_order_id']): number {
  return must(parseClientOrderId(id), "an order's ids are the engine's own").counter
}
