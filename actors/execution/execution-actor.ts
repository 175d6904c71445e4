// Turns a strategy's intents into orders a venue can take: which venue, which ids, which incarnation. Order types a venue
// lacks are worked out here, the same way in every mode. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import type { Route } from '../../engine/bus.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Node } from '../../engine/node.ts'
import { assert, must, unreachable } from '../../schemas/assert.ts'
import { type AccountId, clientOrderId, type StrategyId } from '../../schemas/ids.ts'
import type { Intent, SubmitIntent } from '../../schemas/messages/intent.ts'
import type { OrderRequest } from '../../schemas/messages/order-request.ts'
import { SUBJECT } from '../../schemas/subjects.ts'

export type ExecutionOptions = {
  readonly account_id: AccountId
  readonly session: string
  readonly strategies: readonly StrategyId[]
  readonly instruments: readonly InstrumentSpec[]
}

export class ExecutionActor implements Actor {
  readonly name: string
  readonly #node: Node
  readonly #options: ExecutionOptions
  readonly #gateRoute: Route<OrderRequest>
  #intentCount = 0

  constructor(node: Node, options: ExecutionOptions) {
    this.name = `execution/${options.account_id}`
    this.#node = node
    this.#options = options
    this.#gateRoute = node.bus.route(SUBJECT.gate(options.account_id))
    node.addActor(this)
    for (const strategy_id of options.strategies) {
      node.bus.subscribe<Intent>(SUBJECT.intent(options.account_id, strategy_id), (intent) =>
        this.#onIntent(intent),
      )
    }
  }

  get state(): string {
    return `${this.#intentCount} intents`
  }

  onTimer(): void {
    assert(false, 'execution sets no timers')
  }

  save(writer: { number(value: number): void }): void {
    writer.number(this.#intentCount)
  }

  load(reader: { number(): number }): void {
    this.#intentCount = reader.number()
  }

  #onIntent(intent: Intent): void {
    this.#intentCount++
    this.#node.bus.send(this.#gateRoute, this.#requestOf(intent))
  }

  #requestOf(intent: Intent): OrderRequest {
    const { account_id, strategy_id, counter, ts_intent_us } = intent
    switch (intent.type) {
      case 'submit_intent':
        return this.#newOrder(intent)
      case 'cancel_intent': {
        const { request_counter } = intent
        const client_order_id = this.#orderId(strategy_id, request_counter)
        const key = { account_id, strategy_id, counter }
        return { type: 'cancel_order_request', ...key, client_order_id, request_counter, ts_intent_us }
      }
      case 'replace_intent': {
        const { request_counter, price_units, trigger_price_units, order_quantity_units } = intent
        const client_order_id = this.#orderId(strategy_id, request_counter)
        const change = { price_units, trigger_price_units, order_quantity_units }
        const key = { account_id, strategy_id, counter }
        return {
          type: 'replace_order_request',
          ...key,
          client_order_id,
          request_counter,
          ...change,
          ts_intent_us,
        }
      }
      default:
        return unreachable(intent)
    }
  }

  #newOrder(intent: SubmitIntent): OrderRequest {
    const instrument = must(
      this.#options.instruments[intent.instrument_index],
      'an intent names an instrument of the node',
    )
    return {
      type: 'new_order_request',
      command: {
        type: 'new_order_single',
        account_id: intent.account_id,
        strategy_id: intent.strategy_id,
        counter: intent.counter,
        incarnation: 1,
        client_order_id: this.#orderId(intent.strategy_id, intent.counter),
        venue_id: instrument.venue_id,
        instrument_id: intent.instrument_id,
        instrument_index: intent.instrument_index,
        side: intent.side,
        order_type: intent.order_type,
        time_in_force: intent.time_in_force,
        price_units: intent.price_units,
        order_quantity_units: intent.order_quantity_units,
        terms: intent.terms,
      },
      ts_intent_us: intent.ts_intent_us,
    }
  }

  #orderId(strategy_id: StrategyId, counter: number) {
    return clientOrderId(this.#options.session, this.#node.epoch, strategy_id, counter)
  }
}
