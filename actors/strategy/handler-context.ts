// The context behind a strategy's handlers. Every method checks that it is called from inside the strategy's own handler:
// a promise that comes back later finds the door closed, and says so.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { NameMap } from '../../engine/name-map.ts'
import type { RandomStream } from '../../engine/random-stream.ts'
import type { AccountId, StrategyId } from '../../schemas/ids.ts'
import type { Intent, SubmitIntent } from '../../schemas/messages/intent.ts'
import type { OrderType } from '../../schemas/messages/order.ts'
import type { GroupType, OrderTerms } from '../../schemas/messages/order-terms.ts'
import type { SecurityTradingStatus } from '../../schemas/messages/security-status.ts'
import { parseSignalName } from '../../schemas/subjects.ts'
import { decimalString, parseUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import { checkUnits } from './check-units.ts'
import type {
  IndicatorView,
  InstrumentView,
  OpenOrder,
  OrderChange,
  OrderRequest,
  QuoteView,
  StrategyContext,
} from './context.ts'
import { changedUnits, checkChange, checkSaid, requestedOrder, sayingAll } from './order-of-request.ts'
import type { PendingEffects } from './pending-effects.ts'
import { StrategyFault } from './strategy-fault.ts'

/** The engine's own timer of a strategy; its name is taken. */
export const WARM_UP_TIMER = 'engine/warm_up'

/** Read-only views of the other actors that a handler may ask. */
export type StrategyViews = {
  now_us(): number
  is_trading(): boolean
  quote(instrument_index: number): QuoteView | undefined
  status(instrument_index: number): SecurityTradingStatus
  position(instrument_index: number): number
  openOrders(): readonly OpenOrder[]
  /**
   * Of an order that is open or held by the engine and does not trail; undefined of others, of one whose trigger was met in
   * this step, and of an account in another node.
   */
  orderType(counter: number): OrderType | undefined
}

/** What the engine keeps behind a context, out of its author's reach. */
export type ContextMemory = {
  /** Whether a handler of the strategy is running. */
  isOpen: boolean
  /** The author's own state. */
  state: unknown
  /** Last order counter given out. */
  counter: number
}

export type ContextOptions = {
  readonly account_id: AccountId
  readonly strategy_id: StrategyId
  readonly memory: ContextMemory
  readonly params: unknown
  readonly instruments: readonly InstrumentSpec[]
  readonly indicators: Readonly<Record<string, IndicatorView>>
  readonly views: StrategyViews
  readonly random: RandomStream
  readonly effects: PendingEffects
  /** Whether what would be passed over of what a handler asks for faults the strategy (schemas/behaviour.ts). */
  readonly refuses_unknown: boolean
  /** Whether anything of the strategy is called when a timer fires. */
  readonly hears_timers: boolean
  /** The most messages and timer changes one handler may ask for. */
  readonly effects_max: number
  readonly sendIntent: (intent: Intent) => void
  readonly sendSignal: (name: string, value: number) => void
  /** Called instead of the method when no handler of this strategy is running. */
  readonly onOutsideStep: (method: string) => never
}

/** Stands for the text read last while there is none: nobody can ask for it. */
const NOT_READ = Symbol('nothing read')

export class HandlerContext implements StrategyContext<unknown, unknown> {
  readonly params: unknown
  readonly instruments: readonly string[]
  readonly #options: ContextOptions
  readonly #memory: ContextMemory
  readonly #specs = new NameMap<string, InstrumentSpec>()
  readonly #views = new NameMap<string, InstrumentView>()

  constructor(options: ContextOptions) {
    this.#options = options
    this.#memory = options.memory
    this.params = options.params
    this.instruments = Object.freeze(options.instruments.map((spec) => spec.instrument_id))
    for (const spec of options.instruments) {
      this.#specs.set(spec.instrument_id, spec)
      this.#views.set(spec.instrument_id, instrumentView(spec, options.refuses_unknown))
    }
    // What an author keeps on the context would be in no snapshot.
    Object.freeze(this)
  }

  get state(): unknown {
    this.#check('state')
    return this.#memory.state
  }

  get now_us(): number {
    this.#check('now_us')
    return this.#options.views.now_us()
  }

  get is_trading(): boolean {
    this.#check('is_trading')
    return this.#options.views.is_trading()
  }

  instrument(id: string): InstrumentView {
    this.#check('instrument')
    this.#spec(id)
    return this.#views.get(id) as InstrumentView
  }

  quote(id: string): QuoteView | undefined {
    this.#check('quote')
    return this.#options.views.quote(this.#spec(id).index)
  }

  status(id: string): SecurityTradingStatus {
    this.#check('status')
    return this.#options.views.status(this.#spec(id).index)
  }

  indicator(name: string): IndicatorView {
    this.#check('indicator')
    const indicator = this.#options.indicators[name]
    if (indicator === undefined) throw unknownName('indicator', name, Object.keys(this.#options.indicators))
    return indicator
  }

  position(instrument: string): number {
    this.#check('position')
    return this.#options.views.position(this.#spec(instrument).index)
  }

  openOrders(): readonly OpenOrder[] {
    this.#check('openOrders')
    return this.#options.views.openOrders()
  }

  submit(order: OrderRequest): number {
    this.#check('submit')
    if (this.#options.refuses_unknown) checkSaid(order)
    const spec = this.#spec(order.instrument)
    checkUnits('quantity_units', order.quantity_units)
    if (order.side !== 'buy' && order.side !== 'sell') {
      throw new StrategyFault('bad_order', `submit: side is 'buy' or 'sell', got ${String(order.side)}`)
    }
    const { order_type, time_in_force, price_units, terms } = requestedOrder(order)
    if (this.#options.refuses_unknown) this.#checkGroup(terms)
    this.#bound()
    const counter = ++this.#memory.counter
    this.#options.sendIntent({
      type: 'submit_intent',
      account_id: this.#options.account_id,
      strategy_id: this.#options.strategy_id,
      counter,
      instrument_id: spec.instrument_id,
      instrument_index: spec.index,
      side: order.side,
      order_type,
      time_in_force,
      price_units,
      order_quantity_units: sizeUnits(order.quantity_units),
      terms,
      ts_intent_us: timeUs(this.#options.views.now_us()),
    })
    return counter
  }

  cancel(counter: number): void {
    this.#check('cancel')
    checkUnits('counter', counter)
    this.#bound()
    this.#options.sendIntent({
      type: 'cancel_intent',
      ...this.#key(counter),
      request_counter: ++this.#memory.counter,
    })
  }

  replace(counter: number, change: OrderChange): void {
    this.#check('replace')
    const { refuses_unknown, views } = this.#options
    const asked = refuses_unknown ? this.#asked(counter) : undefined
    if (refuses_unknown) checkChange(change, asked?.order_type ?? views.orderType(counter))
    checkUnits('counter', counter)
    const units = changedUnits(refuses_unknown ? change : sayingAll(change), asked)
    this.#bound()
    this.#options.sendIntent({
      type: 'replace_intent',
      ...this.#key(counter),
      request_counter: ++this.#memory.counter,
      ...units,
    })
  }

  publish(name: string, value: number): void {
    this.#check('publish')
    if (!Number.isFinite(value)) {
      throw new StrategyFault('not_a_number', `publish('${name}'): a signal is a finite number, got ${value}`)
    }
    if (this.#options.refuses_unknown) checkSignal(this.#options.strategy_id, name)
    this.#bound()
    this.#options.sendSignal(name, value)
  }

  setTimer(id: string, at_us: number): void {
    this.#check('setTimer')
    checkUnits('at_us', at_us)
    if (id === WARM_UP_TIMER) throw engineTimer(id)
    if (this.#options.refuses_unknown) {
      checkTimer('setTimer', id)
      if (!this.#options.hears_timers) throw unheardTimer(id)
    }
    this.#bound()
    this.#options.effects.setTimer(id, at_us)
  }

  cancelTimer(id: string): void {
    this.#check('cancelTimer')
    if (this.#options.refuses_unknown) {
      if (id === WARM_UP_TIMER) throw engineTimer(id)
      checkTimer('cancelTimer', id)
    }
    this.#bound()
    this.#options.effects.cancelTimer(id)
  }

  random(): number {
    this.#check('random')
    return this.#options.random.nextFloat()
  }

  /** Of a group that the running handler has asked for its type is known; of others the account's node says it. */
  #checkGroup({ group_counter, group_type }: OrderTerms): void {
    const { effects } = this.#options
    if (group_type === '' || effects.count === 0) return
    const asked = effects.intents().filter((intent) => intent.type === 'submit_intent')
    const type =
      asked.find(({ counter }) => counter === group_counter)?.terms.group_type ||
      asked.find(({ terms }) => terms.group_counter === group_counter)?.terms.group_type
    if (type && type !== group_type) throw otherGroup(group_counter, type, group_type)
  }

  /** An order that the running handler has asked for: nobody else knows it yet. */
  #asked(counter: number): SubmitIntent | undefined {
    const { effects } = this.#options
    if (effects.count === 0) return undefined
    return effects
      .intents()
      .find((intent) => intent.type === 'submit_intent' && intent.counter === counter) as
      | SubmitIntent
      | undefined
  }

  #key(counter: number) {
    const { account_id, strategy_id, views } = this.#options
    return { account_id, strategy_id, counter, ts_intent_us: timeUs(views.now_us()) }
  }

  #check(method: string): void {
    if (!this.#memory.isOpen) this.#options.onOutsideStep(method)
  }

  #bound(): void {
    const { effects, effects_max } = this.#options
    if (effects.count < effects_max) return
    throw new StrategyFault(
      'bound_exceeded',
      `one handler asked for more than ${effects_max} messages and timers (limits.step_messages_max)`,
    )
  }

  #spec(id: string): InstrumentSpec {
    const spec = this.#specs.get(id)
    if (spec === undefined) throw unknownName('instrument', id, this.instruments, 'unknown_instrument')
    return spec
  }
}

