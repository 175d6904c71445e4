// The node: one queue of inputs, one thread of decisions. Each input is one step: it gets the next seq and the engine
// time, its handlers run to the end, and what they want sent waits in the outbox until the journal has it.
//
// A step does no I/O, awaits nothing, and takes time, randomness and ids from here. When a handler of the engine's own
// actors throws, the node is finished: its driver lets it go and recovers by the start-up path.

import { assert, must } from '../schemas/assert.ts'
import type { Alert } from '../schemas/messages/alert.ts'
import type { Control } from '../schemas/messages/control.ts'
import type { FeedEvent } from '../schemas/messages/feed.ts'
import type { MessagesPublished, NodeMessage, NodePayload } from '../schemas/messages/node-message.ts'
import type { SendOutcome, VenueReport } from '../schemas/messages/order.ts'
import type { SecurityStatus } from '../schemas/messages/security-status.ts'
import type { OrderLookup, VenueState } from '../schemas/messages/venue.ts'
import { timeUs } from '../schemas/units.ts'
import type { Actor } from './actor.ts'
import { Bus, type Route } from './bus.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import type { Holding } from './holding-codec.ts'
import { type JournaledInput, writeInput } from './input-codec.ts'
import { type JournalWriter, RECORD_KIND } from './journal-port.ts'
import { MarketRoutes, type RowHandler } from './market/market-routes.ts'
import type { BarRow, QuoteRow, TradeRow } from './market/market-rows.ts'
import { NameMap } from './name-map.ts'
import { Outbox, type Permit, type Publish } from './outbox.ts'
import { OutputHash, type OutputSink } from './output-hash.ts'
import { RandomStream } from './random-stream.ts'
import type { Sha256 } from './sha256-port.ts'
import type { StepGate } from './step-gate.ts'
import type { Timer } from './timers.ts'
import { TimerTable } from './timers.ts'
import { VenueLink } from './venue-link.ts'
import type { VenuePort } from './venue-port.ts'

export type NodeOptions = {
  readonly name: string
  readonly epoch: number
  readonly seed: number
  readonly instrument_count: number
  readonly step_messages_max: number
  readonly venues: readonly VenuePort[]
  readonly journal: Pick<JournalWriter, 'append' | 'released_lsn'>
  readonly sha256: Sha256
  readonly gate: StepGate
  /** Takes an outcome the outbox itself decided; it becomes an input. */
  readonly onOutcome: (outcome: SendOutcome) => void
  readonly permit?: Permit | undefined
  /** Engine time an approval is good for; absent: half a second. A clock that runs faster than the wall needs more. */
  readonly approval_age_max_us?: number | undefined
  /** Takes messages to other nodes; absent where a node has nobody to talk to. */
  readonly publish?: Publish | undefined
  readonly onOutput?: OutputSink | undefined
  /** Tells people what they must look at; never changes what the engine does. */
  readonly onAlert?: ((alert: Alert) => void) | undefined
}

/** Subjects of the inputs that are messages rather than rows. */
export const INPUT_SUBJECT = {
  control: 'input.control',
  feedEvent: 'input.feed_event',
  securityStatus: 'input.security_status',
  outcome: (account_id: string) => `input.outcome.${account_id}`,
  report: (account_id: string) => `input.report.${account_id}`,
  lookup: (account_id: string) => `input.lookup.${account_id}`,
  venueState: (account_id: string) => `input.venue_state.${account_id}`,
} as const

