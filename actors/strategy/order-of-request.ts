// An author's order request, checked and made whole: what cannot be an order faults the strategy where it asks.

import type { ReplaceIntent, SubmitIntent } from '../../schemas/messages/intent.ts'
import {
  mayHaveLimit,
  ORDER_TYPES,
  type OrderType,
  TIMES_IN_FORCE,
  type TimeInForce,
} from '../../schemas/messages/order.ts'
import {
  GROUP_TYPES,
  type OrderTerms,
  PARENT_FILLS,
  PLAIN_TERMS,
  TRAIL_UNITS,
  TRIGGER_METHODS,
} from '../../schemas/messages/order-terms.ts'
import { placeOf } from '../../schemas/place-of.ts'
import { type PriceUnits, priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import { checkKeys } from './check-keys.ts'
import { checkUnits } from './check-units.ts'
import type { OrderChange, OrderRequest } from './context.ts'
import { StrategyFault } from './strategy-fault.ts'

export type RequestedOrder = {
  readonly order_type: OrderType
  readonly time_in_force: TimeInForce
  readonly price_units: PriceUnits
  readonly terms: OrderTerms
}

/** Of each type, what it must say and what it may not. */
export const ORDER_NEEDS: {
  readonly [type in OrderType]: {
    readonly limit: boolean
    readonly trigger: boolean
    readonly trail: boolean
  }
} = {
  market: { limit: false, trigger: false, trail: false },
  limit: { limit: true, trigger: false, trail: false },
  stop: { limit: false, trigger: true, trail: false },
  stop_limit: { limit: true, trigger: true, trail: false },
  market_to_limit: { limit: false, trigger: false, trail: false },
  market_if_touched: { limit: false, trigger: true, trail: false },
  limit_if_touched: { limit: true, trigger: true, trail: false },
  trailing_stop: { limit: false, trigger: false, trail: true },
  trailing_stop_limit: { limit: false, trigger: false, trail: true },
}

const ORDER_KEYS = new Set<keyof OrderRequest>([
  'instrument',
  'side',
  'quantity_units',
  'order_type',
  'limit_price_units',
  'trigger_price_units',
  'trigger_method',
  'trail',
  'time_in_force',
  'expire_time_us',
  'post_only',
  'reduce_only',
  'display_quantity_units',
  'parent',
  'group',
])
const TRAIL_KEYS = new Set<keyof NonNullable<OrderRequest['trail']>>([
  'offset',
  'unit',
  'limit_offset_units',
  'activation_price_units',
])
const PARENT_KEYS = new Set<keyof NonNullable<OrderRequest['parent']>>(['counter', 'fill'])
const GROUP_KEYS = new Set<keyof NonNullable<OrderRequest['group']>>(['counter', 'type'])
const CHANGE_KEYS = new Set<keyof OrderChange>(['quantity_units', 'limit_price_units', 'trigger_price_units'])

/**
 * Faults what an order says that would be passed over: names that it has not, flags that are neither true nor false, links to
 * no order, and what only another type of order has.
 */
export function checkSaid(order: OrderRequest): void {
  const { trail, parent, group } = order
  checkKeys('submit: an order', order, ORDER_KEYS)
  if (trail !== undefined) checkKeys('submit: trail', trail, TRAIL_KEYS)
  if (parent !== undefined) checkKeys('submit: parent', parent, PARENT_KEYS)
  if (group !== undefined) checkKeys('submit: group', group, GROUP_KEYS)
  checkFlag('post_only', order.post_only)
  checkFlag('reduce_only', order.reduce_only)
  if (parent !== undefined) checkPositive('parent.counter', parent.counter)
  if (group !== undefined) {
    checkPositive('group.counter', group.counter)
    if (!group.type) throw notOneOf('group.type', GROUP_TYPES, group.type)
  }
  if (order.display_quantity_units !== undefined)
    checkPositive('display_quantity_units', order.display_quantity_units)
  checkWatched(order)
  if (order.display_quantity_units !== undefined || order.post_only === true) checkRests(order)
}

/** What an order shows of itself, and that it does not take, belongs to those that come to rest. */
function checkRests({ order_type, ...order }: OrderRequest): void {
  const { time_in_force, display_quantity_units, post_only } = order
  const type = order_type ?? typeOf(order)
  // A word that is no type is told as such, behind this.
  const rests = !ORDER_TYPES.includes(type) || mayHaveLimit(type)
  if (display_quantity_units !== undefined && !rests)
    throw new StrategyFault(
      'bad_order',
      `submit: a ${type} order shows nothing and has no display_quantity_units`,
    )
  if (post_only === true && (time_in_force === 'ioc' || time_in_force === 'fok'))
    throw new StrategyFault(
      'bad_order',
      `submit: an order that is post_only waits, and cannot be ${time_in_force}`,
    )
}

/** What says how an order watches the market belongs to those that do. */
function checkWatched({ order_type, trigger_price_units, trigger_method, trail }: OrderRequest): void {
  if (trigger_method !== undefined && trigger_price_units === undefined && trail === undefined)
    throw new StrategyFault(
      'bad_order',
      'submit: trigger_method is of orders with trigger_price_units or trail',
    )
  if (trail?.limit_offset_units !== undefined && order_type !== 'trailing_stop_limit')
    throw new StrategyFault(
      'bad_order',
      "submit: trail.limit_offset_units is of the order_type 'trailing_stop_limit' alone",
    )
}

/**
 * Faults a change whose prices are not those of the order: a stop that is given a limit, or a trailing order that is given a
 * trigger, would stay where it is. What an order had before its trigger was met is not held against whoever has not heard
 * of it.
 * @param order_type as it is now; undefined where it is not known: then the gate is the first to judge.
 */
export function checkChange(change: OrderChange, order_type: OrderType | undefined): void {
  checkKeys('replace: a change', change, CHANGE_KEYS)
  if (Object.values(change).every((said) => said === undefined))
    throw changeFault('a change says what is to be another')
  if (order_type === undefined) return
  const { trigger, trail } = ORDER_NEEDS[order_type]
  if (!mayHaveLimit(order_type) && change.limit_price_units !== undefined)
    throw changeFault(
      `a ${order_type} order has no limit_price_units${trigger ? '; its price is trigger_price_units' : ''}`,
    )
  if (trail && change.trigger_price_units !== undefined)
    throw changeFault(`a ${order_type} order has no trigger_price_units; it follows the market by itself`)
}

/**
 * What a change says, in units.
 * @param asked the order, where the same handler asks for it: nobody else knows yet what stays as it is.
 */
export function changedUnits(
  change: OrderChange,
  asked?: SubmitIntent,
): Pick<ReplaceIntent, 'price_units' | 'trigger_price_units' | 'order_quantity_units'> {
  const limit = change.limit_price_units ?? asked?.price_units
  const trigger = change.trigger_price_units ?? asked?.terms.trigger_price_units
  const quantity = change.quantity_units ?? asked?.order_quantity_units
  if (quantity !== undefined) checkUnits('quantity_units', quantity)
  if (limit !== undefined) checkUnits('limit_price_units', limit)
  if (trigger !== undefined) checkUnits('trigger_price_units', trigger)
  return {
    ...(limit !== undefined && { price_units: priceUnits(limit) }),
    ...(trigger !== undefined && { trigger_price_units: priceUnits(trigger) }),
    ...(quantity !== undefined && { order_quantity_units: sizeUnits(quantity) }),
  }
}

/** As a change was before something could be left out of it: a price that it did not say became 0. */
export function sayingAll({
  quantity_units = Number.NaN,
  limit_price_units = 0,
  trigger_price_units = 0,
}: OrderChange): Required<OrderChange> {
  return { quantity_units, limit_price_units, trigger_price_units }
}

function changeFault(message: string): StrategyFault {
  return new StrategyFault('bad_order', `replace: ${message}`)
}

export function requestedOrder(order: OrderRequest): RequestedOrder {
  const { limit_price_units, trigger_price_units, trail } = order
  const order_type = order.order_type ?? typeOf(order)
  if (placeOf(ORDER_TYPES, order_type) < 0) throw notOneOf('order_type', ORDER_TYPES, order_type)
  const needs = ORDER_NEEDS[order_type]
  checkPresence(order_type, 'limit_price_units', needs.limit, limit_price_units)
  // A trailing stop may say where it stands at first.
  if (!needs.trail) checkPresence(order_type, 'trigger_price_units', needs.trigger, trigger_price_units)
  checkPresence(order_type, 'trail', needs.trail, trail)
  const limit = limit_price_units ?? 0
  checkUnits('limit_price_units', limit)
  const time_in_force = order.time_in_force ?? defaultTime(order, order_type)
  if (placeOf(TIMES_IN_FORCE, time_in_force) < 0)
    throw notOneOf('time_in_force', TIMES_IN_FORCE, time_in_force)
  checkPresence(time_in_force, 'expire_time_us', time_in_force === 'gtd', order.expire_time_us)
  const terms = saysMore(order) ? termsOf(order, order_type) : PLAIN_TERMS
  return { order_type, time_in_force, price_units: priceUnits(limit), terms }
}

function typeOf({ limit_price_units, trigger_price_units, trail }: OrderRequest): OrderType {
  if (trail !== undefined) return 'trailing_stop'
  if (trigger_price_units !== undefined) return limit_price_units === undefined ? 'stop' : 'stop_limit'
  return limit_price_units === undefined ? 'market' : 'limit'
}

/** A market order is done with at once; whatever waits, waits until it is cancelled. */
function defaultTime({ expire_time_us }: OrderRequest, order_type: OrderType): TimeInForce {
  if (expire_time_us !== undefined) return 'gtd'
  return order_type === 'market' ? 'ioc' : 'gtc'
}

function saysMore(order: OrderRequest): boolean {
  return (
    order.trigger_price_units !== undefined ||
    order.trail !== undefined ||
    order.expire_time_us !== undefined ||
    order.post_only === true ||
    order.reduce_only === true ||
    order.display_quantity_units !== undefined ||
    order.parent !== undefined ||
    order.group !== undefined
  )
}

function termsOf(order: OrderRequest, order_type: OrderType): OrderTerms {
  const { trail, parent, group, post_only = false, reduce_only = false } = order
  const trigger_method = order.trigger_method ?? 'bid_ask'
  const trail_unit = trail?.unit ?? 'price'
  const parent_fill = parent?.fill ?? 'partial'
  const group_type = group?.type ?? ''
  if (!TRIGGER_METHODS.includes(trigger_method))
    throw notOneOf('trigger_method', TRIGGER_METHODS, trigger_method)
  if (!TRAIL_UNITS.includes(trail_unit)) throw notOneOf('trail.unit', TRAIL_UNITS, trail_unit)
  if (!PARENT_FILLS.includes(parent_fill)) throw notOneOf('parent.fill', PARENT_FILLS, parent_fill)
  if (!GROUP_TYPES.includes(group_type)) throw notOneOf('group.type', GROUP_TYPES, group_type)
  if (post_only && order.limit_price_units === undefined) {
    throw new StrategyFault(
      'bad_order',
      `submit: a ${order_type} order takes liquidity and cannot be post_only`,
    )
  }
  return {
    trigger_price_units: priceUnits(units('trigger_price_units', order.trigger_price_units)),
    trigger_method,
    trail_offset: units('trail.offset', trail?.offset),
    trail_unit,
    limit_offset_units: priceUnits(units('trail.limit_offset_units', trail?.limit_offset_units)),
    activation_price_units: priceUnits(units('trail.activation_price_units', trail?.activation_price_units)),
    expire_time_us: timeUs(units('expire_time_us', order.expire_time_us)),
    post_only,
    reduce_only,
    display_quantity_units: sizeUnits(units('display_quantity_units', order.display_quantity_units)),
    parent_counter: units('parent.counter', parent?.counter),
    parent_fill,
    group_counter: units('group.counter', group?.counter),
    group_type,
  }
}

function units(field: string, value: number | undefined): number {
  if (value === undefined) return 0
  checkUnits(field, value)
  return value
}

function checkPositive(field: string, value: number): void {
  checkUnits(field, value)
  if (value > 0) return
  throw new StrategyFault('bad_order', `submit: ${field} is more than 0, got ${value}`)
}

function checkFlag(field: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return
  throw new StrategyFault('bad_order', `submit: ${field} is true or false, got ${String(value)}`)
}

function checkPresence(what: string, field: string, isNeeded: boolean, value: unknown): void {
  if (isNeeded === (value !== undefined)) return
  const message = isNeeded
    ? `submit: a ${what} order needs ${field}`
    : `submit: a ${what} order has no ${field}`
  throw new StrategyFault('bad_order', message)
}

function notOneOf(field: string, known: readonly string[], value: unknown): StrategyFault {
  const names = known.filter((name) => name !== '').join(', ')
  return new StrategyFault('bad_order', `submit: ${field} is one of ${names}, got ${String(value)}`)
}
