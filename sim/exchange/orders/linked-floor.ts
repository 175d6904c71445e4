// What links between orders do on the floor of a venue that keeps them: a trade ends or lowers the others of its group at
// once; what it releases of children comes in when the row or the order that traded has been matched.

import { shareUnits } from '../../../actors/execution/share-units.ts'
import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { must } from '../../../schemas/assert.ts'
import type { Child, Parent, ParentState } from './child-orders.ts'
import type { VenueLinks } from './venue-links.ts'
import {
  isPlaced,
  isWeighed,
  leavesUnits,
  NOT_PLACED,
  type VenueOrder,
  waitsForTrigger,
  weighedUnits,
} from './venue-order.ts'

/** What links do to the orders of a floor. */
type Floor = {
  /** Orders that came to stand at their price so far. */
  priority_count: number
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** Brings in an order that was held back; returns why it cannot be, or ''. */
  start(order: VenueOrder, waits: boolean, ts_us: number): string
  /** Whether the order is for an auction that takes no more of them. */
  missesAuction(order: VenueOrder, ts_us: number): boolean
  enter(order: VenueOrder, waits: boolean, ts_us: number): void
  withdraw(order: VenueOrder): void
  cancel(order: VenueOrder, ts_us: number, reason_code: string): void
  cancelOpen(order: VenueOrder, ts_us: number, reason_code: string): void
  cancelGroup(others: readonly VenueOrder[], ts_us: number): void
  /** The order has nothing left at work. */
  finish(order: VenueOrder, ts_us: number): void
}

/** Rows of the time under way. */
export type RowsToCome = {
  /** Whether one may still be to come of an instrument, when a trade in its own market or in another releases a child. */
  readonly awaits: (instrument_index: number, isElsewhere: boolean) => boolean
  /** Calls `onRowsThere` once they are there. */
  readonly callBehind: (ts_us: number) => void
}

export class LinkedFloor {
  readonly #links: VenueLinks
  readonly #floor: Floor
  readonly #specs: readonly InstrumentSpec[]
  readonly #rows: RowsToCome
  #areRowsThere = false
  /** The parent whose children come in. */
  #underWay: Parent | undefined

  constructor(links: VenueLinks, floor: Floor, specs: readonly InstrumentSpec[], rows: RowsToCome) {
    this.#links = links
    this.#floor = floor
    this.#specs = specs
    this.#rows = rows
  }

  /** Whether the order that came in waits for its parent. */
  waits(order: VenueOrder): boolean {
    return this.#links.children.isDormant(order)
  }

  /** The order has traded, which ends or lowers the others. */
  onTraded(order: VenueOrder, others: readonly VenueOrder[], units: number, ts_us: number): void {
    this.#links.noteTrade(order)
    if (others.length === 0) return
    if (!this.#links.isLowering(order)) return this.#floor.cancelGroup(others, ts_us)
    // What was taken back and trades again has lowered them already.
    const by_units = this.#floor.terms_hold ? this.#links.untoldUnits(order) : units
    if (by_units > 0) for (const other of others) this.#lower(other, by_units, ts_us)
  }

  /** The order ends, though nobody asked for it: its parent trades no more where that would release more of it. */
  uncover(order: VenueOrder): void {
    if (this.waits(order)) return
    const parent = this.#links.openParentOf(order)
    if (parent !== undefined) this.#links.uncovered.add(parent)
  }

  /** Whether more of the order, which has nothing left at work, comes in behind the row under way or the rows of its time. */
  goesOn(order: VenueOrder): boolean {
    const { children } = this.#links
    const child = children.find(order)
    return child !== undefined && children.isDue(child.parent) && this.#dueUnits(child) > 0
  }

  settle(ts_us: number): void {
    const { children, uncovered } = this.#links
    for (let due = children.takeDue(); due !== undefined || uncovered.size > 0; due = children.takeDue()) {
      for (const parent of uncovered) this.#floor.cancelOpen(parent, ts_us, 'uncovered')
      uncovered.clear()
      if (due === undefined) continue
      const state = this.#links.stateOf(due.name)
      this.#underWay = due
      for (const child of [...due.children]) this.#release(child, state, ts_us)
      this.#underWay = undefined
    }
  }

  /** Children come in that waited for the rows of this time, so as not to trade where their market was before. */
  onRowsThere(ts_us: number): void {
    this.#areRowsThere = true
    this.#links.children.endWait()
    this.settle(ts_us)
    this.#areRowsThere = false
  }

  /** Of a child that takes first what its parent's trades release to it and has not come in yet. */
  #lower(order: VenueOrder, units: number, ts_us: number): void {
    const child = this.#links.children.find(order)
    const due_units = child === undefined || !this.#floor.terms_hold ? 0 : this.#dueUnits(child)
    const isNew = due_units > 0 && this.waits(order)
    const works_units = isNew ? 0 : this.#links.openUnits(order)
    if (works_units + due_units <= units) return this.#floor.cancelGroup([order], ts_us)
    const taken_units = Math.min(due_units, units)
    if (child !== undefined) child.taken_units += taken_units
    const by_units = units - taken_units
    if (by_units === 0) return
    this.#links.lower(order, by_units)
    if (isWeighed(order)) order.account.rest(order.instrument_index, order.side, -by_units)
    order.display_left_units = Math.min(order.display_left_units, leavesUnits(order))
  }

