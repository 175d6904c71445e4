// A parent that has ended, and that the order actor remembers no more, when its market opens for those that wait for it.
// One ended order is remembered, so that each that ends displaces the one before.

import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import type { LedgerHolding, LedgerSection } from '../../schemas/ledger-section.ts'
import { Desk } from '../desk.test-support.ts'
import { foldedFrom } from '../ledger-fold.test-support.ts'
import { loadLedger, saveLedger } from '../trading-ledger.ts'
import { EURUSD, TestNode, type TestNodeOptions } from '../trading-node.test-support.ts'

const OPTIONS: TestNodeOptions = {
  capabilities: { orders: { market: ['ioc', 'gtc'], limit: ['gtc', 'gtd', 'day'] } },
  config: (config) => ({ ...config, limits: { ...config.limits, order_retention: 1 } }),
}
const entry = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const
const exit = { instrument: EURUSD, side: 'sell', quantity_units: 1_000, limit_price_units: 101_000 } as const

/** An entry that trades while its instrument is halted, with an exit and a stop that wait for it; another order ends behind it. */
function halted({ behaviour = BEHAVIOUR, traded = 1_000, isForgotten = true } = {}): Desk {
  const desk = new Desk({ ...OPTIONS, behaviour })
  desk.do((ctx) => {
    const parent = { counter: ctx.submit(entry) }
    const profit = ctx.submit({ ...exit, parent })
    ctx.submit({ ...exit, limit_price_units: 102_000, parent, group: { counter: profit, type: 'oco' } })
    ctx.submit({ ...entry, limit_price_units: 98_000 })
  })
  const [parent, other] = desk.orders
  for (const order of [parent, other]) desk.accept(must(order, 'the orders were sent'))
  desk.securityStatus(EURUSD, 'halted')
  if (traded === 0) return desk
  desk.fill(must(parent, 'the parent was sent'), 99_000, traded)
  if (traded < 1_000)
    desk.report('canceled', must(parent, 'the parent was sent'), {
      cum_quantity_units: traded as never,
      leaves_quantity_units: 0 as never,
    })
  if (isForgotten) desk.report('canceled', must(other, 'the other was sent'))
  return desk
}

function resumed<Node extends TestNode>(node: Node): string[] {
  const before = node.sent.length
  node.securityStatus(EURUSD, 'trading')
  node.quote(EURUSD, 100_000, 100_010)
  node.pass(node.now_us + 250_000)
  return sent(node).slice(before)
}

function sent(node: TestNode): string[] {
  return node.orders.map((order) => `${order.counter} ${order.order_type} ${order.order_quantity_units}`)
}

function holding({ trading }: TestNode): LedgerHolding {
  return must(structuredClone(saveLedger(trading)).holdings['main'], 'an account is in the ledger')
}

test.each([1_000, 400])(
  '[E17] what a parent had traded when it ended, %i of 1000, is released though the order actor has forgotten it',
  (traded) => {
    const desk = halted({ traded })
    const parent = must(desk.orders[0], 'the parent was sent')
    expect(desk.trading.orders.get('main')?.orderOf(parent.strategy_id, 1)).toBe(undefined)
    expect(resumed(desk)).toEqual([`2 limit ${traded}`, `3 limit ${traded}`])
    // Nothing is kept of a parent whose children have gone.
    expect(holding(desk).ended_parents).toBe(undefined)
  },
)

test('[E17] what was noted of a parent survives a restart', () => {
  const desk = halted()
  const again = desk.reloaded()
  expect(again.save()).toEqual(desk.save())
  expect(resumed(again)).toEqual(['2 limit 1000', '3 limit 1000'])
})

test('[E17] what was noted of a parent survives a change, by the ledger or by a fold of the records', () => {
  const desk = halted()
  expect(holding(desk).ended_parents).toEqual([
    { strategy_id: 's', counter: 2, traded_units: 1_000 },
    { strategy_id: 's', counter: 3, traded_units: 1_000 },
  ])
  expect(holding(foldedFrom(desk, OPTIONS))).toEqual(holding(desk))
  const node = taken(structuredClone(saveLedger(desk.trading)))
  node.start()
  node.pass(node.now_us + 250_000)
  expect(sent(node)).toEqual(['2 limit 1000', '3 limit 1000'])
})

test('[E17] what the last step did not live to note is noted as the session starts, before others displace the parent', () => {
  const before = halted({ traded: 0 })
  const desk = halted({ isForgotten: false })
  const ledger = structuredClone(saveLedger(desk.trading))
  const node = taken({ ...ledger, holdings: structuredClone(saveLedger(before.trading)).holdings })
  node.control('session_start', {}, node.now_us + 1)
  node.report('canceled', must(desk.orders[1], 'the other was sent'))
  node.quote(EURUSD, 100_000, 100_010)
  node.control('trading_enable')
  expect(sent(node)).toEqual(['2 limit 1000', '3 limit 1000'])
})

