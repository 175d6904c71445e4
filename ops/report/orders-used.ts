// What kinds of orders a run had at each of its venues, as they were asked for.

import {
  hasTrigger,
  isTrailing,
  mayHaveLimit,
  type TimeInForce,
  type VenueCommand,
} from '../../schemas/messages/order.ts'
import type { OrderTrait } from '../../sim/exchange/assumptions.ts'
import type { AskedOrder } from '../run-files/order-log.ts'

/** An order as it was told last: no venue has heard of one whose incarnation is 0, or of one without, which was denied. */
type Placed = { readonly venue_id: string; readonly instrument_id: string; readonly incarnation?: number }

/** What one venue had. */
type VenueUse = {
  readonly venue_id: string
  readonly traits: Set<OrderTrait>
  command_count: number
  /** Orders that were sent to it and joined a group, wherever that is kept, less those that joined one it keeps. */
  kept_join_count: number
}

export class OrdersUsed {
  readonly #venues = new Map<string, VenueUse>()
  /** By instrument, orders whose trigger or trail watches the last price. */
  readonly watching_last_counts = new Map<string, number>()
  /** The venue before, and the order: most are as the one before them. */
  #venue: VenueUse | undefined
  #order: AskedOrder | undefined

  traits(venue_id: string): ReadonlySet<OrderTrait> {
    return this.#of(venue_id).traits
  }

  /** Orders and requests that were sent to a venue, each under an id of its own. */
  commandCount(venue_id: string): number {
    return this.#of(venue_id).command_count
  }

  /** Orders that were sent to a venue and had joined a group which the engine keeps, once all have ended. */
  keptJoinCount(venue_id: string): number {
    return this.#of(venue_id).kept_join_count
  }

  onOrder({ venue_id, instrument_id, incarnation = 0 }: Placed, asked: AskedOrder): void {
    if (asked.terms.trigger_method === 'last') count(this.watching_last_counts, instrument_id)
    if (asked.terms.group_type !== '' && incarnation > 0) this.#of(venue_id).kept_join_count++
    const before = this.#order
    if (
      before?.order_type === asked.order_type &&
      before.time_in_force === asked.time_in_force &&
      before.terms === asked.terms &&
      this.#venue?.venue_id === venue_id
    )
      return
    const { traits } = this.#of(venue_id)
    this.#order = asked
    for (const trait of traitsOf(asked)) traits.add(trait)
  }

  onCommand(command: VenueCommand): void {
    const use = this.#of(command.venue_id)
    use.command_count++
    if (command.type === 'new_order_single') {
      if (command.terms.group_type !== '') use.kept_join_count--
      return
    }
    use.traits.add('cancels_or_replaces')
    if (command.type === 'order_cancel_replace_request') use.traits.add('replaces')
  }

  #of(venue_id: string): VenueUse {
    if (this.#venue?.venue_id === venue_id) return this.#venue
    let use = this.#venues.get(venue_id)
    if (use === undefined) {
      use = { venue_id, traits: new Set(), command_count: 0, kept_join_count: 0 }
      this.#venues.set(venue_id, use)
    }
    // The order before was perhaps none of this venue's.
    this.#order = undefined
    this.#venue = use
    return use
  }
}

function count(counts: Map<string, number>, id: string): void {
  counts.set(id, (counts.get(id) ?? 0) + 1)
}

function traitsOf({ order_type, time_in_force, terms }: AskedOrder): OrderTrait[] {
  const { post_only, reduce_only } = terms
  const traits: readonly (readonly [OrderTrait, boolean])[] = [
    ['market_orders', !mayHaveLimit(order_type) || order_type === 'market_to_limit'],
    ['market_to_limit_orders', order_type === 'market_to_limit'],
    ['limit_orders', mayHaveLimit(order_type)],
    ['resting_orders', mayHaveLimit(order_type) && mayWait(time_in_force)],
    ['triggers', hasTrigger(order_type) || isTrailing(order_type)],
    ['stops', order_type === 'stop' || order_type === 'trailing_stop'],
    ['trails', isTrailing(order_type)],
    ['auction_orders', time_in_force === 'opg' || time_in_force === 'cls'],
    ['immediate_orders', time_in_force === 'ioc' || time_in_force === 'fok'],
    ['gtd_orders', time_in_force === 'gtd'],
    ['reduce_only_orders', reduce_only],
    ['post_only_or_reduce_only_orders', post_only || reduce_only],
    ['display_quantities', terms.display_quantity_units !== 0],
    ['links', terms.parent_counter !== 0 || terms.group_counter !== 0],
    ['groups', terms.group_counter !== 0],
  ]
  return traits.filter(([, holds]) => holds).map(([trait]) => trait)
}

function mayWait(time_in_force: TimeInForce): boolean {
  return time_in_force === 'day' || time_in_force === 'gtc' || time_in_force === 'gtd'
}
