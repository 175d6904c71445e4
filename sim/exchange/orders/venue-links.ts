// Links between orders that the exchange keeps itself: groups of which one order cancels or updates the others, and
// children that a parent's trades release. Open orders are found by their names, as an order names the one it is linked
// to.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { Contingency } from '../../../engine/venue-port.ts'
import { must } from '../../../schemas/assert.ts'
import type { NewOrderSingle } from '../../../schemas/messages/order.ts'
import type { GroupType } from '../../../schemas/messages/order-terms.ts'
import type { VenueAccount } from '../accounts/venue-account.ts'
import { ChildOrders, type ParentState, type SavedChildren } from './child-orders.ts'
import { type OrderName, OwnerTable } from './owner-table.ts'
import { leavesUnits, loadOrder, orderedUnits, saveOrder, type VenueOrder } from './venue-order.ts'

type LinkedType = Exclude<GroupType, ''>
type Group = {
  type: LinkedType
  readonly orders: Set<VenueOrder>
  /** What each has traded, as far as the others were told: what is taken back and trades again is told once. */
  readonly told: Map<VenueOrder, number>
  /** What those that have ended had traded. */
  ended_units: number
}

type SavedLinks = {
  readonly groups: readonly {
    readonly type: LinkedType
    readonly orders: readonly string[]
    /** By order. */
    readonly told: readonly number[]
    readonly ended_units: number
  }[]
  /** Open orders whose names later ones took: owners are to give each a name of its own. */
  readonly nameless: readonly string[]
  readonly children: SavedChildren
  readonly uncovered: readonly string[]
  /** Of those in no book. */
  readonly dormant_count: number
}

export class VenueLinks {
  readonly children: ChildOrders
  /** Parents of children that ended by themselves: nothing would cover what they traded later. */
  readonly uncovered = new Set<VenueOrder>()
  readonly #termsHold: boolean
  readonly #open = new OwnerTable<VenueOrder>()
  readonly #groups = new Map<VenueOrder, Group>()
  /** In the order in which they were founded, which a venue that was saved and loaded has, too. */
  readonly #founded = new Set<Group>()

  /**
   * @param retention traded orders that have ended and may still be named as a parent.
   * @param terms_hold whether an order joins with what a whole group has left, and as its type (schemas/behaviour.ts).
   */
  constructor(retention: number, terms_hold: boolean) {
    this.#termsHold = terms_hold
    this.children = new ChildOrders(retention)
  }

  /** Whether the orders a new one names are there: the other of its group open, and its group not traded by so much that nothing is left of the new one; its parent open or traded. */
  areThere(command: NewOrderSingle): boolean {
    const { order_quantity_units, terms } = command
    if (terms.parent_counter !== 0) {
      const { cum_quantity_units, ended } = this.stateOf(parentName(command))
      if (ended && cum_quantity_units === 0) return false
    }
    if (terms.group_type === '') return true
    const leader = this.#leaderOf(command)
    if (leader === undefined) return this.#leftBy(command) > 0
    return this.#tradedUnits(leader) < (terms.group_type === 'oco' ? 1 : order_quantity_units)
  }

  /** Whether the order would join a group as one of another type than those in it go by. */
  isOfOtherType(command: NewOrderSingle): boolean {
    const { group_type } = command.terms
    if (!this.#termsHold || group_type === '') return false
    const leader = this.#leaderOf(command)
    const group = leader && this.#groups.get(leader)
    return group !== undefined && group.type !== group_type
  }

  /** An order is admitted; where it names others, it is linked to them from now on. */
  open(command: NewOrderSingle, order: VenueOrder): void {
    this.#open.set(order.name, order)
    const { terms } = command
    if (terms.parent_counter !== 0) {
      const parent = parentName(command)
      const open = this.#open.get(parent)
      // One that has ended waits for nothing: its child comes in at once.
      const isElsewhere =
        this.#termsHold && open !== undefined && open.instrument_index !== order.instrument_index
      this.children.add(order, parent, this.stateOf(parent).ordered_units, isElsewhere)
    }
    if (terms.group_type === '') return
    const leader = this.#leaderOf(command)
    if (leader === undefined) return this.#joinEnded(command, order)
    const traded_units = this.#tradedUnits(leader)
    const group: Group = this.#groups.get(leader) ?? {
      type: terms.group_type,
      orders: new Set([leader]),
      told: new Map(),
      ended_units: 0,
    }
    group.type = terms.group_type
    group.orders.add(order)
    // What the one it names has traded is told to it with what is left for it.
    group.told.set(leader, leader.cum_quantity_units)
    group.told.set(order, order.cum_quantity_units)
    this.#founded.add(group)
    this.#groups.set(leader, group)
    this.#groups.set(order, group)
    // Of a group that lowers its orders, what these have traded is none of the new one's.
    if (traded_units > 0) this.lower(order, traded_units)
  }

