// The thread beside a session, or beside a standby, that takes the snapshots of one epoch of a node's journal. Strategies
// must be those that the epoch names.

import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { loadStrategy } from '../../adapters/strategy-loader/load-strategy.ts'
import { EpochReplay } from '../../engine/live/epoch-replay.ts'
import { type LiveHeader, readLiveHeader } from '../../engine/live/live-header.ts'
import { stateOfBase } from '../../engine/live/session-state.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { rerunNode } from './rerun-node.ts'
import { type EpochRun, type FollowedEpoch, type SnapshotTask, takeSnapshots } from './snapshot-work.ts'

takeSnapshots(runOf)

async function runOf(task: SnapshotTask, { header, base, from, gate }: FollowedEpoch): Promise<EpochRun> {
  const { binding, contents } = readLiveHeader(header, task.directory)
  if (binding.build_hash !== buildIdentity().build_hash) throw otherBuild(task.directory)
  const definitions = await definitionsOf(contents, task)
  const options = { epoch: task.epoch, ...rerunNode({ contents, definitions, gate }) }
  return {
    run: new EpochReplay(options, from?.state ?? stateOfBase(base)),
    snapshot_inputs: contents.config.live.snapshot_inputs,
  }
}

async function definitionsOf(
  { strategies }: LiveHeader['contents'],
  { directory, base_directory }: SnapshotTask,
): Promise<Map<string, StrategyDefinition>> {
  const definitions = new Map<string, StrategyDefinition>()
  for (const { strategy_id, source, strategy_hash } of strategies) {
    const loaded = await loadStrategy({ source, base_directory })
    if (loaded.strategy_hash !== strategy_hash) throw otherStrategy(strategy_id, directory)
    definitions.set(strategy_id, loaded.definition as StrategyDefinition)
  }
  return definitions
}

function otherBuild(directory: string): OperatingError {
  return new OperatingError({
    code: 'snapshot.other_build',
    reason: 'unavailable',
    what: 'The session is run by another build, which runs its journal again in its own way.',
    where: directory,
    remedy: 'Run the same build on both machines, so that a takeover needs no long re-run.',
  })
}

function otherStrategy(strategy_id: string, directory: string): OperatingError {
  return new OperatingError({
    code: 'snapshot.other_strategy',
    reason: 'unavailable',
    what: `The files of the strategy ${strategy_id} are not those the session was started with.`,
    where: directory,
    remedy: 'Put them back, or start the session again with the new ones.',
  })
}
