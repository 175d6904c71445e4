// What a venue says of its own books: answers to look-ups, and the state of one account to reconcile with. Inputs of the
// node, in the order in which the venue's adapter heard them, reports included.

import type { AccountId, ClientOrderId, InstrumentId, VenueId } from '../ids.ts'
import type { SizeUnits, TimeUs } from '../units.ts'
import type { VenueReport } from './order.ts'

export const LOOKUP_OUTCOMES = ['found', 'absent'] as const
export type LookupOutcome = (typeof LOOKUP_OUTCOMES)[number]

/**
 * The answer to a look-up by client order id. `found`: the order is live, as `report` says (its `client_order_id` is the
 * one looked up, its price and quantity those in force); an order found ended is told by the report that ended it.
 * `absent`: proof, not mere silence, that the venue never had this id; `report` is then undefined.
 */
export type OrderLookup = {
  readonly type: 'order_lookup'
  readonly outcome: LookupOutcome
  readonly venue_id: VenueId
  readonly account_id: AccountId
  readonly client_order_id: ClientOrderId
  readonly report: VenueReport | undefined
  /** How the adapter knows, for people: `not_in_venue_books`. */
  readonly reason_code: string
}

/** A position in the venue's books; one without quantity is left out. */
export type VenuePosition = {
  readonly instrument_id: InstrumentId
  readonly instrument_index: number
  /** Positive long, negative short. */
  readonly quantity_units: SizeUnits
}

/** An account in the venue's books after every report the adapter handed in before it. */
export type VenueState = {
  readonly type: 'venue_state'
  readonly venue_id: VenueId
  readonly account_id: AccountId
  readonly positions: readonly VenuePosition[]
  /** Ids in force of the orders that are live at the venue. */
  readonly open_client_order_ids: readonly ClientOrderId[]
  readonly ts_event_us: TimeUs
}
