// What is kept here is judged as it is asked for, as far as no wait makes it right.

import { expect, test } from 'vitest'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import type { SecurityTradingStatus } from '../../schemas/messages/security-status.ts'
import { Desk, withRisk } from '../desk.test-support.ts'
import type { OrderChange, OrderRequest } from '../strategy/context.ts'
import { EURUSD, testInstrument } from '../trading-node.test-support.ts'

const BARE = { orders: { market: ['ioc'], limit: ['gtc', 'day'] } } as const
const entry = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const
const sell = { instrument: EURUSD, side: 'sell', quantity_units: 1_000 } as const
const stop = { ...sell, trigger_price_units: 98_000 } as const
const stopLimit = { ...stop, limit_price_units: 97_900 } as const

type Venue = Pick<CapabilityTable, 'orders'> & Partial<CapabilityTable>

/** Prices in tens, quantities in hundreds. */
const TENS = testInstrument(EURUSD, 0, { increments: [{ price_increment: '0.00010' }], lot: '100' })

/** What the denials of these orders say, asked for at once; '' of one that is kept. */
function denials(orders: readonly OrderRequest[], capabilities: Venue = BARE, behaviour?: number): string[] {
  return denialsOf(new Desk({ capabilities, ...(behaviour !== undefined && { behaviour }) }), orders)
}

