// A node of the configuration that an epoch's header keeps, for taking up its ledger after a change. Its strategies never
// start, so it needs none of their code.

import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { FoldOptions } from '../../engine/live/ledger-recovery.ts'
import { readLiveHeader } from '../../engine/live/live-header.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { must } from '../../schemas/assert.ts'
import type { VenueId } from '../../schemas/ids.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { idleStrategy } from './idle-strategy.ts'
import { liveNodeFactory } from './live-node.ts'

export function foldUnder(
  header: Uint8Array,
  venues: readonly { readonly capabilities: CapabilityTable }[],
): FoldOptions {
  const { config, node_id } = readLiveHeader(header, 'the last epoch of the session').contents
  const instruments = instrumentsOf(config)
  const [any] = venues
  const definitions = new Map<string, StrategyDefinition>(
    config.strategies.map(({ id }) => [id, idleStrategy]),
  )
  return {
    buildNode: liveNodeFactory({
      config,
      instruments,
      definitions,
      // What a venue takes decides nothing here: the commands were let through long ago.
      venues:
        any === undefined
          ? []
          : config.venues.map(({ id }) => ({
              venue_id: id as VenueId,
              capabilities: any.capabilities,
              send: () => undefined,
            })),
      node_id,
      sha256: nodeSha256,
      gate: createStepGate(),
      onFault: () => undefined,
    }),
    instrumentIndex: (id) =>
      must(
        instruments.find(({ instrument_id }) => instrument_id === id),
        'an instrument of an epoch is in its configuration',
      ).index,
  }
}
