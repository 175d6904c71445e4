// Where a session lives: `<journal.directory>/<session>`, with its journal, and beside it what other processes need.

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makeFolders } from '../../adapters/journal-file/make-folders.ts'
import type { Config } from '../../schemas/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

/** Where sessions are looked for that are named and not given as a folder. */
export const SESSIONS_DEFAULT = './runs'

export function sessionFolder({ journal, session }: Pick<Config, 'journal' | 'session'>): string {
  return join(journal.directory, session)
}

export function sessionJournal(folder: string): string {
  return join(folder, 'journal')
}

/** The simulated exchange's own ledger, where it runs in the node's process. */
export function exchangeLedger(folder: string): string {
  return join(folder, 'exchange')
}

/** Batches of the raw tape on their way to the recorder. */
export function sessionTape(folder: string): string {
  return join(folder, 'tape')
}

export async function makeSessionFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder)
  } catch (error) {
    throw new OperatingError({
      code: 'session.folder_not_writable',
      reason: 'unavailable',
      what: `The folder of the session cannot be made: ${(error as NodeJS.ErrnoException).code}.`,
      where: folder,
      remedy: 'Correct the owner and mode of its parent, or name another with journal.directory.',
      cause: error,
    })
  }
}

/** The folder of a session given by its folder or by its name. */
export function findSession(given: string): string {
  for (const folder of [resolve(given), resolve(SESSIONS_DEFAULT, given)]) {
    if (existsSync(sessionJournal(folder))) return folder
  }
  throw new OperatingError({
    code: 'session.not_found',
    reason: 'usage',
    what: 'There is no session of that name or in that folder.',
    where: `${resolve(given)}, ${resolve(SESSIONS_DEFAULT, given)}`,
    remedy: 'Name the folder that orrery paper printed; orrery sessions lists those under ./runs.',
  })
}

/** Every folder under `directory` that holds a session's journal. */
export async function sessionFolders(directory: string): Promise<string[]> {
  if (!existsSync(directory)) return []
  const entries = await readdir(directory, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(sessionJournal(join(directory, entry.name))))
    .map((entry) => join(directory, entry.name))
    .sort()
}
