// Runs an author's handlers, each as a unit: what one asks for takes effect when it returns, or, where it throws, not at
// all. Rules: ./SPEC.md.

import type { ArrivalSet } from '../../engine/arrival-set.ts'
import { ENGINE_CAUSE, type Route } from '../../engine/bus.ts'
import type { Node } from '../../engine/node.ts'
import { RingBuffer } from '../../engine/ring-buffer.ts'
import type { Intent } from '../../schemas/messages/intent.ts'
import type { Signal } from '../../schemas/messages/market.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { timeUs } from '../../schemas/units.ts'
import { authorLine } from './author-line.ts'
import { type ContextMemory, HandlerContext } from './handler-context.ts'
import { PendingEffects } from './pending-effects.ts'
import { refusePromise, StrategyFault } from './strategy-fault.ts'
import type { StrategyOptions } from './strategy-options.ts'
import { LOST_STATE } from './strategy-state.ts'

export type AuthorHandler = (context: HandlerContext, first?: unknown, second?: unknown) => unknown

export type RunnerParts = {
  /** The strategy's place among the node's actors, which are answerable for what they cause. */
  readonly owner: number
  readonly intentRoute: Route<Intent>
  /** Gets what a handler has asked for. */
  readonly openCounters: ArrivalSet<number>
  readonly isTrading: () => boolean
  /** A handler threw, or did what no handler may; nothing of what it asked for is left. */
  readonly onThrown: (handlerName: string, error: unknown) => void
}

export class HandlerRunner {
  /** Whether the strategy is in a state in which its handlers run. */
  is_running = false
  readonly memory: ContextMemory = { isOpen: false, state: undefined, counter: 0 }
  readonly #node: Node
  readonly #options: StrategyOptions
  readonly #parts: RunnerParts
  readonly #context: HandlerContext
  readonly #effects = new PendingEffects()
  readonly #signalRoutes = new Map<string, Route<Signal>>()
  /** Orders the running handler has asked for. */
  readonly #asked = new RingBuffer<number>()

  constructor(node: Node, options: StrategyOptions, parts: RunnerParts) {
    this.#node = node
    this.#options = options
    this.#parts = parts
    this.#context = this.#makeContext()
  }

  /** Signals are published on routes made while wiring. */
  addSignal(name: string): void {
    this.#signalRoutes.set(name, this.#node.bus.route(SUBJECT.signal(this.#options.strategy_id, name)))
  }

  run(handlerName: string, handler: AuthorHandler | undefined, first?: unknown, second?: unknown): void {
    const { memory } = this
    // Until the input that faults a strategy without its state has come, nothing may be decided on it.
    if (handler === undefined || !this.is_running || memory.state === LOST_STATE) return
    const counterBefore = memory.counter
    memory.isOpen = true
    try {
      refusePromise(handlerName, handler(this.#context, first, second))
    } catch (error) {
      memory.isOpen = false
      this.#effects.discard()
      this.#asked.clear()
      memory.counter = counterBefore
      this.#parts.onThrown(handlerName, error)
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
    trace?.onDecision({ strategy_id, handler, trigger, intents, indicators, state: this.memory.state })
  }

  #commit(): void {
    const { owner, openCounters } = this.#parts
    const { bus, timers } = this.#node
    bus.cause = owner
    this.#effects.commit(owner, bus, timers)
    bus.cause = ENGINE_CAUSE
    for (let counter = this.#asked.shift(); counter !== undefined; counter = this.#asked.shift()) {
      openCounters.add(counter)
    }
  }

  #makeContext(): HandlerContext {
    const { account_id, strategy_id, params, instruments, indicators, views, definition } = this.#options
    return new HandlerContext({
      account_id,
      strategy_id,
      memory: this.memory,
      params,
      instruments,
      indicators,
      views: { ...views, now_us: () => this.#node.now_us, is_trading: this.#parts.isTrading },
      random: this.#node.randomStream(`strategy/${strategy_id}`),
      effects: this.#effects,
      effects_max: this.#options.effects_max,
      refuses_unknown: this.#options.refuses_unknown,
      hears_timers: definition.onTimer !== undefined,
      sendIntent: (intent) => this.#sendIntent(intent),
      sendSignal: (name, value) => this.#sendSignal(name, value),
      onOutsideStep: (method) => this.#outsideStep(method),
    })
  }

  #sendIntent(intent: Intent): void {
    if (intent.type === 'submit_intent') this.#asked.push(intent.counter)
    this.#effects.send(this.#parts.intentRoute, intent)
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
