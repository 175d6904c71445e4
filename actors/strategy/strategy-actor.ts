// One strategy: which of its author's handlers hears what and when, from its start to its end, and how anything wrong
// becomes a fault that costs the author that handler's effects and nobody else anything. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import { ArrivalSet } from '../../engine/arrival-set.ts'
import { ENGINE_CAUSE, type Route } from '../../engine/bus.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { ControlLane } from '../../engine/control-lane.ts'
import type { QuoteRow, TradeRow } from '../../engine/market/market-rows.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import { must } from '../../schemas/assert.ts'
import { ENGINE_COUNTER_BASE, type StrategyId } from '../../schemas/ids.ts'
import type { LedgerStrategy } from '../../schemas/ledger-section.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { Intent } from '../../schemas/messages/intent.ts'
import type { Bar, Signal } from '../../schemas/messages/market.ts'
import { isFill, type OrderFact } from '../../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import type { SecurityStatus } from '../../schemas/messages/security-status.ts'
import type { StrategyStateChanged } from '../../schemas/messages/strategy.ts'
import type { OperatingError } from '../../schemas/operating-error.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { timeUs } from '../../schemas/units.ts'
import { copyQuote, copyTrade } from './copy-row.ts'
import type { SetUp, StrategyDefinition } from './definition.ts'
import { type ContextMemory, WARM_UP_TIMER } from './handler-context.ts'
import { type AuthorHandler, HandlerRunner } from './handler-runner.ts'
import { type StrategyFaultCode, toldError } from './strategy-fault.ts'
import { StrategyLedger } from './strategy-ledger.ts'
import { type StrategyEvent, strategyMachine } from './strategy-machine.ts'
import type { StrategyOptions } from './strategy-options.ts'
import { loadState, saveState, stateProblem } from './strategy-state.ts'
import { WarmUp } from './warm-up.ts'

/** States in which market data and order facts reach the author's handlers. */
const RUNNING = new Set(['warming', 'ready', 'trading', 'paused'])

type Handlers = { readonly [name in Extract<keyof StrategyDefinition, `on${string}`>]?: AuthorHandler }

export class StrategyActor implements Actor {
  readonly name: string
  readonly #node: Node
  readonly #options: StrategyOptions
  readonly #definition: StrategyDefinition
  readonly #handlers: Handlers
  /** Place among the node's actors. */
  readonly index: number
  readonly #lane: ControlLane<StrategyEvent>
  readonly #runner: HandlerRunner
  readonly #memory: ContextMemory
  readonly #warmUp: WarmUp
  readonly #ledger: StrategyLedger
  readonly #intentRoute: Route<Intent>
  readonly #stateRoute: Route<StrategyStateChanged>
  readonly #setUp: SetUp<never>
  /** By index; the strategy's own alone. */
  readonly #instrumentIds: string[] = []
  /** Orders asked for and not known to have ended, in order of asking. */
  readonly #openCounters = new ArrivalSet<number>()

