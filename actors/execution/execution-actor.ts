// Turns a strategy's intents into orders a venue can take: which venue, which ids, which incarnation. What a venue lacks,
// triggers, trails and links between orders, is worked out here, the same way in every mode. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import { unreachable } from '../../schemas/assert.ts'
import type { LedgerHolding } from '../../schemas/ledger-section.ts'
import type { Control } from '../../schemas/messages/control.ts'
import {
  type CancelIntent,
  INTENT_AGE_MAX_US,
  type Intent,
  type ReplaceIntent,
  type SubmitIntent,
  type WholeReplace,
} from '../../schemas/messages/intent.ts'
import { isPlain, isTrailing, mayHaveLimit, type Side } from '../../schemas/messages/order.ts'
import { isFill, type OrderFact } from '../../schemas/messages/order-fact.ts'
import type { DenialCode, OrderDenied } from '../../schemas/messages/risk.ts'
import type { SecurityStatus } from '../../schemas/messages/security-status.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { decimalString, priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import type { OrderRecord } from '../order/order-record.ts'
import * as gate from '../risk/gate.ts'
import type { OpenOrder } from '../strategy/context.ts'
import { Denials } from './denials.ts'
import type { ExecutionOptions } from './execution-options.ts'
import { drawnBy, ForeignIntents } from './foreign-intents.ts'
import { GateRequests } from './gate-requests.ts'
import { HeldBook, LOOK, LOOK_US } from './held-book.ts'
import { type HeldOrder, heldOrder, withoutLinks } from './held-order.ts'
import { HeldReducers } from './held-reducers.ts'
import { decodeChange, encodeChange, type HoldingChange } from './holding-change.ts'
import { KeptOrderChecks } from './kept-order-checks.ts'
import { LinkKeeper } from './link-keeper.ts'
import { LinkedOrders } from './linked-orders.ts'

/** The timer that looks again at what was due while market or account were not open; no order's key looks like it. */
const DUE = 'due'
/** Timers that judge the held orders of an instrument, by its index; nor does an order's key look like these. */
const JUDGE = 'judge:'

export class ExecutionActor implements Actor {
  readonly name: string
  readonly #node: Node
  readonly #options: ExecutionOptions
  readonly #gate: GateRequests
  readonly #denials: Denials
  readonly #held: HeldBook
  readonly #checks: KeptOrderChecks
  readonly #linked: LinkedOrders
  readonly #keeper: LinkKeeper
  readonly #reducers: HeldReducers
  /** By strategy, the highest counter of an order ever kept here: no order of a later build may have it again. */
  readonly #counters = new Map<string, number>()
  readonly #foreign: ForeignIntents
  /** What other nodes asked for in the last step of an earlier build, which left no word of it. */
  #undecided: Intent[] = []
  #intentCount = 0
  /** Since the session started its venues have been found to agree: before, no order would leave. */
  #isEnabled = false
  /** What is released now follows, or may follow, from a trade of a closing auction. */
  #isOfClose = false
  /** While an earlier build's records are folded in, what followed from them is in the records, too. */
  is_folding = false

