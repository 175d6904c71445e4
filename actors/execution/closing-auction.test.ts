// What a parent releases that trades in the closing auction: its trade is told before the close is.

import { expect, test } from 'vitest'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { timeUs } from '../../schemas/units.ts'
import { Desk } from '../desk.test-support.ts'
import { EURUSD } from '../trading-node.test-support.ts'

const TIMES = ['gtc', 'day', 'cls'] as const
const entry = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const
const sell = { instrument: EURUSD, side: 'sell', quantity_units: 1_000 } as const

/** An entry with a target and a stop behind it, in the closing call. */
function called(more: Partial<CapabilityTable> & { behaviour?: number } = {}): Desk {
  const { behaviour, ...venue } = more
  const capabilities = { orders: { market: ['ioc'], limit: TIMES }, ...venue } as const
  const desk = new Desk({ capabilities, ...(behaviour !== undefined && { behaviour }) })
  desk.do((ctx) => {
    const parent = { counter: ctx.submit(entry), fill: 'full' } as const
    const target = ctx.submit({ ...sell, limit_price_units: 101_000, parent })
    ctx.submit({ ...sell, trigger_price_units: 98_000, parent, group: { counter: target, type: 'oco' } })
  })
  desk.accept(desk.lastOrder())
  // The call begins a while after the last price.
  desk.securityStatus(EURUSD, 'closing_call', desk.now_us + 1_000_000)
  return desk
}

function released({ orders }: Pick<Desk, 'orders'>): number[] {
  return orders.slice(1).map(({ counter }) => counter)
}

function statuses(desk: Desk): string[] {
  return desk.facts.filter(({ counter }) => counter > 1).map(({ counter, type }) => `${counter} ${type}`)
}

test('[E14] what a trade of the closing auction releases waits for the next session', () => {
  const desk = called()
  desk.fill(desk.lastOrder(), 99_000, 1_000)
  // However late the close is told.
  desk.pass(desk.now_us + 1_000_000)
  desk.securityStatus(EURUSD, 'closed')
  desk.pass(desk.now_us + 1_000_000)
  expect([released(desk), statuses(desk)]).toEqual([[], ['2 order.held', '3 order.held']])
  const again = desk.reloaded()
  for (const one of [desk, again]) {
    one.securityStatus(EURUSD, 'pre_open')
    one.pass(one.now_us + 250_000)
    expect(one.sent.at(-1)).toMatchObject({ counter: 2, order_type: 'limit' })
    expect([one.state('execution/main'), one.denials]).toEqual(['3 intents, 1 held', []])
  }
})

test('[E14] it goes at once where the venue takes orders while it is closed, and went so before behaviour 3', () => {
  for (const more of [{ closed_orders: true }, { behaviour: 2 }]) {
    const desk = called(more)
    desk.fill(desk.lastOrder(), 99_000, 1_000)
    expect(released(desk)).toEqual([2])
  }
})

test('[E14] what a trade of before the call releases, or a cancel in it, is for the auction as well', () => {
  const late = called()
  late.fill(late.lastOrder(), 99_000, 1_000, { ts_event_us: timeUs(late.now_us - 1) })
  expect(released(late)).toEqual([2])
  const desk = new Desk({ capabilities: { orders: { limit: TIMES } } })
  desk.do((ctx) => {
    const counter = ctx.submit(entry)
    ctx.submit({ ...sell, limit_price_units: 101_000, parent: { counter, fill: 'full' } })
  })
  const order = desk.lastOrder()
  desk.accept(order)
  desk.fill(order, 99_000, 400)
  desk.securityStatus(EURUSD, 'closing_call', desk.now_us + 1_000_000)
  expect(released(desk)).toEqual([])
  desk.report('canceled', order, { cum_quantity_units: order.order_quantity_units })
  expect(released(desk)).toEqual([2])
})
