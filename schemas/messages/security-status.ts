// Whether an instrument trades, as its venue says: FIX SecurityStatus (35=f).

import type { InstrumentId, VenueId } from '../ids.ts'
import type { TimeUs } from '../units.ts'

/**
 * FIX SecurityTradingStatus (326), in words. In `pre_open` and `closing_call` orders gather for an auction or for the first
 * price; `halted` is any stop within a session. An instrument of which nothing was said trades.
 */
export const SECURITY_STATUSES = ['trading', 'closed', 'pre_open', 'closing_call', 'halted'] as const
export type SecurityTradingStatus = (typeof SECURITY_STATUSES)[number]

/** An input: the instrument is in this status from now on. Said again, it says nothing new. */
export type SecurityStatus = {
  readonly type: 'security_status'
  readonly venue_id: VenueId
  readonly instrument_id: InstrumentId
  readonly instrument_index: number
  readonly status: SecurityTradingStatus
  /**
   * The trading day ended at `ts_event_us`: orders for it expire. Said with `closed` as it happens, and to whoever may not
   * have heard that beside the status of now.
   */
  readonly ends_day: boolean
  readonly ts_event_us: TimeUs
}
