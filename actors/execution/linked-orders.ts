// Links between orders that the venue does not keep: children that a parent's trade releases (./linked-children.ts), and
// groups of which one order cancels or updates the others (./linked-members.ts). Fed by facts and denials; acts through the
// functions it is given.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { StrategyId } from '../../schemas/ids.ts'
import type { LedgerHolding } from '../../schemas/ledger-section.ts'
import type { SubmitIntent, WholeReplace } from '../../schemas/messages/intent.ts'
import { isFill, type OrderFact, type OrderFactType } from '../../schemas/messages/order-fact.ts'
import type { GroupType } from '../../schemas/messages/order-terms.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import { ChildUnits } from './child-units.ts'
import { DueLinks } from './due-links.ts'
import type { HeldOrder } from './held-order.ts'
import type { HeldKey } from './held-orders.ts'
import type { HoldingChange } from './holding-change.ts'
import { JustAsked } from './just-asked.ts'
import { LinkedChildren } from './linked-children.ts'
import { LinkedMembers } from './linked-members.ts'
import type { LinkedOptions, OnGone } from './linked-options.ts'
import { OrderGroups } from './order-groups.ts'
import { askedBase, type ParentUnits } from './share-units.ts'

/** What is kept of links over a change. */
type LedgerLinks = Pick<LedgerHolding, 'groups' | 'ended_parents' | 'taken'>

const REFUSALS: ReadonlySet<OrderFactType> = new Set(['order.cancel_rejected', 'order.replace_rejected'])

export class LinkedOrders {
  readonly children: LinkedChildren
  readonly members: LinkedMembers
  readonly #options: LinkedOptions
  readonly #asked = new JustAsked()
  readonly #groups: OrderGroups
  readonly #due: DueLinks
  readonly #ended = new ChildUnits()
  readonly #taken = new ChildUnits()

  constructor(options: LinkedOptions) {
    const { onChange, onDue, terms_hold, due_alone } = options
    const { onGone } = this
    const groups = new OrderGroups(onChange, terms_hold)
    const due = new DueLinks(onDue, due_alone)
    this.#options = options
    this.#groups = groups
    this.#due = due
    const children = new LinkedChildren(options, {
      groups,
      due,
      ended: this.#ended,
      taken: this.#taken,
      onGone,
    })
    this.children = children
    this.members = new LinkedMembers(options, { groups, due, children, onGone })
  }

  noteAsked(seq: number, intent: SubmitIntent): void {
    this.#asked.note(seq, intent)
  }

