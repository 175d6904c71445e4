// What an order that joins a group has left to trade, of those in it that have ended, too, and keeps to.

import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import type { NewOrderSingle, VenueCommand } from '../../schemas/messages/order.ts'
import { Desk, withRisk } from '../desk.test-support.ts'
import { foldedFrom } from '../ledger-fold.test-support.ts'
import { loadLedger, saveLedger } from '../trading-ledger.ts'
import { EURUSD, TestNode, type TestNodeOptions } from '../trading-node.test-support.ts'

const OPTIONS: TestNodeOptions = {
  capabilities: { orders: { market: ['ioc', 'gtc'], limit: ['gtc', 'gtd', 'day'] } },
}
const exit = { instrument: EURUSD, side: 'sell', limit_price_units: 101_000 } as const

function order(node: TestNode, counter: number): NewOrderSingle {
  const isIt = (command: VenueCommand): command is NewOrderSingle =>
    command.type === 'new_order_single' && command.counter === counter
  return must(node.sent.find(isIt), 'the order was sent')
}

/** The quantity of an order as it was sent, or why it was denied. */
function joined(desk: Desk, counter: number): number | string {
  const denial = desk.denials.find((one) => one.counter === counter)
  return denial?.reason_code ?? order(desk, counter).order_quantity_units
}

/** Orders for 400 and 1,000, the first of which has traded whole. */
function left({ behaviour = BEHAVIOUR } = {}): Desk {
  const desk = new Desk({ ...OPTIONS, behaviour })
  desk.do((ctx) => {
    const counter = ctx.submit({ ...exit, quantity_units: 400 })
    ctx.submit({ ...exit, quantity_units: 1_000, group: { counter, type: 'ouo' } })
  })
  for (const counter of [1, 2]) desk.accept(order(desk, counter))
  desk.fill(order(desk, 1), 101_000, 400)
  answer(desk)
  return desk
}

/** The venue does what it was asked for last. */
function answer(desk: Desk): void {
  const command = must(desk.sent.at(-1), 'something was asked for')
  if (command.type !== 'order_cancel_replace_request') throw new Error(`asked for ${command.type}`)
  const { order_quantity_units } = command
  desk.report('replaced', command, { order_quantity_units, leaves_quantity_units: order_quantity_units })
}

test.each([
  { behaviour: 2, asked: 1_000, expected: 1_000 },
  { behaviour: BEHAVIOUR, asked: 1_000, expected: 600 },
  { behaviour: BEHAVIOUR, asked: 400, expected: 'contingency_unknown' },
])(
  '[E8] what those that have ended traded is none of what joins the others: %j',
  ({ behaviour, ...joins }) => {
    const desk = left({ behaviour })
    desk.do((ctx) => ctx.submit({ ...exit, quantity_units: joins.asked, group: { counter: 2, type: 'ouo' } }))
    expect(joined(desk, 3)).toBe(joins.expected)
  },
)

test('[E11] what those that have ended traded is in snapshot and ledger, and a fold keeps it', () => {
  const desk = left()
  const ledger = structuredClone(saveLedger(desk.trading))
  expect(ledger.holdings['main']?.groups).toMatchObject([{ type: 'ouo', ended_units: 400 }])
  expect(desk.reloaded().save()).toEqual(desk.save())
  const changed = new TestNode(OPTIONS)
  loadLedger(changed.trading, ledger)
  for (const node of [changed, desk.reloaded(), foldedFrom(desk, OPTIONS)])
    expect(saveLedger(node.trading).holdings).toEqual(ledger.holdings)
})

test('[E7] [E9] nothing joins a pair of which one traded before it was to grow, and has ended', () => {
  const desk = new Desk(OPTIONS)
  desk.do((ctx) => {
    const counter = ctx.submit({ ...exit, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 })
    const first = ctx.submit({ ...exit, quantity_units: 1_000, parent: { counter } })
    const group = { counter: first, type: 'oco' } as const
    ctx.submit({ ...exit, quantity_units: 1_000, parent: { counter }, group })
  })
  desk.accept(order(desk, 1))
  desk.fill(order(desk, 1), 99_000, 400)
  for (const counter of [2, 3]) desk.accept(order(desk, counter))
  desk.fill(order(desk, 1), 99_000, 600, { cum_quantity_units: 1_000 as never })
  desk.fill(order(desk, 2), 101_000, 400)
  const grows = must(
    desk.sent.find((one) => one.type === 'order_cancel_replace_request' && one.counter === 2),
    'the venue hears of the growth',
  )
  desk.report('replace_rejected', grows)
  desk.do((ctx) => ctx.submit({ ...exit, quantity_units: 1_000, group: { counter: 3, type: 'oco' } }))
  expect(joined(desk, 4)).toBe('contingency_unknown')
})

test('[E8] no change brings back what others took before an order joined', () => {
  const desk = new Desk(OPTIONS)
  desk.do((ctx) => ctx.submit({ ...exit, quantity_units: 1_000 }))
  desk.accept(order(desk, 1))
  desk.fill(order(desk, 1), 101_000, 400)
  desk.do((ctx) => ctx.submit({ ...exit, quantity_units: 1_000, group: { counter: 1, type: 'ouo' } }))
  desk.accept(order(desk, 2))
  desk.do((ctx) => ctx.replace(2, { quantity_units: 1_000 }))
  answer(desk)
  expect(joined(desk, 2)).toBe(600)
  expect(desk.lastSent()).toMatchObject({ type: 'order_cancel_replace_request', order_quantity_units: 600 })
})

test.each([
  { behaviour: 2, expected: ['order_cancel_request'] },
  { behaviour: BEHAVIOUR, expected: [] },
])(
  '[E9] one that is denied as it is asked for leaves the others as they are: %j',
  ({ behaviour, expected }) => {
    const desk = new Desk({ ...OPTIONS, behaviour })
    desk.do((ctx) => ctx.submit({ ...exit, quantity_units: 1_000 }))
    desk.accept(order(desk, 1))
    const group = { counter: 1, type: 'oco' } as const
    desk.do((ctx) => ctx.submit({ ...exit, quantity_units: 1_000, time_in_force: 'fok', group }))
    expect(joined(desk, 2)).toBe('order_type_not_supported')
    expect(desk.sent.slice(1).map(({ type }) => type)).toEqual(expected)
  },
)

test('[E9] nor does a way out of an entry that has traded end the one there is', () => {
  const desk = new Desk({ ...OPTIONS, ...withRisk({ order_quantity_max: '1000' }) })
  desk.do((ctx) => {
    const counter = ctx.submit({ ...exit, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 })
    ctx.submit({ ...exit, quantity_units: 1_000, parent: { counter } })
  })
  desk.accept(order(desk, 1))
  desk.fill(order(desk, 1), 99_000, 400)
  desk.accept(order(desk, 2))
  const joins = { parent: { counter: 1 }, group: { counter: 2, type: 'oco' } } as const
  desk.do((ctx) => ctx.submit({ ...exit, quantity_units: 5_000, ...joins }))
  expect(joined(desk, 3)).toBe('order_quantity_max')
  expect(desk.sent.slice(2)).toEqual([])
  // Whom it named grows alone again: one of another type may join.
  desk.do((ctx) => ctx.submit({ ...exit, quantity_units: 1_000, group: { counter: 2, type: 'ouo' } }))
  expect(joined(desk, 4)).toBe(1_000)
})
