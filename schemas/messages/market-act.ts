// What the operator of a simulated venue does to its market, as a broker's or an exchange's own desk does. An act is an
// input of the venue, kept in its ledger; nodes hear of it by the reports that follow.

import type { InstrumentId, VenueId } from '../ids.ts'

/** Of one trade, by FIX ExecType: H, it did not happen; G, it was at another price or for less. */
export type TradeAct = {
  readonly type: 'trade_cancel' | 'trade_correct'
  readonly venue_id: VenueId
  /** The trade as it stands: as it was reported, or as it was last corrected. */
  readonly execution_id: string
  /** Price and quantity as corrected; 0 in a trade_cancel. */
  readonly price_units: number
  readonly quantity_units: number
  readonly operator: string
  readonly reason: string
}

/** Of one instrument, by FIX SecurityTradingStatus (326): 2, trading halt; 3, resume. */
export type HaltAct = {
  readonly type: 'halt' | 'resume'
  readonly venue_id: VenueId
  readonly instrument_id: InstrumentId
  readonly operator: string
  readonly reason: string
}

export type MarketAct = TradeAct | HaltAct
