// Orders that wait for a trade of another: how much of them its trades release, and what becomes of them when it ends.

import type { StrategyId } from '../../schemas/ids.ts'
import type { OrderTerms } from '../../schemas/messages/order-terms.ts'
import type { ChildUnits } from './child-units.ts'
import type { DueLinks } from './due-links.ts'
import type { HeldOrder } from './held-order.ts'
import type { LinkedOptions, OnGone, Parent } from './linked-options.ts'
import type { OrderGroups } from './order-groups.ts'
import { changedBase, type ParentUnits, shareUnits } from './share-units.ts'

export type ChildrenParts = {
  readonly groups: OrderGroups
  readonly due: DueLinks
  /** What parents had traded when they ended, by child. */
  readonly ended: ChildUnits
  /** What groups took of children, by child. */
  readonly taken: ChildUnits
  readonly onGone: OnGone
}

export class LinkedChildren {
  readonly #options: LinkedOptions
  readonly #parts: ChildrenParts

  constructor(options: LinkedOptions, parts: ChildrenParts) {
    this.#options = options
    this.#parts = parts
  }

  /**
   * Whether a child that is asked for has nothing to wait for, and was let go.
   * @param taken_units what its group traded before it came.
   */
  releaseAtOnce(child: HeldOrder, taken_units: number): boolean {
    const parent = this.#options.orderOf(child.strategy_id, child.terms.parent_counter)
    if (parent === undefined) return false
    const granted_units = this.#granted(child, parent, taken_units)
    if (granted_units > taken_units) this.#letGo(child, parent, granted_units, taken_units)
    return granted_units > taken_units
  }

