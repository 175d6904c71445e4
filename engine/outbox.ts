// Effects on their way to venues. A step stages them; they are journaled as one effect record when the step ends; they
// leave once the journal has released that record, each at most once, in order. An approval that has grown old while
// the disk was slow is not used: the order ends as not sent and its owner is told.

import { must } from '../schemas/assert.ts'
import type { SendOutcome, VenueCommand } from '../schemas/messages/order.ts'
import type { Approval } from './approval.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import { writeCommand } from './command-codec.ts'
import { type JournalWriter, RECORD_KIND } from './journal-port.ts'
import type { VenueLink } from './venue-link.ts'

/** An approval older than this is refused at the last moment (control R09). */
export const APPROVAL_AGE_MAX_US = 500_000

/** What the outbox needs of the journal. */
export type EffectJournal = Pick<JournalWriter, 'append' | 'released_lsn'>

type Pending = { readonly command: VenueCommand; readonly approved_us: number; readonly lsn: number }

export class Outbox {
  readonly #journal: EffectJournal
  readonly #links: ReadonlyMap<string, VenueLink>
  readonly #onRefused: (outcome: SendOutcome) => void
  /** The effect record of the current step, written as commands are staged. */
  readonly #record = new CanonicalWriter(4096)
  readonly #command = new CanonicalWriter(512)
  readonly #staged: { command: VenueCommand; approved_us: number }[] = []
  #pending: Pending[] = []
  #head = 0

  constructor(
    journal: EffectJournal,
    links: ReadonlyMap<string, VenueLink>,
    onRefused: (outcome: SendOutcome) => void,
  ) {
    this.#journal = journal
    this.#links = links
    this.#onRefused = onRefused
  }

  /** Commands staged by the current step. */
  get staged_count(): number {
    return this.#staged.length
  }

  /** Whether commands are journaled and wait for release. Read once per row of market data. */
  has_pending = false

  stage(command: VenueCommand, approval: Approval): void {
    this.#command.clear()
    writeCommand(this.#command, command)
    const bytes = this.#command.view()
    approval.spend(bytes)
    this.#record.bytes(bytes)
    this.#staged.push({ command, approved_us: approval.approved_us })
  }

  /** Journals what the step with input `seq` staged, as one effect record: seq, ts_seq_us, count, each command's bytes. */
  commit(seq: number, ts_seq_us: number): void {
    const head = this.#command
    head.clear()
    head.number(seq)
    head.number(ts_seq_us)
    head.count(this.#staged.length)
    head.raw(this.#record.view())
    const lsn = this.#journal.append(RECORD_KIND.effects, head.view())
    for (const { command, approved_us } of this.#staged) this.#pending.push({ command, approved_us, lsn })
    this.has_pending = true
    this.#staged.length = 0
    this.#record.clear()
  }

  /** Sends every pending command whose record the journal has released. */
  release(now_us: number): void {
    const released_lsn = this.#journal.released_lsn
    while (this.#head < this.#pending.length) {
      const next = this.#pending[this.#head] as Pending
      if (next.lsn > released_lsn) break
      // Counted as gone before the send: whatever the send does, this command is never handed over again.
      this.#head++
      this.#send(next, now_us)
    }
    if (this.#head === this.#pending.length) {
      this.#pending.length = 0
      this.#head = 0
      this.has_pending = false
    } else if (this.#head > 1024) {
      this.#pending = this.#pending.slice(this.#head)
      this.#head = 0
    }
  }

  #send({ command, approved_us, lsn }: Pending, now_us: number): void {
    if (now_us - approved_us > APPROVAL_AGE_MAX_US) {
      this.#onRefused({
        type: 'send_outcome',
        outcome: 'refused',
        account_id: command.account_id,
        client_order_id: command.client_order_id,
        command_type: command.type,
        reason_code: 'approval_too_old',
      })
      return
    }
    const link = must(this.#links.get(command.venue_id), 'a command names a venue of the node')
    link.send(command, lsn, now_us)
  }
}
