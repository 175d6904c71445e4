// Orders whose limit the venue makes: from market to limit, and trailing ones with a limit.

import { expect, test } from 'vitest'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import { priceUnits, sizeUnits } from '../../schemas/units.ts'
import { Desk } from '../desk.test-support.ts'
import { EURUSD } from '../trading-node.test-support.ts'

const CAPABILITIES = {
  orders: {
    market: ['ioc', 'gtc'],
    limit: ['gtc'],
    market_to_limit: ['gtc'],
    trailing_stop_limit: ['gtc'],
  },
  trigger_methods: ['bid_ask'],
} as const
const sell = { instrument: EURUSD, side: 'sell', quantity_units: 1_000 } as const
const trailing = { ...sell, order_type: 'trailing_stop_limit', trail: { offset: 100 } } as const
const toLimit = { ...sell, order_type: 'market_to_limit', time_in_force: 'gtc' } as const

/** Sold in part as it came in, and at rest at the price of that. */
function rested(behaviour = BEHAVIOUR): Desk {
  const desk = new Desk({ capabilities: CAPABILITIES, behaviour })
  desk.do((ctx) => ctx.submit(toLimit))
  desk.accept(desk.lastOrder())
  desk.report('trade', desk.lastOrder(), trade(100, 99_980))
  return desk
}

function triggered(behaviour = BEHAVIOUR): Desk {
  const desk = new Desk({ capabilities: CAPABILITIES, behaviour })
  desk.do((ctx) => ctx.submit(trailing))
  desk.accept(desk.lastOrder())
  desk.report('triggered', desk.lastOrder(), { price_units: priceUnits(99_980) })
  return desk
}

function trade(cum: number, price: number) {
  return {
    execution_id: `x${cum}`,
    last_quantity_units: sizeUnits(100),
    last_price_units: priceUnits(price),
    cum_quantity_units: sizeUnits(cum),
    price_units: priceUnits(price),
  }
}

/** The limit a strategy sees of its order. */
function limit(desk: Desk): number | undefined {
  return desk.trading.orders.get('main')?.openOrders('s')[0]?.price_units
}

test.each([
  { behaviour: 2, expected: 0 },
  { behaviour: BEHAVIOUR, expected: 99_980 },
])('[O20] the limit that the venue makes is that of the order: %j', ({ behaviour, expected }) => {
  for (const desk of [rested(behaviour), triggered(behaviour)])
    expect([limit(desk), desk.facts.at(-1)?.price_units]).toEqual([expected, expected])
})

test('[O20] a change of the quantity alone leaves it, and another limit is taken', () => {
  for (const desk of [rested(), triggered()]) {
    desk.do((ctx) => ctx.replace(1, { quantity_units: 800 }))
    expect(desk.lastSent()).toMatchObject({ price_units: 99_980, order_quantity_units: 800 })
    const change = { price_units: priceUnits(99_980), order_quantity_units: sizeUnits(800) }
    desk.report('replaced', desk.lastSent(), change)
    desk.do((ctx) => ctx.replace(1, { quantity_units: 800, limit_price_units: 99_990 }))
    expect(desk.lastSent()).toMatchObject({ price_units: 99_990, order_quantity_units: 800 })
  }
})

test('[O20] of one that trades at two prices, as where it meets own orders first, it is the last', () => {
  const desk = rested()
  desk.report('trade', desk.lastOrder(), trade(200, 99_970))
  expect([limit(desk), desk.facts.at(-1)?.price_units]).toEqual([99_970, 99_970])
})

test('[O20] what comes twice, is of an older incarnation or says no limit leaves it', () => {
  const desk = rested()
  const order = desk.lastOrder()
  desk.report('trade', order, { ...trade(100, 99_970), price_units: priceUnits(99_970) })
  desk.report('trade', order, { ...trade(200, 99_980), price_units: priceUnits(0) })
  expect(limit(desk)).toBe(99_980)
  desk.do((ctx) => ctx.replace(1, { quantity_units: 1_000, limit_price_units: 99_990 }))
  desk.report('replaced', desk.lastSent(), { price_units: priceUnits(99_990) })
  desk.report('trade', order, trade(300, 99_980))
  expect([limit(desk), desk.trading.orders.get('main')?.openOrders('s')[0]?.cum_quantity_units]).toEqual([
    99_990, 300,
  ])
})

test('[O20] a limit order keeps the one it has', () => {
  const desk = new Desk({ capabilities: CAPABILITIES })
  desk.do((ctx) => ctx.submit({ ...sell, limit_price_units: 100_100 }))
  desk.accept(desk.lastOrder())
  desk.report('trade', desk.lastOrder(), trade(100, 99_980))
  expect(limit(desk)).toBe(100_100)
})
