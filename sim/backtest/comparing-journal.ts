// A journal writer that writes nothing: it holds a re-run against the records of the run before, record by record, and
// stops at the first difference.

import { decodeChange } from '../../actors/execution/holding-change.ts'
import { effectMessages } from '../../engine/effect-envelopes.ts'
import { readEffects } from '../../engine/effect-record.ts'
import { sameBytes } from '../../engine/journal/parse-batch.ts'
import {
  type JournalRecord,
  type JournalWriter,
  RECORD_KIND,
  type RecordKind,
} from '../../engine/journal-port.ts'
import { describeRecord, type RunDifference, RunDifferenceError } from '../../engine/run-difference.ts'
import { decodeEnd } from './end-record.ts'

/** Who wrote the records: it names their messages. */
export type RecordSource = { readonly node: string; readonly epoch: number }

export class ComparingJournal implements Pick<JournalWriter, 'append' | 'released_lsn' | 'commit'> {
  released_lsn = -1
  readonly #records: readonly JournalRecord[]
  readonly #source: RecordSource

  constructor(records: readonly JournalRecord[], source: RecordSource) {
    this.#records = records
    this.#source = source
  }

  append(kind: RecordKind, payload: Uint8Array): number {
    const lsn = ++this.released_lsn
    const recorded = this.#records[lsn]
    if (recorded === undefined || recorded.kind !== kind || !sameBytes(recorded.payload, payload)) {
      throw new RunDifferenceError({
        lsn,
        recorded: recorded === undefined ? undefined : this.#describe(recorded.kind, recorded.payload),
        again: this.#describe(kind, payload),
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
    return { lsn, recorded: this.#describe(recorded.kind, recorded.payload), again: undefined }
  }

  #describe(kind: RecordKind, payload: Uint8Array): string {
    if (kind === RECORD_KIND.end) return JSON.stringify(decodeEnd(payload))
    if (kind !== RECORD_KIND.effects) return describeRecord(kind, payload, decodeChange)
    const messages = effectMessages(payload, this.#source.node, this.#source.epoch)
    const changes = readEffects(payload, () => -1).holdings.map(({ change }) => decodeChange(change))
    return JSON.stringify([...messages, ...changes])
  }
}
