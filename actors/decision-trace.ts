// What a re-run may look at while a node decides: why a handler asked for an order, and what the gate measured. A node
// that runs has none, and makes no text for it; the very checks that decide tell their values.

import type { Intent } from '../schemas/messages/intent.ts'
import type { OrderKey } from '../schemas/messages/order.ts'
import type { DenialCode } from '../schemas/messages/risk.ts'

/** Takes what one check of the gate measures, before it refuses: whichever is noted last is the one that refused. */
export type NoteCheck = (check: string, value: string, limit: string) => void

export type StrategyDecision = {
  readonly strategy_id: string
  readonly handler: string
  /** What the handler was called with: a quote, trade, bar, fact, signal or the name of a timer. */
  readonly trigger: unknown
  /** What it asked for, in the order in which it did. */
  readonly intents: readonly Intent[]
  readonly indicators: Readonly<Record<string, { readonly value: number; readonly ready: boolean }>>
  /** The author's state after the handler. It is the strategy's own: copy what is to be kept. */
  readonly state: unknown
}

export type DecisionTrace = {
  /** A handler returned and what it asked for takes effect; the gate is next. */
  readonly onDecision: (decision: StrategyDecision) => void
  readonly onCheck: NoteCheck
  /** The gate has decided about a new order or a replace; '' where it let it through. */
  readonly onGate: (request: 'new' | 'replace', order: OrderKey, refused: DenialCode | '') => void
}
