// Links between orders that the venue does not keep: children that a parent's trade releases, and groups of which one
// order cancels or updates the others. Fed by facts and denials; acts through the functions it is given.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { StrategyId } from '../../schemas/ids.ts'
import type { LedgerGroup } from '../../schemas/ledger-section.ts'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import { isFill, type OrderFact } from '../../schemas/messages/order-fact.ts'
import type { GroupType, OrderTerms } from '../../schemas/messages/order-terms.ts'
import type { OrderRecord } from '../order/order-record.ts'
import type { HeldBook } from './held-book.ts'
import type { HeldOrder } from './held-order.ts'
import type { HoldingChange } from './holding-change.ts'
import type { Member, OrderGroup } from './order-group.ts'
import { OrderGroups } from './order-groups.ts'

export type LinkedOptions = {
  readonly held: HeldBook
  /** Whether an order of the strategy may go to the gate now; what may not waits, and `onDue` is told. */
  readonly isOpenFor: (strategy_id: StrategyId, instrument_index: number) => boolean
  readonly onDue: () => void
  /** Hears of each change of a group. */
  readonly onChange: (change: HoldingChange) => void
  readonly orderOf: (strategy_id: StrategyId, counter: number) => OrderRecord | undefined
  /** Asks the venue to cancel an order of the account. */
  readonly cancel: (strategy_id: StrategyId, counter: number) => void
  /** Asks the venue to lower an order's total. */
  readonly reduce: (order: OrderRecord, order_quantity_units: number) => void
}

export class LinkedOrders {
  readonly #options: LinkedOptions
  readonly #groups: OrderGroups
  /** Orders asked for in the input under way: the order actor does not know them yet. */
  readonly #asked: SubmitIntent[] = []
  #askedAt = 0

  constructor(options: LinkedOptions) {
    this.#options = options
    this.#groups = new OrderGroups(options.onChange)
  }

  noteAsked(seq: number, intent: SubmitIntent): void {
    if (seq !== this.#askedAt) {
      this.#asked.length = 0
      this.#askedAt = seq
    }
    this.#asked.push(intent)
  }

