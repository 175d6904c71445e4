import { expect, test } from 'vitest'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import type { OrderRequest } from './context.ts'
import { checkChange, checkSaid, requestedOrder } from './order-of-request.ts'

const asked = { instrument: 'EURUSD.sim', side: 'buy', quantity_units: 10 } as const

function typeAndTime(order: Partial<OrderRequest>) {
  const { order_type, time_in_force } = requestedOrder({ ...asked, ...order })
  return `${order_type} ${time_in_force}`
}

function refused(order: object): string {
  try {
    requestedOrder({ ...asked, ...order } as OrderRequest)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

test('[ST10] what an order says makes its type and its time in force', () => {
  expect(typeAndTime({})).toBe('market ioc')
  expect(typeAndTime({ limit_price_units: 9 })).toBe('limit gtc')
  expect(typeAndTime({ trigger_price_units: 9 })).toBe('stop gtc')
  expect(typeAndTime({ trigger_price_units: 9, limit_price_units: 10 })).toBe('stop_limit gtc')
  expect(typeAndTime({ trail: { offset: 3 } })).toBe('trailing_stop gtc')
  expect(typeAndTime({ limit_price_units: 9, expire_time_us: 5 })).toBe('limit gtd')
  expect(typeAndTime({ order_type: 'limit_if_touched', trigger_price_units: 9, limit_price_units: 9 })).toBe(
    'limit_if_touched gtc',
  )
  expect(typeAndTime({ order_type: 'market', time_in_force: 'opg' })).toBe('market opg')
})

test('[ST10] a market or limit order that says no more has the plain terms', () => {
  expect(requestedOrder(asked).terms).toBe(PLAIN_TERMS)
  expect(requestedOrder({ ...asked, limit_price_units: 9, post_only: false }).terms).toBe(PLAIN_TERMS)
})

test('[ST10] all that can be said arrives in the terms', () => {
  const order = requestedOrder({
    ...asked,
    order_type: 'trailing_stop_limit',
    trigger_price_units: 95,
    trigger_method: 'last',
    trail: { offset: 7, unit: 'ticks', limit_offset_units: 2, activation_price_units: 99 },
    expire_time_us: 1_000,
    reduce_only: true,
    display_quantity_units: 4,
    parent: { counter: 3, fill: 'full' },
    group: { counter: 4, type: 'ouo' },
  })
  expect(order).toEqual({
    order_type: 'trailing_stop_limit',
    time_in_force: 'gtd',
    price_units: 0,
    terms: {
      trigger_price_units: 95,
      trigger_method: 'last',
      trail_offset: 7,
      trail_unit: 'ticks',
      limit_offset_units: 2,
      activation_price_units: 99,
      expire_time_us: 1_000,
      post_only: false,
      reduce_only: true,
      display_quantity_units: 4,
      parent_counter: 3,
      parent_fill: 'full',
      group_counter: 4,
      group_type: 'ouo',
    },
  })
})

test('[ST11] what would be passed over is refused with the names there are', () => {
  const whole: Required<OrderRequest> = {
    ...asked,
    order_type: 'trailing_stop_limit',
    limit_price_units: 1,
    trigger_price_units: 1,
    trigger_method: 'mid',
    trail: { offset: 1, unit: 'ticks', limit_offset_units: 1, activation_price_units: 1 },
    time_in_force: 'gtd',
    expire_time_us: 1,
    post_only: false,
    reduce_only: true,
    display_quantity_units: 1,
    parent: { counter: 1, fill: 'full' },
    group: { counter: 1, type: 'oco' },
  }
  expect(() => checkSaid(whole)).not.toThrow()
  const passedOver = (more: object) => {
    try {
      checkSaid({ ...asked, ...more })
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  expect(passedOver({ price_units: 9 })).toBe(
    'submit: an order has no price_units; it may say instrument, side, quantity_units, order_type, limit_price_units, ' +
      'trigger_price_units, trigger_method, trail, time_in_force, expire_time_us, post_only, reduce_only, ' +
      'display_quantity_units, parent, group',
  )
  expect(passedOver({ trail: { offset: 1, units: 'ticks' } })).toBe(
    'submit: trail has no units; it may say offset, unit, limit_offset_units, activation_price_units',
  )
  expect(passedOver({ parent: { counter: 1, full: true } })).toBe(
    'submit: parent has no full; it may say counter, fill',
  )
  expect(passedOver({ group: { counter: 1, types: 'oco' } })).toBe(
    'submit: group has no types; it may say counter, type',
  )
  expect(passedOver({ post_only: 'yes' })).toBe('submit: post_only is true or false, got yes')
  expect(passedOver({ reduce_only: 1 })).toBe('submit: reduce_only is true or false, got 1')
  expect(passedOver({ limit_price_units: null })).toBe(
    'submit: an order says null for limit_price_units; leave out what it does not say',
  )
  expect(passedOver({ parent: null })).toBe(
    'submit: an order says null for parent; leave out what it does not say',
  )
  expect(passedOver({ parent: { counter: 0 } })).toBe('submit: parent.counter is more than 0, got 0')
  expect(passedOver({ parent: {} })).toBe('parent.counter is a whole number of units, got undefined')
  expect(passedOver({ group: { counter: 0, type: 'oco' } })).toBe(
    'submit: group.counter is more than 0, got 0',
  )
  expect(passedOver({ group: { counter: 1 } })).toBe('submit: group.type is one of oco, ouo, got undefined')
  expect(passedOver({ display_quantity_units: 1 })).toBe(
    'submit: a market order shows nothing and has no display_quantity_units',
  )
  expect(passedOver({ display_quantity_units: 1, trigger_price_units: 1 })).toBe(
    'submit: a stop order shows nothing and has no display_quantity_units',
  )
  expect(passedOver({ display_quantity_units: 1, order_type: 'market_to_limit' })).toBe('')
  expect(passedOver({ post_only: true, limit_price_units: 1, time_in_force: 'fok' })).toBe(
    'submit: an order that is post_only waits, and cannot be fok',
  )
  expect(passedOver({ display_quantity_units: 0 })).toBe(
    'submit: display_quantity_units is more than 0, got 0',
  )
  expect(passedOver({ limit_price_units: 5, trigger_method: 'last' })).toBe(
    'submit: trigger_method is of orders with trigger_price_units or trail',
  )
  expect(passedOver({ trail: { offset: 1, limit_offset_units: 1 } })).toBe(
    "submit: trail.limit_offset_units is of the order_type 'trailing_stop_limit' alone",
  )
})

test('[ST11] what cannot be an order is refused with the reason', () => {
  expect(refused({ order_type: 'stop' })).toBe('submit: a stop order needs trigger_price_units')
  expect(refused({ order_type: 'limit' })).toBe('submit: a limit order needs limit_price_units')
  expect(refused({ order_type: 'market', limit_price_units: 5 })).toBe(
    'submit: a market order has no limit_price_units',
  )
  expect(refused({ order_type: 'stop', trigger_price_units: 5, trail: { offset: 1 } })).toBe(
    'submit: a stop order has no trail',
  )
  expect(refused({ time_in_force: 'gtd' })).toBe('submit: a gtd order needs expire_time_us')
  expect(refused({ time_in_force: 'day', expire_time_us: 5 })).toBe(
    'submit: a day order has no expire_time_us',
  )
  expect(refused({ post_only: true })).toBe('submit: a market order takes liquidity and cannot be post_only')
  expect(refused({ order_type: 'peg' })).toContain('order_type is one of market, limit, stop')
  expect(refused({ trigger_price_units: 5, trigger_method: 'index' })).toBe(
    'submit: trigger_method is one of bid_ask, last, mid, got index',
  )
  expect(refused({ trail: { offset: -(2 ** 53) } })).toBe(
    'trail.offset is within ±9007199254740991 units, got -9007199254740992',
  )
  expect(refused({ trail: { offset: 0.5 } })).toBe('trail.offset is a whole number of units, got 0.5')
  expect(refused({ trail: { offset: 5, unit: 'percent' } })).toBe(
    'submit: trail.unit is one of price, ticks, basis_points, got percent',
  )
})

test('[ST11] a change says the prices that its order has, and no other', () => {
  const faultOf = (...[change, order_type]: Parameters<typeof checkChange>) => {
    try {
      checkChange(change, order_type)
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  const quantity_units = 5
  expect(faultOf({}, 'limit')).toBe('replace: a change says what is to be another')
  expect(faultOf({ quantity_units, limit_price_units: 1 }, 'stop')).toBe(
    'replace: a stop order has no limit_price_units; its price is trigger_price_units',
  )
  expect(faultOf({ quantity_units, trigger_price_units: 1 }, 'trailing_stop')).toBe(
    'replace: a trailing_stop order has no trigger_price_units; it follows the market by itself',
  )
  for (const order_type of ['market', 'trailing_stop'] as const)
    expect(faultOf({ quantity_units, limit_price_units: 1 }, order_type)).toBe(
      `replace: a ${order_type} order has no limit_price_units`,
    )
  for (const [change, order_type] of [
    [{ quantity_units }, 'limit'],
    [{ limit_price_units: 1 }, 'limit'],
    [{ trigger_price_units: 1 }, 'stop'],
    [{ quantity_units, trigger_price_units: 1 }, 'stop_limit'],
    [{ quantity_units }, 'stop'],
    [{ quantity_units }, 'market'],
    [{ quantity_units }, 'trailing_stop'],
    [{ quantity_units }, 'trailing_stop_limit'],
    [{ quantity_units, limit_price_units: 1 }, 'stop_limit'],
    [{ quantity_units, limit_price_units: 1, trigger_price_units: 1 }, 'limit'],
    [{ quantity_units, limit_price_units: 1 }, 'market_to_limit'],
    [{ quantity_units, limit_price_units: 1 }, undefined],
  ] as const)
    expect(faultOf(change, order_type)).toBe('')
})