  constructor(node: Node, options: ExecutionOptions) {
    const { account_id } = options
    this.name = `execution/${account_id}`
    this.#node = node
    this.#options = options
    this.#gate = new GateRequests(node, options)
    this.#denials = new Denials(node, options)
    const index = node.addActor(this)
    const onChange = (change: HoldingChange) => this.#onChange(change)
    const isOpenFor: ExecutionOptions['isOpenFor'] = (strategy_id, instrument_index, lowers) =>
      this.#isEnabled && options.isOpenFor(strategy_id, instrument_index, lowers)
    const hasRoom = () => !options.terms_hold || options.hasRoom(this.#gate.ahead_count)
    this.#held = new HeldBook(
      node,
      index,
      { ...options, isOpenFor, hasRoom },
      (order) => this.#gate.submitHeld(order),
      onChange,
    )
    this.#checks = new KeptOrderChecks(options, this.#held)
    this.#linked = new LinkedOrders({
      held: this.#held,
      isOpenFor: (strategy_id, instrument_index, lowers) =>
        isOpenFor(strategy_id, instrument_index, lowers) &&
        (lowers || (hasRoom() && !this.#missesClose(instrument_index))),
      onDue: () => node.timers.set(index, DUE, node.now_us + LOOK_US),
      due_alone: options.due_alone,
      knows_ended: options.knows_ended,
      cancels_once: options.cancels_once,
      terms_hold: options.terms_hold,
      onChange,
      orderOf: options.orderOf,
      groupedOrders: () => (keepsGroups(options) ? options.openOrders() : []),
      wasAskedToEnd: options.wasAskedToEnd,
      cancel: (strategy_id, counter) => this.#gate.cancelOwn(strategy_id, counter),
      specOf: (i) => this.#gate.instrument(i),
      resize: (order, quantity) => this.#gate.resizeOwn(order, quantity),
    })
    const [gate, held, linked] = [this.#gate, this.#held, this.#linked]
    this.#keeper = new LinkKeeper(node, options, { gate, held, linked })
    this.#reducers = new HeldReducers({
      held: this.#held,
      is_on: options.reducers_end,
      positionUnits: options.positionUnits,
      isUnanswered: (instrument_index, side) => this.#isUnanswered(instrument_index, side),
      end: ({ strategy_id, counter }) => {
        this.#held.cancel(strategy_id, counter, 'reduce_only')
        this.#linked.onGone(strategy_id, counter)
      },
      judgeLater: (instrument_index, later_us) =>
        node.timers.set(index, `${JUDGE}${instrument_index}`, node.now_us + later_us),
    })
    this.#foreign = new ForeignIntents({
      session: options.session,
      epoch: node.epoch,
      counterHighWater: (id) => Math.max(options.counterHighWater(id), this.counterHighWater(id)),
    })
    this.#subscribe()
  }

  #subscribe(): void {
    const node = this.#node
    const { account_id, strategies, instruments, apart } = this.#options
    for (const strategy_id of strategies) {
      const isApart = apart.has(strategy_id)
      node.bus.subscribe<Intent>(SUBJECT.intent(account_id, strategy_id), (intent) =>
        isApart ? this.#onForeign(intent) : this.#onIntent(intent),
      )
      node.bus.subscribe<OrderDenied>(SUBJECT.denied(account_id, strategy_id), (denial) => {
        if (denial.request === 'new' && !this.is_folding) this.#linked.onDenied(this.#node.seq, denial)
      })
    }
    node.bus.subscribe<OrderFact>(SUBJECT.order(account_id), (fact) => {
      if (this.is_folding) return
      this.#isOfClose = this.#isCrossed(fact)
      this.#linked.onFact(fact)
      this.#isOfClose = false
      if (isFill(fact)) this.#reducers.note(fact.instrument_index)
    })
    for (const venue_id of new Set(instruments.map((spec) => spec.venue_id))) {
      node.bus.subscribe<SecurityStatus>(SUBJECT.securityStatus(venue_id), (status) => this.#onStatus(status))
    }
    node.bus.subscribe<Control>(INPUT_SUBJECT.control, (control) => this.#onControl(control))
  }

  get state(): string {
    const held = this.#held.size
    return held === 0 ? `${this.#intentCount} intents` : `${this.#intentCount} intents, ${held} held`
  }

  /** Orders that came to nothing here, and those that are held: no gate has judged them, and no venue has heard of them. */
  get counts(): {
    readonly denied: number
    readonly canceled: number
    readonly expired: number
    readonly held: number
  } {
    const { canceled_count: canceled, expired_count: expired, size: held } = this.#held
    return { denied: this.#denials.count, canceled, expired, held }
  }

  /** The order with this key, where it is kept here; callers change nothing. */
  heldOrder(strategy_id: string, counter: number): Pick<HeldOrder, 'order_type' | 'terms'> | undefined {
    return this.#held.find(strategy_id, counter)
  }

  /** Whether the trigger of an order that was kept here was met in this very step. */
  isTriggeredNow(strategy_id: string, counter: number): boolean {
    return this.#held.isTriggeredNow(strategy_id, counter)
  }

  /** Orders of a strategy that are kept here, oldest first. */
  heldOrders(strategy_id: string): OpenOrder[] {
    return this.#held.of(strategy_id)
  }

  onTimer(id: string): void {
    if (id === DUE) this.#settleDue()
    else if (id.startsWith(JUDGE)) this.#judge(Number(id.slice(JUDGE.length)))
    else if (id.startsWith(LOOK)) this.#held.wake(Number(id.slice(LOOK.length)))
    else this.#onExpired(this.#held.expire(id))
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#intentCount)
    writer.number(this.#denials.count)
    writer.flag(this.#isEnabled)
    this.#held.save(writer)
    this.#linked.save(writer)
    writer.count(this.#counters.size)
    for (const [strategy_id, counter] of this.#counters) {
      writer.text(strategy_id)
      writer.number(counter)
    }
    this.#foreign.save(writer)
    writer.value(this.#undecided)
  }

  load(reader: CanonicalReader): void {
    this.#intentCount = reader.number()
    this.#denials.count = reader.number()
    this.#isEnabled = reader.flag()
    this.#held.load(reader)
    this.#linked.load(reader)
    for (let left = reader.count(); left > 0; left--) this.#counters.set(reader.text(), reader.number())
    this.#foreign.load(reader)
    this.#undecided = reader.value() as Intent[]
  }

  saveLedger(): LedgerHolding {
    const counters = Object.fromEntries(this.#counters)
    const undecided = this.#undecided.length === 0 ? {} : { undecided: this.#undecided }
    return { orders: this.#held.saveLedger(), ...this.#linked.saveLedger(), counters, ...undecided }
  }

  /** Into an actor just made. */
  loadLedger(
    { orders, counters, undecided = [], ...links }: LedgerHolding,
    instrumentIndex: (instrument_id: string) => number,
  ): void {
    for (const intent of undecided as Intent[]) this.noteUndecided(intent)
    this.#held.loadLedger(orders, instrumentIndex)
    this.#linked.loadLedger(links)
    for (const [strategy_id, counter] of Object.entries(counters)) this.#counters.set(strategy_id, counter)
  }

  /** What a record of an earlier build says of the orders kept here. */
  foldChange(bytes: Uint8Array): void {
    const change = decodeChange(bytes)
    this.#held.foldChange(change)
    this.#linked.foldChange(change)
    this.#noteCounter(change)
  }

  /** An intent of another node that was journaled and not decided on: it is when the session starts again. */
  noteUndecided(intent: Intent): void {
    this.#undecided.push(intent)
  }

  forgetUndecided(): void {
    this.#undecided = []
  }

  counterHighWater(strategy_id: string): number {
    return this.#counters.get(strategy_id) ?? 0
  }

  #onChange(change: HoldingChange): void {
    this.#noteCounter(change)
    if (change.change === 'gone') this.#linked.forget(change)
    else if (change.change === 'held') this.#noteReducer(change.order)
    this.#node.noteHolding({ account_id: this.#options.account_id, change: encodeChange(change) })
  }

  #noteReducer({ awaits, terms, instrument_index }: HeldOrder): void {
    if (awaits === 'trigger' && terms.reduce_only) this.#reducers.note(instrument_index)
  }

  /** Before trading is enabled nobody knows what is open at the venues; then all is looked at. */
  #judge(instrument_index: number): void {
    if (this.#isEnabled) this.#reducers.judge(instrument_index)
  }

  #isUnanswered(instrument_index: number, side: Side): boolean {
    for (const order of this.#options.openOrders()) {
      if (order.instrument_index === instrument_index && order.side === side && !order.accepted) return true
    }
    return false
  }

  #settleDue(): void {
    // Whether what is due follows from a trade of the close is not remembered: in a closing call it waits.
    this.#isOfClose = true
    this.#linked.settleDue()
    this.#isOfClose = false
  }

  /** Whether a trade is of the closing auction: in the call nothing else trades, but a trade of before may be told in it. */
  #isCrossed(fact: OrderFact): boolean {
    const { statuses } = this.#options
    const { instrument_index: i, ts_event_us } = fact
    return isFill(fact) && statuses.of(i) === 'closing_call' && ts_event_us >= statuses.stoppedUs(i)
  }

  /** Trades of a closing auction are told before the close is: what follows from them would come to a venue that is closed. */
  #missesClose(instrument_index: number): boolean {
    const { terms_hold, statuses, capabilities } = this.#options
    if (!terms_hold || !this.#isOfClose || statuses.of(instrument_index) !== 'closing_call') return false
    return capabilities.get(this.#gate.instrument(instrument_index).venue_id)?.closed_orders !== true
  }

  #noteCounter(change: HoldingChange): void {
    if (change.change !== 'held') return
    const { strategy_id, counter } = change.order
    if (counter > this.counterHighWater(strategy_id)) this.#counters.set(strategy_id, counter)
  }

  #onForeign(intent: Intent): void {
    const last = this.#foreign.lastOf(intent.strategy_id)
    const refusal = this.#foreign.refusal(intent)
    if (refusal !== undefined) {
      const isTold = refusal === 'counter_invalid' && this.#options.counters_told
      return this.#refuse(intent, refusal, String(drawnBy(intent)), isTold ? String(last) : '')
    }
    const age_us = this.#node.now_us - intent.ts_intent_us
    // The gate looks at what it is asked for, and not at what is held here.
    if (this.#options.intents_age && intent.type !== 'cancel_intent' && age_us > INTENT_AGE_MAX_US)
      return this.#refuse(intent, 'intent_too_old', `${age_us} us`)
    this.#onIntent(intent)
  }

  /** However soon the session goes on, an order or replace is denied; a cancel is asked for now. */
  #onUndecided(intent: Intent): void {
    if (!this.#options.strategies.includes(intent.strategy_id)) return
    const { now_us } = this.#node
    if (intent.type === 'cancel_intent') this.#onForeign({ ...intent, ts_intent_us: timeUs(now_us) })
    else this.#refuse(intent, 'intent_too_old', `${now_us - intent.ts_intent_us} us`)
  }

  #refuse(intent: Intent, code: DenialCode, value: string, limit = ''): void {
    this.#intentCount++
    this.#denials.deny(intent, { code, value, limit })
  }

  #onIntent(intent: Intent): void {
    this.#intentCount++
    switch (intent.type) {
      case 'submit_intent':
        return this.#onSubmit(intent)
      case 'cancel_intent':
        return this.#onCancel(intent)
      case 'replace_intent':
        return this.#onReplace(intent)
      default:
        return unreachable(intent)
    }
  }

  #onSubmit(intent: SubmitIntent): void {
    if (isPlain(intent)) {
      this.#linked.noteAsked(this.#node.seq, intent)
      return this.#gate.submit(intent)
    }
    // Nothing is kept for a strategy that may not trade: the gate says so at once.
    if (!this.#options.isTrading(intent.strategy_id)) return this.#gate.submit(intent)
    const { parent_counter, group_counter } = intent.terms
    const { venue_id } = this.#gate.instrument(intent.instrument_index)
    const { keepsParent, kept_group_type } = this.#keeper.of(intent, venue_id)
    const keepsGroup = kept_group_type !== ''
    const refused = this.#checks.ofNew(intent, keepsParent, this.#node.now_us)
    if (refused !== undefined) return this.#denyNew(intent, refused)
    // To its venue one may still be alone that was of a group here: whoever has ended is joined nowhere.
    if (this.#options.terms_hold && this.#options.orderOf(intent.strategy_id, group_counter)?.ended === true)
      return this.#denyNew(intent, unknown(group_counter))
    // What is linked may come to be for less than it shows. One that shows more than it is for never was an order.
    if (this.#options.terms_hold && intent.terms.display_quantity_units > intent.order_quantity_units)
      return this.#gate.submit(intent)
    const { seq } = this.#node
    const parent_units = keepsParent ? this.#linked.parentUnits(seq, intent) : 0
    if (parent_units === undefined) return this.#denyNew(intent, unknown(parent_counter))
    const units = keepsGroup ? this.#linked.joiningUnits(seq, intent) : intent.order_quantity_units
    if (units === undefined) return this.#denyNew(intent, unknown(group_counter))
    this.#options.outputs.asked(intent, this.#node.now_us)
    const order = { ...intent, order_quantity_units: sizeUnits(units) }
    this.#linked.noteAsked(seq, order)
    if (keepsGroup) this.#linked.members.join(intent, kept_group_type, units)
    const terms = withoutLinks(intent.terms, keepsParent, keepsGroup)
    if (keepsParent) {
      const child = heldOrder(order, venue_id, 'parent', parent_units)
      const taken_units = intent.order_quantity_units - units
      if (this.#linked.children.releaseAtOnce(child, taken_units)) return
      this.#held.add(child)
      this.#linked.children.noteTaken(child, taken_units)
      this.#linked.children.endAtOnce(child)
    } else if (!this.#held.release(heldOrder({ ...order, terms }, venue_id, 'trigger'))) {
      this.#linked.onGone(intent.strategy_id, intent.counter)
    }
  }

  #onExpired(order: HeldOrder | undefined): void {
    if (order !== undefined) this.#linked.onGone(order.strategy_id, order.counter)
  }

  #onCancel(intent: CancelIntent): void {
    const { strategy_id, counter } = intent
    if (this.#held.cancel(strategy_id, counter, ''))
      this.#linked.onGone(strategy_id, counter, this.#options.knows_ended)
    else this.#gate.cancel(intent)
  }

  #onReplace(asked: ReplaceIntent): void {
    const held = this.#held.find(asked.strategy_id, asked.counter)
    const intent = this.#whole(asked, held)
    const growing = this.#linked.members.growing(intent.strategy_id, intent.counter)
    if (growing !== undefined && growing.order_quantity_units !== intent.order_quantity_units)
      return this.#denyQuantity(intent, growing)
    const refused = held && this.#checks.ofChange(held, intent, this.#node.now_us)
    if (held !== undefined && refused !== undefined) return this.#denials.denyChange(held, intent, refused)
    const { seq } = this.#node
    if (held !== undefined) this.#linked.onChange(seq, held, intent.order_quantity_units)
    if (this.#held.replace(intent)) return
    this.#linked.noteReplace(seq, intent)
    this.#gate.replace(intent)
  }

  /**
   * What a change leaves out stays as it is. Where a trailing order stands is not its strategy's to say, nor is the limit of
   * an order that has none.
   */
  #whole(intent: ReplaceIntent, held: HeldOrder | undefined): WholeReplace {
    const order = held ?? this.#options.orderOf(intent.strategy_id, intent.counter)
    const isFollowing = order !== undefined && isTrailing(order.order_type)
    const trigger = held?.trigger_price_units ?? order?.terms.trigger_price_units
    const price_units = order?.price_units ?? priceUnits(0)
    const hasNone = this.#options.terms_hold && order !== undefined && !mayHaveLimit(order.order_type)
    const whole = {
      price_units,
      trigger_price_units: isFollowing || trigger === undefined ? priceUnits(0) : trigger,
      order_quantity_units: order?.order_quantity_units ?? sizeUnits(0),
      ...intent,
      ...(hasNone && { price_units }),
    }
    if (held === undefined) return whole
    const units = this.#linked.members.boundUnits(
      intent.strategy_id,
      intent.counter,
      whole.order_quantity_units,
    )
    return { ...whole, order_quantity_units: sizeUnits(units) }
  }

  /** What waits here wakes when trading begins, what a venue refused is asked for again, and what is for the day ends with it. */
  #onStatus({ instrument_index, status, ends_day }: SecurityStatus): void {
    if (status === 'trading') {
      this.#held.wake(instrument_index)
      if (this.#options.lowers_at_once && !this.is_folding) this.#linked.members.payOwedIn(instrument_index)
    }
    if (!ends_day) return
    for (const { strategy_id, counter } of this.#held.endDay(instrument_index))
      this.#linked.onGone(strategy_id, counter)
  }

  #onControl({ command, account_id, strategy_id }: Control): void {
    if (command === 'session_start') {
      this.#isEnabled = false
      this.#linked.children.noteEnded()
      for (const intent of this.#undecided.splice(0)) this.#onUndecided(intent)
    }
    if (command === 'trading_enable') {
      this.#isEnabled = true
      this.#linked.settle()
      for (const { index } of this.#options.instruments) this.#reducers.note(index)
      return
    }
    if (command !== 'orders_cancel') return
    if (account_id !== '' && account_id !== this.#options.account_id) return
    for (const id of this.#options.strategies) {
      if (strategy_id !== '' && strategy_id !== id) continue
      for (const { counter } of this.#held.of(id)) {
        this.#held.cancel(id, counter, 'orders_cancel')
        this.#linked.onGone(id, counter, this.#options.knows_ended)
      }
    }
  }

  #denyNew(intent: SubmitIntent, refusal: gate.Refusal): void {
    const { venue_id } = this.#gate.instrument(intent.instrument_index)
    this.#denials.deny(intent, refusal, { venue_id })
  }

  /** What an order that grows is for is what its parent has traded of it. */
  #denyQuantity(intent: WholeReplace, order: HeldOrder | OrderRecord): void {
    const { size_scale } = this.#gate.instrument(order.instrument_index)
    const value = decimalString(intent.order_quantity_units, size_scale)
    const limit = decimalString(order.order_quantity_units, size_scale)
    this.#denials.denyChange(order, intent, gate.refusal('linked_quantity', value, limit))
  }
}

/** Whether any venue keeps groups of orders itself. */
function keepsGroups({ capabilities }: ExecutionOptions): boolean {
  return [...capabilities.values()].some(({ contingencies }) => contingencies?.some((kind) => kind !== 'oto'))
}

/** There is no order, or none any more, that an order names, or its group is of another type. */
function unknown(counter: number): gate.Refusal {
  return gate.refusal('contingency_unknown', String(counter))
}
