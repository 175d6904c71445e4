// Orders held here that only reduce, judged as a venue judges its own: one that has nothing to reduce ends. A venue knows
// its fills at once; here the judgement waits until the moment has passed, and until what else was asked for before is
// answered, since that may open the position the order is for.

import type { Side } from '../../schemas/messages/order.ts'
import type { HeldBook } from './held-book.ts'
import type { HeldOrder } from './held-order.ts'

export type HeldReducersOptions = {
  readonly held: HeldBook
  /** Whether orders are judged so at all (schemas/behaviour.ts). */
  readonly is_on: boolean
  /** The account's signed position. */
  readonly positionUnits: (instrument_index: number) => number
  /** Whether the venue has not answered an order of the account on this side yet. */
  readonly isUnanswered: (instrument_index: number, side: Side) => boolean
  /** Ends the order. */
  readonly end: (order: HeldOrder) => void
  /** Calls `judge` when the moment has passed, or so much later. */
  readonly judgeLater: (instrument_index: number, later_us: number) => void
}

/** How long an answer is waited for before it is looked for again. */
const AGAIN_US = 250_000

export class HeldReducers {
  readonly #options: HeldReducersOptions

  constructor(options: HeldReducersOptions) {
    this.#options = options
  }

  /** A position has changed, or an order has come to be held. */
  note(instrument_index: number): void {
    const { is_on, held, judgeLater } = this.#options
    if (is_on && held.reducing(instrument_index).some((order) => this.#isSpent(order)))
      judgeLater(instrument_index, 0)
  }

  /** The moment has passed. */
  judge(instrument_index: number): void {
    const { held, isUnanswered, end, judgeLater } = this.#options
    let isEarly = false
    for (const order of held.reducing(instrument_index)) {
      // One that ended before this one may have taken it along.
      if (held.find(order.strategy_id, order.counter) !== order || !this.#isSpent(order)) continue
      if (isUnanswered(instrument_index, order.side === 'buy' ? 'sell' : 'buy')) isEarly = true
      else end(order)
    }
    if (isEarly) judgeLater(instrument_index, AGAIN_US)
  }

  #isSpent({ instrument_index, side }: HeldOrder): boolean {
    const units = this.#options.positionUnits(instrument_index)
    return side === 'sell' ? units <= 0 : units >= 0
  }
}
