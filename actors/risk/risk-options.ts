// What the gate of an account is given, and what it asks of others.

import type { InspectionEvent } from 'xstate'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { MarketTable } from '../../engine/market/market-table.ts'
import type { StatusTable } from '../../engine/market/status-table.ts'
import type { Outputs } from '../../engine/outputs.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import type { StrategyId } from '../../schemas/ids.ts'
import type { NewOrderSingle } from '../../schemas/messages/order.ts'
import type { DecisionTrace } from '../decision-trace.ts'

export type RiskVenue = { readonly config: VenueConfig; readonly capabilities: CapabilityTable }

export type RiskOptions = {
  readonly account: AccountConfig
  readonly instruments: readonly InstrumentSpec[]
  readonly table: MarketTable
  readonly statuses: StatusTable
  /** By venue id, the venues this account trades at. */
  readonly venues: ReadonlyMap<string, RiskVenue>
  /** Which instruments each strategy may trade. */
  readonly entitled: ReadonlyMap<string, ReadonlySet<number>>
  /** Those of these strategies that another node runs: only that node can say again how they stand. */
  readonly apart: ReadonlySet<string>
  readonly outputs: Outputs
  /** Whether a replace that only lowers an order passes as a cancel does (schemas/behaviour.ts). */
  readonly lowers_at_once: boolean
  /** Whether a trail that no market could meet is denied (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** The account's order with this key while it is open, with its prices in force. */
  readonly openOrder: (strategy_id: StrategyId, counter: number) => OrderPrices | undefined
  /** The account's order with this key, while it is open or remembered. */
  readonly orderOf: (
    strategy_id: StrategyId,
    counter: number,
  ) => { readonly cum_quantity_units: number } | undefined
  readonly trace?: DecisionTrace | undefined
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}

export type OrderPrices = Pick<NewOrderSingle, 'price_units' | 'terms'>
