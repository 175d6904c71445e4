// The gate of one account: every order passes here or does not exist. An approval is minted for the exact bytes of a
// command; a denial is a message with its reason. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import { Approval } from '../../engine/approval.ts'
import type { Route } from '../../engine/bus.ts'
import { BytePages } from '../../engine/byte-pages.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { writeCommand } from '../../engine/command-codec.ts'
import { ControlLane } from '../../engine/control-lane.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import { assert, must, unreachable } from '../../schemas/assert.ts'
import type { AccountId, StrategyId } from '../../schemas/ids.ts'
import type { LedgerRisk } from '../../schemas/ledger-section.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import type { NewOrderSingle, VenueCommand } from '../../schemas/messages/order.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type {
  CancelOrderRequest,
  NewOrderRequest,
  OrderRequest,
  ReplaceOrderRequest,
} from '../../schemas/messages/order-request.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { timeUs } from '../../schemas/units.ts'
import { Exposure, type ReservedOrder } from './exposure.ts'
import type { Refusal } from './gate.ts'
import { compileLimits, type GateLimits } from './gate-limits.ts'
import { RateWindow } from './rate-window.ts'
import { RequestChecks } from './request-checks.ts'
import { type RiskMachineEvent, riskMachine } from './risk-machine.ts'
import type { RiskOptions } from './risk-options.ts'
import { Standing } from './standing.ts'

/** A window of the rate that is no longer has gone by before a later build sends its first order. */
const WINDOW_PAST_US = 1_000_000

/** A request the gate let through, on its way to the order actor. */
export type ApprovedRequest =
  | { readonly type: 'new_order_approved'; readonly command: NewOrderSingle; readonly approval: Approval }
  | CancelOrderRequest
  | ReplaceOrderRequest

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
  readonly #standing: Standing
  readonly #checks: RequestChecks
  readonly #approved = new BytePages()
  #approvedCount = 0
  #deniedCount = 0

  constructor(node: Node, options: RiskOptions) {
    const account_id = options.account.id as AccountId
    this.name = `risk/${account_id}`
    this.#node = node
    this.#options = options
    this.#limits = compileLimits(options.account, options.instruments)
    this.#exposure = new Exposure(options.instruments.length, options.terms_hold)
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
    this.#standing = new Standing(node.bus, account_id, options.venues.keys(), options.apart)
    this.#checks = new RequestChecks(node, options, {
      limits: this.#limits,
      lane: this.#lane,
      exposure: this.#exposure,
      rate: this.#rate,
      standing: this.#standing,
    })
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
    return this.#standing.strategy(strategy_id) === 'trading'
  }

  /** Whether what follows from orders of the strategy would be judged by what it says alone. */
  isOpenFor(strategy_id: StrategyId, instrument_index: number, lowers: boolean): boolean {
    return this.#checks.isOpenFor(strategy_id, instrument_index, lowers)
  }

  /** Whether the order rate has room for one more behind so many that are on their way here. */
  hasRoom(ahead_count: number): boolean {
    return this.#rate.admits(this.#node.now_us, ahead_count)
  }

  /**
   * Whether so much more on the side of a child would stay within the position limit, were all that is open there to trade; in
   * reduce-only, whether all of it closes.
   *
   * @param units of children of that parent.
   * @param ahead what is on its way here: on the side of the child, and of the parent.
   */
  hasPositionRoom(
    { strategy_id, instrument_index, side, terms }: SubmitIntent,
    units: number,
    ahead: { readonly units: number; readonly parent_units: number },
  ): boolean {
    if (this.#lane.state === 'reduce_only')
      return this.#exposure.worst(instrument_index, side, ahead.units + units) <= 0
    const child = { strategy_id, instrument_index, side }
    const added_units = this.#exposure.addedUnits(child, terms.parent_counter, units, ahead.parent_units)
    const max = this.#limits.position_quantity_max[instrument_index] as number
    return this.#exposure.worst(instrument_index, side, ahead.units + added_units) <= max
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
    this.#standing.save(writer)
    writer.number(this.#approvedCount)
    writer.number(this.#deniedCount)
  }

  load(reader: CanonicalReader): void {
    this.#lane.load(reader)
    this.#exposure.load(reader)
    this.#rate.load(reader)
    this.#standing.load(reader)
    this.#approvedCount = reader.number()
    this.#deniedCount = reader.number()
  }

  /** What a later build takes up; the exposure follows from positions and open orders, and from which count behind others. */
  saveLedger(): LedgerRisk {
    const isLong = this.#limits.window_us > WINDOW_PAST_US
    const admitted_us = isLong ? this.#rate.admitted(this.#node.now_us) : []
    const behind = this.#exposure.saveLedger()
    return {
      state: this.#lane.state,
      approved_count: this.#approvedCount,
      denied_count: this.#deniedCount,
      ...(this.#options.apart.size === 0 ? {} : { apart: this.#standing.saveLedger() }),
      ...(admitted_us.length === 0 ? {} : { admitted_us }),
      ...(behind.length === 0 ? {} : { behind }),
    }
  }

  loadLedger(ledger: LedgerRisk): void {
    this.#lane.restore(ledger.state, {})
    this.#approvedCount = ledger.approved_count
    this.#deniedCount = ledger.denied_count
    for (const time_us of ledger.admitted_us ?? []) this.#rate.take(time_us)
    this.#standing.loadLedger(ledger.apart ?? {})
  }

  /** Counts a position and what is open as the account's own again. */
  restoreExposure(
    quantity: (instrument_index: number) => number,
    open: Iterable<ReservedOrder>,
    { behind = [] }: Pick<LedgerRisk, 'behind'>,
  ): void {
    for (const { index } of this.#options.instruments) this.#exposure.restorePosition(index, quantity(index))
    for (const order of open) this.#exposure.restore(order)
    this.#exposure.loadLedger(behind)
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
    const refused = this.#checks.checkNewOrder(request)
    this.#options.trace?.onGate('new', command, refused?.code ?? '')
    if (refused !== undefined) return this.#deny('new', command, refused)
    this.#rate.take(this.#node.now_us)
    this.#exposure.reserve(command)
    this.#approvedCount++
    const approval = this.#mint(command)
    this.#node.bus.send(this.#approvedRoute, { type: 'new_order_approved', command, approval })
  }

  #onReplace(request: ReplaceOrderRequest): void {
    const reservation = this.#exposure.reservation(request)
    // An order that is not open has nothing to reserve; the order actor knows it and answers.
    if (reservation === undefined) return this.#node.bus.send(this.#approvedRoute, request)
    const spec = must(
      this.#options.instruments[reservation.instrument_index],
      'an order is of a known instrument',
    )
    const refused = this.#checks.checkReplace(spec, request)
    this.#options.trace?.onGate('replace', request, refused?.code ?? '')
    if (refused !== undefined) {
      const { instrument_id, venue_id } = spec
      // A replace says nothing of the time in force, and the gate does not keep it.
      const { side, order_type } = reservation
      const order = { ...request, instrument_id, venue_id, side, order_type, time_in_force: '' } as const
      return this.#deny('replace', order, refused)
    }
    if (!request.follows || !this.#checks.isLowering(request)) this.#rate.take(this.#node.now_us)
    this.#exposure.reserveReplace(request, request.order_quantity_units)
    this.#node.bus.send(this.#approvedRoute, request)
  }

  #mint(command: VenueCommand): Approval {
    const { page } = this.#approved
    const start = page.length
    writeCommand(page, command)
    return new Approval(command, page, start, this.#node.now_us)
  }

  #deny(request: OrderDenied['request'], order: DeniedOrder, why: Refusal): void {
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
