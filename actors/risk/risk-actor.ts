// The gate of one account: every order passes here or does not exist. An approval is minted for the exact bytes of a
// command; a denial is a message with its reason. Rules: ./SPEC.md.

import type { InspectionEvent } from 'xstate'
import type { Actor } from '../../engine/actor.ts'
import { Approval } from '../../engine/approval.ts'
import type { Route } from '../../engine/bus.ts'
import { BytePages } from '../../engine/byte-pages.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { writeCommand } from '../../engine/command-codec.ts'
import { ControlLane } from '../../engine/control-lane.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { MarketTable } from '../../engine/market/market-table.ts'
import type { StatusTable } from '../../engine/market/status-table.ts'
import { NameMap } from '../../engine/name-map.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import type { Outputs } from '../../engine/outputs.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { assert, must, unreachable } from '../../schemas/assert.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import type { AccountId, StrategyId } from '../../schemas/ids.ts'
import type { LedgerRisk } from '../../schemas/ledger-section.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { FeedStateChanged } from '../../schemas/messages/feed.ts'
import { INTENT_AGE_MAX_US } from '../../schemas/messages/intent.ts'
import {
  hasLimit,
  hasTrigger,
  isPlain,
  type NewOrderSingle,
  type OrderType,
  type VenueCommand,
} from '../../schemas/messages/order.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type {
  CancelOrderRequest,
  NewOrderRequest,
  OrderRequest,
  ReplaceOrderRequest,
} from '../../schemas/messages/order-request.ts'
import type { ReconciliationChanged, ReconciliationState } from '../../schemas/messages/reconciliation.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import type { StrategyStateChanged } from '../../schemas/messages/strategy.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { timeUs } from '../../schemas/units.ts'
import type { DecisionTrace } from '../decision-trace.ts'
import { Exposure, type ReservedOrder } from './exposure.ts'
import * as gate from './gate.ts'
import { compileLimits, type GateLimits } from './gate-limits.ts'
import { RateWindow } from './rate-window.ts'
import { type RiskMachineEvent, riskMachine } from './risk-machine.ts'

/** A window of the rate that is no longer has gone by before a later build sends its first order. */
const WINDOW_PAST_US = 1_000_000
/** What follows from earlier orders of a strategy goes on while it warms up again or makes a pause. */
const STANDING_STATES: ReadonlySet<string> = new Set(['created', 'warming', 'ready', 'paused'])

/** A request the gate let through, on its way to the order actor. */
export type ApprovedRequest =
  | { readonly type: 'new_order_approved'; readonly command: NewOrderSingle; readonly approval: Approval }
  | CancelOrderRequest
  | ReplaceOrderRequest

export type RiskVenue = { readonly config: VenueConfig; readonly capabilities: CapabilityTable }

export type RiskOptions = {
  readonly account: AccountConfig
  readonly instruments: readonly InstrumentSpec[]
  readonly table: MarketTable
  readonly statuses: StatusTable
  /** By venue id, the venues this account trades at. */
  readonly venues: ReadonlyMap<string, RiskVenue>
  /** Which instruments each strategy may trade. */
  readonly entitled: ReadonlyMap<string, ReadonlySet<number>>
  /** Those of these strategies that another node runs: only that node can say again how they stand. */
  readonly apart: ReadonlySet<string>
  readonly outputs: Outputs
  /** Whether a replace that only lowers an order passes as a cancel does (schemas/behaviour.ts). */
  readonly lowers_at_once: boolean
  /** The account's order with this key while it is open, with its prices in force. */
  readonly openOrder: (strategy_id: StrategyId, counter: number) => OrderPrices | undefined
  readonly trace?: DecisionTrace | undefined
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}

export type OrderPrices = Pick<NewOrderSingle, 'price_units' | 'terms'>

/** What a denial tells of the order that was asked for. */
type DeniedOrder =
  | NewOrderSingle
  | Omit<OrderDenied, 'type' | 'request' | 'reason_code' | 'value' | 'limit' | 'ts_event_us'>

