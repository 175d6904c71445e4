// An order that has ended, kept as its bytes. Few are ever asked for again; what lives long in many small objects is what
// collecting garbage costs, and the bytes of thousands are one.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { must } from '../../schemas/assert.ts'
import { parseClientOrderId, type StrategyId } from '../../schemas/ids.ts'
import { loadOrder, saveOrder } from './order-codec.ts'
import type { OrderRecord } from './order-record.ts'

const PAGE_BYTES = 1 << 18
/** What an order takes seldom exceeds the rest of the page. */
const PAGE_FULL = PAGE_BYTES - 4_096
const NONE: readonly number[] = []

export class EndedOrder {
  readonly strategy_id: StrategyId
  readonly counter: number
  /** Of the requests about the order. */
  request_counters: readonly number[] = NONE
  #page: CanonicalWriter
  #start = 0
  #end = 0

  constructor(order: OrderRecord, pages: EndedPages) {
    this.strategy_id = order.strategy_id
    this.counter = order.counter
    this.#page = pages.page
    this.write(order, pages)
  }

  /** The order is another one now. */
  write(order: OrderRecord, { page }: EndedPages): void {
    const ids = order.client_order_ids
    if (ids.length > 1) this.request_counters = ids.slice(1).map(counterOf)
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

/** Where orders are written as they end, one behind the other. A page is let go with the last order on it. */
export class EndedPages {
  #page = new CanonicalWriter(PAGE_BYTES)

  get page(): CanonicalWriter {
    if (this.#page.length > PAGE_FULL) this.#page = new CanonicalWriter(PAGE_BYTES)
    return this.#page
  }
}

/** The counter in an id of an order. */
export function counterOf(id: OrderRecord['client_order_id']): number {
  return must(parseClientOrderId(id), "an order's ids are the engine's own").counter
}
