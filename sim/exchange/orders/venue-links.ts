// Links between orders that the exchange keeps itself: groups of which one order cancels or updates the others, and
// children that a parent's trades release. Open orders are found by account, strategy and counter, as an order names the
// one it is linked to.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { CapabilityTable, Contingency } from '../../../engine/venue-port.ts'
import { must } from '../../../schemas/assert.ts'
import type { NewOrderSingle } from '../../../schemas/messages/order.ts'
import type { GroupType } from '../../../schemas/messages/order-terms.ts'
import type { VenueAccount } from '../accounts/venue-account.ts'
import { ChildOrders, type ParentState, type SavedChildren } from './child-orders.ts'
import { leavesUnits, loadOrder, orderedUnits, saveOrder, type VenueOrder } from './venue-order.ts'

type LinkedType = Exclude<GroupType, ''>
type Owner = Pick<NewOrderSingle, 'account_id' | 'strategy_id'>
type Group = {
  type: LinkedType
  readonly orders: Set<VenueOrder>
  /** What each has traded, as far as the others were told: what is taken back and trades again is told once. */
  readonly told: Map<VenueOrder, number>
}
type SavedKey = { readonly key: string; readonly venue_order_id: string }

/** What a venue of all links keeps; one of `oco` alone keeps the first two, as plain lists. */
type SavedLinks = {
  readonly keys: readonly SavedKey[]
  readonly groups: readonly {
    readonly type: LinkedType
    readonly orders: readonly string[]
    /** By order; absent in what was saved before they were kept. */
    readonly told?: readonly number[]
  }[]
  readonly withheld: readonly { readonly venue_order_id: string; readonly units: number }[]
  readonly children: SavedChildren
  readonly uncovered: readonly string[]
  /** Of those in no book. */
  readonly dormant_count: number
}

export class VenueLinks {
  readonly children: ChildOrders
  /** Parents of children that ended by themselves: nothing would cover what they traded later. */
  readonly uncovered = new Set<VenueOrder>()
  readonly #isPlain: boolean
  readonly #termsHold: boolean
  readonly #open = new Map<string, VenueOrder>()
  readonly #keys = new Map<VenueOrder, string>()
  readonly #groups = new Map<VenueOrder, Group>()
  /** In the order in which they were founded, which a venue that was saved and loaded has, too. */
  readonly #founded = new Set<Group>()

  /**
   * @param retention traded orders that have ended and may still be named as a parent.
   * @param terms_hold whether an order joins with what a whole group has left, and as its type (schemas/behaviour.ts).
   */
  constructor(kinds: CapabilityTable['contingencies'], retention: number, terms_hold: boolean) {
    this.#termsHold = terms_hold
    this.#isPlain = kinds?.some((kind) => kind !== 'oco') !== true
    this.children = new ChildOrders(retention)
  }

  /** Whether the orders a new one names are there: the other of its group open, and its group not traded by so much that nothing is left of the new one; its parent open or traded. */
  areThere(command: NewOrderSingle): boolean {
    const { order_quantity_units, terms } = command
    if (terms.parent_counter !== 0) {
      const { cum_quantity_units, ended } = this.parentOf(keyOf(command, terms.parent_counter))
      if (ended && cum_quantity_units === 0) return false
    }
    if (terms.group_type === '') return true
    const leader = this.#open.get(keyOf(command, terms.group_counter))
    if (leader === undefined) return this.#leftBy(command) > 0
    return this.#tradedUnits(leader) < (terms.group_type === 'oco' ? 1 : order_quantity_units)
  }

