// The journal's operating errors, one place for their codes and words.

import { OperatingError } from '../../schemas/operating-error.ts'

type SystemError = Error & { readonly code: string; readonly errcode?: unknown }

const SQLITE_FULL = 13
/** SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN: how the lock's SQLite says what follows in the system's words. */
const SQLITE_NOT_WRITABLE = [3, 8, 14]
const NOT_PERMITTED = ['EROFS', 'EACCES', 'EPERM']

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

/** What opening a journal for writing met: `journal.not_writable` where it may only be read, else as `journalFault`. */
export function openingFault(error: unknown, directory: string): Error {
  if (error instanceof OperatingError || !isSystemError(error) || !isNotWritable(error))
    return journalFault(error, directory)
  return new OperatingError({
    code: 'journal.not_writable',
    reason: 'unavailable',
    what: `The folder of the journal cannot be written: ${error.message}.`,
    where: directory,
    remedy: 'Correct its owner and mode, or mount its disk for writing; what only reads it needs neither.',
    cause: error,
  })
}

/** What reading a journal met that is not to be changed: `journal.not_readable` where it may not be read, else as `journalFault`. */
export function readingFault(error: unknown, directory: string): Error {
  if (!isSystemError(error) || !NOT_PERMITTED.includes(error.code)) return journalFault(error, directory)
  return new OperatingError({
    code: 'journal.not_readable',
    reason: 'unavailable',
    what: `The journal may not be read: ${error.message}.`,
    where: directory,
    remedy: 'Correct its owner and mode, or give the command as its owner.',
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

function isNotWritable({ code, errcode }: SystemError): boolean {
  if (NOT_PERMITTED.includes(code)) return true
  return typeof errcode === 'number' && SQLITE_NOT_WRITABLE.includes(errcode & 0xff)
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error })
}
