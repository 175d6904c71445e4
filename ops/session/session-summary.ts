// What a folder's sessions are, in a line each. A session that runs is asked itself; one that is only starting, or stands
// by, holds its journal and is read beside it.

import { basename } from 'node:path'
import { directoryHolder } from '../../adapters/journal-file/directory-lock.ts'
import type { Journal } from '../../engine/journal-port.ts'
import { isLiveHeader, readLiveHeader } from '../../engine/live/live-header.ts'
import { ledgerOfBase } from '../../engine/live/session-state.ts'
import { isoTime } from '../../schemas/units.ts'
import { lastJournaled } from '../live/last-journaled.ts'
import { sessionFolders, sessionJournal } from '../live/session-folder.ts'
import type { SessionStatus } from '../live/session-status.ts'
import { recordedOrders } from './recorded-orders.ts'
import { openOrRead } from './session-journal.ts'
import { statusIfUp } from './session-statuses.ts'
import { type UnreadSession, unreadSession } from './unread-session.ts'

export type SessionSummary = {
  readonly session: string
  /** Of several; '' where one hosts all. */
  readonly node: string
  readonly folder: string
  readonly mode: 'paper' | 'live'
  readonly is_running: boolean
  /** How often it was started. */
  readonly epochs: number
  readonly inputs: number
  /** Let through by the gate since the session began, whatever became of them; pruned epochs count. */
  readonly orders: number
  /** ISO 8601; '' where there was none. */
  readonly last_input: string
}

export type SessionList = {
  readonly sessions: readonly SessionSummary[]
  readonly unreadable: readonly UnreadSession[]
}

/** One that cannot be read keeps no other off the list. */
export async function listSessions(directory: string): Promise<SessionList> {
  const sessions: SessionSummary[] = []
  const unreadable: UnreadSession[] = []
  for (const folder of await sessionFolders(directory)) {
    try {
      const status = await statusIfUp(folder)
      const summary = status === undefined ? await ofJournal(folder) : ofStatus(status)
      if (summary !== undefined) sessions.push(summary)
    } catch (error) {
      unreadable.push(unreadSession(folder, error))
    }
  }
  return { sessions, unreadable }
}

function ofStatus({
  session,
  node,
  folder,
  mode,
  epoch,
  inputs,
  accounts,
  time,
}: SessionStatus): SessionSummary {
  const orders = accounts.reduce((sum, account) => sum + account.orders, 0)
  return { session, node, folder, mode, is_running: true, epochs: epoch, inputs, orders, last_input: time }
}

/** Undefined for the run of a backtest, which lies in a folder of the same form. */
async function ofJournal(folder: string): Promise<SessionSummary | undefined> {
  const where = sessionJournal(folder)
  const { journal, barred } = await openOrRead(where, 'orrery sessions')
  try {
    const last = journal.epochs.at(-1)
    if (last === undefined || !isLiveHeader(last.header)) return undefined
    const { contents } = readLiveHeader(last.header, where)
    const end = await lastJournaled(journal)
    return {
      session: contents.config.session,
      node: contents.node_id ?? '',
      folder: basename(folder),
      mode: contents.mode,
      is_running: barred?.code === 'journal.locked' && directoryHolder(where)?.command === undefined,
      epochs: last.epoch,
      inputs: end.seq,
      orders: ordersBefore(journal) + (await recordedOrders(journal)).size,
      last_input: end.ts_us === 0 ? '' : isoTime(end.ts_us),
    }
  } finally {
    await journal.close()
  }
}

/** Let through before the journal begins: where epochs were pruned, the base of the first one left has their orders. */
function ordersBefore({ epochs }: Pick<Journal, 'epochs'>): number {
  const [first] = epochs
  if (first === undefined) return 0
  const ledger = ledgerOfBase(first.base, `the base of epoch ${first.epoch}`)?.ledger
  let orders = 0
  for (const { counts, open } of Object.values(ledger?.orders ?? {})) {
    const { accepted: _, ...ended } = counts
    orders += Object.values(ended).reduce((sum, count) => sum + count, open.length)
  }
  return orders
}
