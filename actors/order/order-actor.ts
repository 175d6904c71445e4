// All orders of one account: takes approved orders, runs each one's life on the compiled table, stages what goes to the
// venue, tells everyone what happened. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import type { Approval } from '../../engine/approval.ts'
import type { Route } from '../../engine/bus.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { NameMap } from '../../engine/name-map.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import { approvedOf } from '../../engine/node-payload.ts'
import type { Outputs } from '../../engine/outputs.ts'
import { RingBuffer } from '../../engine/ring-buffer.ts'
import { assert, must, unreachable } from '../../schemas/assert.ts'
import {
  type AccountId,
  type ClientOrderId,
  clientOrderId,
  parseClientOrderId,
  type StrategyId,
} from '../../schemas/ids.ts'
import type { LedgerOrders } from '../../schemas/ledger-section.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { SendOutcome, VenueCommand, VenueReport } from '../../schemas/messages/order.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type { CancelOrderRequest, ReplaceOrderRequest } from '../../schemas/messages/order-request.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import type { OrderLookup } from '../../schemas/messages/venue.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import type { ApprovedRequest } from '../risk/risk-actor.ts'
import type { OpenOrder } from '../strategy/context.ts'
import { lookupEvent, type OrderEvent, reportEvent, sendEvent } from './order-event.ts'
import type { OrderEffect } from './order-facts.ts'
import { orderOfLedger } from './order-ledger.ts'
import type { OrderRecord } from './order-record.ts'
import { type OrderCounts, OrderStore } from './order-store.ts'
import { takeLimit } from './order-transitions.ts'

export type OrderActorOptions = {
  readonly account_id: AccountId
  readonly session: string
  readonly strategies: readonly StrategyId[]
  readonly order_retention: number
  /** Whether what an order says holds to its end, a limit that the venue made included (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  readonly outputs: Outputs
  /** The gate's stamp for a cancel or replace it let through. */
  readonly approve: (command: VenueCommand) => Approval
  /** Whether others are told what was let through. */
  readonly is_told: boolean
}

export class OrderActor implements Actor {
  readonly name: string
  readonly #node: Node
  readonly #options: OrderActorOptions
  readonly #store: OrderStore
  readonly #factRoute: Route<OrderFact>
  readonly #strategyRoutes = new NameMap<string, Route<OrderFact>>()
  readonly #deniedRoutes = new NameMap<string, Route<OrderDenied>>()
  /** While records of an earlier build are folded nothing is staged: what was sent stands in them. */
  is_folding = false
  readonly #effects = new RingBuffer<OrderEffect>()
  /** The order that ended last while a cancel of it was on its way or waiting, and the step that ended it. */
  #askedToEnd = { strategy_id: '', counter: 0, seq: -1 }
  /** Reports and outcomes about orders this account does not have. */
  #strayCount = 0

