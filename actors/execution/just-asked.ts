// Orders and replaces asked for in the input under way: the order actor does not know them yet, and others may be linked to
// those orders.

import { RingBuffer } from '../../engine/ring-buffer.ts'
import type { StrategyId } from '../../schemas/ids.ts'
import type { SubmitIntent, WholeReplace } from '../../schemas/messages/intent.ts'

export class JustAsked {
  readonly #intents = new RingBuffer<SubmitIntent>()
  /** By order, the quantities that replaces of it ask for: of those that are not denied one is let through. */
  readonly #replaced = new Map<string, number[]>()
  /** The input they are of. */
  #seq = 0

  note(seq: number, intent: SubmitIntent): void {
    this.#begin(seq)
    this.#intents.push(intent)
  }

  noteReplace(seq: number, { strategy_id, counter, order_quantity_units }: WholeReplace): void {
    this.#begin(seq)
    const key = `${strategy_id}/${counter}`
    this.#replaced.set(key, [...(this.#replaced.get(key) ?? []), order_quantity_units])
  }

  #begin(seq: number): void {
    if (seq === this.#seq) return
    this.#intents.clear()
    this.#replaced.clear()
    this.#seq = seq
  }

  /** What replaces of the order ask for. */
  replacedUnits(seq: number, strategy_id: StrategyId, counter: number): readonly number[] {
    return (seq === this.#seq && this.#replaced.get(`${strategy_id}/${counter}`)) || []
  }

  find(seq: number, strategy_id: StrategyId, counter: number): SubmitIntent | undefined {
    if (seq !== this.#seq) return undefined
    return [...this.#intents].find((intent) => isOf(intent, strategy_id, counter))
  }

  /** The first that joined the order. */
  findJoined(seq: number, strategy_id: StrategyId, counter: number): SubmitIntent | undefined {
    if (seq !== this.#seq) return undefined
    return [...this.#intents].find(
      (intent) => intent.strategy_id === strategy_id && intent.terms.group_counter === counter,
    )
  }

  /** Nothing can be linked to an order that was over as it was asked for. */
  forget(strategy_id: StrategyId, counter: number): void {
    const left = [...this.#intents].filter((intent) => !isOf(intent, strategy_id, counter))
    if (left.length === this.#intents.size) return
    this.#intents.clear()
    for (const intent of left) this.#intents.push(intent)
  }
}

function isOf(intent: SubmitIntent, strategy_id: StrategyId, counter: number): boolean {
  return intent.strategy_id === strategy_id && intent.counter === counter
}
