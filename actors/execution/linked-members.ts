// Orders of one group: a trade of one cancels the others, or lowers them, and one that grows with its parent is told by how
// much. What a member's venue has not heard is owed to it, and paid as soon as it can hear it.

import type { StrategyId } from '../../schemas/ids.ts'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import type { GroupType } from '../../schemas/messages/order-terms.ts'
import type { OrderRecord } from '../order/order-record.ts'
import type { DueLinks } from './due-links.ts'
import type { HeldOrder } from './held-order.ts'
import type { LinkedChildren } from './linked-children.ts'
import type { LinkedOptions, OnGone, Parent } from './linked-options.ts'
import { grown, isOutrun, type Member, memberUnits, type Traded } from './order-group.ts'
import type { OrderGroups } from './order-groups.ts'
import { shareUnits } from './share-units.ts'

export type MembersParts = {
  readonly groups: OrderGroups
  readonly due: DueLinks
  readonly children: LinkedChildren
  readonly onGone: OnGone
}

export class LinkedMembers {
  readonly #options: LinkedOptions
  readonly #groups: OrderGroups
  readonly #due: DueLinks
  readonly #children: LinkedChildren
  readonly #onGone: OnGone

  constructor(options: LinkedOptions, { groups, due, children, onGone }: MembersParts) {
    this.#options = options
    this.#groups = groups
    this.#due = due
    this.#children = children
    this.#onGone = onGone
  }

