// What a group takes of an order that waits for its parent is taken of what that one releases, however much that comes to.

import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import type { LedgerHolding } from '../../schemas/ledger-section.ts'
import { sizeUnits } from '../../schemas/units.ts'
import { Desk } from '../desk.test-support.ts'
import { foldedFrom } from '../ledger-fold.test-support.ts'
import type { OrderRequest } from '../strategy/context.ts'
import { loadLedger, saveLedger } from '../trading-ledger.ts'
import { EURUSD, TestNode, type TestNodeOptions, testInstrument } from '../trading-node.test-support.ts'

const OPTIONS: TestNodeOptions = {
  capabilities: { orders: { market: ['ioc', 'gtc'], limit: ['gtc', 'gtd', 'day'] } },
}
const entry = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const
const exit = { instrument: EURUSD, side: 'sell', quantity_units: 1_000, limit_price_units: 101_000 } as const

/** An entry of 1,000 that has traded 500, an exit that grows with it, and one that waits for the whole of it; the first has sold so much. */
function bought({ sold = 200, behaviour = BEHAVIOUR, joins = false } = {}): Desk {
  const desk = new Desk({ ...OPTIONS, behaviour })
  const waiting = (first: number): OrderRequest => ({
    ...{ ...exit, limit_price_units: 102_000 },
    ...{ parent: { counter: 1, fill: 'full' }, group: { counter: first, type: 'ouo' } },
  })
  desk.do((ctx) => {
    const counter = ctx.submit(entry)
    const first = ctx.submit({ ...exit, parent: { counter } })
    if (!joins) ctx.submit(waiting(first))
  })
  const parent = must(desk.orders[0], 'the parent was sent')
  desk.accept(parent)
  desk.fill(parent, 99_000, 500)
  const first = must(desk.orders[1], 'the exit was sent')
  desk.accept(first)
  desk.fill(first, 101_000, sold)
  if (joins) desk.do((ctx) => ctx.submit(waiting(2)))
  return desk
}

/** The parent trades on to so much, and ends. Returns the order that waited, as it was sent. */
function ended(node: TestNode, from: Desk, traded: number): string | undefined {
  const parent = must(from.orders[0], 'the parent was sent')
  if (traded > 500) node.fill(parent, 99_000, traded - 500, { cum_quantity_units: traded as never })
  if (traded < 1_000)
    node.report('canceled', parent, {
      cum_quantity_units: traded as never,
      leaves_quantity_units: 0 as never,
    })
  return node.orders.filter(({ counter }) => counter === 3).map(sent)[0]
}

function sent({ counter, order_quantity_units }: { counter: number; order_quantity_units: number }): string {
  return `${counter} of ${order_quantity_units}`
}

function holding({ trading }: TestNode): LedgerHolding {
  return must(structuredClone(saveLedger(trading)).holdings['main'], 'an account is in the ledger')
}

test.each([
  { sold: 200, traded: 500, expected: '3 of 300' },
  { sold: 200, traded: 700, expected: '3 of 500' },
  { sold: 200, traded: 1_000, expected: '3 of 800' },
  { sold: 500, traded: 500, expected: undefined },
])(
  '[E6] [E8] the orders of a pair sell what their parent bought, and no more: %j',
  ({ sold, traded, expected }) => {
    for (const joins of [false, true]) expect(ended(...twice(bought({ sold, joins })), traded)).toBe(expected)
  },
)

test('[E6] one of which less is left than an order may be for ends with its parent', () => {
  const desk = bought({ sold: 500 })
  ended(desk, desk, 500)
  expect(desk.facts.at(-1)).toMatchObject({ counter: 3, type: 'order.canceled', reason_code: 'parent_ended' })
  expect(holding(desk).taken).toBe(undefined)
})

