import { expect, test } from 'vitest'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import { Desk } from '../desk.test-support.ts'
import { EURUSD } from '../trading-node.test-support.ts'

const rest = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const

test('[E1] [E2] every order, cancel and replace goes out in the order it was asked for, under an id of its own', () => {
  const desk = new Desk()
  desk.do((ctx) => {
    ctx.submit(rest)
    ctx.submit(rest)
  })
  for (const order of desk.orders) desk.accept(order)
  desk.do((ctx) => {
    ctx.cancel(1)
    ctx.replace(2, { quantity_units: 2_000, limit_price_units: 98_000 })
    ctx.submit(rest)
  })
  expect(desk.sent.map(({ type, counter, client_order_id }) => [type, counter, client_order_id])).toEqual([
    ['new_order_single', 1, 't-1-s-1'],
    ['new_order_single', 2, 't-1-s-2'],
    ['order_cancel_request', 1, 't-1-s-3'],
    ['order_cancel_replace_request', 2, 't-1-s-4'],
    ['new_order_single', 5, 't-1-s-5'],
  ])
  expect(desk.state('execution/main')).toBe('5 intents')
})

test('[E3] an order is a command to the venue of its instrument, with what it did not say filled in', () => {
  const desk = new Desk()
  desk.do((ctx) => {
    ctx.submit({ instrument: EURUSD, side: 'sell', quantity_units: 7 })
    ctx.submit({ ...rest, time_in_force: 'day' })
    ctx.submit(rest)
  })
  const common = {
    type: 'new_order_single',
    account_id: 'main',
    strategy_id: 's',
    incarnation: 1,
    terms: PLAIN_TERMS,
    venue_id: 'sim',
    instrument_id: EURUSD,
    instrument_index: 0,
  }
  const limit = {
    ...common,
    side: 'buy',
    order_type: 'limit',
    price_units: 99_000,
    order_quantity_units: 1_000,
  }
  expect(desk.orders).toEqual([
    {
      ...common,
      counter: 1,
      client_order_id: 't-1-s-1',
      side: 'sell',
      order_type: 'market',
      time_in_force: 'ioc',
      price_units: 0,
      order_quantity_units: 7,
    },
    { ...limit, counter: 2, client_order_id: 't-1-s-2', time_in_force: 'day' },
    { ...limit, counter: 3, client_order_id: 't-1-s-3', time_in_force: 'gtc' },
  ])
})

test('[E4] a cancel and a replace name the order they change; of an order nobody knows they are denied', () => {
  const desk = new Desk()
  desk.do((ctx) => ctx.submit(rest))
  desk.accept(desk.lastOrder())
  desk.do((ctx) => ctx.replace(1, { quantity_units: 2_000, limit_price_units: 98_000 }))
  expect(desk.lastSent()).toMatchObject({
    counter: 1,
    incarnation: 2,
    client_order_id: 't-1-s-2',
    original_client_order_id: 't-1-s-1',
    price_units: 98_000,
    order_quantity_units: 2_000,
  })
  desk.do((ctx) => {
    ctx.cancel(77)
    ctx.replace(78, { quantity_units: 2, limit_price_units: 1 })
  })
  const denied = {
    type: 'order_denied',
    account_id: 'main',
    strategy_id: 's',
    venue_id: '',
    instrument_id: '',
    side: '',
    order_type: '',
    time_in_force: '',
    trigger_price_units: 0,
    reason_code: 'order_unknown',
    value: '',
    limit: '',
    ts_event_us: desk.now_us,
  }
  expect(desk.denials).toEqual([
    { ...denied, request: 'cancel', counter: 77, price_units: 0, order_quantity_units: 0 },
    { ...denied, request: 'replace', counter: 78, price_units: 1, order_quantity_units: 2 },
  ])
  expect(desk.state('strategy/s')).toBe('trading')
})
