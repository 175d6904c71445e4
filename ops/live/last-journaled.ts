// The last input in a journal: no session goes on before its time.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { isRowRecord } from '../../engine/input-codec.ts'
import { type Journal, RECORD_KIND } from '../../engine/journal-port.ts'
import { RowBatch } from '../../engine/live/row-batch.ts'
import { ledgerOfBase } from '../../engine/live/session-state.ts'

/** How many of an epoch's last records are looked at for its last input before the base's time is taken. */
const TAIL_RECORDS = 10_000

export type LastInput = { readonly seq: number; readonly ts_us: number }

/** Zeros where the journal has none. */
export async function lastJournaled(journal: Pick<Journal, 'epochs' | 'read'>): Promise<LastInput> {
  const epoch = journal.epochs.at(-1)
  if (epoch === undefined) return { seq: 0, ts_us: 0 }
  const ledger = ledgerOfBase(epoch.base, `the base of epoch ${epoch.epoch}`)?.ledger
  let last: LastInput = { seq: ledger?.seq ?? 0, ts_us: ledger?.now_us ?? 0 }
  for await (const { kind, payload } of journal.read(
    epoch.epoch,
    Math.max(0, epoch.last_lsn - TAIL_RECORDS),
  )) {
    if (kind === RECORD_KIND.input) last = placeOf(payload)
  }
  return last
}

function placeOf(payload: Uint8Array): LastInput {
  const reader = new CanonicalReader(payload)
  if (!isRowRecord(payload)) return { seq: reader.number(), ts_us: reader.number() }
  const rows = new RowBatch()
  rows.read(reader)
  const at = rows.count - 1
  return { seq: rows.seq(at), ts_us: rows.ts_seq_us(at) }
}
