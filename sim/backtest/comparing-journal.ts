// A journal writer that writes nothing: it holds a re-run against the records of the run before, record by record, and
// stops at the first difference.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { readCommand } from '../../engine/command-codec.ts'
import { readInput } from '../../engine/input-codec.ts'
import {
  type JournalRecord,
  type JournalWriter,
  RECORD_KIND,
  type RecordKind,
} from '../../engine/journal-port.ts'
import type { VenueCommand } from '../../schemas/messages/order.ts'
import { decodeEnd } from './end-record.ts'

/** Where a re-run said something else. `recorded` or `again` is undefined where one side had nothing more to say. */
export type RunDifference = {
  readonly lsn: number
  readonly recorded: string | undefined
  readonly again: string | undefined
}

/** Thrown out of the step that differs; the session is not continued. */
export class RunDifferenceError extends Error {
  override readonly name = 'RunDifferenceError'
  readonly difference: RunDifference

  constructor(difference: RunDifference) {
    super(`the re-run differs from the journal at record ${difference.lsn}`)
    this.difference = difference
  }
}

export class ComparingJournal implements Pick<JournalWriter, 'append' | 'released_lsn' | 'commit'> {
  released_lsn = -1
  readonly #records: readonly JournalRecord[]

  constructor(records: readonly JournalRecord[]) {
    this.#records = records
  }

  append(kind: RecordKind, payload: Uint8Array): number {
    const lsn = ++this.released_lsn
    const recorded = this.#records[lsn]
    if (recorded === undefined || recorded.kind !== kind || !isEqual(recorded.payload, payload)) {
      throw new RunDifferenceError({
        lsn,
        recorded: recorded === undefined ? undefined : describeRecord(recorded.kind, recorded.payload),
        again: describeRecord(kind, payload),
      })
    }
    return lsn
  }

  commit(): Promise<void> {
    return Promise.resolve()
  }

  /** What the journal has beyond what the re-run said. */
  leftOver(): RunDifference | undefined {
    const lsn = this.released_lsn + 1
    const recorded = this.#records[lsn]
    if (recorded === undefined) return undefined
    return { lsn, recorded: describeRecord(recorded.kind, recorded.payload), again: undefined }
  }
}

/** A record in words, for people. */
export function describeRecord(kind: RecordKind, payload: Uint8Array): string {
  const reader = new CanonicalReader(payload)
  if (kind === RECORD_KIND.effects) {
    const seq = reader.number()
    const ts_seq_us = reader.number()
    const commands: VenueCommand[] = []
    while (reader.remaining > 0) commands.push(readCommand(new CanonicalReader(reader.bytes()), () => -1))
    return JSON.stringify({ seq, ts_seq_us, commands })
  }
  if (kind === RECORD_KIND.input) return JSON.stringify(readInput(reader))
  if (kind === RECORD_KIND.end) return JSON.stringify(decodeEnd(payload))
  return `a record of kind ${kind} with ${payload.length} bytes`
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}