  /**
   * What an order that lowers it leaves of a new one, though it had traded whole before that one came and founded their
   * group; 0 where it leaves nothing.
   */
  #leftBy(command: NewOrderSingle): number {
    const { terms, order_quantity_units } = command
    if (!this.#termsHold || terms.group_type !== 'ouo') return 0
    const { cum_quantity_units, ordered_units, was_grouped } = this.stateOf(groupName(command))
    const isWhole = cum_quantity_units > 0 && cum_quantity_units >= ordered_units
    return isWhole && !was_grouped ? order_quantity_units - cum_quantity_units : 0
  }

  /** Founds the group of an order that has traded whole and ended; who comes next joins this one. */
  #joinEnded(command: NewOrderSingle, order: VenueOrder): void {
    const name = groupName(command)
    const ended_units = this.stateOf(name).cum_quantity_units
    const group: Group = { type: 'ouo', orders: new Set([order]), told: new Map([[order, 0]]), ended_units }
    this.#founded.add(group)
    this.#groups.set(order, group)
    this.children.noteGrouped(name)
    this.lower(order, ended_units)
  }

  /** What the orders of its group have traded, those that have ended included. */
  #tradedUnits(order: VenueOrder): number {
    if (!this.#termsHold) return order.cum_quantity_units
    const { ended_units } = this.#groupOf(order) ?? { ended_units: 0 }
    const members = [order, ...this.others(order)]
    return members.reduce((sum, { cum_quantity_units }) => sum + cum_quantity_units, ended_units)
  }

  /** The orders whose group a new one joins. */
  joined(command: NewOrderSingle): readonly VenueOrder[] {
    if (command.terms.group_type === '') return NO_ORDERS
    const leader = this.#leaderOf(command)
    return leader === undefined ? NO_ORDERS : [leader, ...this.others(leader)]
  }

  /** The order that a new one of a group names. */
  #leaderOf(command: NewOrderSingle): VenueOrder | undefined {
    return this.#open.get(groupName(command))
  }

  /** The other orders of its group. */
  others(order: VenueOrder): readonly VenueOrder[] {
    const group = this.#groupOf(order)
    return group === undefined ? NO_ORDERS : [...group.orders].filter((other) => other !== order)
  }

  /** Those that end with the order once it has nothing left at work: where its trades lower them, they go on with what is left. */
  endsWith(order: VenueOrder): readonly VenueOrder[] {
    return this.#termsHold && this.isLowering(order) ? NO_ORDERS : this.others(order)
  }

  /** Whether a trade of the order lowers the others of its group, and does not end them. */
  isLowering(order: VenueOrder): boolean {
    return this.#groupOf(order)?.type === 'ouo'
  }

  /** Of what the order has traded, what the others of its group were not told yet. */
  untoldUnits(order: VenueOrder): number {
    const told = this.#groupOf(order)?.told
    const { cum_quantity_units: cum } = order
    const untold = Math.max(0, cum - (told?.get(order) ?? 0))
    if (untold > 0) told?.set(order, cum)
    return untold
  }

  /** So much less of the order will work. */
  lower(order: VenueOrder, by_units: number): void {
    const child = this.children.isDormant(order) ? this.children.find(order) : undefined
    if (child !== undefined && this.#termsHold) child.taken_units += by_units
    else if (child !== undefined) child.whole_units -= by_units
    if (child !== undefined) return
    order.order_quantity_units = (order.order_quantity_units - by_units) as VenueOrder['order_quantity_units']
    order.withheld_units += by_units
  }

  /** What the order may still trade, as far as it is known; of one that waits, once its parent has traded whole. */
  openUnits(order: VenueOrder): number {
    return this.children.isDormant(order) ? this.children.wholeUnits(order) : leavesUnits(order)
  }

  /** The order is for another quantity now. */
  reorder(order: VenueOrder, ordered_units: number): void {
    const by_units = ordered_units - orderedUnits(order)
    if (this.children.isDormant(order)) {
      const parent = this.#termsHold ? this.children.find(order)?.parent : undefined
      this.children.widen(order, by_units, parent && this.stateOf(parent.name))
      order.withheld_units += by_units
    } else
      order.order_quantity_units = (order.order_quantity_units +
        by_units) as VenueOrder['order_quantity_units']
  }

  /** The order has ended. */
  leave(order: VenueOrder): void {
    const group = this.#groupOf(order)
    if (group !== undefined) this.#leaveGroup(order, group)
    this.children.leave(order)
    if (this.#open.get(order.name) !== order) return
    this.#open.delete(order.name)
    this.children.onParentEnded(order, tradedBy(order, true, group !== undefined))
  }

  #leaveGroup(order: VenueOrder, group: Group): void {
    group.orders.delete(order)
    group.told.delete(order)
    group.ended_units += order.cum_quantity_units
    if (group.orders.size === 0) this.#founded.delete(group)
    this.#groups.delete(order)
  }

  /** Most orders are of none, and most venues have none at all. */
  #groupOf(order: VenueOrder): Group | undefined {
    return this.#groups.size === 0 ? undefined : this.#groups.get(order)
  }

  /** The order has traded. */
  noteTrade(order: VenueOrder): void {
    this.children.onParentTraded(order)
  }

  /** What a parent has traded, open or ended. */
  stateOf(name: OrderName): ParentState {
    const open = this.#open.get(name)
    return open === undefined ? this.children.endedParent(name) : tradedBy(open, false, false)
  }

  /** Whether a trade of the open order releases others. */
  isParent(order: VenueOrder): boolean {
    return this.children.hasOf(order)
  }

  /** The open parent that still releases more of the order. */
  openParentOf(order: VenueOrder): VenueOrder | undefined {
    const child = this.children.find(order)
    return child && this.#open.get(child.parent.name)
  }

  /** Whether open orders are linked in other ways than these: a venue of these alone would trade beyond that. */
  hasBeyond(kinds: readonly Contingency[], open: readonly VenueOrder[]): boolean {
    const hasWithheld = open.some(({ withheld_units }) => withheld_units > 0)
    // Before behaviour 3 a venue let groups go.
    if (!this.#termsHold) return kinds.length === 0 && (this.children.size > 0 || hasWithheld)
    return (
      (this.children.size > 0 && !kinds.includes('oto')) ||
      [...this.#founded].some(({ type, orders }) => orders.size > 1 && !kinds.includes(type)) ||
      (hasWithheld && !kinds.includes('ouo'))
    )
  }

  /** Orders of a venue that kept no links before. */
  takeUp(placed: readonly VenueOrder[]): void {
    for (const order of placed) this.#open.set(order.name, order)
  }

  /** @param placed every open order that is in a book. */
  save(writer: CanonicalWriter, placed: readonly VenueOrder[]): void {
    const groups = [...this.#founded].map(({ type, orders, told, ended_units }) => ({
      ...{ type, ended_units },
      orders: [...orders].map(idOf),
      told: [...orders].map((order) => told.get(order) ?? 0),
    }))
    const unplaced = this.children.unplaced()
    const nameless = [...placed, ...unplaced]
      .filter((order) => this.#open.get(order.name) !== order)
      .map(idOf)
    const uncovered = [...this.uncovered].filter(({ is_open }) => is_open).map(idOf)
    writer.value({
      ...{ groups, nameless, uncovered },
      children: this.children.saved(),
      dormant_count: unplaced.length,
    })
    for (const order of unplaced) saveOrder(writer, order)
    this.children.saveTraded(writer)
  }

  /**
   * @param placed every open order that is in a book, restored.
   * @returns those that are in none.
   */
  load(
    reader: CanonicalReader,
    placed: readonly VenueOrder[],
    accounts: ReadonlyMap<string, VenueAccount>,
  ): VenueOrder[] {
    const saved = reader.value() as SavedLinks
    const unplaced = Array.from({ length: saved.dormant_count }, () => loadOrder(reader, accounts))
    const open = [...placed, ...unplaced]
    const nameless = new Set(saved.nameless)
    for (const order of open) if (!nameless.has(order.venue_order_id)) this.#open.set(order.name, order)
    const byId = new Map(open.map((order) => [order.venue_order_id, order]))
    const find = (id: string) => must(byId.get(id), 'a saved order is open')
    for (const { type, orders, told, ended_units } of saved.groups) {
      const members = orders.map(find)
      const group: Group = {
        type,
        orders: new Set(members),
        told: new Map(members.map((order, at) => [order, must(told[at], 'each is told something')])),
        ended_units,
      }
      this.#founded.add(group)
      for (const order of group.orders) this.#groups.set(order, group)
    }
    this.children.restore(saved.children, find)
    for (const id of saved.uncovered) this.uncovered.add(find(id))
    this.children.loadTraded(reader)
    return unplaced
  }
}

const NO_ORDERS: readonly VenueOrder[] = []

function groupName({ account_id, strategy_id, terms }: NewOrderSingle): OrderName {
  return { account_id, strategy_id, counter: terms.group_counter }
}

function parentName({ account_id, strategy_id, terms }: NewOrderSingle): OrderName {
  return { account_id, strategy_id, counter: terms.parent_counter }
}

function tradedBy(order: VenueOrder, ended: boolean, was_grouped: boolean): ParentState {
  const { cum_quantity_units } = order
  return { cum_quantity_units, ordered_units: orderedUnits(order), ended, was_grouped }
}

function idOf({ venue_order_id }: VenueOrder): string {
  return venue_order_id
}
