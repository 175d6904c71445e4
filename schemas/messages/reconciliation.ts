// How the engine's books compare with the venues'.

import type { AccountId } from '../ids.ts'

export const RECONCILIATION_STATES = ['unchecked', 'matched', 'differing'] as const
export type ReconciliationState = (typeof RECONCILIATION_STATES)[number]

/** `differing` pauses trading on the account until a venue's state matches again. */
export type ReconciliationChanged = {
  readonly type: 'reconciliation_changed'
  readonly account_id: AccountId
  readonly state: ReconciliationState
}