/** An entry that has bought 500, exits of a group that wait for parts of it, of which the one named has sold so much, and no more to come. */
function left(exits: readonly OrderRequest[], seller: number, sold: number, options = OPTIONS): Desk {
  const desk = new Desk(options)
  desk.do((ctx) => {
    const counter = ctx.submit(entry)
    for (const [at, order] of exits.entries()) {
      const parent = { ...order.parent, counter }
      const group = at === 0 ? {} : { group: { counter: counter + 1, type: 'ouo' as const } }
      ctx.submit({ ...order, parent, ...group })
    }
  })
  const parent = must(desk.orders[0], 'the parent was sent')
  desk.accept(parent)
  desk.fill(parent, 99_000, 500)
  for (const order of desk.orders.slice(1)) desk.accept(order)
  const first = must(
    desk.orders.find(({ counter }) => counter === seller),
    'it was sent',
  )
  desk.fill(first, 101_000, sold)
  ended(desk, desk, 500)
  return desk
}

const later = { ...exit, limit_price_units: 102_000, parent: { counter: 0, fill: 'full' } } as const
const stopped = {
  instrument: EURUSD,
  side: 'sell',
  quantity_units: 1_000,
  trigger_price_units: 95_000,
} as const
test.each<[string, OrderRequest[], number, number, TestNodeOptions]>([
  ['a smaller one', [exit, { ...later, quantity_units: 500 }], 2, 250, OPTIONS],
  [
    'one of two targets beside a stop',
    [stopped, { ...exit, quantity_units: 500 }, { ...later, quantity_units: 500 }],
    3,
    250,
    OPTIONS,
  ],
  [
    'one of which less is left than an order may be for',
    [exit, later],
    2,
    300,
    { ...OPTIONS, instruments: [testInstrument(EURUSD, 0, { quantity_min: '300' })] },
  ],
])(
  '[E8] what others have taken all of ends alone, and they cover the rest: %s',
  (_, exits, seller, sold, options) => {
    const desk = left(exits, seller, sold, options)
    const last = exits.length + 1
    expect(desk.facts.findLast(({ counter }) => counter === last)).toMatchObject({ type: 'order.canceled' })
    expect(desk.sent.filter((one) => one.type === 'order_cancel_request' && one.counter !== 1)).toEqual([])
    expect(desk.facts.filter(({ counter, type }) => counter === 2 && type === 'order.canceled')).toEqual([])
  },
)

test.each([
  ['full', 'ouo'],
  ['partial', 'ouo'],
  ['full', 'oco'],
  ['partial', 'oco'],
] as const)('[E9] a target whose share rounds to nothing leaves the stop: %s, %s', (fill, type) => {
  const desk = new Desk(OPTIONS)
  desk.do((ctx) => {
    const counter = ctx.submit({ ...entry, quantity_units: 10 })
    const parent = { counter, fill }
    const group = { counter: ctx.submit({ ...stopped, quantity_units: 10, parent }), type } as const
    ctx.submit({ ...exit, quantity_units: 9, parent, group })
    ctx.submit({ ...exit, quantity_units: 1, limit_price_units: 102_000, parent, group })
  })
  const parent = must(desk.orders[0], 'the parent was sent')
  desk.accept(parent)
  desk.fill(parent, 99_000, 5)
  for (const order of desk.orders.slice(1)) desk.accept(order)
  desk.report('canceled', parent, { cum_quantity_units: 5 as never, leaves_quantity_units: 0 as never })
  const ends = desk.facts.filter(({ type }) => type === 'order.canceled').map(({ counter }) => counter)
  expect(ends).toEqual([1, 4])
})

test.each(['before', 'after'])(
  '[E8] of a pair that grows one is cancelled that is left with too little, its parent ended %s',
  (when) => {
    const desk = new Desk({ ...OPTIONS, instruments: [testInstrument(EURUSD, 0, { quantity_min: '500' })] })
    desk.do((ctx) => {
      const parent = { counter: ctx.submit(entry) }
      const group = { counter: ctx.submit({ ...exit, parent }), type: 'ouo' } as const
      ctx.submit({ ...exit, limit_price_units: 102_000, parent, group })
    })
    const parent = must(desk.orders[0], 'the parent was sent')
    desk.accept(parent)
    desk.fill(parent, 99_000, 600)
    for (const order of desk.orders.slice(1)) desk.accept(order)
    const end = () =>
      desk.report('canceled', parent, { cum_quantity_units: 600 as never, leaves_quantity_units: 0 as never })
    if (when === 'before') end()
    desk.fill(must(desk.orders[1], 'the first was sent'), 101_000, 200)
    if (when === 'after') end()
    const cancels = desk.sent.filter(({ type }) => type === 'order_cancel_request')
    expect(cancels.map(({ counter }) => counter)).toEqual([3])
  },
)