function denialsOf(desk: Desk, orders: readonly OrderRequest[]): string[] {
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

test('[E5] [E6] what no wait makes right of an order that is kept here is denied as it is asked for', () => {
  const parent = { counter: 1 }
  const wrong: [string, OrderRequest][] = [
    ['price_off_increment 0.98003', { ...stop, trigger_price_units: 98_003 }],
    ['price_off_increment 0.97903', { ...stopLimit, limit_price_units: 97_903 }],
    ['quantity_off_lot 150', { ...stop, quantity_units: 150 }],
    ['price_off_increment 1.01003', { ...sell, limit_price_units: 101_003, parent }],
    ['quantity_off_lot 150', { ...sell, limit_price_units: 101_000, quantity_units: 150, parent }],
    ['price_off_increment 0.98003', { ...stop, trigger_price_units: 98_003, parent }],
    ['display_quantity 2000', { ...stopLimit, display_quantity_units: 2_000, parent }],
  ]
  const capabilities = { ...BARE, display_quantity: true } as const
  for (const [denial, order] of wrong) {
    const asked = (behaviour?: number) => {
      const options = { capabilities, instruments: [TENS], ...(behaviour !== undefined && { behaviour }) }
      return denialsOf(new Desk(options), [entry, order])[1]
    }
    expect([asked(), asked(2)]).toEqual([denial, ''])
  }
})

test('[E5] an order with a trigger that is asked for while a venue would not take it is not held', () => {
  const asked = (
    status: SecurityTradingStatus,
    order: OrderRequest,
    more: Partial<Venue> = {},
    behaviour = 3,
  ) => {
    const orders = { market: ['ioc'], limit: ['gtc', 'ioc'] } as const
    const desk = new Desk({ capabilities: { orders, post_only: true, ...more }, behaviour })
    desk.securityStatus(EURUSD, status)
    return denialsOf(desk, [order])[0]
  }
  const atOnce = { ...stopLimit, time_in_force: 'ioc' } as const
  expect(asked('closed', stop)).toBe('market_closed')
  expect(asked('closed', stop, { closed_orders: true })).toBe('')
  expect(asked('halted', stop)).toBe('market_halted')
  expect(asked('halted', stop, { halted_orders: true })).toBe('')
  expect(asked('halted', atOnce, { halted_orders: true })).toBe('not_in_call ioc')
  expect(asked('closing_call', { ...stopLimit, post_only: true })).toBe('not_in_call post_only')
  expect(asked('pre_open', stop)).toBe('')
  expect([asked('closed', stop, {}, 2), asked('closing_call', atOnce, {}, 2)]).toEqual(['', ''])
})

test('[E10] a change of a held order is judged alike, and leaves the order as it was where it is denied', () => {
  const changed = (change: OrderChange, status: SecurityTradingStatus = 'trading', behaviour = 3) => {
    const desk = new Desk({ capabilities: BARE, instruments: [TENS], behaviour })
    desk.do((ctx) => ctx.submit(stopLimit))
    desk.securityStatus(EURUSD, status)
    desk.do((ctx) => ctx.replace(1, change))
    const { counts } = desk.trading.executions.get('main') ?? {}
    expect([counts, desk.faults]).toEqual([{ denied: 0, canceled: 0, expired: 0, held: 1 }, []])
    const denial = desk.denials.map(({ request, reason_code, value, order_type }) =>
      [request, reason_code, value, order_type].join(' ').trim(),
    )
    return [...denial, ...desk.facts.slice(1).map(({ type }) => type)].join()
  }
  const same = { quantity_units: 1_000, limit_price_units: 97_900 }
  const changes: [string, OrderChange, SecurityTradingStatus?][] = [
    ['replace price_off_increment 0.98003 stop_limit', { ...same, trigger_price_units: 98_003 }],
    ['replace price_off_increment 0.97903 stop_limit', { ...same, limit_price_units: 97_903 }],
    ['replace quantity_off_lot 950 stop_limit', { ...same, quantity_units: 950 }],
    ['replace market_closed  stop_limit', { ...same, quantity_units: 1_100 }, 'closed'],
  ]
  for (const [denial, change, status] of changes) {
    expect(changed(change, status)).toBe(denial)
    expect(changed(change, status, 2)).toBe('order.replaced')
  }
  // A cancel of a part waits for no market.
  expect(changed({ ...same, quantity_units: 900 }, 'closed')).toBe('order.replaced')
  expect(changed(same)).toBe('order.replaced')
})

/** Two orders a second may go out. */
function slow(behaviour?: number): Desk {
  const rate = withRisk({ order_rate: { orders_max: 2, window_us: 1_000_000 } })
  return new Desk({ capabilities: BARE, ...rate, ...(behaviour !== undefined && { behaviour }) })
}

function sent({ orders }: Pick<Desk, 'orders'>): string {
  return orders.map(({ counter, order_type }) => `${counter} ${order_type}`).join(', ')
}

test('[E14] what is triggered beyond the order rate goes out as soon as there is room, by the price there is then', () => {
  const desk = slow()
  desk.do((ctx) => {
    for (let asked = 0; asked < 3; asked++) ctx.submit(stop)
    ctx.submit({ ...stop, trigger_price_units: 97_990 })
  })
  const { now_us } = desk
  desk.quote(EURUSD, 97_980, 97_990)
  expect([sent(desk), desk.denials]).toEqual(['1 market, 2 market', []])
  const again = desk.reloaded()
  for (const one of [desk, again]) {
    // Back above the trigger of the fourth: that one waits on.
    one.quote(EURUSD, 97_995, 98_000)
    one.pass(now_us + 999_999)
    expect(one.sent.length).toBe(one === desk ? 2 : 0)
    one.pass(now_us + 1_000_000)
    expect([one.sent.at(-1)?.counter, one.denials]).toEqual([3, []])
    expect(one.state('execution/main')).toContain(', 1 held')
  }
  const before = slow(2)
  before.do((ctx) => {
    for (let asked = 0; asked < 3; asked++) ctx.submit(stop)
  })
  before.quote(EURUSD, 97_980, 97_990)
  expect(before.denials.map(({ counter, reason_code }) => `${counter} ${reason_code}`)).toEqual([
    '3 order_rate',
  ])
})

test('[E14] what its strategy asks for in the same step goes before an order that is triggered by it', () => {
  const desk = slow()
  desk.do((ctx) => ctx.submit(stop))
  desk.do((ctx) => {
    ctx.submit(entry)
    ctx.submit(entry)
    ctx.replace(1, { quantity_units: 1_000, trigger_price_units: 100_005 })
  })
  expect([sent(desk), desk.denials]).toEqual(['2 limit, 3 limit', []])
  desk.pass(desk.now_us + 1_000_000)
  expect([sent(desk), desk.denials]).toEqual(['2 limit, 3 limit, 1 market', []])
})

test('[E14] children that are released beyond the order rate wait, too', () => {
  const asked = (behaviour?: number) => {
    const desk = slow(behaviour)
    desk.do((ctx) => {
      ctx.submit(entry)
      for (const price of [101_000, 102_000])
        ctx.submit({ ...sell, limit_price_units: price, parent: { counter: 1 } })
    })
    desk.accept(desk.lastOrder())
    desk.fill(desk.lastOrder(), 99_000, 1_000)
    const first = sent(desk)
    desk.pass(desk.now_us + 1_000_000)
    return [
      first,
      sent(desk),
      desk.denials.map(({ counter, reason_code }) => `${counter} ${reason_code}`).join(),
    ]
  }
  const first = '1 limit, 2 limit'
  expect(asked()).toEqual([first, `${first}, 3 limit`, ''])
  expect(asked(2)).toEqual([first, first, '3 order_rate'])
})
