// What a folder's sessions are, in a line each. A session that runs is asked itself; one that is only starting, or stands
// by, holds its journal and is read beside it.

import { basename } from 'node:path'
import { isLiveHeader, readLiveHeader } from '../../engine/live/live-header.ts'
import { isoTime } from '../../schemas/units.ts'
import { askSession, STATUS_TIMEOUT_MS } from '../live/control-socket.ts'
import { lastJournaled } from '../live/last-journaled.ts'
import { sessionFolders, sessionJournal } from '../live/session-folder.ts'
import type { SessionStatus } from '../live/session-status.ts'
import { recordedOrders } from './recorded-orders.ts'
import { openOrRead } from './session-journal.ts'

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
  /** Let through by the gate, whatever became of them. */
  readonly orders: number
  /** ISO 8601; '' where there was none. */
  readonly last_input: string
}

export async function sessionSummaries(directory: string): Promise<SessionSummary[]> {
  const summaries: SessionSummary[] = []
  for (const folder of await sessionFolders(directory)) {
    const status = (await askSession(folder, { command: 'status' }, STATUS_TIMEOUT_MS)) as
      | SessionStatus
      | undefined
    const summary = status === undefined ? await ofJournal(folder) : ofStatus(status)
    if (summary !== undefined) summaries.push(summary)
  }
  return summaries
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
  const { journal, is_held } = await openOrRead(where)
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
      is_running: is_held,
      epochs: last.epoch,
      inputs: end.seq,
      orders: (await recordedOrders(journal)).size,
      last_input: end.ts_us === 0 ? '' : isoTime(end.ts_us),
    }
  } finally {
    await journal.close()
  }
}
