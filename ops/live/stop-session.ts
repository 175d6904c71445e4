// Tells the session in a folder to end, and waits until it has. One that reads its journal answers nobody yet, and its lock
// says that it is there: it is asked until it answers. A command that has the lock is named there, and keeps a session out.

import { setTimeout as wait } from 'node:timers/promises'
import { type DirectoryHolder, directoryHolder } from '../../adapters/journal-file/directory-lock.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { askSession, otherUser, STATUS_TIMEOUT_MS } from './control-socket.ts'
import { isNotUp, type StopAnswer, type StopRequest } from './session-desk.ts'
import { sessionJournal } from './session-folder.ts'

/** For so long whoever holds the journal may keep silent. */
const SILENCE_MAX_MS = 10_000
const RETRY_MS = 100

/** Undefined where nobody holds the session's journal; rejects where it is not known to have ended as it was told. */
export async function stopSession(
  folder: string,
  on_stop: StopRequest['on_stop'],
  silence_max_ms: number = SILENCE_MAX_MS,
): Promise<StopAnswer | undefined> {
  const until_ms = performance.now() + silence_max_ms
  for (;;) {
    const isThere = await answers(folder)
    const answer = await askSession(folder, { command: 'stop', on_stop }, undefined)
    if (answer !== undefined) return answer as StopAnswer
    const holder = holderIn(folder)
    const isHeld = holder !== undefined && holder.command === undefined
    if (isThere && !isHeld) throw endedOtherwise(folder)
    if (holder === undefined) return undefined
    if (!isHeld) throw heldByCommand(folder, holder)
    if (performance.now() > until_ms) throw silentHolder(folder, holder)
    await wait(RETRY_MS)
  }
}

function holderIn(folder: string): DirectoryHolder | undefined {
  try {
    return directoryHolder(sessionJournal(folder))
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'journal.not_writable')
      throw otherUser(folder, error)
    throw error
  }
}

/** A session that stands still would take the stop and keep whoever gave it waiting: it rejects with `session.no_answer`. */
async function answers(folder: string): Promise<boolean> {
  try {
    return (await askSession(folder, { command: 'status' }, STATUS_TIMEOUT_MS)) !== undefined
  } catch (error) {
    if (isNotUp(error)) return true
    throw error
  }
}

/** Of a journal that a process holds which answers no command. */
export function silentHolder(where: string, { words }: DirectoryHolder): OperatingError {
  return new OperatingError({
    code: 'session.silent',
    reason: 'unavailable',
    what: `Its journal is held by ${words}, which answers nothing: a session that still reads its journal.`,
    where,
    remedy:
      'Give the command again in a while. SIGTERM ends it at once, and nothing of a session has left before it answers.',
  })
}

function heldByCommand(where: string, { words }: DirectoryHolder): OperatingError {
  return new OperatingError({
    code: 'session.held_by_command',
    reason: 'unavailable',
    what: `The session does not run: its journal is held by ${words}.`,
    where,
    remedy: 'There is nothing to stop. The session can be started again when that command has ended.',
  })
}

function endedOtherwise(where: string): OperatingError {
  return new OperatingError({
    code: 'session.ended_otherwise',
    reason: 'unavailable',
    what: 'The session ended before it said how: by itself a moment before it was told, or it was killed.',
    where,
    remedy: 'See what it printed last. Started again, it goes on from what is in its journal.',
  })
}
