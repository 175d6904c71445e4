// How the sessions in some folders stand. All are asked at once, and one that does not say keeps no other from being shown.

import { type DirectoryHolder, directoryHolder } from '../../adapters/journal-file/directory-lock.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { askSession, STATUS_TIMEOUT_MS } from '../live/control-socket.ts'
import { isNotUp } from '../live/session-desk.ts'
import { sessionJournal } from '../live/session-folder.ts'
import type { SessionStatus } from '../live/session-status.ts'
import { silentHolder } from '../live/stop-session.ts'
import { type UnreadSession, unreadSession } from './unread-session.ts'

export type SessionStatuses = {
  /** Those that run. */
  readonly sessions: readonly SessionStatus[]
  readonly unanswered: readonly UnreadSession[]
}

export async function sessionStatuses(folders: readonly string[]): Promise<SessionStatuses> {
  const sessions: SessionStatus[] = []
  const unanswered: UnreadSession[] = []
  const answers = await Promise.allSettled(folders.map((folder) => sessionStatus(folder)))
  for (const [i, answer] of answers.entries()) {
    if (answer.status === 'rejected') unanswered.push(unreadSession(folders[i] ?? '', answer.reason))
    else if (answer.value !== undefined) sessions.push(answer.value)
  }
  return { sessions, unanswered }
}

/** Undefined where it does not run; rejects where it does, or may, and is not up or does not say. */
export async function sessionStatus(folder: string): Promise<SessionStatus | undefined> {
  const status = await askSession(folder, { command: 'status' }, STATUS_TIMEOUT_MS)
  if (status !== undefined) return status as SessionStatus
  const holder = holderIn(sessionJournal(folder))
  // A command that reads its journal keeps a session out.
  if (holder === undefined || holder.command !== undefined) return undefined
  throw silentHolder(folder, holder)
}

/** Undefined also where it only starts, or stands by. */
export async function statusIfUp(folder: string): Promise<SessionStatus | undefined> {
  try {
    return (await askSession(folder, { command: 'status' }, STATUS_TIMEOUT_MS)) as SessionStatus | undefined
  } catch (error) {
    if (isNotUp(error)) return undefined
    throw error
  }
}

/** Where the lock may not be tried, nobody is known to hold it. */
function holderIn(directory: string): DirectoryHolder | undefined {
  try {
    return directoryHolder(directory)
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'journal.not_writable') return undefined
    throw error
  }
}
