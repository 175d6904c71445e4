// A child at its venue grows by replaces, and such a request says a limit.

import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import { priceUnits } from '../../schemas/units.ts'
import { Desk } from '../desk.test-support.ts'
import { EURUSD } from '../trading-node.test-support.ts'

const CAPABILITIES = { orders: { limit: ['gtc'], market_to_limit: ['gtc'] } } as const

test.each([
  { behaviour: 2, early: [0] },
  { behaviour: BEHAVIOUR, early: [] },
])('[E6] one that takes its limit from its first trade grows once it has one: %j', ({ behaviour, early }) => {
  const desk = new Desk({ capabilities: CAPABILITIES, behaviour })
  desk.do((ctx) => {
    const order = { instrument: EURUSD, quantity_units: 1_000 } as const
    const counter = ctx.submit({ ...order, side: 'buy', limit_price_units: 99_000 })
    ctx.submit({ ...order, side: 'sell', order_type: 'market_to_limit', parent: { counter } })
  })
  const parent = must(desk.orders[0], 'the parent was sent')
  desk.accept(parent)
  desk.fill(parent, 99_000, 400)
  const child = must(desk.orders[1], 'what is released of the child was sent')
  desk.accept(child)
  desk.fill(parent, 99_000, 600, { cum_quantity_units: 1_000 as never })
  const asked = () =>
    desk.sent.flatMap((one) => (one.type === 'order_cancel_replace_request' ? [one.price_units] : []))
  expect(asked()).toEqual(early)
  if (early.length > 0) return
  desk.fill(child, 98_990, 100, { price_units: priceUnits(98_990) })
  expect(asked()).toEqual([98_990])
  expect(desk.lastSent()).toMatchObject({ order_quantity_units: 1_000 })
})
