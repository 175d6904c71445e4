// Effects on their way to venues and other nodes. A step stages them; they are journaled as one effect record when the step ends; they
// leave once the journal has released that record, each at most once, in order. An approval that has grown old while
// the disk was slow is not used: the order ends as not sent and its owner is told. A cancel is never too old. The last
// act before an order leaves is to ask whether this node may still trade.

import { must } from '../schemas/assert.ts'
import type { AccountId } from '../schemas/ids.ts'
import type { NodePayload } from '../schemas/messages/node-message.ts'
import type { SendOutcome, VenueCommand } from '../schemas/messages/order.ts'
import type { Approval } from './approval.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import { type Holding, writeHoldingEntry } from './holding-codec.ts'
import { type JournalWriter, RECORD_KIND } from './journal-port.ts'
import { writeMessageEntry } from './node-message-codec.ts'
import type { OutgoingMessage } from './node-wire.ts'
import { RingBuffer } from './ring-buffer.ts'
import type { VenueLink } from './venue-link.ts'

/** An approval older than this is refused at the last moment (control R09). */
export const APPROVAL_AGE_MAX_US = 500_000

/** What the outbox needs of the journal. */
export type EffectJournal = Pick<JournalWriter, 'append' | 'released_lsn'>

/** The step under way: the node itself. */
export type StepMark = { readonly seq: number; readonly now_us: number }

/** Asked last before an order or a replace leaves: '' where it may at this moment, or why not. */
export type Permit = (account_id: AccountId) => string

/** Takes a message to another node, once its record is durable. */
export type Publish = (message: OutgoingMessage) => void

type StepMessage = Omit<OutgoingMessage, 'node' | 'epoch'>
type Staged =
  | { readonly command: VenueCommand; readonly approved_us: number }
  | { readonly message: StepMessage }
  | { readonly holding: Holding }
type Pending = { readonly effect: Exclude<Staged, { readonly holding: Holding }>; readonly lsn: number }

export class Outbox {
  readonly #step: StepMark
  readonly #journal: EffectJournal
  readonly #links: ReadonlyMap<string, VenueLink>
  readonly #onRefused: (outcome: SendOutcome) => void
  readonly #permit: Permit | undefined
  readonly #approval_age_max_us: number
  /** The effect record of the current step, written as commands are staged. */
  readonly #record = new CanonicalWriter(4096)
  readonly #publish: (message: StepMessage) => void
  readonly #entry = new CanonicalWriter(512)
  readonly #staged = new RingBuffer<Staged>()
  readonly #pending = new RingBuffer<Pending>()

  /** @param permit absent where nothing can forbid an order. */
  constructor(
    step: StepMark,
    journal: EffectJournal,
    links: ReadonlyMap<string, VenueLink>,
    onRefused: (outcome: SendOutcome) => void,
    permit?: Permit,
    approval_age_max_us = APPROVAL_AGE_MAX_US,
    publish: (message: StepMessage) => void = refusePublish,
  ) {
    this.#step = step
    this.#journal = journal
    this.#links = links
    this.#onRefused = onRefused
    this.#permit = permit
    this.#approval_age_max_us = approval_age_max_us
    this.#publish = publish
  }

  /** Entries staged by the current step. */
  get staged_count(): number {
    return this.#staged.size
  }

  /** Whether commands or messages are journaled and wait for release. Read once per row of market data. */
  has_pending = false

  stage(command: VenueCommand, approval: Approval): void {
    if (this.#staged.size === 0) this.#openRecord()
    approval.spend(command, this.#record)
    this.#staged.push({ command, approved_us: approval.approved_us })
  }

  /** A message to another node; nobody has to approve it, because it is no order. */
  stageMessage(subject: string, payload: NodePayload): void {
    if (this.#staged.size === 0) this.#openRecord()
    this.#entry.clear()
    writeMessageEntry(this.#entry, subject, payload)
    this.#record.bytes(this.#entry.view())
    const { seq, now_us } = this.#step
    const n = this.#staged.size
    this.#staged.push({ message: { seq, n, ts_seq_us: now_us, subject, payload } })
  }

  /** What a later build folds in: it goes nowhere. */
  stageHolding(holding: Holding): void {
    if (this.#staged.size === 0) this.#openRecord()
    this.#entry.clear()
    writeHoldingEntry(this.#entry, holding)
    this.#record.bytes(this.#entry.view())
    this.#staged.push({ holding })
  }

  /** Journals what the step staged, as one effect record: seq, ts_seq_us, then the bytes of each entry. */
  commit(): void {
    const lsn = this.#journal.append(RECORD_KIND.effects, this.#record.view())
    for (let effect = this.#staged.shift(); effect !== undefined; effect = this.#staged.shift()) {
      if (!('holding' in effect)) this.#pending.push({ effect, lsn })
    }
    this.has_pending = this.#pending.size > 0
  }

  /**
   * Sends every pending command and message whose record the journal has released. Where `orders_refused_as` gives a reason, orders
   * and replaces are refused with it instead; a cancel always goes.
   */
  release(now_us = this.#step.now_us, orders_refused_as = ''): void {
    const released_lsn = this.#journal.released_lsn
    for (let next = this.#pending.peek(); next !== undefined; next = this.#pending.peek()) {
      if (next.lsn > released_lsn) break
      // Counted as gone before the send: whatever the send does, this command is never handed over again.
      this.#pending.shift()
      this.#dispatch(next, now_us, orders_refused_as)
    }
    this.has_pending = this.#pending.size > 0
  }

  /** Lets go of what is pending. A re-run sends nothing. */
  abandon(): void {
    this.#pending.clear()
    this.has_pending = false
  }

  #openRecord(): void {
    this.#record.clear()
    this.#record.number(this.#step.seq)
    this.#record.number(this.#step.now_us)
  }

  #dispatch({ effect, lsn }: Pending, now_us: number, orders_refused_as: string): void {
    if ('message' in effect) this.#publish(effect.message)
    else this.#send(effect.command, effect.approved_us, lsn, now_us, orders_refused_as)
  }

  #send(
    command: VenueCommand,
    approved_us: number,
    lsn: number,
    now_us: number,
    orders_refused_as: string,
  ): void {
    if (command.type !== 'order_cancel_request') {
      if (now_us - approved_us > this.#approval_age_max_us) return this.#refuse(command, 'approval_too_old')
      if (orders_refused_as !== '') return this.#refuse(command, orders_refused_as)
    }
    const link = must(this.#links.get(command.venue_id), 'a command names a venue of the node')
    // Asked last, so that as little as can be lies between the answer and the write.
    if (this.#permit !== undefined && command.type !== 'order_cancel_request') {
      const forbidden = this.#permit(command.account_id)
      if (forbidden !== '') return this.#refuse(command, forbidden)
    }
    link.send(command, lsn, now_us)
  }

  #refuse({ account_id, client_order_id, type }: VenueCommand, reason_code: string): void {
    const command_type = type
    const outcome = 'refused'
    this.#onRefused({ type: 'send_outcome', outcome, account_id, client_order_id, command_type, reason_code })
  }
}

function refusePublish(): never {
  throw new Error('a node that says something to others has someone to take it')
}
