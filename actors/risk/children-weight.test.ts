import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { Desk, withRisk } from '../desk.test-support.ts'
import { foldedFrom } from '../ledger-fold.test-support.ts'
import type { OrderRequest } from '../strategy/context.ts'
import { loadLedger, saveLedger } from '../trading-ledger.ts'
import { EURUSD, TestNode, type TestNodeOptions } from '../trading-node.test-support.ts'
import { childrenUnits } from './children-weight.ts'

const OPTIONS: TestNodeOptions = {
  ...withRisk({ position_quantity_max: '20' }),
  capabilities: { orders: { market: ['ioc'], limit: ['gtc'] }, contingencies: ['oco', 'ouo', 'oto'] },
}
const BUY = { instrument: EURUSD, side: 'buy', limit_price_units: 99_000 } as const
const SELL = { instrument: EURUSD, side: 'sell', limit_price_units: 101_000 } as const

function order(leaves_quantity_units: number, cum_quantity_units = 0, replace_quantity_units = 0) {
  return { cum_quantity_units, leaves_quantity_units, replace_quantity_units }
}

function parentOf(least_units: number, cum_quantity_units = 0) {
  return { least_units, cum_quantity_units }
}

test.each([
  // A bracket of 10: nothing of its exits trades before its entry does, and of two no more than one beyond that.
  { parent: parentOf(10), children: [order(10)], expected: 0 },
  { parent: parentOf(10), children: [order(10), order(10)], expected: 10 },
  // What of a half-traded entry is released may trade though the rest never does.
  { parent: parentOf(10, 5), children: [order(10)], expected: 5 },
  { parent: parentOf(10, 5), children: [order(5)], expected: 5 },
  { parent: parentOf(10, 5), children: [order(6, 4)], expected: 1 },
  // Of more than their parent is for all count that it does not cover.
  { parent: parentOf(10), children: [order(30)], expected: 20 },
  { parent: parentOf(10, 5), children: [order(30)], expected: 25 },
  // Of one that was for less before it was raised all may be released.
  { parent: parentOf(10, 15), children: [order(10), order(10)], expected: 20 },
  // The larger total of a replace under way.
  { parent: parentOf(10), children: [order(10, 0, 15)], expected: 5 },
])('what children may trade beyond their parent: %j', ({ parent, children, expected }) => {
  expect(childrenUnits(parent, children, 0)).toBe(expected)
})

/** An entry and both its exits, for so much; what the gate says of a sell of so much behind them. */
function behind(sell: number, { joins = true, behaviour = 3, quantity_units = 10 } = {}): string {
  const desk = new Desk({ ...OPTIONS, behaviour })
  bracket(desk, quantity_units, joins)
  return desk.ask({ ...SELL, quantity_units: sell })
}

function bracket(desk: Desk, quantity_units: number, joins = true): void {
  desk.do((ctx) => {
    const counter = ctx.submit({ ...BUY, quantity_units })
    const way: OrderRequest = { ...SELL, quantity_units, parent: { counter } }
    const first = ctx.submit(way)
    if (joins) ctx.submit({ ...way, group: { counter: first, type: 'oco' } })
  })
}

test('[R6] the exits of an entry count behind it, and what is sold beside them has the room they leave', () => {
  expect([behind(10), behind(11)]).toEqual(['', 'position_quantity_max'])
  expect([behind(20, { joins: false }), behind(21, { joins: false })]).toEqual(['', 'position_quantity_max'])
  // Before, each counted alone.
  expect([behind(1, { behaviour: 2 }), behind(10, { behaviour: 2, joins: false })]).toEqual([
    'position_quantity_max',
    '',
  ])
})

/** A bracket of 10 of which 4 are bought. */
function bought(): Desk {
  const desk = new Desk(OPTIONS)
  bracket(desk, 10)
  for (const one of desk.orders) desk.accept(one)
  desk.fill(must(desk.orders[0], 'the entry was sent'), 99_000, 4)
  return desk
}

test('[R6] a trade that is taken back leaves released what it released: each exit counts alone from then on', () => {
  const desk = bought()
  expect(desk.ask({ ...SELL, quantity_units: 10 })).toBe('')
  const busted = bought()
  const entry = must(busted.orders[0], 'the entry was sent')
  const trade = must(
    busted.facts.find(({ last_quantity_units }) => last_quantity_units === 4),
    'it traded',
  )
  busted.report('trade_cancel', entry, { execution_reference_id: trade.execution_id })
  expect(busted.ask({ ...SELL, quantity_units: 1 })).toBe('position_quantity_max')
})

test('[R9] children count behind their parent in a node that was saved, folded or changed, too', () => {
  const desk = bought()
  const changed = new TestNode(OPTIONS)
  loadLedger(changed.trading, structuredClone(saveLedger(desk.trading)))
  for (const node of [desk.reloaded(), changed, foldedFrom(desk, OPTIONS)]) {
    const gate = must(node.trading.gates.get('main'), 'the account has a gate')
    const child = must(desk.orders[1], 'an exit was sent')
    const sell = {
      ...child,
      type: 'submit_intent',
      ts_intent_us: 0,
      terms: { ...child.terms, parent_counter: 9 },
    }
    const room = (units: number) => gate.hasPositionRoom(sell as never, units, { units: 0, parent_units: 0 })
    expect([room(10), room(11)]).toEqual([true, false])
  }
})
