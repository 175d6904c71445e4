// The gate's checks, cheap and absolute first. Each fails closed: what is missing, stale or out of range denies. Pure
// questions; the risk actor asks them and keeps the score. Whoever hands in `note` is told what each measures.

import { type InstrumentSpec, priceReason, quantityReason } from '../../engine/instrument-spec.ts'
import type { MarketTable } from '../../engine/market/market-table.ts'
import { MONEY_OVERFLOW, notionalMoney } from '../../engine/money/money.ts'
import { trailReason } from '../../engine/trigger/trigger.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import {
  hasLimit,
  hasTrigger,
  isPlain,
  isTrailing,
  type NewOrderSingle,
  type OrderCancelReplaceRequest,
  type OrderType,
  type Side,
} from '../../schemas/messages/order.ts'
import type { OrderTerms } from '../../schemas/messages/order-terms.ts'
import type { DenialCode } from '../../schemas/messages/risk.ts'
import type { SecurityTradingStatus } from '../../schemas/messages/security-status.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { placeOf } from '../../schemas/place-of.ts'
import { decimalString, type PriceUnits, type SizeUnits } from '../../schemas/units.ts'
import type { NoteCheck } from '../decision-trace.ts'
import type { Exposure } from './exposure.ts'
import { collarPrice, type GateLimits } from './gate-limits.ts'

/** Why not, with the value that broke the rule and its limit for people. */
export type Refusal = { readonly code: DenialCode; readonly value: string; readonly limit: string }

/** What of an order a venue's table is about. */
export type Told = Pick<NewOrderSingle, 'order_type' | 'time_in_force' | 'terms'>

export function refusal(code: DenialCode, value = '', limit = ''): Refusal {
  return { code, value, limit }
}

/** Whether its trail could ever be met, by whoever follows it. */
export function checkTrail(
  spec: InstrumentSpec,
  { order_type, side, terms }: Pick<NewOrderSingle, 'order_type' | 'side' | 'terms'>,
  note?: NoteCheck,
): Refusal | undefined {
  if (!isTrailing(order_type)) return undefined
  const { trail_offset, trail_unit, activation_price_units } = terms
  const reason = trailReason(spec, side, terms)
  const offset = `${trail_offset} ${trail_unit}`
  note?.('trail', `${offset}, activation ${activation_price_units}`, 'one that can be met')
  if (reason === 'trail_offset') return refusal(reason, offset, 'less than 10000 basis_points')
  return reason === ''
    ? undefined
    : refusal(reason, decimalOf(activation_price_units, spec.price_scale), 'activation above 0')
}

export function checkCapability(
  command: Told,
  capabilities: CapabilityTable,
  note?: NoteCheck,
): Refusal | undefined {
  const { order_type, time_in_force, terms } = command
  note?.('order_type', `${order_type} ${time_in_force}`, takenBy(capabilities, order_type))
  const times_in_force = capabilities.orders[order_type]
  if (times_in_force === undefined || placeOf(times_in_force, time_in_force) < 0) {
    return refusal('order_type_not_supported', `${order_type} ${time_in_force}`)
  }
  if (isPlain(command)) return undefined
  note?.('order_terms', '', 'those the venue takes')
  return checkTermsTaken(order_type, terms, capabilities)
}

function takenBy({ orders }: CapabilityTable, order_type: OrderType): string {
  return `${order_type} ${orders[order_type]?.join(', ') ?? '(not taken)'}`
}

function checkTermsTaken(
  order_type: OrderType,
  terms: OrderTerms,
  capabilities: CapabilityTable,
): Refusal | undefined {
  const watches = hasTrigger(order_type) || isTrailing(order_type)
  if (watches && capabilities.trigger_methods?.includes(terms.trigger_method) !== true) {
    return refusal('trigger_not_supported', terms.trigger_method)
  }
  if (terms.post_only && capabilities.post_only !== true) return refusal('flag_not_supported', 'post_only')
  if (terms.reduce_only && capabilities.reduce_only !== true)
    return refusal('flag_not_supported', 'reduce_only')
  if (terms.display_quantity_units !== 0 && capabilities.display_quantity !== true)
    return refusal('flag_not_supported', 'display_quantity')
  const { contingencies } = capabilities
  if (terms.parent_counter !== 0 && contingencies?.includes('oto') !== true)
    return refusal('contingency_not_supported', 'oto')
  if (terms.group_type !== '' && contingencies?.includes(terms.group_type) !== true)
    return refusal('contingency_not_supported', terms.group_type)
  return undefined
}

