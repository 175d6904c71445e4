// The journal as a live node writes it: every input in the order processed, and each step's effects behind its input.
//
// Consecutive rows of one kind share a record, which is appended before anything that follows them, so an effect
// record's lsn being released says that its input is, too. Rows of an open batch are in memory alone until `flush`.

import { CanonicalWriter } from '../canonical/canonical-writer.ts'
import type { JournaledInput } from '../input-codec.ts'
import { writeInput } from '../input-codec.ts'
import { type JournalWriter, RECORD_KIND, type RecordKind } from '../journal-port.ts'
import type { Node } from '../node.ts'
import type { EffectJournal } from '../outbox.ts'
import type { RowInput } from './live-input.ts'
import { RowBatch } from './row-batch.ts'
import type { SessionMemory } from './session-state.ts'

const RECORD_CAPACITY = 1 << 16

export class LiveJournal implements EffectJournal {
  readonly #writer: JournalWriter
  readonly #memory: SessionMemory
  readonly #rows = new RowBatch()
  readonly #record = new CanonicalWriter(RECORD_CAPACITY)

  constructor(writer: JournalWriter, memory: SessionMemory) {
    this.#writer = writer
    this.#memory = memory
  }

  get released_lsn(): number {
    return this.#writer.released_lsn
  }

  /** What the node itself appends: its effects, and the inputs it journals in every mode. */
  append(kind: RecordKind, payload: Uint8Array): number {
    this.flush()
    if (kind === RECORD_KIND.effects) this.#memory.addEffects(payload, this.#writer.epoch)
    return this.#writer.append(kind, payload)
  }

  /** Journals an input and lets nothing be batched across it. */
  input(node: Node, ts_seq_us: number, input: JournaledInput): void {
    this.flush()
    this.#record.clear()
    writeInput(this.#record, node.seq + 1, ts_seq_us, input)
    this.#writer.append(RECORD_KIND.input, this.#record.view())
  }

  /** Journals a row and steps the node with it. */
  stepRow(node: Node, ts_seq_us: number, row: RowInput): void {
    const rows = this.#rows
    if (!rows.takes(row)) this.flush()
    rows.add(row, node.seq + 1, ts_seq_us)
    rows.step(node, rows.count - 1)
  }

  /** Appends the rows of the open batch. */
  flush(): void {
    if (this.#rows.count === 0) return
    this.#record.clear()
    this.#rows.write(this.#record)
    this.#rows.clear()
    this.#writer.append(RECORD_KIND.input, this.#record.view())
  }
}
