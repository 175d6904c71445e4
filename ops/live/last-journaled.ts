// The engine time of the last input in a journal: no session goes on before it.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { isRowRecord } from '../../engine/input-codec.ts'
import { type Journal, RECORD_KIND } from '../../engine/journal-port.ts'
import { RowBatch } from '../../engine/live/row-batch.ts'
import { ledgerOfBase } from '../../engine/live/session-state.ts'

/** How far from an epoch's end its last input may lie before the base's time is taken: snapshots are single records. */
const TAIL_RECORDS = 10_000

export async function lastJournaledUs(journal: Journal): Promise<number> {
  const last = journal.epochs.at(-1)
  if (last === undefined) return 0
  let time_us = ledgerOfBase(last.base, `the base of epoch ${last.epoch}`)?.ledger.now_us ?? 0
  for await (const { kind, payload } of journal.read(last.epoch, Math.max(0, last.last_lsn - TAIL_RECORDS))) {
    if (kind === RECORD_KIND.input) time_us = Math.max(time_us, timeOfInput(payload))
  }
  return time_us
}

function timeOfInput(payload: Uint8Array): number {
  const reader = new CanonicalReader(payload)
  if (!isRowRecord(payload)) {
    reader.number()
    return reader.number()
  }
  const rows = new RowBatch()
  rows.read(reader)
  return rows.ts_seq_us(rows.count - 1)
}
