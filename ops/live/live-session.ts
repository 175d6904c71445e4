// A live session, from its journal to its end: start-up, the loop, the venues and feeds around it, reconciliation, clock
// rules, a graceful stop. What it is made of is handed in: a paper session and a test differ in that alone.

import type { SessionClock } from '../../adapters/session-clock/session-clock.ts'
import type { KeptInput } from '../../engine/input-codec.ts'
import type { Journal } from '../../engine/journal-port.ts'
import type { LiveSequencer } from '../../engine/live/live-sequencer.ts'
import type { ConnectionState, VenueConnection } from '../../engine/live/venue-connection.ts'
import type { MarketTable } from '../../engine/market/market-table.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { AccountId, VenueId } from '../../schemas/ids.ts'
import type { Alert } from '../../schemas/messages/alert.ts'
import type { Control, ControlCommand } from '../../schemas/messages/control.ts'
import { timeUs } from '../../schemas/units.ts'
import type { LiveBuiltNode } from './live-node.ts'
import { type OpenSession, openSession, type SessionOptions, type SessionStart } from './open-session.ts'
import { LOOK_INTERVAL_MS, Reconciler } from './reconciler.ts'
import { SessionLoop } from './session-loop.ts'
import type { MessagesStatus, SessionMessages } from './session-messages.ts'
import { SnapshotThread } from './snapshot-thread.ts'
import type { SnapshotTask } from './snapshot-work.ts'

/** A feed with its link to the node. */
export type SessionFeed = {
  readonly venue_id: string
  counts(): Readonly<Record<string, number>>
  /** Of the rows refused, by code. */
  refusals(): Readonly<Record<string, number>>
  start(): Promise<void>
  close(): Promise<void>
}

/** What feeds offer to. */
export type FeedTarget = Pick<LiveSequencer, 'offer' | 'offerQuote' | 'offerRow' | 'market_room'> & {
  /** What the node was shown last. */
  readonly table: MarketTable
  /** Venues whose market data the node has in gap. */
  readonly in_gap: readonly VenueId[]
}

export type LiveSessionOptions = Omit<SessionOptions<LiveBuiltNode>, 'publish' | 'is_publish_late'> & {
  readonly config: Config
  /** Those whose orders and venue links this node holds. */
  readonly accounts: readonly AccountConfig[]
  /** With other nodes and whoever looks; absent without a bus. */
  readonly messages: SessionMessages | undefined
  /** '' while its lease lets an order leave; absent without a bus. */
  readonly permit: (() => string) | undefined
  readonly clock: SessionClock
  readonly snapshots: Pick<SnapshotTask, 'directory' | 'base_directory'>
  readonly connections: readonly VenueConnection[]
  readonly makeFeeds: (target: FeedTarget) => readonly SessionFeed[]
  /** Until when an order that a venue does not know may still turn up, milliseconds after a connection. */
  readonly absence_grace_ms: number
  readonly onAlert: (alert: Alert) => void
  readonly onFailure: (error: unknown) => void
}

/** Why orders are held once a session has come to its end. */
export const SESSION_ENDED = 'session_ended'
/** The wall stepping back by more than this is told; by more than the other, either way, it halts the accounts. */
const STEP_BACK_TOLD_MS = 1
const STEP_HALT_MS = 250
/** A commit that takes longer is told: orders of that time are not sent any more. */
const COMMIT_TOLD_MS = 1_000

export class LiveSession {
  readonly start: SessionStart
  readonly sequencer: LiveSequencer<LiveBuiltNode>
  readonly journal: Journal
  readonly feeds: readonly SessionFeed[]
  readonly #options: LiveSessionOptions
  readonly #opened: OpenSession<LiveBuiltNode>
  readonly #loop: SessionLoop
  readonly #reconciler: Reconciler
  readonly #snapshots: SnapshotThread
  readonly #connectionStates = new Map<string, ConnectionState>()
  #isEnabled = false
  #isDiskSlow = false
  #hasEnded = false
  #hasFailed = false
  #ticker: NodeJS.Timeout | undefined
  /** While a stop waits: what it waits for, and what ends the wait. */
  #stopping: { readonly isDone: () => boolean; readonly end: () => void } | undefined

