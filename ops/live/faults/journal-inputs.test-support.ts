// What a session's journal holds, in the order of its sequence: the time of each input, the rows, and the others.

import { join } from 'node:path'
import { openFileJournal } from '../../../adapters/journal-file/file-journal.ts'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { readEffects } from '../../../engine/effect-record.ts'
import { isRowRecord, type JournaledInput, readInput } from '../../../engine/input-codec.ts'
import { RECORD_KIND } from '../../../engine/journal-port.ts'
import type { RowInput } from '../../../engine/live/live-input.ts'
import { RowBatch } from '../../../engine/live/row-batch.ts'

export type JournalInputs = {
  readonly times_us: readonly number[]
  readonly rows: readonly RowInput[]
  readonly inputs: readonly JournaledInput[]
  /** Orders and replaces that a step in a gap of the market data let out, by what their venue knows them as. */
  readonly orders_in_gap: readonly string[]
}

export async function journalInputs(folder: string): Promise<JournalInputs> {
  const journal = await openFileJournal({ directory: join(folder, 'runs/kill/journal') })
  const times_us: number[] = []
  const inputs: JournaledInput[] = []
  const batch = new RowBatch()
  const rows: RowInput[] = []
  const orders_in_gap: string[] = []
  let isInGap = false
  try {
    for (const { epoch } of journal.epochs)
      for await (const { kind, payload } of journal.read(epoch)) {
        if (kind === RECORD_KIND.effects && isInGap)
          for (const { type, client_order_id } of readEffects(payload, () => 0).commands)
            if (type !== 'order_cancel_request') orders_in_gap.push(client_order_id)
        if (kind !== RECORD_KIND.input) continue
        const reader = new CanonicalReader(payload)
        if (isRowRecord(payload)) {
          batch.read(reader)
          for (let at = 0; at < batch.count; at++) {
            times_us.push(batch.ts_seq_us(at))
            rows.push(batch.row(at))
          }
          continue
        }
        const { ts_seq_us, input } = readInput(reader, () => 0)
        times_us.push(ts_seq_us)
        inputs.push(input)
        if (input.type === 'feed_event' && ['gap', 'resynchronised'].includes(input.event))
          isInGap = input.event === 'gap'
      }
    return { times_us, rows, inputs, orders_in_gap }
  } finally {
    await journal.close()
  }
}

/** The longest time between two inputs, and whether it ever went back, microseconds. */
export function leapsOf({ times_us }: JournalInputs): {
  readonly shortest_us: number
  readonly longest_us: number
} {
  const leaps = times_us.slice(1).map((at_us, index) => at_us - (times_us[index] as number))
  return { shortest_us: Math.min(...leaps), longest_us: Math.max(...leaps) }
}
