// The thread beside a simulated exchange that takes the snapshots of one epoch of its ledger. Models that users wrote must be
// those that the epoch names.

import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { loadMarketModel } from '../../adapters/strategy-loader/load-market-model.ts'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { type HostedModel, readLedgerHeader } from '../../sim/paper-venue/ledger-header.ts'
import { LedgerRetelling } from '../../sim/paper-venue/ledger-retelling.ts'
import { type EpochRun, type FollowedEpoch, type SnapshotTask, takeSnapshots } from './snapshot-work.ts'

export type LedgerSnapshotTask = SnapshotTask & {
  /** Of the exchange's process, which may have begun long before this thread does. */
  readonly build_hash: string
}

takeSnapshots(runOf)

async function runOf(
  { directory, base_directory, build_hash }: LedgerSnapshotTask,
  { header, base, from, gate }: FollowedEpoch,
): Promise<EpochRun> {
  if (build_hash !== buildIdentity().build_hash) throw otherBuild(directory)
  const { config } = readLedgerHeader(header)
  const authored = { models: await modelsOf(config, base_directory), gate }
  return {
    run: new LedgerRetelling({ header }, from?.state ?? base, authored),
    snapshot_inputs: config.live.snapshot_inputs,
  }
}

async function modelsOf({ venues }: Config, base_directory: string): Promise<HostedModel[]> {
  const models: HostedModel[] = []
  for (const { id: venue_id, simulation } of venues) {
    for (const part of ['fills', 'impact'] as const) {
      const named = simulation?.[part]
      if (named?.model !== 'custom') continue
      models.push({ ...(await loadMarketModel(part, { source: named.source, base_directory })), venue_id })
    }
  }
  return models
}

function otherBuild(directory: string): OperatingError {
  return new OperatingError({
    code: 'snapshot.other_build',
    reason: 'unavailable',
    what: 'The files of this build are not those the exchange was started with.',
    where: directory,
    remedy: 'Start it again, so that it runs what is on the disk.',
  })
}
