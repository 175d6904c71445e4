// What a strategy is made of, and what it asks of others.

import type { InspectionEvent } from 'xstate'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { AccountId, StrategyId } from '../../schemas/ids.ts'
import type { DecisionTrace } from '../decision-trace.ts'
import type { IndicatorView } from './context.ts'
import type { StrategyDefinition } from './definition.ts'
import type { StrategyViews } from './handler-context.ts'
import type { FaultReport } from './strategy-fault.ts'

export type StrategyOptions = {
  readonly definition: StrategyDefinition
  readonly strategy_id: StrategyId
  readonly account_id: AccountId
  readonly params: unknown
  readonly instruments: readonly InstrumentSpec[]
  readonly indicators: Readonly<Record<string, IndicatorView>>
  /** Restarts the warm-up of the strategy's indicators. */
  readonly resetIndicators: () => void
  readonly views: Omit<StrategyViews, 'is_trading' | 'now_us'>
  /** The most messages and timer changes one handler may ask for. */
  readonly effects_max: number
  /** Whether what would be passed over of what a handler asks for faults the strategy (schemas/behaviour.ts). */
  readonly refuses_unknown: boolean
  /** Whether a halted strategy is halted still behind the stop of its session (schemas/behaviour.ts). */
  readonly halt_outlives_stop: boolean
  /** Whether what an account elsewhere tells may be of counters that were drawn before the strategy was here (schemas/behaviour.ts). */
  readonly counters_told: boolean
  /** Tells people; never changes what the engine does. */
  readonly onFault: (fault: FaultReport) => void
  /** Must post a `strategy_halt` control input; the strategy is not in a step and cannot halt itself. */
  readonly onOutsideStep: (fault: FaultReport) => void
  readonly trace?: DecisionTrace | undefined
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}
