// Turns a strategy's intents into orders a venue can take: which venue, which ids, which incarnation. What a venue lacks,
// triggers, trails and links between orders, is worked out here, the same way in every mode. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import type { Route } from '../../engine/bus.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { MarketTable } from '../../engine/market/market-table.ts'
import type { StatusTable } from '../../engine/market/status-table.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import type { Outputs } from '../../engine/outputs.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { must, unreachable } from '../../schemas/assert.ts'
import { type AccountId, clientOrderId, type StrategyId } from '../../schemas/ids.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { CancelIntent, Intent, ReplaceIntent, SubmitIntent } from '../../schemas/messages/intent.ts'
import { isPlain, type NewOrderSingle } from '../../schemas/messages/order.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type { OrderRequest } from '../../schemas/messages/order-request.ts'
import { type OrderTerms, sharedTerms } from '../../schemas/messages/order-terms.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import type { SecurityStatus } from '../../schemas/messages/security-status.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { timeUs } from '../../schemas/units.ts'
import type { OrderRecord } from '../order/order-record.ts'
import type { OpenOrder } from '../strategy/context.ts'
import { HeldBook } from './held-book.ts'
import { type HeldOrder, heldOrder } from './held-order.ts'
import { LinkedOrders } from './linked-orders.ts'

export type ExecutionOptions = {
  readonly account_id: AccountId
  readonly session: string
  readonly strategies: readonly StrategyId[]
  readonly instruments: readonly InstrumentSpec[]
  /** By venue id. */
  readonly capabilities: ReadonlyMap<string, CapabilityTable>
  readonly table: MarketTable
  readonly statuses: StatusTable
  readonly outputs: Outputs
  /** The account's order with this key, while the order actor holds it. */
  readonly orderOf: (strategy_id: StrategyId, counter: number) => OrderRecord | undefined
  /** A counter for a request of the engine's own about a strategy's order. */
  readonly engineCounter: (strategy_id: StrategyId) => number
}

export class ExecutionActor implements Actor {
  readonly name: string
  readonly #node: Node
  readonly #options: ExecutionOptions
  readonly #gateRoute: Route<OrderRequest>
  readonly #deniedRoutes = new Map<string, Route<OrderDenied>>()
  readonly #held: HeldBook
  readonly #linked: LinkedOrders
  #intentCount = 0
  #deniedCount = 0
  #isHolding = false

