// What an author writes to have a simulated exchange fill orders, or answer to them, in a way of its own. A model is asked
// between steps, as the exchange works: it is synchronous, its answers depend on what it is given and on its state alone,
// and its state is kept in snapshots like a strategy's.

import type { Static, TSchema } from 'typebox'
import type { LiquiditySide, OrderType, Side, TimeInForce } from '../../schemas/messages/order.ts'
import { refuseDefinition } from './refuse-definition.ts'

export const FILL_MODEL_KIND = 'orrery.fill_model'
export const IMPACT_MODEL_KIND = 'orrery.impact_model'

/** An order as the venue has it. Prices and quantities count units of the instrument's scales. */
export type ModelOrder = {
  readonly instrument_id: string
  readonly side: Side
  readonly order_type: OrderType
  readonly time_in_force: TimeInForce
  /** 0 where it names none. */
  readonly price_units: number
  readonly order_quantity_units: number
  readonly cum_quantity_units: number
  /** In the book; an order that is just being matched is not. */
  readonly is_resting: boolean
}

export type ModelFill = {
  readonly instrument_id: string
  readonly side: Side
  readonly price_units: number
  readonly quantity_units: number
  /** '' for a trade of an auction. */
  readonly liquidity_side: LiquiditySide
}

export type ModelContext<Params, State> = {
  readonly params: Params
  /** Plain data, the model's to change. */
  readonly state: State
  /** Uniform in [0, 1), from a stream of the venue's own. */
  readonly random: () => number
}

/** What a model that may be asked any number of times has: no chance, and a state to read. */
export type ModelView<Params, State> = {
  readonly params: Params
  readonly state: Readonly<State>
}

type Common<Schema extends TSchema, State> = {
  readonly name: string
  /** Schema of the parameters; the configuration is validated by it before anything runs. */
  readonly params: Schema
  /** What it begins with. */
  readonly state: (params: Static<Schema>) => State
}

export type FillModelDefinition<Schema extends TSchema = TSchema, State = unknown> = Common<Schema, State> & {
  readonly kind: typeof FILL_MODEL_KIND
  /** Whether what a market order finds no size for trades one price increment worse; else it is canceled. */
  readonly fills_residual: boolean
  /**
   * Of the units shown at a price, or traded there, how many this order may take: a whole number up to all of them.
   * `taken_units`: what orders of the run have taken of the same showing, or trade, and is no more among those shown.
   */
  readonly available: (
    ctx: ModelContext<Static<Schema>, State>,
    order: ModelOrder,
    shown_units: number,
    taken_units: number,
  ) => number
  /** By how many whole increments, up to 1,000,000,000, an arriving market order fills worse than shown; absent: none. */
  readonly slippageIncrements?: (ctx: ModelContext<Static<Schema>, State>, order: ModelOrder) => number
  /** Whether a resting order fills now that its own side of the market touches its price; absent: never. */
  readonly fillsTouched?: (ctx: ModelContext<Static<Schema>, State>, order: ModelOrder) => boolean
}

export type ImpactModelDefinition<Schema extends TSchema = TSchema, State = unknown> = Common<
  Schema,
  State
> & {
  readonly kind: typeof IMPACT_MODEL_KIND
  /** An order of the run traded, at engine time `ts_us`. */
  readonly onFill: (ctx: ModelContext<Static<Schema>, State>, fill: ModelFill, ts_us: number) => void
  /**
   * By how many whole increments a side of an instrument meets worse prices than the data shows: from 0 to 1,000,000,000. It
   * may be asked any number of times: it draws nothing by chance, and must not change its state.
   */
  readonly incrementsWorse: (
    ctx: ModelView<Static<Schema>, State>,
    instrument_id: string,
    side: Side,
    ts_us: number,
  ) => number
}

const FILL_KEYS = ['name', 'params', 'state', 'fills_residual', 'available'] as const
const FILL_OPTIONS = ['slippageIncrements', 'fillsTouched'] as const
const IMPACT_KEYS = ['name', 'params', 'state', 'onFill', 'incrementsWorse'] as const

export function defineFillModel<Schema extends TSchema, State>(
  definition: Omit<FillModelDefinition<Schema, State>, 'kind'>,
): FillModelDefinition<Schema, State> {
  refuseUnfitModel('fills', definition)
  return { kind: FILL_MODEL_KIND, ...definition }
}

export function defineImpactModel<Schema extends TSchema, State>(
  definition: Omit<ImpactModelDefinition<Schema, State>, 'kind'>,
): ImpactModelDefinition<Schema, State> {
  refuseUnfitModel('impact', definition)
  return { kind: IMPACT_MODEL_KIND, ...definition }
}

/** @param where what is refused, for people; absent: the author's line that is running. */
export function refuseUnfitModel(part: 'fills' | 'impact', definition: object, where?: string): void {
  if (part === 'impact') refuseDefinition(definition, IMPACT_KEYS, IMPACT_KEYS, where, 'impact model')
  else refuseDefinition(definition, FILL_KEYS, [...FILL_KEYS, ...FILL_OPTIONS], where, 'fill model')
}
