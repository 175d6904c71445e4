import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { NewOrderSingle, VenueCommand } from '../../schemas/messages/order.ts'
import { sizeUnits } from '../../schemas/units.ts'
import { Desk } from '../desk.test-support.ts'
import type { OrderRequest } from '../strategy/context.ts'
import {
  EURUSD,
  type TestNode,
  testAccount,
  testInstrument,
  testStrategy,
  testVenue,
} from '../trading-node.test-support.ts'

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

function heldQuantity(desk: Desk, counter: number): number | undefined {
  let quantity: number | undefined
  desk.do((ctx) => {
    quantity = ctx.openOrders().find((open) => open.counter === counter)?.order_quantity_units
  })
  return quantity
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

test('[E6] a parent that has traded all that it is for releases its children, whatever a replace of it comes to', () => {
  // A venue that keeps the children has released them by then: it traded the parent before it heard of the change.
  for (const type of ['oco', 'ouo'] as const) {
    const desk = bracket(type)
    desk.do((ctx) => ctx.replace(1, { quantity_units: 1_500 }))
    const replace = must(desk.sent.at(-1), 'a replace was sent')
    trade(desk, 1, 600)
    expect(sent(desk)).toEqual(['1 limit 1000', 'replace to 1500 1'])
    trade(desk, 1, 400, 1_000)
    expect(told(desk, 1)).not.toContain('filled')
    expect(sent(desk).slice(2)).toEqual(['2 limit 1000'])
    expect(heldQuantity(desk, 3)).toBe(1_000)
    desk.report('replace_rejected', replace)
    expect(told(desk, 1).at(-1)).toBe('replace_rejected')
    expect([sent(desk).length, heldQuantity(desk, 3)]).toEqual([3, 1_000])
  }
})

test('[E6] the first trade releases as much of those that wait for a part as has traded, and each more of it', () => {
  const desk = bracket('ouo', 'partial')
  trade(desk, 1, 300)
  expect(sent(desk)).toEqual(['1 limit 1000', '2 limit 300'])
  expect(heldQuantity(desk, 3)).toBe(300)
  trade(desk, 1, 200, 500)
  // The venue has not accepted the child yet, and hears of more when it has.
  expect([sent(desk).length, heldQuantity(desk, 3)]).toEqual([2, 500])
  desk.accept(order(desk, 2))
  expect(sent(desk).at(-1)).toBe('replace to 500 2')
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

test('[E6] of a parent that ends in part the children cover what it has traded, whatever they waited for', () => {
  for (const fill of ['partial', 'full'] as const) {
    const desk = bracket('oco', fill)
    trade(desk, 1, 400)
    desk.do((ctx) => ctx.cancel(1))
    const cancel = must(desk.sent.at(-1), 'a cancel was sent')
    desk.report('canceled', cancel, { cum_quantity_units: sizeUnits(400) })
    expect(sent(desk).filter((text) => text.startsWith('2'))).toEqual(['2 limit 400'])
    expect(heldQuantity(desk, 3)).toBe(400)
  }
})

test('[E6] two targets of a half each grow in proportion, in whole lots', () => {
  const desk = new Desk({ capabilities: BASIC, instruments: [testInstrument(EURUSD, 0, { lot: '100' })] })
  desk.do((ctx) => {
    ctx.submit(entry)
    for (const quantity_units of [500, 500])
      ctx.submit({ ...profit, quantity_units, parent: { counter: 1, fill: 'partial' } })
  })
  desk.accept(order(desk, 1))
  trade(desk, 1, 100)
  // Half a lot is nothing.
  expect(sent(desk)).toEqual(['1 limit 1000'])
  trade(desk, 1, 400, 500)
  trade(desk, 1, 500, 1_000)
  expect(sent(desk)).toEqual(['1 limit 1000', '2 limit 200', '3 limit 200'])
  for (const counter of [2, 3]) desk.accept(order(desk, counter))
  expect(sent(desk).slice(3)).toEqual(['replace to 500 2', 'replace to 500 3'])
})

test('[E6] a share below the least order waits for more of its parent', () => {
  const instruments = [testInstrument(EURUSD, 0, { quantity_min: '500' })]
  const desk = new Desk({ capabilities: BASIC, instruments })
  desk.do((ctx) => {
    ctx.submit(entry)
    ctx.submit({ ...profit, parent: { counter: 1, fill: 'partial' } })
  })
  desk.accept(order(desk, 1))
  trade(desk, 1, 300)
  expect(sent(desk)).toEqual(['1 limit 1000'])
  trade(desk, 1, 200, 500)
  expect(sent(desk)).toEqual(['1 limit 1000', '2 limit 500'])
})

test('[E6] [E8] what a partial take-profit took off the stop stays off while both grow', () => {
  const desk = bracket('ouo', 'partial')
  trade(desk, 1, 600)
  desk.accept(order(desk, 2))
  trade(desk, 2, 200)
  expect(heldQuantity(desk, 3)).toBe(400)
  trade(desk, 1, 400, 1_000)
  expect([sent(desk).at(-1), heldQuantity(desk, 3)]).toEqual(['replace to 1000 2', 800])
})

test('[E8] [E9] an order that trades to its end has the others of its group cancelled once', () => {
  for (const type of ['oco', 'ouo'] as const) {
    const desk = new Desk({ capabilities: BASIC })
    desk.do((ctx) => {
      const first = ctx.submit(profit)
      ctx.submit({ ...profit, limit_price_units: 102_000, group: { counter: first, type } })
    })
    for (const counter of [1, 2]) desk.accept(order(desk, counter))
    trade(desk, 1, 1_000)
    expect(sent(desk)).toEqual(['1 limit 1000', '2 limit 1000', 'cancel 2'])
    expect(told(desk, 2).slice(-1)).toEqual(['pending_cancel'])
  }
})

test('[E8] an order that trades to its end while it is being cancelled takes the others along all the same', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    const first = ctx.submit(profit)
    const group = { counter: first, type: 'oco' } as const
    ctx.submit({ ...profit, limit_price_units: 102_000, group })
    ctx.submit({ ...profit, limit_price_units: 103_000, group })
  })
  for (const counter of [1, 2, 3]) desk.accept(order(desk, counter))
  trade(desk, 1, 400)
  expect(sent(desk).slice(3)).toEqual(['cancel 2', 'cancel 3'])
  trade(desk, 2, 1_000)
  expect(sent(desk).slice(5)).toEqual(['cancel 1'])
})

