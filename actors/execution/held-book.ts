// The orders the engine keeps, by key: those that wait for a parent, and those whose trigger the venue does not watch.

import type { Route } from '../../engine/bus.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { Node } from '../../engine/node.ts'
import { triggeredLimit } from '../../engine/trigger/trigger.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { must } from '../../schemas/assert.ts'
import { clientOrderId } from '../../schemas/ids.ts'
import type { LedgerHeldOrder } from '../../schemas/ledger-section.ts'
import type { SubmitIntent, WholeReplace } from '../../schemas/messages/intent.ts'
import { isTrailing } from '../../schemas/messages/order.ts'
import type { OrderFact, OrderFactType } from '../../schemas/messages/order-fact.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { timeUs } from '../../schemas/units.ts'
import type { Told } from '../risk/gate.ts'
import type { OpenOrder } from '../strategy/context.ts'
import { waitsHere, watchesAll, workedAs } from './emulated-types.ts'
import type { ExecutionOptions } from './execution-options.ts'
import { type HeldOrder, heldFact, heldOfLedger, ledgerHeld, loadHeld, saveHeld } from './held-order.ts'
import { HeldOrders, heldKey } from './held-orders.ts'
import type { HoldingChange } from './holding-change.ts'
import { TriggerWatch } from './trigger-watch.ts'

/** Timers that look again at the held orders of an instrument, by its index; no order's key looks like these. */
export const LOOK = 'look:'
/** What may not go now is looked at again so much later. */
export const LOOK_US = 250_000

type HeldBookOptions = Omit<ExecutionOptions, 'hasRoom'> & {
  /** Whether the order rate has room for one more. */
  readonly hasRoom: () => boolean
}

export class HeldBook {
  readonly #node: Node
  readonly #index: number
  readonly #options: HeldBookOptions
  readonly #submit: (order: HeldOrder) => void
  readonly #onChange: (change: HoldingChange) => void
  readonly #orders: HeldOrders
  readonly #routes = new Map<string, Route<OrderFact>>()
  readonly #watch: TriggerWatch
  /** Instruments whose rows are looked at, and of these the ones that were not to be, but for orders of before. */
  readonly #watched = new Set<number>()
  readonly #takenUp = new Set<number>()
  /** Orders whose trigger was met in the step of this sequence number. */
  readonly #triggered = new Set<string>()
  #triggeredSeq = -1
  /** Orders that ended here. */
  canceled_count = 0
  expired_count = 0

  /** @param onChange hears of each change, but for what is loaded or folded in. */
  constructor(
    node: Node,
    index: number,
    options: HeldBookOptions,
    submit: (order: HeldOrder) => void,
    onChange: (change: HoldingChange) => void,
  ) {
    const { instruments, account_id } = options
    this.#node = node
    this.#index = index
    this.#options = options
    this.#submit = submit
    this.#onChange = onChange
    this.#orders = new HeldOrders(instruments.length)
    this.#watch = new TriggerWatch(options)
    for (const id of options.strategies) {
      this.#routes.set(id, node.bus.route(SUBJECT.strategyOrder(account_id, id)))
    }
    for (const { index: at, venue_id } of instruments) {
      // A venue that watches every trigger itself leaves nothing to watch here, and its rows cost nothing.
      if (!watchesAll(options.capabilities.get(venue_id))) this.#watchRows(at)
    }
  }

