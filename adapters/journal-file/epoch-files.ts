// The batches of one epoch, wherever they lie: in the segments of its folder, or packed in an archive.

import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import { ArchiveFile } from './archive-file.ts'
import { archivePath, epochPath, segmentNumbers, segmentPath } from './journal-paths.ts'
import { listEpochs } from './list-epochs.ts'

/** What is only read. */
export type ReadableFile = Pick<JournalFile, 'path' | 'read' | 'size' | 'close'>

export interface EpochFiles {
  /** Numbers of its segments, ascending. */
  segments(): Promise<number[]>
  /** Where a segment lies, for people. */
  path(segment: number): string
  open(segment: number): Promise<ReadableFile>
}

/** Those of an epoch that the journal has. */
export async function epochFiles(place: {
  readonly fs: JournalFs
  readonly directory: string
  readonly epoch: number
}): Promise<EpochFiles> {
  const { fs, directory, epoch } = place
  const listed = await listEpochs(fs, directory, await fs.list(directory))
  const is_archived = listed.find((one) => one.epoch === epoch)?.is_archived ?? false
  return is_archived ? archivedEpoch(fs, directory, epoch) : folderEpoch(fs, directory, epoch)
}

export function folderEpoch(fs: JournalFs, directory: string, epoch: number): EpochFiles {
  const folder = epochPath(directory, epoch)
  return {
    segments: async () => segmentNumbers(await fs.list(folder)),
    path: (segment) => segmentPath(folder, segment),
    open: (segment) => fs.open(segmentPath(folder, segment)),
  }
}

/** An archive is one segment, however many there were: a batch never spans two. */
export function archivedEpoch(fs: JournalFs, directory: string, epoch: number): EpochFiles {
  const path = archivePath(directory, epoch)
  return {
    segments: async () => [1],
    path: () => path,
    open: () => ArchiveFile.open(fs, path),
  }
}
