// Orders of which one cancels the others, kept by the exchange itself: a trade of one ends the others before anything
// else is matched. Open orders are found by account, strategy and counter, as an order names the one it is linked to.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { must } from '../../schemas/assert.ts'
import type { NewOrderSingle } from '../../schemas/messages/order.ts'
import type { VenueOrder } from './venue-order.ts'

type OrderKey = Pick<NewOrderSingle, 'account_id' | 'strategy_id' | 'counter'>

export class OcoGroups {
  readonly #open = new Map<string, VenueOrder>()
  readonly #keys = new Map<VenueOrder, string>()
  readonly #groups = new Map<VenueOrder, Set<VenueOrder>>()

  /** Whether the order a new one is linked to is open and has not traded: what has would cancel the new one at once. */
  hasLeader({ account_id, strategy_id, terms }: NewOrderSingle): boolean {
    const leader = this.#open.get(keyOf({ account_id, strategy_id, counter: terms.group_counter }))
    return leader !== undefined && leader.cum_quantity_units === 0
  }

  /** An order is admitted; where it names another, the two are of one group from now on. */
  open(command: NewOrderSingle, order: VenueOrder): void {
    this.#put(keyOf(command), order)
    const { account_id, strategy_id, terms } = command
    if (terms.group_type === '') return
    const leader = must(
      this.#open.get(keyOf({ account_id, strategy_id, counter: terms.group_counter })),
      'a linked order is admitted while the one it names is open',
    )
    const group = this.#groups.get(leader) ?? new Set([leader])
    this.#groups.set(leader, group.add(order))
    this.#groups.set(order, group)
  }

  /** The other orders of its group. */
  others(order: VenueOrder): VenueOrder[] {
    return [...(this.#groups.get(order) ?? [])].filter((other) => other !== order)
  }

  /** The order has ended. */
  leave(order: VenueOrder): void {
    this.#groups.get(order)?.delete(order)
    this.#groups.delete(order)
    const key = this.#keys.get(order)
    if (key === undefined) return
    this.#keys.delete(order)
    this.#open.delete(key)
  }

  save(writer: CanonicalWriter): void {
    writer.value([...this.#open].map(([key, { venue_order_id }]) => ({ key, venue_order_id })))
    const groups = [...new Set(this.#groups.values())]
    writer.value(groups.map((group) => [...group].map(({ venue_order_id }) => venue_order_id)))
  }

  /** @param orders every open order, restored. */
  load(reader: CanonicalReader, orders: readonly VenueOrder[]): void {
    const byId = new Map(orders.map((order) => [order.venue_order_id, order]))
    const find = (id: string) => must(byId.get(id), 'a saved order is open')
    for (const { key, venue_order_id } of reader.value() as { key: string; venue_order_id: string }[])
      this.#put(key, find(venue_order_id))
    for (const ids of reader.value() as string[][]) {
      const group = new Set(ids.map(find))
      for (const order of group) this.#groups.set(order, group)
    }
  }

  #put(key: string, order: VenueOrder): void {
    this.#open.set(key, order)
    this.#keys.set(order, key)
  }
}

function keyOf({ account_id, strategy_id, counter }: OrderKey): string {
  return `${account_id}/${strategy_id}/${counter}`
}
