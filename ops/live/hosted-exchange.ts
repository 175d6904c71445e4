// The simulated exchange on its ledger, in whichever process it runs: its books, the clock that drives them, and beside them the
// thread that takes their snapshots.

import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import type { Config } from '../../schemas/config/config.ts'
import { HostDriver } from '../../sim/paper-venue/host-driver.ts'
import type { HostedModels } from '../../sim/paper-venue/ledger-header.ts'
import { VenueHost } from '../../sim/paper-venue/venue-host.ts'
import { SnapshotThread } from './snapshot-thread.ts'

export type HostedExchangeOptions<Clock extends FeedClock> = {
  readonly config: Config
  readonly authored: HostedModels
  /** Folder of the ledger. */
  readonly ledger: string
  /** What the sources of its models are relative to. */
  readonly base_directory: string
  /** A clock that goes on from the ledger's last input. */
  readonly clockFrom: (journaled_us: number) => Clock
  readonly onFailure: (error: unknown) => void
  /** No more snapshots are taken of it; it goes on. */
  readonly onNoSnapshots: (what: string) => void
}

export type HostedExchange<Clock extends FeedClock> = {
  readonly driver: HostDriver
  readonly clock: Clock
  close(): Promise<void>
}

export async function openHostedExchange<Clock extends FeedClock>(
  options: HostedExchangeOptions<Clock>,
): Promise<HostedExchange<Clock>> {
  const { config, authored, ledger, clockFrom, onFailure } = options
  const journal = await openFileJournal({ directory: ledger })
  const host = await VenueHost.open({ config, authored, journal })
  const clock = clockFrom(host.books.now_us)
  const driver = new HostDriver({ host, clock, onFailure })
  const snapshots = snapshotsBeside(host, options)
  const close = async () => {
    await snapshots.close()
    await driver.close()
  }
  return { driver, clock, close }
}

/** The thread starts when a first snapshot is due: until then a second telling would be for nothing. */
function snapshotsBeside(
  host: VenueHost,
  { config, ledger, base_directory, onNoSnapshots }: HostedExchangeOptions<FeedClock>,
): SnapshotThread {
  const { build_hash } = buildIdentity()
  const thread = new SnapshotThread({
    of: 'exchange',
    task: { directory: ledger, epoch: host.epoch, base_directory, build_hash },
    // Of books nothing is left out.
    onLost: () => undefined,
    onEnd: onNoSnapshots,
  })
  const due_seq = host.books.seq + config.live.snapshot_inputs
  host.onDurable((durable_lsn) => {
    if (host.books.seq >= due_seq) thread.follow(durable_lsn)
  })
  return thread
}
