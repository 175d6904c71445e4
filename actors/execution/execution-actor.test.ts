import { expect, test } from 'vitest'
import { ORDER_TYPES } from '../../schemas/messages/order.ts'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import { Desk } from '../desk.test-support.ts'
import type { OrderChange, OrderRequest } from '../strategy/context.ts'
import { EURUSD, testInstrument } from '../trading-node.test-support.ts'

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

test.each<[string, Partial<OrderRequest>, { price_units: number; trigger_price_units: number }]>([
  ['limit order', { limit_price_units: 98_000 }, { price_units: 98_000, trigger_price_units: 0 }],
  ['stop', { trigger_price_units: 100_500 }, { price_units: 0, trigger_price_units: 100_500 }],
  [
    'stop-limit',
    { trigger_price_units: 100_500, limit_price_units: 100_600 },
    { price_units: 100_600, trigger_price_units: 100_500 },
  ],
  [
    'market-if-touched order',
    { order_type: 'market_if_touched', trigger_price_units: 99_000 },
    { price_units: 0, trigger_price_units: 99_000 },
  ],
  [
    'limit-if-touched order',
    { order_type: 'limit_if_touched', trigger_price_units: 99_000, limit_price_units: 99_100 },
    { price_units: 99_100, trigger_price_units: 99_000 },
  ],
])(
  '[E4] what a change of a %s leaves out stays as it is, whoever watches it',
  (_, order, { price_units, trigger_price_units }) => {
    const desk = new Desk({ capabilities: WATCHES_ALL })
    desk.ask(order)
    desk.accept(desk.lastOrder())
    desk.do((ctx) => ctx.replace(1, { quantity_units: 800 }))
    expect(desk.lastSent()).toMatchObject({ price_units, trigger_price_units, order_quantity_units: 800 })
    if (trigger_price_units === 0) return
    const own = new Desk()
    own.ask(order)
    own.do((ctx) => ctx.replace(1, { quantity_units: 800 }))
    expect(own.trading.executions.get('main')?.heldOrder('s', 1)).toMatchObject({
      ...{ price_units, trigger_price_units, order_quantity_units: 800 },
    })
  },
)

test('[E4] a price alone leaves the quantity, wherever the order is', () => {
  const own = new Desk()
  own.ask(stop)
  own.do((ctx) => ctx.replace(1, { trigger_price_units: 100_400 }))
  expect(own.trading.executions.get('main')?.heldOrder('s', 1)).toMatchObject({
    ...{ trigger_price_units: 100_400, order_quantity_units: 1_000 },
  })
  const desk = new Desk({ capabilities: WATCHES_ALL })
  desk.ask(stop)
  desk.accept(desk.lastOrder())
  desk.do((ctx) => ctx.replace(1, { trigger_price_units: 100_400 }))
  expect(desk.lastSent()).toMatchObject({ trigger_price_units: 100_400, order_quantity_units: 1_000 })
})

test('[E4] it is so of an order that the same handler asks for: the answer is that its venue has not taken it yet', () => {
  const desk = new Desk()
  desk.do((ctx) => ctx.replace(ctx.submit(rest), { quantity_units: 800 }))
  expect(desk.denials).toEqual([])
  expect(desk.facts.map(({ type, reason_code }) => [type, reason_code])).toContainEqual([
    'order.replace_rejected',
    'not_yet_accepted',
  ])
})

test('[E4] a change of the quantity alone keeps the limit of an order that trailed here', () => {
  const desk = new Desk()
  desk.ask({ side: 'sell', order_type: 'trailing_stop_limit', trail: { offset: 100, limit_offset_units: 3 } })
  desk.do(() => undefined, 99_900, 99_910)
  desk.accept(desk.lastOrder())
  desk.do((ctx) => ctx.replace(1, { quantity_units: 800 }))
  expect(desk.faults).toEqual([])
  expect(desk.lastSent()).toMatchObject({ price_units: 99_897, order_quantity_units: 800 })
})

const stop = { trigger_price_units: 100_500 }
const stopLimit = { ...stop, limit_price_units: 100_600 }
const later = { time_in_force: 'gtd', expire_time_us: 9_000_000_000 } as const
const WATCHES_ALL = {
  orders: Object.fromEntries(ORDER_TYPES.map((type) => [type, ['day', 'gtc']])),
  trigger_methods: ['bid_ask', 'last', 'mid'],
} as const

test('[E5] an order that could not be worked for the time it says is not held: the gate denies it', () => {
  const desk = new Desk()
  // A market order is done with at once, whatever is left of its time; a limit order would outlive its date.
  expect(desk.ask({ ...stop, ...later })).toBe('')
  expect(desk.ask({ ...stopLimit, ...later })).toBe('order_type_not_supported')
  expect(desk.ask({ ...stopLimit, time_in_force: 'ioc' })).toBe('')
  expect(desk.ask({ ...stop, time_in_force: 'opg' })).toBe('order_type_not_supported')
  expect(desk.ask({ ...stopLimit, time_in_force: 'cls' })).toBe('order_type_not_supported')
  expect(desk.state('execution/main')).toBe('5 intents, 2 held')
})