test('[E6] a child that has done all that was released, or is refused, takes the rest of its parent along', () => {
  const done = bracket('ouo', 'partial')
  trade(done, 1, 300)
  done.accept(order(done, 2))
  trade(done, 2, 300)
  expect([told(done, 3).at(-1), sent(done).at(-1)]).toEqual(['canceled', 'cancel 1'])
  const refused = bracket('ouo', 'partial')
  trade(refused, 1, 300)
  refused.report('rejected', order(refused, 2))
  expect([told(refused, 3).at(-1), sent(refused).at(-1)]).toEqual(['canceled', 'cancel 1'])
  const asked = bracket('ouo', 'partial')
  trade(asked, 1, 300)
  asked.accept(order(asked, 2))
  asked.do((ctx) => ctx.cancel(2))
  asked.report('canceled', must(asked.sent.at(-1), 'a cancel was sent'))
  expect(sent(asked)).toEqual(['1 limit 1000', '2 limit 300', 'cancel 2'])
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

test('[E7] an order that joins an OCO pair which a trade has decided is denied, whichever of it it names', () => {
  const named = [1, 2].map((counter) => {
    const desk = new Desk({ capabilities: BASIC })
    desk.do((ctx) => {
      const group = { counter: ctx.submit(profit), type: 'oco' } as const
      ctx.submit({ ...profit, limit_price_units: 101_500, group })
    })
    for (const one of [1, 2]) desk.accept(order(desk, one))
    trade(desk, 1, 400)
    desk.do((ctx) => ctx.submit({ ...profit, group: { counter, type: 'oco' } }))
    return desk.denials.map(({ reason_code }) => reason_code)
  })
  expect(named).toEqual([['contingency_unknown'], ['contingency_unknown']])
})

/** What the orders of a pair and of one that joins it as another type come to, asked for one after the other. */
function mixed(contingencies: readonly ('oco' | 'ouo')[], joins: OrderRequest, behaviour?: number): Desk {
  const capabilities = { ...BASIC, ...(contingencies.length > 0 && { contingencies }) }
  const desk = new Desk({ capabilities, ...(behaviour !== undefined && { behaviour }) })
  desk.do((ctx) => {
    ctx.submit(profit)
    ctx.submit({ ...profit, limit_price_units: 101_500, group: { counter: 1, type: 'oco' } })
  })
  for (const counter of [1, 2]) desk.accept(order(desk, counter))
  desk.do((ctx) => ctx.submit(joins))
  return desk
}

const TO_MIX: readonly (readonly [string, readonly ('oco' | 'ouo')[], OrderRequest])[] = [
  ['kept here', [], { ...profit, group: { counter: 1, type: 'ouo' } }],
  ['kept here, by its last', [], { ...profit, group: { counter: 2, type: 'ouo' } }],
  [
    'its venue keeps, and the engine the other type',
    ['oco'],
    { ...profit, group: { counter: 1, type: 'ouo' } },
  ],
  ['its venue keeps, named by its last', ['oco'], { ...profit, group: { counter: 2, type: 'ouo' } }],
  [
    'its venue keeps, by one that waits here',
    ['oco', 'ouo'],
    { ...stop, group: { counter: 1, type: 'ouo' } },
  ],
]

test.each(TO_MIX)(
  '[E7] [E8] no order joins a group as one of another type: %s',
  (_, contingencies, joins) => {
    const desk = mixed(contingencies, joins)
    expect(desk.denials.map(({ counter, reason_code, value }) => [counter, reason_code, value])).toEqual([
      [3, 'contingency_unknown', String(joins.group?.counter)],
    ])
    expect(told(desk, 3)).toEqual([])
    // As one of the type they have it joins them.
    const fitting = mixed(contingencies, {
      ...joins,
      group: { ...must(joins.group, 'it joins'), type: 'oco' },
    })
    expect(fitting.denials).toEqual([])
  },
)

test('[E7] a pair of which one cancels the other stays one, whatever would join it', () => {
  const left = [2, BEHAVIOUR].map((behaviour) => {
    const desk = mixed([], { ...profit, group: { counter: 1, type: 'ouo' } }, behaviour)
    trade(desk, 1, 400)
    return sent(desk).filter((text) => text.startsWith('cancel') || text.startsWith('replace'))
  })
  expect(left).toEqual([['replace to 600 2'], ['cancel 2']])
})

test('[E8] what others of its group took from a held order no change brings back', () => {
  const sizes = [undefined, 2].map((behaviour) => {
    const desk = new Desk({ capabilities: BASIC, ...(behaviour !== undefined && { behaviour }) })
    desk.do((ctx) => ctx.submit({ ...stop, group: { counter: ctx.submit(profit), type: 'ouo' } }))
    desk.accept(order(desk, 1))
    trade(desk, 1, 400)
    desk.do((ctx) => ctx.replace(2, { quantity_units: 1_000, trigger_price_units: 98_500 }))
    const raised = heldQuantity(desk, 2)
    desk.do((ctx) => ctx.replace(2, { quantity_units: 500, trigger_price_units: 98_500 }))
    return [raised, heldQuantity(desk, 2)]
  })
  expect(sizes).toEqual([
    [600, 500],
    [1_000, 500],
  ])
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

test.each([
  { behaviour: 2, held: undefined, last: 'cancel 3' },
  { behaviour: BEHAVIOUR, held: 600, last: 'replace to 600 3' },
])(
  '[E8] a smaller take-profit that trades whole leaves the stop of its OUO group to the rest: %j',
  (expected) => {
    const { behaviour, held, last } = expected
    // The one is held here, the other at the venue, and both are of one group.
    const desk = new Desk({ capabilities: BASIC, behaviour })
    desk.do((ctx) => {
      const group = { counter: ctx.submit({ ...profit, quantity_units: 400 }), type: 'ouo' } as const
      ctx.submit({ ...stop, group })
      ctx.submit({ ...profit, limit_price_units: 102_000, group })
    })
    for (const counter of [1, 3]) desk.accept(order(desk, counter))
    trade(desk, 1, 400)
    desk.report('replaced', must(desk.sent.at(-1), 'the one at the venue was lowered'))
    expect([heldQuantity(desk, 2), sent(desk).at(-1)]).toEqual([held, last])
  },
)

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

test('[E8] what the venue refuses to lower is asked for again with the next trade, and not before', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    ctx.submit(entry)
    ctx.submit({ ...profit, group: { counter: 1, type: 'ouo' } })
  })
  for (const counter of [1, 2]) desk.accept(order(desk, counter))
  trade(desk, 1, 300)
  desk.report('replace_rejected', must(desk.sent.at(-1), 'a replace was sent'))
  expect(sent(desk)).toEqual(['1 limit 1000', '2 limit 1000', 'replace to 700 2'])
  trade(desk, 1, 100, 400)
  expect(sent(desk).at(-1)).toBe('replace to 600 2')
})

test.each([
  { behaviour: 2, halted: [], trading: ['replace to 700 2'] },
  { behaviour: BEHAVIOUR, halted: ['replace to 700 2'], trading: [] },
])('[E8] a halt keeps no order from being lowered: %j', ({ behaviour, halted, trading }) => {
  const desk = new Desk({ capabilities: BASIC, behaviour })
  desk.do((ctx) => {
    ctx.submit(entry)
    ctx.submit({ ...profit, group: { counter: 1, type: 'ouo' } })
  })
  for (const counter of [1, 2]) desk.accept(order(desk, counter))
  desk.securityStatus(EURUSD, 'halted')
  trade(desk, 1, 300)
  expect(sent(desk).slice(2)).toEqual(halted)
  desk.securityStatus(EURUSD, 'trading')
  desk.pass(desk.now_us + 250_000)
  expect(sent(desk).slice(2 + halted.length)).toEqual(trading)
})

test('[E8] what a venue refuses to lower in a halt is asked for again when the instrument trades again', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    ctx.submit(entry)
    ctx.submit({ ...profit, group: { counter: 1, type: 'ouo' } })
  })
  for (const counter of [1, 2]) desk.accept(order(desk, counter))
  desk.securityStatus(EURUSD, 'halted')
  trade(desk, 1, 300)
  desk.report('replace_rejected', must(desk.sent.at(-1), 'a replace was sent'))
  desk.securityStatus(EURUSD, 'trading')
  expect(sent(desk).slice(2)).toEqual(['replace to 700 2', 'replace to 700 2'])
  desk.report('replaced', must(desk.sent.at(-1), 'a replace was sent'), {
    order_quantity_units: sizeUnits(700),
  })
  desk.securityStatus(EURUSD, 'halted')
  desk.securityStatus(EURUSD, 'trading')
  expect(sent(desk)).toHaveLength(4)
})

