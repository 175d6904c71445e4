// What execution denies before the gate is asked: into the outputs, and to the strategy.

import type { Route } from '../../engine/bus.ts'
import type { Node } from '../../engine/node.ts'
import { must } from '../../schemas/assert.ts'
import type { Intent, WholeReplace } from '../../schemas/messages/intent.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import type { OrderRecord } from '../order/order-record.ts'
import type { Refusal } from '../risk/gate.ts'
import type { ExecutionOptions } from './execution-options.ts'
import type { HeldOrder } from './held-order.ts'
import { denialOf } from './intent-denial.ts'

export class Denials {
  /** Orders denied; before behaviour 3 what was asked of them, too. */
  count = 0
  readonly #node: Node
  readonly #options: ExecutionOptions
  readonly #routes = new Map<string, Route<OrderDenied>>()

  constructor(node: Node, options: ExecutionOptions) {
    this.#node = node
    this.#options = options
    for (const strategy_id of options.strategies)
      this.#routes.set(strategy_id, node.bus.route(SUBJECT.denied(options.account_id, strategy_id)))
  }

  /** @param about what the intent does not say of the order it is about. */
  deny(
    intent: Intent,
    { code: reason_code, value, limit }: Refusal,
    about: Partial<Pick<OrderDenied, 'venue_id' | 'instrument_id' | 'side' | 'order_type'>> = {},
  ): void {
    const { outputs, terms_hold } = this.#options
    const denial = { ...denialOf(intent, { reason_code, value, limit, now_us: this.#node.now_us }), ...about }
    if (denial.request === 'new' || !terms_hold) this.count++
    outputs.denial(denial)
    const route = must(this.#routes.get(denial.strategy_id), 'an intent is of a strategy of the account')
    this.#node.bus.send(route, denial)
  }

  /** The order goes on as it was. */
  denyChange(
    { venue_id, instrument_id, side, order_type }: HeldOrder | OrderRecord,
    intent: WholeReplace,
    refusal: Refusal,
  ): void {
    this.deny(intent, refusal, { venue_id, instrument_id, side, order_type })
  }
}
