// The questions the gate asks of a request, and in which order: the first that is answered with no denies. They change
// nothing; what a request takes once it may pass is the risk actor's to note. Rules: ./SPEC.md.

import type { ControlLane } from '../../engine/control-lane.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Node } from '../../engine/node.ts'
import { must } from '../../schemas/assert.ts'
import type { StrategyId } from '../../schemas/ids.ts'
import { INTENT_AGE_MAX_US } from '../../schemas/messages/intent.ts'
import {
  hasLimit,
  hasTrigger,
  isPlain,
  type NewOrderSingle,
  type OrderType,
} from '../../schemas/messages/order.ts'
import type { NewOrderRequest, ReplaceOrderRequest } from '../../schemas/messages/order-request.ts'
import { timeUs } from '../../schemas/units.ts'
import type { Exposure } from './exposure.ts'
import * as gate from './gate.ts'
import type { GateLimits } from './gate-limits.ts'
import type { RateWindow } from './rate-window.ts'
import type { RiskMachineEvent } from './risk-machine.ts'
import type { RiskOptions, RiskVenue } from './risk-options.ts'
import type { Standing } from './standing.ts'

/** What follows from earlier orders of a strategy goes on while it warms up again or makes a pause. */
const STANDING_STATES: ReadonlySet<string> = new Set(['created', 'warming', 'ready', 'paused'])
/** Of a question that nobody traces. */
const UNTOLD = (): void => undefined

/** What a request of the account is measured by. */
export type Measured = {
  readonly limits: GateLimits
  readonly lane: ControlLane<RiskMachineEvent>
  readonly exposure: Exposure
  readonly rate: RateWindow
  readonly standing: Standing
}

export class RequestChecks {
  readonly #node: Node
  readonly #options: RiskOptions
  readonly #limits: GateLimits
  readonly #lane: ControlLane<RiskMachineEvent>
  readonly #exposure: Exposure
  readonly #rate: RateWindow
  readonly #standing: Standing

  constructor(node: Node, options: RiskOptions, { limits, lane, exposure, rate, standing }: Measured) {
    this.#node = node
    this.#options = options
    this.#limits = limits
    this.#lane = lane
    this.#exposure = exposure
    this.#rate = rate
    this.#standing = standing
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
      this.#standing.books !== 'unchecked' &&
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

  checkNewOrder(request: NewOrderRequest): gate.Refusal | undefined {
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
      this.#checkParent(command) ??
      (this.#options.terms_hold ? gate.checkTrail(spec, command, note) : undefined) ??
      this.#checkOrder(spec, command, command.terms.trigger_price_units, quantity) ??
      (this.#lane.state === 'reduce_only'
        ? gate.checkReduces(spec, this.#exposure, side, quantity, note)
        : gate.checkPosition(spec, this.#exposure, side, this.#addedUnits(command), this.#limits, note)) ??
      this.#checkRate()
    )
  }

  /** What the order adds to the worst case of its side: a child that its venue keeps trades behind its parent. */
  #addedUnits(command: NewOrderSingle): number {
    if (command.terms.parent_counter === 0) return command.order_quantity_units
    return this.#exposure.addedUnits(command, command.terms.parent_counter, command.order_quantity_units)
  }

  /** An order that hangs on one which was denied, or of which nobody knows, would wait at its venue for another of that name. */
  #checkParent({ account_id, strategy_id, terms }: NewOrderSingle): gate.Refusal | undefined {
    const counter = terms.parent_counter
    if (counter === 0 || !this.#options.terms_hold) return undefined
    const isOpen = this.#exposure.reservation({ account_id, strategy_id, counter }) !== undefined
    const isThere = isOpen || (this.#options.orderOf(strategy_id, counter)?.cum_quantity_units ?? 0) > 0
    this.#options.trace?.onCheck('parent', isThere ? 'open or traded' : 'not there', 'open or traded')
    return isThere ? undefined : gate.refusal('contingency_unknown', String(counter))
  }

  checkReplace(spec: InstrumentSpec, request: ReplaceOrderRequest): gate.Refusal | undefined {
    const venue = must(this.#options.venues.get(spec.venue_id), 'an order is at a venue of the account')
    const reservation = must(this.#exposure.reservation(request), 'a replace is of an open order')
    const { side, order_type, cum_quantity_units, leaves_quantity_units, replace_quantity_units } =
      reservation
    const quantity = request.order_quantity_units
    const note = this.#options.trace?.onCheck
    note?.('replace_in_flight', String(replace_quantity_units > 0), 'false')
    // A second replace would hide what the first may still make of the order.
    if (replace_quantity_units > 0) return gate.refusal('replace_in_flight')
    if (this.isLowering(request))
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
  isLowering(request: ReplaceOrderRequest): boolean {
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
    const isDiffering = this.#standing.books === 'differing'
    note?.('reconciliation', isDiffering ? 'differing' : 'not differing', 'not differing')
    if (isDiffering) return gate.refusal('reconciliation_differs')
    const state = this.#standing.strategy(strategy_id)
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
    const feed = this.#standing.feed(spec.venue_id)
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
}
