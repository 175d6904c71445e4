// The simulated exchange of a paper session, outside the node's step: driven by the clock, with a ledger of its own that is
// the only judge of what happened. Rows and commands are journaled as they come in; nothing is said, no command
// acknowledged and no report handed out, before its cause is durable. Rules: ./SPEC.md.
//
// The caller owns time and disk: it hands in the time, commits when `needs_commit`, and calls `say` after each commit.

import type { BookEvent } from '../../engine/book/book-event.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import {
  type Journal,
  type JournalWriter,
  RECORD_KIND,
  type RecoveredEpoch,
} from '../../engine/journal-port.ts'
import type { RowInput } from '../../engine/live/live-input.ts'
import { RowBatch } from '../../engine/live/row-batch.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { AccountId, VenueId } from '../../schemas/ids.ts'
import type { MarketAct } from '../../schemas/messages/market-act.ts'
import type { VenueCommand, VenueReport } from '../../schemas/messages/order.ts'
import type { SecurityStatus } from '../../schemas/messages/security-status.ts'
import type { VenueState } from '../../schemas/messages/venue.ts'
import { BookBatch } from './book-batch.ts'
import { writeLedgerAct, writeLedgerCommand, writeLedgerTime } from './ledger-codec.ts'
import {
  encodeLedgerHeader,
  type HostedModels,
  readLedgerHeader,
  readsBooks,
  termsOf,
} from './ledger-header.ts'
import { refuseOtherLayout } from './ledger-layout.ts'
import { LedgerRetelling, takeAgain } from './ledger-retelling.ts'
import { type PaperVenuesTerms, VenueBooks } from './venue-books.ts'

/** Rows that nothing followed from may be lost with the process: the venue has said nothing on them. */
const ROWS_UNSAVED_MAX = 4_096
/** A feed that can wait does so for the ledger when that has so many more to write. */
const ROWS_WAITING_MAX = 2 * ROWS_UNSAVED_MAX

export type VenueHostOptions = {
  readonly config: Config
  readonly authored: HostedModels
  readonly journal: Journal
}

/** What the host says once its cause is durable. */
export type VenueWord =
  | { readonly word: 'received'; readonly command: VenueCommand }
  | { readonly word: 'report'; readonly report: VenueReport }
  | { readonly word: 'status'; readonly status: SecurityStatus }

type Waiting = { readonly lsn: number; readonly say: () => void }

/** A state that waits behind so many reports of its account. */
type AskedState = { readonly state: VenueState; reports_before: number; readonly say: () => void }

export class VenueHost {
  readonly books: VenueBooks
  readonly specs: readonly InstrumentSpec[]
  readonly #writer: JournalWriter
  readonly #options: VenueHostOptions
  readonly #rows = new RowBatch()
  readonly #events = new BookBatch()
  readonly #record = new CanonicalWriter(1 << 16)
  readonly #listeners = new Set<(word: VenueWord) => void>()
  #waiting: Waiting[] = []
  #states: AskedState[] = []
  readonly #questions: { readonly due_us: number; readonly answer: () => () => void }[] = []
  #rowsSinceCommit = 0
  /** Of the last bar. */
  #bars = { ended_us: Number.NaN, came_us: 0 }

  /** Opens the ledger and comes up with its books. */
  static async open(options: VenueHostOptions): Promise<VenueHost> {
    const { journal, config, authored } = options
    const base = await recover(options)
    const epoch = (journal.epochs.at(-1)?.epoch ?? 0) + 1
    const header = encodeLedgerHeader(config, authored)
    const writer = await journal.openEpoch({ epoch, header, base, durability: 'local' })
    return new VenueHost(options, termsOf(config, authored), writer, base)
  }

  private constructor(
    options: VenueHostOptions,
    terms: PaperVenuesTerms,
    writer: JournalWriter,
    base: Uint8Array,
  ) {
    this.#options = options
    this.#writer = writer
    this.specs = terms.specs
    this.books = new VenueBooks(terms, {
      onReport: (report) => {
        this.#later(() => this.#report(report))
        this.#sayStatesBehind(report)
      },
      onStatus: (status) => this.#later(() => this.#tell({ word: 'status', status })),
    })
    if (base.length > 0) this.books.load(new CanonicalReader(base))
  }

