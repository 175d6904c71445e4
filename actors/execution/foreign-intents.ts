// Intents of strategies in other nodes. The engine there has made them of what an author asked for, and here nothing
// proves it: what no engine would have said is denied, before anything is built on it.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { CLIENT_ORDER_ID_LENGTH_MAX, ENGINE_COUNTER_BASE, type StrategyId } from '../../schemas/ids.ts'
import type { Intent, SubmitIntent } from '../../schemas/messages/intent.ts'
import type { DenialCode } from '../../schemas/messages/risk.ts'
import { ORDER_NEEDS } from '../strategy/order-of-request.ts'

/** Further behind than any price is from another: what is reckoned with it stays exact. */
const TRAIL_OFFSET_MAX = 1_000_000_000

export type ForeignIntentsOptions = {
  readonly session: string
  readonly epoch: number
  /** The highest counter of a strategy that an order or a request has. */
  readonly counterHighWater: (strategy_id: StrategyId) => number
}

export class ForeignIntents {
  readonly #options: ForeignIntentsOptions
  /** The last counter each strategy has drawn, as far as its intents tell. */
  readonly #last = new Map<string, number>()

  constructor(options: ForeignIntentsOptions) {
    this.#options = options
  }

  /** Why the intent is none; undefined where it may go on. */
  refusal(intent: Intent): DenialCode | undefined {
    const { strategy_id } = intent
    const drawn = drawnBy(intent)
    const last = this.lastOf(strategy_id)
    // One counter names everything a strategy asks for, and its intents come in the order in which it asked.
    if (drawn <= last || !this.#fits(strategy_id, drawn)) return 'counter_invalid'
    this.#last.set(strategy_id, drawn)
    if (intent.type === 'cancel_intent') return undefined
    const { order_quantity_units = 1 } = intent
    const isSound = order_quantity_units > 0 && (intent.type === 'replace_intent' || isWhole(intent))
    return isSound ? undefined : 'order_malformed'
  }

  /** The highest counter that the strategy is known to have drawn. */
  lastOf(strategy_id: StrategyId): number {
    return Math.max(this.#last.get(strategy_id) ?? 0, this.#options.counterHighWater(strategy_id))
  }

  save(writer: CanonicalWriter): void {
    writer.value(this.#last)
  }

  load(reader: CanonicalReader): void {
    this.#last.clear()
    for (const [id, counter] of reader.value() as Map<string, number>) this.#last.set(id, counter)
  }

  #fits(strategy_id: string, counter: number): boolean {
    const { session, epoch } = this.#options
    const id = `${session}-${epoch}-${strategy_id}-${counter}`
    return counter < ENGINE_COUNTER_BASE && id.length <= CLIENT_ORDER_ID_LENGTH_MAX
  }
}

/** The counter that names what is asked for. */
export function drawnBy(intent: Intent): number {
  return intent.type === 'submit_intent' ? intent.counter : intent.request_counter
}

/** Whether an order says what one of its type says, and nothing else. */
function isWhole({ order_type, time_in_force, price_units, terms }: SubmitIntent): boolean {
  const { limit, trigger, trail } = ORDER_NEEDS[order_type]
  const { trail_offset, limit_offset_units, activation_price_units } = terms
  const trails = trail_offset !== 0 || limit_offset_units !== 0 || activation_price_units !== 0
  return (
    (limit || price_units === 0) &&
    (trigger || trail || terms.trigger_price_units === 0) &&
    (trail ? trail_offset > 0 && trail_offset <= TRAIL_OFFSET_MAX : !trails) &&
    (limit || !terms.post_only) &&
    (time_in_force === 'gtd') === (terms.expire_time_us !== 0) &&
    (terms.group_type !== '' || terms.group_counter === 0)
  )
}