test('[E7] both of an OCO pair that trade before either cancel arrives are cancelled, and nothing more', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    ctx.submit(entry)
    ctx.submit({ ...profit, group: { counter: 1, type: 'oco' } })
  })
  for (const counter of [1, 2]) desk.accept(order(desk, counter))
  trade(desk, 1, 10)
  trade(desk, 2, 20)
  expect(sent(desk).slice(2)).toEqual(['cancel 2', 'cancel 1'])
  desk.report('canceled', must(desk.sent[2], 'a cancel was sent'), { cum_quantity_units: sizeUnits(20) })
  desk.report('canceled', must(desk.sent[3], 'a cancel was sent'), { cum_quantity_units: sizeUnits(10) })
  expect([sent(desk).length, desk.state('execution/main')]).toEqual([4, '2 intents'])
})

test('[E7] the end of an order that its group has cancelled concerns no other', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    ctx.submit(entry)
    ctx.submit({ ...profit, group: { counter: 1, type: 'oco' } })
  })
  for (const counter of [1, 2]) desk.accept(order(desk, counter))
  trade(desk, 1, 10)
  desk.report('canceled', desk.lastSent())
  // The first has 990 to trade, and goes on.
  expect(sent(desk).slice(2)).toEqual(['cancel 2'])
})

