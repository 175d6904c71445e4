import type { AccountId, StrategyId } from '../ids.ts'

/** A strategy's lifecycle changed; the gate lets intents through in `trading` alone. */
export type StrategyStateChanged = {
  readonly type: 'strategy_state_changed'
  readonly account_id: AccountId
  readonly strategy_id: StrategyId
  readonly state: string
}