  /**
   * What an order that joins one that is there has left to trade: of a group that lowers its orders, what these have traded
   * is none of it. Undefined where there is nothing to join: that one has ended, is to end with others, or has decided the
   * group.
   */
  joiningUnits({ strategy_id, terms, order_quantity_units }: SubmitIntent): number | undefined {
    const { group_counter, group_type } = terms
    if (this.#options.terms_hold && this.#groups.member(strategy_id, group_counter)?.is_leaving)
      return undefined
    const order = this.#tradedOrder(strategy_id, group_counter)
    if (order?.ended) return undefined
    const traded_units = (order?.cum_quantity_units ?? 0) + this.#toldUnits(strategy_id, group_counter)
    if (traded_units === 0) return order_quantity_units
    const left_units = order_quantity_units - traded_units
    return group_type === 'oco' || left_units <= 0 ? undefined : left_units
  }

  /** @param units what it has left to trade: what the others took is not brought back by a change of it. */
  join(intent: SubmitIntent, type: Exclude<GroupType, ''>, units: number): void {
    const { strategy_id, counter, terms, order_quantity_units } = intent
    const { group_counter } = terms
    const isBound = this.#options.terms_hold && units < order_quantity_units
    const max_units = isBound ? units : Number.POSITIVE_INFINITY
    this.#groups.join(strategy_id, group_counter, counter, type, max_units)
    // What it has traded has been told to the order that joins with the quantity that is left of it.
    const told_units = this.#tradedOrder(strategy_id, group_counter)?.cum_quantity_units
    const leader = this.#groups.member(strategy_id, group_counter)
    if (told_units !== undefined && leader !== undefined) this.#groups.change(leader, { told_units })
  }

  /** The order while it grows with its parent, or its venue has still to hear by how much: its quantity follows from that. */
  growing(strategy_id: StrategyId, counter: number): HeldOrder | OrderRecord | undefined {
    const member = this.#options.terms_hold ? this.#groups.member(strategy_id, counter) : undefined
    if (member === undefined || member.whole_units === 0 || member.is_leaving) return undefined
    return this.#orderOf(member)
  }

  /** What others of its group have taken from a held order no change of it brings back: one at its venue is lowered again. */
  boundUnits(strategy_id: StrategyId, counter: number, units: number): number {
    const member = this.#options.terms_hold ? this.#groups.member(strategy_id, counter) : undefined
    return Math.min(units, member?.quantity_max_units ?? units)
  }

  onTraded(strategy_id: StrategyId, counter: number, order: Parent): void {
    for (const member of this.#groups.growingWith(strategy_id, counter)) this.#grow(member, order)
    const member = this.#groups.member(strategy_id, counter)
    if (member === undefined) return
    // Its end takes the others along, unless somebody has asked for that end.
    const isLast = this.#options.cancels_once && order.ended && this.#takesAlong(member, order)
    if (!isLast || member.is_leaving) this.#tellOthers(member, order)
  }

  onReplaced(strategy_id: StrategyId, counter: number, order: Parent): void {
    const member = this.#groups.member(strategy_id, counter)
    if (member !== undefined) this.#decide(member, order)
  }

  /** The others of its group end with it; one that grew with its parent takes the rest of that one along, unless somebody asked for its end. */
  onGone(strategy_id: StrategyId, counter: number, isAskedFor: boolean, order: Parent | undefined): void {
    for (const member of this.#groups.growingWith(strategy_id, counter)) this.#endGrowth(member)
    const member = this.#groups.member(strategy_id, counter)
    if (member === undefined) return
    const others = this.#groups.others(strategy_id, counter)
    const takesAlong = order === undefined || this.#takesAlong(member, order)
    this.#groups.leave(strategy_id, counter)
    if (member.is_leaving) return
    if (member.parent_counter !== 0 && !isAskedFor) this.#cancelAtVenue(strategy_id, member.parent_counter)
    if (takesAlong) for (const other of others) this.#cancel(other)
  }

  /**
   * Whether the end of an order is that of the others. One that traded whole in a group of which one lowers the others has
   * lowered them, and so has one that its venue let grow too late: they cover what it did not come to.
   */
  #takesAlong(member: Member, order: Parent): boolean {
    const { strategy_id, counter } = member
    const isWhole = order.ended && order.cum_quantity_units >= order.order_quantity_units
    const lowers = this.#options.terms_hold && this.#groups.of(strategy_id, counter)?.type === 'ouo'
    return !(isWhole && lowers) && !this.#isOutrun(member, order)
  }

  /** Tells the venue what a member may still trade, as soon as it can be told. */
  payOwed(strategy_id: StrategyId, counter: number): void {
    const member = this.#groups.member(strategy_id, counter)
    const order = this.#options.orderOf(strategy_id, counter)
    if (member === undefined || order === undefined || order.ended) return
    if (member.is_leaving) return this.#cancelAtVenue(strategy_id, counter)
    // One that takes its limit from its first trade has none to be asked for more at; that trade comes here.
    if (order.order_type === 'market_to_limit' && order.price_units === 0 && this.#options.terms_hold) return
    const { quantity_max_units: max, whole_units } = member
    const { order_quantity_units: total } = order
    this.#noteGrown(member, total)
    if (max === Number.POSITIVE_INFINITY || total === max || (total < max && whole_units === 0)) return
    if (max <= order.cum_quantity_units) return this.#cancel(member)
    // A request in flight is answered by a fact, and that comes here again.
    if (order.state !== 'new' && order.state !== 'partially_filled') return
    if (!this.#options.isOpenFor(strategy_id, order.instrument_index, total > max))
      return this.#due.noteMember(member)
    this.#options.resize(order, max)
  }

  /** An instrument trades again: what its venue refused while it did not is asked for once more. */
  payOwedIn(instrument_index: number): void {
    for (const { strategy_id, counter } of this.#groups.members()) {
      const order = this.#options.orderOf(strategy_id as StrategyId, counter)
      if (order?.instrument_index === instrument_index) this.payOwed(strategy_id as StrategyId, counter)
    }
  }

  /** Does what was due and could not be done, but for what is released on the way: the order actor does not know it yet. */
  settle(): void {
    const { held } = this.#options
    const members = this.#groups.members()
    const isHeld = ({ strategy_id, counter }: Member) => held.find(strategy_id, counter) !== undefined
    const kept = new Set(members.filter(isHeld))
    for (const member of members) if (isHeld(member) || !kept.has(member)) this.#settle(member)
  }

  #settle(member: Member): void {
    const { held, orderOf } = this.#options
    const { counter, parent_counter } = member
    const id = member.strategy_id as StrategyId
    const parent = parent_counter === 0 ? undefined : orderOf(id, parent_counter)
    if (parent !== undefined) this.#grow(member, parent)
    if (parent_counter !== 0 && parent?.ended !== false) this.#endGrowth(member)
    if (held.find(id, counter) !== undefined) return
    const order = orderOf(id, counter)
    if (order === undefined) return this.#onGone(id, counter)
    this.#tellOthers(member, order)
    this.#decide(member, order)
    if (order.ended) this.#onGone(id, counter, order.state === 'canceled', order)
    else this.payOwed(id, counter)
  }

  #grow(member: Member, { cum_quantity_units }: Parent): void {
    const { held, specOf } = this.#options
    const { strategy_id, counter, whole_units, parent_units, quantity_max_units } = member
    const order = this.#orderOf(member)
    if (order === undefined || member.is_leaving) return
    const spec = specOf(order.instrument_index)
    const granted_units = shareUnits(whole_units, cum_quantity_units, parent_units, spec)
    const by_units = granted_units - member.granted_units
    if (by_units <= 0) return
    this.#groups.change(member, { granted_units, quantity_max_units: quantity_max_units + by_units })
    if ('awaits' in order) held.resize(order, member.quantity_max_units, 'oto')
    else this.payOwed(strategy_id as StrategyId, counter)
  }

  /** The order's parent trades no more. */
  #endGrowth(member: Member): void {
    this.#groups.change(member, { parent_counter: 0 })
    const order = this.#orderOf(member)
    if (order === undefined) return
    this.#noteGrown(member, order.order_quantity_units)
    if (member.is_leaving) return
    // What was too little of it while it could grow still is.
    if (this.#isTooLittle(member, order, member.quantity_max_units)) this.#cancel(member)
  }

  #noteGrown(member: Member, total_units: number): void {
    const change = this.#options.terms_hold ? grown(member, total_units) : undefined
    if (change !== undefined) this.#groups.change(member, change)
  }

  /** What an order of a group has traded is told to the others, each unit once. */
  #tellOthers(member: Member, order: Parent): void {
    const { strategy_id, counter } = member
    const group = this.#groups.of(strategy_id, counter)
    if (group === undefined) return
    const traded_units = order.cum_quantity_units - member.told_units
    if (traded_units <= 0) return
    this.#groups.change(member, { told_units: order.cum_quantity_units })
    const isDecided = group.type === 'oco' && !this.#isOutrun(member, order)
    for (const other of this.#groups.others(strategy_id, counter)) {
      if (isDecided) this.#cancel(other)
      else this.#lower(other, traded_units)
    }
  }