test('[E5] at a venue that watches every trigger nothing is held for its time alone, and never looked at', () => {
  const desk = new Desk({ capabilities: WATCHES_ALL })
  expect(desk.ask({ ...stop, time_in_force: 'ioc' })).toBe('order_type_not_supported')
  expect(desk.state('execution/main')).toBe('1 intents')
  const before = new Desk({ capabilities: WATCHES_ALL, behaviour: 2 })
  expect(before.ask({ ...stop, time_in_force: 'ioc' })).toBe('')
  before.do(() => undefined, 101_000, 101_010)
  expect([before.state('execution/main'), before.sent]).toEqual(['1 intents, 1 held', []])
})

test('[E5] the limit of a trailing order that is watched here is a price of the instrument', () => {
  const fives = testInstrument(EURUSD, 0, { increments: [{ price_increment: '0.00005' }] })
  const trail = {
    order_type: 'trailing_stop_limit',
    side: 'sell',
    trail: { offset: 100, limit_offset_units: 3 },
  } as const
  const limits = [undefined, 2].map((behaviour) => {
    const desk = new Desk({ instruments: [fives], ...(behaviour !== undefined && { behaviour }) })
    desk.ask(trail)
    desk.do(() => undefined, 99_900, 99_910)
    return [
      desk.orders.map(({ price_units }) => price_units),
      desk.denials.map(({ reason_code }) => reason_code),
    ]
  })
  expect(limits).toEqual([
    [[99_895], []],
    [[], ['price_off_increment']],
  ])
})

test.each<[string, Partial<OrderRequest>, OrderChange, string]>([
  [
    'trailing stop-limit',
    { order_type: 'trailing_stop_limit', trail: { offset: 100, limit_offset_units: 3 } },
    { quantity_units: 500 },
    'replace_rejected not_yet_accepted',
  ],
  [
    'stop-limit',
    { trigger_price_units: 99_900, limit_price_units: 99_800 },
    { quantity_units: 500, limit_price_units: 99_800, trigger_price_units: 99_890 },
    'replace_rejected not_yet_accepted',
  ],
  [
    'limit-if-touched',
    { order_type: 'limit_if_touched', trigger_price_units: 100_100, limit_price_units: 99_800 },
    { quantity_units: 500, limit_price_units: 99_800, trigger_price_units: 100_100 },
    'replace_rejected not_yet_accepted',
  ],
  ['stop', { trigger_price_units: 99_900 }, { quantity_units: 500 }, 'replace_rejected not_yet_accepted'],
])(
  '[E19] a change of a %s that comes with its trigger is answered, and no fault',
  (_, order, change, answer) => {
    const desk = new Desk()
    desk.ask({ ...order, side: 'sell' })
    const price = order.order_type === 'limit_if_touched' ? 100_100 : 99_900
    desk.do((ctx) => ctx.replace(1, change), price, price + 10)
    expect(desk.faults).toEqual([])
    const denied = desk.denials.map(({ reason_code }) => `denied ${reason_code}`)
    const told = desk.facts
      .filter(({ type }) => type === 'order.replace_rejected')
      .map(({ reason_code }) => `replace_rejected ${reason_code}`)
    expect([...denied, ...told]).toEqual([answer])
    expect(desk.orders).toHaveLength(1)
  },
)

test('[E10] a trailing order is given no trigger by a change, whoever watches it', () => {
  const stops = [WATCHES_ALL, undefined].map((capabilities) => {
    const desk = new Desk(capabilities === undefined ? {} : { capabilities })
    desk.ask({ side: 'sell', trail: { offset: 50 } })
    for (const order of desk.orders) desk.accept(order)
    desk.do((ctx) => ctx.replace(1, { quantity_units: 900, trigger_price_units: 99_990 }))
    return desk.faults.map(({ code, message }) => [code, message])
  })
  const fault = 'replace: a trailing_stop order has no trigger_price_units; it follows the market by itself'
  expect(stops).toEqual([[['bad_order', fault]], [['bad_order', fault]]])
})

test('[E10] an order that waits for its trigger stands behind the others once more than its quantity is replaced', () => {
  const triggered = [undefined, 2].map((behaviour) => {
    const desk = new Desk(behaviour === undefined ? {} : { behaviour })
    for (let asked = 0; asked < 4; asked++) desk.ask(stop)
    desk.do((ctx) => {
      ctx.replace(1, { quantity_units: 1_100, trigger_price_units: 100_500 })
      ctx.replace(2, { quantity_units: 900, trigger_price_units: 100_500 })
      ctx.replace(3, { quantity_units: 900, trigger_price_units: 100_400 })
    })
    desk.do(() => undefined, 100_600, 100_610)
    return desk.orders.map(({ counter }) => counter)
  })
  // One that is lowered at most keeps its place.
  expect(triggered).toEqual([
    [2, 4, 1, 3],
    [1, 2, 3, 4],
  ])
})

test('[E5] an order good till date that is triggered at its last moment trades then or never', () => {
  const capabilities = { orders: { market: ['ioc'], limit: ['gtc', 'gtd', 'ioc'] } } as const
  const sent = [undefined, 2].map((behaviour) => {
    const desk = new Desk({ capabilities, ...(behaviour !== undefined && { behaviour }) })
    const expire_time_us = desk.now_us + 1_000
    desk.ask({ ...stopLimit, time_in_force: 'gtd', expire_time_us })
    desk.quote(EURUSD, 100_600, 100_610, expire_time_us)
    return [desk.orders.map(({ time_in_force }) => time_in_force), desk.denials.map((one) => one.reason_code)]
  })
  expect(sent).toEqual([
    [['ioc'], []],
    [[], ['expire_time_past']],
  ])
})