function unknownName(
  kind: string,
  name: string,
  known: readonly string[],
  code: 'unknown_name' | 'unknown_instrument' = 'unknown_name',
): StrategyFault {
  return new StrategyFault(
    code,
    `no ${kind} named '${String(name)}'; the strategy has: ${known.join(', ') || 'none'}`,
  )
}

function otherGroup(counter: number, type: GroupType, asked: GroupType): StrategyFault {
  return new StrategyFault(
    'bad_order',
    `submit: the group of order ${counter} is of the type '${type}', and none of it can be '${asked}'`,
  )
}

function engineTimer(id: string): StrategyFault {
  return new StrategyFault('unknown_name', `'${id}' is a timer of the engine`)
}

/** What no signal can be named nobody can have subscribed to. */
function checkSignal(strategy_id: string, name: unknown): void {
  if (typeof name === 'string' && parseSignalName(`${strategy_id}.${name}`) !== undefined) return
  throw new StrategyFault(
    'unknown_name',
    `publish: a signal is named by letters, digits, _ and -, got '${String(name)}'`,
  )
}

/** A timer's name is kept with the session, as text. */
function checkTimer(method: string, id: unknown): void {
  if (typeof id === 'string' && id.isWellFormed()) return
  throw new StrategyFault('unknown_name', `${method}: a timer is named by a text, got ${String(id)}`)
}

