// Names on disk. They sort by order, and whatever else lies in a journal's directory is left alone.

const EPOCH_NAME = /^epoch-(\d{6,})$/
const STAGING_NAME = /^epoch-\d{6,}\.opening$/
const SEGMENT_NAME = /^segment-(\d{6,})\.journal$/
const SNAPSHOT_NAME = /^snapshot-(\d{16})$/

export function epochPath(directory: string, epoch: number): string {
  return `${directory}/epoch-${sixDigits(epoch)}`
}

/** Where an epoch is prepared before one rename makes it visible. */
export function stagingPath(directory: string, epoch: number): string {
  return `${epochPath(directory, epoch)}.opening`
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
