// The front door of a live node. Adapters offer inputs; `advance` gives each its place in the one total order, journals
// it and steps the node; what the journal has released goes to the venues. No I/O, no clock, no waiting in here: the
// caller hands in the time, and commits the journal after `advance`: at once up to `urgent_lsn`, and soon what is behind it.
//
// Order: first in, first out, but for conflation (`input-queue.ts`); timers with a deadline below an input's time come
// before it. Time: `ts_seq_us` never goes back. Overload: quotes conflate; market data beyond the bound is refused and its
// feed is in gap; all else is kept, and while the backlog or the journal is behind its bound, orders and replaces are
// refused (`input_backlog`, `journal_behind`, `journal_copy_behind`, `messages_behind`) and cancels still go. The same holds until the start-up has reconciled
// (`trading_enable`), and once the journal has failed. Faults: a step that throws, or a failed journal, ends the
// sequencer for good; the session is started again from its journal.

import { assert, unreachable } from '../../schemas/assert.ts'
import type { AccountId, VenueId } from '../../schemas/ids.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { NodeMessage } from '../../schemas/messages/node-message.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { ConflatedQuote } from '../conflation/conflated-quote.ts'
import type { KeptInput } from '../input-codec.ts'
import { InputQueue, type KeptOffer, type MarketOffer, type QuoteOffer } from '../input-queue.ts'
import type { JournalWriter } from '../journal-port.ts'
import type { Node } from '../node.ts'
import type { Publish } from '../outbox.ts'
import type { LiveBounds } from './live-bounds.ts'
import type { BarInput, LiveInput, RowInput, TradeInput } from './live-input.ts'
import { LiveJournal } from './live-journal.ts'
import type { BuiltNode, NodeFactory } from './node-factory.ts'
import type { RawTape } from './raw-tape-port.ts'
import { loadState, SessionMemory, saveState, stateOfBase } from './session-state.ts'

export type LiveSequencerOptions<Built extends BuiltNode = BuiltNode> = {
  readonly buildNode: NodeFactory<Built>
  /** Writer of the epoch just opened, and the base it was opened with. */
  readonly writer: JournalWriter
  readonly base: Uint8Array
  readonly bounds: LiveBounds
  readonly venueOfInstrument: (instrument_index: number) => VenueId
  /** Takes messages to other nodes, in order; those not known to be held by the bus come again at a start. */
  readonly publish?: Publish | undefined
  /** Whether a message has waited for the bus beyond its deadline; absent where nobody publishes. */
  readonly is_publish_late?: (() => boolean) | undefined
  /** Hears which input carried the rows that were offered; from whoever commits, how far the journal is. */
  readonly tape?: Omit<RawTape, 'stream' | 'offered' | 'room'> | undefined
}

const NEVER = () => false

export class LiveSequencer<Built extends BuiltNode = BuiltNode> {
  readonly node: Node
  /** The node as its factory built it. */
  readonly built: Built
  readonly #options: LiveSequencerOptions<Built>
  readonly #queue: InputQueue<TradeInput | BarInput, KeptInput>
  readonly #memory = new SessionMemory()
  readonly #journal: LiveJournal
  /** Venues whose feed was told of a gap and has not said that it is closed. */
  readonly #gaps = new Set<string>()
  #isReconciled = false
  #urgent_lsn = -1
  #repeated_count = 0
  #not_heard_count = 0
  readonly #begun_anew = new Set<string>()
  #fault: unknown

