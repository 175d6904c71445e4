// The open orders of a strategy whose account is in another node: the list it would see beside its account, by what it has
// asked for and what facts have told. Rules: ./SPEC.md.

import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type { OpenOrder } from '../strategy/context.ts'
import { stateAfter, stateOfName, type ToldState } from './told-state.ts'

/** An open order, and what of it decides where it stands among the others. */
export type ToldOrder = OpenOrder & {
  /** Nothing has told of it yet. */
  readonly is_asked: boolean
  /** Kept by the engine until its parent trades. */
  readonly awaits_parent: boolean
}

/** Facts that say nothing of where the order stands now. */
const ASIDE = new Set(['order.duplicate_execution', 'order.stale_report', 'order.unexpected_event'])

export class ToldOrders {
  readonly #as_in_one_node: boolean
  /** By counter. Each place keeps its own order: as they were let through, as they were asked for, as they are held. */
  readonly #open = new Map<number, ToldOrder>()

  /** @param as_in_one_node whether state and place are those of one node, and an order is listed once it is asked for. */
  constructor(as_in_one_node: boolean) {
    this.#as_in_one_node = as_in_one_node
  }

  get size(): number {
    return this.#open.size
  }

  /** How many of them the engine keeps until a trigger or a parent releases them. */
  get held_count(): number {
    let held = 0
    for (const { state } of this.#open.values()) if (state === 'held') held++
    return held
  }

  /** As copies that are safe to keep: those let through, then those just asked for, at last those held. */
  list(): OpenOrder[] {
    const orders = [...this.#open.values()]
    if (!this.#as_in_one_node) return orders.map(openOrder)
    return PLACES.flatMap((place) => orders.filter((order) => placeOf(order) === place).map(openOrder))
  }

  /** For a snapshot and a ledger, and back. */
  all(): ToldOrder[] {
    return [...this.#open.values()]
  }

  load(orders: readonly ToldOrder[]): void {
    this.#open.clear()
    for (const order of orders) this.#open.set(order.counter, order)
  }

  /** What another build kept, perhaps one that named no parent and called states by their facts. */
  loadLedger(orders: readonly (OpenOrder & Partial<ToldOrder>)[]): void {
    this.load(
      orders.map(({ is_asked = false, awaits_parent = false, ...order }) => ({
        ...order,
        state: this.#as_in_one_node ? stateOfName(order.state, order.cum_quantity_units) : order.state,
        is_asked,
        awaits_parent,
      })),
    )
  }

  /** In one node the gate has let it through, or denied it, before the strategy is asked again. */
  onAsked({ counter, instrument_id, side, price_units, order_quantity_units, terms }: SubmitIntent): void {
    if (!this.#as_in_one_node) return
    this.#open.set(counter, {
      ...{ counter, instrument_id, side, state: 'approved', price_units, order_quantity_units },
      cum_quantity_units: 0,
      is_asked: true,
      awaits_parent: terms.parent_counter !== 0,
    })
  }

  onFact(fact: OrderFact): void {
    const { counter } = fact
    const before = this.#open.get(counter)
    if (!this.#as_in_one_node) {
      if (!ASIDE.has(fact.type)) this.#open.set(counter, formerly(fact, before))
      return
    }
    // Of an order that is not here a word aside does not say where it stands.
    if (before === undefined && ASIDE.has(fact.type)) return
    const { instrument_id, side, price_units, order_quantity_units, cum_quantity_units } = fact
    const state = stateAfter((before?.state ?? 'approved') as ToldState, fact)
    const order: ToldOrder = {
      ...{ counter, instrument_id, side, state, price_units, order_quantity_units, cum_quantity_units },
      // A request that was refused meanwhile does not say that the order has left.
      is_asked: before?.is_asked === true && state === 'approved' && fact.type !== 'order.triggered',
      awaits_parent: before !== undefined && stillAwaitsParent(before, fact),
    }
    if (before !== undefined && stepsBack(before, order, fact)) this.#open.delete(counter)
    this.#open.set(counter, order)
  }

  /** It has ended, or never came to be. */
  onGone(counter: number): void {
    this.#open.delete(counter)
  }
}

/** A child is told as held twice, for its parent and then for its trigger; one that grows with its parent was let go. */
function stillAwaitsParent(before: ToldOrder, { type, incarnation, reason_code }: OrderFact): boolean {
  const isLetGo =
    incarnation !== 0 || reason_code === 'oto' || (type === 'order.held' && before.state === 'held')
  return before.awaits_parent && !isLetGo
}

const PLACES = ['let_through', 'asked', 'held'] as const

function placeOf({ state, is_asked }: ToldOrder): (typeof PLACES)[number] {
  if (state === 'held') return 'held'
  return is_asked ? 'asked' : 'let_through'
}

/**
 * Whether the order goes behind all others in its place: it has come there from another one, or is held for its trigger and
 * loses its turn by other terms (of a change that costs none the fact says `in_place`), or as it grows with its parent.
 */
function stepsBack(before: ToldOrder, order: ToldOrder, { type, reason_code }: OrderFact): boolean {
  if (placeOf(order) !== placeOf(before)) return true
  if (order.state !== 'held') return false
  if (type !== 'order.replaced') return type === 'order.held'
  return reason_code === 'oto' || (reason_code === '' && !before.awaits_parent)
}

/** As it was before behaviour 3: the state is the name of the last fact, but for a bust or a correction. */
function formerly(fact: OrderFact, before: ToldOrder | undefined): ToldOrder {
  const { counter, instrument_id, side, type } = fact
  const { price_units, order_quantity_units, cum_quantity_units } = fact
  const isBooking = type === 'order.trade_busted' || type === 'order.trade_corrected'
  const state = isBooking && before !== undefined ? before.state : type.slice('order.'.length)
  return {
    ...{ counter, instrument_id, side, state, price_units, order_quantity_units, cum_quantity_units },
    is_asked: false,
    awaits_parent: false,
  }
}

function openOrder({ is_asked: _, awaits_parent: __, ...order }: ToldOrder): OpenOrder {
  return order
}
