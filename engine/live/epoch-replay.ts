// Runs the records of an epoch again on a node built anew: each input in the order processed, each step's effects held
// against the effect record behind it. Nothing is sent. A difference is thrown as a RunDifferenceError.
//
// Timers fire as the journal says, and each must be the one that this node would fire: a surplus or a missing firing is
// a difference. Effects of the last step without a record are none: the crash came between, and they were never sent.

import { must, unreachable } from '../../schemas/assert.ts'
import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { isRowRecord, readInput, type TimerFiring } from '../input-codec.ts'
import { sameBytes } from '../journal/parse-batch.ts'
import { type JournalRecord, RECORD_KIND, type RecordKind } from '../journal-port.ts'
import type { Node } from '../node.ts'
import type { EffectJournal } from '../outbox.ts'
import { describeRecord, RunDifferenceError } from '../run-difference.ts'
import type { BuiltNode, NodeFactory } from './node-factory.ts'
import { RowBatch } from './row-batch.ts'
import { encodeBase, loadState, SessionMemory, saveState } from './session-state.ts'

export type EpochReplayOptions = {
  readonly epoch: number
  readonly buildNode: NodeFactory
  /** Finds the node's index of an instrument id. */
  readonly instrumentIndex: (instrument_id: string) => number
}

export class EpochReplay implements EffectJournal {
  /** Nothing is ever released in a re-run, so nothing can be sent. */
  readonly released_lsn = -1
  readonly node: Node
  readonly #instrumentIndex: EpochReplayOptions['instrumentIndex']
  readonly #built: BuiltNode
  readonly #memory = new SessionMemory()
  readonly #rows = new RowBatch()
  #record: JournalRecord | undefined
  /** The effects of the last step, until their record has come. */
  #said: Uint8Array | undefined

  /** @param state the state in the epoch's base, or of a snapshot in it. */
  constructor({ epoch, buildNode, instrumentIndex }: EpochReplayOptions, state: Uint8Array) {
    this.#instrumentIndex = instrumentIndex
    // What came up outside the steps of the run is in its journal; what comes up again is not news.
    this.#built = buildNode({ role: 'rerun', epoch, journal: this, post: () => undefined })
    this.node = this.#built.node
    loadState(state, this.node, this.#memory)
  }

  /** Takes the next record. */
  take(record: JournalRecord): void {
    this.#record = record
    if (record.kind === RECORD_KIND.effects) return this.#compareEffects(record)
    // Older builds kept their snapshots among the records.
    if (record.kind === RECORD_KIND.snapshot) return
    if (record.kind !== RECORD_KIND.input) return this.#differ(undefined)
    if (this.#said !== undefined) this.#differ(this.#describe(RECORD_KIND.effects, this.#said))
    if (isRowRecord(record.payload)) this.#runRows(record.payload)
    else this.#runInput(record.payload)
  }

  /** The base of the epoch that follows: the state after the last record, behind its ledger section. */
  finish(): Uint8Array {
    if (this.#said !== undefined) this.#memory.addEffects(this.#said, this.node.epoch, true)
    return encodeBase(this.#built.ledger.save(), this.#memory, this.state())
  }

  /** The state behind the last record: all of it where `is_whole`. */
  state(): Uint8Array {
    return saveState(this.node, this.#memory)
  }

  /** The last input taken in. */
  get seq(): number {
    return this.node.seq
  }

  /** Whether the effects of the last step have their record. */
  get is_whole(): boolean {
    return this.#said === undefined
  }

  /** Whether a snapshot would leave something of a strategy out. */
  get has_lost_states(): boolean {
    return this.#built.lostStates().length > 0
  }

  /** What the node appends of itself. */
  append(kind: RecordKind, payload: Uint8Array): number {
    const record = this.#running()
    if (kind === RECORD_KIND.effects) {
      this.#said = payload.slice()
    } else if (!sameBytes(payload, record.payload)) this.#differ(this.#describe(kind, payload))
    return record.lsn
  }

  #compareEffects({ payload }: JournalRecord): void {
    const said = this.#said
    if (said === undefined) return this.#differ(undefined)
    if (!sameBytes(said, payload)) this.#differ(this.#describe(RECORD_KIND.effects, said))
    this.#memory.addEffects(said, this.node.epoch)
    this.#said = undefined
  }

  #runRows(payload: Uint8Array): void {
    const rows = this.#rows
    rows.read(new CanonicalReader(payload))
    for (let at = 0; at < rows.count; at++) {
      if (this.#said !== undefined) this.#differ(this.#describe(RECORD_KIND.effects, this.#said))
      this.#expectSeq(rows.seq(at))
      this.#expectNoTimer(rows.ts_seq_us(at))
      rows.step(this.node, at)
      this.node.outbox.abandon()
    }
  }

  #runInput(payload: Uint8Array): void {
    const { seq, ts_seq_us, input } = readInput(new CanonicalReader(payload), this.#instrumentIndex)
    this.#expectSeq(seq)
    const { node } = this
    // The one input that may overtake timers: the engine's own, against a strategy whose timers stop time.
    const overtakes =
      input.type === 'control' && input.command === 'strategy_fault' && input.operator === 'engine'
    if (input.type !== 'timer' && !overtakes) this.#expectNoTimer(ts_seq_us)
    switch (input.type) {
      case 'timer':
        this.#runTimer(input, ts_seq_us)
        break
      case 'control':
        node.stepControl(input, ts_seq_us)
        break
      case 'feed_event':
        node.stepFeedEvent(input, ts_seq_us)
        break
      case 'send_outcome':
        this.#memory.sends.settle(input)
        node.stepOutcome(input, ts_seq_us)
        break
      case 'venue_report':
        this.#memory.marks.note(input)
        node.stepReport(input, ts_seq_us)
        break
      case 'order_lookup':
        node.stepLookup(input, ts_seq_us)
        break
      case 'venue_state':
        node.stepVenueState(input, ts_seq_us)
        break
      case 'security_status':
        node.stepSecurityStatus(input, ts_seq_us)
        break
      case 'node_message':
        if (!node.hears(input)) this.#differ('no message that this node hears')
        this.#memory.heard.note(input)
        node.stepMessage(input, ts_seq_us)
        break
      case 'messages_published':
        this.#memory.messages.settle(input)
        node.stepPublished(input, ts_seq_us)
        break
      default:
        unreachable(input)
    }
    node.outbox.abandon()
  }

  #runTimer({ owner, id, at_us }: TimerFiring, ts_seq_us: number): void {
    const { timers } = this.node
    if (timers.next_us >= ts_seq_us) this.#differ('no timer is due')
    const timer = timers.pop()
    if (timer.owner !== owner || timer.id !== id || timer.at_us !== at_us) this.#differ(JSON.stringify(timer))
    this.node.stepTimer(timer, ts_seq_us)
  }

  #expectSeq(seq: number): void {
    const next = this.node.seq + 1
    if (seq !== next) this.#differ(`the input with seq ${next}`)
  }

  #expectNoTimer(ts_seq_us: number): void {
    const { timers } = this.node
    if (timers.next_us < ts_seq_us) this.#differ(`a timer due at ${timers.next_us}`)
  }

  #describe(kind: RecordKind, payload: Uint8Array): string {
    return describeRecord(kind, payload, this.#built.ledger.describeHolding)
  }

  #running(): JournalRecord {
    return must(this.#record, 'a re-run is inside a record')
  }

  #differ(again: string | undefined): never {
    const { lsn, kind, payload } = this.#running()
    throw new RunDifferenceError({ lsn, recorded: this.#describe(kind, payload), again })
  }
}
