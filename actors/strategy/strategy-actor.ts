// One strategy: runs an author's handlers inside steps, keeps what they may do apart from what they did, and turns
// anything wrong into a fault that costs the author that handler's effects and nobody else anything. Rules: ./SPEC.md.

import type { InspectionEvent } from 'xstate'
import type { Actor } from '../../engine/actor.ts'
import { ArrivalSet } from '../../engine/arrival-set.ts'
import { ENGINE_CAUSE, type Route } from '../../engine/bus.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { ControlLane } from '../../engine/control-lane.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { QuoteRow, TradeRow } from '../../engine/market/market-rows.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import { RingBuffer } from '../../engine/ring-buffer.ts'
import { must } from '../../schemas/assert.ts'
import { type AccountId, ENGINE_COUNTER_BASE, type StrategyId } from '../../schemas/ids.ts'
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
import type { DecisionTrace } from '../decision-trace.ts'
import { authorLine } from './author-line.ts'
import { checkUnits } from './check-units.ts'
import type { IndicatorView } from './context.ts'
import { copyQuote, copyTrade } from './copy-row.ts'
import type { SetUp, StrategyDefinition } from './definition.ts'
import { type ContextMemory, HandlerContext, type StrategyViews, WARM_UP_TIMER } from './handler-context.ts'
import { PendingEffects } from './pending-effects.ts'
import {
  type FaultReport,
  refusePromise,
  StrategyFault,
  type StrategyFaultCode,
  toldError,
} from './strategy-fault.ts'
import { type StrategyEvent, type StrategyMachineContext, strategyMachine } from './strategy-machine.ts'
import { LOST_STATE, loadState, saveState, stateProblem } from './strategy-state.ts'

export type StrategyOptions = {
  readonly definition: StrategyDefinition
  readonly strategy_id: StrategyId
  readonly account_id: AccountId
  readonly params: unknown
  readonly instruments: readonly InstrumentSpec[]
  readonly indicators: Readonly<Record<string, IndicatorView>>
  /** Restarts the warm-up of the strategy's indicators. */
  readonly resetIndicators: () => void
  readonly views: Omit<StrategyViews, 'is_trading' | 'now_us'>
  /** The most messages and timer changes one handler may ask for. */
  readonly effects_max: number
  /** Whether what would be passed over of what a handler asks for faults the strategy (schemas/behaviour.ts). */
  readonly refuses_unknown: boolean
  /** Whether a halted strategy is halted still behind the stop of its session (schemas/behaviour.ts). */
  readonly halt_outlives_stop: boolean
  /** Whether what an account elsewhere tells may be of counters that were drawn before the strategy was here (schemas/behaviour.ts). */
  readonly counters_told: boolean
  /** Tells people; never changes what the engine does. */
  readonly onFault: (fault: FaultReport) => void
  /** Must post a `strategy_halt` control input; the strategy is not in a step and cannot halt itself. */
  readonly onOutsideStep: (fault: FaultReport) => void
  readonly trace?: DecisionTrace | undefined
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}

/** States that only an operator ends. */
const LASTING = new Set(['halted', 'faulted'])
/** States in which market data and order facts reach the author's handlers. */
const RUNNING = new Set(['warming', 'ready', 'trading', 'paused'])

type AnyHandler = (context: HandlerContext, first?: unknown, second?: unknown) => unknown
type Handlers = { readonly [name in Extract<keyof StrategyDefinition, `on${string}`>]?: AnyHandler }

