// Rebuilds a session from its last epoch when anything that decides has changed since: build, strategies, configuration
// or schemas. An old tail is never run again by other code in order to trade. The ledger section of the epoch's base is
// taken up by a node of the epoch's own configuration, and its records are folded in: commands, orders kept here, outcomes,
// reports, look-ups, what paused or ended accounts and strategies. What comes of it is handed to a node of today's
// configuration, whose strategies are new and will warm up. The caller reads the journal once and hands the records in.

import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { readEffects } from '../effect-record.ts'
import { isRowRecord, readInput } from '../input-codec.ts'
import { type JournalRecord, RECORD_KIND, type RecoveredEpoch } from '../journal-port.ts'
import type { EpochReplayOptions } from './epoch-replay.ts'
import type { BuiltNode, LedgerFolding } from './node-factory.ts'
import { RowBatch } from './row-batch.ts'
import { encodeBase, ledgerOfBase, SessionMemory, saveState } from './session-state.ts'

/** A node of the configuration that an epoch ran under; its strategies do nothing. */
export type FoldOptions = Pick<EpochReplayOptions, 'buildNode' | 'instrumentIndex'>

export class LedgerRecovery {
  readonly #epoch: number
  readonly #options: LedgerRecoveryOptions
  readonly #former: BuiltNode
  readonly #memory: SessionMemory
  readonly #fold: LedgerFolding
  readonly #rows = new RowBatch()

  constructor({ epoch, base }: RecoveredEpoch, options: LedgerRecoveryOptions) {
    this.#epoch = epoch
    this.#options = options
    this.#former = options.under.buildNode({ role: 'rerun', epoch, journal: SILENT, post: () => undefined })
    const found = ledgerOfBase(base, `the base of epoch ${epoch}`)
    this.#memory = found?.memory ?? new SessionMemory()
    if (found !== undefined) this.#former.ledger.load(found.ledger)
    this.#fold = this.#former.ledger.fold()
  }

  take({ kind, payload }: JournalRecord): void {
    if (kind === RECORD_KIND.effects) this.#takeEffects(payload)
    else if (kind === RECORD_KIND.input && isRowRecord(payload)) this.#passRows(payload)
    else if (kind === RECORD_KIND.input) this.#takeInput(payload)
  }

  /** The base of the next epoch. */
  finish(): Uint8Array {
    this.#fold.end()
    const { buildNode } = this.#options
    const { node, ledger } = buildNode({
      role: 'rerun',
      epoch: this.#epoch,
      journal: SILENT,
      post: () => undefined,
    })
    ledger.load(this.#former.ledger.save())
    return encodeBase(ledger.save(), this.#memory, saveState(node, this.#memory))
  }

  #takeEffects(payload: Uint8Array): void {
    const { instrumentIndex } = this.#options.under
    const { seq, ts_seq_us, commands, holdings, messages } = readEffects(payload, instrumentIndex)
    this.#memory.addEffects(payload, this.#epoch)
    this.#fold.effects(seq, ts_seq_us, commands, holdings)
    this.#fold.said(messages)
  }

  #takeInput(payload: Uint8Array): void {
    const { seq, ts_seq_us, input } = readInput(
      new CanonicalReader(payload),
      this.#options.under.instrumentIndex,
    )
    if (input.type === 'send_outcome') this.#memory.sends.settle(input)
    else if (input.type === 'venue_report') this.#memory.marks.note(input)
    else if (input.type === 'node_message') this.#memory.heard.note(input)
    else if (input.type === 'messages_published') this.#memory.messages.settle(input)
    this.#fold.input(seq, ts_seq_us, input)
  }

  #passRows(payload: Uint8Array): void {
    this.#rows.read(new CanonicalReader(payload))
    const last = this.#rows.count - 1
    this.#fold.passed(this.#rows.seq(last), this.#rows.ts_seq_us(last))
  }
}

export type LedgerRecoveryOptions = Pick<EpochReplayOptions, 'buildNode'> & { readonly under: FoldOptions }

/** A fold says nothing. */
const SILENT = {
  released_lsn: -1,
  append(): never {
    throw new Error('a fold appends nothing')
  },
}
