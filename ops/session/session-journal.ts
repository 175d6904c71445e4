// The journal of a session given by folder or name, opened for reading. Where a session that runs holds its own, or the folder
// may not be written, it is read beside whoever writes it, as far as it is marked as durable.

import {
  openFileJournal,
  type ReadableJournal,
  readRunningJournal,
} from '../../adapters/journal-file/file-journal.ts'
import type { Journal } from '../../engine/journal-port.ts'
import { isLiveHeader } from '../../engine/live/live-header.ts'
import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { findSession, foundSession, sessionJournal } from '../live/session-folder.ts'
import { grouped } from '../text/table.ts'

export type OpenedJournal = {
  readonly journal: ReadableJournal
  /** Why it was not taken for this process, and so not read beyond its mark; undefined where all of it is read. */
  readonly barred: OperatingError | undefined
}

export type OpenedSession = OpenedJournal & { readonly folder: string; readonly where: string }

/**
 * Undefined where there is no journal, or one of a backtest; refused where there are several, or nothing in it yet.
 *
 * @param command that reads it, here and in what follows: `orrery verify`.
 */
export async function openSessionFolder(given: string, command: string): Promise<OpenedSession | undefined> {
  if ((await foundSession(given)) === undefined) return undefined
  const opened = await openJournalOf(given, command)
  if (isLiveHeader(must(opened.journal.epochs[0], 'an opened journal has an epoch').header)) return opened
  await opened.journal.close()
  return undefined
}

/** The journal of a session or of a backtest, which must be there and have something in it. */
export async function openJournalOf(given: string, command: string): Promise<OpenedSession> {
  const folder = await findSession(given)
  const where = sessionJournal(folder)
  const opened = await openOrRead(where, command)
  if (opened.journal.epochs.length > 0) return { ...opened, folder, where }
  await opened.journal.close()
  throw noEpoch(where, opened.barred)
}

/** Where a journal begins that was pruned, in a sentence; '' where it has its beginning. */
export function prunedWords({ epochs }: Pick<Journal, 'epochs'>): string {
  const first = epochs[0]?.epoch ?? 1
  if (first === 1) return ''
  const gone = first === 2 ? 'epoch 1 was' : `epochs 1 to ${first - 1} were`
  return `The journal begins at epoch ${first}: ${gone} pruned, and what they ended with is taken as given.`
}

/** How far a journal was read that was not taken for this process, in a sentence; '' where all of it was. */
export function extentWords({ journal, barred }: OpenedJournal): string {
  const last = journal.epochs.at(-1)
  if (barred === undefined || last === undefined) return ''
  const place = `epoch ${last.epoch}, record ${grouped(last.last_lsn)}`
  return `${barred.what} It was read up to ${place}, the last that is marked as durable.`
}

/** The journal of a live session, which must be there. */
export async function requireSession(given: string, command: string): Promise<OpenedSession> {
  const opened = await openSessionFolder(given, command)
  if (opened !== undefined) return opened
  throw notLive(await findSession(given))
}

export function notLive(folder: string): OperatingError {
  return new OperatingError({
    code: 'session.not_live',
    reason: 'usage',
    what: 'The folder holds the run of a backtest, which is no session.',
    where: folder,
    remedy: 'Name a session: what orrery paper printed.',
  })
}

/** A journal that nobody holds; one that a process holds, or that may only be read here, as far as it is durable. */
export async function openOrRead(directory: string, command: string): Promise<OpenedJournal> {
  try {
    return { journal: await openFileJournal({ directory, command }), barred: undefined }
  } catch (error) {
    if (!(error instanceof OperatingError) || !BARRED.has(error.code)) throw error
    return { journal: await readRunningJournal({ directory }), barred: error }
  }
}

/** The same, but for one that a process holds: that is refused with `journal.locked`. */
export async function openUnlessHeld(directory: string, command: string): Promise<OpenedJournal> {
  const opened = await openOrRead(directory, command)
  if (opened.barred?.code !== 'journal.locked') return opened
  await opened.journal.close()
  throw opened.barred
}

const BARRED = new Set(['journal.locked', 'journal.not_writable'])

export function noEpoch(where: string, barred?: OperatingError): OperatingError {
  return new OperatingError({
    code: 'session.no_epoch',
    reason: 'data',
    what: `Nothing is in the journal yet: no start has got as far as its first epoch. ${barred?.what ?? ''}`.trim(),
    where,
    remedy:
      barred === undefined
        ? 'Start the session again; there is nothing of it to be shown.'
        : 'Ask again when the session is up.',
  })
}
