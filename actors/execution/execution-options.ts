// What the execution actor of an account is given, and what it asks of others.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { MarketTable } from '../../engine/market/market-table.ts'
import type { StatusTable } from '../../engine/market/status-table.ts'
import type { Outputs } from '../../engine/outputs.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import type { AccountId, StrategyId } from '../../schemas/ids.ts'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import type { OrderRecord } from '../order/order-record.ts'

export type ExecutionOptions = {
  readonly account_id: AccountId
  readonly session: string
  readonly strategies: readonly StrategyId[]
  readonly instruments: readonly InstrumentSpec[]
  /** By venue id. */
  readonly capabilities: ReadonlyMap<string, CapabilityTable>
  readonly table: MarketTable
  readonly statuses: StatusTable
  readonly outputs: Outputs
  /** The account's order with this key, while the order actor holds it. */
  readonly orderOf: (strategy_id: StrategyId, counter: number) => OrderRecord | undefined
  /** Whether a cancel of the order was on its way or waiting when it ended, in the step that ended it. */
  readonly wasAskedToEnd: (strategy_id: StrategyId, counter: number) => boolean
  /** The account's open orders, in the order they came. */
  readonly openOrders: () => Iterable<OrderRecord>
  /** The account's signed position. */
  readonly positionUnits: (instrument_index: number) => number
  /** Whether the strategy may ask for orders. */
  readonly isTrading: (strategy_id: StrategyId) => boolean
  /** Whether what is held of the strategy, or lowers an order of it and changes nothing else, may go to the gate now, or waits. */
  readonly isOpenFor: (strategy_id: StrategyId, instrument_index: number, lowers: boolean) => boolean
  /** Whether the order rate has room for one more behind so many that are on their way to the gate. */
  readonly hasRoom: (ahead_count: number) => boolean
  /** Whether children of the parent of this one may be open for so much more, behind what is on its way to the gate. */
  readonly hasPositionRoom: (
    child: SubmitIntent,
    units: number,
    ahead: { readonly units: number; readonly parent_units: number },
  ) => boolean
  /** A counter for a request of the engine's own about a strategy's order. */
  readonly engineCounter: (strategy_id: StrategyId) => number
  /** Of these strategies, those that another node runs. */
  readonly apart: ReadonlySet<string>
  readonly counterHighWater: (strategy_id: StrategyId) => number
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** Whether what is due is looked at again alone (schemas/behaviour.ts). */
  readonly due_alone: boolean
  /** Whether held orders that only reduce end with the position (schemas/behaviour.ts). */
  readonly reducers_end: boolean
  /** Whether links know of orders that have ended, and of which somebody asked for the end (schemas/behaviour.ts). */
  readonly knows_ended: boolean
  /** Whether links lower orders as they cancel them, whatever the market does (schemas/behaviour.ts). */
  readonly lowers_at_once: boolean
  /** Whether an order whose trade ends it has the others of its group cancelled once (schemas/behaviour.ts). */
  readonly cancels_once: boolean
  /** Whether what the engine would hold of another node's intents is denied where it was long on its way (schemas/behaviour.ts). */
  readonly intents_age: boolean
  /** Whether a counter that is behind is denied with the last one (schemas/behaviour.ts). */
  readonly counters_told: boolean
}