  constructor(options: LiveSequencerOptions<Built>) {
    const { writer, base, bounds, buildNode } = options
    assert(writer.appended_lsn === -1, 'a sequencer starts with its epoch')
    this.#options = options
    this.#queue = new InputQueue(bounds)
    this.#journal = new LiveJournal(writer, this.#memory)
    this.built = buildNode({
      role: 'live',
      epoch: writer.epoch,
      journal: this.#journal,
      publish: options.publish,
      post: (input) => this.offer(input),
    })
    this.node = this.built.node
    loadState(stateOfBase(base), this.node, this.#memory)
    for (const message of this.#memory.messages.of(this.node.name)) options.publish?.(message)
    for (const outcome of this.#memory.sends.outcomes()) this.offer(outcome)
    this.faultLost()
  }

  /** Engine time from which on `advance` has a timer to fire, Infinity where none is set. */
  get due_us(): number {
    return this.node.timers.next_us + 1
  }

  /** Whether something was offered that `advance` has not sequenced. */
  get has_input(): boolean {
    return this.#queue.size > 0
  }

  /** The last record that somebody waits for: all but market data and reports that caused nothing. */
  get urgent_lsn(): number {
    return this.#urgent_lsn
  }

  get conflated_count(): number {
    return this.#queue.conflated_count
  }

  /** Rows that may be offered now before quotes conflate. */
  get market_room(): number {
    return Math.max(0, this.#options.bounds.conflate_from - this.#queue.market_size)
  }

  /** @param isBehind quotes of its feed wait for this node. */
  offerQuote(quote: ConflatedQuote, isBehind = false): QuoteOffer {
    const offer = this.#queue.offerQuote(quote, isBehind)
    if (offer === 'gap') this.#noteGap(quote.instrument_index)
    return offer
  }

  offerRow(row: TradeInput | BarInput): MarketOffer {
    const offer = this.#queue.offerMarket(row.instrument_index, row)
    if (offer === 'gap') this.#noteGap(row.instrument_index)
    return offer
  }

  /** Offers what is never refused. */
  offer(input: KeptInput): KeptOffer {
    if (input.type === 'feed_event' && input.event === 'resynchronised') this.#gaps.delete(input.venue_id)
    return this.#queue.offerKept(input)
  }

  /**
   * Offers what another node says. What it may not say here is no input at all; what was processed before is dropped
   * when its turn comes.
   */
  offerMessage(message: NodeMessage): KeptOffer | 'not_heard' {
    if (this.node.hears(message)) return this.offer(message)
    this.#not_heard_count++
    return 'not_heard'
  }

  /** Messages that came again, and messages that their source may not say here. */
  get repeated_count(): number {
    return this.#repeated_count
  }

  get not_heard_count(): number {
    return this.#not_heard_count
  }

  /** Nodes that count their messages anew, without the journal of before: what they say is taken for repeated. */
  get begun_anew(): ReadonlySet<string> {
    return this.#begun_anew
  }

  /**
   * Whether messages of other nodes may come in. They take no more than half of each bound from which orders are refused,
   * whatever others say and however much.
   */
  get has_message_room(): boolean {
    const { writer, bounds } = this.#options
    return (
      this.unpublished_count <= bounds.unpublished_max / 2 &&
      writer.pending_bytes <= bounds.pending_bytes_max / 2 &&
      this.#queue.kept_size <= bounds.kept_max / 2
    )
  }

  /** Orders, fills, risk and control inputs that wait to be sequenced. */
  get kept_count(): number {
    return this.#queue.kept_size
  }

  /** Messages to other nodes that the bus is not known to hold. */
  get unpublished_count(): number {
    return this.#memory.messages.count
  }

  /** Whether so many wait for the bus, or one so long, that orders wait, too. */
  get is_publish_behind(): boolean {
    const { bounds, is_publish_late } = this.#options
    return this.unpublished_count > bounds.unpublished_max || is_publish_late?.() === true
  }

  /** Why orders must not leave now; '' where they may. */
  get order_refusal(): string {
    const { writer, bounds } = this.#options
    if (writer.failure !== undefined) return 'journal_failed'
    if (this.#fault !== undefined) return 'session_failed'
    if (!this.#isReconciled) return 'not_reconciled'
    if (writer.pending_bytes > bounds.pending_bytes_max) return 'journal_behind'
    const refusal = writer.order_refusal ?? ''
    if (refusal !== '') return refusal
    if (this.is_publish_behind) return 'messages_behind'
    return this.#queue.kept_size > bounds.kept_max ? 'input_backlog' : ''
  }

  /**
   * Sequences what was offered so far, and every timer that is due.
   *
   * @param isOver asked behind each input: the others then wait for the next call.
   */
  advance(now_us: number, isOver: () => boolean = NEVER): void {
    this.#refuseStopped()
    try {
      const ts = Math.max(now_us, this.node.now_us)
      let isUrgent = false
      for (let input = this.#queue.take(); input !== undefined; input = this.#queue.take()) {
        this.#fireTimers(ts)
        this.#step(input, ts)
        isUrgent ||= !comesAgain(input)
        if (isOver()) break
      }
      this.#fireTimers(ts)
      this.#journal.flush()
      if (isUrgent || this.node.outbox.has_pending) this.#urgent_lsn = this.#options.writer.appended_lsn
    } catch (error) {
      this.#fault = error
      this.node.abandonStep()
      throw error
    }
    this.release(now_us)
  }

  /** Sends what the journal has released. Called after each commit, and when the journal fails. */
  release(now_us: number): void {
    const { node } = this
    if (node.outbox.has_pending) node.outbox.release(Math.max(now_us, node.now_us), this.order_refusal)
  }

  /** The id of the last report of a venue on an account that was processed; '' before the first. */
  lastReport(venue_id: VenueId, account_id: AccountId): string {
    return this.#memory.marks.last(venue_id, account_id)
  }

  /** The place in its stream of the last message processed that is of these subjects of the node; 0 before the first. */
  lastMessage(isOf: (subject: string, source: string) => boolean): number {
    return this.#memory.heard.lastSequence(isOf)
  }

  /** Whether a message of the node about the strategy, on that subject here, was ever processed. */
  hasHeard(source: string, subject: string, strategy_id: string): boolean {
    return this.#memory.heard.has(source, subject, strategy_id)
  }

  /** The state as a snapshot holds it; between two calls of `advance`. */
  state(): Uint8Array {
    return saveState(this.node, this.#memory)
  }

  /** Whether `state` is all there is: no step was left in its middle, no command is on its way to a venue. */
  get is_whole(): boolean {
    return this.#fault === undefined && !this.node.outbox.has_pending
  }

  /** Offers the fault of each strategy whose state a snapshot would leave out. */
  faultLost(): void {
    for (const { strategy_id, reason } of this.built.lostStates()) this.offer(faultOf(strategy_id, reason))
  }

  #step(input: LiveInput, ts: number): void {
    const { node } = this
    switch (input.type) {
      case 'quote':
      case 'trade':
      case 'bar':
        return this.#stepRow(input, ts)
      case 'control':
        if (input.command === 'trading_enable') this.#isReconciled = true
        return node.stepControl(input, ts)
      case 'feed_event':
        return node.stepFeedEvent(input, ts)
      case 'send_outcome':
        this.#journal.input(node, ts, input)
        this.#memory.sends.settle(input)
        return node.stepOutcome(input, ts)
      case 'venue_report':
        this.#journal.input(node, ts, input)
        this.#memory.marks.note(input)
        return node.stepReport(input, ts)
      case 'order_lookup':
        this.#journal.input(node, ts, input)
        return node.stepLookup(input, ts)
      case 'venue_state':
        this.#journal.input(node, ts, input)
        return node.stepVenueState(input, ts)
      case 'security_status':
        this.#journal.input(node, ts, input)
        return node.stepSecurityStatus(input, ts)
      case 'node_message':
        return this.#stepMessage(input, ts)
      case 'messages_published':
        this.#journal.input(node, ts, input)
        this.#memory.messages.settle(input)
        return node.stepPublished(input, ts)
      default:
        return unreachable(input)
    }
  }

  #stepMessage(message: NodeMessage, ts: number): void {
    const { heard } = this.#memory
    if (!heard.isNew(message)) {
      this.#repeated_count++
      if (heard.isAnew(message)) this.#begun_anew.add(message.source)
      return
    }
    this.#journal.input(this.node, ts, message)
    heard.note(message)
    this.node.stepMessage(message, ts)
  }

  #stepRow(row: RowInput, ts: number): void {
    const { node } = this
    this.#journal.stepRow(node, ts, row)
    const count = row.type === 'quote' ? row.conflated_count : 1
    this.#options.tape?.sequenced(row.instrument_index, count, node.seq, ts)
  }

  #fireTimers(ts: number): void {
    const { timers } = this.node
    if (timers.next_us >= ts) return
    const firedByStrategy = new Map<string, number>()
    while (timers.next_us < ts) {
      const timer = timers.pop()
      const { owner, id, at_us } = timer
      // The engine's own actors set one timer a series or a feed; only a strategy's can go on without end.
      const strategy_id = this.built.strategyOfActor(owner)
      if (strategy_id !== undefined && this.#isExcess(strategy_id, firedByStrategy)) {
        this.#faultStrategy(strategy_id, ts)
        continue
      }
      this.#journal.input(this.node, ts, { type: 'timer', owner, id, at_us })
      this.node.stepTimer(timer, ts)
    }
  }

  #isExcess(strategy_id: string, firedByStrategy: Map<string, number>): boolean {
    const fired = (firedByStrategy.get(strategy_id) ?? 0) + 1
    firedByStrategy.set(strategy_id, fired)
    return fired > this.#options.bounds.instant_inputs_max
  }

  /** A fault cancels all timers of the strategy, so that its excess ends here. */
  #faultStrategy(strategy_id: string, ts: number): void {
    const reason = `more than ${this.#options.bounds.instant_inputs_max} timers at one moment`
    this.node.stepControl(faultOf(strategy_id, reason), ts)
  }

  #noteGap(instrument_index: number): void {
    const venue_id = this.#options.venueOfInstrument(instrument_index)
    if (this.#gaps.has(venue_id)) return
    this.#gaps.add(venue_id)
    this.offer({ type: 'feed_event', venue_id, event: 'gap', reason: 'input_queue_full' })
  }

  #refuseStopped(): void {
    if (this.#fault !== undefined) throw this.#fault
    const { failure } = this.#options.writer
    if (failure === undefined) return
    throw new OperatingError({
      code: 'session.journal_failed',
      reason: 'unavailable',
      what: 'The journal cannot be written any more, so the session takes no further input and sends no order.',
      remedy: 'Repair what the journal reports, then start the session again: it recovers by itself.',
      cause: failure,
    })
  }
}

/** What nobody waits for: market data that a crash takes was not acted on, and the rest is asked of venue and bus again. */
function comesAgain({ type }: LiveInput): boolean {
  switch (type) {
    case 'quote':
    case 'trade':
    case 'bar':
    case 'send_outcome':
    case 'venue_report':
    case 'messages_published':
      return true
    default:
      return false
  }
}

function faultOf(strategy_id: string, reason: string): Control {
  return {
    type: 'control',
    command: 'strategy_fault',
    account_id: '',
    strategy_id,
    reason,
    operator: 'engine',
  }
}
