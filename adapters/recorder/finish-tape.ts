// Ends the tapes of epochs that are over. A crash leaves a tape that stops short of its journal: what the journal has
// beyond the last batch is put on the tape from there, so that no row that was processed is missing. An input that stood
// for several rows gives its last one and their count; the others were in memory alone and are gone.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { isRowRecord } from '../../engine/input-codec.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { type Journal, RECORD_KIND } from '../../engine/journal-port.ts'
import { RowBatch } from '../../engine/live/row-batch.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { SessionTape } from './raw-tape.ts'
import { readSpoolFile, type SpoolFile, spoolFiles, writeSpoolFile } from './spool-folder.ts'

export type FinishTapesOptions = {
  readonly directory: string
  readonly tape: string
  readonly journal: Pick<Journal, 'epochs' | 'read'>
  readonly instruments: readonly InstrumentSpec[]
  /** Venues whose rows come out of a stored history. */
  readonly history_venues: readonly string[]
}

export type FinishedTapes = {
  /** Batches that cannot be read and say no more how far their tape had come; the journal is left to them. */
  readonly damaged: readonly OperatingError[]
  /** Rows taken from the journal. */
  readonly rows: number
  /** Rows that had joined one of these and are not on the tape. */
  readonly lost: number
}

/** Called at start-up, before the next epoch has a tape. */
export async function finishTapes(options: FinishTapesOptions): Promise<FinishedTapes> {
  const files = await spoolFiles(options.directory)
  const damaged: OperatingError[] = []
  let rows = 0
  let lost = 0
  for (const { epoch } of options.journal.epochs) {
    const newest = files.findLast((file) => file.epoch === epoch)
    try {
      const found = await finishTape(options, epoch, newest)
      rows += found.rows
      lost += found.lost
    } catch (error) {
      // A tape is no reason not to trade.
      if (!(error instanceof OperatingError) || error.code !== 'recorder.damaged_file') throw error
      damaged.push(error)
    }
  }
  return { rows, lost, damaged }
}

async function finishTape(
  { directory, tape: name, journal, instruments, history_venues }: FinishTapesOptions,
  epoch: number,
  newest: SpoolFile | undefined,
): Promise<Omit<FinishedTapes, 'damaged'>> {
  const head = newest === undefined ? undefined : (await readSpoolFile(newest.path)).head
  if (head?.is_last === true) return { rows: 0, lost: 0 }
  const after = head === undefined ? {} : { after: head }
  const tape = new SessionTape({ tape: name, epoch, instruments, history_venues, ...after })
  const spooled_seq = tape.last_seq
  const batch = new RowBatch()
  let rows = 0
  let lost = 0
  for await (const { kind, lsn, payload } of journal.read(epoch)) {
    if (kind !== RECORD_KIND.input || !isRowRecord(payload)) continue
    batch.read(new CanonicalReader(payload))
    for (let at = 0; at < batch.count; at++) {
      const seq = batch.seq(at)
      if (seq <= spooled_seq) continue
      const row = batch.row(at)
      const count = row.type === 'quote' ? row.conflated_count : 1
      tape.recovered(row, count, seq, batch.ts_seq_us(at))
      rows++
      lost += count - 1
    }
    tape.appended(lsn, batch.seq(batch.count - 1))
    tape.durable(lsn)
    await write(directory, tape)
  }
  await write(directory, tape, true)
  return { rows, lost }
}

/** Leaves at the end nothing on the tape that is not in a file. */
async function write(directory: string, tape: SessionTape, is_last = false): Promise<void> {
  if (!is_last && tape.held_count < WRITE_FROM_ROWS) return
  for (let next = tape.take(is_last); next !== undefined; next = tape.take(is_last)) {
    await writeSpoolFile(directory, next)
    if (next.head.is_last) return
  }
}

const WRITE_FROM_ROWS = 65_536