  /** An order whose trade cancels the others had traded all its venue knew of, and grows all the same. */
  #decide(member: Member, order: Parent): void {
    const { strategy_id, counter, told_units, whole_units, is_leaving } = member
    if (!this.#options.terms_hold || told_units === 0 || whole_units === 0 || is_leaving) return
    if (this.#groups.of(strategy_id, counter)?.type !== 'oco' || this.#isOutrun(member, order)) return
    for (const other of this.#groups.others(strategy_id, counter)) this.#cancel(other)
  }

  #cancel(member: Member): void {
    const { held } = this.#options
    const id = member.strategy_id as StrategyId
    if (held.find(id, member.counter) !== undefined) {
      this.#groups.leave(id, member.counter)
      held.cancel(id, member.counter, 'group')
      return this.#onGone(id, member.counter, true)
    }
    if (!member.is_leaving) this.#groups.change(member, { is_leaving: true })
    this.#cancelAtVenue(id, member.counter)
  }

  #cancelAtVenue(strategy_id: StrategyId, counter: number): void {
    const order = this.#options.orderOf(strategy_id, counter)
    if (order === undefined || order.ended || order.cancel_client_order_id !== '') return
    this.#options.cancel(strategy_id, counter)
  }

  /** So much less of the member may trade. */
  #lower(member: Member, by_units: number): void {
    const { held } = this.#options
    const { strategy_id, counter } = member
    const order = this.#orderOf(member)
    if (order === undefined || member.is_leaving) return
    const { order_quantity_units: total } = order
    const units = this.#options.terms_hold
      ? memberUnits(member, total)
      : Math.min(member.quantity_max_units, total)
    const left = units - by_units
    if (left <= 0 || this.#isTooLittle(member, order, left)) return this.#cancel(member)
    this.#groups.change(member, { quantity_max_units: left })
    if ('awaits' in order) {
      this.#children.noteTaken(order, by_units)
      held.resize(order, left, 'ouo')
    } else this.payOwed(strategy_id as StrategyId, counter)
  }

  /** Whether no venue takes so little of the order, and it grows no more: it would stay what it was, and trade beyond the group. */
  #isTooLittle({ parent_counter }: Member, order: HeldOrder | OrderRecord, left: number): boolean {
    if (!this.#options.terms_hold || parent_counter !== 0) return false
    if ('awaits' in order && order.awaits === 'parent') return false
    return left < this.#options.specOf(order.instrument_index).quantity_min_units
  }

  /** What the others of its group have traded, those that have ended included. */
  #toldUnits(strategy_id: StrategyId, counter: number): number {
    if (!this.#options.terms_hold) return 0
    const { ended_units } = this.#groups.of(strategy_id, counter) ?? { ended_units: 0 }
    const others = this.#groups.others(strategy_id, counter)
    return others.reduce((sum, { told_units }) => sum + told_units, ended_units)
  }

  /** The order, where it has traded, or ended with a trade. */
  #tradedOrder(strategy_id: StrategyId, counter: number): OrderRecord | undefined {
    const order = this.#options.knows_ended ? this.#options.orderOf(strategy_id, counter) : undefined
    return order !== undefined && order.cum_quantity_units > 0 ? order : undefined
  }

  #isOutrun(member: Member, order: Traded): boolean {
    return this.#options.terms_hold && isOutrun(member, order)
  }

  #orderOf({ strategy_id, counter }: Member): HeldOrder | OrderRecord | undefined {
    const { held, orderOf } = this.#options
    return held.find(strategy_id, counter) ?? orderOf(strategy_id as StrategyId, counter)
  }
}
