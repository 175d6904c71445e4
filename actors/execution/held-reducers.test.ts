import { expect, test } from 'vitest'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import { Desk } from '../desk.test-support.ts'
import { EURUSD } from '../trading-node.test-support.ts'

const BASIC = {
  orders: { market: ['ioc', 'gtc'], limit: ['gtc', 'gtd', 'day'] },
  reduce_only: true,
} as const
const buy = { instrument: EURUSD, side: 'buy', quantity_units: 1_000 } as const
const sell = { ...buy, side: 'sell' } as const
const stop = { ...sell, trigger_price_units: 98_000, reduce_only: true } as const

/** Long 1,000, with a stop held below the market. */
function long(behaviour = BEHAVIOUR): Desk {
  const desk = new Desk({ capabilities: BASIC, behaviour })
  desk.do((ctx) => ctx.submit(buy))
  trade(desk, 1_000)
  desk.do((ctx) => ctx.submit(stop))
  return desk
}

function trade(desk: Desk, quantity: number): void {
  const order = desk.lastOrder()
  if (desk.trading.orders.get('main')?.orderOf(order.strategy_id, order.counter)?.accepted !== true)
    desk.accept(order)
  desk.fill(order, 100_000, quantity)
}

function told(desk: Desk, counter: number): string[] {
  desk.pass(desk.now_us)
  return desk.facts
    .filter((fact) => fact.counter === counter)
    .map(({ type, reason_code }) => `${type.slice('order.'.length)} ${reason_code}`.trimEnd())
}

test('[E18] a held order that only reduces ends with the position, and not with a part of it', () => {
  const desk = long()
  desk.do((ctx) => ctx.submit({ ...sell, quantity_units: 400 }))
  trade(desk, 400)
  expect(told(desk, 2)).toEqual(['held'])
  desk.do((ctx) => ctx.submit({ ...sell, quantity_units: 600 }))
  trade(desk, 600)
  expect(told(desk, 2)).toEqual(['held', 'canceled reduce_only'])
})

test('[E18] it ends as well where the position turns over, and takes its group along', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => ctx.submit(buy))
  trade(desk, 1_000)
  desk.do((ctx) => {
    const first = ctx.submit(stop)
    ctx.submit({ ...stop, trigger_price_units: 97_000, group: { counter: first, type: 'oco' } })
    ctx.submit({ ...stop, side: 'buy', trigger_price_units: 102_000 })
    ctx.submit({ ...sell, quantity_units: 1_500 })
  })
  trade(desk, 1_500)
  expect([told(desk, 2), told(desk, 3), told(desk, 4)]).toEqual([
    ['held', 'canceled reduce_only'],
    ['held', 'canceled group'],
    // It was asked for with the order that turned the position over, and has that to reduce now.
    ['held'],
  ])
})

test('[E18] one that is asked for while nothing is open ends when the moment has passed', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => ctx.submit(stop))
  expect(desk.facts.map(({ type }) => type)).toEqual(['order.held'])
  expect(told(desk, 1)).toEqual(['held', 'canceled reduce_only'])
})

test('[E18] one that is asked for with its entry is judged when that one is answered', () => {
  for (const filled of [true, false]) {
    const desk = new Desk({ capabilities: BASIC })
    desk.do((ctx) => {
      ctx.submit({ ...buy, limit_price_units: 99_990 })
      ctx.submit(stop)
    })
    expect(told(desk, 2)).toEqual(['held'])
    desk.accept(desk.lastOrder())
    if (filled) trade(desk, 1_000)
    desk.pass(desk.now_us + 250_000)
    expect(told(desk, 2)).toEqual(filled ? ['held'] : ['held', 'canceled reduce_only'])
  }
})

test('[E18] until trading is enabled nothing is judged, and then all is', () => {
  const desk = long()
  desk.do((ctx) => ctx.submit(sell))
  desk.control('session_start')
  trade(desk, 1_000)
  expect(told(desk, 2)).toEqual(['held'])
  desk.control('trading_enable')
  expect(told(desk, 2)).toEqual(['held', 'canceled reduce_only'])
})

test('[E18] what is to be judged survives a restart', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => ctx.submit(stop))
  const again = desk.reloaded()
  again.pass(again.now_us)
  expect(again.facts.map(({ type, reason_code }) => `${type} ${reason_code}`)).toEqual([
    'order.canceled reduce_only',
  ])
})

test('[E18] before behaviour 3 a held order was judged when it went out', () => {
  const desk = long(2)
  desk.do((ctx) => ctx.submit(sell))
  trade(desk, 1_000)
  expect(told(desk, 2)).toEqual(['held'])
})

test('[E6] [E18] a child that ends for there is nothing to reduce takes the rest of its parent along', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => ctx.submit({ ...sell, quantity_units: 2_000 }))
  trade(desk, 2_000)
  desk.do((ctx) => {
    const parent = ctx.submit({ ...buy, limit_price_units: 100_000 })
    ctx.submit({ ...stop, parent: { counter: parent, fill: 'partial' } })
  })
  trade(desk, 400)
  expect(told(desk, 3)).toEqual(['held', 'held', 'canceled reduce_only'])
  expect(desk.sent.slice(2)).toMatchObject([{ type: 'order_cancel_request', counter: 2 }])
})
