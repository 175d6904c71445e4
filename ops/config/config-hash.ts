// The identity of a configuration: what could change a decision, and nothing that could not.

import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { Config, StrategyConfig, VenueConfig } from '../../schemas/config.ts'

/** SHA-256 (hex) over the canonical encoding, without folders and without references to secrets. */
export function configHash(config: Config): string {
  const { journal: _journal, data, venues, strategies, ...others } = config
  // Where rows come from and messages go decides nothing: what a live session saw is in its journal.
  const { bus: _bus, bus_credentials: _credentials, live: _live, ...rest } = others
  const { store: _store, ...history } = data
  const writer = new CanonicalWriter()
  writer.value({
    ...rest,
    data: history,
    venues: venues.map(withoutCredentials),
    strategies: strategies.map(withoutFolder),
  })
  return createHash('sha256').update(writer.view()).digest('hex')
}

function withoutCredentials(venue: VenueConfig): Omit<VenueConfig, 'credentials'> {
  const { credentials: _credentials, ...rest } = venue
  return rest
}

/** Where a strategy lies is nobody's decision; its bytes are in `strategy_hash`. */
function withoutFolder(strategy: StrategyConfig): StrategyConfig {
  return { ...strategy, source: basename(strategy.source) }
}