  /** Whether an order can be linked to: it is held, open, filled, or was asked for just now. */
  isKnown(seq: number, strategy_id: StrategyId, counter: number): boolean {
    if (this.#options.held.find(strategy_id, counter) !== undefined) return true
    const isAsked = (intent: SubmitIntent) => intent.strategy_id === strategy_id && intent.counter === counter
    if (seq === this.#askedAt && this.#asked.some(isAsked)) return true
    const order = this.#options.orderOf(strategy_id, counter)
    return order !== undefined && (!order.ended || order.cum_quantity_units > 0)
  }

  join({ strategy_id, counter, terms }: SubmitIntent, type: Exclude<GroupType, ''>): void {
    this.#groups.join(strategy_id, terms.group_counter, counter, type)
  }

  /** Whether the parent has already traded what releases its child. */
  hasTradedEnough({ strategy_id, terms }: Pick<HeldOrder, 'strategy_id' | 'terms'>): boolean {
    const parent = this.#options.orderOf(strategy_id, terms.parent_counter)
    if (parent === undefined) return false
    return releases(terms.parent_fill, parent.cum_quantity_units, parent.order_quantity_units)
  }

  onFact(fact: OrderFact): void {
    const { held } = this.#options
    if (held.size === 0 && this.#groups.size === 0) return
    const { strategy_id, counter } = fact
    const hasTraded = isFill(fact) && fact.last_quantity_units > 0
    if (hasTraded) this.#release(fact)
    if (fact.ended) return this.onGone(strategy_id, counter)
    if (hasTraded) this.#tellOthers(strategy_id, counter, fact.cum_quantity_units)
    this.#payOwed(strategy_id, counter)
  }

  /**
   * Does what was due and could not be done: what waited for market or account to be open, and what an earlier build did
   * not live to record, a parent or a member that ended or traded in its last step.
   */
  settle(): void {
    // Members first: a child released below is no order of the order actor's before the step ends.
    for (const group of this.#groups.all())
      for (const member of [...group.members]) this.#settleMember(member)
    for (const child of this.#options.held.children()) this.#settleChild(child)
  }

  /** An order has ended, or never came to be: what hangs on it goes with it. */
  onGone(strategy_id: StrategyId, counter: number): void {
    for (const child of this.#options.held.childrenOf(strategy_id, counter)) {
      // Its parent has done what it waited for; only the market or the account keep it.
      if (this.hasTradedEnough(child)) continue
      this.#options.held.cancel(strategy_id, child.counter, 'parent_ended')
      this.onGone(strategy_id, child.counter)
    }
    const others = this.#groups.others(strategy_id, counter)
    this.#groups.leave(strategy_id, counter)
    for (const member of others) this.#cancel(member)
  }

  foldChange(change: HoldingChange): void {
    this.#groups.foldChange(change)
  }

  save(writer: CanonicalWriter): void {
    this.#groups.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#groups.load(reader)
  }

  saveLedger(): LedgerGroup[] {
    return this.#groups.saveLedger()
  }

  loadLedger(groups: readonly LedgerGroup[]): void {
    this.#groups.loadLedger(groups)
  }

  #release({ strategy_id, counter, cum_quantity_units, order_quantity_units }: OrderFact): void {
    const { held } = this.#options
    for (const child of held.childrenOf(strategy_id, counter)) {
      if (!releases(child.terms.parent_fill, cum_quantity_units, order_quantity_units)) continue
      this.#releaseChild(child)
    }
  }

  #releaseChild(child: HeldOrder): void {
    const { strategy_id, instrument_index } = child
    if (!this.#options.isOpenFor(strategy_id, instrument_index)) return this.#options.onDue()
    this.#options.held.cut(child)
    this.#options.held.release({ ...child, terms: { ...child.terms, ...NO_LINKS } })
  }

  #settleChild(child: HeldOrder): void {
    const { held, orderOf } = this.#options
    const { strategy_id, counter, terms } = child
    if (held.find(strategy_id, terms.parent_counter) !== undefined) return
    if (this.hasTradedEnough(child)) return this.#releaseChild(child)
    const parent = orderOf(strategy_id, terms.parent_counter)
    if (parent !== undefined && !parent.ended) return
    if (held.cancel(strategy_id, counter, 'parent_ended')) this.onGone(strategy_id, counter)
  }

  #settleMember({ strategy_id, counter }: Member): void {
    const id = strategy_id as StrategyId
    if (this.#options.held.find(strategy_id, counter) !== undefined) return
    const order = this.#options.orderOf(id, counter)
    if (order === undefined || order.ended) return this.onGone(id, counter)
    this.#tellOthers(id, counter, order.cum_quantity_units)
    this.#payOwed(id, counter)
  }

  /** What an order of a group has traded is told to the others, each unit once. */
  #tellOthers(strategy_id: StrategyId, counter: number, cum_quantity_units: number): void {
    const group = this.#groups.of(strategy_id, counter)
    const member = this.#groups.member(strategy_id, counter)
    if (group === undefined || member === undefined) return
    const traded_units = cum_quantity_units - member.told_units
    if (traded_units <= 0) return
    member.told_units = cum_quantity_units
    this.#groups.note(group)
    for (const other of this.#groups.others(strategy_id, counter)) {
      if (group.type === 'oco') this.#cancel(other)
      else this.#lower(other, traded_units, group)
    }
  }

  #cancel({ strategy_id, counter }: Member): void {
    const id = strategy_id as StrategyId
    this.#groups.leave(strategy_id, counter)
    if (this.#options.held.cancel(id, counter, 'group')) return this.onGone(id, counter)
    const order = this.#options.orderOf(id, counter)
    if (order !== undefined && !order.ended && order.cancel_client_order_id === '')
      this.#options.cancel(id, counter)
  }

  /** So much less of the member may trade. */
  #lower(member: Member, by_units: number, group: OrderGroup): void {
    const { strategy_id, counter } = member
    const held = this.#options.held.find(strategy_id, counter)
    if (held !== undefined) {
      const left = held.order_quantity_units - by_units
      if (left <= 0) return this.#cancel(member)
      return this.#options.held.reduce(held, left)
    }
    const order = this.#options.orderOf(strategy_id as StrategyId, counter)
    if (order === undefined) return
    member.quantity_max_units = Math.min(member.quantity_max_units, order.order_quantity_units) - by_units
    this.#groups.note(group)
    this.#payOwed(strategy_id as StrategyId, counter)
  }

  /** Tells the venue what a member may still trade, as soon as it can be told. */
  #payOwed(strategy_id: StrategyId, counter: number): void {
    const member = this.#groups.member(strategy_id, counter)
    if (member === undefined || member.quantity_max_units === Number.POSITIVE_INFINITY) return
    const order = this.#options.orderOf(strategy_id, counter)
    if (order === undefined || order.ended || order.order_quantity_units <= member.quantity_max_units) return
    if (member.quantity_max_units <= order.cum_quantity_units) return this.#cancel(member)
    // A request in flight is answered by a fact, and that comes here again.
    if (order.state !== 'new' && order.state !== 'partially_filled') return
    if (!this.#options.isOpenFor(strategy_id, order.instrument_index)) return this.#options.onDue()
    this.#options.reduce(order, member.quantity_max_units)
  }
}

const NO_LINKS = {
  parent_counter: 0,
  group_counter: 0,
  group_type: '',
} as const satisfies Partial<OrderTerms>

function releases(
  fill: 'partial' | 'full',
  cum_quantity_units: number,
  order_quantity_units: number,
): boolean {
  return fill === 'partial' ? cum_quantity_units > 0 : cum_quantity_units >= order_quantity_units
}