export class RiskActor implements Actor {
  readonly name: string
  readonly #node: Node
  readonly #options: RiskOptions
  readonly #limits: GateLimits
  readonly #lane: ControlLane<RiskMachineEvent>
  readonly #exposure: Exposure
  readonly #rate: RateWindow
  readonly #approvedRoute: Route<ApprovedRequest>
  readonly #deniedRoutes = new Map<string, Route<OrderDenied>>()
  readonly #strategyStates = new NameMap<string, string>()
  readonly #feedStates = new NameMap<string, string>()
  /** '' where nobody compares them, as in a backtest. */
  #books: ReconciliationState | '' = ''
  readonly #approved = new BytePages()
  #approvedCount = 0
  #deniedCount = 0

  constructor(node: Node, options: RiskOptions) {
    const account_id = options.account.id as AccountId
    this.name = `risk/${account_id}`
    this.#node = node
    this.#options = options
    this.#limits = compileLimits(options.account, options.instruments)
    this.#exposure = new Exposure(options.instruments.length)
    this.#rate = new RateWindow(this.#limits.orders_max, this.#limits.window_us)
    this.#approvedRoute = node.bus.route(SUBJECT.approved(account_id))
    node.addActor(this)
    this.#lane = new ControlLane({ name: this.name, machine: riskMachine, inspect: options.inspect })
    for (const strategy_id of options.entitled.keys()) {
      this.#deniedRoutes.set(strategy_id, node.bus.route(SUBJECT.denied(account_id, strategy_id)))
    }
    node.bus.subscribe<Control>(INPUT_SUBJECT.control, (control) => this.#onControl(control))
    node.bus.subscribe<OrderRequest>(SUBJECT.gate(account_id), (request) => this.#onRequest(request))
    node.bus.subscribe<OrderFact>(SUBJECT.order(account_id), (fact) => this.#exposure.onFact(fact))
    node.bus.subscribe<StrategyStateChanged>(SUBJECT.strategyState(account_id), ({ strategy_id, state }) => {
      this.#strategyStates.set(strategy_id, state)
    })
    node.bus.subscribe<ReconciliationChanged>(SUBJECT.reconciliation(account_id), ({ state }) => {
      this.#books = state
    })
    for (const venue_id of options.venues.keys()) {
      node.bus.subscribe<FeedStateChanged>(SUBJECT.feedState(venue_id), ({ state }) => {
        this.#feedStates.set(venue_id, state)
      })
    }
  }

  get state(): string {
    return this.#lane.state
  }

  /** Orders let through and orders refused; requests to change an order are in neither. */
  get counts(): { readonly approved: number; readonly denied: number } {
    return { approved: this.#approvedCount, denied: this.#deniedCount }
  }

  onTimer(): void {
    assert(false, 'the gate sets no timers')
  }

  /** Whether the strategy may ask for orders. */
  isTrading(strategy_id: StrategyId): boolean {
    return this.#strategyStates.get(strategy_id) === 'trading'
  }

  /**
   * Whether what follows from orders of the strategy would be judged by what it says alone: all that passes with time is in
   * its favour. `lowers`: it lowers an order and changes nothing else.
   */
  isOpenFor(strategy_id: StrategyId, instrument_index: number, lowers: boolean): boolean {
    const spec = must(this.#options.instruments[instrument_index], 'an order is of a known instrument')
    const venue = must(this.#options.venues.get(spec.venue_id), 'an order is at a venue of the account')
    const { now_us } = this.#node
    const status = this.#options.statuses.of(instrument_index)
    return (
      this.#books !== 'unchecked' &&
      this.#checkStanding(
        strategy_id,
        instrument_index,
        { ts_intent_us: timeUs(now_us), follows: true },
        UNTOLD,
      ) === undefined &&
      ((lowers && this.#options.lowers_at_once) ||
        (gate.checkStatus(status, undefined, venue.capabilities) === undefined &&
          this.#checkMarket(spec, venue, UNTOLD) === undefined))
    )
  }

  /** Whether nothing but cancels may leave, whatever was approved. */
  get is_halted(): boolean {
    return this.#lane.state === 'halted'
  }

  /** Approves a cancel or replace whose request the gate let through in this step. A cancel always passes. */
  approveCommand(command: VenueCommand): Approval {
    if (command.type === 'order_cancel_replace_request') {
      const reservation = must(this.#exposure.reservation(command), 'a replace is of an open order')
      assert(
        reservation.replace_quantity_units === command.order_quantity_units,
        'a replace is sent for the quantity the gate reserved',
      )
    }
    return this.#mint(command)
  }

  save(writer: CanonicalWriter): void {
    this.#lane.save(writer)
    this.#exposure.save(writer)
    this.#rate.save(writer)
    writer.value(this.#strategyStates)
    writer.value(this.#feedStates)
    writer.text(this.#books)
    writer.number(this.#approvedCount)
    writer.number(this.#deniedCount)
  }

  load(reader: CanonicalReader): void {
    this.#lane.load(reader)
    this.#exposure.load(reader)
    this.#rate.load(reader)
    for (const [id, state] of reader.value() as Map<string, string>) this.#strategyStates.set(id, state)
    for (const [id, state] of reader.value() as Map<string, string>) this.#feedStates.set(id, state)
    this.#books = reader.text() as ReconciliationState | ''
    this.#approvedCount = reader.number()
    this.#deniedCount = reader.number()
  }

  /** What a later build takes up; the exposure follows from positions and open orders. */
  saveLedger(): LedgerRisk {
    const { apart } = this.#options
    const told = [...this.#strategyStates].filter(([id]) => apart.has(id))
    const isLong = this.#limits.window_us > WINDOW_PAST_US
    const admitted_us = isLong ? this.#rate.admitted(this.#node.now_us) : []
    return {
      state: this.#lane.state,
      approved_count: this.#approvedCount,
      denied_count: this.#deniedCount,
      ...(apart.size === 0 ? {} : { apart: Object.fromEntries(told) }),
      ...(admitted_us.length === 0 ? {} : { admitted_us }),
    }
  }

  loadLedger(ledger: LedgerRisk): void {
    this.#lane.restore(ledger.state, {})
    this.#approvedCount = ledger.approved_count
    this.#deniedCount = ledger.denied_count
    for (const time_us of ledger.admitted_us ?? []) this.#rate.take(time_us)
    for (const [id, state] of Object.entries(ledger.apart ?? {})) {
      if (this.#options.apart.has(id)) this.#strategyStates.set(id, state)
    }
  }

  /** Counts a position and what is open as the account's own again. */
  restoreExposure(quantity: (instrument_index: number) => number, open: Iterable<ReservedOrder>): void {
    for (const { index } of this.#options.instruments) this.#exposure.restorePosition(index, quantity(index))
    for (const order of open) this.#exposure.restore(order)
  }

  /** A command that an earlier build let through. */
  foldCommand(command: VenueCommand): void {
    if (command.type === 'new_order_single') {
      this.#approvedCount++
      this.#rate.take(this.#node.now_us)
      this.#exposure.reserve(command)
    } else if (command.type === 'order_cancel_replace_request') {
      this.#rate.take(this.#node.now_us)
      if (this.#exposure.reservation(command) === undefined) return
      this.#exposure.reserveReplace(command, command.order_quantity_units)
    }
  }

  #onControl(control: Control): void {
    if (control.account_id !== '' && control.account_id !== this.#options.account.id) return
    if (control.command === 'account_halt') this.#lane.send({ type: 'risk.halt_ordered' })
    else if (control.command === 'account_reduce_only') this.#lane.send({ type: 'risk.reduce_only_ordered' })
    else if (control.command === 'account_resume') this.#lane.send({ type: 'risk.resume_ordered' })
  }

  #onRequest(request: OrderRequest): void {
    switch (request.type) {
      case 'new_order_request':
        return this.#onNewOrder(request)
      case 'replace_order_request':
        return this.#onReplace(request)
      case 'cancel_order_request':
        // Nothing may stand between a strategy and less risk.
        return this.#node.bus.send(this.#approvedRoute, request)
      default:
        return unreachable(request)
    }
  }

  #onNewOrder(request: NewOrderRequest): void {
    const { command } = request
    const refused = this.#checkNewOrder(request)
    this.#options.trace?.onGate('new', command, refused?.code ?? '')
    if (refused !== undefined) return this.#deny('new', command, refused)
    this.#rate.take(this.#node.now_us)
    this.#exposure.reserve(command)
    this.#approvedCount++
    const approval = this.#mint(command)
    this.#node.bus.send(this.#approvedRoute, { type: 'new_order_approved', command, approval })
  }

  #checkNewOrder(request: NewOrderRequest): gate.Refusal | undefined {
    const { command } = request
    const { instrument_index, strategy_id, side, order_quantity_units: quantity } = command
    const note = this.#options.trace?.onCheck
    const spec = this.#options.instruments[instrument_index]
    note?.('instrument', command.instrument_id, 'configured')
    if (spec === undefined) return gate.refusal('instrument_unknown')
    const venue = this.#options.venues.get(spec.venue_id)
    note?.('venue', spec.venue_id, [...this.#options.venues.keys()].join(', '))
    if (venue === undefined) return gate.refusal('not_entitled', spec.venue_id)
    return (
      this.#checkStanding(strategy_id, instrument_index, request) ??
      gate.checkCapability(command, venue.capabilities, note) ??
      gate.checkStatus(this.#options.statuses.of(instrument_index), command, venue.capabilities, note) ??
      this.#checkMarket(spec, venue) ??
      (isPlain(command) ? undefined : gate.checkTerms(spec, command, this.#node.now_us, note)) ??
      this.#checkOrder(spec, command, command.terms.trigger_price_units, quantity) ??
      (this.#lane.state === 'reduce_only'
        ? gate.checkReduces(spec, this.#exposure, side, quantity, note)
        : gate.checkPosition(spec, this.#exposure, side, quantity, this.#limits, note)) ??
      this.#checkRate()
    )
  }

  #onReplace(request: ReplaceOrderRequest): void {
    const reservation = this.#exposure.reservation(request)
    // An order that is not open has nothing to reserve; the order actor knows it and answers.
    if (reservation === undefined) return this.#node.bus.send(this.#approvedRoute, request)
    const spec = must(
      this.#options.instruments[reservation.instrument_index],
      'an order is of a known instrument',
    )
    const refused = this.#checkReplace(spec, request)
    this.#options.trace?.onGate('replace', request, refused?.code ?? '')
    if (refused !== undefined) {
      const { instrument_id, venue_id } = spec
      // A replace says nothing of the time in force, and the gate does not keep it.
      const { side, order_type } = reservation
      const order = { ...request, instrument_id, venue_id, side, order_type, time_in_force: '' } as const
      return this.#deny('replace', order, refused)
    }
    if (!request.follows || !this.#isLowering(request)) this.#rate.take(this.#node.now_us)
    this.#exposure.reserveReplace(request, request.order_quantity_units)
    this.#node.bus.send(this.#approvedRoute, request)
  }

  #checkReplace(spec: InstrumentSpec, request: ReplaceOrderRequest): gate.Refusal | undefined {
    const venue = must(this.#options.venues.get(spec.venue_id), 'an order is at a venue of the account')
    const reservation = must(this.#exposure.reservation(request), 'a replace is of an open order')
    const { side, order_type, cum_quantity_units, leaves_quantity_units, replace_quantity_units } =
      reservation
    const quantity = request.order_quantity_units
    const note = this.#options.trace?.onCheck
    note?.('replace_in_flight', String(replace_quantity_units > 0), 'false')
    // A second replace would hide what the first may still make of the order.
    if (replace_quantity_units > 0) return gate.refusal('replace_in_flight')
    if (this.#isLowering(request))
      return (
        this.#checkStanding(request.strategy_id, spec.index, { ...request, follows: true }) ??
        this.#checkReplaceTaken(venue) ??
        gate.checkQuantity(spec, quantity, this.#limits, note) ??
        (request.follows ? undefined : this.#checkRate())
      )
    const extra = Math.max(0, quantity - cum_quantity_units - leaves_quantity_units)
    return (
      this.#checkStanding(request.strategy_id, spec.index, request) ??
      this.#checkReplaceTaken(venue) ??
      gate.checkStatus(this.#options.statuses.of(spec.index), undefined, venue.capabilities, note) ??
      this.#checkMarket(spec, venue) ??
      this.#checkReplacedTrigger(spec, order_type, request.trigger_price_units) ??
      this.#checkOrder(
        spec,
        { side, order_type, price_units: request.price_units },
        request.trigger_price_units,
        quantity,
      ) ??
      (this.#lane.state === 'reduce_only'
        ? gate.checkReduces(spec, this.#exposure, side, extra, note)
        : gate.checkPosition(spec, this.#exposure, side, extra, this.#limits, note)) ??
      this.#checkRate()
    )
  }

  /** What takes from the quantity and leaves all else as it is: a cancel of a part, which waits for no market. */
  #isLowering(request: ReplaceOrderRequest): boolean {
    if (!this.#options.lowers_at_once) return false
    const reservation = must(this.#exposure.reservation(request), 'a replace is of an open order')
    const { cum_quantity_units, leaves_quantity_units } = reservation
    if (request.order_quantity_units >= cum_quantity_units + leaves_quantity_units) return false
    // Links ask for the prices there are; a strategy may say others.
    return request.follows || this.#keepsPrices(request, reservation.order_type)
  }

  #keepsPrices(request: ReplaceOrderRequest, order_type: OrderType): boolean {
    const order = this.#options.openOrder(request.strategy_id, request.counter)
    if (order === undefined || order.price_units !== request.price_units) return false
    return !hasTrigger(order_type) || order.terms.trigger_price_units === request.trigger_price_units
  }

  #checkReplaceTaken({ capabilities }: RiskVenue): gate.Refusal | undefined {
    this.#options.trace?.onCheck('venue_replaces', String(capabilities.replace), 'true')
    return capabilities.replace ? undefined : gate.refusal('replace_not_supported')
  }

  /** Latches and entitlement. */
  #checkStanding(
    strategy_id: StrategyId,
    instrument_index: number,
    { ts_intent_us, follows }: Pick<NewOrderRequest, 'ts_intent_us' | 'follows'>,
    note = this.#options.trace?.onCheck,
  ): gate.Refusal | undefined {
    note?.('account_state', this.#lane.state, 'not halted')
    if (this.#lane.state === 'halted') return gate.refusal('account_halted')
    const isDiffering = this.#books === 'differing'
    note?.('reconciliation', isDiffering ? 'differing' : 'not differing', 'not differing')
    if (isDiffering) return gate.refusal('reconciliation_differs')
    const state = this.#strategyStates.get(strategy_id) ?? 'unknown'
    note?.('strategy_state', state, 'trading')
    if (state !== 'trading' && !(follows && STANDING_STATES.has(state)))
      return gate.refusal('strategy_not_trading', state)
    const isEntitled = this.#options.entitled.get(strategy_id)?.has(instrument_index) === true
    note?.('entitled', String(isEntitled), 'true')
    if (!isEntitled) return gate.refusal('not_entitled')
    const age_us = this.#node.now_us - ts_intent_us
    note?.('intent_age', `${age_us} us`, `${INTENT_AGE_MAX_US} us`)
    if (age_us <= INTENT_AGE_MAX_US) return undefined
    return gate.refusal('intent_too_old', `${age_us} us`, `${INTENT_AGE_MAX_US} us`)
  }

  #checkMarket(
    spec: InstrumentSpec,
    venue: RiskVenue,
    note = this.#options.trace?.onCheck,
  ): gate.Refusal | undefined {
    const feed = this.#feedStates.get(spec.venue_id) ?? 'unknown'
    note?.('feed_state', feed, 'live')
    const { statuses, table } = this.#options
    const isTrading = statuses.of(spec.index) === 'trading'
    // Where nothing trades silence is no fault; a gap or a lost connection still is.
    if (feed !== 'live' && (isTrading || feed !== 'stale')) return gate.refusal('market_data_stale', feed)
    const { now_us } = this.#node
    const measured_us = isTrading ? now_us : Math.min(now_us, statuses.stoppedUs(spec.index))
    return gate.checkReference(table, spec, measured_us, venue.config.market_data.stale_after_us, note)
  }

  #checkOrder(
    spec: InstrumentSpec,
    order: Pick<NewOrderSingle, 'side' | 'order_type' | 'price_units'>,
    trigger_price_units: number,
    quantity: number,
  ): gate.Refusal | undefined {
    const { side, order_type, price_units } = order
    const { collar } = this.#limits
    const note = this.#options.trace?.onCheck
    const isLimit = hasLimit(order_type)
    const touch = gate.touch(this.#options.table, spec, side)
    // An order that waits for its trigger meets the book there, or beyond.
    const met = hasTrigger(order_type) ? trigger_price_units : touch
    const worst = isLimit
      ? gate.worstPrice(side, price_units, touch)
      : hasTrigger(order_type)
        ? gate.worstTrigger(side, trigger_price_units, touch, collar)
        : touch
    return (
      (isLimit
        ? gate.checkPrice(spec, side, price_units, met, collar, this.#node.now_us, note)
        : undefined) ??
      gate.checkQuantity(spec, quantity, this.#limits, note) ??
      gate.checkNotional(spec, worst, quantity, this.#limits, note)
    )
  }

  #checkReplacedTrigger(
    spec: InstrumentSpec,
    order_type: OrderType,
    trigger_price_units: number,
  ): gate.Refusal | undefined {
    if (!hasTrigger(order_type)) return undefined
    return gate.checkTrigger(spec, trigger_price_units, this.#node.now_us, this.#options.trace?.onCheck)
  }

  #checkRate(): gate.Refusal | undefined {
    const { now_us } = this.#node
    const { orders_max, window_us } = this.#limits
    this.#options.trace?.onCheck(
      'order_rate',
      String(this.#rate.count(now_us) + 1),
      `${orders_max} in ${window_us} us`,
    )
    if (this.#rate.admits(now_us)) return undefined
    return gate.refusal('order_rate', '', `${orders_max} in ${window_us} us`)
  }

  #mint(command: VenueCommand): Approval {
    const { page } = this.#approved
    const start = page.length
    writeCommand(page, command)
    return new Approval(command, page, start, this.#node.now_us)
  }

  #deny(request: OrderDenied['request'], order: DeniedOrder, why: gate.Refusal): void {
    if (request === 'new') this.#deniedCount++
    const denial: OrderDenied = {
      type: 'order_denied',
      account_id: order.account_id,
      strategy_id: order.strategy_id,
      counter: order.counter,
      request,
      venue_id: order.venue_id,
      instrument_id: order.instrument_id,
      side: order.side,
      order_type: order.order_type,
      time_in_force: order.time_in_force,
      price_units: order.price_units,
      trigger_price_units: 'terms' in order ? order.terms.trigger_price_units : order.trigger_price_units,
      order_quantity_units: order.order_quantity_units,
      reason_code: why.code,
      value: why.value,
      limit: why.limit,
      ts_event_us: timeUs(this.#node.now_us),
    }
    this.#options.outputs.denial(denial)
    const route = must(
      this.#deniedRoutes.get(order.strategy_id),
      'a denial goes to a strategy of the account',
    )
    this.#node.bus.send(route, denial)
  }
}

const UNTOLD = (): void => undefined
