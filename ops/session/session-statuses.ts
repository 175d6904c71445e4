// How the sessions in some folders stand. All are asked at once, and one that does not say keeps no other from being shown.

import { askSession, STATUS_TIMEOUT_MS } from '../live/control-socket.ts'
import type { SessionStatus } from '../live/session-status.ts'
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

/** Undefined where it does not run; rejects where it may and does not say. */
export async function sessionStatus(folder: string): Promise<SessionStatus | undefined> {
  const status = await askSession(folder, { command: 'status' }, STATUS_TIMEOUT_MS)
  return status as SessionStatus | undefined
}
