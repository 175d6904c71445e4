// What is told of an order: one event for each thing that concerned it.

import type { JournaledInput } from '../../engine/input-codec.ts'
import type { RowInput } from '../../engine/live/live-input.ts'
import type { Intent } from '../../schemas/messages/intent.ts'
import type { VenueCommand } from '../../schemas/messages/order.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'

export type GateCheck = {
  readonly check: string
  readonly value: string
  readonly limit: string
  readonly outcome: 'passed' | 'refused'
}

type What =
  /** What the step took in: the row, timer, control or report that something was decided on, or a report itself. */
  | {
      readonly kind: 'input'
      readonly input: (RowInput & { readonly instrument_id: string }) | JournaledInput
    }
  | {
      readonly kind: 'decision'
      readonly strategy_id: string
      readonly handler: string
      readonly trigger: unknown
      /** What it asked for of the order. */
      readonly intents: readonly Intent[]
      readonly indicators: Readonly<Record<string, { readonly value: number; readonly ready: boolean }>>
      readonly state: unknown
    }
  | {
      readonly kind: 'gate'
      readonly request: 'new' | 'replace'
      /** '' where it was let through. */
      readonly refused: string
      readonly checks: readonly GateCheck[]
    }
  | { readonly kind: 'denied'; readonly denial: OrderDenied }
  /** Recorded with the step, and from then on to be sent. */
  | { readonly kind: 'effect'; readonly command: VenueCommand }
  | { readonly kind: 'fact'; readonly fact: OrderFact; readonly position_after: PositionAfter | null }

/** Signed size units in the strategy's own book and in the account. */
export type PositionAfter = { readonly strategy_units: number; readonly account_units: number }

export type WhyEvent = What & {
  readonly epoch: number
  readonly lsn: number
  readonly seq: number
  readonly ts_us: number
  readonly price_scale: number
  readonly size_scale: number
}

export type WhyWhat = What
