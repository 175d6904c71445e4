import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import type { NewOrderSingle, VenueCommand } from '../../schemas/messages/order.ts'
import { sizeUnits } from '../../schemas/units.ts'
import { Desk } from '../desk.test-support.ts'
import { EURUSD, type TestNode } from '../trading-node.test-support.ts'

const BASIC = { orders: { market: ['ioc', 'gtc'], limit: ['gtc', 'gtd', 'day'] } } as const
const entry = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const
const profit = {
  instrument: EURUSD,
  side: 'sell',
  quantity_units: 1_000,
  limit_price_units: 101_000,
} as const
const stop = { instrument: EURUSD, side: 'sell', quantity_units: 1_000, trigger_price_units: 98_000 } as const

/** What has been sent, in short: an order by its counter, type and quantity, a request by the order it is about. */
function sent(desk: TestNode): string[] {
  return desk.sent.map((command) => {
    if (command.type === 'new_order_single')
      return `${command.counter} ${command.order_type} ${command.order_quantity_units}`
    const kind =
      command.type === 'order_cancel_request' ? 'cancel' : `replace to ${command.order_quantity_units}`
    return `${kind} ${command.counter}`
  })
}

function told(desk: Desk, counter: number): string[] {
  return desk.facts.filter((fact) => fact.counter === counter).map(({ type }) => type.slice('order.'.length))
}

function order(desk: Desk, counter: number): NewOrderSingle {
  const isIt = (command: VenueCommand): command is NewOrderSingle =>
    command.type === 'new_order_single' && command.counter === counter
  return must(desk.sent.find(isIt), 'the order was sent')
}

function trade(desk: Desk, counter: number, quantity: number, cum = quantity): void {
  desk.report('trade', order(desk, counter), {
    execution_id: `x${counter}-${cum}`,
    last_quantity_units: sizeUnits(quantity),
    last_price_units: order(desk, counter).price_units,
    cum_quantity_units: sizeUnits(cum),
  })
}

function bracket(type: 'oco' | 'ouo', fill: 'partial' | 'full' = 'full'): Desk {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    const parent = ctx.submit(entry)
    const first = ctx.submit({ ...profit, parent: { counter: parent, fill } })
    ctx.submit({ ...stop, parent: { counter: parent, fill }, group: { counter: first, type } })
  })
  desk.accept(order(desk, 1))
  return desk
}

test('[E6] children wait until their parent has traded in full, and then go where they belong', () => {
  const desk = bracket('oco')
  expect(sent(desk)).toEqual(['1 limit 1000'])
  expect([told(desk, 2), told(desk, 3)]).toEqual([['held'], ['held']])
  trade(desk, 1, 400)
  expect(sent(desk)).toEqual(['1 limit 1000'])
  trade(desk, 1, 600, 1_000)
  // The venue takes the limit order; the stop is kept until its trigger.
  expect(sent(desk)).toEqual(['1 limit 1000', '2 limit 1000'])
  expect(told(desk, 3)).toEqual(['held', 'held'])
  expect(desk.state('execution/main')).toBe('3 intents, 1 held')
})

test('[E6] a first trade releases those that wait for a part', () => {
  const desk = bracket('oco', 'partial')
  trade(desk, 1, 1)
  expect(sent(desk)).toEqual(['1 limit 1000', '2 limit 1000'])
})

test('[E6] cancelling the parent cancels its children, and so does a venue that rejects it', () => {
  const desk = bracket('oco')
  desk.do((ctx) => ctx.cancel(1))
  desk.report('canceled', must(desk.sent.at(-1), 'a cancel was sent'))
  expect([told(desk, 2), told(desk, 3)]).toEqual([
    ['held', 'canceled'],
    ['held', 'canceled'],
  ])
  const other = new Desk({ capabilities: BASIC })
  other.do((ctx) => {
    ctx.submit(entry)
    ctx.submit({ ...profit, parent: { counter: 1 } })
  })
  other.report('rejected', order(other, 1))
  expect(told(other, 2)).toEqual(['held', 'canceled'])
  expect(other.state('execution/main')).toBe('2 intents')
})

test('[E6] a parent that is denied takes its children with it', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    ctx.submit({ ...entry, limit_price_units: 1 })
    ctx.submit({ ...profit, parent: { counter: 1 } })
    ctx.submit({ ...entry, quantity_units: 0 })
    ctx.submit({ ...profit, parent: { counter: 3 } })
  })
  expect(told(desk, 4)).toEqual(['held', 'canceled'])
})

test('[E6] a child of an order nobody knows is denied', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => ctx.submit({ ...profit, parent: { counter: 77 } }))
  expect(desk.denials.map(({ reason_code, value }) => [reason_code, value])).toEqual([
    ['contingency_unknown', '77'],
  ])
})

test('[E7] of an OCO pair a trade of one cancels the other, at the venue or here', () => {
  const desk = bracket('oco')
  trade(desk, 1, 1_000)
  desk.accept(order(desk, 2))
  trade(desk, 2, 300)
  expect(told(desk, 3)).toEqual(['held', 'held', 'canceled'])
  const pair = new Desk({ capabilities: BASIC })
  pair.do((ctx) => {
    ctx.submit(entry)
    ctx.submit({ ...profit, group: { counter: 1, type: 'oco' } })
  })
  for (const counter of [1, 2]) pair.accept(order(pair, counter))
  trade(pair, 1, 10)
  trade(pair, 1, 10, 20)
  expect(sent(pair)).toEqual(['1 limit 1000', '2 limit 1000', 'cancel 2'])
})