  /** Whether the order would join a group as one of another type than those in it go by. */
  isOfOtherType({ account_id, strategy_id, terms }: NewOrderSingle): boolean {
    if (!this.#termsHold || terms.group_type === '') return false
    const leader = this.#open.get(keyOf({ account_id, strategy_id }, terms.group_counter))
    const group = leader && this.#groups.get(leader)
    return group !== undefined && group.type !== terms.group_type
  }

  /** An order is admitted; where it names others, it is linked to them from now on. */
  open(command: NewOrderSingle, order: VenueOrder): void {
    this.#put(keyOf(command, command.counter), order)
    const { terms } = command
    if (terms.parent_counter !== 0) {
      const parent = keyOf(command, terms.parent_counter)
      const open = this.#open.get(parent)
      // One that has ended waits for nothing: its child comes in at once.
      const isElsewhere =
        this.#termsHold && open !== undefined && open.instrument_index !== order.instrument_index
      this.children.add(order, parent, this.parentOf(parent).ordered_units, isElsewhere)
    }
    if (terms.group_type === '') return
    const leader = this.#open.get(keyOf(command, terms.group_counter))
    if (leader === undefined) return this.lower(order, command.order_quantity_units - this.#leftBy(command))
    const traded_units = this.#tradedUnits(leader)
    const group: Group = this.#groups.get(leader) ?? {
      type: terms.group_type,
      orders: new Set([leader]),
      told: new Map(),
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

  /** What an order that lowers it leaves of a new one, though it had traded whole before that one came and founded their group; 0 where it leaves nothing. */
  #leftBy(command: NewOrderSingle): number {
    const { terms, order_quantity_units } = command
    if (!this.#termsHold || terms.group_type !== 'ouo') return 0
    const { cum_quantity_units, was_grouped } = this.parentOf(keyOf(command, terms.group_counter))
    return cum_quantity_units === 0 || was_grouped === true ? 0 : order_quantity_units - cum_quantity_units
  }

  /** What the orders of its group have traded: of one that has ended the group has ended with it. */
  #tradedUnits(order: VenueOrder): number {
    const others = this.#termsHold ? this.others(order) : []
    return [order, ...others].reduce((sum, { cum_quantity_units }) => sum + cum_quantity_units, 0)
  }

  /** The orders whose group a new one joins. */
  joined({ account_id, strategy_id, terms }: NewOrderSingle): readonly VenueOrder[] {
    if (terms.group_type === '') return []
    const leader = this.#open.get(keyOf({ account_id, strategy_id }, terms.group_counter))
    return leader === undefined ? [] : [leader, ...this.others(leader)]
  }

  /** The other orders of its group. */
  others(order: VenueOrder): VenueOrder[] {
    return [...(this.#groups.get(order)?.orders ?? [])].filter((other) => other !== order)
  }

  /** Those that end with the order once it has nothing left at work: where its trades lower them, they go on with what is left. */
  endsWith(order: VenueOrder): VenueOrder[] {
    return this.#termsHold && this.isLowering(order) ? [] : this.others(order)
  }

  /** Whether a trade of the order lowers the others of its group, and does not end them. */
  isLowering(order: VenueOrder): boolean {
    return this.#groups.get(order)?.type === 'ouo'
  }

  /** Of what the order has traded, what the others of its group were not told yet. */
  untoldUnits(order: VenueOrder): number {
    const told = this.#groups.get(order)?.told
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
      this.children.widen(order, by_units)
      order.withheld_units += by_units
    } else
      order.order_quantity_units = (order.order_quantity_units +
        by_units) as VenueOrder['order_quantity_units']
  }

  /** The order has ended. */
  leave(order: VenueOrder): void {
    const group = this.#groups.get(order)
    group?.orders.delete(order)
    group?.told.delete(order)
    if (group?.orders.size === 0) this.#founded.delete(group)
    this.#groups.delete(order)
    this.children.leave(order)
    const key = this.#keys.get(order)
    if (key === undefined) return
    this.#keys.delete(order)
    this.#open.delete(key)
    if (this.#isPlain) return
    const was_grouped = group !== undefined
    this.children.onParentEnded(key, { ...stateOf(order, true), ...(was_grouped && { was_grouped }) })
  }

  /** The order has traded. */
  noteTrade(order: VenueOrder): void {
    const key = this.#keys.get(order)
    if (key !== undefined) this.children.onParentTraded(key)
  }

  parentOf(key: string): ParentState {
    const open = this.#open.get(key)
    return open === undefined ? this.children.endedParent(key) : stateOf(open, false)
  }

  /** Whether a trade of the open order releases others. */
  isParent(order: VenueOrder): boolean {
    const key = this.#keys.get(order)
    return key !== undefined && this.children.hasOf(key)
  }

  /** The open parent that still releases more of the order. */
  openParentOf(order: VenueOrder): VenueOrder | undefined {
    return this.#open.get(this.children.find(order)?.parent_key ?? '')
  }

  /** Whether orders are there by other links than these: a venue of these alone would trade beyond them. */
  hasBeyond(kinds: readonly Contingency[]): boolean {
    const isBeyond = (order: VenueOrder) => {
      const group = this.#groups.get(order)
      const isGrouped = group !== undefined && group.orders.size > 1
      return (
        (isGrouped && !kinds.includes(group.type)) || (order.withheld_units > 0 && !kinds.includes('ouo'))
      )
    }
    return (this.children.size > 0 && !kinds.includes('oto')) || [...this.#keys.keys()].some(isBeyond)
  }

  save(writer: CanonicalWriter): void {
    const keys = [...this.#open].map(([key, { venue_order_id }]) => ({ key, venue_order_id }))
    const groups = [...this.#founded].map(({ type, orders, told }) => ({
      type,
      orders: [...orders].map(idOf),
      told: [...orders].map((order) => told.get(order) ?? 0),
    }))
    if (this.#isPlain) {
      writer.value(keys)
      return writer.value(groups.map(({ orders }) => orders))
    }
    const withheld = [...this.#keys.keys()]
      .filter((order) => order.withheld_units > 0)
      .map(({ venue_order_id, withheld_units: units }) => ({ venue_order_id, units }))
    const unplaced = this.children.unplaced()
    const uncovered = [...this.uncovered].filter(({ is_open }) => is_open).map(idOf)
    writer.value({
      ...{ keys, groups, withheld, uncovered },
      children: this.children.saved(),
      dormant_count: unplaced.length,
    })
    for (const order of unplaced) saveOrder(writer, order)
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
    const first = reader.value() as SavedLinks | SavedKey[]
    const isPlain = Array.isArray(first)
    const saved: Pick<SavedLinks, 'keys' | 'groups'> = isPlain
      ? { keys: first, groups: (reader.value() as string[][]).map((orders) => ({ type: 'oco', orders })) }
      : first
    const unplaced = Array.from({ length: isPlain ? 0 : first.dormant_count }, () =>
      loadOrder(reader, accounts),
    )
    const byId = new Map([...placed, ...unplaced].map((order) => [order.venue_order_id, order]))
    const find = (id: string) => must(byId.get(id), 'a saved order is open')
    for (const { key, venue_order_id } of saved.keys) this.#put(key, find(venue_order_id))
    for (const { type, orders, told } of saved.groups) {
      const members = orders.map(find)
      const group: Group = {
        type,
        orders: new Set(members),
        told: new Map(members.map((order, at) => [order, told?.[at] ?? order.cum_quantity_units])),
      }
      this.#founded.add(group)
      for (const order of group.orders) this.#groups.set(order, group)
    }
    if (isPlain) return []
    for (const { venue_order_id, units } of first.withheld) find(venue_order_id).withheld_units = units
    this.children.restore(first.children, find)
    for (const id of first.uncovered) this.uncovered.add(find(id))
    return unplaced
  }

  #put(key: string, order: VenueOrder): void {
    this.#open.set(key, order)
    this.#keys.set(order, key)
  }
}

function keyOf({ account_id, strategy_id }: Owner, counter: number): string {
  return `${account_id}/${strategy_id}/${counter}`
}

function stateOf(order: VenueOrder, ended: boolean): ParentState {
  return { cum_quantity_units: order.cum_quantity_units, ordered_units: orderedUnits(order), ended }
}

function idOf({ venue_order_id }: VenueOrder): string {
  return venue_order_id
}
