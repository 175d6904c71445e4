// `orrery exchange` at work: serves until a signal, or until the ledger cannot be written any more.

import { existsSync } from 'node:fs'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { auditLedger, type LedgerAudit } from '../../sim/paper-venue/ledger-audit.ts'
import type { HostedModels } from '../../sim/paper-venue/ledger-header.ts'
import { listenForControl } from '../live/control-socket.ts'
import { answerAtExchange } from '../live/market-control.ts'
import { onSignals } from '../live/on-signals.ts'
import { extentWords, openUnlessHeld } from '../session/session-journal.ts'
import { readListenAddress } from './listen.ts'
import { ledgerFolder, openExchange } from './open-exchange.ts'
import { noLedger, withRetirement } from './retire-ledger.ts'

export type RunExchangeOptions = {
  readonly config: Config
  readonly authored: HostedModels
  /** What the sources of its models are relative to. */
  readonly base_directory: string
  readonly listen: string
  readonly ledger: string | undefined
  readonly rows_per_s: string | undefined
  readonly print: (line: string) => void
  /** Said whatever else is. */
  readonly warn: (line: string) => void
}

export type EndedExchange = { readonly url: string; readonly ledger: string }

const ROWS_PER_S = 10
const ROWS_PER_S_MAX = 100_000

export async function runExchange(options: RunExchangeOptions): Promise<EndedExchange> {
  const { config, authored, base_directory, print, warn } = options
  const ledger = options.ledger ?? ledgerFolder(config)
  const end = Promise.withResolvers<void>()
  const exchange = await openExchange({
    config,
    authored,
    base_directory,
    ledger,
    listen: readListenAddress(options.listen),
    rows_per_s: readRate(options.rows_per_s),
    onFailure: (error) => end.reject(error),
    onNoSnapshots: (what) => warn(`WARNING no more snapshots are taken of ${ledger}: ${what}`),
  }).catch((error: unknown) => {
    throw withRetirement(error, ledger)
  })
  const stopListening = await listenForControl(ledger, (request) =>
    answerAtExchange(request, exchange.market),
  )
  const removeSignals = onSignals(() => end.resolve())
  try {
    print(`exchange at ${exchange.url}, ledger ${ledger}; Ctrl-C ends it.`)
    await end.promise
  } finally {
    await exchange.close()
    removeSignals()
    await stopListening()
  }
  return { url: exchange.url, ledger }
}

/** @property up_to how far a ledger was read that may not be written, in words; '' where all of it was. */
export type ExchangeAudit = LedgerAudit & { readonly up_to: string }

/** An exchange that runs on the ledger has to end first. */
export async function auditExchange(
  config: Config,
  authored: HostedModels,
  folder: string | undefined,
): Promise<ExchangeAudit> {
  const directory = folder ?? ledgerFolder(config)
  if (!existsSync(directory)) throw noLedger(directory)
  const opened = await openUnlessHeld(directory, 'orrery exchange --audit')
  try {
    return { ...(await auditLedger(opened.journal, authored)), up_to: extentWords(opened) }
  } finally {
    await opened.journal.close()
  }
}

function readRate(text: string | undefined): number {
  if (text === undefined) return ROWS_PER_S
  const rate = Number(text)
  if (Number.isInteger(rate) && rate >= 1 && rate <= ROWS_PER_S_MAX) return rate
  throw new OperatingError({
    code: 'exchange.bad_rate',
    reason: 'usage',
    what: `${JSON.stringify(text)} is no number of quotes a second.`,
    where: '--rows-per-s',
    remedy: `Give a whole number from 1 to ${ROWS_PER_S_MAX}.`,
  })
}