export class Node {
  readonly name: string
  readonly epoch: number
  /** Sequence number of the current input, 0 before the first. */
  seq = 0
  /** Engine time of the current input: the only now there is. */
  now_us = 0
  readonly bus: Bus
  readonly timers = new TimerTable()
  readonly quotes: MarketRoutes<QuoteRow>
  readonly trades: MarketRoutes<TradeRow>
  readonly bars: MarketRoutes<BarRow>
  readonly outbox: Outbox
  readonly outputs: OutputHash
  readonly #journal: NodeOptions['journal']
  readonly #gate: StepGate
  readonly #seed: number
  readonly #actors: Actor[] = []
  readonly #byName = new Map<string, number>()
  readonly #faultStrategy = new Map<number, (reason: string) => void>()
  readonly #streams: RandomStream[] = []
  readonly #controlRoute: Route<Control>
  readonly #feedEventRoute: Route<FeedEvent>
  readonly #securityStatusRoute: Route<SecurityStatus>
  readonly #outcomeRoutes = new NameMap<string, Route<SendOutcome>>()
  readonly #reportRoutes = new NameMap<string, Route<VenueReport>>()
  readonly #lookupRoutes = new NameMap<string, Route<OrderLookup>>()
  readonly #venueStateRoutes = new NameMap<string, Route<VenueState>>()
  /** By source and subject: what other nodes may say here, and of which of their strategies. */
  readonly #heard = new Map<string, { route: Route<NodePayload>; strategy_ids: Set<string> }>()
  #isFolding = false
  readonly #scratch = new CanonicalWriter(512)
  readonly #onAlert: NodeOptions['onAlert']

  constructor(options: NodeOptions) {
    this.name = options.name
    this.epoch = options.epoch
    this.#seed = options.seed
    this.#journal = options.journal
    this.#gate = options.gate
    this.#onAlert = options.onAlert
    this.bus = new Bus(options.step_messages_max, (cause) =>
      this.faultCause(cause, 'step_messages_max exceeded'),
    )
    this.quotes = new MarketRoutes(options.instrument_count)
    this.trades = new MarketRoutes(options.instrument_count)
    this.bars = new MarketRoutes(options.instrument_count)
    const { publish } = options
    const links = new NameMap(
      options.venues.map((port) => [port.venue_id, new VenueLink(port, options.journal)]),
    )
    this.outbox = new Outbox(
      this,
      options.journal,
      links,
      options.onOutcome,
      options.permit,
      options.approval_age_max_us,
      publish && ((message) => publish({ node: this.name, epoch: this.epoch, ...message })),
    )
    this.outputs = new OutputHash(options.sha256, options.onOutput)
    this.#controlRoute = this.bus.route(INPUT_SUBJECT.control)
    this.#feedEventRoute = this.bus.route(INPUT_SUBJECT.feedEvent)
    this.#securityStatusRoute = this.bus.route(INPUT_SUBJECT.securityStatus)
  }

  // Wiring.

