import { basename } from 'node:path'
import { OperatingError } from '../../schemas/operating-error.ts'

/** What a person is told when a file of a run could not be written. */
export function notWritten(path: string, cause: unknown): OperatingError {
  const { code } = cause as NodeJS.ErrnoException
  return new OperatingError({
    code: 'run_files.not_written',
    reason: 'unavailable',
    what: `${basename(path)} of the run could not be written: ${code}.`,
    where: path,
    remedy: 'Free space on that disk or correct its permissions, then run again.',
    cause,
  })
}
