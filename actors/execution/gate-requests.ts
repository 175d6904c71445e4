// What execution asks of the gate, under the ids that venues will see.

import type { Route } from '../../engine/bus.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Node } from '../../engine/node.ts'
import { must } from '../../schemas/assert.ts'
import { clientOrderId, type StrategyId } from '../../schemas/ids.ts'
import type { CancelIntent, SubmitIntent, WholeReplace } from '../../schemas/messages/intent.ts'
import type { NewOrderSingle, Side } from '../../schemas/messages/order.ts'
import type { OrderRequest } from '../../schemas/messages/order-request.ts'
import { type OrderTerms, sharedTerms } from '../../schemas/messages/order-terms.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { sizeUnits, timeUs } from '../../schemas/units.ts'
import type { OrderRecord } from '../order/order-record.ts'
import type { ExecutionOptions } from './execution-options.ts'
import type { HeldOrder } from './held-order.ts'

export class GateRequests {
  readonly #node: Node
  readonly #options: ExecutionOptions
  readonly #route: Route<OrderRequest>
  /** Orders and replaces on their way to the gate, which judges them within this step. */
  ahead_count = 0
  /** Of these the orders, by instrument and side. */
  readonly #aheadBuy: Float64Array
  readonly #aheadSell: Float64Array

  constructor(node: Node, options: ExecutionOptions) {
    this.#node = node
    this.#options = options
    this.#aheadBuy = new Float64Array(options.instruments.length)
    this.#aheadSell = new Float64Array(options.instruments.length)
    const subject = SUBJECT.gate(options.account_id)
    this.#route = node.bus.route(subject)
    // Behind the gate's own subscription: it has judged the request.
    node.bus.subscribe<OrderRequest>(subject, (request) => {
      if (request.type !== 'cancel_order_request') this.ahead_count--
      if (request.type === 'new_order_request') this.#noteAhead(request.command, -1)
    })
  }

  /** Quantity of the orders on their way to the gate on a side. */
  aheadUnits(instrument_index: number, side: Side): number {
    return (side === 'buy' ? this.#aheadBuy : this.#aheadSell)[instrument_index] as number
  }

  #noteAhead({ instrument_index, side, order_quantity_units }: NewOrderSingle, sign: 1 | -1): void {
    const ahead = side === 'buy' ? this.#aheadBuy : this.#aheadSell
    ahead[instrument_index] = (ahead[instrument_index] as number) + sign * order_quantity_units
  }

  /** @param follows from an order that its strategy asked for while it traded. */
  submit(intent: Omit<SubmitIntent, 'type'>, follows = false): void {
    const command: NewOrderSingle = {
      type: 'new_order_single',
      account_id: intent.account_id,
      strategy_id: intent.strategy_id,
      counter: intent.counter,
      incarnation: 1,
      client_order_id: this.#orderId(intent.strategy_id, intent.counter),
      venue_id: this.instrument(intent.instrument_index).venue_id,
      instrument_id: intent.instrument_id,
      instrument_index: intent.instrument_index,
      side: intent.side,
      order_type: intent.order_type,
      time_in_force: intent.time_in_force,
      price_units: intent.price_units,
      order_quantity_units: intent.order_quantity_units,
      terms: intent.terms,
    }
    const { ts_intent_us } = intent
    this.ahead_count++
    this.#noteAhead(command, 1)
    this.#node.bus.send(this.#route, { type: 'new_order_request', command, ts_intent_us, follows })
  }

  /** A held order is free: it goes to the gate as decided now, since the gate judges it by the market of now. */
  submitHeld(order: HeldOrder): void {
    const { account_id, strategy_id, counter, instrument_id, instrument_index, side } = order
    const { order_type, time_in_force, price_units, order_quantity_units } = order
    const key = { account_id, strategy_id, counter, instrument_id, instrument_index, side }
    const terms = sharedTerms(this.#options.terms_hold ? shownInPart(order) : order.terms)
    const body = { order_type, time_in_force, price_units, order_quantity_units, terms }
    this.submit({ ...key, ...body, ts_intent_us: timeUs(this.#node.now_us) }, true)
  }

  cancel({
    account_id,
    strategy_id,
    counter,
    request_counter,
    ts_intent_us,
  }: Omit<CancelIntent, 'type'>): void {
    this.#node.bus.send(this.#route, {
      type: 'cancel_order_request',
      ...{ account_id, strategy_id, counter },
      client_order_id: this.#orderId(strategy_id, request_counter),
      request_counter,
      ts_intent_us,
    })
  }

  /** A cancel of the engine's own. */
  cancelOwn(strategy_id: StrategyId, counter: number): void {
    const { account_id, engineCounter } = this.#options
    const request_counter = engineCounter(strategy_id)
    this.cancel({
      ...{ account_id, strategy_id, counter },
      request_counter,
      ts_intent_us: timeUs(this.#node.now_us),
    })
  }

  replace(intent: Omit<WholeReplace, 'type'>, follows = false): void {
    const { account_id, strategy_id, counter, request_counter, ts_intent_us } = intent
    const { price_units, trigger_price_units, order_quantity_units } = intent
    this.ahead_count++
    this.#node.bus.send(this.#route, {
      type: 'replace_order_request',
      ...{ account_id, strategy_id, counter },
      client_order_id: this.#orderId(strategy_id, request_counter),
      request_counter,
      price_units,
      trigger_price_units,
      order_quantity_units,
      ts_intent_us,
      follows,
    })
  }

  /** The engine's own change of an order's quantity. */
  resizeOwn(
    { account_id, strategy_id, counter, price_units, terms }: OrderRecord,
    quantity_units: number,
  ): void {
    this.replace(
      {
        ...{ account_id, strategy_id, counter },
        request_counter: this.#options.engineCounter(strategy_id),
        price_units,
        trigger_price_units: terms.trigger_price_units,
        order_quantity_units: sizeUnits(quantity_units),
        ts_intent_us: timeUs(this.#node.now_us),
      },
      true,
    )
  }

  instrument(instrument_index: number): InstrumentSpec {
    return must(this.#options.instruments[instrument_index], 'an intent names an instrument of the node')
  }

  #orderId(strategy_id: StrategyId, counter: number) {
    return clientOrderId(this.#options.session, this.#node.epoch, strategy_id, counter)
  }
}

/** What an order shows is part of its quantity, and links may have left less of that than it was to show. */
function shownInPart({ terms, order_quantity_units }: HeldOrder): OrderTerms {
  if (terms.display_quantity_units <= order_quantity_units) return terms
  return { ...terms, display_quantity_units: order_quantity_units }
}
