// The identity of a configuration: what could change a decision, and nothing that could not.

import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { DelayConfig } from '../../schemas/config/latency.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import type { StrategyConfig } from '../../schemas/config/strategy-config.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'

/** SHA-256 (hex) over the canonical encoding, without folders and without references to secrets. */
export function configHash(config: Config): string {
  const { journal: _journal, data, venues, strategies, ...others } = config
  // Where rows come from and messages go decides nothing: what a live session saw is in its journal.
  const { bus: _bus, bus_credentials: _credentials, bus_tls_ca: _authority, live: _live, ...rest } = others
  const { store: _store, ...history } = data
  const writer = new CanonicalWriter()
  writer.value({
    ...rest,
    data: history,
    venues: venues.map(ownTerms),
    strategies: strategies.map(withoutFolder),
  })
  return createHash('sha256').update(writer.view()).digest('hex')
}

/** Without secrets, and without the place of a recording, whose delays are there. */
function ownTerms(venue: VenueConfig): Omit<VenueConfig, 'credentials'> {
  const { credentials: _credentials, latency, ...rest } = venue
  const legs = Object.entries(latency).map(([leg, delay]) => [leg, withoutFile(delay)])
  const own = { ...rest, latency: Object.fromEntries(legs) as VenueConfig['latency'] }
  return own.simulation === undefined ? own : { ...own, simulation: withoutModelFolders(own.simulation) }
}

/** Where a model of a user's own lies is nobody's decision, as with a strategy. */
function withoutModelFolders(simulation: SimulationConfig): SimulationConfig {
  const { fills, impact, ...rest } = simulation
  return {
    ...rest,
    ...(fills && { fills: fills.model === 'custom' ? { ...fills, source: basename(fills.source) } : fills }),
    ...(impact && {
      impact: impact.model === 'custom' ? { ...impact, source: basename(impact.source) } : impact,
    }),
  }
}

function withoutFile(delay: DelayConfig): DelayConfig {
  if (typeof delay === 'number' || delay.model !== 'recorded') return delay
  const { file: _file, ...rest } = delay
  return rest
}

/** Where a strategy lies is nobody's decision; its bytes are in `strategy_hash`. */
function withoutFolder(strategy: StrategyConfig): StrategyConfig {
  return { ...strategy, source: basename(strategy.source) }
}