const LEAST_500: TestNodeOptions = {
  ...OPTIONS,
  instruments: [testInstrument(EURUSD, 0, { quantity_min: '500' })],
}
test.each([
  { ended: 'in part', traded: 700 },
  { ended: 'whole', traded: 1_000 },
])(
  '[E8] one left with too little is cancelled, though its venue has not heard of its last growth: its parent ended $ended',
  ({ traded }) => {
    const desk = new Desk(LEAST_500)
    desk.do((ctx) => {
      const parent = { counter: ctx.submit(entry) }
      const group = { counter: ctx.submit({ ...exit, parent }), type: 'ouo' } as const
      ctx.submit({ ...exit, limit_price_units: 102_000, parent, group })
    })
    const parent = must(desk.orders[0], 'the parent was sent')
    const cum_quantity_units = traded as never
    desk.accept(parent)
    desk.fill(parent, 99_000, 600)
    const exits = desk.orders.slice(1)
    for (const order of exits) desk.accept(order)
    desk.fill(parent, 99_000, traded - 600, { cum_quantity_units })
    if (traded < 1_000)
      desk.report('canceled', parent, { cum_quantity_units, leaves_quantity_units: 0 as never })
    desk.fill(must(exits[0], 'the first was sent'), 101_000, traded - 400)
    for (const replace of desk.sent.filter(({ type }) => type === 'order_cancel_replace_request'))
      desk.report('replaced', replace, { order_quantity_units: sizeUnits(traded) })
    const cancels = desk.sent.filter(({ type }) => type === 'order_cancel_request')
    expect(cancels.map(({ counter }) => counter)).toEqual([3])
  },
)

test('[E9] in an oco, too, one of which its parent leaves nothing ends alone where another has taken of it', () => {
  const desk = new Desk(OPTIONS)
  desk.do((ctx) => {
    const counter = ctx.submit(entry)
    const group = { counter: ctx.submit({ ...exit, parent: { counter } }), type: 'oco' } as const
    ctx.submit({ ...stopped, parent: { counter }, group })
    ctx.submit({ ...exit, quantity_units: 600, parent: { counter, fill: 'full' }, group })
  })
  const parent = must(desk.orders[0], 'the parent was sent')
  desk.accept(parent)
  desk.fill(parent, 99_000, 500)
  const first = must(desk.orders[1], 'the exit was sent')
  desk.accept(first)
  desk.fill(parent, 99_000, 100, { cum_quantity_units: 600 as never })
  // It trades all its venue knew of before that heard that it grows.
  desk.fill(first, 101_000, 500)
  desk.report('canceled', parent, { cum_quantity_units: 600 as never, leaves_quantity_units: 0 as never })
  const ends = desk.facts.filter(({ type }) => type === 'order.canceled').map(({ counter }) => counter)
  expect(ends).toEqual([1, 4])
})

test('[E11] what was taken survives a restart and a change, by the ledger or by a fold of the records', () => {
  const desk = bought()
  expect(holding(desk).taken).toEqual([{ strategy_id: 's', counter: 3, taken_units: 200 }])
  const again = desk.reloaded()
  expect(again.save()).toEqual(desk.save())
  expect(holding(foldedFrom(desk, OPTIONS))).toEqual(holding(desk))
  const changed = new TestNode(OPTIONS)
  loadLedger(changed.trading, structuredClone(saveLedger(desk.trading)))
  changed.start()
  for (const node of [again, changed]) expect(ended(node, desk, 500)).toBe('3 of 300')
})

test('[E6] before behaviour 3 the parent released a part of what had been left', () => {
  expect(ended(...twice(bought({ behaviour: 2 })), 500)).toBe('3 of 400')
})

function twice(desk: Desk): [Desk, Desk] {
  return [desk, desk]
}