export class StrategyActor implements Actor {
  readonly name: string
  readonly #node: Node
  readonly #options: StrategyOptions
  readonly #definition: StrategyDefinition
  readonly #handlers: Handlers
  /** Place among the node's actors. */
  readonly index: number
  readonly #lane: ControlLane<StrategyEvent>
  readonly #context: HandlerContext
  readonly #memory: ContextMemory = { isOpen: false, state: undefined, counter: 0 }
  readonly #effects = new PendingEffects()
  readonly #intentRoute: Route<Intent>
  readonly #stateRoute: Route<StrategyStateChanged>
  readonly #signalRoutes = new Map<string, Route<Signal>>()
  readonly #setUp: SetUp<never>
  /** By index; the strategy's own alone. */
  readonly #instrumentIds: string[] = []
  /** Orders asked for and not known to have ended, in order of asking. */
  readonly #openCounters = new ArrivalSet<number>()
  /** Orders the running handler has asked for. */
  readonly #asked = new RingBuffer<number>()
  #isRunning = false
  #warmUpDone = false
  /** What an earlier build left, until the strategy starts. */
  #former: LedgerStrategy | undefined

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
    this.#context = this.#makeContext()
    this.index = node.addActor(this)
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
    return this.#isRunning
  }

  /** Why a snapshot would leave its state out; undefined where the state can be kept. */
  stateProblem(): OperatingError | undefined {
    return stateProblem(this.#memory.state, this.#options.strategy_id)
  }

  /** Routes this strategy publishes signals on, made while wiring. */
  addSignal(name: string): void {
    this.#signalRoutes.set(name, this.#node.bus.route(SUBJECT.signal(this.#options.strategy_id, name)))
  }

  /** Subscribes to a signal of a strategy, while wiring. */
  hearSignal(strategy_id: string, name: string): void {
    this.#node.bus.subscribe<Signal>(SUBJECT.signal(strategy_id, name), (signal) =>
      this.#call('onSignal', this.#handlers.onSignal, signal),
    )
  }

  onTimer(id: string): void {
    if (id === WARM_UP_TIMER) {
      this.#warmUpDone = true
      this.#checkWarm()
      return
    }
    this.#call('onTimer', this.#handlers.onTimer, id)
  }

  save(writer: CanonicalWriter): void {
    this.#lane.save(writer)
    writer.number(this.#memory.counter)
    writer.flag(this.#warmUpDone)
    saveState(writer, this.#memory.state)
    writer.value(this.#openCounters.members())
    writer.value(this.#former)
  }

  /** What a later build takes up. */
  saveLedger(): LedgerStrategy {
    const { lifecycle, has_state, state } = this.#former ?? this.#ownLedger()
    const { is_paused } = this.#lane.context as StrategyMachineContext
    return {
      counter: this.#memory.counter,
      open_counters: this.#openCounters.members(),
      lifecycle,
      ...(is_paused && lifecycle !== 'paused' ? { is_paused } : {}),
      has_state,
      state,
    }
  }

  #ownLedger(): Pick<LedgerStrategy, 'lifecycle' | 'has_state' | 'state'> {
    const isKept = this.#isRunning || this.state === 'stopped'
    const has_state = isKept && this.stateProblem() === undefined
    return { lifecycle: this.state, has_state, state: has_state ? this.#memory.state : undefined }
  }

  /**
   * Into a strategy just made. It starts anew and warms up; what its author kept is handed to `migrate`, where there is
   * one. A pause, and an end that an operator is to lift, stay.
   */
  loadLedger(ledger: LedgerStrategy): void {
    this.#memory.counter = ledger.counter
    for (const counter of ledger.open_counters) this.#openCounters.add(counter)
    this.#former = ledger
    const is_paused = ledger.is_paused ?? ledger.lifecycle === 'paused'
    const value = LASTING.has(ledger.lifecycle) ? ledger.lifecycle : 'created'
    this.#lane.restore(value, { trading_enabled: false, is_paused, reason: '' })
  }

  /** A word about the strategy that an earlier build heeded: what it paused or ended stays so, and a later word lifts it. */
  foldControl(control: Control): void {
    if (!this.#isAbout(control)) return
    switch (control.command) {
      case 'strategy_pause':
        this.#lane.send({ type: 'strategy.paused' })
        break
      case 'strategy_resume':
        this.#lane.send({ type: 'strategy.resumed' })
        break
      case 'strategy_halt':
        this.#lane.send({ type: 'strategy.halted', reason: control.reason })
        break
      case 'strategy_fault':
      case 'strategy_faulted':
        this.#lane.send({ type: 'strategy.faulted', reason: control.reason })
        break
      case 'strategy_reinitialise':
        if (LASTING.has(this.state))
          this.#lane.restore('created', { ...(this.#lane.context as StrategyMachineContext), reason: '' })
        break
      default:
        return
    }
    if (this.#former === undefined) return
    // Whatever ended it dropped its state, and what it began anew with no record holds.
    const isSame = this.state === 'created' && !LASTING.has(this.#former.lifecycle)
    const { has_state, state } = isSame ? this.#former : { has_state: false, state: undefined }
    this.#former = { ...this.#former, lifecycle: this.state, has_state, state }
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

  load(reader: CanonicalReader): void {
    this.#lane.load(reader)
    this.#memory.counter = reader.number()
    this.#warmUpDone = reader.flag()
    this.#memory.state = loadState(reader)
    this.#openCounters.clear()
    for (const counter of reader.value() as number[]) this.#openCounters.add(counter)
    this.#former = reader.value() as LedgerStrategy | undefined
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
    this.#call('onBar', this.#handlers.onBar, bar, name)
  }

  #onQuote(row: QuoteRow): void {
    if (!this.#isRunning) return
    this.#call('onQuote', this.#handlers.onQuote, copyQuote(row, this.#instrumentId(row)))
  }

  #onTrade(row: TradeRow): void {
    if (!this.#isRunning) return
    this.#call('onTrade', this.#handlers.onTrade, copyTrade(row, this.#instrumentId(row)))
  }

  #onStatus({ instrument_index, instrument_id, status, ts_event_us }: SecurityStatus): void {
    if (this.#instrumentIds[instrument_index] === undefined) return
    this.#call('onStatus', this.#handlers.onStatus, { instrument_id, status, ts_event_us })
  }

  #onFact(fact: OrderFact): void {
    if (fact.ended) this.#openCounters.delete(fact.counter)
    else if (fact.type === 'order.adopted' || this.#isUnknown(fact.counter))
      this.#openCounters.add(fact.counter)
    this.#noteTold(fact.counter)
    this.#call('onOrder', this.#handlers.onOrder, fact)
    if (isFill(fact)) this.#call('onFill', this.#handlers.onFill, fact)
  }

  #onDenied(denial: OrderDenied): void {
    if (denial.request !== 'replace') this.#openCounters.delete(denial.counter)
    if (denial.reason_code === 'counter_invalid') this.#noteTold(Number(denial.limit))
    this.#call('onDenied', this.#handlers.onDenied, denial)
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
    this.#warmUpDone = false
    this.#lane.send({ type: 'strategy.reinitialised' })
    this.#setGoing()
  }

  #start(event: StrategyEvent): void {
    this.#warmUpDone = false
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
      this.#startWarmUp(this.#warmUpUs())
    } catch (error) {
      return this.#faultWith('(set-up)', error)
    }
    this.#call('onStart', this.#handlers.onStart)
    this.#checkWarm()
  }

  #firstState(): unknown {
    const former = this.#former
    this.#former = undefined
    if (former?.has_state !== true || this.#definition.migrate === undefined)
      return this.#definition.state(this.#setUp)
    return this.#definition.migrate(former.state, this.#setUp)
  }

  #warmUpUs(): number {
    const warm_up_us = this.#definition.warm_up_us?.(this.#setUp)
    if (this.#options.refuses_unknown && this.#definition.warm_up_us !== undefined) {
      checkUnits('warm_up_us', warm_up_us as number)
      if ((warm_up_us as number) < 0)
        throw new StrategyFault('bad_order', `warm_up_us is at least 0, got ${warm_up_us}`)
    }
    return warm_up_us ?? 0
  }

  #startWarmUp(warm_up_us: number): void {
    checkUnits('warm_up_us', warm_up_us)
    if (warm_up_us > 0) this.#node.timers.set(this.index, WARM_UP_TIMER, this.#node.now_us + warm_up_us)
    else this.#warmUpDone = true
  }

  #reinitialise(): void {
    if (this.#isRunning || this.state === 'created') return
    this.#options.resetIndicators()
    this.#start({ type: 'strategy.reinitialised' })
  }

  #stop(): void {
    this.#call('onStop', this.#handlers.onStop)
    this.#node.timers.cancelAll(this.index)
    // The next start lifts what a stop ended, and no halt.
    if (this.state === 'halted' && this.#options.halt_outlives_stop) return
    this.#lane.send({ type: 'strategy.stopped' })
  }

  #checkWarm(): void {
    if (this.state !== 'warming' || !this.#warmUpDone) return
    for (const indicator of Object.values(this.#options.indicators)) if (!indicator.ready) return
    this.#lane.send({ type: 'strategy.warmed_up' })
  }

  /** Once per change of state: which handlers run is decided here, not per tick. */
  #enter(state: string): void {
    this.#isRunning = RUNNING.has(state)
  }

  #tell(state: string): void {
    this.#node.bus.send(this.#stateRoute, {
      type: 'strategy_state_changed',
      account_id: this.#options.account_id,
      strategy_id: this.#options.strategy_id,
      state,
    })
  }

  /** Runs one handler as a unit: what it asked for takes effect when it returns, or not at all. */
  #call(handlerName: string, handler: AnyHandler | undefined, first?: unknown, second?: unknown): void {
    const memory = this.#memory
    // Until the input that faults a strategy without its state has come, nothing may be decided on it.
    if (handler === undefined || !this.#isRunning || memory.state === LOST_STATE) return
    const counterBefore = memory.counter
    memory.isOpen = true
    try {
      refusePromise(handlerName, handler(this.#context, first, second))
    } catch (error) {
      memory.isOpen = false
      this.#effects.discard()
      this.#asked.clear()
      memory.counter = counterBefore
      this.#faultWith(handlerName, error)
      return
    }
    memory.isOpen = false
    if (this.#effects.count === 0) return
    if (this.#options.trace !== undefined) this.#tellDecision(handlerName, first)
    this.#commit()
  }

  #tellDecision(handler: string, trigger: unknown): void {
    const { strategy_id, indicators, trace } = this.#options
    const intents = this.#effects.intents()
    trace?.onDecision({ strategy_id, handler, trigger, intents, indicators, state: this.#memory.state })
  }

  #commit(): void {
    this.#node.bus.cause = this.index
    this.#effects.commit(this.index, this.#node.bus, this.#node.timers)
    this.#node.bus.cause = ENGINE_CAUSE
    for (let counter = this.#asked.shift(); counter !== undefined; counter = this.#asked.shift()) {
      this.#openCounters.add(counter)
    }
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
    if (!this.#isRunning) return
    const { strategy_id, onFault } = this.#options
    onFault({ strategy_id, handler, code, message, line, ts_us: this.#node.now_us })
    this.#end({ type: 'strategy.faulted', reason: code })
    this.#memory.state = undefined
  }

  /** Leaves the running states: timers go, open orders are asked to be cancelled. */
  #end(event: StrategyEvent): void {
    if (!this.#isRunning) return
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

  #makeContext(): HandlerContext {
    const { account_id, strategy_id, params, instruments, indicators, views } = this.#options
    return new HandlerContext({
      account_id,
      strategy_id,
      memory: this.#memory,
      params,
      instruments,
      indicators,
      views: { ...views, now_us: () => this.#node.now_us, is_trading: () => this.#lane.state === 'trading' },
      random: this.#node.randomStream(`strategy/${strategy_id}`),
      effects: this.#effects,
      effects_max: this.#options.effects_max,
      refuses_unknown: this.#options.refuses_unknown,
      hears_timers: this.#handlers.onTimer !== undefined,
      sendIntent: (intent) => this.#sendIntent(intent),
      sendSignal: (name, value) => this.#sendSignal(name, value),
      onOutsideStep: (method) => this.#outsideStep(method),
    })
  }

  #sendIntent(intent: Intent): void {
    if (intent.type === 'submit_intent') this.#asked.push(intent.counter)
    this.#effects.send(this.#intentRoute, intent)
  }

  #sendSignal(name: string, value: number): void {
    const route = this.#signalRoutes.get(name)
    // A signal nobody subscribed to goes nowhere; routes are compiled at start.
    if (route === undefined) return
    const { strategy_id } = this.#options
    const ts_event_us = timeUs(this.#node.now_us)
    // One message for all who subscribed: what one of them does to it, the next would see.
    this.#effects.send(route, Object.freeze({ type: 'signal', strategy_id, name, value, ts_event_us }))
  }

  /** A promise or callback of the author's came back after its handler: nothing it asks for happens. */
  #outsideStep(method: string): never {
    const fault = new StrategyFault(
      'outside_step',
      `ctx.${method} was used outside a handler of the strategy`,
    )
    const { strategy_id, onOutsideStep } = this.#options
    onOutsideStep({
      strategy_id,
      handler: '(outside a handler)',
      code: fault.code,
      message: fault.message,
      line: authorLine(fault),
      ts_us: this.#node.now_us,
    })
    throw fault
  }
}