test('[E8] an order of which as much has traded as it may is cancelled, and one that was made less is not made more', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    ctx.submit(profit)
    ctx.submit({ ...profit, limit_price_units: 102_000, group: { counter: 1, type: 'ouo' } })
    ctx.submit(profit)
    ctx.submit({ ...profit, limit_price_units: 102_000, group: { counter: 3, type: 'ouo' } })
  })
  for (const counter of [1, 2, 3, 4]) desk.accept(order(desk, counter))
  trade(desk, 2, 600)
  trade(desk, 1, 400)
  expect(sent(desk).slice(4)).toEqual(['replace to 400 1', 'cancel 2'])
  trade(desk, 3, 200)
  expect(sent(desk).at(-1)).toBe('replace to 800 4')
  desk.report('replaced', desk.lastSent(), { order_quantity_units: sizeUnits(800) })
  desk.do((ctx) => ctx.replace(4, { quantity_units: 500, limit_price_units: 102_000 }))
  desk.report('replaced', desk.lastSent(), { order_quantity_units: sizeUnits(500) })
  expect(sent(desk).at(-1)).toBe('replace to 500 4')
})

test('[E8] a held order of which nothing is left is cancelled, though the other trades on', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    ctx.submit(profit)
    ctx.submit({ ...stop, quantity_units: 400, group: { counter: 1, type: 'ouo' } })
  })
  desk.accept(order(desk, 1))
  trade(desk, 1, 400)
  expect([told(desk, 2), sent(desk)]).toEqual([['held', 'canceled'], ['1 limit 1000']])
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

test('[E10] a held order whose new trigger the market has met already goes at once', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => ctx.submit(stop))
  desk.do((ctx) => ctx.replace(1, { quantity_units: 900, trigger_price_units: 100_500 }))
  expect(sent(desk)).toEqual(['1 market 900'])
})

test('[E9] a held order for the day that ends with it cancels the others of its group', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    ctx.submit(profit)
    ctx.submit({ ...stop, time_in_force: 'day', group: { counter: 1, type: 'oco' } })
  })
  desk.accept(order(desk, 1))
  desk.securityStatus(EURUSD, 'closed')
  expect([told(desk, 2), sent(desk).at(-1)]).toEqual([['held', 'expired'], 'cancel 1'])
})

test('[E10] one whose time is past as it is asked for expires, and takes its group along', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    ctx.submit(profit)
    ctx.submit({ ...stop, expire_time_us: desk.now_us, group: { counter: 1, type: 'oco' } })
  })
  desk.accept(order(desk, 1))
  expect([told(desk, 2), sent(desk).at(-1)]).toEqual([['expired'], 'cancel 1'])
})

test('[E10] a held order good till date expires here', () => {
  const desk = new Desk({ capabilities: BASIC })
  const at = desk.now_us + 1_000_000
  desk.do((ctx) => ctx.submit({ ...stop, expire_time_us: at }))
  desk.pass(at)
  expect(told(desk, 1)).toEqual(['held', 'expired'])
})

