// A node for running an epoch again under the configuration in its header. Nothing is sent, so its venues are there for
// what they can do alone.

import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { LiveContents } from '../../engine/live/live-header.ts'
import type { NodeFactory } from '../../engine/live/node-factory.ts'
import { must } from '../../schemas/assert.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { type LiveBuiltNode, type LiveNodeOptions, liveNodeFactory } from './live-node.ts'
import { silentVenues } from './silent-venues.ts'

export type RerunNodeOptions = Pick<LiveNodeOptions, 'gate' | 'observer' | 'trace'> & {
  /** Configuration, behaviour and place of the node, from the epoch's header. */
  readonly contents: Pick<LiveContents, 'config' | 'node_id' | 'behaviour'>
  readonly definitions: ReadonlyMap<string, StrategyDefinition>
}

export type RerunNode = {
  readonly buildNode: NodeFactory<LiveBuiltNode>
  readonly instrumentIndex: (instrument_id: string) => number
}

export function rerunNode({ contents, ...options }: RerunNodeOptions): RerunNode {
  const { config, node_id, behaviour } = contents
  const instruments = instrumentsOf(config)
  return {
    buildNode: liveNodeFactory({
      ...options,
      config,
      instruments,
      node_id,
      behaviour,
      venues: silentVenues(config),
      sha256: nodeSha256,
      onFault: () => undefined,
    }),
    instrumentIndex: (id) =>
      must(
        instruments.find(({ instrument_id }) => instrument_id === id),
        'an instrument of an epoch is in its configuration',
      ).index,
  }
}
