// Which epochs a journal has, and where each lies.

import type { JournalFs } from '../../engine/journal-fs-port.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { archivedNumbers, archiveFolder, epochNumbers, hasArchives } from './journal-paths.ts'

export type ListedEpoch = { readonly epoch: number; readonly is_archived: boolean }

/** Ascending. Where a crash left both, the folder counts, and the archive is made again. */
export async function listEpochs(
  fs: JournalFs,
  directory: string,
  names: readonly string[],
): Promise<ListedEpoch[]> {
  const folders = epochNumbers(names)
  const packed = hasArchives(names) ? archivedNumbers(await listArchives(fs, directory)) : []
  return [
    ...folders.map((epoch) => ({ epoch, is_archived: false })),
    ...packed.filter((epoch) => !folders.includes(epoch)).map((epoch) => ({ epoch, is_archived: true })),
  ].sort((left, right) => left.epoch - right.epoch)
}

/** A folder that cannot be reached would look like one that was pruned. */
async function listArchives(fs: JournalFs, directory: string): Promise<string[]> {
  try {
    return await fs.list(archiveFolder(directory))
  } catch (error) {
    throw new OperatingError({
      code: 'journal.archive_unreachable',
      reason: 'unavailable',
      what: `The archives of the journal cannot be read: ${(error as NodeJS.ErrnoException).code}.`,
      where: archiveFolder(directory),
      remedy: 'Attach the disk that the folder is a link to, or correct the link.',
      cause: error,
    })
  }
}
