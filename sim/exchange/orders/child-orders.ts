// Orders that wait at the venue for a parent to trade, and grow with it (FIX ContingencyType 2): how much of each is
// released, and what an ended parent had traded when its child came.

import { changedBase } from '../../../actors/execution/share-units.ts'
import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { must } from '../../../schemas/assert.ts'
import { type OrderName, OwnerTable } from './owner-table.ts'
import { isPlaced, type VenueOrder } from './venue-order.ts'

export type ParentState = {
  readonly cum_quantity_units: number
  readonly ordered_units: number
  readonly ended: boolean
  /** Whether one that has ended was of a group. */
  readonly was_grouped: boolean
}

/** An order that others hang on, open or ended. */
export type Parent = { readonly name: OrderName; readonly children: Set<Child> }

export type Child = {
  readonly order: VenueOrder
  readonly parent: Parent
  /** Whether its parent is of another instrument. */
  readonly is_elsewhere: boolean
  /** What the parent was for when the child came, or was changed (actors/execution/share-units.ts). */
  parent_units: number
  /** What it comes to once its parent has traded whole. */
  whole_units: number
  /** What its group took of that before it came in. */
  taken_units: number
  /** 0 while it waits. */
  granted_units: number
}

type Traded = OwnerTable<ParentState>

export type SavedChildren = {
  readonly children: readonly (Omit<Child, 'order' | 'parent'> & {
    readonly venue_order_id: string
    readonly parent: OrderName
  })[]
  /** Of parents to look at when the row under way has been matched. */
  readonly due: readonly OrderName[]
  /** Of parents to look at when the rows of this time are there. */
  readonly awaiting: readonly OrderName[]
}

const NONE: ParentState = { cum_quantity_units: 0, ordered_units: 0, ended: true, was_grouped: false }

export class ChildOrders {
  readonly #retention: number
  readonly #byOrder = new Map<VenueOrder, Child>()
  readonly #parents = new OwnerTable<Parent>()
  /** Parents that traded or ended, or that a child has just named. */
  readonly #due = new Set<Parent>()
  /** Parents with a child that waits for the rows of this time. */
  readonly #awaiting = new Set<Parent>()
  /** Parents that ended with trades, in two generations, as the register of orders keeps its own. */
  #young: Traded = new OwnerTable()
  #old: Traded = new OwnerTable()

  constructor(retention: number) {
    this.#retention = retention
  }

  get size(): number {
    return this.#byOrder.size
  }

