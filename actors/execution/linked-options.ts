// What links between orders are told, and what they may ask of others.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { StrategyId } from '../../schemas/ids.ts'
import type { OrderRecord } from '../order/order-record.ts'
import type { HeldBook } from './held-book.ts'
import type { HoldingChange } from './holding-change.ts'

export type LinkedOptions = {
  readonly held: HeldBook
  /** Whether an order of the strategy, or what only lowers one, may go to the gate now; what may not waits, and `onDue` is told. */
  readonly isOpenFor: (strategy_id: StrategyId, instrument_index: number, lowers: boolean) => boolean
  readonly onDue: () => void
  /** Whether what is due is looked at again alone (schemas/behaviour.ts). */
  readonly due_alone: boolean
  /** Whether links know of orders that have ended, and of which somebody asked for the end (schemas/behaviour.ts). */
  readonly knows_ended: boolean
  /** Whether an order whose trade ends it has the others of its group cancelled once (schemas/behaviour.ts). */
  readonly cancels_once: boolean
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** Hears of each change of a group. */
  readonly onChange: (change: HoldingChange) => void
  readonly orderOf: (strategy_id: StrategyId, counter: number) => OrderRecord | undefined
  /** Open orders that may be of a group which their venue keeps. */
  readonly groupedOrders: () => Iterable<OrderRecord>
  /** Whether somebody asked for the end of an order that ended in this step. */
  readonly wasAskedToEnd: (strategy_id: StrategyId, counter: number) => boolean
  /** Asks the venue to cancel an order of the account. */
  readonly cancel: (strategy_id: StrategyId, counter: number) => void
  readonly specOf: (instrument_index: number) => InstrumentSpec
  /** Asks the venue for another total of an order. */
  readonly resize: (order: OrderRecord, order_quantity_units: number) => void
}

/** An order has ended, or never came to be: what hangs on it follows. */
export type OnGone = (strategy_id: StrategyId, counter: number, isAskedFor?: boolean, order?: Parent) => void

/** What has become of an order that others hang on. */
export type Parent = {
  readonly cum_quantity_units: number
  readonly order_quantity_units: number
  readonly ended: boolean
}
