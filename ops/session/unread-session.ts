// A session among several that did not say how it stands, or whose journal cannot be read: it is named with the reason, and
// keeps no other off a list.

import { basename } from 'node:path'
import { OperatingError } from '../../schemas/operating-error.ts'

export type UnreadSession = Pick<OperatingError, 'code' | 'what' | 'where' | 'remedy'> & {
  readonly folder: string
}

/** Throws again what is no operating error. */
export function unreadSession(folder: string, error: unknown): UnreadSession {
  if (!(error instanceof OperatingError)) throw error
  const { code, what, where, remedy } = error
  return { folder: basename(folder), code, what, where, remedy }
}