function unheardTimer(id: string): StrategyFault {
  return new StrategyFault(
    'unknown_name',
    `setTimer('${id}'): the strategy has no onTimer that would hear it`,
  )
}

/** @param refuses_unknown whether what is no text is no price either, even before one was read. */
function instrumentView(spec: InstrumentSpec, refuses_unknown: boolean): InstrumentView {
  const before = refuses_unknown ? NOT_READ : undefined
  return {
    instrument_id: spec.instrument_id,
    quote_currency: spec.quote_currency,
    price: readingOnce(before, (text) => unitsOf(text, spec.price_scale, 'price', spec.instrument_id)),
    size: readingOnce(before, (text) => unitsOf(text, spec.size_scale, 'quantity', spec.instrument_id)),
    priceText: (price_units) => decimalString(price_units, spec.price_scale),
    sizeText: (size_units) => decimalString(size_units, spec.size_scale),
  }
}

/** Remembers the text read last: a parameter is mostly asked for with each order. */
function readingOnce(before: unknown, read: (text: string) => number): (text: string) => number {
  let latest = before
  let units = 0
  return (text) => {
    if (text !== latest) {
      units = read(text)
      latest = text
    }
    return units
  }
}

function unitsOf(text: string, scale: number, what: string, instrument_id: string): number {
  const units = parseUnits(text, scale)
  if (units !== undefined) return units
  throw new StrategyFault(
    'bad_order',
    `'${text}' is no ${what} of ${instrument_id}, which has ${scale} decimals`,
  )
}
