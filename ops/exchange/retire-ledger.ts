// Puts a ledger aside that this build does not go on with: renamed where it lies, nothing in it is changed, and the next
// start of the exchange begins with an empty one.

import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { lockDirectory } from '../../adapters/journal-file/directory-lock.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

export type RetiredLedger = { readonly ledger: string; readonly retired: string }

/** An exchange that runs on it has to end first. */
export async function retireLedger(ledger: string): Promise<RetiredLedger> {
  if (!existsSync(ledger)) throw noLedger(ledger)
  const release = lockDirectory(ledger)
  try {
    let number = 1
    while (existsSync(placeOf(ledger, number))) number++
    const retired = placeOf(ledger, number)
    await rename(ledger, retired)
    return { ledger, retired }
  } finally {
    release()
  }
}

/** A refusal of the ledger's schema, with what can be done about it where the exchange is a process of its own. */
export function withRetirement(error: unknown, ledger: string): unknown {
  if (!(error instanceof OperatingError) || error.code !== 'exchange.other_schema') return error
  const { code, reason, what } = error
  return new OperatingError({
    code,
    reason,
    what,
    where: ledger,
    remedy:
      'Close what is open with the build that wrote it; then put it aside with orrery exchange CONFIG --retire, and go on with sessions of other names: of these the empty ledger knows nothing.',
    cause: error,
  })
}

function placeOf(ledger: string, number: number): string {
  return `${ledger}.retired-${number}`
}

export function noLedger(directory: string): OperatingError {
  return new OperatingError({
    code: 'exchange.no_ledger',
    reason: 'usage',
    what: 'There is no ledger of an exchange.',
    where: directory,
    remedy: 'Name its folder with --ledger.',
  })
}