  constructor(node: Node, options: ExecutionOptions) {
    const { account_id, strategies } = options
    this.name = `execution/${account_id}`
    this.#node = node
    this.#options = options
    this.#gateRoute = node.bus.route(SUBJECT.gate(account_id))
    const index = node.addActor(this)
    const noteHolding = () => this.#noteHolding()
    this.#held = new HeldBook(node, index, options, (order) => this.#submitHeld(order), noteHolding)
    this.#linked = new LinkedOrders({
      held: this.#held,
      onGroups: noteHolding,
      orderOf: options.orderOf,
      cancel: (strategy_id, counter) => this.#cancelOwn(strategy_id, counter),
      reduce: (order, quantity) => this.#reduceOwn(order, quantity),
    })
    for (const strategy_id of strategies) {
      this.#deniedRoutes.set(strategy_id, node.bus.route(SUBJECT.denied(account_id, strategy_id)))
      node.bus.subscribe<Intent>(SUBJECT.intent(account_id, strategy_id), (intent) => this.#onIntent(intent))
      node.bus.subscribe<OrderDenied>(SUBJECT.denied(account_id, strategy_id), (denial) => {
        if (denial.request === 'new') this.#linked.onGone(denial.strategy_id, denial.counter)
      })
    }
    node.bus.subscribe<OrderFact>(SUBJECT.order(account_id), (fact) => this.#linked.onFact(fact))
    for (const venue_id of new Set(options.instruments.map((spec) => spec.venue_id))) {
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
    return { denied: this.#deniedCount, canceled, expired, held }
  }

  /** Orders of a strategy that are kept here, oldest first. */
  heldOrders(strategy_id: string): OpenOrder[] {
    return this.#held.of(strategy_id)
  }

  onTimer(id: string): void {
    this.#held.expire(id)
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#intentCount)
    writer.number(this.#deniedCount)
    this.#held.save(writer)
    this.#linked.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#intentCount = reader.number()
    this.#deniedCount = reader.number()
    this.#held.load(reader)
    this.#linked.load(reader)
    this.#isHolding = this.#keepsAny
  }

  get #keepsAny(): boolean {
    return this.#held.size > 0 || this.#linked.hasGroups
  }

  #noteHolding(): void {
    if (this.#keepsAny === this.#isHolding) return
    this.#isHolding = !this.#isHolding
    this.#node.noteHolding(this.#options.account_id, this.#isHolding)
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
      return this.#node.bus.send(this.#gateRoute, this.#newOrder(intent))
    }
    const { venue_id } = this.#instrument(intent.instrument_index)
    const { contingencies } = this.#capabilities(venue_id)
    const { parent_counter, group_counter, group_type } = intent.terms
    const keepsParent = parent_counter !== 0 && contingencies?.includes('oto') !== true
    const keepsGroup = group_type !== '' && contingencies?.includes(group_type) !== true
    const { seq } = this.#node
    if (keepsParent && !this.#linked.isKnown(seq, intent.strategy_id, parent_counter))
      return this.#denyUnknown(intent, parent_counter)
    if (keepsGroup && !this.#linked.isKnown(seq, intent.strategy_id, group_counter))
      return this.#denyUnknown(intent, group_counter)
    this.#options.outputs.asked(intent, this.#node.now_us)
    this.#linked.noteAsked(seq, intent)
    if (keepsGroup) this.#linked.join(intent, group_type)
    const terms = withoutLinks(intent.terms, keepsParent, keepsGroup)
    if (keepsParent && !this.#linked.hasTradedEnough(intent)) {
      return this.#held.add(heldOrder(intent, venue_id, 'parent'))
    }
    this.#held.release(heldOrder({ ...intent, terms }, venue_id, 'trigger'))
  }

  #onCancel(intent: CancelIntent): void {
    const { account_id, strategy_id, counter, request_counter, ts_intent_us } = intent
    if (this.#held.cancel(strategy_id, counter, '')) return this.#linked.onGone(strategy_id, counter)
    const client_order_id = this.#orderId(strategy_id, request_counter)
    const key = { account_id, strategy_id, counter }
    this.#node.bus.send(this.#gateRoute, {
      type: 'cancel_order_request',
      ...key,
      client_order_id,
      request_counter,
      ts_intent_us,
    })
  }

  #onReplace(intent: ReplaceIntent): void {
    const { account_id, strategy_id, counter, request_counter, ts_intent_us } = intent
    if (this.#held.replace(intent)) return
    const { price_units, trigger_price_units, order_quantity_units } = intent
    this.#node.bus.send(this.#gateRoute, {
      type: 'replace_order_request',
      ...{ account_id, strategy_id, counter },
      client_order_id: this.#orderId(strategy_id, request_counter),
      request_counter,
      price_units,
      trigger_price_units,
      order_quantity_units,
      ts_intent_us,
    })
  }

  /** What waits here wakes when trading begins, and what is for the day ends with it. */
  #onStatus({ instrument_index, status, ends_day }: SecurityStatus): void {
    if (status === 'trading') this.#held.wake(instrument_index)
    if (!ends_day) return
    for (const { strategy_id, counter } of this.#held.endDay(instrument_index))
      this.#linked.onGone(strategy_id, counter)
  }

  #onControl({ command, account_id, strategy_id }: Control): void {
    if (command !== 'orders_cancel') return
    if (account_id !== '' && account_id !== this.#options.account_id) return
    for (const id of this.#options.strategies) {
      if (strategy_id !== '' && strategy_id !== id) continue
      for (const { counter } of this.#held.of(id)) {
        this.#held.cancel(id, counter, 'orders_cancel')
        this.#linked.onGone(id, counter)
      }
    }
  }

  /** A held order is free: it goes to the gate as decided now, since the gate judges it by the market of now. */
  #submitHeld(order: HeldOrder): void {
    const { account_id, strategy_id, counter, instrument_id, instrument_index, side } = order
    const { order_type, time_in_force, price_units, order_quantity_units } = order
    const ts_intent_us = timeUs(this.#node.now_us)
    const key = { account_id, strategy_id, counter, instrument_id, instrument_index, side }
    const terms = sharedTerms(order.terms)
    const body = { order_type, time_in_force, price_units, order_quantity_units, terms, ts_intent_us }
    this.#node.bus.send(this.#gateRoute, this.#newOrder({ type: 'submit_intent', ...key, ...body }))
  }

  #cancelOwn(strategy_id: StrategyId, counter: number): void {
    const request_counter = this.#options.engineCounter(strategy_id)
    this.#node.bus.send(this.#gateRoute, {
      type: 'cancel_order_request',
      account_id: this.#options.account_id,
      strategy_id,
      counter,
      client_order_id: this.#orderId(strategy_id, request_counter),
      request_counter,
      ts_intent_us: timeUs(this.#node.now_us),
    })
  }

  #reduceOwn(order: OrderRecord, order_quantity_units: number): void {
    const { account_id, strategy_id, counter, price_units, terms } = order
    const request_counter = this.#options.engineCounter(strategy_id)
    this.#node.bus.send(this.#gateRoute, {
      type: 'replace_order_request',
      ...{ account_id, strategy_id, counter },
      client_order_id: this.#orderId(strategy_id, request_counter),
      request_counter,
      price_units,
      trigger_price_units: terms.trigger_price_units,
      order_quantity_units: order_quantity_units as OrderRecord['order_quantity_units'],
      ts_intent_us: timeUs(this.#node.now_us),
    })
  }

  #newOrder(intent: SubmitIntent): OrderRequest {
    const command: NewOrderSingle = {
      type: 'new_order_single',
      account_id: intent.account_id,
      strategy_id: intent.strategy_id,
      counter: intent.counter,
      incarnation: 1,
      client_order_id: this.#orderId(intent.strategy_id, intent.counter),
      venue_id: this.#instrument(intent.instrument_index).venue_id,
      instrument_id: intent.instrument_id,
      instrument_index: intent.instrument_index,
      side: intent.side,
      order_type: intent.order_type,
      time_in_force: intent.time_in_force,
      price_units: intent.price_units,
      order_quantity_units: intent.order_quantity_units,
      terms: intent.terms,
    }
    return { type: 'new_order_request', command, ts_intent_us: intent.ts_intent_us }
  }

  #denyUnknown(intent: SubmitIntent, counter: number): void {
    const { account_id, strategy_id, instrument_id, side, order_type, time_in_force } = intent
    const denial: OrderDenied = {
      type: 'order_denied',
      ...{ account_id, strategy_id, counter: intent.counter, request: 'new', instrument_id },
      venue_id: this.#instrument(intent.instrument_index).venue_id,
      ...{ side, order_type, time_in_force, price_units: intent.price_units },
      trigger_price_units: intent.terms.trigger_price_units,
      order_quantity_units: intent.order_quantity_units,
      reason_code: 'contingency_unknown',
      value: String(counter),
      limit: '',
      ts_event_us: timeUs(this.#node.now_us),
    }
    this.#deniedCount++
    this.#options.outputs.denial(denial)
    const route = must(this.#deniedRoutes.get(strategy_id), 'an intent is of a strategy of the account')
    this.#node.bus.send(route, denial)
  }

  #instrument(instrument_index: number): InstrumentSpec {
    return must(this.#options.instruments[instrument_index], 'an intent names an instrument of the node')
  }

  #capabilities(venue_id: string): CapabilityTable | { readonly contingencies?: undefined } {
    return this.#options.capabilities.get(venue_id) ?? {}
  }

  #orderId(strategy_id: StrategyId, counter: number) {
    return clientOrderId(this.#options.session, this.#node.epoch, strategy_id, counter)
  }
}

/** Links that are kept here are not the venue's to see. */
function withoutLinks(terms: OrderTerms, keepsParent: boolean, keepsGroup: boolean): OrderTerms {
  return {
    ...terms,
    ...(keepsParent && { parent_counter: 0, parent_fill: 'partial' as const }),
    ...(keepsGroup && { group_counter: 0, group_type: '' as const }),
  }
}