  #watchRows(at: number): void {
    this.#watched.add(at)
    const { quotes, trades, bars } = this.#node
    quotes.addEngineHandler(at, () => this.#onRow(at))
    trades.addEngineHandler(at, ({ price_units }) => this.#onLast(at, price_units))
    bars.addEngineHandler(at, (row) => {
      if (row.price_type === 'last') this.#onLast(at, row.close_price_units)
      else this.#onRow(at)
    })
  }

  get size(): number {
    return this.#orders.size
  }

  find(strategy_id: string, counter: number): HeldOrder | undefined {
    return this.#orders.get(heldKey({ strategy_id, counter }))
  }

  /** Whether the order would wait here for its trigger. */
  keeps(order: SubmitIntent): boolean {
    return waitsHere(order, this.#tableOf(order), this.#options.terms_hold)
  }

  /** What of an order that waits here for its trigger goes to its venue once that is met. */
  worksAs(order: Told & Pick<HeldOrder, 'instrument_index'>): Told {
    return workedAs(order, this.#tableOf(order))
  }

  /** Whether the order's trigger was met in this very step: its strategy may not have heard of it yet. */
  isTriggeredNow(strategy_id: string, counter: number): boolean {
    return this.#triggeredSeq === this.#node.seq && this.#triggered.has(heldKey({ strategy_id, counter }))
  }

  /** The children of a parent, oldest first. */
  childrenOf(strategy_id: string, parent_counter: number): HeldOrder[] {
    return this.#orders.childrenOf(strategy_id, parent_counter)
  }

  /** Those of an instrument that only reduce and wait for their trigger, oldest first. */
  reducing(instrument_index: number): HeldOrder[] {
    if (this.#orders.watchingCount(instrument_index) === 0) return []
    return this.#orders.watching(instrument_index).filter(({ terms }) => terms.reduce_only)
  }

  /** All that wait for a parent, oldest first. */
  children(): HeldOrder[] {
    return this.#orders.all().filter(({ awaits }) => awaits === 'parent')
  }

  of(strategy_id: string): OpenOrder[] {
    return this.#orders
      .all()
      .filter((order) => order.strategy_id === strategy_id)
      .map(({ counter, instrument_id, side, price_units, order_quantity_units }) => ({
        ...{ counter, instrument_id, side, state: 'held', price_units, order_quantity_units },
        cum_quantity_units: 0,
      }))
  }

  add(order: HeldOrder): void {
    this.#orders.put(order)
    this.#onChange({ change: 'held', order })
    this.#expireInTime(order)
    this.#tell(order, 'order.held', '')
  }

  /**
   * The order's parent has traded, or it has none: it goes to the venue, or waits here for a trigger the venue lacks.
   * Returns whether it lives on: one whose time is past does not.
   */
  release(order: HeldOrder): boolean {
    const { time_in_force, terms } = order
    if (!waitsHere(order, this.#tableOf(order), this.#options.terms_hold)) {
      this.#send(order)
      return true
    }
    order.awaits = 'trigger'
    this.#watch.follow(order, this.#node.now_us)
    if (this.#watch.isMet(order)) this.#trigger(order)
    else if (time_in_force === 'gtd' && terms.expire_time_us <= this.#node.now_us) {
      this.#tell(order, 'order.expired', 'expire_time_past')
      return false
    } else this.add(order)
    return true
  }

  /** Takes an order out without a word: it goes on elsewhere. */
  cut(order: HeldOrder): void {
    this.#drop(order)
  }

  /** Whether the order was held here; then it is no more. */
  cancel(strategy_id: string, counter: number, reason_code: string): boolean {
    const order = this.find(strategy_id, counter)
    if (order === undefined) return false
    this.#drop(order)
    this.#tell(order, 'order.canceled', reason_code)
    return true
  }

  /** Whether the order was held here; then it has its new prices and quantity, of which the gate judges later. */
  replace(intent: WholeReplace): boolean {
    const order = this.find(intent.strategy_id, intent.counter)
    if (order === undefined) return false
    const waitsOn = this.#waitsOn(order, intent)
    order.price_units = intent.price_units
    order.order_quantity_units = intent.order_quantity_units
    if (!this.#keepsTrigger(order, intent)) order.trigger_price_units = intent.trigger_price_units
    if (!waitsOn) this.#stepBack(order)
    this.#onChange({ change: 'held', order })
    // A strategy in another node keeps its list by what it is told.
    this.#tell(order, 'order.replaced', waitsOn && this.#options.terms_hold ? 'in_place' : '')
    if (order.awaits === 'trigger' && this.#watch.isMet(order) && this.#isOpen(order)) this.#trigger(order)
    return true
  }

  /** Whether a replace takes from the quantity of an order that waits for its trigger, and changes nothing else. */
  isLowering(order: HeldOrder, intent: WholeReplace): boolean {
    return intent.order_quantity_units < order.order_quantity_units && this.#waitsOn(order, intent)
  }

  /** An order it is linked to has traded: less or more of it is left to do. */
  resize(order: HeldOrder, order_quantity_units: number, reason_code: 'ouo' | 'oto'): void {
    order.order_quantity_units = order_quantity_units as HeldOrder['order_quantity_units']
    if (reason_code === 'oto') this.#stepBack(order)
    this.#onChange({ change: 'held', order })
    this.#tell(order, 'order.replaced', reason_code)
  }

  /** The order that has expired, if it was held. */
  expire(key: string): HeldOrder | undefined {
    const order = this.#orders.get(key)
    if (order === undefined) return undefined
    this.#drop(order)
    this.#tell(order, 'order.expired', '')
    return order
  }

  /** The instrument trades again, or the order rate may have room: what waits looks at the prices of now. */
  wake(instrument_index: number): void {
    this.#onRow(instrument_index)
  }

  /** Ends orders for the day. Returns them. */
  endDay(instrument_index: number): HeldOrder[] {
    const ended = this.#orders
      .all()
      .filter((order) => order.instrument_index === instrument_index && order.time_in_force === 'day')
    for (const order of ended) this.expire(heldKey(order))
    return ended
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.#orders.size)
    for (const order of this.#orders.all()) saveHeld(writer, order)
    writer.number(this.canceled_count)
    writer.number(this.expired_count)
    this.#watch.save(writer)
  }

  load(reader: CanonicalReader): void {
    for (let count = reader.count(); count > 0; count--) this.#takeUp(loadHeld(reader))
    this.canceled_count = reader.number()
    this.expired_count = reader.number()
    this.#watch.load(reader)
  }

  foldChange(change: HoldingChange): void {
    if (change.change === 'gone') this.#orders.delete(heldKey(change))
    else if (change.change === 'held') {
      // In the place it has: which order came first decides who is triggered first.
      this.#takeUp(change.order)
    }
  }

  saveLedger(): LedgerHeldOrder[] {
    return this.#orders.all().map(ledgerHeld)
  }

  loadLedger(orders: readonly LedgerHeldOrder[], instrumentIndex: (instrument_id: string) => number): void {
    for (const saved of orders) {
      const order = heldOfLedger(saved, this.#options.account_id, instrumentIndex(saved.instrument_id))
      this.#takeUp(order)
      this.#expireInTime(order)
    }
  }

  /** One of before waits for its trigger here, though its venue may have come to watch such itself. */
  #takeUp(order: HeldOrder): void {
    this.#orders.put(order)
    const { awaits, instrument_index: at } = order
    if (awaits !== 'trigger' || this.#watched.has(at)) return
    this.#takenUp.add(at)
    this.#watchRows(at)
  }

  #onLast(instrument_index: number, price_units: number): void {
    // A node that is begun behind the last of those taken up looks at no rows, and is to know the same.
    if (this.#takenUp.has(instrument_index) && this.#orders.watchingCount(instrument_index) === 0) return
    this.#watch.noteLast(instrument_index, price_units)
    this.#onRow(instrument_index)
  }

  #onRow(instrument_index: number): void {
    if (this.#orders.watchingCount(instrument_index) === 0) return
    const waiting = this.#orders.watching(instrument_index)
    for (const order of waiting) this.#followOn(order)
    for (const order of waiting) {
      // An order triggered before this one may have ended it.
      if (this.#orders.get(heldKey(order)) !== order) continue
      if (this.#watch.isMet(order) && this.#isOpen(order)) this.#trigger(order)
    }
  }

  /** What may not go to the gate now stays here: the next row is looked at again, or the price there is once the rate may have room. */
  #isOpen({ strategy_id, instrument_index }: HeldOrder): boolean {
    const { isOpenFor, hasRoom } = this.#options
    if (!isOpenFor(strategy_id, instrument_index, false)) return false
    if (hasRoom()) return true
    this.#node.timers.set(this.#index, `${LOOK}${instrument_index}`, this.#node.now_us + LOOK_US)
    return false
  }

  /** The order becomes what it works as, at the prices of this moment. */
  #trigger(order: HeldOrder): void {
    const { terms_hold, instruments } = this.#options
    const spec = must(instruments[order.instrument_index], 'an order is of a known instrument')
    const price_units = triggeredLimit(
      order,
      order.price_units,
      terms_hold ? spec : undefined,
      this.#node.now_us,
    )
    this.#drop(order)
    this.#noteTriggered(order)
    this.#tell(order, 'order.triggered', '')
    const works = this.worksAs(order)
    const taken = this.#tableOf(order)?.orders[works.order_type] ?? []
    const isLastMoment =
      terms_hold && order.time_in_force === 'gtd' && order.terms.expire_time_us <= this.#node.now_us
    const time_in_force = isLastMoment && taken.includes('ioc') ? 'ioc' : works.time_in_force
    this.#submit({ ...order, ...works, time_in_force, price_units })
  }

  #noteTriggered(order: HeldOrder): void {
    const { seq } = this.#node
    if (this.#triggeredSeq !== seq) this.#triggered.clear()
    this.#triggeredSeq = seq
    this.#triggered.add(heldKey(order))
  }

  #send(order: HeldOrder): void {
    this.#submit({ ...order, terms: { ...order.terms, trigger_price_units: order.trigger_price_units } })
  }

  /** Where a trail has come to is recorded: a later build goes on from there. */
  #followOn(order: HeldOrder): void {
    const { is_trailing, anchor_price_units } = order
    this.#watch.follow(order, this.#node.now_us)
    if (order.anchor_price_units === anchor_price_units && order.is_trailing === is_trailing) return
    this.#onChange({ change: 'held', order })
  }

  /** Whether a replace leaves the trigger where it is: where a trailing stop stands is not its to say, as at a venue. */
  #keepsTrigger(order: HeldOrder, { trigger_price_units }: WholeReplace): boolean {
    if (trigger_price_units === 0 || trigger_price_units === order.trigger_price_units) return true
    return this.#options.terms_hold && isTrailing(order.order_type)
  }

  /** As at a venue, one that is lowered at most goes on waiting in its place. */
  #waitsOn(order: HeldOrder, intent: WholeReplace): boolean {
    if (intent.order_quantity_units > order.order_quantity_units) return false
    const keepsPrice = intent.price_units === order.price_units || isTrailing(order.order_type)
    return keepsPrice && this.#keepsTrigger(order, intent)
  }

  /** As at a venue, one that waits for its trigger with other terms stands behind those that were there. */
  #stepBack(order: HeldOrder): void {
    if (!this.#options.terms_hold || order.awaits !== 'trigger') return
    const { strategy_id, counter } = order
    this.#orders.delete(heldKey(order))
    this.#orders.put(order)
    this.#onChange({ change: 'gone', strategy_id, counter })
  }

  #tableOf({ instrument_index }: Pick<HeldOrder, 'instrument_index'>): CapabilityTable | undefined {
    const { instruments, capabilities } = this.#options
    const { venue_id } = must(instruments[instrument_index], 'an order is of a known instrument')
    return capabilities.get(venue_id)
  }

  #drop(order: HeldOrder): void {
    if (this.#orders.delete(heldKey(order)) === undefined) return
    this.#node.timers.cancel(this.#index, heldKey(order))
    const { strategy_id, counter } = order
    this.#onChange({ change: 'gone', strategy_id, counter })
  }

  #expireInTime(order: HeldOrder): void {
    if (order.time_in_force === 'gtd')
      this.#node.timers.set(this.#index, heldKey(order), order.terms.expire_time_us)
  }

  #tell(order: HeldOrder, type: OrderFactType, reason_code: string): void {
    const { strategy_id, counter } = order
    if (type === 'order.canceled') this.canceled_count++
    if (type === 'order.expired') this.expired_count++
    const id = clientOrderId(this.#options.session, this.#node.epoch, strategy_id, counter)
    const fact = heldFact(order, type, id, reason_code, timeUs(this.#node.now_us))
    this.#options.outputs.fact(fact, this.#node.now_us)
    this.#node.bus.send(must(this.#routes.get(strategy_id), 'an order is of a strategy of the account'), fact)
  }
}
