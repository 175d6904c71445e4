// Links between orders that the venue does not keep: children that a parent's trade releases, and groups of which one
// order cancels or updates the others. Fed by facts and denials; acts through the functions it is given.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { RingBuffer } from '../../engine/ring-buffer.ts'
import type { StrategyId } from '../../schemas/ids.ts'
import type { LedgerHolding } from '../../schemas/ledger-section.ts'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import { isFill, type OrderFact, type OrderFactType } from '../../schemas/messages/order-fact.ts'
import type { GroupType, OrderTerms } from '../../schemas/messages/order-terms.ts'
import type { OrderRecord } from '../order/order-record.ts'
import { DueLinks } from './due-links.ts'
import { EndedParents } from './ended-parents.ts'
import type { HeldBook } from './held-book.ts'
import type { HeldOrder } from './held-order.ts'
import type { HeldKey } from './held-orders.ts'
import type { HoldingChange } from './holding-change.ts'
import { grown, isOutrun, type Member, memberUnits, type Traded } from './order-group.ts'
import { OrderGroups } from './order-groups.ts'
import { shareUnits } from './share-units.ts'

export type LinkedOptions = {
  readonly held: HeldBook
  /** Whether an order of the strategy, or what only lowers one, may go to the gate now; what may not waits, and `onDue` is told. */
  readonly isOpenFor: (strategy_id: StrategyId, instrument_index: number, lowers: boolean) => boolean
  readonly onDue: () => void
  /** Whether what is due is looked at again alone (schemas/behaviour.ts). */
  readonly due_alone: boolean
  /** Whether links know of orders that have ended, and of which somebody asked for the end (schemas/behaviour.ts). */
  readonly knows_ended: boolean
  /** Whether an order whose trade ends it has the others of its group cancelled once (schemas/behaviour.ts). */
  readonly cancels_once: boolean
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** Hears of each change of a group. */
  readonly onChange: (change: HoldingChange) => void
  readonly orderOf: (strategy_id: StrategyId, counter: number) => OrderRecord | undefined
  /** Whether somebody asked for the end of an order that ended in this step. */
  readonly wasAskedToEnd: (strategy_id: StrategyId, counter: number) => boolean
  /** Asks the venue to cancel an order of the account. */
  readonly cancel: (strategy_id: StrategyId, counter: number) => void
  readonly specOf: (instrument_index: number) => InstrumentSpec
  /** Asks the venue for another total of an order. */
  readonly resize: (order: OrderRecord, order_quantity_units: number) => void
}

/** What is kept of links over a change. */
type LedgerLinks = Pick<LedgerHolding, 'groups' | 'ended_parents'>

/** What has become of a parent. */
type Parent = {
  readonly cum_quantity_units: number
  readonly order_quantity_units: number
  readonly ended: boolean
}

export class LinkedOrders {
  readonly #options: LinkedOptions
  readonly #groups: OrderGroups
  /** Orders asked for in the input under way: the order actor does not know them yet. */
  readonly #asked = new RingBuffer<SubmitIntent>()
  #askedAt = 0
  readonly #due = new DueLinks()
  readonly #ended = new EndedParents()

  constructor(options: LinkedOptions) {
    this.#options = options
    this.#groups = new OrderGroups(options.onChange, options.terms_hold)
  }

  noteAsked(seq: number, intent: SubmitIntent): void {
    if (seq !== this.#askedAt) {
      this.#asked.clear()
      this.#askedAt = seq
    }
    this.#asked.push(intent)
  }

  /** The quantity of an order that can be linked to: it is held, open, filled, or was asked for just now. */
  quantityOf(seq: number, strategy_id: StrategyId, counter: number): number | undefined {
    const held = this.#options.held.find(strategy_id, counter)
    if (held !== undefined) return held.order_quantity_units
    const isIt = (intent: SubmitIntent) => intent.strategy_id === strategy_id && intent.counter === counter
    const asked = seq === this.#askedAt ? [...this.#asked].find(isIt) : undefined
    if (asked !== undefined) return asked.order_quantity_units
    const order = this.#options.orderOf(strategy_id, counter)
    if (order === undefined || (order.ended && order.cum_quantity_units === 0)) return undefined
    return order.order_quantity_units
  }

