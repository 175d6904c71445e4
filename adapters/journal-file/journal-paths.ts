// Names on disk. They sort by order, and whatever else lies in a journal's directory is left alone.

const EPOCH_NAME = /^epoch-(\d{6,})$/
const STAGING_NAME = /^epoch-\d{6,}\.opening$/
const LEAVING_NAME = /^epoch-\d{6,}\.archived$/
const ARCHIVE_FOLDER = 'archive'
const ARCHIVE_NAME = /^epoch-(\d{6,})\.archive$/
const SEGMENT_NAME = /^segment-(\d{6,})\.journal$/
const SNAPSHOT_NAME = /^snapshot-(\d{16})$/

export function epochPath(directory: string, epoch: number): string {
  return `${directory}/epoch-${sixDigits(epoch)}`
}

/** Where an epoch is prepared before one rename makes it visible. */
export function stagingPath(directory: string, epoch: number): string {
  return `${epochPath(directory, epoch)}.opening`
}

/** Under which name the folder of an epoch is removed once its archive is durable. */
export function leavingPath(directory: string, epoch: number): string {
  return `${epochPath(directory, epoch)}.archived`
}

/** A folder of its own, so that it may be a link to another disk. */
export function archiveFolder(directory: string): string {
  return `${directory}/${ARCHIVE_FOLDER}`
}

export function archivePath(directory: string, epoch: number): string {
  return `${archiveFolder(directory)}/epoch-${sixDigits(epoch)}.archive`
}

/** Where an archive is written before one rename makes it one. */
export function unfinishedArchivePath(directory: string): string {
  return `${archiveFolder(directory)}/archive.writing`
}

export function segmentPath(epochDirectory: string, segment: number): string {
  return `${epochDirectory}/segment-${sixDigits(segment)}.journal`
}

export function markPath(epochDirectory: string): string {
  return `${epochDirectory}/mark`
}

/** A snapshot behind the record `lsn`. */
export function snapshotPath(epochDirectory: string, lsn: number): string {
  return `${epochDirectory}/snapshot-${lsn.toString().padStart(16, '0')}`
}

/** Where a snapshot is written before one rename makes it one. */
export function unfinishedSnapshotPath(epochDirectory: string): string {
  return `${epochDirectory}/snapshot.writing`
}

export function isStagingName(name: string): boolean {
  return STAGING_NAME.test(name)
}

export function isLeavingName(name: string): boolean {
  return LEAVING_NAME.test(name)
}

/** Whether a journal's directory, of these names, has archives. */
export function hasArchives(names: readonly string[]): boolean {
  return names.includes(ARCHIVE_FOLDER)
}

/** Epochs among the names of the folder of archives, ascending. */
export function archivedNumbers(names: readonly string[]): number[] {
  return numbersIn(names, ARCHIVE_NAME)
}

/** Epoch numbers among the names of a journal's directory, ascending. */
export function epochNumbers(names: readonly string[]): number[] {
  return numbersIn(names, EPOCH_NAME)
}

/** Segment numbers among the names of an epoch's directory, ascending. */
export function segmentNumbers(names: readonly string[]): number[] {
  return numbersIn(names, SEGMENT_NAME)
}

/** Records behind which an epoch has snapshots, ascending. */
export function snapshotLsns(names: readonly string[]): number[] {
  return numbersIn(names, SNAPSHOT_NAME)
}

function numbersIn(names: readonly string[], pattern: RegExp): number[] {
  return names
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right)
}

function sixDigits(value: number): string {
  return value.toString().padStart(6, '0')
}
