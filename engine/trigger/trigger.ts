// When the trigger of an order is met, and how a trailing stop follows the market. The simulated exchange and the engine's
// own emulation ask the same questions here, so that an order triggers alike whoever keeps it.

import type { OrderType, Side } from '../../schemas/messages/order.ts'
import type { OrderTerms, TriggerMethod } from '../../schemas/messages/order-terms.ts'
import type { PriceUnits } from '../../schemas/units.ts'
import { type InstrumentSpec, incrementUnits } from '../instrument-spec.ts'

const BASIS_POINTS = 10_000

/** What of an order its trigger is made of; the last three change as a trailing stop follows. */
export type TriggerState = {
  readonly order_type: OrderType
  readonly side: Side
  readonly terms: OrderTerms
  trigger_price_units: PriceUnits
  is_trailing: boolean
  /** The best price a trailing stop has seen. */
  anchor_price_units: PriceUnits
}

/** What an order of the type is once nothing holds it back; '' for one that waits for no trigger. */
export function workingType(order_type: OrderType): 'market' | 'limit' | '' {
  switch (order_type) {
    case 'stop':
    case 'market_if_touched':
    case 'trailing_stop':
      return 'market'
    case 'stop_limit':
    case 'limit_if_touched':
    case 'trailing_stop_limit':
      return 'limit'
    default:
      return ''
  }
}

/** The price a trigger watches: by `bid_ask` the side the order will meet. A middle may be a half. */
export function watchedPrice(
  method: TriggerMethod,
  side: Side,
  bid_price_units: number,
  ask_price_units: number,
  last_price_units: number | undefined,
): number | undefined {
  if (method === 'bid_ask') return side === 'buy' ? ask_price_units : bid_price_units
  return method === 'mid' ? (bid_price_units + ask_price_units) / 2 : last_price_units
}

/** Buy stops and sells if touched are met by a rise, sell stops and buys if touched by a fall. */
export function risesToTrigger({ order_type, side }: Pick<TriggerState, 'order_type' | 'side'>): boolean {
  const isTouch = order_type === 'market_if_touched' || order_type === 'limit_if_touched'
  return isTouch ? side === 'sell' : side === 'buy'
}

export function isTriggerMet(state: TriggerState, price: number): boolean {
  if (trails(state) && !state.is_trailing) return false
  return risesToTrigger(state) ? price >= state.trigger_price_units : price <= state.trigger_price_units
}

/**
 * Moves a trailing order's stop behind the best price it has seen. It never moves back, and a first stop stands until the
 * trail is beyond it: from a new best price on, or from its activation price.
 * @param terms_hold see schemas/behaviour.ts; before, a trail came to its activation price with its first stop, and was on
 * the increment of the price it follows, whatever that of its own was.
 */
export function followPrice(
  state: TriggerState,
  price: number,
  spec: InstrumentSpec,
  ts_us: number,
  terms_hold: boolean,
): void {
  if (!trails(state)) return
  const sign = state.side === 'sell' ? 1 : -1
  const { activation_price_units: activation, trigger_price_units: first } = state.terms
  if (!state.is_trailing) {
    if (activation !== 0 && sign * price < sign * activation) return
    state.is_trailing = true
    state.anchor_price_units = price as PriceUnits
    const stop = stopBehind(state, price, spec, ts_us, terms_hold)
    const isBeyond = terms_hold && activation !== 0 && sign * stop > sign * first
    if (first === 0 || isBeyond) state.trigger_price_units = stop
    return
  }
  if (sign * price <= sign * state.anchor_price_units) return
  state.anchor_price_units = price as PriceUnits
  const stop = stopBehind(state, price, spec, ts_us, terms_hold)
  if (sign * stop > sign * state.trigger_price_units) state.trigger_price_units = stop
}

/**
 * The limit a triggered order works at; 0 for a market order. On the price increment, away from the market where it falls
 * between, and a price there is; without a spec, as before that behaviour, whatever comes out.
 */
export function triggeredLimit(
  state: TriggerState,
  price_units: PriceUnits,
  spec: InstrumentSpec | undefined,
  ts_us: number,
): PriceUnits {
  if (state.order_type !== 'trailing_stop_limit') return price_units
  const isBuy = state.side === 'buy'
  const { limit_offset_units } = state.terms
  const limit = state.trigger_price_units + (isBuy ? limit_offset_units : -limit_offset_units)
  if (spec === undefined) return limit as PriceUnits
  const increment = incrementUnits(spec, limit, ts_us) ?? 1
  const price = (isBuy ? Math.ceil(limit / increment) : Math.floor(limit / increment)) * increment
  if (spec.allow_non_positive_price) return price as PriceUnits
  return Math.max(price, incrementUnits(spec, 0, ts_us) ?? 1) as PriceUnits
}

export function trails({ order_type }: Pick<TriggerState, 'order_type'>): boolean {
  return order_type === 'trailing_stop' || order_type === 'trailing_stop_limit'
}

/**
 * Why an order cannot trail as it says; '' where it can. Where prices are above zero no market comes to an activation price
 * below, or to the stop of a sell that stays its whole price behind. A buy's stop can be any way above.
 */
export function trailReason(
  { allow_non_positive_price }: Pick<InstrumentSpec, 'allow_non_positive_price'>,
  side: Side,
  { trail_offset, trail_unit, activation_price_units }: OrderTerms,
): '' | 'trail_offset' | 'price_not_positive' {
  if (!(trail_offset > 0)) return 'trail_offset'
  if (allow_non_positive_price) return ''
  if (side === 'sell' && trail_unit === 'basis_points' && trail_offset >= BASIS_POINTS) return 'trail_offset'
  return activation_price_units < 0 ? 'price_not_positive' : ''
}

/** On the price increment, away from the market where it falls between. */
function stopBehind(
  { side, terms }: TriggerState,
  price: number,
  spec: InstrumentSpec,
  ts_us: number,
  terms_hold: boolean,
): PriceUnits {
  const { trail_offset, trail_unit } = terms
  const tick = incrementUnits(spec, price, ts_us) ?? 1
  const offset =
    trail_unit === 'price'
      ? trail_offset
      : trail_unit === 'ticks'
        ? trail_offset * tick
        : (Math.abs(price) * trail_offset) / BASIS_POINTS
  const behind = side === 'sell' ? price - offset : price + offset
  const increment = terms_hold ? (incrementUnits(spec, behind, ts_us) ?? 1) : tick
  const stop = side === 'sell' ? Math.floor(behind / increment) : Math.ceil(behind / increment)
  return (stop * increment) as PriceUnits
}
