// Positions and open orders of a strategy whose account is in another node, by what it has asked for and the facts that
// node has told. It runs behind by the way a message takes; the account's own books decide. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { Node } from '../../engine/node.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { assert } from '../../schemas/assert.ts'
import type { LedgerRemoteBook } from '../../schemas/ledger-section.ts'
import type { Intent, SubmitIntent } from '../../schemas/messages/intent.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import type { OpenOrder } from '../strategy/context.ts'
import { type ToldOrder, ToldOrders } from './told-orders.ts'

/** Denied orders that are remembered: a fact told before the denial, on another stream, may come behind it. */
const DENIED_MAX = 256

export type RemoteBookOptions = {
  readonly account_id: string
  readonly strategy_id: string
  /** Sees what is heard of the strategy's orders; it changes nothing. */
  readonly observer: OutputObserver
  /** Whether a denial ends an order that facts have told of: one held for its trigger, say. */
  readonly denied_closes: boolean
  /** Whether open orders are listed as in one node (schemas/behaviour.ts). */
  readonly told_as_in_one_node: boolean
}

export class RemoteBook implements Actor {
  readonly name: string
  readonly #orders: ToldOrders
  /** Signed size units, by instrument id. */
  readonly #quantities = new Map<string, number>()
  /** Counters of the latest orders that were denied, oldest first. */
  readonly #denied = new Set<number>()

  constructor(node: Node, options: RemoteBookOptions) {
    const { account_id, strategy_id, observer, denied_closes, told_as_in_one_node } = options
    this.name = `placement/book/${strategy_id}`
    this.#orders = new ToldOrders(told_as_in_one_node)
    node.addActor(this)
    node.bus.subscribe<Intent>(SUBJECT.intent(account_id, strategy_id), (intent) => {
      if (intent.type === 'submit_intent') this.noteAsked(intent)
    })
    node.bus.subscribe<OrderFact>(SUBJECT.strategyOrder(account_id, strategy_id), (fact) => {
      this.#onFact(fact)
      observer.onFact?.(fact, fact.ts_event_us)
    })
    node.bus.subscribe<OrderDenied>(SUBJECT.denied(account_id, strategy_id), (denial) => {
      if (denied_closes) this.#onDenied(denial)
      observer.onDenied?.(denial)
    })
  }

  get state(): string {
    return `${this.#orders.size} open orders`
  }

  quantity(instrument_id: string): number {
    return this.#quantities.get(instrument_id) ?? 0
  }

  /** Signed size units of what is not flat, by instrument id. */
  positions(): [instrument_id: string, quantity_units: number][] {
    return [...this.#quantities].filter(([, quantity]) => quantity !== 0)
  }

  openOrders(): OpenOrder[] {
    return this.#orders.list()
  }

  /** Orders at work or on their way, and those that the engine keeps until a trigger or a parent releases them. */
  get counts(): { readonly open: number; readonly held: number } {
    const { size, held_count: held } = this.#orders
    return { open: size - held, held }
  }

  /** The strategy has asked for an order. */
  noteAsked(intent: SubmitIntent): void {
    this.#orders.onAsked(intent)
  }

  onTimer(): void {
    assert(false, 'a book sets no timers')
  }

  save(writer: CanonicalWriter): void {
    writer.value(this.#orders.all())
    writer.value(this.#quantities)
    writer.value(this.#denied)
  }

  load(reader: CanonicalReader): void {
    this.#orders.load(reader.value() as ToldOrder[])
    this.#quantities.clear()
    for (const [id, quantity] of reader.value() as Map<string, number>) this.#quantities.set(id, quantity)
    this.#denied.clear()
    for (const counter of reader.value() as Set<number>) this.#denied.add(counter)
  }

  /** What a later build takes up. */
  saveLedger(): LedgerRemoteBook {
    return { open: this.#orders.all(), quantities: Object.fromEntries(this.#quantities) }
  }

  loadLedger({ open, quantities }: LedgerRemoteBook): void {
    this.#orders.loadLedger(open as OpenOrder[])
    for (const [id, quantity] of Object.entries(quantities)) this.#quantities.set(id, quantity)
  }

  /** An order denied is none; one that its account does not know is gone, whatever it was last told to be. */
  #onDenied({ request, counter, reason_code }: OrderDenied): void {
    if (request === 'new') {
      this.#denied.add(counter)
      const [oldest] = this.#denied
      if (this.#denied.size > DENIED_MAX && oldest !== undefined) this.#denied.delete(oldest)
    } else if (reason_code !== 'order_unknown') return
    this.#orders.onGone(counter)
  }

  #onFact(fact: OrderFact): void {
    const { instrument_id, side, counter } = fact
    const booked = fact.last_quantity_units - fact.reversed_quantity_units
    if (booked !== 0) {
      this.#quantities.set(instrument_id, this.quantity(instrument_id) + (side === 'buy' ? booked : -booked))
    }
    if (fact.ended || this.#denied.has(counter)) this.#orders.onGone(counter)
    else this.#orders.onFact(fact)
  }
}
