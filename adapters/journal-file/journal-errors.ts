// The journal's operating errors, one place for their codes and words.

import { OperatingError } from '../../schemas/operating-error.ts'

type SystemError = Error & { readonly code: string; readonly errcode?: unknown }

const SQLITE_FULL = 13

/** Damage where nothing may be cut. Nothing on disk was changed. */
export function journalCorrupt(file: string, offset: number, what: string): OperatingError {
  return new OperatingError({
    code: 'journal.corrupt',
    reason: 'data',
    what: `The journal is damaged: ${what}.`,
    where: `${file}, byte ${offset}`,
    remedy: 'Restore this file from a copy of the journal; nothing was changed.',
  })
}

/** A failed file operation: `journal.disk_full`, or `journal.io_error` for everything else the system reports. */
export function journalFault(error: unknown, directory: string): Error {
  if (error instanceof OperatingError || !isSystemError(error)) return asError(error)
  const full = isDiskFull(error)
  return new OperatingError({
    code: full ? 'journal.disk_full' : 'journal.io_error',
    reason: 'unavailable',
    what: full ? 'The disk of the journal is full.' : `The journal's disk failed: ${error.message}.`,
    where: directory,
    remedy: full
      ? 'Free space on that disk, then start again.'
      : 'Check the disk and its file system, then start again; what was acknowledged is on it.',
    cause: error,
  })
}

export function journalLocked(directory: string, holder: string): OperatingError {
  return new OperatingError({
    code: 'journal.locked',
    reason: 'unavailable',
    what: `The journal is in use by ${holder}.`,
    where: directory,
    remedy: 'Stop that process, or use another directory.',
  })
}

/** The lock's SQLite reports a full disk in its own way. */
function isDiskFull(error: SystemError): boolean {
  return error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.errcode === SQLITE_FULL
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error })
}
