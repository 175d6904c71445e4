// Orders that wait at the venue for a parent to trade, and grow with it (FIX ContingencyType 2): how much of each is
// released, and what an ended parent had traded when its child came.

import { must } from '../../../schemas/assert.ts'
import { isPlaced, type VenueOrder } from './venue-order.ts'

export type ParentState = {
  readonly cum_quantity_units: number
  readonly ordered_units: number
  readonly ended: boolean
  /** One that has ended was of a group; absent where it was of none. */
  readonly was_grouped?: boolean
}

export type Child = {
  readonly order: VenueOrder
  readonly parent_key: string
  /** Whether its parent is of another instrument. */
  readonly is_elsewhere: boolean
  /** The parent's quantity when the child came. */
  readonly parent_units: number
  /** What it comes to once its parent has traded whole. */
  whole_units: number
  /** What its group took of that before it came in. */
  taken_units: number
  /** 0 while it waits. */
  granted_units: number
}

type Traded = Map<string, ParentState>

export type SavedChildren = {
  readonly children: readonly (Omit<Child, 'order' | 'is_elsewhere' | 'taken_units'> & {
    readonly venue_order_id: string
    /** Absent in what was saved before anything asked for it. */
    readonly is_elsewhere?: boolean
    /** Absent where it is 0. */
    readonly taken_units?: number
  })[]
  /** Parents that ended with trades, in two generations, as the register of orders keeps its own. */
  readonly traded: readonly (readonly { readonly key: string; readonly parent: ParentState }[])[]
  /** Of parents to look at when the row under way has been matched. */
  readonly due: readonly string[]
  /** Of parents to look at when the rows of this time are there; absent where there are none. */
  readonly awaiting?: readonly string[]
}

const NONE: ParentState = { cum_quantity_units: 0, ordered_units: 0, ended: true }

export class ChildOrders {
  readonly #retention: number
  readonly #byOrder = new Map<VenueOrder, Child>()
  readonly #byParent = new Map<string, Set<Child>>()
  /** Parents that traded or ended, or that a child has just named. */
  readonly #due = new Set<string>()
  /** Parents with a child that waits for the rows of this time. */
  readonly #awaiting = new Set<string>()
  #young: Traded = new Map()
  #old: Traded = new Map()

  constructor(retention: number) {
    this.#retention = retention
  }

  get size(): number {
    return this.#byOrder.size
  }

  /** A child comes in: nothing of it works yet. */
  add(order: VenueOrder, parent_key: string, parent_units: number, is_elsewhere: boolean): void {
    const whole_units = order.order_quantity_units
    order.withheld_units = whole_units
    order.order_quantity_units = 0 as VenueOrder['order_quantity_units']
    this.#put({
      ...{ order, parent_key, is_elsewhere, parent_units, whole_units },
      ...{ taken_units: 0, granted_units: 0 },
    })
    this.#due.add(parent_key)
  }

  find(order: VenueOrder): Child | undefined {
    return this.#byOrder.get(order)
  }

  /** Whether a parent is to be looked at, behind the row under way or those of its time. */
  isDue(parent_key: string): boolean {
    return this.#due.has(parent_key) || this.#awaiting.has(parent_key)
  }

  isDormant(order: VenueOrder): boolean {
    return this.#byOrder.get(order)?.granted_units === 0
  }

  /** Those in no book, oldest first: nothing is released of them, or what was is gone and more comes in behind the rows. */
  unplaced(): VenueOrder[] {
    return [...this.#byOrder.keys()].filter((order) => !isPlaced(order))
  }

  /** Whether any waits for a parent, or grows with it. */
  hasOf(parent_key: string): boolean {
    return this.#byParent.has(parent_key)
  }

  of(parent_key: string): Child[] {
    return [...(this.#byParent.get(parent_key) ?? [])]
  }

  /** The next parent to look at. */
  takeDue(): string | undefined {
    const [key] = this.#due
    if (key !== undefined) this.#due.delete(key)
    return key
  }

  /** A parent is to be looked at when the rows of this time are there. Returns whether it is the first of them. */
  await(parent_key: string): boolean {
    const isFirst = this.#awaiting.size === 0
    this.#awaiting.add(parent_key)
    return isFirst
  }

  /** They are there. */
  endWait(): void {
    for (const key of this.#awaiting) this.#due.add(key)
    this.#awaiting.clear()
  }

  wholeUnits(order: VenueOrder): number {
    const { whole_units, taken_units } = must(this.#byOrder.get(order), 'the order is a child')
    return whole_units - taken_units
  }

  /** So much more of an order that waits will work. */
  widen(order: VenueOrder, by_units: number): void {
    must(this.#byOrder.get(order), 'the order is a child').whole_units += by_units
  }

  /** More of the child works from now on. */
  grant(child: Child, granted_units: number): void {
    const by_units = granted_units - child.granted_units
    const { order } = child
    child.granted_units = granted_units
    order.order_quantity_units = (order.order_quantity_units + by_units) as VenueOrder['order_quantity_units']
    order.withheld_units -= by_units
  }

  /** The order has ended, or grows no more. */
  leave(order: VenueOrder): void {
    const child = this.#byOrder.get(order)
    if (child === undefined) return
    this.#byOrder.delete(order)
    const siblings = must(this.#byParent.get(child.parent_key), 'a child is one of its parent')
    siblings.delete(child)
    if (siblings.size === 0) this.#byParent.delete(child.parent_key)
  }

  onParentTraded(key: string): void {
    if (this.#byParent.has(key)) this.#due.add(key)
  }

  onParentEnded(key: string, parent: ParentState): void {
    this.onParentTraded(key)
    if (parent.cum_quantity_units === 0) return
    if (this.#young.size >= this.#retention) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, parent)
  }

  endedParent(key: string): ParentState {
    return this.#young.get(key) ?? this.#old.get(key) ?? NONE
  }

  saved(): SavedChildren {
    return {
      due: [...this.#due],
      ...(this.#awaiting.size > 0 ? { awaiting: [...this.#awaiting] } : {}),
      children: [...this.#byOrder.values()].map(({ order, is_elsewhere, taken_units, ...child }) => ({
        ...child,
        ...(is_elsewhere ? { is_elsewhere } : {}),
        ...(taken_units > 0 ? { taken_units } : {}),
        venue_order_id: order.venue_order_id,
      })),
      traded: [this.#old, this.#young].map((traded) =>
        [...traded].map(([key, parent]) => ({ key, parent: { ...parent } })),
      ),
    }
  }

  restore(
    { children, traded, due, awaiting = [] }: SavedChildren,
    find: (venue_order_id: string) => VenueOrder,
  ): void {
    for (const key of due) this.#due.add(key)
    for (const key of awaiting) this.#awaiting.add(key)
    for (const { venue_order_id, is_elsewhere = false, taken_units = 0, ...child } of children)
      this.#put({ ...child, is_elsewhere, taken_units, order: find(venue_order_id) })
    const [old, young] = traded.map((saved) => new Map(saved.map(({ key, parent }) => [key, parent])))
    this.#old = must(old, 'two generations are saved')
    this.#young = must(young, 'two generations are saved')
  }

  #put(child: Child): void {
    this.#byOrder.set(child.order, child)
    const siblings = this.#byParent.get(child.parent_key) ?? new Set()
    this.#byParent.set(child.parent_key, siblings.add(child))
  }
}