/** What an order says beyond its type must make sense by itself, whoever then works it. */
export function checkTerms(
  spec: InstrumentSpec,
  command: NewOrderSingle,
  now_us: number,
  note?: NoteCheck,
): Refusal | undefined {
  const { time_in_force, terms } = command
  const refused = checkWatched(spec, command, now_us, note)
  if (refused !== undefined) return refused
  if (time_in_force === 'gtd') note?.('expire_time', `${terms.expire_time_us} us`, `after ${now_us} us`)
  if (time_in_force === 'gtd' && terms.expire_time_us <= now_us) {
    return refusal('expire_time_past', `${terms.expire_time_us} us`, `${now_us} us`)
  }
  return checkDisplay(spec, command, note)
}

/** The trigger it names is a price, and a trail stays some way behind. */
function checkWatched(
  spec: InstrumentSpec,
  { order_type, terms }: Pick<NewOrderSingle, 'order_type' | 'terms'>,
  now_us: number,
  note?: NoteCheck,
): Refusal | undefined {
  const { trigger_price_units: trigger, trail_offset } = terms
  if (hasTrigger(order_type) || trigger !== 0) {
    const refused = checkTrigger(spec, trigger, now_us, note)
    if (refused !== undefined) return refused
  }
  if (!isTrailing(order_type)) return undefined
  note?.('trail_offset', String(trail_offset), 'more than 0')
  return trail_offset > 0 ? undefined : refusal('trail_offset', String(trail_offset))
}

function checkDisplay(
  spec: InstrumentSpec,
  command: Pick<NewOrderSingle, 'terms' | 'order_quantity_units'>,
  note?: NoteCheck,
): Refusal | undefined {
  const { display_quantity_units: display } = command.terms
  if (display === 0) return undefined
  note?.(
    'display_quantity',
    decimalOf(display, spec.size_scale),
    decimalOf(command.order_quantity_units, spec.size_scale),
  )
  const reason = quantityReason(spec, display)
  if (reason === '' && display <= command.order_quantity_units) return undefined
  const total = decimalOf(command.order_quantity_units, spec.size_scale)
  return refusal('display_quantity', decimalOf(display, spec.size_scale), total)
}

/** What an order that waits elsewhere first says for good, whatever the market does until it goes out. */
export function checkSaid(
  spec: InstrumentSpec,
  order: Told & Pick<NewOrderSingle, 'side' | 'price_units' | 'order_quantity_units'>,
  now_us: number,
): Refusal | undefined {
  return (
    checkWatched(spec, order, now_us) ??
    checkTrail(spec, order) ??
    checkDisplay(spec, order) ??
    (hasLimit(order.order_type) ? checkIncrement('price', spec, order.price_units, now_us) : undefined) ??
    checkLot(spec, order.order_quantity_units)
  )
}

/** What a change of such an order says for good. */
export function checkChanged(
  spec: InstrumentSpec,
  order_type: OrderType,
  change: Pick<OrderCancelReplaceRequest, 'price_units' | 'trigger_price_units' | 'order_quantity_units'>,
  now_us: number,
): Refusal | undefined {
  return (
    (hasTrigger(order_type) ? checkTrigger(spec, change.trigger_price_units, now_us) : undefined) ??
    (hasLimit(order_type) ? checkIncrement('price', spec, change.price_units, now_us) : undefined) ??
    checkLot(spec, change.order_quantity_units)
  )
}

