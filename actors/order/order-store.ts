// All orders of one account. An order is found by any id the venue ever saw for it, and by its key; the open ones are
// walked in the order they came. Of the ended ones the last `order_retention` stay, because reports come late; so the
// store has a bounded size and the millionth order costs what the first did.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { assert, must } from '../../schemas/assert.ts'
import { type ClientOrderId, parseClientOrderId, type StrategyId } from '../../schemas/ids.ts'
import type { LedgerOrder, LedgerOrders } from '../../schemas/ledger-section.ts'
import type { NewOrderSingle, VenueReport } from '../../schemas/messages/order.ts'
import type { TimeUs } from '../../schemas/units.ts'
import { loadOrder, saveOrder } from './order-codec.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderEffects } from './order-facts.ts'
import { ledgerOrder } from './order-ledger.ts'
import { orderTable } from './order-machine.ts'
import { approvedOrder, ENDED_STATES, type EndedState, type OrderRecord } from './order-record.ts'
import { StrategyOrders } from './strategy-orders.ts'

/** Orders since the session began: where they ended, how many the venue took, how many are open. */
export type OrderCounts = { readonly [state in EndedState | 'accepted' | 'open']: number }

export class OrderStore {
  readonly #retention: number
  readonly #byStrategy = new Map<StrategyId, StrategyOrders>()
  readonly #open = new Set<OrderRecord>()
  /** The order found last. */
  #latest: OrderRecord | undefined
  /** A ring: once it is full, `#oldest` is the next to be dropped. */
  readonly #ended: OrderRecord[] = []
  #oldest = 0
  /** Ended orders as bytes, from the snapshot before: few change, and writing them all anew would stop the session. */
  readonly #endedBytes = new Map<OrderRecord, Uint8Array>()
  readonly #counts = { accepted: 0, not_sent: 0, rejected: 0, filled: 0, canceled: 0, expired: 0 }

  constructor(orderRetention: number) {
    assert(orderRetention >= 1, 'at least one ended order is retained')
    this.#retention = orderRetention
  }

  /** Takes in an order the gate has approved. */
  approve(command: NewOrderSingle, tsSeqUs: TimeUs): OrderRecord {
    const order = approvedOrder(command, tsSeqUs)
    this.#add(order)
    this.#latest = order
    this.#open.add(order)
    return order
  }

