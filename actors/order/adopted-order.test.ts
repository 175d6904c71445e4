import { expect, test } from 'vitest'
import { Desk } from '../desk.test-support.ts'

/** A desk whose one order of 1,000 was of unknown sending and then proven absent. */
function deskWithAbsentOrder() {
  const desk = new Desk()
  desk.ask({ quantity_units: 1_000, limit_price_units: 100_000 })
  const order = desk.lastOrder()
  desk.outcome(order, 'unproven')
  desk.lookUp(order, 'absent')
  return { desk, order }
}

test('[O10] a look-up that proves absence ends an unknown order as not sent, and frees what it reserved', () => {
  const { desk } = deskWithAbsentOrder()
  expect(desk.facts.map(({ type }) => type)).toEqual(['order.unknown', 'order.not_sent'])
  expect(desk.trading.orders.get('main')?.counts).toMatchObject({ not_sent: 1, open: 0 })
})

test('[O10] a look-up that finds an unknown order makes it an accepted one', () => {
  const desk = new Desk()
  desk.ask({ limit_price_units: 100_000 })
  desk.outcome(desk.lastOrder(), 'unproven')
  desk.lookUp(desk.lastOrder(), 'found')
  expect(desk.facts.map(({ type }) => type)).toEqual(['order.unknown', 'order.accepted'])
})

test('[O18] [O19] an order proven absent that turns up is open again and cancelled under an id of the engine', () => {
  const { desk, order } = deskWithAbsentOrder()
  desk.report('new', order)
  const [, , adopted, pending] = desk.facts
  expect([adopted?.type, adopted?.ended, adopted?.leaves_quantity_units, pending?.type]).toEqual([
    'order.adopted',
    false,
    1_000,
    'order.pending_cancel',
  ])
  expect(desk.lastSent()).toMatchObject({
    type: 'order_cancel_request',
    client_order_id: 't-1-s-c1',
    original_client_order_id: order.client_order_id,
  })
  expect(desk.alerts.map(({ code, severity }) => [code, severity])).toEqual([['order.adopted', 'critical']])
  expect(desk.trading.orders.get('main')?.counts).toMatchObject({ not_sent: 0, open: 1 })
  desk.report('canceled', desk.lastSent())
  expect(desk.trading.orders.get('main')?.counts).toMatchObject({ canceled: 1, open: 0 })
})

test('[O18] an adopted order counts in the exposure again', () => {
  const limit = { position_quantity_max: '1500' }
  const desk = new Desk({
    config: (config) => ({
      ...config,
      accounts: config.accounts.map((account) => ({ ...account, risk: { ...account.risk, ...limit } })),
    }),
  })
  desk.ask({ quantity_units: 1_000, limit_price_units: 100_000 })
  const order = desk.lastOrder()
  desk.outcome(order, 'unproven')
  desk.lookUp(order, 'absent')
  desk.lookUp(order, 'found')
  expect(desk.ask({ quantity_units: 1_000 })).toBe('position_quantity_max')
  desk.report('canceled', desk.lastSent())
  expect(desk.ask({ quantity_units: 1_000 })).toBe('')
})

test('[O18] an adopted order survives a snapshot', () => {
  const { desk, order } = deskWithAbsentOrder()
  desk.report('new', order)
  const copy = desk.reloaded()
  expect(copy.stateHash()).toBe(desk.stateHash())
  copy.report('canceled', desk.lastSent())
  desk.report('canceled', desk.lastSent())
  expect(copy.stateHash()).toBe(desk.stateHash())
})

test('[O19] all open orders of a strategy are cancelled at once, each once', () => {
  const desk = new Desk()
  for (let i = 0; i < 3; i++) {
    desk.ask({ limit_price_units: 100_000 })
    desk.accept(desk.lastOrder())
  }
  desk.control('orders_cancel', { strategy_id: 'another' })
  expect(desk.sent.length).toBe(3)
  desk.control('orders_cancel', { strategy_id: 's' })
  desk.control('orders_cancel')
  expect(desk.sent.slice(3).map(({ client_order_id }) => client_order_id)).toEqual([
    't-1-s-c1',
    't-1-s-c2',
    't-1-s-c3',
  ])
})

test('[O11] a cancel that is remembered at a start goes out under an id of that start', () => {
  const desk = new Desk()
  desk.ask({ limit_price_units: 99_000 })
  desk.do((ctx) => ctx.cancel(1))
  expect(desk.sent.map(({ type }) => type)).toEqual(['new_order_single'])
  desk.control('session_start')
  desk.accept(desk.lastOrder())
  expect(desk.sent.slice(1).map(({ type, client_order_id }) => [type, client_order_id])).toEqual([
    ['order_cancel_request', expect.stringMatching(/-s-c1$/)],
  ])
})