export function checkTrigger(
  spec: InstrumentSpec,
  trigger_price_units: number,
  now_us: number,
  note?: NoteCheck,
): Refusal | undefined {
  return checkIncrement('trigger_price', spec, trigger_price_units, now_us, note)
}

/** While an instrument does not trade, a venue takes no order, or only what can wait. */
export function checkStatus(
  status: SecurityTradingStatus,
  order: Pick<NewOrderSingle, 'time_in_force' | 'terms'> | undefined,
  { closed_orders, halted_orders }: CapabilityTable,
  note?: NoteCheck,
): Refusal | undefined {
  note?.('trading_status', status, 'trading, or one the venue takes the order in')
  if (status === 'trading') return undefined
  if (status === 'closed' && closed_orders !== true) return refusal('market_closed')
  if (status === 'halted' && halted_orders !== true) return refusal('market_halted')
  if (order === undefined) return undefined
  const { time_in_force, terms } = order
  const waits = time_in_force !== 'ioc' && time_in_force !== 'fok' && !terms.post_only
  return waits ? undefined : refusal('not_in_call', terms.post_only ? 'post_only' : time_in_force, status)
}

/**
 * A price to measure against must be there and young. One of an instrument that does not trade is as old as it was when
 * trading stopped.
 */
export function checkReference(
  table: MarketTable,
  spec: InstrumentSpec,
  now_us: number,
  stale_after_us: number,
  note?: NoteCheck,
): Refusal | undefined {
  note?.('reference_price', table.hasPrice(spec.index) ? 'there' : 'none', 'there')
  if (!table.hasPrice(spec.index)) return refusal('no_reference_price')
  const age_us = now_us - (table.ts_seq_us[spec.index] as number)
  note?.('reference_age', `${age_us} us`, `${stale_after_us} us`)
  if (age_us <= stale_after_us) return undefined
  return refusal('market_data_stale', `${age_us} us`, `${stale_after_us} us`)
}

/** @param from_price_units where the order would meet the book: the touch, or its trigger price. */
export function checkPrice(
  spec: InstrumentSpec,
  side: Side,
  price_units: number,
  from_price_units: number,
  collar: bigint,
  now_us: number,
  note?: NoteCheck,
): Refusal | undefined {
  const refused = checkIncrement('price', spec, price_units, now_us, note)
  if (refused !== undefined) return refused
  const isBuy = side === 'buy'
  const limit = collarPrice(from_price_units, collar, isBuy)
  note?.('price_collar', decimalOf(price_units, spec.price_scale), decimalOf(limit, spec.price_scale))
  if (isBuy ? price_units <= limit : price_units >= limit) return undefined
  return refusal('price_collar', decimalOf(price_units, spec.price_scale), decimalOf(limit, spec.price_scale))
}

function checkIncrement(
  what: 'price' | 'trigger_price',
  spec: InstrumentSpec,
  price_units: number,
  now_us: number,
  note?: NoteCheck,
): Refusal | undefined {
  note?.(what, decimalOf(price_units, spec.price_scale), 'on the increment')
  const reason = priceReason(spec, price_units, now_us)
  return reason === '' ? undefined : refusal(reason, decimalOf(price_units, spec.price_scale))
}

export function checkQuantity(
  spec: InstrumentSpec,
  quantity_units: number,
  limits: GateLimits,
  note?: NoteCheck,
): Refusal | undefined {
  const refused = checkLot(spec, quantity_units, note)
  if (refused !== undefined) return refused
  const max = limits.order_quantity_max[spec.index] as number
  note?.('order_quantity_max', decimalOf(quantity_units, spec.size_scale), decimalOf(max, spec.size_scale))
  if (quantity_units <= max) return undefined
  return refusal(
    'order_quantity_max',
    decimalOf(quantity_units, spec.size_scale),
    decimalOf(max, spec.size_scale),
  )
}

