// A full disk under the store, whoever was writing: this process itself, or the engine inside it.

import { statfsSync } from 'node:fs'
import { OperatingError } from '../../schemas/operating-error.ts'

/** What the engine says when its own reservation fails, and when the system refuses it a write. */
const ENGINE_SAYS_FULL = /NOT_ENOUGH_SPACE|No space left on device/
/** What it says of a table whose definition it had no room for: it wrote an empty one, and takes note only as it reads it. */
const ENGINE_SAYS_EMPTY = /Empty query/
/** Less than any definition of a table takes. */
const NO_ROOM_BYTES = 16_384

/** The error told as a full disk where it is one; undefined for any other. */
export function diskFull(error: unknown, where: string): OperatingError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code = '' } = error as NodeJS.ErrnoException
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || ENGINE_SAYS_FULL.test(error.message)
  if (!isFull && !(ENGINE_SAYS_EMPTY.test(error.message) && hasNoRoom(where))) return undefined
  return new OperatingError({
    code: 'store.disk_full',
    reason: 'unavailable',
    what: 'The disk of the tick store is full.',
    where,
    remedy: 'Free space on that disk, then repeat the command; what was imported before is not harmed.',
    cause: error,
  })
}

function hasNoRoom(path: string): boolean {
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize < NO_ROOM_BYTES
}