  /** Adds an actor; its index owns its timers. */
  addActor(actor: Actor): number {
    assert(!this.#byName.has(actor.name), `actor names are unique: ${actor.name}`)
    const index = this.#actors.push(actor) - 1
    this.#byName.set(actor.name, index)
    return index
  }

  /** Makes an actor answerable for the messages it causes. */
  addStrategyFault(index: number, fault: (reason: string) => void): void {
    this.#faultStrategy.set(index, fault)
  }

  addAccount(account_id: string): void {
    this.#outcomeRoutes.set(account_id, this.bus.route(INPUT_SUBJECT.outcome(account_id)))
    this.#reportRoutes.set(account_id, this.bus.route(INPUT_SUBJECT.report(account_id)))
    this.#lookupRoutes.set(account_id, this.bus.route(INPUT_SUBJECT.lookup(account_id)))
    this.#venueStateRoutes.set(account_id, this.bus.route(INPUT_SUBJECT.venueState(account_id)))
  }

  /** Lets another node say something about a strategy on a subject of this one. */
  hearNode(source: string, subject: string, strategy_id: string): void {
    const name = `${source} ${subject}`
    const known = this.#heard.get(name)
    if (known !== undefined) known.strategy_ids.add(strategy_id)
    else this.#heard.set(name, { route: this.bus.route(subject), strategy_ids: new Set([strategy_id]) })
  }

  /** Whether a message is one that its source may say here. */
  hears({ source, subject, payload }: NodeMessage): boolean {
    return this.#heard.get(`${source} ${subject}`)?.strategy_ids.has(payload.strategy_id) === true
  }

  /** What other nodes may say here: subjects of this node, each with the strategies it is about. */
  heardSubjects(): Map<string, Set<string>> {
    const subjects = new Map<string, Set<string>>()
    for (const [name, { strategy_ids }] of this.#heard) {
      const subject = name.slice(name.indexOf(' ') + 1)
      subjects.set(subject, new Set([...(subjects.get(subject) ?? []), ...strategy_ids]))
    }
    return subjects
  }

  /** A named random stream of the session's seed; the same name is drawn once. */
  randomStream(name: string): RandomStream {
    const stream = new RandomStream(this.#seed, name)
    this.#streams.push(stream)
    return stream
  }

  /** Every actor's state by name, for people. */
  states(): Map<string, string> {
    return new Map(this.#actors.map((actor) => [actor.name, actor.state]))
  }

  stateOf(name: string): string {
    return this.#actor(must(this.#byName.get(name), `an actor is named ${name}`)).state
  }

  // Steps. One input each.

  stepQuote(row: QuoteRow, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.#stepRow(this.quotes, row)
  }

  stepTrade(row: TradeRow, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.#stepRow(this.trades, row)
  }

  stepBar(row: BarRow, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.#stepRow(this.bars, row)
  }

  stepTimer(timer: Timer, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.#actor(timer.owner).onTimer(timer.id, timer.at_us)
    this.#finish()
  }

  stepReport(report: VenueReport, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.bus.send(this.#account(this.#reportRoutes, report.account_id), report)
    this.#finish()
  }

  stepOutcome(outcome: SendOutcome, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.bus.send(this.#account(this.#outcomeRoutes, outcome.account_id), outcome)
    this.#finish()
  }

  stepLookup(lookup: OrderLookup, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.bus.send(this.#account(this.#lookupRoutes, lookup.account_id), lookup)
    this.#finish()
  }

  stepVenueState(state: VenueState, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.bus.send(this.#account(this.#venueStateRoutes, state.account_id), state)
    this.#finish()
  }

  stepControl(control: Control, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.#record(control)
    this.bus.send(this.#controlRoute, control)
    this.#finish()
  }

  stepFeedEvent(event: FeedEvent, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.#record(event)
    this.bus.send(this.#feedEventRoute, event)
    this.#finish()
  }

  stepSecurityStatus(status: SecurityStatus, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.bus.send(this.#securityStatusRoute, status)
    this.#finish()
  }

  stepMessage(message: NodeMessage, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    const name = `${message.source} ${message.subject}`
    const { route } = must(this.#heard.get(name), 'a message is one that its source may say')
    this.bus.send(route, message.payload)
    this.#finish()
  }

  /** No actor asks what became of a message; the session's memory does. */
  stepPublished(_: MessagesPublished, ts_seq_us: number): void {
    this.#begin(ts_seq_us)
    this.#finish()
  }

  /** For another node, when the step's record is durable. A fold says nothing again. */
  stageMessage(subject: string, payload: NodePayload): void {
    if (!this.#isFolding) this.outbox.stageMessage(subject, payload)
  }

  /** For a later build: what changed in the orders and links that the engine itself keeps of an account. */
  noteHolding(holding: Holding): void {
    this.outbox.stageHolding(holding)
  }

  alert(alert: Omit<Alert, 'type' | 'ts_us'>): void {
    this.#onAlert?.({ type: 'alert', ...alert, ts_us: timeUs(this.now_us) })
  }

  /** A step over a record of an earlier build: only what it tells is taken in, and nothing is said again. */
  foldStep(seq: number, ts_seq_us: number, act: () => void): void {
    this.seq = seq - 1
    this.#begin(Math.max(ts_seq_us, this.now_us))
    this.#isFolding = true
    act()
    if (!this.bus.isIdle) this.bus.drain()
    this.#isFolding = false
    this.#gate.step_running = false
    assert(this.outbox.staged_count === 0, 'a fold stages nothing')
  }

  /** A step that threw has no end, and the node none to go on to; whoever lets it go lives by clock and timers again. */
  abandonStep(): void {
    this.#gate.step_running = false
  }

  /** Takes up seq and time where an earlier build stopped. */
  resumeAt(seq: number, now_us: number): void {
    this.seq = seq
    this.now_us = now_us
  }

  /** Routes an input that a fold takes in. */
  foldInput(input: SendOutcome | VenueReport | OrderLookup | Control): void {
    if (input.type === 'control') this.bus.send(this.#controlRoute, input)
    else if (input.type === 'send_outcome')
      this.bus.send(this.#account(this.#outcomeRoutes, input.account_id), input)
    else if (input.type === 'venue_report')
      this.bus.send(this.#account(this.#reportRoutes, input.account_id), input)
    else this.bus.send(this.#account(this.#lookupRoutes, input.account_id), input)
  }

  /** Routes a message of another node that a fold takes in. */
  foldMessage(message: NodeMessage): void {
    const heard = this.#heard.get(`${message.source} ${message.subject}`)
    if (heard !== undefined) this.bus.send(heard.route, message.payload)
  }

  /** Faults the strategy answerable for an excess; where no strategy is, the node stops. */
  faultCause(cause: number, reason: string): void {
    const fault = must(this.#faultStrategy.get(cause), `${reason}, and no strategy caused it`)
    fault(reason)
  }

  // Snapshots. Taken between steps, when no command is on its way to the journal.

  save(writer: CanonicalWriter): void {
    assert(
      this.bus.isIdle && !this.outbox.has_pending,
      'a snapshot is taken between steps with an empty outbox',
    )
    writer.number(this.seq)
    writer.number(this.now_us)
    this.timers.save(writer)
    this.outputs.save(writer)
    writer.count(this.#streams.length)
    for (const stream of this.#streams) {
      writer.text(stream.name)
      stream.save(writer)
    }
    writer.count(this.#actors.length)
    for (const actor of this.#actors) {
      writer.text(actor.name)
      actor.save(writer)
    }
  }

  load(reader: CanonicalReader): void {
    this.seq = reader.number()
    this.now_us = reader.number()
    this.timers.load(reader)
    this.outputs.load(reader)
    assert(reader.count() === this.#streams.length, 'a snapshot is loaded by the same random streams')
    for (const stream of this.#streams) {
      assert(reader.text() === stream.name, `a snapshot is loaded by the same random streams: ${stream.name}`)
      stream.load(reader)
    }
    assert(reader.count() === this.#actors.length, 'a snapshot is loaded by the same actors')
    for (const actor of this.#actors) {
      assert(reader.text() === actor.name, `a snapshot is loaded by the same actors: ${actor.name}`)
      actor.load(reader)
    }
  }

  /** Journals an input that nothing derives. */
  #record(input: JournaledInput): void {
    this.#scratch.clear()
    writeInput(this.#scratch, this.seq, this.now_us, input)
    this.#journal.append(RECORD_KIND.input, this.#scratch.view())
  }

  #begin(ts_seq_us: number): void {
    assert(ts_seq_us >= this.now_us, 'engine time never goes back')
    this.seq++
    this.now_us = ts_seq_us
    this.bus.beginStep()
    this.#gate.step_running = true
  }

  #stepRow<Row extends { instrument_index: number }>(routes: MarketRoutes<Row>, row: Row): void {
    runEngineHandlers(routes.engineHandlers(row.instrument_index), row)
    if (!this.bus.isIdle) this.bus.drain()
    runHandlers(routes.strategyHandlers(row.instrument_index), row)
    this.#finish()
  }

  #finish(): void {
    if (!this.bus.isIdle) this.bus.drain()
    this.#gate.step_running = false
    if (this.outbox.staged_count > 0) this.outbox.commit()
  }

  #actor(index: number): Actor {
    return must(this.#actors[index], 'an actor index is one that addActor returned')
  }

  #account<Message>(routes: ReadonlyMap<string, Route<Message>>, account_id: string): Route<Message> {
    return must(routes.get(account_id), 'an input names an account of the node')
  }
}

/**
 * The feed's comes first and a signal's second, on nearly every row: a call that has one target is compiled in place, and
 * one of several never is.
 */
function runEngineHandlers<Row>(handlers: readonly RowHandler<Row>[], row: Row): void {
  const { length } = handlers
  if (length > 0) (handlers[0] as RowHandler<Row>)(row)
  if (length > 1) (handlers[1] as RowHandler<Row>)(row)
  for (let i = 2; i < length; i++) (handlers[i] as RowHandler<Row>)(row)
}

function runHandlers<Row>(handlers: readonly RowHandler<Row>[], row: Row): void {
  for (let i = 0; i < handlers.length; i++) (handlers[i] as RowHandler<Row>)(row)
}
