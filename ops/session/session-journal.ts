// The journal of a session given by folder or name, opened for reading; a session that runs holds its own, and can be read
// beside it.

import {
  openFileJournal,
  type ReadableJournal,
  readRunningJournal,
} from '../../adapters/journal-file/file-journal.ts'
import type { Journal } from '../../engine/journal-port.ts'
import { isLiveHeader } from '../../engine/live/live-header.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { findSession, foundSession, sessionJournal } from '../live/session-folder.ts'

export type OpenedSession = {
  readonly journal: ReadableJournal
  readonly folder: string
  readonly where: string
}

/** `or_running`: a session that runs is read up to what is durable now; else it is refused with `journal.locked`. */
export type SessionReading = { readonly or_running: boolean }

/** Undefined where there is no journal, or one of a backtest; refused where there are several. */
export async function openSessionFolder(
  given: string,
  { or_running }: SessionReading = { or_running: false },
): Promise<OpenedSession | undefined> {
  const folder = await foundSession(given)
  if (folder === undefined) return undefined
  const where = sessionJournal(folder)
  const journal = or_running ? (await openOrRead(where)).journal : await openFileJournal({ directory: where })
  const [first] = journal.epochs
  if (first !== undefined && isLiveHeader(first.header)) return { journal, folder, where }
  await journal.close()
  return undefined
}

/** Where a journal begins that was pruned, in a sentence; '' where it has its beginning. */
export function prunedWords({ epochs }: Pick<Journal, 'epochs'>): string {
  const first = epochs[0]?.epoch ?? 1
  if (first === 1) return ''
  const gone = first === 2 ? 'epoch 1 was' : `epochs 1 to ${first - 1} were`
  return `The journal begins at epoch ${first}: ${gone} pruned, and what they ended with is taken as given.`
}

/** The journal of a live session, which must be there. */
export async function requireSession(given: string, reading?: SessionReading): Promise<OpenedSession> {
  const opened = await openSessionFolder(given, reading)
  if (opened !== undefined) return opened
  const folder = await findSession(given)
  throw new OperatingError({
    code: 'session.not_live',
    reason: 'usage',
    what: 'The folder holds the run of a backtest, which is no session.',
    where: folder,
    remedy: 'Name a session: what orrery paper printed.',
  })
}

/** A journal that nobody holds, or as far as it is durable the one that a process holds. */
export async function openOrRead(
  directory: string,
): Promise<{ readonly journal: ReadableJournal; readonly is_held: boolean }> {
  try {
    return { journal: await openFileJournal({ directory }), is_held: false }
  } catch (error) {
    if (!(error instanceof OperatingError) || error.code !== 'journal.locked') throw error
    return { journal: await readRunningJournal({ directory }), is_held: true }
  }
}