  constructor(node: Node, options: StrategyOptions) {
    this.name = `strategy/${options.strategy_id}`
    this.#node = node
    this.#options = options
    this.#definition = options.definition
    this.#handlers = options.definition as Handlers
    this.#setUp = {
      params: options.params as never,
      instruments: options.instruments.map((spec) => spec.instrument_id),
    }
    for (const { index, instrument_id } of options.instruments) this.#instrumentIds[index] = instrument_id
    this.#intentRoute = node.bus.route(SUBJECT.intent(options.account_id, options.strategy_id))
    this.#stateRoute = node.bus.route(SUBJECT.strategyState(options.account_id))
    this.index = node.addActor(this)
    this.#runner = new HandlerRunner(node, options, {
      owner: this.index,
      intentRoute: this.#intentRoute,
      openCounters: this.#openCounters,
      isTrading: () => this.#lane.state === 'trading',
      onThrown: (handlerName, error) => this.#faultWith(handlerName, error),
    })
    this.#memory = this.#runner.memory
    this.#warmUp = new WarmUp(node, this.index, options)
    node.addStrategyFault(this.index, (reason) =>
      this.#fault('(between handlers)', 'bound_exceeded', reason, ''),
    )
    this.#lane = new ControlLane<StrategyEvent>({
      name: this.name,
      machine: strategyMachine,
      onState: (state) => this.#enter(state),
      onChange: (state) => this.#tell(state),
      inspect: options.inspect,
    })
    this.#ledger = new StrategyLedger({
      strategy_id: options.strategy_id,
      lane: this.#lane,
      memory: this.#memory,
      openCounters: this.#openCounters,
    })
    this.#subscribe()
  }

  get state(): string {
    return this.#lane.state
  }

  get strategy_id(): StrategyId {
    return this.#options.strategy_id
  }

  /** Whether its state is still used. */
  get is_running(): boolean {
    return this.#runner.is_running
  }

  /** Why a snapshot would leave its state out; undefined where the state can be kept. */
  stateProblem(): OperatingError | undefined {
    return stateProblem(this.#memory.state, this.#options.strategy_id)
  }

  /** Makes the route of a signal that others subscribed to, while wiring. */
  addSignal(name: string): void {
    this.#runner.addSignal(name)
  }

  /** Subscribes to a signal of a strategy, while wiring. */
  hearSignal(strategy_id: string, name: string): void {
    this.#node.bus.subscribe<Signal>(SUBJECT.signal(strategy_id, name), (signal) =>
      this.#runner.run('onSignal', this.#handlers.onSignal, signal),
    )
  }

  onTimer(id: string): void {
    if (id === WARM_UP_TIMER) {
      this.#warmUp.onTimer()
      this.#checkWarm()
      return
    }
    this.#runner.run('onTimer', this.#handlers.onTimer, id)
  }

  save(writer: CanonicalWriter): void {
    this.#lane.save(writer)
    writer.number(this.#memory.counter)
    this.#warmUp.save(writer)
    saveState(writer, this.#memory.state)
    writer.value(this.#openCounters.members())
    this.#ledger.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#lane.load(reader)
    this.#memory.counter = reader.number()
    this.#warmUp.load(reader)
    this.#memory.state = loadState(reader)
    this.#openCounters.clear()
    for (const counter of reader.value() as number[]) this.#openCounters.add(counter)
    this.#ledger.load(reader)
  }

  /** What a later build takes up. */
  saveLedger(): LedgerStrategy {
    return this.#ledger.saveLedger()
  }

  /** Into a strategy just made, which then starts anew. */
  loadLedger(ledger: LedgerStrategy): void {
    this.#ledger.loadLedger(ledger)
  }

  /** An input that an earlier build heeded. */
  foldControl(control: Control): void {
    if (this.#isAbout(control)) this.#ledger.foldControl(control)
  }

  /** What a fold found open, held here included: a fault or halt cancels it. */
  foldOpen(counters: readonly number[]): void {
    this.#openCounters.clear()
    for (const counter of counters) this.#openCounters.add(counter)
  }

  /** A counter that was used, whoever drew it. */
  noteCounter(counter: number): void {
    if (counter > this.#memory.counter) this.#memory.counter = counter
  }

  #subscribe(): void {
    const { bus, quotes, trades } = this.#node
    const { account_id, strategy_id, instruments } = this.#options
    bus.subscribe<Control>(INPUT_SUBJECT.control, (control) => this.#onControl(control))
    bus.subscribe<OrderFact>(SUBJECT.strategyOrder(account_id, strategy_id), (fact) => this.#onFact(fact))
    bus.subscribe<OrderDenied>(SUBJECT.denied(account_id, strategy_id), (denial) => this.#onDenied(denial))
    for (const venue_id of new Set(instruments.map((spec) => spec.venue_id))) {
      bus.subscribe<SecurityStatus>(SUBJECT.securityStatus(venue_id), (status) => this.#onStatus(status))
    }
    for (const { index } of instruments) {
      if (this.#handlers.onQuote !== undefined) quotes.addStrategyHandler(index, (row) => this.#onQuote(row))
      if (this.#handlers.onTrade !== undefined) trades.addStrategyHandler(index, (row) => this.#onTrade(row))
    }
  }

  /** A bar of one of the strategy's own series; the signal actor calls it by message, after its indicators. */
  onBar(bar: Bar, name: string): void {
    this.#checkWarm()
    this.#runner.run('onBar', this.#handlers.onBar, bar, name)
  }

  #onQuote(row: QuoteRow): void {
    if (!this.#runner.is_running) return
    this.#runner.run('onQuote', this.#handlers.onQuote, copyQuote(row, this.#instrumentId(row)))
  }

  #onTrade(row: TradeRow): void {
    if (!this.#runner.is_running) return
    this.#runner.run('onTrade', this.#handlers.onTrade, copyTrade(row, this.#instrumentId(row)))
  }

  #onStatus({ instrument_index, instrument_id, status, ts_event_us }: SecurityStatus): void {
    if (this.#instrumentIds[instrument_index] === undefined) return
    this.#runner.run('onStatus', this.#handlers.onStatus, { instrument_id, status, ts_event_us })
  }

  #onFact(fact: OrderFact): void {
    if (fact.ended) this.#openCounters.delete(fact.counter)
    else if (fact.type === 'order.adopted' || this.#isUnknown(fact.counter))
      this.#openCounters.add(fact.counter)
    this.#noteTold(fact.counter)
    this.#runner.run('onOrder', this.#handlers.onOrder, fact)
    if (isFill(fact)) this.#runner.run('onFill', this.#handlers.onFill, fact)
  }

  #onDenied(denial: OrderDenied): void {
    if (denial.request !== 'replace') this.#openCounters.delete(denial.counter)
    if (denial.reason_code === 'counter_invalid') this.#noteTold(Number(denial.limit))
    this.#runner.run('onDenied', this.#handlers.onDenied, denial)
  }

  /** Whether the order was asked for before the strategy was in this node. */
  #isUnknown(counter: number): boolean {
    return this.#options.counters_told && counter < ENGINE_COUNTER_BASE && counter > this.#memory.counter
  }

  /** Where the strategy was before, it has drawn this one: the account has heard of it, and would deny what comes again. */
  #noteTold(counter: number): void {
    if (this.#isUnknown(counter)) this.noteCounter(counter)
  }

  #onControl(control: Control): void {
    if (!this.#isAbout(control)) return
    switch (control.command) {
      case 'session_start':
        return this.#startWithSession()
      case 'trading_enable':
        return this.#lane.send({ type: 'strategy.trading_enabled' })
      case 'strategy_pause':
        return this.#lane.send({ type: 'strategy.paused' })
      case 'strategy_resume':
        return this.#lane.send({ type: 'strategy.resumed' })
      case 'strategy_halt':
        return this.#end({ type: 'strategy.halted', reason: control.reason })
      case 'strategy_fault':
        return this.#faultByControl(control.reason)
      case 'strategy_reinitialise':
        return this.#reinitialise()
      case 'session_stop':
        return this.#stop()
      default:
        return
    }
  }

  #isAbout({ strategy_id, account_id }: Control): boolean {
    const own = this.#options
    return [own.strategy_id, ''].includes(strategy_id) && [own.account_id, ''].includes(account_id)
  }

  #startWithSession(): void {
    if (this.state === 'created') return this.#start({ type: 'strategy.started' })
    if (this.state === 'stopped') this.#restart()
  }

  /** After a graceful stop: what the author kept is as it was; prices in between were missed, so it warms up again. */
  #restart(): void {
    if (this.stateProblem() !== undefined) return this.#reinitialise()
    this.#options.resetIndicators()
    this.#warmUp.reset()
    this.#lane.send({ type: 'strategy.reinitialised' })
    this.#setGoing()
  }

  #start(event: StrategyEvent): void {
    this.#warmUp.reset()
    this.#lane.send(event)
    try {
      this.#memory.state = this.#firstState()
    } catch (error) {
      return this.#faultWith('(set-up)', error)
    }
    this.#setGoing()
  }

  #setGoing(): void {
    try {
      this.#warmUp.start(this.#setUp)
    } catch (error) {
      return this.#faultWith('(set-up)', error)
    }
    this.#runner.run('onStart', this.#handlers.onStart)
    this.#checkWarm()
  }

  #firstState(): unknown {
    const former = this.#ledger.takeFormer()
    if (former?.has_state !== true || this.#definition.migrate === undefined)
      return this.#definition.state(this.#setUp)
    return this.#definition.migrate(former.state, this.#setUp)
  }

  #reinitialise(): void {
    if (this.#runner.is_running || this.state === 'created') return
    this.#options.resetIndicators()
    this.#start({ type: 'strategy.reinitialised' })
  }

  #stop(): void {
    this.#runner.run('onStop', this.#handlers.onStop)
    this.#node.timers.cancelAll(this.index)
    // The next start lifts what a stop ended, and no halt.
    if (this.state === 'halted' && this.#options.halt_outlives_stop) return
    this.#lane.send({ type: 'strategy.stopped' })
  }

  #checkWarm(): void {
    if (this.state === 'warming' && this.#warmUp.is_over) this.#lane.send({ type: 'strategy.warmed_up' })
  }

  /** Once per change of state: which handlers run is decided here, not per tick. */
  #enter(state: string): void {
    this.#runner.is_running = RUNNING.has(state)
  }

  #tell(state: string): void {
    this.#node.bus.send(this.#stateRoute, {
      type: 'strategy_state_changed',
      account_id: this.#options.account_id,
      strategy_id: this.#options.strategy_id,
      state,
    })
  }

  #faultWith(handlerName: string, error: unknown): void {
    const { code, message, line } = toldError(error)
    this.#fault(handlerName, code, message, line)
  }

  /** What a sequencer finds between handlers: too much at one moment, or state that it cannot save. */
  #faultByControl(reason: string): void {
    const problem = this.stateProblem()
    if (problem === undefined) this.#fault('(between handlers)', 'bound_exceeded', reason, '')
    else this.#fault('(between handlers)', 'bad_state', `${problem.what} ${problem.where}`, '')
  }

  #fault(handler: string, code: StrategyFaultCode, message: string, line: string): void {
    if (!this.#runner.is_running) return
    const { strategy_id, onFault } = this.#options
    onFault({ strategy_id, handler, code, message, line, ts_us: this.#node.now_us })
    this.#end({ type: 'strategy.faulted', reason: code })
    this.#memory.state = undefined
  }

  /** Leaves the running states: timers go, open orders are asked to be cancelled. */
  #end(event: StrategyEvent): void {
    if (!this.#runner.is_running) return
    const { bus, timers } = this.#node
    bus.cause = this.index
    this.#lane.send(event)
    timers.cancelAll(this.index)
    for (const counter of this.#openCounters.members()) this.#cancel(counter)
    this.#openCounters.clear()
    bus.cause = ENGINE_CAUSE
  }

  #cancel(counter: number): void {
    const { account_id, strategy_id } = this.#options
    const request_counter = ++this.#memory.counter
    const ts_intent_us = timeUs(this.#node.now_us)
    const key = { account_id, strategy_id, counter }
    this.#node.bus.send(this.#intentRoute, { type: 'cancel_intent', ...key, request_counter, ts_intent_us })
  }

  #instrumentId({ instrument_index }: { instrument_index: number }): string {
    return must(this.#instrumentIds[instrument_index], 'rows come of the instruments subscribed to')
  }
}
