// What is kept here is judged as it is asked for, as far as no wait makes it right.

import { expect, test } from 'vitest'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { Desk } from '../desk.test-support.ts'
import type { OrderRequest } from '../strategy/context.ts'
import { EURUSD } from '../trading-node.test-support.ts'

const BARE = { orders: { market: ['ioc'], limit: ['gtc', 'day'] } } as const
const entry = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const
const sell = { instrument: EURUSD, side: 'sell', quantity_units: 1_000 } as const
const stop = { ...sell, trigger_price_units: 98_000 } as const
const stopLimit = { ...stop, limit_price_units: 97_900 } as const

type Venue = Pick<CapabilityTable, 'orders'> & Partial<CapabilityTable>

/** What the denials of these orders say, asked for at once; '' of one that is kept. */
function denials(orders: readonly OrderRequest[], capabilities: Venue = BARE, behaviour?: number): string[] {
  const desk = new Desk({ capabilities, ...(behaviour !== undefined && { behaviour }) })
  desk.do((ctx) => {
    for (const order of orders) ctx.submit(order)
  })
  return orders.map((_, at) => {
    const denial = desk.denials.find(({ counter }) => counter === at + 1)
    return denial === undefined ? '' : `${denial.reason_code} ${denial.value}`.trimEnd()
  })
}

test('[E5] what the venue lacks of a held order is denied as it is asked for, not at its trigger', () => {
  const lacking: [string, Venue, OrderRequest][] = [
    ['flag_not_supported reduce_only', BARE, { ...stop, reduce_only: true }],
    ['flag_not_supported post_only', BARE, { ...stopLimit, post_only: true }],
    ['flag_not_supported display_quantity', BARE, { ...stopLimit, display_quantity_units: 100 }],
    ['order_type_not_supported market gtc', { orders: { limit: ['gtc'] } }, stop],
    ['order_type_not_supported market gtc', { orders: { market: ['fok'], limit: ['gtc'] } }, stop],
  ]
  for (const [denial, venue, order] of lacking) {
    expect(denials([order], venue)).toEqual([denial])
    expect(denials([order], venue, 2)).toEqual([''])
  }
  const takes = { ...BARE, reduce_only: true, post_only: true, display_quantity: true } as const
  for (const [, , order] of lacking) expect(denials([order], takes)).toEqual([''])
})

test('[E6] what the venue lacks of a child is denied as it is asked for, not when its parent has traded', () => {
  const parent = { counter: 1 }
  const lacking: [string, OrderRequest][] = [
    ['flag_not_supported reduce_only', { ...sell, limit_price_units: 101_000, reduce_only: true, parent }],
    ['flag_not_supported reduce_only', { ...stop, reduce_only: true, parent }],
    [
      'order_type_not_supported limit fok',
      { ...sell, limit_price_units: 101_000, time_in_force: 'fok', parent },
    ],
    ['order_type_not_supported stop_limit fok', { ...stopLimit, time_in_force: 'fok', parent }],
    ['order_type_not_supported market_to_limit gtc', { ...sell, order_type: 'market_to_limit', parent }],
  ]
  for (const [denial, child] of lacking) {
    expect(denials([entry, child])).toEqual(['', denial])
    expect(denials([entry, child], BARE, 2)).toEqual(['', ''])
  }
  expect(denials([entry, { ...stop, parent }])).toEqual(['', ''])
})

test('[E6] what names an order that was denied so is denied, too, and the entry goes out alone', () => {
  const target = { ...sell, limit_price_units: 101_000, parent: { counter: 1 } }
  const orders: OrderRequest[] = [
    entry,
    { ...target, post_only: true },
    { ...stop, parent: { counter: 1 }, group: { counter: 2, type: 'oco' } },
  ]
  expect(denials(orders)).toEqual(['', 'flag_not_supported post_only', 'contingency_unknown 2'])
})
