// What is kept here and could never go out is denied as it is asked for, not when others count on it. The questions are the
// gate's own. Rules: ./SPEC.md (E5, E6, E10).

import { must } from '../../schemas/assert.ts'
import type { SubmitIntent, WholeReplace } from '../../schemas/messages/intent.ts'
import * as gate from '../risk/gate.ts'
import type { ExecutionOptions } from './execution-options.ts'
import type { HeldBook } from './held-book.ts'
import { type HeldOrder, withoutLinks } from './held-order.ts'

export class KeptOrderChecks {
  readonly #options: ExecutionOptions
  readonly #held: HeldBook

  constructor(options: ExecutionOptions, held: HeldBook) {
    this.#options = options
    this.#held = held
  }

  /** Nor is an order with a trigger kept that a venue would not take as the market stands; a child waits for its market, too. */
  ofNew(intent: SubmitIntent, keepsParent: boolean, now_us: number): gate.Refusal | undefined {
    const isWatched = this.#held.keeps(intent)
    if (!this.#options.terms_hold || !(keepsParent || isWatched)) return undefined
    const { spec, table, status } = this.#market(intent)
    const sent = isWatched ? this.#held.worksAs(intent) : intent
    return (
      gate.checkCapability({ ...sent, terms: withoutLinks(sent.terms, true, true) }, table) ??
      (keepsParent ? undefined : gate.checkStatus(status, intent, table)) ??
      gate.checkSaid(spec, intent, now_us)
    )
  }

  /** A change of an order that is held; one that only lowers it waits for no market. */
  ofChange(order: HeldOrder, intent: WholeReplace, now_us: number): gate.Refusal | undefined {
    if (!this.#options.terms_hold) return undefined
    const { spec, table, status } = this.#market(order)
    const waits = order.awaits === 'parent' || this.#held.isLowering(order, intent)
    return (
      (waits ? undefined : gate.checkStatus(status, undefined, table)) ??
      gate.checkChanged(spec, order.order_type, intent, now_us)
    )
  }

  #market({ instrument_index }: Pick<SubmitIntent, 'instrument_index'>) {
    const { instruments, capabilities, statuses } = this.#options
    const spec = must(instruments[instrument_index], 'an intent names an instrument of the node')
    const table = must(capabilities.get(spec.venue_id), 'a venue is configured')
    return { spec, table, status: statuses.of(instrument_index) }
  }
}