test('[E9] a held order of a group that expires cancels the others', () => {
  const desk = new Desk({ capabilities: BASIC })
  const at = desk.now_us + 1_000_000
  desk.do((ctx) => {
    ctx.submit(profit)
    ctx.submit({ ...stop, expire_time_us: at, group: { counter: 1, type: 'oco' } })
  })
  desk.accept(order(desk, 1))
  desk.pass(at)
  expect([told(desk, 2), sent(desk).at(-1)]).toEqual([['held', 'expired'], 'cancel 1'])
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

test('[E10] orders_cancel leaves no group and no held order behind, wherever its orders were', () => {
  const kept = (desk: Pick<Desk, 'trading'>) => {
    const { orders, groups } = must(desk.trading.executions.get('main'), 'the account has one').saveLedger()
    return { orders: orders.length, groups: groups.map(({ members }) => members.length) }
  }
  const ends = (desk: Desk, before: ReturnType<typeof kept>) => {
    expect(kept(desk)).toEqual(before)
    const open = desk.sent.length
    desk.control('orders_cancel')
    for (const command of desk.sent.slice(open)) desk.report('canceled', command)
    expect(kept(desk)).toEqual({ orders: 0, groups: [] })
    expect(kept(desk.reloaded())).toEqual({ orders: 0, groups: [] })
  }
  const bothHeld = new Desk({ capabilities: BASIC })
  bothHeld.do((ctx) => {
    ctx.submit(stop)
    ctx.submit({ ...stop, trigger_price_units: 97_000, group: { counter: 1, type: 'oco' } })
  })
  ends(bothHeld, { orders: 2, groups: [2] })
  ends(bracket('ouo'), { orders: 2, groups: [2] })
  const covering = bracket('oco', 'partial')
  trade(covering, 1, 400)
  covering.accept(order(covering, 2))
  ends(covering, { orders: 1, groups: [2] })
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

test('[E11] the last price is known behind a restart', () => {
  const desk = new Desk({ capabilities: BASIC })
  const by = { side: 'buy', trigger_price_units: 100_500, trigger_method: 'last' } as const
  desk.do((ctx) => ctx.submit({ ...stop, ...by }))
  desk.control('account_halt')
  desk.trade(EURUSD, 100_600, 1)
  const again = desk.reloaded()
  again.control('account_resume')
  again.quote(EURUSD, 100_000, 100_010)
  expect(sent(again)).toEqual(['1 market 1000'])
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

test('[E14] in a halt no trigger is met, and as it ends the prices of then count', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => ctx.submit(stop))
  const { trigger_price_units: _, ...trailing } = stop
  desk.do((ctx) => ctx.submit({ ...trailing, trail: { offset: 2_500 } }))
  desk.securityStatus(EURUSD, 'halted')
  // Nothing trails meanwhile: a stop that had would be met as it ends.
  desk.quote(EURUSD, 103_000, 103_010)
  desk.quote(EURUSD, 97_800, 97_810)
  desk.quote(EURUSD, 97_950, 97_960)
  expect([sent(desk), told(desk, 1), told(desk, 2)]).toEqual([[], ['held'], ['held']])
  desk.securityStatus(EURUSD, 'trading')
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

test('[E15] a strategy that does not trade holds nothing new', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.control('strategy_pause')
  desk.do((ctx) => ctx.submit(stop))
  expect(desk.denials.map(({ reason_code, value }) => [reason_code, value])).toEqual([
    ['strategy_not_trading', 'paused'],
  ])
})

test('[E15] a held stop does not wait for its strategy to go on', () => {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => ctx.submit(stop))
  desk.control('strategy_pause')
  desk.quote(EURUSD, 97_990, 98_000)
  expect(sent(desk)).toEqual(['1 market 1000'])
})

test('[E15] before trading is enabled again nothing that is kept leaves', () => {
  const desk = bracket('oco')
  desk.control('session_start')
  trade(desk, 1, 1_000)
  desk.quote(EURUSD, 97_990, 98_000)
  expect(sent(desk)).toEqual(['1 limit 1000'])
  desk.control('trading_enable')
  desk.quote(EURUSD, 97_980, 97_990)
  // The strategy warms up again: what it decided before does not wait for that.
  expect(sent(desk)).toEqual(['1 limit 1000', '2 limit 1000', '3 market 1000'])
})

test('[E14] a child whose parent traded while the venue was lost waits until the books were shown again', () => {
  const desk = bracket('oco', 'partial')
  desk.venueState({}, [order(desk, 1).client_order_id])
  desk.control('books_unknown', { account_id: 'main' })
  trade(desk, 1, 1_000)
  desk.pass(desk.now_us + 1_000_000)
  expect([sent(desk), desk.denials]).toEqual([['1 limit 1000'], []])
  desk.venueState({ [EURUSD]: 1_000 })
  desk.pass(desk.now_us + 250_000)
  expect(sent(desk)).toEqual(['1 limit 1000', '2 limit 1000'])
})

test.each([
  { behaviour: BEHAVIOUR, sent_last: '3 limit 100', ends: ['held'] },
  { behaviour: 2, sent_last: 'cancel 1', ends: ['held', 'canceled'] },
])(
  '[E6] [E9] of a pair, one of which has no share as their parent ends: %j',
  ({ behaviour, sent_last, ends }) => {
    const instruments = [testInstrument(EURUSD, 0, { lot: '100' })]
    const desk = new Desk({ capabilities: BASIC, instruments, behaviour })
    desk.do((ctx) => {
      const parent = { counter: ctx.submit(entry), fill: 'full' } as const
      const first = ctx.submit({ ...profit, quantity_units: 500, parent })
      ctx.submit({ ...profit, limit_price_units: 102_000, parent, group: { counter: first, type: 'oco' } })
    })
    desk.accept(order(desk, 1))
    trade(desk, 1, 100)
    desk.do((ctx) => ctx.cancel(1))
    desk.report('canceled', order(desk, 1), {
      cum_quantity_units: sizeUnits(100),
      leaves_quantity_units: sizeUnits(0),
    })
    expect([sent(desk).at(-1), told(desk, 2), told(desk, 3)]).toEqual([sent_last, ['held', 'canceled'], ends])
  },
)

test.each([
  { behaviour: 2, sent_ms: 900 },
  { behaviour: BEHAVIOUR, sent_ms: 300 },
])('[E14] what comes due meanwhile puts nothing off: %j', ({ behaviour, sent_ms }) => {
  const instruments = [testInstrument(EURUSD, 0), testInstrument('GBPUSD.sim', 1)]
  const strategies = [testStrategy('s', 'main', [EURUSD, 'GBPUSD.sim'])]
  const config = (base: Config) => ({ ...base, strategies })
  const desk = new Desk({ capabilities: BASIC, instruments, behaviour, config })
  desk.quote('GBPUSD.sim', 100_000, 100_010)
  desk.do((ctx) => {
    ctx.submit({ ...profit, parent: { counter: ctx.submit(entry) } })
    const other = { ...entry, instrument: 'GBPUSD.sim' }
    const parent = { counter: ctx.submit(other), fill: 'full' } as const
    ctx.submit({ ...profit, instrument: 'GBPUSD.sim', parent })
  })
  for (const counter of [1, 3]) desk.accept(order(desk, counter))
  desk.securityStatus(EURUSD, 'halted')
  desk.securityStatus('GBPUSD.sim', 'halted')
  trade(desk, 3, 1_000)
  const from_us = desk.now_us
  desk.securityStatus('GBPUSD.sim', 'trading')
  // The other child is due again and again, and its instrument stays halted.
  let ms = 0
  while (ms < 2_000 && !sent(desk).includes('4 limit 1000')) {
    ms += 100
    desk.pass(from_us + ms * 1_000)
    desk.quote('GBPUSD.sim', 100_000, 100_010, from_us + ms * 1_000)
    if (ms <= 600) trade(desk, 1, 100, ms)
  }
  expect([sent(desk), ms]).toEqual([['1 limit 1000', '3 limit 1000', '4 limit 1000'], sent_ms])
})

test('[E11] what is due survives a restart', () => {
  const desk = bracket('oco', 'partial')
  desk.securityStatus(EURUSD, 'halted')
  trade(desk, 1, 1_000)
  const again = desk.reloaded()
  expect(again.save()).toEqual(desk.save())
  again.securityStatus(EURUSD, 'trading')
  again.quote(EURUSD, 100_000, 100_010)
  again.pass(again.now_us + 250_000)
  expect(sent(again)).toEqual(['2 limit 1000'])
})

/** What orders were sent to show, and what was denied. */
function shown(desk: Desk): string[] {
  const orders = desk.orders.map(
    ({ counter, order_quantity_units, terms }) =>
      `${counter} ${order_quantity_units} shows ${terms.display_quantity_units}`,
  )
  return [...orders, ...desk.denials.map(({ counter, reason_code }) => `${counter} ${reason_code}`)]
}

test.each([
  {
    behaviour: 2,
    child: ['1 1000 shows 0', '2 display_quantity'],
    stop: ['1 1000 shows 0', '2 display_quantity'],
  },
  {
    behaviour: BEHAVIOUR,
    child: ['1 1000 shows 0', '2 300 shows 300'],
    stop: ['1 1000 shows 0', '2 300 shows 300'],
  },
])(
  '[E6] [E8] an iceberg shows no more than links have left of it: %j',
  ({ behaviour, child, stop: lowered }) => {
    const capabilities = { ...BASIC, display_quantity: true }
    const released = new Desk({ capabilities, behaviour })
    released.do((ctx) => {
      const parent = { counter: ctx.submit(entry), fill: 'partial' } as const
      ctx.submit({ ...profit, display_quantity_units: 500, parent })
    })
    released.accept(order(released, 1))
    trade(released, 1, 300)
    expect(shown(released)).toEqual(child)
    const pair = new Desk({ capabilities, behaviour })
    pair.do((ctx) => {
      const group = { counter: ctx.submit(profit), type: 'ouo' } as const
      ctx.submit({ ...stop, limit_price_units: 97_900, display_quantity_units: 500, group })
    })
    pair.accept(order(pair, 1))
    trade(pair, 1, 700)
    pair.quote(EURUSD, 97_990, 98_000)
    expect(shown(pair)).toEqual(lowered)
  },
)

test('[E8] an iceberg that joins shows no more than what is left for it', () => {
  const desk = new Desk({ capabilities: { ...BASIC, display_quantity: true } })
  desk.do((ctx) => ctx.submit(profit))
  desk.accept(order(desk, 1))
  trade(desk, 1, 700)
  desk.do((ctx) => ctx.submit({ ...profit, display_quantity_units: 500, group: { counter: 1, type: 'ouo' } }))
  expect(shown(desk)).toEqual(['1 1000 shows 0', '2 300 shows 300'])
})

test('[E5] an order that shows more than it is for is held for nobody', () => {
  const desk = new Desk({ capabilities: { ...BASIC, display_quantity: true } })
  desk.do((ctx) => {
    ctx.submit({ ...profit, display_quantity_units: 1_001, parent: { counter: ctx.submit(entry) } })
    ctx.submit({ ...stop, limit_price_units: 97_900, display_quantity_units: 1_001 })
  })
  expect(desk.denials.map(({ counter }) => counter)).toEqual([2, 3])
  expect(desk.state('execution/main')).toBe('3 intents')
})

test.each([
  { behaviour: 2, expected: ['1 limit 1000', 'cancel 1'] },
  { behaviour: BEHAVIOUR, expected: ['1 limit 1000'] },
])(
  '[E6] a child that waits here and is cancelled by its strategy leaves its parent: %j',
  ({ behaviour, expected }) => {
    const desk = new Desk({ capabilities: BASIC, behaviour })
    desk.do((ctx) => {
      ctx.submit({ ...stop, parent: { counter: ctx.submit(entry), fill: 'partial' } })
    })
    desk.accept(order(desk, 1))
    trade(desk, 1, 400)
    desk.do((ctx) => ctx.cancel(2))
    expect([sent(desk), told(desk, 2).at(-1)]).toEqual([expected, 'canceled'])
  },
)

test.each([
  { behaviour: 2, expected: [] },
  { behaviour: BEHAVIOUR, expected: ['cancel 1'] },
])(
  '[E6] a child that its venue cancels, though nobody asked for it, takes the rest of its parent along: %j',
  ({ behaviour, expected }) => {
    const desk = new Desk({ capabilities: BASIC, behaviour })
    desk.do((ctx) => {
      ctx.submit({ ...profit, parent: { counter: ctx.submit(entry), fill: 'partial' } })
    })
    desk.accept(order(desk, 1))
    trade(desk, 1, 400)
    desk.accept(order(desk, 2))
    desk.report('canceled', order(desk, 2), { reason_code: 'post_only_would_take' })
    expect(sent(desk).slice(2)).toEqual(expected)
  },
)

test('[E6] a child whose cancel is under way when it trades whole has not ended by that cancel', () => {
  const desk = bracket('ouo', 'partial')
  trade(desk, 1, 300)
  desk.accept(order(desk, 2))
  desk.do((ctx) => ctx.cancel(2))
  trade(desk, 2, 300)
  expect(sent(desk).slice(2)).toEqual(['cancel 2', 'cancel 1'])
})

test.each([
  { behaviour: 2, links: ['1 ', '2 oco'], cancels: [] },
  { behaviour: BEHAVIOUR, links: ['1 ', '2 '], cancels: ['cancel 2'] },
])(
  '[E7] a group over two venues is kept here, though each venue keeps groups: %j',
  ({ behaviour, links, cancels }) => {
    const desk = new Desk({
      capabilities: { ...BASIC, contingencies: ['oco'] },
      instruments: [testInstrument(EURUSD, 0), testInstrument('EURUSD.two', 1)],
      behaviour,
      config: (base: Config) => ({
        ...base,
        venues: [testVenue('sim'), testVenue('two')],
        accounts: [testAccount('main', ['sim', 'two'])],
        strategies: [testStrategy('s', 'main', [EURUSD, 'EURUSD.two'])],
      }),
    })
    desk.do((ctx) => {
      ctx.submit(entry)
      ctx.submit({ ...entry, instrument: 'EURUSD.two', group: { counter: 1, type: 'oco' } })
    })
    expect(desk.orders.map(({ counter, terms }) => `${counter} ${terms.group_type}`)).toEqual(links)
    for (const counter of [1, 2]) desk.accept(order(desk, counter))
    trade(desk, 1, 100)
    expect(sent(desk).slice(2)).toEqual(cancels)
  },
)

/** The venue's word that the last replace is in force. */
function replaced(desk: Desk): void {
  const request = must(desk.sent.at(-1), 'a replace was sent')
  if (request.type !== 'order_cancel_replace_request') throw new Error('the last request is no replace')
  const { price_units, order_quantity_units } = request
  desk.report('replaced', request, { price_units, order_quantity_units })
}

/** An exit that has grown with its entry, which has traded whole. */
function grown({ behaviour = BEHAVIOUR, isTold = true } = {}): Desk {
  const desk = new Desk({ capabilities: BASIC, behaviour })
  desk.do((ctx) => {
    ctx.submit({ ...profit, parent: { counter: ctx.submit(entry), fill: 'partial' } })
  })
  desk.accept(order(desk, 1))
  trade(desk, 1, 400)
  desk.accept(order(desk, 2))
  trade(desk, 1, 600, 1_000)
  if (isTold) replaced(desk)
  return desk
}

test.each([
  { behaviour: 2, expected: ['replace to 1000 2', 'replace to 300 2', 'replace to 1000 2'] },
  { behaviour: BEHAVIOUR, expected: ['replace to 1000 2', 'replace to 300 2'] },
])('[E6] what a strategy makes of an order that has grown stays so: %j', ({ behaviour, expected }) => {
  const desk = grown({ behaviour })
  desk.do((ctx) => ctx.replace(2, { quantity_units: 300, limit_price_units: 101_000 }))
  replaced(desk)
  expect(sent(desk).slice(2)).toEqual(expected)
})

test('[E6] an order that has grown may be raised, too, but for what its group took of it', () => {
  const desk = grown()
  desk.do((ctx) => ctx.replace(2, { quantity_units: 1_300, limit_price_units: 101_000 }))
  replaced(desk)
  expect(sent(desk).slice(2)).toEqual(['replace to 1000 2', 'replace to 1300 2'])
  const pair = bracket('ouo', 'partial')
  trade(pair, 1, 400)
  pair.accept(order(pair, 2))
  trade(pair, 1, 600, 1_000)
  replaced(pair)
  pair.quote(EURUSD, 97_990, 98_000)
  trade(pair, 3, 100)
  replaced(pair)
  pair.do((ctx) => ctx.replace(2, { quantity_units: 1_300, limit_price_units: 101_000 }))
  replaced(pair)
  expect(sent(pair).slice(-3)).toEqual(['replace to 900 2', 'replace to 1300 2', 'replace to 900 2'])
})

test('[E6] the quantity of an order that grows is not to be changed, whoever holds it, and its price is', () => {
  const desk = bracket('ouo', 'partial')
  trade(desk, 1, 300)
  desk.accept(order(desk, 2))
  desk.do((ctx) => {
    ctx.replace(2, { quantity_units: 200, limit_price_units: 101_000 })
    ctx.replace(3, { quantity_units: 200, trigger_price_units: 98_000 })
    ctx.replace(3, { quantity_units: 300, trigger_price_units: 98_100 })
    ctx.replace(2, { limit_price_units: 101_100 })
  })
  expect(desk.denials).toMatchObject([
    {
      request: 'replace',
      counter: 2,
      instrument_id: EURUSD,
      reason_code: 'linked_quantity',
      value: '200',
      limit: '300',
    },
    {
      request: 'replace',
      counter: 3,
      instrument_id: EURUSD,
      reason_code: 'linked_quantity',
      value: '200',
      limit: '300',
    },
  ])
  replaced(desk)
  trade(desk, 1, 200, 500)
  expect([sent(desk).slice(2), heldQuantity(desk, 3)]).toEqual([
    ['replace to 300 2', 'replace to 500 2'],
    500,
  ])
  expect(desk.trading.executions.get('main')?.counts.denied).toBe(0)
})

test('[E6] [E11] what an order has grown to survives a restart', () => {
  const desk = grown({ isTold: false })
  const request = must(desk.sent.at(-1), 'a replace was sent')
  const again = desk.reloaded()
  for (const node of [desk, again])
    node.report('replaced', request, { order_quantity_units: sizeUnits(1_000) })
  const member = { counter: 2, parent_counter: 0, whole_units: 0, granted_units: 1_000 }
  expect(again.trading.executions.get('main')?.saveLedger().groups).toMatchObject([{ members: [member] }])
  expect(again.save()).toEqual(desk.save())
})

/** Two exits of an entry, both released with 400 of 1,000; that they are for all of it is on its way to the venue. */
function growing(type: 'oco' | 'ouo', behaviour = BEHAVIOUR): Desk {
  const desk = new Desk({ capabilities: BASIC, behaviour })
  desk.do((ctx) => {
    const parent = { counter: ctx.submit(entry), fill: 'partial' } as const
    const group = { counter: ctx.submit({ ...profit, parent }), type }
    ctx.submit({ ...profit, limit_price_units: 102_000, parent, group })
  })
  desk.accept(order(desk, 1))
  trade(desk, 1, 400)
  for (const counter of [2, 3]) desk.accept(order(desk, counter))
  trade(desk, 1, 600, 1_000)
  expect(sent(desk).slice(3)).toEqual(['replace to 1000 2', 'replace to 1000 3'])
  return desk
}

/** The venue's word on the growth of an order that `growing` sent. */
function answer(desk: Desk, counter: number, word: 'replaced' | 'replace_rejected'): void {
  const request = must(desk.sent[counter + 1], 'a replace was sent')
  const filled = { reason_code: 'order_terminal' }
  desk.report(word, request, word === 'replaced' ? { order_quantity_units: sizeUnits(1_000) } : filled)
}

test.each([
  { behaviour: 2, expected: 'replace to 200 3' },
  { behaviour: BEHAVIOUR, expected: 'replace to 800 3' },
])(
  '[E6] [E8] a trade takes its quantity from what another grows to, not from what that one has yet: %j',
  ({ behaviour, expected }) => {
    const desk = growing('ouo', behaviour)
    trade(desk, 2, 200)
    answer(desk, 3, 'replaced')
    expect(sent(desk).at(-1)).toBe(expected)
  },
)

test.each([
  { behaviour: 2, type: 'oco', expected: ['cancel 3'] },
  { behaviour: 2, type: 'ouo', expected: ['cancel 3'] },
  { behaviour: BEHAVIOUR, type: 'oco', expected: ['replace to 600 3'] },
  { behaviour: BEHAVIOUR, type: 'ouo', expected: ['replace to 600 3'] },
] as const)(
  '[E7] [E9] one that has done all its venue knew of before it grew leaves the rest to the others: %j',
  ({ behaviour, type, expected }) => {
    const desk = growing(type, behaviour)
    trade(desk, 2, 400)
    answer(desk, 2, 'replace_rejected')
    answer(desk, 3, 'replaced')
    expect(sent(desk).slice(5)).toEqual(expected)
    if (behaviour !== BEHAVIOUR) return
    replaced(desk)
    trade(desk, 3, 600)
    expect([sent(desk).length, desk.state('order/main')]).toEqual([
      6,
      '0 open, 3 filled, 0 canceled, 0 rejected',
    ])
  },
)

test('[E7] one that has done all its venue knew of, and grows all the same, cancels the others then', () => {
  const desk = growing('oco')
  answer(desk, 3, 'replaced')
  trade(desk, 2, 400)
  expect(sent(desk).slice(5)).toEqual(['replace to 600 3'])
  replaced(desk)
  answer(desk, 2, 'replaced')
  expect(sent(desk).slice(6)).toEqual(['cancel 3'])
})

test.each(['oco', 'ouo'] as const)(
  '[E9] one that was done before its venue heard that it grows leaves the rest to the others: %s',
  (type) => {
    const desk = bracket(type, 'partial')
    trade(desk, 1, 400)
    trade(desk, 1, 600, 1_000)
    trade(desk, 2, 400)
    expect([desk.state('order/main'), heldQuantity(desk, 3), told(desk, 3).at(-1)]).toEqual([
      '0 open, 2 filled, 0 canceled, 0 rejected',
      600,
      'replaced',
    ])
  },
)

test.each([
  { behaviour: 2, expected: 0 },
  { behaviour: BEHAVIOUR, expected: 99_000 },
])('[E6] an order from market to limit grows at the limit its venue made: %j', ({ behaviour, expected }) => {
  const orders = { ...BASIC.orders, market_to_limit: ['gtc'] } as const
  const desk = new Desk({ capabilities: { orders }, behaviour })
  desk.do((ctx) => {
    const parent = { counter: ctx.submit(entry), fill: 'partial' } as const
    const child = { instrument: EURUSD, side: 'sell', quantity_units: 1_000, time_in_force: 'gtc' } as const
    ctx.submit({ ...child, order_type: 'market_to_limit', parent })
  })
  desk.accept(order(desk, 1))
  trade(desk, 1, 400)
  desk.accept(order(desk, 2))
  const made = { price_units: order(desk, 1).price_units, last_price_units: order(desk, 1).price_units }
  desk.report('trade', order(desk, 2), { ...made, execution_id: 'x', last_quantity_units: sizeUnits(100) })
  trade(desk, 1, 600, 1_000)
  expect(desk.sent.slice(2)).toMatchObject([{ price_units: expected, order_quantity_units: 1_000 }])
})

test.each([
  [60, 'cancel 2'],
  [50, 'replace to 50 2'],
])('[E8] an order of which %i trades leave less than any venue takes is cancelled', (traded, expected) => {
  const least = testInstrument(EURUSD, 0, { quantity_min: '50' })
  const desk = new Desk({ capabilities: BASIC, instruments: [least] })
  desk.do((ctx) => {
    const counter = ctx.submit({ ...profit, quantity_units: 100 })
    const group = { counter, type: 'ouo' } as const
    ctx.submit({ ...profit, quantity_units: 100, limit_price_units: 102_000, group })
  })
  for (const counter of [1, 2]) desk.accept(order(desk, counter))
  trade(desk, 1, traded)
  expect([sent(desk).slice(2), desk.denials]).toEqual([[expected], []])
})
