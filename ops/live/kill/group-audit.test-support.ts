// Whether groups and parents kept their word over a session, by the engine's commands in their order and the exchange's
// own trades: with a trade of one order of a group the others end or are cancelled, and none of them leaves any more; two
// that both wait for triggers far apart trade one quantity together; a child trades no more than its parent.

import { must } from '../../../schemas/assert.ts'
import type { SubmitIntent } from '../../../schemas/messages/intent.ts'
import type { VenueCommand } from '../../../schemas/messages/order.ts'
import type { OrderFact, OrderFactType } from '../../../schemas/messages/order-fact.ts'

type Key = `${string}/${number}`
type Group = {
  readonly members: Set<Key>
  readonly quantity_units: number
  /** What was heard to trade. */
  readonly traded: Set<Key>
  /** Both legs wait in the engine, too far apart for the market to meet both while one's report is under way. */
  isFarApart: boolean
}

/** How many of each kind the exchange traded something of. */
export type GroupCounts = {
  readonly groups_traded: number
  readonly stop_pairs_traded: number
  readonly children_traded: number
}

export class GroupAudit {
  readonly #groups = new Map<Key, Group>()
  readonly #groupOf = new Map<Key, Group>()
  readonly #parentOf = new Map<Key, Key>()
  readonly #keyOf = new Map<string, Key>()
  /** Stops that are no children. */
  readonly #stops = new Set<Key>()
  readonly #lastFact = new Map<Key, OrderFactType>()
  readonly #canceled = new Set<Key>()
  /** A replace is under way, or nobody knows: a cancel waits for its answer. */
  readonly #replacing = new Set<Key>()
  /** By order, what was heard to trade of it. */
  readonly #cum = new Map<Key, number>()
  /** Children that had traded all they were for before their venue heard of more, which the others of their group then cover. */
  readonly #outrun = new Set<Key>()
  /** Groups that traded in the step under way, by those that did. */
  readonly #trading = new Map<Key, Group>()
  readonly #wrong = new Set<string>()
  #nowUs = 0

