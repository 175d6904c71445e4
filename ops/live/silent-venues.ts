// The venues of a configuration for nodes that send nothing: what they can do, and nobody behind it.

import type { VenuePort } from '../../engine/venue-port.ts'
import type { Config } from '../../schemas/config/config.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { capabilitiesOf } from '../../sim/exchange/orders/capability-tables.ts'
import { auctionsHeld } from '../../sim/exchange/phases/venue-market.ts'

export function silentVenues(config: Config): VenuePort[] {
  const { venues, calendars = [] } = config
  const instruments = instrumentsOf(config)
  return venues.map((venue) => ({
    venue_id: venue.id,
    capabilities: capabilitiesOf(venue.simulation, auctionsHeld(calendars, venue, instruments)),
    send: () => undefined,
  }))
}