  /** Whether something waits to be said, or more rows than may be lost are in memory. */
  get needs_commit(): boolean {
    return this.#waiting.length > 0 || this.#rowsSinceCommit >= ROWS_UNSAVED_MAX
  }

  /** Rows that may be told before the ledger is behind. */
  get room(): number {
    return Math.max(0, ROWS_WAITING_MAX - this.#rowsSinceCommit)
  }

  get failure(): Error | undefined {
    return this.#writer.failure
  }

  /** Of the ledger, which it writes. */
  get epoch(): number {
    return this.#writer.epoch
  }

  /** Called after each commit with the last record of the epoch that is durable. */
  onDurable(listener: (durable_lsn: number) => void): void {
    this.#writer.onDurable(listener)
  }

  listen(listener: (word: VenueWord) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A row of market data, before any node sees it. */
  row(row: RowInput, now_us: number): void {
    const ts_us = this.#timeOf(row, now_us)
    if (this.#events.row_count > 0 || !this.#rows.takes(row)) this.#flush()
    this.#rows.add(row, this.books.seq + 1, ts_us)
    this.#rowsSinceCommit++
    this.books.row(row, ts_us)
  }

  /** Bars that ended together, and come with nothing between them, are of one time, as they are in a history. */
  #timeOf(row: RowInput, now_us: number): number {
    const ts_us = this.books.timeOf(now_us)
    if (row.type !== 'bar') return ts_us
    const { ended_us, came_us } = this.#bars
    if (row.ts_event_us === ended_us && this.books.timeOf(came_us) === came_us) return came_us
    this.#bars = { ended_us: row.ts_event_us, came_us: ts_us }
    return ts_us
  }

  /** An event of a book, likewise. Returns whether it changes or confirms the quote that is shown of it. */
  book(event: BookEvent, now_us: number): boolean {
    const ts_us = this.books.timeOf(now_us)
    if (this.#rows.count > 0 || !this.#events.takes(event)) this.#flush()
    this.#events.add(event, this.books.seq + 1, ts_us)
    this.#rowsSinceCommit += event.to - event.from
    return this.books.book(event, ts_us)
  }

  command(command: VenueCommand, now_us: number): void {
    const ts_us = this.books.timeOf(now_us)
    this.#flush()
    this.#record.clear()
    writeLedgerCommand(this.#record, { seq: this.books.seq + 1, ts_us, command })
    this.#writer.append(RECORD_KIND.input, this.#record.view())
    this.#later(() => this.#tell({ word: 'received', command }))
    // The books are told what the ledger tells them after a crash, to the byte.
    takeAgain(this.books, this.#record.view(), this.specs)
  }

  /**
   * The operator of the market acts upon it, as it stands by now. `decide` looks at the books, and names the act if there is
   * to be one; what it returns is handed back.
   */
  act<Decision extends { readonly act?: MarketAct }>(now_us: number, decide: () => Decision): Decision {
    this.pass(now_us)
    const decision = decide()
    if (decision.act === undefined) return decision
    this.#flush()
    this.#record.clear()
    writeLedgerAct(this.#record, {
      seq: this.books.seq + 1,
      ts_us: this.books.timeOf(now_us),
      act: decision.act,
    })
    this.#writer.append(RECORD_KIND.input, this.#record.view())
    takeAgain(this.books, this.#record.view(), this.specs)
    return decision
  }

  /** Time passes: what is due by now happens. */
  pass(now_us: number): void {
    if (this.books.due_us <= now_us) {
      this.#flush()
      this.#record.clear()
      writeLedgerTime(this.#record, now_us)
      this.#writer.append(RECORD_KIND.input, this.#record.view())
      this.books.pass(now_us)
    }
    while ((this.#questions[0]?.due_us ?? Number.POSITIVE_INFINITY) <= now_us) {
      const question = must(this.#questions.shift(), 'a question is there')
      this.#later(question.answer())
    }
  }

  /** When time has to pass for something to happen; Infinity where nothing waits. */
  get due_us(): number {
    return Math.min(this.books.due_us, this.#questions[0]?.due_us ?? Number.POSITIVE_INFINITY)
  }

  /**
   * Answers a question about the books as they will be once every report that is on its way now has been said. `answer`
   * looks then, and returns what says it.
   */
  ask(venue_id: VenueId, now_us: number, answer: () => () => void): void {
    const due_us = this.books.venues.exchange(venue_id).reportedUs(this.books.timeOf(now_us))
    this.#questions.push({ due_us, answer })
    this.#questions.sort((a, b) => a.due_us - b.due_us)
  }

  /** Tells the books of an account as they are now: behind every report that is on its way, and before any later one. */
  askState(venue_id: VenueId, account_id: AccountId, tell: (state: VenueState) => void): void {
    const state = this.books.state(venue_id, account_id)
    const say = () => tell(state)
    const reports_before = this.books.venues.agenda.reportsUnderWay(venue_id, account_id)
    if (reports_before === 0) this.#later(say)
    else this.#states.push({ state, reports_before, say })
  }

  /** Makes everything so far durable, and then says what follows from it. */
  async commit(): Promise<void> {
    this.#flush()
    this.#rowsSinceCommit = 0
    await this.#writer.commit()
    this.#say()
  }

  /** Runs when everything told before has been said. */
  afterAllSaid(act: () => void): void {
    this.#later(act)
  }

  async close(): Promise<void> {
    await this.commit()
    await this.#options.journal.close()
  }

  #later(say: () => void): void {
    this.#flush()
    this.#waiting.push({ lsn: this.#writer.appended_lsn, say })
  }

  #say(): void {
    const { durable_lsn } = this.#writer
    let count = 0
    while (count < this.#waiting.length && (this.#waiting[count] as Waiting).lsn <= durable_lsn) count++
    const said = this.#waiting.slice(0, count)
    this.#waiting = this.#waiting.slice(count)
    for (const { say } of said) say()
  }

  #sayStatesBehind({ venue_id, account_id }: VenueReport): void {
    if (this.#states.length === 0) return
    for (const asked of this.#states) {
      if (asked.state.venue_id !== venue_id || asked.state.account_id !== account_id) continue
      if (--asked.reports_before === 0) this.#later(asked.say)
    }
    this.#states = this.#states.filter(({ reports_before }) => reports_before > 0)
  }

  #report(report: VenueReport): void {
    this.books.log(report.venue_id, report.account_id).said_number = Number(report.report_id)
    this.#tell({ word: 'report', report })
  }

  #tell(word: VenueWord): void {
    for (const listener of this.#listeners) listener(word)
  }

  #flush(): void {
    if (this.#events.row_count > 0) {
      this.#writer.append(RECORD_KIND.input, this.#events.view())
      this.#events.clear()
    }
    if (this.#rows.count === 0) return
    this.#record.clear()
    this.#rows.write(this.#record)
    this.#rows.clear()
    this.#writer.append(RECORD_KIND.input, this.#record.view())
  }
}

/**
 * The books at the end of the ledger: of its last epoch's newest snapshot, else its base, and the inputs behind it again.
 * Where another build wrote them in another form, the whole ledger is told again from its first record.
 */
async function recover({ journal, config, authored }: VenueHostOptions): Promise<Uint8Array> {
  const last = journal.epochs.at(-1)
  if (last === undefined) return new Uint8Array(0)
  refuseOtherLayout(readLedgerHeader(last.header).config, config)
  if (readsBooks(last.header)) {
    const { lsn, state } = (await journal.snapshots(last.epoch)).at(-1) ?? { lsn: -1, state: last.base }
    return await endOf(journal, last, new LedgerRetelling(last, state, authored), lsn + 1)
  }
  let state: Uint8Array = new Uint8Array(0)
  for (const epoch of journal.epochs)
    state = await endOf(journal, epoch, new LedgerRetelling(epoch, state, authored), 0)
  return state
}

async function endOf(
  journal: Journal,
  { epoch }: RecoveredEpoch,
  retelling: LedgerRetelling,
  from_lsn: number,
): Promise<Uint8Array> {
  for await (const record of journal.read(epoch, from_lsn)) retelling.take(record)
  return retelling.state()
}