function checkLot(spec: InstrumentSpec, quantity_units: number, note?: NoteCheck): Refusal | undefined {
  note?.('quantity', decimalOf(quantity_units, spec.size_scale), 'on the lot')
  const reason = quantityReason(spec, quantity_units)
  return reason === '' ? undefined : refusal(reason, decimalOf(quantity_units, spec.size_scale))
}

/** @param price_units the worst price the order can trade at, as far as the gate can tell. */
export function checkNotional(
  spec: InstrumentSpec,
  price_units: number,
  quantity_units: number,
  limits: GateLimits,
  note?: NoteCheck,
): Refusal | undefined {
  const notional = notionalMoney(spec, price_units as PriceUnits, quantity_units as SizeUnits)
  note?.('order_notional', notional === MONEY_OVERFLOW ? 'overflow' : 'representable', 'representable')
  if (notional === MONEY_OVERFLOW) return refusal('money_overflow')
  note?.('conversion_rate', spec.quote_currency, 'configured')
  if (!limits.conversion.has(spec.quote_currency)) return refusal('no_conversion_rate', spec.quote_currency)
  const converted = limits.conversion.convert(notional, spec.quote_currency)
  note?.(
    'order_notional_max',
    decimalString(converted, MONEY_SCALE),
    decimalString(limits.order_notional_max, MONEY_SCALE),
  )
  if (converted <= limits.order_notional_max) return undefined
  const limit = decimalString(limits.order_notional_max, MONEY_SCALE)
  return refusal('order_notional_max', decimalString(converted, MONEY_SCALE), limit)
}

export function checkPosition(
  spec: InstrumentSpec,
  exposure: Exposure,
  side: Side,
  extra_units: number,
  limits: GateLimits,
  note?: NoteCheck,
): Refusal | undefined {
  const worst = exposure.worst(spec.index, side, extra_units)
  const max = limits.position_quantity_max[spec.index] as number
  note?.('position_quantity_max', decimalOf(worst, spec.size_scale), decimalOf(max, spec.size_scale))
  if (worst <= max) return undefined
  return refusal('position_quantity_max', decimalOf(worst, spec.size_scale), decimalOf(max, spec.size_scale))
}

/** In reduce-only an order may close what is open on the other side, counting all that already would, and no more. */
export function checkReduces(
  spec: InstrumentSpec,
  exposure: Exposure,
  side: Side,
  extra_units: number,
  note?: NoteCheck,
): Refusal | undefined {
  const worst = exposure.worst(spec.index, side, extra_units)
  note?.('reduce_only', decimalOf(worst, spec.size_scale), '0')
  return worst <= 0 ? undefined : refusal('account_reduce_only')
}

/** The price of largest magnitude a limit order can trade at now: its limit, or the touch where that is better. */
export function worstPrice(side: Side, limit_price_units: number, touch_price_units: number): number {
  const better = side === 'buy' ? Math.min : Math.max
  const best = better(limit_price_units, touch_price_units)
  return Math.abs(best) > Math.abs(limit_price_units) ? best : limit_price_units
}

/**
 * The price of largest magnitude that an order of market kind is expected to trade at once its trigger is met: the
 * touch, or the trigger and a collar beyond it, since a gap trades at the first price beyond.
 */
export function worstTrigger(
  side: Side,
  trigger_price_units: number,
  touch_price_units: number,
  collar: bigint,
): number {
  const { MAX_SAFE_INTEGER: most } = Number
  // Beyond the last price that can be counted there is no worse one.
  const beyond = Math.max(-most, Math.min(most, collarPrice(trigger_price_units, collar, side === 'buy')))
  return [trigger_price_units, touch_price_units].reduce(
    (worst, price) => (Math.abs(price) > Math.abs(worst) ? price : worst),
    beyond,
  )
}

/** The price a market order meets. */
export function touch(table: MarketTable, spec: InstrumentSpec, side: Side): number {
  const column = side === 'buy' ? table.ask_price_units : table.bid_price_units
  return column[spec.index] as number
}

function decimalOf(units: number, scale: number): string {
  return Number.isSafeInteger(units) ? decimalString(units, scale) : String(units)
}
