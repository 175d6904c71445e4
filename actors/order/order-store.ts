// All orders of one account. An order is found by any id the venue ever saw for it, and by its key; the open ones are
// walked in the order they came. Of the ended ones the last `order_retention` stay, because reports come late; so the
// store has a bounded size and the millionth order costs what the first did. Ended ones are kept in a form of their own.

import { ArrivalSet } from '../../engine/arrival-set.ts'
import { BytePages } from '../../engine/byte-pages.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { NameMap } from '../../engine/name-map.ts'
import { NumberRows } from '../../engine/number-rows.ts'
import { assert, must } from '../../schemas/assert.ts'
import { type ClientOrderId, parseClientOrderId, type StrategyId } from '../../schemas/ids.ts'
import type { LedgerOrder, LedgerOrders } from '../../schemas/ledger-section.ts'
import type { NewOrderSingle, VenueReport } from '../../schemas/messages/order.ts'
import type { TimeUs } from '../../schemas/units.ts'
import { counterOf, ENDED_ROW_WIDTH, EndedOrder } from './ended-order.ts'
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
  readonly #byStrategy = new NameMap<StrategyId, StrategyOrders>()
  readonly #open = new ArrivalSet<OrderRecord>()
  /** The order found last. */
  #latest: OrderRecord | undefined
  /** A ring: once it is full, `#oldest` is the next to be dropped. */
  #ended: EndedOrder[] = []
  #oldest = 0
  readonly #rows = new NumberRows(ENDED_ROW_WIDTH)
  readonly #pages = new BytePages()
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
    orderTable.dispatch(order, event, out)
    if (event.type === 'request.cancel' || event.type === 'request.replace') {
      this.strategy(order.strategy_id).noteCounter(event.body.counter)
    }
    for (let i = idCount; i < order.client_order_ids.length; i++) this.#index(order, i)
    if (order.accepted && !accepted) this.#counts.accepted += 1
    if (order.ended && !ended) this.#end(order)
    else if (ended && !order.ended) this.#reopen(order)
    else if (ended) this.#rewrite(order)
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

  /** The order with this key while it is open. */
  findOpen(strategy_id: StrategyId, counter: number): OrderRecord | undefined {
    const order = this.#byStrategy.get(strategy_id)?.find(counter)
    return order?.ended === true ? undefined : order
  }

  /** One strategy's orders by counter, and its high-water marks. */
  strategy(id: StrategyId): StrategyOrders {
    const known = this.#byStrategy.get(id)
    if (known !== undefined) return known
    const orders = new StrategyOrders()
    this.#byStrategy.set(id, orders)
    return orders
  }

  /** The orders that are open now, oldest first. One that ends while they are walked is left out. */
  *open(): Generator<OrderRecord> {
    for (const order of this.#open.members()) if (!order.ended) yield order
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
    for (const order of this.#open.members()) saveOrder(writer, order)
    writer.count(this.#ended.length)
    for (const order of this.#endedInTurn()) saveOrder(writer, order.read())
  }

  /** What a later build takes up. */
  saveLedger(): Omit<LedgerOrders, 'stray_count'> {
    return {
      counts: { ...this.#counts },
      strategies: [...this.#byStrategy].map(([strategy_id, orders]) => ({ strategy_id, ...orders.marks })),
      open: this.#open.members().map(ledgerOrder),
      ended: this.#endedInTurn().map((order) => ledgerOrder(order.read())),
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
    }
  }

  /** Oldest first. */
  #endedInTurn(): EndedOrder[] {
    return [...this.#ended.slice(this.#oldest), ...this.#ended.slice(0, this.#oldest)]
  }

  #add(order: OrderRecord): void {
    for (let i = 0; i < order.client_order_ids.length; i++) this.#index(order, i)
  }

  #index(order: OrderRecord, at: number): void {
    // The first id has the order's own counter.
    const counter = at === 0 ? order.counter : counterOf(order.client_order_ids[at] as ClientOrderId)
    this.strategy(order.strategy_id).addRequest(counter, order)
  }

  #end(order: OrderRecord): void {
    this.#counts[order.state as EndedState] += 1
    this.#open.delete(order)
    this.#retain(order)
  }

  /** An order proven never sent turned up alive. Rare, so the ring is made anew. */
  #reopen(order: OrderRecord): void {
    this.#counts.not_sent -= 1
    const orders = this.strategy(order.strategy_id)
    const ended = must(orders.ended(order.counter), 'an order that ended is retained')
    this.#ended = this.#endedInTurn().filter((other) => other !== ended)
    this.#oldest = 0
    orders.putRequests(order, ended.request_counters)
    this.#latest = order
    this.#open.add(order)
  }

  #retain(order: OrderRecord): void {
    const ended = this.#endedOf(order)
    this.strategy(order.strategy_id).putRequests(ended, ended.request_counters)
  }

  /** In the object of the oldest, once it is dropped: objects that live long and then die are what collecting garbage costs. */
  #endedOf(order: OrderRecord): EndedOrder {
    if (this.#ended.length < this.#retention) {
      const ended = new EndedOrder(order, this.#rows, this.#pages)
      this.#ended.push(ended)
      return ended
    }
    const oldest = this.#ended[this.#oldest] as EndedOrder
    this.#oldest = (this.#oldest + 1) % this.#retention
    this.#drop(oldest)
    oldest.write(order, this.#pages)
    return oldest
  }

  /** What came late to an order that had ended. */
  #rewrite(order: OrderRecord): void {
    const orders = this.strategy(order.strategy_id)
    const ended = must(orders.ended(order.counter), 'an order that ended is retained')
    ended.write(order, this.#pages)
    orders.putRequests(ended, ended.request_counters)
    this.#latest = order
  }

  #drop(order: EndedOrder): void {
    const { strategy_id, counter } = order
    if (this.#latest?.counter === counter && this.#latest.strategy_id === strategy_id)
      this.#latest = undefined
    this.strategy(strategy_id).drop(order)
  }
}