test('[E17] a child that is cancelled leaves nothing behind', () => {
  const desk = halted()
  desk.do((ctx) => ctx.cancel(2))
  expect([holding(desk).ended_parents, resumed(desk)]).toEqual([undefined, []])
})

test('[E17] before behaviour 3 a forgotten parent had traded nothing', () => {
  const desk = halted({ behaviour: 2 })
  expect(resumed(desk)).toEqual([])
  expect(desk.facts.filter(({ type }) => type === 'order.canceled').map(({ counter }) => counter)).toEqual([
    4, 2, 3,
  ])
})

test('[E6] a child that comes behind the end of its parent, and gets nothing of it, ends at once', () => {
  const lots = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const
  const desk = new Desk(OPTIONS)
  desk.do((ctx) => ctx.submit(lots))
  const parent = desk.lastOrder()
  desk.accept(parent)
  desk.fill(parent, 99_000, 1)
  desk.report('canceled', parent, { cum_quantity_units: 1 as never, leaves_quantity_units: 0 as never })
  desk.do((ctx) => ctx.submit({ ...exit, quantity_units: 100, parent: { counter: 1 } }))
  expect([desk.facts.slice(-2).map(({ type, counter }) => `${counter} ${type}`), sent(desk)]).toEqual([
    ['2 order.held', '2 order.canceled'],
    ['1 limit 1000'],
  ])
})

test('[E17] a member of a group that ended in the last step, and is forgotten, ends the other', () => {
  const desk = new Desk(OPTIONS)
  desk.do((ctx) => {
    const first = ctx.submit(entry)
    ctx.submit({ ...entry, limit_price_units: 98_900, group: { counter: first, type: 'ouo' } })
  })
  for (const order of desk.orders) desk.accept(order)
  const ledger = structuredClone(saveLedger(desk.trading))
  const main = must(ledger.orders['main'], 'the account has orders')
  const open = main.open.filter(({ counter }) => counter === 2)
  const node = taken({ ...ledger, orders: { main: { ...main, open } } })
  node.start()
  expect(node.sent.map((command) => command.type)).toEqual(['order_cancel_request'])
})

test.each([
  { type: 'oco', traded: 1_000, joins: 0 },
  { type: 'oco', traded: 400, joins: 0 },
  { type: 'ouo', traded: 1_000, joins: 0 },
  { type: 'ouo', traded: 400, joins: 600 },
] as const)('[E7] [E8] what joins an order that has traded: %j', ({ type, traded, joins }) => {
  const desk = new Desk(OPTIONS)
  desk.do((ctx) => ctx.submit(entry))
  const first = desk.lastOrder()
  desk.accept(first)
  desk.fill(first, 99_000, traded)
  desk.do((ctx) => ctx.submit({ ...entry, limit_price_units: 98_900, group: { counter: 1, type } }))
  expect(desk.denials.map(({ reason_code, value }) => `${reason_code} ${value}`)).toEqual(
    joins > 0 ? [] : ['contingency_unknown 1'],
  )
  if (joins === 0) return
  const second = desk.lastOrder()
  expect(second.order_quantity_units).toBe(joins)
  desk.accept(second)
  // What was told by the quantity is not told again.
  desk.fill(first, 99_000, 100, { cum_quantity_units: (traded + 100) as never })
  expect(desk.lastSent()).toMatchObject({ type: 'order_cancel_replace_request', order_quantity_units: 500 })
})

function taken(ledger: LedgerSection): TestNode {
  const node = new TestNode(OPTIONS)
  loadLedger(node.trading, ledger)
  return node
}

test.each([
  { behaviour: 2, expected: ['2 order.held', '3 order.held'] },
  { behaviour: BEHAVIOUR, expected: ['2 contingency_unknown', '3 contingency_unknown'] },
])('[E6] [E7] nothing hangs on an order that was over as it was asked for: %j', ({ behaviour, expected }) => {
  const desk = new Desk({ ...OPTIONS, behaviour })
  desk.do((ctx) => {
    const buy = { instrument: EURUSD, side: 'buy', quantity_units: 1_000 } as const
    ctx.submit({ ...buy, trigger_price_units: 101_000, time_in_force: 'gtd', expire_time_us: 5 })
    ctx.submit({ ...buy, side: 'sell', limit_price_units: 101_000, parent: { counter: 1 } })
    ctx.submit({ ...buy, trigger_price_units: 102_000, group: { counter: 1, type: 'oco' } })
  })
  const facts = desk.facts.map(({ counter, type }) => `${counter} ${type}`)
  const denials = desk.denials.map(({ counter, reason_code }) => `${counter} ${reason_code}`)
  expect([...facts, ...denials]).toEqual(['1 order.expired', ...expected])
})