  /** Lets the order's machine handle one event, and keeps the books of the store. */
  apply(order: OrderRecord, event: OrderEvent, out: OrderEffects): void {
    const { accepted, ended } = order
    const idCount = order.client_order_ids.length
    if (ended && this.#endedBytes.size > 0) this.#endedBytes.delete(order)
    orderTable.dispatch(order, event, out)
    if (event.type === 'request.cancel' || event.type === 'request.replace') {
      this.strategy(order.strategy_id).noteCounter(event.body.counter)
    }
    for (let i = idCount; i < order.client_order_ids.length; i++) this.#index(order, i)
    if (order.accepted && !accepted) this.#counts.accepted += 1
    if (order.ended && !ended) this.#end(order)
    else if (ended && !order.ended) this.#reopen(order)
  }

  /** The order of any incarnation, cancel or replace request with this id. */
  find(id: ClientOrderId): OrderRecord | undefined {
    // Most inputs are about the order of the one before.
    if (id === this.#latest?.client_order_id) return this.#latest
    const parsed = parseClientOrderId(id)
    if (parsed === undefined) return undefined
    const order = this.#byStrategy.get(parsed.strategy_id)?.findByRequest(parsed.counter)
    // The session and the epoch are part of the id too.
    if (order?.client_order_ids.includes(id) !== true) return undefined
    this.#latest = order
    return order
  }

  /** The order a report is about, by the id it answers or the one it refers to. */
  findReported(report: VenueReport): OrderRecord | undefined {
    const order = this.find(report.client_order_id)
    if (order !== undefined || report.original_client_order_id === '') return order
    return this.find(report.original_client_order_id)
  }

  /** One strategy's orders by counter, and its high-water marks. */
  strategy(id: StrategyId): StrategyOrders {
    const known = this.#byStrategy.get(id)
    if (known !== undefined) return known
    const orders = new StrategyOrders()
    this.#byStrategy.set(id, orders)
    return orders
  }

  /** Open orders, oldest first. An order that ends while they are walked is left out, one that comes is included. */
  open(): IterableIterator<OrderRecord> {
    return this.#open.values()
  }

  counts(): OrderCounts {
    return { ...this.#counts, open: this.#open.size }
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#counts.accepted)
    for (const state of ENDED_STATES) writer.number(this.#counts[state])
    writer.count(this.#byStrategy.size)
    for (const [id, orders] of this.#byStrategy) {
      writer.text(id)
      orders.save(writer)
    }
    writer.count(this.#open.size)
    for (const order of this.#open) saveOrder(writer, order)
    writer.count(this.#ended.length)
    for (let i = 0; i < this.#ended.length; i++) {
      writer.raw(this.#bytesOf(this.#ended[(this.#oldest + i) % this.#ended.length] as OrderRecord))
    }
  }

  /** What a later build takes up. */
  saveLedger(): Omit<LedgerOrders, 'stray_count'> {
    const ended = this.#ended.map(
      (_, i) => this.#ended[(this.#oldest + i) % this.#ended.length] as OrderRecord,
    )
    return {
      counts: { ...this.#counts },
      strategies: [...this.#byStrategy].map(([strategy_id, orders]) => ({ strategy_id, ...orders.marks })),
      open: [...this.#open].map(ledgerOrder),
      ended: ended.map(ledgerOrder),
    }
  }

  /** Into a new store. */
  loadLedger(ledger: LedgerOrders, recordOf: (order: LedgerOrder) => OrderRecord): void {
    assert(this.#byStrategy.size === 0, 'orders are loaded into an empty store')
    Object.assign(this.#counts, ledger.counts)
    for (const { strategy_id, ...marks } of ledger.strategies) {
      this.strategy(strategy_id as StrategyId).restore(marks)
    }
    for (const order of ledger.open.map(recordOf)) {
      this.#add(order)
      this.#open.add(order)
    }
    for (const order of ledger.ended.map(recordOf)) {
      this.#add(order)
      this.#retain(order)
    }
  }

  /** Into a new store. A retention that was lowered since drops the oldest. */
  load(reader: CanonicalReader): void {
    assert(this.#byStrategy.size === 0, 'orders are loaded into an empty store')
    this.#counts.accepted = reader.number()
    for (const state of ENDED_STATES) this.#counts[state] = reader.number()
    for (let left = reader.count(); left > 0; left--) {
      this.strategy(reader.text() as StrategyId).load(reader)
    }
    for (let left = reader.count(); left > 0; left--) {
      const order = loadOrder(reader)
      this.#add(order)
      this.#open.add(order)
    }
    for (let left = reader.count(); left > 0; left--) {
      const order = loadOrder(reader)
      this.#add(order)
      this.#retain(order)
      this.#bytesOf(order)
    }
  }

  #bytesOf(order: OrderRecord): Uint8Array {
    const known = this.#endedBytes.get(order)
    if (known !== undefined) return known
    const writer = new CanonicalWriter(1_024)
    saveOrder(writer, order)
    const bytes = writer.copy()
    this.#endedBytes.set(order, bytes)
    return bytes
  }

  #add(order: OrderRecord): void {
    for (let i = 0; i < order.client_order_ids.length; i++) this.#index(order, i)
  }

  #index(order: OrderRecord, at: number): void {
    this.strategy(order.strategy_id).addRequest(requestCounter(order, at), order)
  }

  #end(order: OrderRecord): void {
    this.#counts[order.state as EndedState] += 1
    this.#open.delete(order)
    this.#retain(order)
  }

  /** An order proven never sent turned up alive. Rare, so the ring is made anew. */
  #reopen(order: OrderRecord): void {
    this.#counts.not_sent -= 1
    this.#endedBytes.delete(order)
    const ended = this.#ended.splice(0)
    for (let i = 0; i < ended.length; i++) {
      const kept = ended[(this.#oldest + i) % ended.length] as OrderRecord
      if (kept !== order) this.#ended.push(kept)
    }
    this.#oldest = 0
    this.#open.add(order)
  }

  #retain(order: OrderRecord): void {
    if (this.#ended.length < this.#retention) {
      this.#ended.push(order)
      return
    }
    this.#drop(this.#ended[this.#oldest] as OrderRecord)
    this.#ended[this.#oldest] = order
    this.#oldest = (this.#oldest + 1) % this.#retention
  }

  #drop(order: OrderRecord): void {
    if (order === this.#latest) this.#latest = undefined
    if (this.#endedBytes.size > 0) this.#endedBytes.delete(order)
    const orders = this.strategy(order.strategy_id)
    for (let i = 0; i < order.client_order_ids.length; i++) orders.dropRequest(requestCounter(order, i))
    orders.noteDropped(order)
  }
}

/** The counter in one of an order's ids; the first has the order's own. */
function requestCounter(order: OrderRecord, at: number): number {
  if (at === 0) return order.counter
  const id = order.client_order_ids[at] as ClientOrderId
  return must(parseClientOrderId(id), "an order's ids are the engine's own").counter
}