  /** Its group has taken so much of an order that may wait for its parent: what that one releases is less by it. */
  noteTaken({ strategy_id, counter, awaits }: HeldOrder, by_units: number): void {
    if (!this.#options.terms_hold || awaits !== 'parent' || by_units === 0) return
    const child = { strategy_id, counter }
    const taken_units = (this.#parts.taken.of(child) ?? 0) + by_units
    this.#parts.taken.put(child, taken_units)
    this.#options.onChange({ change: 'taken', ...child, taken_units })
  }

  /** A child that was asked for behind the end of its parent, and gets nothing of it, ends. */
  endAtOnce(child: HeldOrder): void {
    if (!this.#options.knows_ended) return
    const parent = this.#options.orderOf(child.strategy_id, child.terms.parent_counter)
    if (parent?.ended === true) this.#end(child, parent)
  }

  /** A session starts: what its orders wait for may have ended in a step that the last one did not record. */
  noteEnded(): void {
    for (const child of this.#options.held.children()) {
      const parent = this.#options.orderOf(child.strategy_id, child.terms.parent_counter)
      if (parent !== undefined) this.#noteEnd(child, parent)
    }
  }

  /** A child that waits is about to be for so much. */
  onChange(child: HeldOrder, order_quantity_units: number, parent: ParentUnits): void {
    const by_units = order_quantity_units - child.order_quantity_units
    if (by_units === 0) return
    const { parent_units } = child
    const whole_units = child.order_quantity_units + (this.#parts.taken.of(child) ?? 0)
    child.parent_units = changedBase({ whole_units, parent_units }, whole_units + by_units, parent)
  }

  onParentTraded(strategy_id: StrategyId, counter: number, parent: Parent): void {
    for (const child of this.#options.held.childrenOf(strategy_id, counter)) this.#release(child, parent)
  }

  /** Children that can be released no more go with their parent. */
  onParentGone(strategy_id: StrategyId, counter: number, order: Parent | undefined): void {
    for (const child of this.#options.held.childrenOf(strategy_id, counter)) {
      const parent = order ?? this.#endOf(child) ?? NOTHING
      if (!this.#release(child, { ...parent, ended: true })) this.#end(child, parent)
    }
  }

  /** Does what was due and could not be done. */
  settle(child: HeldOrder): void {
    const { held, orderOf } = this.#options
    const { strategy_id, terms } = child
    if (held.find(strategy_id, terms.parent_counter) !== undefined) return
    const parent = orderOf(strategy_id, terms.parent_counter) ?? this.#endOf(child)
    if (parent !== undefined && (this.#release(child, parent) || !parent.ended)) return
    this.#end(child, parent ?? NOTHING)
  }

  /** Whether the child goes, or will as soon as it may. */
  #release(child: HeldOrder, parent: Parent): boolean {
    const { held, isOpenFor } = this.#options
    // What became of a child before it has taken this one along.
    if (held.find(child.strategy_id, child.counter) !== child) return true
    const taken_units = this.#parts.taken.of(child) ?? 0
    const granted_units = this.#granted(child, parent, taken_units)
    if (granted_units <= taken_units) return false
    if (isOpenFor(child.strategy_id, child.instrument_index, false))
      this.#letGo(child, parent, granted_units, taken_units)
    else {
      this.#noteEnd(child, parent)
      this.#parts.due.noteChild(child)
    }
    return true
  }

  /** What the parent releases of the child, of which its group has taken a part: 0 while it waits. */
  #granted(
    { terms, order_quantity_units, parent_units, instrument_index }: HeldOrder,
    parent: Parent,
    taken_units: number,
  ): number {
    if (terms.parent_fill === 'full' && !isDone(parent)) return 0
    const spec = this.#options.specOf(instrument_index)
    const whole_units = order_quantity_units + taken_units
    const units = shareUnits(whole_units, parent.cum_quantity_units, parent_units, spec)
    const isTooLittle = taken_units > 0 && units - taken_units < spec.quantity_min_units
    return isTooLittle ? 0 : units
  }

  /** The child goes with what its parent has traded of it, and grows as that trades more. */
  #letGo(child: HeldOrder, parent: Parent, granted_units: number, taken_units: number): void {
    const { held } = this.#options
    const { groups, onGone } = this.#parts
    const { strategy_id, counter, terms, parent_units } = child
    const { parent_counter } = terms
    const whole_units = child.order_quantity_units + taken_units
    const units = granted_units - taken_units
    held.cut(child)
    if (!isDone(parent))
      groups.grow(strategy_id, counter, { parent_counter, parent_units, whole_units, granted_units }, units)
    const order_quantity_units = units as HeldOrder['order_quantity_units']
    const free = { ...child, order_quantity_units, terms: { ...terms, ...NO_LINKS } }
    if (!held.release(free)) onGone(strategy_id, counter)
  }

  #end({ strategy_id, counter }: HeldOrder, { cum_quantity_units }: Parent): void {
    // The others of its group cover what its parent has traded ([E9]).
    if (this.#options.terms_hold && cum_quantity_units > 0) this.#parts.groups.leave(strategy_id, counter)
    if (this.#options.held.cancel(strategy_id, counter, 'parent_ended'))
      this.#parts.onGone(strategy_id, counter, true)
  }

  /** The order actor may forget a parent that has ended before its child may go. */
  #noteEnd({ strategy_id, counter }: HeldOrder, { ended, cum_quantity_units: traded_units }: Parent): void {
    if (!this.#options.knows_ended || !ended || traded_units === 0) return
    const child = { strategy_id, counter }
    if (this.#parts.ended.of(child) === traded_units) return
    this.#parts.ended.put(child, traded_units)
    this.#options.onChange({ change: 'parent_ended', ...child, traded_units })
  }

  /** What was noted of the parent's end. */
  #endOf(child: HeldOrder): Parent | undefined {
    const cum_quantity_units = this.#parts.ended.of(child)
    return cum_quantity_units === undefined ? undefined : { ...NOTHING, cum_quantity_units }
  }
}

const NO_LINKS = {
  parent_counter: 0,
  group_counter: 0,
  group_type: '',
} as const satisfies Partial<OrderTerms>

const NOTHING: Parent = { cum_quantity_units: 0, order_quantity_units: 0, ended: true }

function isDone({ cum_quantity_units, order_quantity_units, ended }: Parent): boolean {
  return ended || cum_quantity_units >= order_quantity_units
}
