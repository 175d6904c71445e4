// The folder of one run: its journal, its result and what is made of them.

import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makeFolders } from '../../adapters/journal-file/make-folders.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

/** `<session>-<UTC start>`: sorts by time, and two starts of a session differ. */
export function newRunId(session: string, start: Date): string {
  return `${session}-${start.toISOString().replaceAll(/[-:]|\.|Z/g, '')}`
}

export function journalFolder(folder: string): string {
  return join(folder, 'journal')
}

/** Makes the folder of a new run. One that holds anything already is left alone. */
export async function makeRunFolder(path: string): Promise<string> {
  const folder = resolve(path)
  try {
    await makeFolders(folder)
    if ((await readdir(folder)).length === 0) return folder
  } catch (error) {
    throw new OperatingError({
      code: 'backtest.folder_not_writable',
      reason: 'unavailable',
      what: `The folder of the run cannot be made: ${(error as NodeJS.ErrnoException).code}.`,
      where: folder,
      remedy: 'Free space, correct the owner and mode of its parent, or name another folder.',
      cause: error,
    })
  }
  throw new OperatingError({
    code: 'backtest.folder_not_empty',
    reason: 'usage',
    what: 'The folder of the run is not empty.',
    where: folder,
    remedy: 'Name a new folder with --out; a run never overwrites another.',
  })
}
