// One thing that must be right on this machine, looked at.

import type { OperatingError } from '../../schemas/operating-error.ts'

export type Finding = {
  readonly name: string
  readonly ok: boolean
  /** What was found, a few words with figures. */
  readonly found: string
  /** What to do about it; '' when all is well. */
  readonly remedy: string
  /** A fault of the machine ends with exit code 5, one of the configuration with 2. */
  readonly reason: 'unavailable' | 'usage'
}

export function well(name: string, found: string): Finding {
  return { name, ok: true, found, remedy: '', reason: 'unavailable' }
}

/** A fault of the machine. */
export function faulty(name: string, found: string, remedy: string): Finding {
  return { name, ok: false, found, remedy, reason: 'unavailable' }
}

/** A fault of the configuration or of what it names. */
export function configFault(name: string, { what, where, remedy }: OperatingError): Finding {
  const found = where === undefined ? what : `${what} (${where})`
  return { name, ok: false, found, remedy: remedy ?? '', reason: 'usage' }
}
