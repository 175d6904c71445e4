// Children of an order that ended before the session began again: its venue may have kept no links then.

import { expect, test } from 'vitest'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { must } from '../../schemas/assert.ts'
import { Desk } from '../desk.test-support.ts'
import type { OrderRequest } from '../strategy/context.ts'
import { loadLedger, saveLedger } from '../trading-ledger.ts'
import { EURUSD } from '../trading-node.test-support.ts'

const BASIC = { orders: { market: ['ioc', 'gtc'], limit: ['gtc'], stop: ['gtc'] } } as const
const LINKED: Partial<CapabilityTable> = {
  ...BASIC,
  trigger_methods: ['bid_ask'],
  contingencies: ['oco', 'ouo', 'oto'],
}
const SELL = { instrument: EURUSD, side: 'sell', quantity_units: 1_000 } as const

/** A session that begins again at a venue that keeps links: its first order traded whole, at one that kept none. */
function begunAgain(): Desk {
  const before = new Desk({ capabilities: BASIC })
  before.do((ctx) => ctx.submit({ ...SELL, side: 'buy', limit_price_units: 99_000 }))
  const parent = must(before.orders[0], 'the parent was sent')
  before.accept(parent)
  before.fill(parent, 99_000, 1_000)
  const ledger = structuredClone(saveLedger(before.trading))
  return new Desk({ capabilities: LINKED, epoch: 2 }, (node) => loadLedger(node.trading, ledger))
}

function exit(limit_price_units: number, leader = 0, parent = 0): OrderRequest {
  return {
    ...{ ...SELL, limit_price_units },
    ...(parent > 0 && { parent: { counter: parent } }),
    ...(leader > 0 && { group: { counter: leader, type: 'ouo' } }),
  }
}

test('[E6] a child of an order of before goes out at once, with what that one traded, and its venue sees no parent', () => {
  const desk = begunAgain()
  desk.do((ctx) => ctx.submit(exit(101_000, 0, 1)))
  expect(desk.lastOrder()).toMatchObject({ order_quantity_units: 1_000, terms: { parent_counter: 0 } })
})

test.each([true, false])(
  '[E9] one that joins a pair at its venue is kept with it, asked for at once: %j',
  (isAtOnce) => {
    const desk = begunAgain()
    let leader = 0
    desk.do((ctx) => {
      leader = ctx.submit(exit(101_000))
      ctx.submit(exit(101_100, leader))
      if (isAtOnce) ctx.submit(exit(101_200, leader, 1))
    })
    if (!isAtOnce) desk.do((ctx) => ctx.submit(exit(101_200, leader, 1)))
    expect(desk.orders.map(({ terms }) => terms.group_counter)).toEqual([0, leader, leader])
  },
)

test('[E6] [E9] both ways out of one of before are a pair of the engine, asked for in one handler', () => {
  const desk = begunAgain()
  let target = 0
  desk.do((ctx) => {
    target = ctx.submit(exit(101_000, 0, 1))
    ctx.submit(exit(101_200, target, 1))
  })
  expect(desk.orders.map(({ terms }) => [terms.parent_counter, terms.group_counter])).toEqual([
    [0, 0],
    [0, 0],
  ])
  for (const order of desk.orders) desk.accept(order)
  desk.fill(must(desk.orders[0], 'the target was sent'), 101_000, 400)
  expect(desk.lastSent()).toMatchObject({ type: 'order_cancel_replace_request', order_quantity_units: 600 })
})