  /**
   * What an order that joins the one it names has left to trade: of a group that lowers its orders, what these have traded
   * is none of it. Undefined where there is nothing to join: that one is not there, has ended, is to end with others, or has
   * decided the group.
   */
  joiningUnits(seq: number, { strategy_id, terms, order_quantity_units }: SubmitIntent): number | undefined {
    const { group_counter, group_type } = terms
    if (this.quantityOf(seq, strategy_id, group_counter) === undefined) return undefined
    if (this.#options.terms_hold && this.#groups.member(strategy_id, group_counter)?.is_leaving)
      return undefined
    const order = this.#tradedOrder(strategy_id, group_counter)
    if (order?.ended) return undefined
    const traded_units = (order?.cum_quantity_units ?? 0) + this.#toldUnits(strategy_id, group_counter)
    if (traded_units === 0) return order_quantity_units
    const left_units = order_quantity_units - traded_units
    return group_type === 'oco' || left_units <= 0 ? undefined : left_units
  }

  /** What the others of its group have traded: of one that ended the group has ended with it. */
  #toldUnits(strategy_id: StrategyId, counter: number): number {
    if (!this.#options.terms_hold) return 0
    return this.#groups.others(strategy_id, counter).reduce((sum, { told_units }) => sum + told_units, 0)
  }

  /** Whether the order waits here, or is of another venue's. */
  isElsewhere(
    seq: number,
    strategy_id: StrategyId,
    counter: number,
    isThere: (instrument_index: number) => boolean,
  ): boolean {
    if (this.#options.held.find(strategy_id, counter) !== undefined) return true
    const isIt = (intent: SubmitIntent) => intent.strategy_id === strategy_id && intent.counter === counter
    const order =
      (seq === this.#askedAt ? [...this.#asked].find(isIt) : undefined) ??
      this.#options.orderOf(strategy_id, counter)
    return order !== undefined && !isThere(order.instrument_index)
  }

  /** Whether the order waits here, or is of a group that is kept here. */
  keeps(strategy_id: StrategyId, counter: number): boolean {
    return (
      this.#options.held.find(strategy_id, counter) !== undefined ||
      this.#groups.of(strategy_id, counter) !== undefined
    )
  }

  join({ strategy_id, counter, terms }: SubmitIntent, type: Exclude<GroupType, ''>): void {
    const { group_counter } = terms
    this.#groups.join(strategy_id, group_counter, counter, type)
    // What it has traded has been told to the order that joins with the quantity that is left of it.
    const told_units = this.#tradedOrder(strategy_id, group_counter)?.cum_quantity_units
    const leader = this.#groups.member(strategy_id, group_counter)
    if (told_units !== undefined && leader !== undefined) this.#groups.change(leader, { told_units })
  }

  /** Whether a child that is asked for has nothing to wait for, and was let go. */
  releaseAtOnce(child: HeldOrder): boolean {
    const parent = this.#options.orderOf(child.strategy_id, child.terms.parent_counter)
    if (parent === undefined) return false
    const granted_units = this.#granted(child, parent)
    if (granted_units > 0) this.#letGo(child, parent, granted_units)
    return granted_units > 0
  }

  /** A child that was asked for behind the end of its parent, and gets nothing of it, ends. */
  endAtOnce(child: HeldOrder): void {
    if (!this.#options.knows_ended) return
    if (this.#options.orderOf(child.strategy_id, child.terms.parent_counter)?.ended === true)
      this.#endChild(child)
  }

  /** A session starts: what its orders wait for may have ended in a step that the last one did not record. */
  noteEnded(): void {
    for (const child of this.#options.held.children()) {
      const parent = this.#options.orderOf(child.strategy_id, child.terms.parent_counter)
      if (parent !== undefined) this.#noteEnd(child, parent)
    }
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

  /** The order waits no more. */
  forget(order: HeldKey): void {
    this.#ended.forget(order)
  }

  onFact(fact: OrderFact): void {
    const { held } = this.#options
    if (held.size === 0 && this.#groups.size === 0) return
    const { strategy_id, counter } = fact
    if (isFill(fact) && fact.last_quantity_units > 0) this.#onTraded(strategy_id, counter, fact)
    if (fact.ended) return this.onGone(strategy_id, counter, this.#isAskedFor(fact), fact)
    if (fact.type === 'order.replaced') this.#onReplaced(strategy_id, counter, fact)
    // What the venue has just refused is not asked for again until there is a new reason.
    if (!REFUSALS.has(fact.type)) this.#payOwed(strategy_id, counter)
  }

  /** An instrument trades again: what its venue refused while it did not is asked for once more. */
  payOwedIn(instrument_index: number): void {
    for (const { strategy_id, counter } of this.#groups.members()) {
      const order = this.#options.orderOf(strategy_id as StrategyId, counter)
      if (order?.instrument_index === instrument_index) this.#payOwed(strategy_id as StrategyId, counter)
    }
  }

  /** Does what was due and could not be done, as far as it can be done now. */
  settleDue(): void {
    const { held, due_alone } = this.#options
    if (!due_alone) return this.settle()
    const { members, children } = this.#due.take()
    // Members first: one that is released now is no order of the order actor's before the step ends.
    for (const { strategy_id, counter } of members) this.#payOwed(strategy_id as StrategyId, counter)
    for (const { strategy_id, counter } of children) {
      const child = held.find(strategy_id, counter)
      if (child?.awaits === 'parent') this.#settleChild(child)
    }
  }

  /**
   * Does what was due and could not be done: what waited for market or account to be open, and what an earlier build did
   * not live to record, a parent or a member that ended or traded in its last step.
   */
  settle(): void {
    const { held } = this.#options
    this.#due.take()
    const members = this.#groups.members()
    const isHeld = ({ strategy_id, counter }: Member) => held.find(strategy_id, counter) !== undefined
    const kept = new Set(members.filter(isHeld))
    // Members first, and none that was released on the way: it is no order of the order actor's before the step ends.
    for (const member of members) if (isHeld(member) || !kept.has(member)) this.#settleMember(member)
    for (const child of held.children()) this.#settleChild(child)
  }

  /**
   * An order has ended, or never came to be: children that can be released no more go with it, and so do the others of
   * its group. One that grew with its parent takes the rest of that one along, unless somebody asked for its end.
   */
  onGone(strategy_id: StrategyId, counter: number, isAskedFor = false, order?: Parent): void {
    this.#forgetAsked(strategy_id, counter)
    for (const child of this.#options.held.childrenOf(strategy_id, counter)) {
      const parent = order ?? this.#endOf(child) ?? NOTHING
      if (!this.#release(child, { ...parent, ended: true })) this.#endChild(child)
    }
    for (const member of this.#groups.growingWith(strategy_id, counter)) this.#endGrowth(member)
    const member = this.#groups.member(strategy_id, counter)
    if (member === undefined) return
    const others = this.#groups.others(strategy_id, counter)
    this.#groups.leave(strategy_id, counter)
    if (member.is_leaving) return
    if (member.parent_counter !== 0 && !isAskedFor) this.#cancelAtVenue(strategy_id, member.parent_counter)
    // They have been lowered by what it traded, and cover what it did not come to.
    if (order !== undefined && this.#isOutrun(member, order)) return
    for (const other of others) this.#cancel(other)
  }

  foldChange(change: HoldingChange): void {
    this.#groups.foldChange(change)
    if (change.change === 'parent_ended') this.#ended.put(change)
    else if (change.change === 'gone') this.#ended.forget(change)
  }

  save(writer: CanonicalWriter): void {
    this.#groups.save(writer)
    this.#due.save(writer)
    this.#ended.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#groups.load(reader)
    this.#due.load(reader)
    this.#ended.load(reader)
  }

  saveLedger(): LedgerLinks {
    const ended_parents = this.#ended.saveLedger()
    return { groups: this.#groups.saveLedger(), ...(ended_parents.length > 0 && { ended_parents }) }
  }

  loadLedger({ groups, ended_parents = [] }: LedgerLinks): void {
    this.#groups.loadLedger(groups)
    for (const ended of ended_parents) this.#ended.put(ended)
  }

  /** Nothing can be linked to an order that was over as it was asked for. */
  #forgetAsked(strategy_id: StrategyId, counter: number): void {
    if (!this.#options.knows_ended) return
    const isOther = (intent: SubmitIntent) => intent.strategy_id !== strategy_id || intent.counter !== counter
    const left = [...this.#asked].filter(isOther)
    if (left.length === this.#asked.size) return
    this.#asked.clear()
    for (const intent of left) this.#asked.push(intent)
  }

  /** A venue cancels an order for reasons of its own, too. */
  #isAskedFor({ type, strategy_id, counter }: OrderFact): boolean {
    const { knows_ended, wasAskedToEnd } = this.#options
    return type === 'order.canceled' && (!knows_ended || wasAskedToEnd(strategy_id, counter))
  }

  /** The order, where it has traded, or ended with a trade. */
  #tradedOrder(strategy_id: StrategyId, counter: number): OrderRecord | undefined {
    const order = this.#options.knows_ended ? this.#options.orderOf(strategy_id, counter) : undefined
    return order !== undefined && order.cum_quantity_units > 0 ? order : undefined
  }

  #onTraded(strategy_id: StrategyId, counter: number, order: Parent): void {
    for (const child of this.#options.held.childrenOf(strategy_id, counter)) this.#release(child, order)
    for (const member of this.#groups.growingWith(strategy_id, counter)) this.#grow(member, order)
    const member = this.#groups.member(strategy_id, counter)
    if (member === undefined) return
    // Its end takes the others along, unless somebody has asked for that end.
    const isLast = this.#options.cancels_once && order.ended && !this.#isOutrun(member, order)
    if (!isLast || member.is_leaving) this.#tellOthers(member, order)
  }

  #onReplaced(strategy_id: StrategyId, counter: number, order: Parent): void {
    const member = this.#groups.member(strategy_id, counter)
    if (member !== undefined) this.#decide(member, order)
  }

  /** Whether the child goes, or will as soon as it may. */
  #release(child: HeldOrder, parent: Parent): boolean {
    const { held, isOpenFor } = this.#options
    // What became of a child before it has taken this one along.
    if (held.find(child.strategy_id, child.counter) !== child) return true
    const granted_units = this.#granted(child, parent)
    if (granted_units === 0) return false
    if (isOpenFor(child.strategy_id, child.instrument_index, false)) this.#letGo(child, parent, granted_units)
    else {
      this.#noteEnd(child, parent)
      this.#wait(() => this.#due.noteChild(child))
    }
    return true
  }

  /** The order actor may forget a parent that has ended before its child may go. */
  #noteEnd({ strategy_id, counter }: HeldOrder, { ended, cum_quantity_units: traded_units }: Parent): void {
    if (!this.#options.knows_ended || !ended || traded_units === 0) return
    if (this.#ended.tradedUnits({ strategy_id, counter }) === traded_units) return
    const end = { strategy_id, counter, traded_units }
    this.#ended.put(end)
    this.#options.onChange({ change: 'parent_ended', ...end })
  }

  /** What was noted of the parent's end. */
  #endOf(child: HeldOrder): Parent | undefined {
    const cum_quantity_units = this.#ended.tradedUnits(child)
    return cum_quantity_units === undefined ? undefined : { ...NOTHING, cum_quantity_units }
  }

  #endChild({ strategy_id, counter }: HeldOrder): void {
    if (this.#options.held.cancel(strategy_id, counter, 'parent_ended'))
      this.onGone(strategy_id, counter, true)
  }

  /** The child goes with what its parent has traded of it, and grows as that trades more. */
  #letGo(child: HeldOrder, parent: Parent, granted_units: number): void {
    const { held } = this.#options
    const { strategy_id, counter, terms, parent_units, order_quantity_units: whole_units } = child
    const { parent_counter } = terms
    held.cut(child)
    if (!isDone(parent))
      this.#groups.grow(strategy_id, counter, { parent_counter, parent_units, whole_units, granted_units })
    const order_quantity_units = granted_units as HeldOrder['order_quantity_units']
    const free = { ...child, order_quantity_units, terms: { ...terms, ...NO_LINKS } }
    if (!held.release(free)) this.onGone(strategy_id, counter)
  }

  /** What the parent releases of the child: 0 while it waits. */
  #granted(
    { terms, order_quantity_units, parent_units, instrument_index }: HeldOrder,
    parent: Parent,
  ): number {
    if (terms.parent_fill === 'full' && !isDone(parent)) return 0
    const spec = this.#options.specOf(instrument_index)
    return shareUnits(order_quantity_units, parent.cum_quantity_units, parent_units, spec)
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
    else this.#payOwed(strategy_id as StrategyId, counter)
  }

  /** The order's parent trades no more. */
  #endGrowth(member: Member): void {
    this.#groups.change(member, { parent_counter: 0 })
    const order = this.#orderOf(member)
    if (order !== undefined) this.#noteGrown(member, order.order_quantity_units)
  }

  #noteGrown(member: Member, total_units: number): void {
    const change = this.#options.terms_hold ? grown(member, total_units) : undefined
    if (change !== undefined) this.#groups.change(member, change)
  }

  #isOutrun(member: Member, order: Traded): boolean {
    return this.#options.terms_hold && isOutrun(member, order)
  }

  #orderOf({ strategy_id, counter }: Member): HeldOrder | OrderRecord | undefined {
    const { held, orderOf } = this.#options
    return held.find(strategy_id, counter) ?? orderOf(strategy_id as StrategyId, counter)
  }

  #settleChild(child: HeldOrder): void {
    const { held, orderOf } = this.#options
    const { strategy_id, terms } = child
    if (held.find(strategy_id, terms.parent_counter) !== undefined) return
    const parent = orderOf(strategy_id, terms.parent_counter) ?? this.#endOf(child)
    if (parent !== undefined && (this.#release(child, parent) || !parent.ended)) return
    this.#endChild(child)
  }

  #settleMember(member: Member): void {
    const { held, orderOf } = this.#options
    const { counter, parent_counter } = member
    const id = member.strategy_id as StrategyId
    const parent = parent_counter === 0 ? undefined : orderOf(id, parent_counter)
    if (parent !== undefined) this.#grow(member, parent)
    if (parent_counter !== 0 && parent?.ended !== false) this.#endGrowth(member)
    if (held.find(id, counter) !== undefined) return
    const order = orderOf(id, counter)
    if (order === undefined) return this.onGone(id, counter)
    this.#tellOthers(member, order)
    this.#decide(member, order)
    if (order.ended) this.onGone(id, counter, order.state === 'canceled', order)
    else this.#payOwed(id, counter)
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
      return this.onGone(id, member.counter, true)
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
    if (left <= 0) return this.#cancel(member)
    this.#groups.change(member, { quantity_max_units: left })
    if ('awaits' in order) held.resize(order, left, 'ouo')
    else this.#payOwed(strategy_id as StrategyId, counter)
  }

  /** The first that is due says when all are looked at again; what comes to it puts nothing off. */
  #wait(note: () => void): void {
    const { due_alone, onDue } = this.#options
    if (!due_alone || this.#due.isEmpty) onDue()
    note()
  }

  /** Tells the venue what a member may still trade, as soon as it can be told. */
  #payOwed(strategy_id: StrategyId, counter: number): void {
    const member = this.#groups.member(strategy_id, counter)
    const order = this.#options.orderOf(strategy_id, counter)
    if (member === undefined || order === undefined || order.ended) return
    if (member.is_leaving) return this.#cancelAtVenue(strategy_id, counter)
    const { quantity_max_units: max, whole_units } = member
    const { order_quantity_units: total } = order
    this.#noteGrown(member, total)
    if (max === Number.POSITIVE_INFINITY || total === max || (total < max && whole_units === 0)) return
    if (max <= order.cum_quantity_units) return this.#cancel(member)
    // A request in flight is answered by a fact, and that comes here again.
    if (order.state !== 'new' && order.state !== 'partially_filled') return
    if (!this.#options.isOpenFor(strategy_id, order.instrument_index, total > max))
      return this.#wait(() => this.#due.noteMember(member))
    this.#options.resize(order, max)
  }
}

const NO_LINKS = {
  parent_counter: 0,
  group_counter: 0,
  group_type: '',
} as const satisfies Partial<OrderTerms>

const NOTHING: Parent = { cum_quantity_units: 0, order_quantity_units: 0, ended: true }

const REFUSALS: ReadonlySet<OrderFactType> = new Set(['order.cancel_rejected', 'order.replace_rejected'])

function isDone({ cum_quantity_units, order_quantity_units, ended }: Parent): boolean {
  return ended || cum_quantity_units >= order_quantity_units
}