  onAsked(
    { strategy_id, counter, terms, order_type, order_quantity_units }: SubmitIntent,
    ts_us: number,
  ): void {
    this.#reach(ts_us)
    const key: Key = `${strategy_id}/${counter}`
    const { parent_counter, group_counter, group_type } = terms
    if (parent_counter !== 0) this.#parentOf.set(key, `${strategy_id}/${parent_counter}`)
    if (order_type === 'stop' && parent_counter === 0) this.#stops.add(key)
    if (group_type !== 'oco') return
    const leader: Key = `${strategy_id}/${group_counter}`
    const group = this.#groups.get(leader) ?? {
      members: new Set([leader]),
      quantity_units: order_quantity_units,
      traded: new Set(),
      isFarApart: this.#stops.has(leader) && this.#stops.has(key),
    }
    group.members.add(key)
    this.#groups.set(leader, group)
    for (const member of group.members) this.#groupOf.set(member, group)
  }

  onCommand(command: VenueCommand, ts_us: number): void {
    const { type, strategy_id, counter, client_order_id } = command
    this.#reach(ts_us)
    const key: Key = `${strategy_id}/${counter}`
    this.#keyOf.set(client_order_id, key)
    if (type === 'order_cancel_request') this.#canceled.add(key)
    if (type === 'new_order_single') this.#onLeft(key, command.order_quantity_units)
  }

  /** Nobody leaves behind a trade of its group, but to cover what an order that was outrun did not come to, and that alone. */
  #onLeft(key: Key, quantity_units: number): void {
    const traded = [...(this.#groupOf.get(key)?.traded ?? [])].filter((other) => other !== key)
    const others = traded.filter((other) => !this.#outrun.has(other))
    if (others.length > 0) this.#wrong.add(`${key} left after ${others.join()} of its group had traded`)
    for (const other of traded.filter((one) => this.#outrun.has(one))) {
      const parent = must(this.#parentOf.get(other), 'a child is outrun')
      const open = this.#cumOf(parent) - this.#cumOf(other)
      if (quantity_units > open)
        this.#wrong.add(`${key} left for ${quantity_units}, where ${other} had left ${open} of ${parent}`)
    }
  }

  onFact(fact: OrderFact, ts_us: number): void {
    const { strategy_id, counter, type, ended, last_quantity_units } = fact
    this.#reach(ts_us)
    const key: Key = `${strategy_id}/${counter}`
    this.#cum.set(key, this.#cumOf(key) + last_quantity_units)
    if (this.#isOutrun(key, fact)) this.#outrun.add(key)
    else if (this.#outrun.delete(key)) this.#noteGrown(key)
    if (type === 'order.pending_replace') this.#replacing.add(key)
    else if (ended || type === 'order.replaced' || type === 'order.replace_rejected')
      this.#replacing.delete(key)
    if (ended) this.#lastFact.delete(key)
    else this.#lastFact.set(key, type)
    const group = this.#groupOf.get(key)
    if (group === undefined || last_quantity_units === 0) return
    group.traded.add(key)
    this.#trading.set(key, group)
  }

  /**
   * What is wrong, as a text.
   * @param trades what the exchange traded of each client order id.
   */
  broken(trades: ReadonlyMap<string, number>): string | undefined {
    const traded = this.#byOrder(trades)
    for (const [name, { members, quantity_units, isFarApart }] of this.#groups) {
      const sum = [...members].reduce((total, key) => total + (traded.get(key) ?? 0), 0)
      if (isFarApart && sum > quantity_units) this.#wrong.add(`group ${name} traded ${sum}`)
    }
    for (const [child, parent] of this.#parentOf) {
      const [own, released] = [traded.get(child) ?? 0, traded.get(parent) ?? 0]
      if (own > released) this.#wrong.add(`${child} traded ${own}, its parent ${released}`)
    }
    return this.#wrong.size === 0 ? undefined : [...this.#wrong].join('; ')
  }

  counts(trades: ReadonlyMap<string, number>): GroupCounts {
    const traded = this.#byOrder(trades)
    const groups = [...this.#groups.values()].filter(({ members }) =>
      [...members].some((key) => traded.has(key)),
    )
    return {
      groups_traded: groups.length,
      stop_pairs_traded: groups.filter(({ isFarApart }) => isFarApart).length,
      children_traded: [...this.#parentOf.keys()].filter((key) => traded.has(key)).length,
    }
  }

  /** What a step owes the others of a group is done when time goes on. */
  #reach(ts_us: number): void {
    if (ts_us === this.#nowUs) return
    this.#nowUs = ts_us
    for (const [key, { members }] of this.#trading) {
      for (const other of members) {
        const isFree = CANCELABLE.has(this.#lastFact.get(other)) && !this.#replacing.has(other)
        if (other === key || !isFree || this.#canceled.has(other) || this.#outrun.has(key)) continue
        this.#wrong.add(`${other} stays although ${key} of its group has traded`)
      }
    }
    this.#trading.clear()
  }

  /** The child has traded all that its venue knows of, and its parent more than that. */
  #isOutrun(key: Key, { cum_quantity_units, order_quantity_units }: OrderFact): boolean {
    const parent = this.#parentOf.get(key)
    if (parent === undefined || cum_quantity_units < order_quantity_units) return false
    return this.#cumOf(parent) > cum_quantity_units
  }

  /** Its venue has heard of more in time: what it had traded counts like any trade. */
  #noteGrown(key: Key): void {
    const group = this.#groupOf.get(key)
    if (group !== undefined) this.#trading.set(key, group)
  }

  #cumOf(key: Key): number {
    return this.#cum.get(key) ?? 0
  }

  #byOrder(trades: ReadonlyMap<string, number>): Map<Key, number> {
    const traded = new Map<Key, number>()
    for (const [id, quantity_units] of trades) {
      const key = this.#keyOf.get(id)
      if (key !== undefined) traded.set(key, (traded.get(key) ?? 0) + quantity_units)
    }
    return traded
  }
}

/** While nothing is known of an order its cancel waits. */
const CANCELABLE: ReadonlySet<OrderFactType | undefined> = new Set([
  'order.held',
  'order.accepted',
  'order.partially_filled',
] as const)
