// What is open in a session at a moment, by the facts it has told since it was started.

import type { OutputObserver } from '../../../engine/outputs.ts'
import type { SubmitIntent } from '../../../schemas/messages/intent.ts'
import type { OrderFact, OrderFactType } from '../../../schemas/messages/order-fact.ts'

export const OPEN_STATES = ['open', 'partial', 'canceling', 'held', 'half_filled', 'released'] as const
/**
 * A kill meets it with an order open, filled in part, being cancelled; with one held by the engine, with a group of which
 * one has traded and something is still open, and with a child at the venue that its parent has released.
 */
export type OpenState = (typeof OPEN_STATES)[number]
export type OpenCounts = { readonly [state in OpenState]: number }

type Key = `${string}/${number}`
type Order = {
  state: OrderFactType
  incarnation: number
  cum_quantity_units: number
}

export class OpenOrders {
  readonly observer: OutputObserver = {
    onAsked: (intent) => this.#onAsked(intent),
    onFact: (fact) => this.#onFact(fact),
  }
  readonly #open = new Map<Key, Order>()
  readonly #children = new Set<Key>()
  /** By member: the group, which is the member it is named after. */
  readonly #groupOf = new Map<Key, Key>()
  readonly #traded = new Set<Key>()

  get counts(): OpenCounts {
    const open = [...this.#open]
    const count = (is: (order: Order, key: Key) => boolean) =>
      open.filter(([key, order]) => is(order, key)).length
    return {
      open: count(({ incarnation }) => incarnation > 0),
      partial: count(({ cum_quantity_units }) => cum_quantity_units > 0),
      canceling: count(({ state }) => state === 'order.pending_cancel'),
      held: count(({ incarnation }) => incarnation === 0),
      half_filled: count((_, key) => this.#traded.has(this.#groupOf.get(key) ?? NO_GROUP)),
      released: count(({ incarnation }, key) => incarnation > 0 && this.#children.has(key)),
    }
  }

  #onAsked({ strategy_id, counter, terms }: SubmitIntent): void {
    const { parent_counter, group_counter } = terms
    if (parent_counter !== 0) this.#children.add(`${strategy_id}/${counter}`)
    if (group_counter === 0) return
    for (const member of [group_counter, counter])
      this.#groupOf.set(`${strategy_id}/${member}`, `${strategy_id}/${group_counter}`)
  }

  #onFact({ strategy_id, counter, type, ended, incarnation, cum_quantity_units }: OrderFact): void {
    const key: Key = `${strategy_id}/${counter}`
    const group = this.#groupOf.get(key)
    if (group !== undefined && cum_quantity_units > 0) this.#traded.add(group)
    if (ended) this.#open.delete(key)
    else this.#open.set(key, { state: type, incarnation, cum_quantity_units })
  }
}

const NO_GROUP: Key = '/0'
