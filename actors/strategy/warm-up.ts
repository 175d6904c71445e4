// The warm-up of a strategy: over once the time its author wants has passed and all its indicators are ready.
// Rules: ./SPEC.md.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { Node } from '../../engine/node.ts'
import { checkUnits } from './check-units.ts'
import type { SetUp } from './definition.ts'
import { WARM_UP_TIMER } from './handler-context.ts'
import { StrategyFault } from './strategy-fault.ts'
import type { StrategyOptions } from './strategy-options.ts'

export class WarmUp {
  readonly #node: Node
  readonly #owner: number
  readonly #options: StrategyOptions
  /** Whether the time has passed. */
  #isDue = false

  /** @param owner the strategy's place among the node's actors. */
  constructor(node: Node, owner: number, options: StrategyOptions) {
    this.#node = node
    this.#owner = owner
    this.#options = options
  }

  get is_over(): boolean {
    if (!this.#isDue) return false
    for (const indicator of Object.values(this.#options.indicators)) if (!indicator.ready) return false
    return true
  }

  /** Nothing of an earlier one counts. */
  reset(): void {
    this.#isDue = false
  }

  /** Throws what the author's own function throws, and a fault where it names no time. */
  start(setUp: SetUp<never>): void {
    const warm_up_us = this.#timeUs(setUp)
    checkUnits('warm_up_us', warm_up_us)
    if (warm_up_us > 0) this.#node.timers.set(this.#owner, WARM_UP_TIMER, this.#node.now_us + warm_up_us)
    else this.#isDue = true
  }

  onTimer(): void {
    this.#isDue = true
  }

  save(writer: CanonicalWriter): void {
    writer.flag(this.#isDue)
  }

  load(reader: CanonicalReader): void {
    this.#isDue = reader.flag()
  }

  #timeUs(setUp: SetUp<never>): number {
    const { definition, refuses_unknown } = this.#options
    const warm_up_us = definition.warm_up_us?.(setUp)
    if (refuses_unknown && definition.warm_up_us !== undefined) {
      checkUnits('warm_up_us', warm_up_us as number)
      if ((warm_up_us as number) < 0)
        throw new StrategyFault('bad_order', `warm_up_us is at least 0, got ${warm_up_us}`)
    }
    return warm_up_us ?? 0
  }
}
