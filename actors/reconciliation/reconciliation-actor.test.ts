import { expect, test } from 'vitest'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import { Desk } from '../desk.test-support.ts'
import { EURUSD, type TestNodeOptions } from '../trading-node.test-support.ts'

const NAME = 'reconciliation/main'

/** A desk with a position of 400 and 600 still open of its one order. */
function deskWithPosition(options?: TestNodeOptions) {
  const desk = new Desk(options)
  desk.ask({ quantity_units: 1_000, limit_price_units: 100_000 })
  const order = desk.lastOrder()
  desk.accept(order)
  desk.fill(order, 100_000, 400)
  return { desk, order, id: order.client_order_id }
}

test('[C1] [C4] books that agree match', () => {
  const { desk, id } = deskWithPosition()
  expect(desk.state(NAME)).toBe('unchecked')
  desk.venueState({ [EURUSD]: 400 }, [id])
  expect([desk.state(NAME), desk.alerts]).toEqual(['matched', []])
})

test.each<[string, Record<string, number>, boolean, string]>([
  ['[C1] a position that differs', { [EURUSD]: 300 }, true, 'reconciliation.position'],
  ['[C1] a position that is missing', {}, true, 'reconciliation.position'],
  [
    '[C1] a position in what is not configured',
    { [EURUSD]: 400, 'X.sim': 1 },
    true,
    'reconciliation.position',
  ],
  [
    '[C2] an order the venue does not list',
    { [EURUSD]: 400 },
    false,
    'reconciliation.order_missing_at_venue',
  ],
])('%s pauses trading until the books match', (_, positions, isListed, code) => {
  const { desk, id } = deskWithPosition()
  desk.venueState(positions, isListed ? [id] : [])
  expect([desk.state(NAME), desk.alerts.map((alert) => alert.code)]).toEqual(['differing', [code]])
  expect(desk.ask()).toBe('reconciliation_differs')
  desk.venueState({ [EURUSD]: 400 }, [id])
  expect([desk.state(NAME), desk.ask()]).toEqual(['matched', ''])
})

test('[C3] an order that is not ours pauses trading', () => {
  const { desk, id } = deskWithPosition()
  desk.venueState({ [EURUSD]: 400 }, [id, 'manual'])
  expect([desk.state(NAME), desk.alerts.map(({ code, about }) => [code, about])]).toEqual([
    'differing',
    [['reconciliation.order_not_ours', 'main/sim/manual']],
  ])
})

test('[C2] an order of unknown sending need not be in the list', () => {
  const desk = new Desk()
  desk.ask()
  desk.outcome(desk.lastOrder(), 'unproven')
  desk.venueState({})
  expect(desk.state(NAME)).toBe('matched')
})

test.each([
  ['need not be in the list', BEHAVIOUR, 'matched'],
  ['had to be, as a journal of then says', 2, 'differing'],
])('[C2] an order that has traded whole while its replace is unanswered %s', (_, behaviour, state) => {
  const { desk, order } = deskWithPosition({ behaviour })
  desk.do((ctx) => ctx.replace(order.counter, { quantity_units: 2_000, limit_price_units: 100_000 }))
  desk.fill(order, 100_000, 600)
  expect(desk.facts.at(-1)).toMatchObject({ ended: false, leaves_quantity_units: 0 })
  desk.venueState({ [EURUSD]: 1_000 })
  expect(desk.state(NAME)).toBe(state)
})

test('[C4] what matched before a start is unchecked after it', () => {
  const desk = new Desk()
  desk.venueState({})
  desk.control('session_start')
  expect(desk.state(NAME)).toBe('unchecked')
})

test('[C5] a cancel passes while the books differ', () => {
  const { desk, order } = deskWithPosition()
  desk.venueState({ [EURUSD]: 1 }, [])
  desk.do((ctx) => ctx.cancel(order.counter))
  expect(desk.lastSent().type).toBe('order_cancel_request')
})

test('[C4] the comparison and the pause are kept in a snapshot', () => {
  const { desk } = deskWithPosition()
  desk.venueState({ [EURUSD]: 1 }, [])
  const copy = desk.reloaded()
  expect([copy.state(NAME), copy.stateHash()]).toEqual(['differing', desk.stateHash()])
})
