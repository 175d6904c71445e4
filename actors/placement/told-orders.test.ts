import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import { timeUs } from '../../schemas/units.ts'
import { newOrder } from '../order/order-events.test-support.ts'
import type { OrderEffect } from '../order/order-facts.ts'
import { orderLife } from '../order/order-lives.test-support.ts'
import { orderTable } from '../order/order-machine.ts'
import { approvedOrder, ORDER_STATES, type OrderRecord, type OrderState } from '../order/order-record.ts'
import type { OpenOrder } from '../strategy/context.ts'
import { ToldOrders } from './told-orders.ts'
import { stateOfName } from './told-state.ts'

const { type: _, venue_id: __, incarnation: ___, client_order_id: ____, ...ASKED } = newOrder()
const INTENT: SubmitIntent = { ...ASKED, type: 'submit_intent', ts_intent_us: timeUs(1) }

test('[P5] [O21] an order apart is as its machine has it, after every event of a drawn life', () => {
  const reached = new Set<OrderState>()
  fc.assert(
    fc.property(orderLife, (events) => {
      const order = approvedOrder(newOrder(), timeUs(1))
      const told = new ToldOrders(true)
      told.onAsked(INTENT)
      expect(told.list()).toEqual(openOf(order))
      for (const event of events) {
        const effects: OrderEffect[] = []
        orderTable.dispatch(order, event, effects)
        for (const fact of effects.filter(isFact)) {
          if (fact.ended) told.onGone(fact.counter)
          else told.onFact(fact)
        }
        reached.add(order.state)
        expect(told.list()).toEqual(openOf(order))
      }
    }),
    { numRuns: 3_000 },
  )
  expect(reached).toEqual(new Set(ORDER_STATES))
})

test('[P5] a child stands where it is held, loses its place by other terms, and joins the others when it is let go', () => {
  const told = new ToldOrders(true)
  const ask = (counter: number, parent_counter: number) =>
    told.onAsked({ ...INTENT, counter, terms: { ...INTENT.terms, parent_counter } })
  const tell = (counter: number, type: OrderFact['type'], reason_code = '', incarnation = 0) =>
    told.onFact({ ...FACT, counter, type, reason_code, incarnation })
  const counters = () => told.list().map(({ counter, state }) => `${counter} ${state}`)
  for (const [counter, parent] of [
    [1, 0],
    [2, 1],
    [3, 0],
    [4, 1],
    [5, 0],
  ] as const)
    ask(counter, parent)
  for (const counter of [2, 3, 4]) tell(counter, 'order.held')
  expect(counters()).toEqual(['1 approved', '5 approved', '2 held', '3 held', '4 held'])
  // Of those that wait for a parent none is behind another.
  tell(2, 'order.replaced')
  tell(3, 'order.replaced')
  expect(counters()).toEqual(['1 approved', '5 approved', '2 held', '4 held', '3 held'])
  // The parent has traded: one child waits for its trigger and grows, the other one is at the venue.
  tell(2, 'order.held')
  tell(4, 'order.pending_new', '', 1)
  tell(3, 'order.replaced', 'ouo')
  expect(counters()).toEqual(['4 pending_new', '1 approved', '5 approved', '3 held', '2 held'])
  tell(3, 'order.replaced', 'oto')
  expect(counters()).toEqual(['4 pending_new', '1 approved', '5 approved', '2 held', '3 held'])
  tell(2, 'order.triggered')
  expect(counters()).toEqual(['4 pending_new', '2 approved', '1 approved', '5 approved', '3 held'])
  tell(5, 'order.cancel_rejected', 'already_pending_cancel', 1)
  tell(1, 'order.accepted', '', 1)
  tell(2, 'order.pending_new', '', 1)
  expect(counters()).toEqual(['4 pending_new', '2 pending_new', '1 new', '5 approved', '3 held'])
})

test('[P6] states that an earlier build named by the last fact are taken up as what they stood for', () => {
  const names = ['pending_new', 'accepted', 'replaced', 'cancel_rejected', 'triggered', 'adopted', 'held']
  expect(names.map((name) => [stateOfName(name, 0), stateOfName(name, 10)])).toEqual([
    ['pending_new', 'pending_new'],
    ['new', 'partially_filled'],
    ['new', 'partially_filled'],
    ['new', 'partially_filled'],
    ['new', 'partially_filled'],
    ['new', 'partially_filled'],
    ['held', 'held'],
  ])
})

const FACT: OrderFact = {
  ...ASKED,
  type: 'order.held',
  incarnation: 0,
  client_order_id: newOrder().client_order_id,
  venue_id: newOrder().venue_id,
  ended: false,
  cum_quantity_units: 0 as OrderFact['cum_quantity_units'],
  leaves_quantity_units: ASKED.order_quantity_units,
  execution_id: '',
  last_price_units: 0 as OrderFact['last_price_units'],
  last_quantity_units: 0 as OrderFact['last_quantity_units'],
  liquidity_side: '',
  reversed_price_units: 0 as OrderFact['reversed_price_units'],
  reversed_quantity_units: 0 as OrderFact['reversed_quantity_units'],
  commission: 0n,
  commission_currency: '',
  reason_code: '',
  reason_text: '',
  ts_event_us: timeUs(1),
}

/** As the order actor lists it. */
function openOf(order: OrderRecord): OpenOrder[] {
  if (order.ended) return []
  const { counter, instrument_id, side, state, price_units, order_quantity_units, cum_quantity_units } = order
  return [{ counter, instrument_id, side, state, price_units, order_quantity_units, cum_quantity_units }]
}

function isFact(effect: OrderEffect): effect is OrderFact {
  return 'execution_id' in effect
}