  static async open(options: LiveSessionOptions): Promise<LiveSession> {
    const { messages } = options
    const publishing = { publish: messages?.publish, is_publish_late: messages?.isLate }
    return new LiveSession(options, await openSession({ ...options, ...publishing }))
  }

  private constructor(options: LiveSessionOptions, opened: OpenSession<LiveBuiltNode>) {
    const { sequencer, writer, start } = opened
    this.#options = options
    this.#opened = opened
    writer.onDurable((lsn) => {
      options.tape?.durable(lsn)
      options.messages?.look()
    })
    this.start = start
    this.sequencer = sequencer
    this.journal = options.journal
    this.#loop = new SessionLoop({
      sequencer,
      writer,
      clock: options.clock,
      onTurn: () => this.#onTurn(),
      onFailure: (error) => this.#fail(error),
    })
    this.#reconciler = new Reconciler({
      accounts: options.accounts,
      connections: new Map(options.connections.map((connection) => [connection.venue_id, connection])),
      orders: sequencer.built.trading.orders,
      stateOf: (account_id) => sequencer.node.stateOf(`reconciliation/${account_id}`),
      interval_ms: options.config.live.reconcile_interval_ms,
    })
    this.#snapshots = new SnapshotThread({
      of: 'node',
      task: { ...options.snapshots, epoch: start.epoch },
      onLost: () => {
        sequencer.faultLost()
        this.#loop.wake()
      },
      onEnd: (what, differs) => this.#onSnapshotsEnded(what, differs),
    })
    writer.onDurable(() => this.#snapshots.follow(writer.durable_lsn))
    this.feeds = options.makeFeeds(this.#feedTarget())
  }

  get is_trading_enabled(): boolean {
    return this.#isEnabled
  }

  /** Why no order may leave now, a code; '' where they may. */
  get orders_held_for(): string {
    if (this.#hasEnded) return SESSION_ENDED
    return this.sequencer.order_refusal || (this.#options.permit?.() ?? '')
  }

  get connectionStates(): ReadonlyMap<string, ConnectionState> {
    return this.#connectionStates
  }

  /** Undefined without a bus. */
  get messagesStatus(): MessagesStatus | undefined {
    return this.#options.messages?.status(this)
  }

  get journalState() {
    const { appended_lsn, durable_lsn, released_lsn, pending_bytes } = this.#opened.writer
    return { appended_lsn, durable_lsn, released_lsn, pending_bytes }
  }

  get openOrders(): number {
    let open = 0
    for (const { counts } of this.sequencer.built.trading.orders.values()) open += counts.open
    return open
  }

  /** Orders that wait here for a trigger or a parent: no venue knows of them, and none works while the session does not run. */
  get heldOrders(): number {
    let held = 0
    for (const { counts } of this.sequencer.built.trading.executions.values()) held += counts.held
    return held
  }

  /** Of strategies here whose account is in another node, by what that has told; held ones, too: they live on there. */
  get openElsewhere(): number {
    let open = 0
    for (const { counts } of this.sequencer.built.trading.books.values()) open += counts.open + counts.held
    return open
  }

  /** Connects to venues and feeds. Orders leave once every venue's books were found to match. */
  async run(): Promise<void> {
    for (const { id } of this.#options.config.venues) {
      const venue_id = id as VenueId
      this.offer({ type: 'feed_event', venue_id, event: 'disconnected', reason: 'session_started' })
    }
    this.control('session_start', 'engine')
    this.#ticker = setInterval(() => this.#tick(), LOOK_INTERVAL_MS)
    await Promise.all([
      ...this.#options.connections.map((connection) => this.#connect(connection)),
      ...this.feeds.map((feed) => feed.start()),
      this.#options.messages?.start(this),
    ])
  }

  /** Something was offered past `offer`. */
  wake(): void {
    this.#loop.wake()
  }

  offer(input: KeptInput): void {
    this.sequencer.offer(input)
    this.#loop.wake()
  }

  control(command: ControlCommand, operator: string, scope: Partial<Control> = {}): void {
    this.offer({ type: 'control', command, account_id: '', strategy_id: '', reason: '', ...scope, operator })
  }

  /**
   * Ends the session: strategies stop, resting orders are cancelled or kept, a last snapshot is taken, and everything is
   * durable. Returns how many orders are still open; those in other nodes stay, and are theirs to cancel.
   */
  async stop(operator: string, on_stop: Config['live']['on_stop']): Promise<number> {
    this.control('session_stop', operator)
    if (on_stop === 'cancel') this.control('orders_cancel', operator)
    await this.#until(() => on_stop === 'keep' || this.openOrders === 0)
    const open = this.openOrders + this.openElsewhere
    await this.#close()
    return open
  }

  /** Lets everything go without another word to the venues: what is open stays open. */
  async abandon(): Promise<void> {
    this.#loop.halt()
    await this.#snapshots.close()
    await this.#closeSurroundings()
    await this.journal.close()
  }

  async #connect(connection: VenueConnection): Promise<void> {
    const venue_id = connection.venue_id as VenueId
    const accounts = this.#options.accounts
      .filter(({ venues }) => venues.includes(venue_id))
      .map(({ id }) => id as AccountId)
    await connection.open(
      {
        session: this.#options.config.session,
        epoch: this.start.epoch,
        accounts: new Map(accounts.map((id) => [id, this.sequencer.lastReport(venue_id, id)])),
        absence_grace_ms: this.#options.absence_grace_ms,
      },
      {
        offer: (input) => {
          this.offer(input)
          if (input.type === 'venue_state') this.#reconciler.onState(input)
        },
        onState: (state, reason) => this.#onConnection(venue_id, state, reason),
      },
    )
  }

  #onConnection(venue_id: VenueId, state: ConnectionState, reason: string): void {
    const before = this.#connectionStates.get(venue_id)
    this.#connectionStates.set(venue_id, state)
    if (state === 'connected') return this.#reconciler.onConnected(venue_id)
    if (state === 'connecting') return
    this.#reconciler.onDisconnected(venue_id)
    // Attempts that go on to fail are told once.
    if (before === 'disconnected') return
    for (const { id, venues } of this.#options.accounts)
      if (venues.includes(venue_id)) this.control('books_unknown', 'engine', { account_id: id, reason })
    this.#alert(
      'session.venue_disconnected',
      'warning',
      venue_id,
      before === 'connected'
        ? `The connection to ${venue_id} is lost: ${reason}.`
        : `No connection to ${venue_id}: ${reason}.`,
      before === 'connected'
        ? 'Nothing is to be done: orders are refused meanwhile, and after the next connection the books are compared.'
        : 'Start it, or correct its address; the session goes on trying.',
    )
  }

  #onSnapshotsEnded(what: string, differs: boolean): void {
    if (!differs) {
      return this.#alert(
        'session.no_snapshots',
        'warning',
        '',
        `No more snapshots are taken of this session: ${what}`,
        'The session goes on; started again, it runs more of its journal again.',
      )
    }
    this.#alert(
      'session.rerun_differs',
      'critical',
      '',
      `The session does what a re-run of its journal does not: ${what}.`,
      'Stop the session and keep its journal: orrery verify shows where it differs, and a start that runs it again is refused.',
    )
  }

  #onTurn(): void {
    this.#options.tape?.appended(this.#opened.writer.appended_lsn, this.sequencer.node.seq)
    this.#options.messages?.look()
    if (!this.#isEnabled && this.#reconciler.is_reconciled) {
      this.#isEnabled = true
      this.control('trading_enable', 'engine')
    }
    if (this.#stopping?.isDone() === true) this.#stopping.end()
  }

  #tick(): void {
    this.#reconciler.tick()
    this.#lookAtDisk()
    this.#lookAtClock()
  }

  /** Told once for each commit that takes too long. */
  #lookAtDisk(): void {
    const { commit_ms } = this.#loop
    const was = this.#isDiskSlow
    this.#isDiskSlow = commit_ms > COMMIT_TOLD_MS
    if (was || !this.#isDiskSlow) return
    this.#alert(
      'session.disk_slow',
      'critical',
      '',
      `The journal has waited ${(commit_ms / 1000).toFixed(1)} s for its disk.`,
      'Nothing leaves until it is written, and orders that waited are refused as too old; look after the disk.',
    )
  }

  #lookAtClock(): void {
    const step_ms = this.#options.clock.wallStepMs()
    if (step_ms > -STEP_BACK_TOLD_MS && Math.abs(step_ms) < STEP_HALT_MS) return
    const isHalt = Math.abs(step_ms) >= STEP_HALT_MS
    this.#alert(
      'session.clock_stepped',
      isHalt ? 'critical' : 'warning',
      '',
      `The clock of this machine stepped by ${step_ms.toFixed(1)} ms.`,
      isHalt
        ? 'The accounts are halted: find out who sets the clock, then resume them.'
        : 'Time in the session goes on by the monotonic clock; find out who sets the clock.',
    )
    if (isHalt)
      this.control('account_halt', 'engine', { reason: `clock stepped by ${step_ms.toFixed(0)} ms` })
  }

  /** Resolves when what was said to the node has reached it and this is so, or when the time for it is over. */
  #until(isSo: () => boolean): Promise<void> {
    // Nothing reaches the node any more.
    if (this.#hasFailed) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#stopping?.end(), this.#options.config.live.stop_timeout_ms)
      this.#stopping = {
        isDone: () => this.sequencer.kept_count === 0 && isSo(),
        end: () => {
          clearTimeout(timer)
          this.#stopping = undefined
          resolve()
        },
      }
    })
  }

  async #close(): Promise<void> {
    this.#hasEnded = true
    await this.#closeSurroundings()
    await this.#loop.end()
    await this.#snapshots.close()
    await this.#saveEnd()
    await this.journal.close()
  }

  /** The state at the end, so that the next start runs nothing again. */
  async #saveEnd(): Promise<void> {
    const { sequencer, journal } = this
    const { durable_lsn, failure } = this.#opened.writer
    this.#tellLeftOut()
    if (failure !== undefined || !sequencer.is_whole) return
    await journal.saveSnapshot(this.start.epoch, { lsn: durable_lsn, state: sequencer.state() })
  }

  /** What the next start will lack, and nobody asked for. */
  #tellLeftOut(): void {
    for (const strategy of this.sequencer.built.trading.strategies.values()) {
      const problem = strategy.stateProblem()
      if (problem === undefined) continue
      this.#alert(
        'session.state_left_out',
        'warning',
        strategy.strategy_id,
        `${problem.what} It is ${problem.where}.`,
        'Started again, the strategy begins with the state of its definition. Keep plain data in ctx.state.',
      )
    }
  }

  async #closeSurroundings(): Promise<void> {
    clearInterval(this.#ticker)
    await this.#options.messages?.stop()
    await Promise.all(this.feeds.map((feed) => feed.close()))
    await Promise.all(this.#options.connections.map((connection) => connection.close()))
  }

  #fail(error: unknown): void {
    this.#hasFailed = true
    // What is open stays open: no report is taken in any more.
    this.#stopping?.end()
    this.#options.onFailure(error)
  }

  #feedTarget(): FeedTarget {
    const { sequencer } = this
    const woken = <Offer>(offer: Offer): Offer => {
      this.#loop.wake()
      return offer
    }
    return {
      get market_room() {
        return sequencer.market_room
      },
      offer: (input) => woken(sequencer.offer(input)),
      offerQuote: (quote, isBehind) => woken(sequencer.offerQuote(quote, isBehind)),
      offerRow: (row) => woken(sequencer.offerRow(row)),
      table: sequencer.built.trading.table,
      in_gap: this.#options.config.venues
        .map(({ id }) => id as VenueId)
        .filter((venue_id) => sequencer.node.stateOf(`feed/${venue_id}`) === 'gap'),
    }
  }

  #alert(code: string, severity: Alert['severity'], about: string, what: string, remedy: string): void {
    const ts_us = timeUs(this.#options.clock.now_us())
    this.#options.onAlert({ type: 'alert', code, severity, about, what, remedy, ts_us })
  }
}
