// What an author writes: a definition with handlers. Lifecycle, warm-up, persistence of `ctx.state` and journaling come
// from the engine. A handler runs inside one step: it is synchronous, and reads time and randomness from its context.

import type { Static, TSchema } from 'typebox'
import type { IndicatorSpec } from '../../engine/indicators/indicator.ts'
import type { Bar, BarPriceType, Signal } from '../../schemas/messages/market.ts'
import type { Fill, OrderFact } from '../../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import type { QuoteView, StatusView, StrategyContext, TradeView } from './context.ts'
import { refuseDefinition } from './refuse-definition.ts'

export const STRATEGY_KIND = 'orrery.strategy'

/** A bar series a strategy wants: built from ticks, or imported where the configuration has such a source. */
export type BarSubscription = {
  readonly instrument: string
  readonly interval_us: number
  readonly price_type: BarPriceType
}

/** An indicator the signal actor keeps up to date over one of the strategy's bar series. */
export type IndicatorSubscription = { readonly bars: string; readonly spec: IndicatorSpec }

/** What the definition's set-up functions see. */
export type SetUp<Params> = {
  readonly params: Params
  /** The instruments the configuration gives the strategy, in its order. */
  readonly instruments: readonly string[]
}

export type StrategyDefinition<Schema extends TSchema = TSchema, State = unknown> = {
  readonly kind: typeof STRATEGY_KIND
  readonly name: string
  /** Schema of the parameters; the configuration is validated by it before anything runs. */
  readonly params: Schema
  /** Bar series by the strategy's own name for them. */
  readonly bars?: (setUp: SetUp<Static<Schema>>) => Readonly<Record<string, BarSubscription>>
  /** Indicators by name; the strategy is warm when all of them are ready. */
  readonly indicators?: (setUp: SetUp<Static<Schema>>) => Readonly<Record<string, IndicatorSubscription>>
  /** Signals of other strategies, `<strategy id>.<name>`, which onSignal hears. */
  readonly signals?: (setUp: SetUp<Static<Schema>>) => readonly string[]
  /** Engine time that must pass before the strategy is warm. */
  readonly warm_up_us?: (setUp: SetUp<Static<Schema>>) => number
  /** Initial state: plain data, kept across snapshots and restarts by the engine. */
  readonly state: (setUp: SetUp<Static<Schema>>) => State
  /**
   * Takes over what an earlier version of the strategy kept, when a session goes on with a changed build, strategy or
   * configuration; absent: it starts from `state`. Either way it warms up again.
   */
  readonly migrate?: (former: unknown, setUp: SetUp<Static<Schema>>) => State
  readonly onStart?: (ctx: StrategyContext<Static<Schema>, State>) => void
  readonly onQuote?: (ctx: StrategyContext<Static<Schema>, State>, quote: QuoteView) => void
  readonly onTrade?: (ctx: StrategyContext<Static<Schema>, State>, trade: TradeView) => void
  /** `name` is the strategy's own name of the series. */
  readonly onBar?: (ctx: StrategyContext<Static<Schema>, State>, bar: Bar, name: string) => void
  readonly onSignal?: (ctx: StrategyContext<Static<Schema>, State>, signal: Signal) => void
  /** Every change of the strategy's orders, fills included. */
  readonly onOrder?: (ctx: StrategyContext<Static<Schema>, State>, fact: OrderFact) => void
  readonly onFill?: (ctx: StrategyContext<Static<Schema>, State>, fill: Fill) => void
  /** The gate refused an order, a replace or a cancel; `reason_code` says why. */
  readonly onDenied?: (ctx: StrategyContext<Static<Schema>, State>, denial: OrderDenied) => void
  /** An instrument of the strategy opens, closes, is halted or goes on: `ctx.status(id)` has the status at any time. */
  readonly onStatus?: (ctx: StrategyContext<Static<Schema>, State>, status: StatusView) => void
  readonly onTimer?: (ctx: StrategyContext<Static<Schema>, State>, id: string) => void
  readonly onStop?: (ctx: StrategyContext<Static<Schema>, State>) => void
}

const REQUIRED_KEYS = ['name', 'params', 'state'] as const

const OPTIONAL_KEYS = [
  'bars',
  'indicators',
  'signals',
  'warm_up_us',
  'migrate',
  'onStart',
  'onQuote',
  'onTrade',
  'onBar',
  'onSignal',
  'onOrder',
  'onFill',
  'onDenied',
  'onStatus',
  'onTimer',
  'onStop',
] as const

/** The type has no key that these lists lack: `never`, or this line does not compile. */
type Unlisted = Exclude<
  keyof StrategyDefinition,
  'kind' | (typeof REQUIRED_KEYS)[number] | (typeof OPTIONAL_KEYS)[number]
>
const KNOWN_KEYS: readonly ([Unlisted] extends [never] ? string : never)[] = [
  ...REQUIRED_KEYS,
  ...OPTIONAL_KEYS,
]

/** The author's way in: gives the handlers their types and marks the export as a strategy. */
export function defineStrategy<Schema extends TSchema, State>(
  definition: Omit<StrategyDefinition<Schema, State>, 'kind'>,
): StrategyDefinition<Schema, State> {
  refuseUnfit(definition)
  return { kind: STRATEGY_KIND, ...definition }
}

/** @param where what is refused, for people; absent: the author's line that is running. */
export function refuseUnfit(definition: object, where?: string): void {
  refuseDefinition(definition, REQUIRED_KEYS, KNOWN_KEYS, where)
}
