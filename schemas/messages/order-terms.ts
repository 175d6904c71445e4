// What an order says beyond side, type, price and quantity. Most orders say nothing more: they share one object,
// `PLAIN_TERMS`, by which code and codecs know them at once.

import type { PriceUnits, SizeUnits, TimeUs } from '../units.ts'

/** FIX TriggerPriceType (1107), as far as it is used: which price a trigger watches. `bid_ask` is the side it will meet. */
export const TRIGGER_METHODS = ['bid_ask', 'last', 'mid'] as const
export type TriggerMethod = (typeof TRIGGER_METHODS)[number]

/** FIX PegOffsetType (836): what an offset counts. Basis points are of the price that is trailed. */
export const TRAIL_UNITS = ['price', 'ticks', 'basis_points'] as const
export type TrailUnit = (typeof TRAIL_UNITS)[number]

/** FIX ContingencyType (1385): one cancels the other, one updates the other. '' stands alone. */
export const GROUP_TYPES = ['', 'oco', 'ouo'] as const
export type GroupType = (typeof GROUP_TYPES)[number]

/** When a child of a one-triggers-other order is released: with each part its parent trades, or when all of it has traded. */
export const PARENT_FILLS = ['partial', 'full'] as const
export type ParentFill = (typeof PARENT_FILLS)[number]

/** Numbers that do not apply are 0. */
export type OrderTerms = {
  /** FIX StopPx (99) or TriggerPrice (1102); of a trailing order 0, or where its stop stands at first. */
  readonly trigger_price_units: PriceUnits
  readonly trigger_method: TriggerMethod
  /** How far a trailing stop stays behind the best price seen, counted in `trail_unit`. */
  readonly trail_offset: number
  readonly trail_unit: TrailUnit
  /** How far beyond its stop the limit of a trailing stop-limit order stands; 0: at the stop. */
  readonly limit_offset_units: PriceUnits
  /** A trailing stop begins to trail when the market is here or better; 0: at once. */
  readonly activation_price_units: PriceUnits
  /** FIX ExpireTime (126) of an order good till date. */
  readonly expire_time_us: TimeUs
  /** FIX ExecInst 6: never takes liquidity. */
  readonly post_only: boolean
  /** Closes what is open and never turns it over. */
  readonly reduce_only: boolean
  /** FIX DisplayQty (1138); 0: all of it is shown. */
  readonly display_quantity_units: SizeUnits
  /** The order, by its counter, whose fill releases this one; 0: none. */
  readonly parent_counter: number
  readonly parent_fill: ParentFill
  /** The first order, by its counter, of the group this one is of; 0: none. */
  readonly group_counter: number
  readonly group_type: GroupType
}

export const PLAIN_TERMS: OrderTerms = Object.freeze({
  trigger_price_units: 0 as PriceUnits,
  trigger_method: 'bid_ask',
  trail_offset: 0,
  trail_unit: 'price',
  limit_offset_units: 0 as PriceUnits,
  activation_price_units: 0 as PriceUnits,
  expire_time_us: 0 as TimeUs,
  post_only: false,
  reduce_only: false,
  display_quantity_units: 0 as SizeUnits,
  parent_counter: 0,
  parent_fill: 'partial',
  group_counter: 0,
  group_type: '',
})

/** The shared object where terms read back say no more than it: code knows plain orders by it. */
export function sharedTerms(terms: OrderTerms): OrderTerms {
  const isPlain = (Object.keys(PLAIN_TERMS) as (keyof OrderTerms)[]).every(
    (name) => terms[name] === PLAIN_TERMS[name],
  )
  return isPlain ? PLAIN_TERMS : terms
}
