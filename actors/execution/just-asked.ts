// Orders asked for in the input under way: the order actor does not know them yet, and others may be linked to them.

import { RingBuffer } from '../../engine/ring-buffer.ts'
import type { StrategyId } from '../../schemas/ids.ts'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'

export class JustAsked {
  readonly #intents = new RingBuffer<SubmitIntent>()
  /** The input they are of. */
  #seq = 0

  note(seq: number, intent: SubmitIntent): void {
    if (seq !== this.#seq) {
      this.#intents.clear()
      this.#seq = seq
    }
    this.#intents.push(intent)
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
