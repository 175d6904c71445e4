// All orders of one account: takes approved orders, runs each one's life on the compiled table, stages what goes to the
// venue, tells everyone what happened. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import type { Approval } from '../../engine/approval.ts'
import type { Route } from '../../engine/bus.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import type { Outputs } from '../../engine/outputs.ts'
import { assert, must, unreachable } from '../../schemas/assert.ts'
import type { AccountId, StrategyId } from '../../schemas/ids.ts'
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
import type { OrderRecord } from './order-record.ts'
import { type OrderCounts, OrderStore } from './order-store.ts'

export type OrderActorOptions = {
  readonly account_id: AccountId
  readonly strategies: readonly StrategyId[]
  readonly order_retention: number
  readonly outputs: Outputs
  /** The gate's stamp for a cancel or replace it let through. */
  readonly approve: (command: VenueCommand) => Approval
}

export class OrderActor implements Actor {
  readonly name: string
  readonly #node: Node
  readonly #options: OrderActorOptions
  readonly #store: OrderStore
  readonly #factRoute: Route<OrderFact>
  readonly #strategyRoutes = new Map<string, Route<OrderFact>>()
  readonly #deniedRoutes = new Map<string, Route<OrderDenied>>()
  readonly #effects: OrderEffect[] = []
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
    const { client_order_id, request_counter, price_units, order_quantity_units } = request
    const body = { client_order_id, counter: request_counter, price_units, order_quantity_units }
    this.#apply(order, { type: 'request.replace', ts_seq_us: timeUs(this.#node.now_us), body })
  }

  #onOutcome(outcome: SendOutcome): void {
    const order = this.#store.find(outcome.client_order_id)
    if (order === undefined) this.#strayCount++
    else this.#apply(order, sendEvent(outcome, timeUs(this.#node.now_us)))
  }

  #onReport(report: VenueReport): void {
    const order = this.#store.findReported(report)
    if (order === undefined) this.#strayCount++
    else this.#apply(order, reportEvent(report, timeUs(this.#node.now_us)))
  }

  #onLookup(lookup: OrderLookup): void {
    const order = this.#store.find(lookup.client_order_id)
    if (order === undefined) this.#strayCount++
    else this.#apply(order, lookupEvent(lookup, timeUs(this.#node.now_us)))
  }

  #apply(order: OrderRecord, event: OrderEvent): void {
    const effects = this.#effects
    effects.length = 0
    this.#store.apply(order, event, effects)
    for (let i = 0; i < effects.length; i++) this.#emit(effects[i] as OrderEffect)
  }

  #emit(effect: OrderEffect): void {
    if (effect.type === 'order_cancel_request' || effect.type === 'order_cancel_replace_request') {
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