  /** What trades of its parent release to a child, and what has not come in yet. */
  #dueUnits(child: Child): number {
    const { parent, granted_units } = child
    if (parent !== this.#underWay && !this.#links.children.isDue(parent)) return 0
    return Math.max(0, this.#share(child, this.#links.stateOf(parent.name)) - granted_units)
  }

  #release(child: Child, parent: ParentState, ts_us: number): void {
    const { children } = this.#links
    // What became of a child before it has taken this one along.
    if (children.find(child.order) !== child) return
    const share = this.#share(child, parent)
    const isLeftOut = leavesUnits(child.order) > 0 && !isPlaced(child.order)
    if (share > child.granted_units || isLeftOut) {
      if (this.#awaitsRows(child)) {
        if (children.await(child.parent)) this.#rows.callBehind(ts_us)
        return
      }
      this.#comeIn(child, Math.max(share, child.granted_units), ts_us)
    }
    if (children.find(child.order) !== child) return
    const isSpent = child.granted_units > 0 && leavesUnits(child.order) === 0
    if (parent.ended && child.granted_units === 0) this.#endUnreleased(child, parent, ts_us)
    else if (parent.ended) children.leave(child.order)
    // It was to go on, and may not grow.
    if (isSpent) this.#floor.finish(child.order, ts_us)
  }

  /** The others of its group cover what its parent has traded. */
  #endUnreleased({ order }: Child, { cum_quantity_units }: ParentState, ts_us: number): void {
    if (this.#floor.terms_hold && cum_quantity_units > 0) this.#links.leave(order)
    this.#floor.cancel(order, ts_us, 'parent_ended')
  }

  #awaitsRows({ order, is_elsewhere }: Child): boolean {
    return !this.#areRowsThere && this.#rows.awaits(order.instrument_index, is_elsewhere)
  }

  #share({ order, whole_units, taken_units, parent_units }: Child, parent: ParentState): number {
    const { cum_quantity_units, ordered_units, ended } = parent
    const isDone = ended || cum_quantity_units >= ordered_units
    if (order.terms.parent_fill === 'full' && !isDone) return 0
    const spec = must(this.#specs[order.instrument_index], 'an accepted order is in a listed instrument')
    const units = shareUnits(whole_units, cum_quantity_units, parent_units, spec) - taken_units
    const least_units = taken_units > 0 ? spec.quantity_min_units : 0
    return units < least_units ? 0 : units
  }

  /** A child that is in no book comes in with its share, or with more of it, if its account and its terms allow it now. */
  #comeIn(child: Child, share: number, ts_us: number): void {
    const { order } = child
    if (isPlaced(order)) return this.#grow(child, share, ts_us)
    const waits = child.granted_units === 0 && waitsForTrigger(order.order_type)
    this.#links.children.grant(child, share)
    this.#place(order)
    const refused = this.#floor.start(order, waits, ts_us)
    if (refused === '') return
    this.uncover(order)
    this.#floor.cancelOpen(order, ts_us, refused)
  }

  /** A child grows where it is, and stands behind whoever is at its price. */
  #grow(child: Child, share: number, ts_us: number): void {
    const { order } = child
    const { is_waiting, account, instrument_index, side, terms } = order
    if (this.#floor.missesAuction(order, ts_us)) return
    const weighs = !is_waiting && !terms.reduce_only
    // What the account cannot bear is looked at again when the parent trades more.
    if (weighs && account.refusal(instrument_index, side, this.#growthUnits(child, share)) !== '') return
    this.#floor.withdraw(order)
    this.#links.children.grant(child, share)
    this.#place(order)
    this.#floor.enter(order, is_waiting, ts_us)
  }

  #growthUnits({ order, granted_units }: Child, share: number): number {
    const by_units = share - granted_units
    if (!this.#floor.terms_hold) return by_units
    return weighedUnits(leavesUnits(order) + by_units, order, [order, ...this.#links.others(order)])
  }

  #place(order: VenueOrder): void {
    order.priority = this.#floor.priority_count++
    order.queue_place = NOT_PLACED
  }
}
