// Positions and open orders of a strategy whose account is in another node, by the facts that node has told. It runs
// behind by the way a message takes; the account's own books decide. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { Node } from '../../engine/node.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { assert } from '../../schemas/assert.ts'
import type { LedgerRemoteBook } from '../../schemas/ledger-section.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import type { OpenOrder } from '../strategy/context.ts'

/** Denied orders that are remembered: a fact told before the denial, on another stream, may come behind it. */
const DENIED_MAX = 256
/** Facts that say nothing of where the order stands now. */
const ASIDE = new Set(['order.duplicate_execution', 'order.stale_report', 'order.unexpected_event'])

export class RemoteBook implements Actor {
  readonly name: string
  readonly #open = new Map<number, OpenOrder>()
  /** Signed size units, by instrument id. */
  readonly #quantities = new Map<string, number>()
  /** Counters of the latest orders that were denied, oldest first. */
  readonly #denied = new Set<number>()
  readonly #denied_closes: boolean

  /**
   * @param observer sees what is heard of the strategy's orders; it changes nothing.
   * @param denied_closes whether a denial ends an order that facts have told of: one held for its trigger, say.
   */
  constructor(
    node: Node,
    account_id: string,
    strategy_id: string,
    observer: OutputObserver,
    denied_closes: boolean,
  ) {
    this.#denied_closes = denied_closes
    this.name = `placement/book/${strategy_id}`
    node.addActor(this)
    node.bus.subscribe<OrderFact>(SUBJECT.strategyOrder(account_id, strategy_id), (fact) => {
      this.#onFact(fact)
      observer.onFact?.(fact, fact.ts_event_us)
    })
    node.bus.subscribe<OrderDenied>(SUBJECT.denied(account_id, strategy_id), (denial) => {
      if (this.#denied_closes) this.#onDenied(denial)
      observer.onDenied?.(denial)
    })
  }

  get state(): string {
    return `${this.#open.size} open orders`
  }

  quantity(instrument_id: string): number {
    return this.#quantities.get(instrument_id) ?? 0
  }

  /** Signed size units of what is not flat, by instrument id. */
  positions(): [instrument_id: string, quantity_units: number][] {
    return [...this.#quantities].filter(([, quantity]) => quantity !== 0)
  }

  openOrders(): OpenOrder[] {
    return [...this.#open.values()]
  }

  onTimer(): void {
    assert(false, 'a book sets no timers')
  }

  save(writer: CanonicalWriter): void {
    writer.value(this.#open)
    writer.value(this.#quantities)
    writer.value(this.#denied)
  }

  load(reader: CanonicalReader): void {
    this.#open.clear()
    for (const [counter, order] of reader.value() as Map<number, OpenOrder>) this.#open.set(counter, order)
    this.#quantities.clear()
    for (const [id, quantity] of reader.value() as Map<string, number>) this.#quantities.set(id, quantity)
    this.#denied.clear()
    for (const counter of reader.value() as Set<number>) this.#denied.add(counter)
  }

  /** What a later build takes up. */
  saveLedger(): LedgerRemoteBook {
    return { open: this.openOrders(), quantities: Object.fromEntries(this.#quantities) }
  }

  loadLedger({ open, quantities }: LedgerRemoteBook): void {
    for (const order of open as OpenOrder[]) this.#open.set(order.counter, order)
    for (const [id, quantity] of Object.entries(quantities)) this.#quantities.set(id, quantity)
  }

  /** An order denied is none; one that its account does not know is gone, whatever it was last told to be. */
  #onDenied({ request, counter, reason_code }: OrderDenied): void {
    if (request === 'new') {
      this.#denied.add(counter)
      const [oldest] = this.#denied
      if (this.#denied.size > DENIED_MAX && oldest !== undefined) this.#denied.delete(oldest)
    } else if (reason_code !== 'order_unknown') return
    this.#open.delete(counter)
  }

  #onFact(fact: OrderFact): void {
    const { instrument_id, side, counter, type } = fact
    const booked = fact.last_quantity_units - fact.reversed_quantity_units
    if (booked !== 0) {
      this.#quantities.set(instrument_id, this.quantity(instrument_id) + (side === 'buy' ? booked : -booked))
    }
    if (fact.ended || this.#denied.has(counter)) this.#open.delete(counter)
    else if (!ASIDE.has(type)) this.#open.set(counter, openOrderOf(fact, this.#open.get(counter)))
  }
}

function openOrderOf(fact: OrderFact, before: OpenOrder | undefined): OpenOrder {
  const { counter, instrument_id, side, type } = fact
  const { price_units, order_quantity_units, cum_quantity_units } = fact
  // A bust or a correction changes what was traded, not how the order stands.
  const isBooking = type === 'order.trade_busted' || type === 'order.trade_corrected'
  const state = isBooking && before !== undefined ? before.state : type.slice('order.'.length)
  return { counter, instrument_id, side, state, price_units, order_quantity_units, cum_quantity_units }
}