  /** A child comes in: nothing of it works yet. */
  add(order: VenueOrder, parent_name: OrderName, parent_units: number, is_elsewhere: boolean): void {
    const whole_units = order.order_quantity_units
    order.withheld_units = whole_units
    order.order_quantity_units = 0 as VenueOrder['order_quantity_units']
    const parent = this.#parents.get(parent_name) ?? { name: parent_name, children: new Set() }
    this.#put({
      ...{ order, parent, is_elsewhere, parent_units, whole_units },
      ...{ taken_units: 0, granted_units: 0 },
    })
    this.#due.add(parent)
  }

  find(order: VenueOrder): Child | undefined {
    return this.#byOrder.size === 0 ? undefined : this.#byOrder.get(order)
  }

  /** Whether a parent is to be looked at, behind the row under way or those of its time. */
  isDue(parent: Parent): boolean {
    return this.#due.has(parent) || this.#awaiting.has(parent)
  }

  isDormant(order: VenueOrder): boolean {
    return this.find(order)?.granted_units === 0
  }

  /** Those in no book, oldest first: nothing is released of them, or what was is gone and more comes in behind the rows. */
  unplaced(): VenueOrder[] {
    return [...this.#byOrder.keys()].filter((order) => !isPlaced(order))
  }

  /** Whether any waits for a parent, or grows with it. */
  hasOf(parent: VenueOrder): boolean {
    return this.#parents.get(parent.name) !== undefined
  }

  /** The next parent to look at. */
  takeDue(): Parent | undefined {
    if (this.#due.size === 0) return undefined
    const [parent] = this.#due
    this.#due.delete(must(parent, 'there is one'))
    return parent
  }

  /** A parent is to be looked at when the rows of this time are there. Returns whether it is the first of them. */
  await(parent: Parent): boolean {
    const isFirst = this.#awaiting.size === 0
    this.#awaiting.add(parent)
    return isFirst
  }

  /** They are there. */
  endWait(): void {
    for (const parent of this.#awaiting) this.#due.add(parent)
    this.#awaiting.clear()
  }

  wholeUnits(order: VenueOrder): number {
    const { whole_units, taken_units } = must(this.#byOrder.get(order), 'the order is a child')
    return whole_units - taken_units
  }

  /** So much more of an order that waits will work; where its parent is still there, in proportion to what that one is for. */
  widen(order: VenueOrder, by_units: number, parent: ParentState | undefined): void {
    const child = must(this.#byOrder.get(order), 'the order is a child')
    const whole_units = child.whole_units + by_units
    if (by_units !== 0 && parent?.ended === false) {
      const { ordered_units: units } = parent
      child.parent_units = changedBase(child, whole_units, { units, asked_units: [] })
    }
    child.whole_units = whole_units
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
    const child = this.find(order)
    if (child === undefined) return
    this.#byOrder.delete(order)
    const { name, children } = child.parent
    children.delete(child)
    if (children.size === 0) this.#parents.delete(name)
  }

  onParentTraded({ name }: VenueOrder): void {
    const parent = this.size === 0 ? undefined : this.#parents.get(name)
    if (parent !== undefined) this.#due.add(parent)
  }

  onParentEnded(order: VenueOrder, state: ParentState): void {
    this.onParentTraded(order)
    if (state.cum_quantity_units === 0) return
    if (this.#young.size >= this.#retention) {
      const forgotten = this.#old
      forgotten.clear()
      this.#old = this.#young
      this.#young = forgotten
    }
    this.#young.set(order.name, state)
  }

  /** A parent that has ended is of a group from now on. */
  noteGrouped(name: OrderName): void {
    const traded = this.#young.get(name) === undefined ? this.#old : this.#young
    const state = traded.get(name)
    if (state !== undefined) traded.set(name, { ...state, was_grouped: true })
  }

  endedParent(name: OrderName): ParentState {
    return this.#young.get(name) ?? this.#old.get(name) ?? NONE
  }

  saved(): SavedChildren {
    return {
      due: [...this.#due].map(({ name }) => name),
      awaiting: [...this.#awaiting].map(({ name }) => name),
      children: [...this.#byOrder.values()].map(({ order, parent, ...child }) => ({
        ...child,
        parent: parent.name,
        venue_order_id: order.venue_order_id,
      })),
    }
  }

  restore({ children, due, awaiting }: SavedChildren, find: (venue_order_id: string) => VenueOrder): void {
    for (const { venue_order_id, parent: name, ...child } of children) {
      const parent = this.#parents.get(name) ?? { name, children: new Set() }
      this.#put({ ...child, parent, order: find(venue_order_id) })
    }
    // One whose last child has left is looked at for nothing.
    const parentOf = (name: OrderName) => this.#parents.get(name) ?? { name, children: new Set<Child>() }
    for (const name of due) this.#due.add(parentOf(name))
    for (const name of awaiting) this.#awaiting.add(parentOf(name))
  }

  saveTraded(writer: CanonicalWriter): void {
    for (const traded of [this.#old, this.#young])
      traded.save(writer, ({ cum_quantity_units, ordered_units, was_grouped }) => {
        writer.number(cum_quantity_units)
        writer.number(ordered_units)
        writer.flag(was_grouped)
      })
  }

  loadTraded(reader: CanonicalReader): void {
    for (const traded of [this.#old, this.#young])
      traded.load(reader, () => ({
        cum_quantity_units: reader.number(),
        ordered_units: reader.number(),
        was_grouped: reader.flag(),
        ended: true,
      }))
  }

  #put(child: Child): void {
    this.#byOrder.set(child.order, child)
    child.parent.children.add(child)
    this.#parents.set(child.parent.name, child.parent)
  }
}
