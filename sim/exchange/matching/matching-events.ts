// What matching tells the floor of the orders it has looked at.

import type { PriceUnits, SizeUnits } from '../../../schemas/units.ts'
import type { VenueOrder } from '../orders/venue-order.ts'

export type MatchingEvents = {
  /** Books one fill: accounts, report, and the order's place in the book. */
  readonly onFill: (
    order: VenueOrder,
    price_units: PriceUnits,
    quantity_units: SizeUnits,
    ts_us: number,
  ) => void
  /** A resting order met one of its own account, and the venue's rule cancels it. */
  readonly onSelfMatch: (order: VenueOrder, ts_us: number) => void
  /** A resting order that only reduces has nothing left to reduce. */
  readonly onSpent: (order: VenueOrder, ts_us: number) => void
}
