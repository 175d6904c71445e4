// Puts the ended epochs of a session away, and removes old ones that are put away. A session that runs holds its journal,
// and is refused.

import { type ArchivedEpoch, JournalArchive } from '../../adapters/journal-file/journal-archive.ts'
import { isLiveHeader, readLiveHeader } from '../../engine/live/live-header.ts'
import { ledgerOfBase } from '../../engine/live/session-state.ts'
import { must } from '../../schemas/assert.ts'
import type { LiveConfig } from '../../schemas/config/live-config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { isoTime } from '../../schemas/units.ts'
import { sessionJournal } from '../live/session-folder.ts'
import { noEpoch, notLive } from './session-journal.ts'

const DAY_US = 86_400_000_000

/** @param epochs_kept how many of the newest stay as they are, the last one always; absent: what the session's configuration says. */
export async function archiveSession(
  folder: string,
  epochs_kept: number | undefined,
): Promise<{ readonly archived: readonly ArchivedEpoch[]; readonly kept: readonly number[] }> {
  const archives = await JournalArchive.open(sessionJournal(folder), undefined, 'orrery sessions archive')
  try {
    const { epochs } = archives
    const policy = policyOf(archives, folder)
    const keep = epochs_kept ?? policy?.epochs_kept ?? 1
    const old = epochs.slice(0, -keep).filter(({ epoch }) => !archives.isArchived(epoch))
    const archived: ArchivedEpoch[] = []
    for (const { epoch } of old) archived.push(await archives.archive(epoch))
    return { archived, kept: epochs.slice(-keep).map(({ epoch }) => epoch) }
  } finally {
    archives.close()
  }
}

/** An epoch that goes, or would go. */
export type PrunedEpoch = {
  readonly epoch: number
  /** ISO 8601: the time of its last input. */
  readonly ended: string
}

export type PruneOptions = {
  readonly folder: string
  /** Archived epochs that ended longer ago go; absent: what the session's configuration says. */
  readonly days_kept: number | undefined
  readonly now_us: number
  /** Whether they are removed, or only told. */
  readonly is_confirmed: boolean
}

/** Removes from the oldest on, up to the first that is not archived or not old enough. */
export async function pruneSession(options: PruneOptions): Promise<readonly PrunedEpoch[]> {
  const { folder, now_us, is_confirmed } = options
  const archives = await JournalArchive.open(sessionJournal(folder), undefined, 'orrery sessions prune')
  try {
    const policy = policyOf(archives, folder)
    const days = options.days_kept ?? policy?.days_kept
    if (days === undefined) throw noPolicy(folder)
    const old = oldEpochs(archives, now_us - days * DAY_US)
    if (is_confirmed) for (const _ of old) await archives.pruneFirst()
    return old
  } finally {
    archives.close()
  }
}

function oldEpochs(archives: JournalArchive, until_us: number): PrunedEpoch[] {
  const { epochs } = archives
  const old: PrunedEpoch[] = []
  for (const [at, { epoch }] of epochs.entries()) {
    const next = epochs[at + 1]
    if (next === undefined || !archives.isArchived(epoch)) break
    // The base of an epoch is the state the one before ended with, its time included.
    const ledger = ledgerOfBase(next.base, `the base of epoch ${next.epoch}`)?.ledger
    const { now_us } = must(ledger, 'only the first epoch of a session starts from nothing')
    if (now_us > until_us) break
    old.push({ epoch, ended: isoTime(now_us) })
  }
  return old
}

/** Refuses the journal of a backtest, and one without an epoch. */
function policyOf(archives: JournalArchive, folder: string): LiveConfig['archive'] {
  const where = sessionJournal(folder)
  const last = archives.epochs.at(-1)
  if (last === undefined) throw noEpoch(where)
  if (!isLiveHeader(last.header)) throw notLive(folder)
  return readLiveHeader(last.header, where).contents.config.live.archive
}

function noPolicy(folder: string): OperatingError {
  return new OperatingError({
    code: 'sessions.no_policy',
    reason: 'usage',
    what: "Nothing says how long archived epochs are kept: the session's configuration has no live.archive.days_kept.",
    where: folder,
    remedy: 'Say it: orrery sessions prune SESSION --days 90.',
  })
}