test('[E7] the stop of an OCO pair that is triggered first cancels the limit order', () => {
  const desk = bracket('oco')
  trade(desk, 1, 1_000)
  desk.accept(order(desk, 2))
  desk.quote(EURUSD, 97_990, 98_000)
  expect(told(desk, 3)).toEqual(['held', 'held', 'triggered'])
  expect(sent(desk).at(-1)).toBe('3 market 1000')
  trade(desk, 3, 1_000)
  expect(sent(desk).at(-1)).toBe('cancel 2')
})

test('[E8] of an OUO pair a partial take-profit shrinks the stop, and the whole of it cancels the stop', () => {
  const desk = bracket('ouo')
  trade(desk, 1, 1_000)
  desk.accept(order(desk, 2))
  trade(desk, 2, 300)
  expect(desk.facts.filter(({ counter }) => counter === 3).at(-1)).toMatchObject({
    type: 'order.replaced',
    order_quantity_units: 700,
    reason_code: 'ouo',
  })
  trade(desk, 2, 700, 1_000)
  expect(told(desk, 3)).toEqual(['held', 'held', 'replaced', 'canceled'])
})

test('[E8] an order at the venue is lowered by a replace, once the venue can hear it', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    ctx.submit(entry)
    ctx.submit({ ...profit, group: { counter: 1, type: 'ouo' } })
  })
  desk.accept(order(desk, 1))
  trade(desk, 1, 300)
  // The other has not been accepted yet.
  expect(sent(desk)).toEqual(['1 limit 1000', '2 limit 1000'])
  desk.accept(order(desk, 2))
  expect(sent(desk).at(-1)).toBe('replace to 700 2')
})

test('[E9] cancelling one of a group cancels the others', () => {
  const desk = bracket('oco')
  trade(desk, 1, 1_000)
  desk.do((ctx) => ctx.cancel(3))
  expect(told(desk, 3)).toEqual(['held', 'held', 'canceled'])
  desk.accept(order(desk, 2))
  expect(sent(desk).at(-1)).toBe('cancel 2')
})

test('[E10] a held order is replaced and cancelled here, and listed among the open ones', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => ctx.submit(stop))
  desk.do((ctx) => {
    expect(ctx.openOrders().map(({ counter, state }) => [counter, state])).toEqual([[1, 'held']])
    ctx.replace(1, { quantity_units: 500, trigger_price_units: 99_000 })
  })
  desk.quote(EURUSD, 98_999, 99_010)
  expect(sent(desk)).toEqual(['1 market 500'])
  desk.do((ctx) => ctx.submit(stop))
  desk.do((ctx) => ctx.cancel(3))
  expect(told(desk, 3)).toEqual(['held', 'canceled'])
  desk.quote(EURUSD, 90_000, 90_010)
  expect(sent(desk)).toEqual(['1 market 500'])
})

test('[E10] a held order good till date expires here', () => {
  const desk = new Desk({ capabilities: BASIC })
  const at = desk.now_us + 1_000_000
  desk.do((ctx) => ctx.submit({ ...stop, expire_time_us: at }))
  desk.pass(at)
  expect(told(desk, 1)).toEqual(['held', 'expired'])
})

test('[E10] what ends a strategy, or orders_cancel, ends what is held of it', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => ctx.submit(stop))
  desk.control('orders_cancel')
  expect(told(desk, 1)).toEqual(['held', 'canceled'])
  desk.do((ctx) => ctx.submit(stop))
  desk.control('strategy_halt')
  expect(told(desk, 2)).toEqual(['held', 'canceled'])
})

test('[E11] held orders and groups survive a restart', () => {
  const desk = bracket('oco')
  trade(desk, 1, 1_000)
  desk.accept(order(desk, 2))
  const again = desk.reloaded()
  expect(again.state('execution/main')).toBe('3 intents, 1 held')
  expect(again.save()).toEqual(desk.save())
  again.quote(EURUSD, 97_990, 98_000)
  expect(sent(again)).toEqual(['3 market 1000'])
})

test('[E14] a child whose parent trades while the account is halted waits, and goes when it is resumed', () => {
  const desk = bracket('oco', 'partial')
  desk.control('account_halt')
  trade(desk, 1, 1_000)
  desk.pass(desk.now_us + 1_000_000)
  expect([sent(desk), desk.denials]).toEqual([['1 limit 1000'], []])
  desk.control('account_resume')
  desk.pass(desk.now_us + 250_000)
  expect([sent(desk), told(desk, 3)]).toEqual([
    ['1 limit 1000', '2 limit 1000'],
    ['held', 'held'],
  ])
})

test('[E14] a held stop whose trigger is met while the account is halted fires once it is resumed and still meets it', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => ctx.submit(stop))
  desk.control('account_halt')
  desk.quote(EURUSD, 97_900, 97_910)
  desk.control('account_resume')
  desk.quote(EURUSD, 98_500, 98_510)
  expect([sent(desk), desk.denials]).toEqual([[], []])
  desk.quote(EURUSD, 97_990, 98_010)
  expect(sent(desk)).toEqual(['1 market 1000'])
})

test('[E14] a child whose parent trades as its instrument is halted waits until it trades again', () => {
  const desk = bracket('oco', 'partial')
  desk.securityStatus(EURUSD, 'halted')
  trade(desk, 1, 1_000)
  desk.pass(desk.now_us + 1_000_000)
  expect([sent(desk), desk.denials]).toEqual([['1 limit 1000'], []])
  desk.securityStatus(EURUSD, 'trading')
  desk.quote(EURUSD, 100_000, 100_010)
  desk.pass(desk.now_us + 250_000)
  expect(sent(desk)).toEqual(['1 limit 1000', '2 limit 1000'])
})
