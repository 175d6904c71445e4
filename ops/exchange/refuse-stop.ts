// What is said to whoever tells an exchange in a process of its own to stop, as if it were a session: sessions trade on it, and it
// is ended where it runs.

import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { directoryHolder } from '../../adapters/journal-file/directory-lock.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { foundLedger, sessionJournal } from '../live/session-folder.ts'

/** @param given folder or name that is no session's. */
export async function refuseExchange(given: string): Promise<void> {
  const ledger = await foundLedger(given)
  // The journal of a session, and the ledger of an exchange in its process, look alike.
  if (ledger === undefined || existsSync(sessionJournal(dirname(ledger)))) return
  const holder = directoryHolder(ledger)
  const isRunning = holder !== undefined && holder.command === undefined
  throw new OperatingError({
    code: 'stop.exchange',
    reason: 'usage',
    what: isRunning
      ? `The folder is the ledger of an exchange, which is no session: it runs as ${holder.words}.`
      : 'The folder is the ledger of an exchange, which is no session, and does not run.',
    where: ledger,
    remedy: isRunning
      ? 'End it with Ctrl-C or SIGTERM: started again it goes on where it was, and sessions that trade on it go on trying to reach it.'
      : 'There is nothing to stop; orrery exchange starts it.',
  })
}