  constructor(node: Node, options: OrderActorOptions) {
    const { account_id } = options
    this.name = `order/${account_id}`
    this.#node = node
    this.#options = options
    this.#store = new OrderStore(options.order_retention)
    this.#factRoute = node.bus.route(SUBJECT.order(account_id))
    for (const strategy_id of options.strategies) {
      this.#strategyRoutes.set(strategy_id, node.bus.route(SUBJECT.strategyOrder(account_id, strategy_id)))
      this.#deniedRoutes.set(strategy_id, node.bus.route(SUBJECT.denied(account_id, strategy_id)))
    }
    node.addActor(this)
    node.bus.subscribe<Control>(INPUT_SUBJECT.control, (control) => this.#onControl(control))
    node.bus.subscribe<ApprovedRequest>(SUBJECT.approved(account_id), (request) => this.#onRequest(request))
    node.bus.subscribe<SendOutcome>(INPUT_SUBJECT.outcome(account_id), (outcome) => this.#onOutcome(outcome))
    node.bus.subscribe<VenueReport>(INPUT_SUBJECT.report(account_id), (report) => this.#onReport(report))
    node.bus.subscribe<OrderLookup>(INPUT_SUBJECT.lookup(account_id), (lookup) => this.#onLookup(lookup))
  }

  get state(): string {
    const counts = this.#store.counts()
    return `${counts.open} open, ${counts.filled} filled, ${counts.canceled} canceled, ${counts.rejected} rejected`
  }

  get counts(): OrderCounts {
    return this.#store.counts()
  }

  get stray_count(): number {
    return this.#strayCount
  }

  /** The open orders of one strategy, oldest first, as copies that are safe to keep. */
  openOrders(strategy_id: string): OpenOrder[] {
    const orders: OpenOrder[] = []
    for (const order of this.#store.open()) {
      if (order.strategy_id === strategy_id) orders.push(copyOrder(order))
    }
    return orders
  }

  /** The order with this key while it is open; callers change nothing. */
  openOrder(strategy_id: StrategyId, counter: number): OrderRecord | undefined {
    return this.#store.findOpen(strategy_id, counter)
  }

  /** The order with this key, open or ended, while it is retained; callers change nothing. */
  orderOf(strategy_id: StrategyId, counter: number): OrderRecord | undefined {
    return this.#store.strategy(strategy_id).find(counter)
  }

  /** Whether somebody had asked for the end of an order that ended in this step: an ended one has no request any more. */
  wasAskedToEnd(strategy_id: StrategyId, counter: number): boolean {
    const { seq, ...order } = this.#askedToEnd
    return seq === this.#node.seq && order.strategy_id === strategy_id && order.counter === counter
  }

  /** A counter for a request of the engine's own about one of the strategy's orders. */
  engineCounter(strategy_id: StrategyId): number {
    return this.#store.strategy(strategy_id).nextEngineCounter()
  }

  /** Every open order, oldest first: for reconciliation, which changes none. */
  openRecords(): Iterable<OrderRecord> {
    return this.#store.open()
  }

  isOpen(client_order_id: string): boolean {
    const order = this.#store.find(client_order_id as ClientOrderId)
    return order !== undefined && !order.ended
  }

  /** Ids by which the venue is to be asked what became of a send; with `all`, of requests in flight, too. */
  idsToLookUp(venue_id: string, all: boolean): ClientOrderId[] {
    const ids: ClientOrderId[] = []
    for (const order of this.#store.open()) {
      if (order.venue_id !== venue_id) continue
      if (order.state === 'unknown') ids.push(order.client_order_id)
      else if (order.state === 'pending_cancel' && order.cancel_unproven) ids.push(order.client_order_id)
      else if (all && order.replace_client_order_id !== '') ids.push(order.replace_client_order_id)
    }
    return ids
  }

  /** What a later build takes up. */
  saveLedger(): LedgerOrders {
    return { ...this.#store.saveLedger(), stray_count: this.#strayCount }
  }

  loadLedger(ledger: LedgerOrders, instrumentIndex: (instrument_id: string) => number): void {
    const { account_id } = this.#options
    this.#store.loadLedger(ledger, (order) =>
      orderOfLedger(order, account_id, instrumentIndex(order.instrument_id)),
    )
    this.#strayCount = ledger.stray_count
  }

  /** The highest counter of a strategy that is known to have been used. */
  counterHighWater(strategy_id: StrategyId): number {
    return this.#store.strategy(strategy_id).counter_high_water
  }

  /** Takes in a command that an earlier build sent. */
  foldCommand(command: VenueCommand): void {
    if (command.type === 'new_order_single') {
      this.#store.approve(command, timeUs(this.#node.now_us))
      return this.#options.outputs.command(command, this.#node.now_us)
    }
    const order = this.#store.strategy(command.strategy_id).find(command.counter)
    const { client_order_id } = command
    // A cancel that was waiting went out by itself when the report before it was folded.
    if (order === undefined || order.client_order_ids.includes(client_order_id)) return
    const counter = must(parseClientOrderId(client_order_id), 'ids are our own').counter
    const ts_seq_us = timeUs(this.#node.now_us)
    if (command.type === 'order_cancel_request') {
      return this.#apply(order, { type: 'request.cancel', ts_seq_us, body: { client_order_id, counter } })
    }
    const { price_units, trigger_price_units, order_quantity_units } = command
    const body = { client_order_id, counter, price_units, trigger_price_units, order_quantity_units }
    this.#apply(order, { type: 'request.replace', ts_seq_us, body })
  }

  onTimer(): void {
    assert(false, 'the order actor sets no timers')
  }

  save(writer: CanonicalWriter): void {
    this.#store.save(writer)
    writer.number(this.#strayCount)
  }

  load(reader: CanonicalReader): void {
    this.#store.load(reader)
    this.#strayCount = reader.number()
  }

  #onRequest(request: ApprovedRequest): void {
    switch (request.type) {
      case 'new_order_approved':
        this.#store.approve(request.command, timeUs(this.#node.now_us))
        return this.#stage(request.command, request.approval)
      case 'cancel_order_request':
        return this.#onCancel(request)
      case 'replace_order_request':
        return this.#onReplace(request)
      default:
        return unreachable(request)
    }
  }

  #onCancel(request: CancelOrderRequest): void {
    const order = this.#store.strategy(request.strategy_id).find(request.counter)
    if (order === undefined) return this.#denyUnknown(request)
    const { client_order_id, request_counter } = request
    const body = { client_order_id, counter: request_counter }
    this.#apply(order, { type: 'request.cancel', ts_seq_us: timeUs(this.#node.now_us), body })
  }

  #onReplace(request: ReplaceOrderRequest): void {
    const order = this.#store.strategy(request.strategy_id).find(request.counter)
    if (order === undefined) return this.#denyUnknown(request)
    const { client_order_id, request_counter, price_units, trigger_price_units, order_quantity_units } =
      request
    const change = { price_units, trigger_price_units, order_quantity_units }
    const body = { client_order_id, counter: request_counter, ...change }
    this.#apply(order, { type: 'request.replace', ts_seq_us: timeUs(this.#node.now_us), body })
  }

  #onOutcome(outcome: SendOutcome): void {
    const order = this.#store.find(outcome.client_order_id)
    if (order === undefined) this.#strayCount++
    else this.#apply(order, sendEvent(outcome, timeUs(this.#node.now_us)))
  }

  #onReport(report: VenueReport): void {
    const order = this.#store.findReported(report)
    if (order === undefined) {
      this.#strayCount++
      return
    }
    if (this.#options.terms_hold) takeLimit(order, report)
    this.#apply(order, reportEvent(report, timeUs(this.#node.now_us)))
  }

  #onLookup(lookup: OrderLookup): void {
    const order = this.#store.find(lookup.client_order_id)
    if (order === undefined) this.#strayCount++
    else this.#apply(order, lookupEvent(lookup, timeUs(this.#node.now_us)))
  }

  #apply(order: OrderRecord, event: OrderEvent): void {
    const effects = this.#effects
    const hadEnded = order.ended
    const isAskedToEnd = order.cancel_client_order_id !== ''
    this.#store.apply(order, event, effects)
    if (order.ended && isAskedToEnd) {
      const { strategy_id, counter } = order
      this.#askedToEnd = { strategy_id, counter, seq: this.#node.seq }
    }
    for (let effect = effects.shift(); effect !== undefined; effect = effects.shift()) this.#emit(effect)
    if (hadEnded && !order.ended) this.#cancelAdopted(order)
  }

  /** Nobody decided on an order that was proven never sent: it goes as soon as it turns up. */
  #cancelAdopted(order: OrderRecord): void {
    this.#node.alert({
      code: 'order.adopted',
      severity: 'critical',
      about: order.client_order_id,
      what: `The order ${order.client_order_id} had ended as not sent and turned up at ${order.venue_id}; it is being cancelled.`,
      remedy: 'Find out which engine sent it: two may have been running on the account.',
    })
    this.#cancelOpen(order)
  }

  #onControl({ command, account_id, strategy_id }: Control): void {
    if (command === 'session_start') return this.#renameCancels()
    if (command !== 'orders_cancel') return
    if (account_id !== '' && account_id !== this.#options.account_id) return
    for (const order of this.#store.open()) {
      if (strategy_id === '' || strategy_id === order.strategy_id) this.#cancelOpen(order)
    }
  }

  /** A cancel of the engine's own; one that is on its way already will do. */
  #cancelOpen(order: OrderRecord): void {
    if (order.ended || (order.cancel_client_order_id !== '' && !order.cancel_unproven)) return
    const ts_seq_us = timeUs(this.#node.now_us)
    this.#apply(order, { type: 'request.cancel', ts_seq_us, body: this.#ownRequest(order) })
  }

  /**
   * A cancel that is remembered gets an id of this start: the engine of before may have sent it at its last moment, in a
   * step that did not reach this journal, since a cancel does not wait for the copy of its record.
   */
  #renameCancels(): void {
    for (const order of this.#store.open()) {
      const { cancel_client_order_id: id, client_order_ids } = order
      if (id !== '' && !client_order_ids.includes(id))
        order.cancel_client_order_id = this.#ownRequest(order).client_order_id
    }
  }

  #ownRequest({ strategy_id }: OrderRecord): { client_order_id: ClientOrderId; counter: number } {
    const counter = this.#store.strategy(strategy_id).nextEngineCounter()
    const { session } = this.#options
    return { client_order_id: clientOrderId(session, this.#node.epoch, strategy_id, counter), counter }
  }

  #emit(effect: OrderEffect): void {
    if (effect.type === 'order_cancel_request' || effect.type === 'order_cancel_replace_request') {
      if (this.is_folding) return this.#options.outputs.command(effect, this.#node.now_us)
      return this.#stage(effect, this.#options.approve(effect))
    }
    this.#options.outputs.fact(effect, this.#node.now_us)
    this.#node.bus.send(this.#factRoute, effect)
    const route = must(
      this.#strategyRoutes.get(effect.strategy_id),
      'an order belongs to a strategy of the account',
    )
    this.#node.bus.send(route, effect)
  }

  #stage(command: VenueCommand, approval: Approval): void {
    this.#node.outbox.stage(command, approval)
    if (this.#options.is_told) {
      this.#node.stageMessage(SUBJECT.order(command.account_id), approvedOf(command, approval.approved_us))
    }
    this.#options.outputs.command(command, this.#node.now_us)
  }

  #denyUnknown(request: CancelOrderRequest | ReplaceOrderRequest): void {
    const isReplace = request.type === 'replace_order_request'
    const denial: OrderDenied = {
      type: 'order_denied',
      account_id: request.account_id,
      strategy_id: request.strategy_id,
      counter: request.counter,
      request: isReplace ? 'replace' : 'cancel',
      venue_id: '',
      instrument_id: '',
      side: '',
      order_type: '',
      time_in_force: '',
      price_units: isReplace ? request.price_units : priceUnits(0),
      trigger_price_units: isReplace ? request.trigger_price_units : priceUnits(0),
      order_quantity_units: isReplace ? request.order_quantity_units : sizeUnits(0),
      reason_code: 'order_unknown',
      value: '',
      limit: '',
      ts_event_us: timeUs(this.#node.now_us),
    }
    this.#options.outputs.denial(denial)
    const route = must(
      this.#deniedRoutes.get(request.strategy_id),
      'an order belongs to a strategy of the account',
    )
    this.#node.bus.send(route, denial)
  }
}

function copyOrder(order: OrderRecord): OpenOrder {
  const { counter, instrument_id, side, state, price_units, order_quantity_units, cum_quantity_units } = order
  return { counter, instrument_id, side, state, price_units, order_quantity_units, cum_quantity_units }
}