  /** Of an order that is not kept here. A second one is denied while the first has no answer. */
  noteReplace(seq: number, intent: WholeReplace): void {
    const { strategy_id, counter } = intent
    if (this.#changing(strategy_id, counter) !== undefined) return
    this.#asked.noteReplace(seq, intent)
  }

  /** The quantity of an order that can be linked to: it is held, open, filled, or was asked for just now. */
  quantityOf(seq: number, strategy_id: StrategyId, counter: number): number | undefined {
    const waiting =
      this.#options.held.find(strategy_id, counter) ?? this.#asked.find(seq, strategy_id, counter)
    if (waiting !== undefined) return waiting.order_quantity_units
    const order = this.#options.orderOf(strategy_id, counter)
    if (order === undefined || (order.ended && order.cum_quantity_units === 0)) return undefined
    const { order_quantity_units: units, ended } = order
    // Of one that grows its venue has not heard all.
    const whole_units = this.#options.terms_hold ? this.#groups.member(strategy_id, counter)?.whole_units : 0
    return ended ? units : Math.max(units, whole_units ?? 0)
  }

  /** What an order that was asked for just now is for, where it trades against another; 0 where it does not. */
  askedAgainst(seq: number, { strategy_id, instrument_index, side }: SubmitIntent, counter: number): number {
    const asked = this.#asked.find(seq, strategy_id, counter)
    const isAgainst = asked?.instrument_index === instrument_index && asked.side !== side
    return isAgainst ? asked.order_quantity_units : 0
  }

  /** What of its parent a new child is in proportion to. */
  parentUnits(seq: number, { strategy_id, order_quantity_units, terms }: SubmitIntent): number | undefined {
    const parent = this.#parentOf(seq, strategy_id, terms.parent_counter)
    return parent && askedBase(order_quantity_units, parent)
  }

  #parentOf(seq: number, strategy_id: StrategyId, counter: number): ParentUnits | undefined {
    const units = this.quantityOf(seq, strategy_id, counter)
    if (units === undefined) return undefined
    // One that grows is the engine's to change.
    const isOwn = (this.#groups.member(strategy_id, counter)?.whole_units ?? 0) === 0
    if (!this.#options.terms_hold || !isOwn) return { units, asked_units: [] }
    const changing_units = this.#changing(strategy_id, counter)
    const asked_units =
      changing_units === undefined ? this.#asked.replacedUnits(seq, strategy_id, counter) : [changing_units]
    return { units, asked_units }
  }

  /** What a replace under way asks for. */
  #changing(strategy_id: StrategyId, counter: number): number | undefined {
    const order = this.#options.orderOf(strategy_id, counter)
    if (order === undefined || order.ended || order.replace_client_order_id === '') return undefined
    return order.replace_quantity_units
  }

  /** An order that is kept here is about to be for so much. */
  onChange(seq: number, order: HeldOrder, order_quantity_units: number): void {
    const { strategy_id, awaits, terms } = order
    if (!this.#options.terms_hold || awaits !== 'parent') return
    if (this.#options.orderOf(strategy_id, terms.parent_counter)?.ended === true) return
    const parent = this.#parentOf(seq, strategy_id, terms.parent_counter)
    if (parent !== undefined) this.children.onChange(order, order_quantity_units, parent)
  }

  /**
   * What an order that joins the one it names has left to trade. Undefined where there is nothing to join, or a group of
   * another type: those in it are to be what their strategy asked for.
   */
  joiningUnits(seq: number, intent: SubmitIntent): number | undefined {
    const { strategy_id, terms } = intent
    if (this.quantityOf(seq, strategy_id, terms.group_counter) === undefined) return undefined
    if (this.#options.terms_hold && this.#hasOtherType(seq, intent)) return undefined
    return this.members.joiningUnits(intent)
  }

  /** Whether the order waits here, or is of another venue's. */
  isElsewhere(
    seq: number,
    strategy_id: StrategyId,
    counter: number,
    isThere: (instrument_index: number) => boolean,
  ): boolean {
    const { held, orderOf } = this.#options
    if (held.find(strategy_id, counter) !== undefined) return true
    const order = this.#asked.find(seq, strategy_id, counter) ?? orderOf(strategy_id, counter)
    return order !== undefined && !isThere(order.instrument_index)
  }

  /** Whether the order waits here, or is of a group that is kept here. */
  keeps(strategy_id: StrategyId, counter: number): boolean {
    return (
      this.#options.held.find(strategy_id, counter) !== undefined ||
      this.#groups.of(strategy_id, counter) !== undefined
    )
  }

  /** Whether an open order, or one that was asked for just now, is linked at its venue: it says so, or one that has joined it does. */
  isLinkedThere(
    seq: number,
    strategy_id: StrategyId,
    counter: number,
    isOfBefore: (parent_counter: number) => boolean,
  ): boolean {
    if (this.keeps(strategy_id, counter)) return false
    const asked = this.#asked.find(seq, strategy_id, counter)
    const named = asked ?? this.#options.orderOf(strategy_id, counter)
    if (named === undefined || ('ended' in named && named.ended)) return false
    // A child of one of before was let go at once: its venue knows of no parent.
    const isAlone = named.terms.parent_counter === 0 || (asked && isOfBefore(asked.terms.parent_counter))
    return !isAlone || this.#venueType(seq, strategy_id, counter) !== ''
  }

  /** The order waits no more. */
  forget(order: HeldKey): void {
    this.#ended.forget(order)
    this.#taken.forget(order)
  }

  onFact(fact: OrderFact): void {
    const { held } = this.#options
    if (held.size === 0 && this.#groups.size === 0) return
    const { strategy_id, counter } = fact
    if (isFill(fact) && fact.last_quantity_units > 0) {
      this.children.onParentTraded(strategy_id, counter, fact)
      this.members.onTraded(strategy_id, counter, fact)
    }
    if (fact.ended) return this.onGone(strategy_id, counter, this.#isAskedFor(fact), fact)
    if (fact.type === 'order.replaced') this.members.onReplaced(strategy_id, counter, fact)
    // What the venue has just refused is not asked for again until there is a new reason.
    if (!REFUSALS.has(fact.type)) this.members.payOwed(strategy_id, counter)
  }

  /** One that is denied as it is asked for never was of the group it was to join; one that was let go ends as any other does. */
  onDenied(seq: number, { strategy_id, counter }: OrderDenied): void {
    const asked = this.#asked.find(seq, strategy_id, counter)
    const joined = asked !== undefined && asked.terms.group_counter !== 0
    if (joined && this.#options.terms_hold) this.#groups.withdraw(strategy_id, counter)
    this.onGone(strategy_id, counter)
  }

  /**
   * An order has ended, or never came to be: children that can be released no more go with it, and so do the others of
   * its group.
   */
  readonly onGone: OnGone = (strategy_id, counter, isAskedFor = false, order) => {
    if (this.#options.knows_ended) this.#asked.forget(strategy_id, counter)
    this.children.onParentGone(strategy_id, counter, order)
    this.members.onGone(strategy_id, counter, isAskedFor, order)
  }

  /** Does what was due and could not be done, as far as it can be done now. */
  settleDue(): void {
    const { held, due_alone } = this.#options
    if (!due_alone) return this.settle()
    const { members, children } = this.#due.take()
    // Members first: one that is released now is no order of the order actor's before the step ends.
    for (const { strategy_id, counter } of members) this.members.payOwed(strategy_id as StrategyId, counter)
    for (const { strategy_id, counter } of children) {
      const child = held.find(strategy_id, counter)
      if (child?.awaits === 'parent') this.children.settle(child)
    }
  }

  /**
   * Does what was due and could not be done: what waited for market or account to be open, and what an earlier build did
   * not live to record, a parent or a member that ended or traded in its last step.
   */
  settle(): void {
    this.#due.take()
    // Members first, as above.
    this.members.settle()
    for (const child of this.#options.held.children()) this.children.settle(child)
  }

  foldChange(change: HoldingChange): void {
    this.#groups.foldChange(change)
    if (change.change === 'parent_ended') this.#ended.put(change, change.traded_units)
    else if (change.change === 'taken') this.#taken.put(change, change.taken_units)
    else if (change.change === 'gone') this.forget(change)
  }

  save(writer: CanonicalWriter): void {
    this.#groups.save(writer)
    this.#due.save(writer)
    this.#ended.save(writer)
    this.#taken.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#groups.load(reader)
    this.#due.load(reader)
    this.#ended.load(reader)
    this.#taken.load(reader)
  }

  saveLedger(): LedgerLinks {
    const ended_parents = this.#ended.all().map(({ units, ...child }) => ({ ...child, traded_units: units }))
    const taken = this.#taken.all().map(({ units, ...child }) => ({ ...child, taken_units: units }))
    return {
      groups: this.#groups.saveLedger(),
      ...(ended_parents.length > 0 && { ended_parents }),
      ...(taken.length > 0 && { taken }),
    }
  }

  loadLedger({ groups, ended_parents = [], taken = [] }: LedgerLinks): void {
    this.#groups.loadLedger(groups)
    for (const ended of ended_parents) this.#ended.put(ended, ended.traded_units)
    for (const child of taken) this.#taken.put(child, child.taken_units)
  }

  #hasOtherType(seq: number, { strategy_id, terms }: SubmitIntent): boolean {
    const { group_counter, group_type } = terms
    const type =
      this.#groups.of(strategy_id, group_counter)?.type || this.#venueType(seq, strategy_id, group_counter)
    return type !== '' && type !== group_type
  }

  /** The type of the group that an order's venue keeps: the order says it, or one that has joined it does. */
  #venueType(seq: number, strategy_id: StrategyId, counter: number): GroupType {
    const { orderOf, groupedOrders } = this.#options
    const named = this.#asked.find(seq, strategy_id, counter) ?? orderOf(strategy_id, counter)
    if (named !== undefined && named.terms.group_type !== '') return named.terms.group_type
    const joined = this.#asked.findJoined(seq, strategy_id, counter)
    if (joined !== undefined) return joined.terms.group_type
    for (const { strategy_id: id, terms } of groupedOrders())
      if (id === strategy_id && terms.group_counter === counter) return terms.group_type
    return ''
  }

  /** A venue cancels an order for reasons of its own, too. */
  #isAskedFor({ type, strategy_id, counter }: OrderFact): boolean {
    const { knows_ended, wasAskedToEnd } = this.#options
    return type === 'order.canceled' && (!knows_ended || wasAskedToEnd(strategy_id, counter))
  }
}
