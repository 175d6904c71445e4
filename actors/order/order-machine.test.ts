import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { StateMachine } from 'xstate'
import type { Behaviour } from '../../engine/machine/behaviour.ts'
import { compileMachine } from '../../engine/machine/compile-machine.ts'
import { type Pair, walkMachine } from '../../engine/machine/machine-equivalence.test-support.ts'
import type { ClientOrderId } from '../../schemas/ids.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import { type OrderBehaviour, orderBehaviour } from './order-behaviour.ts'
import { ORDER_EVENT_TYPES, type OrderEvent } from './order-event.ts'
import {
  absent,
  answer,
  bust,
  CANCEL_ID,
  cancel,
  correction,
  found,
  newOrder,
  REPLACE_ID,
  replace,
  report,
  send,
  trade,
} from './order-events.test-support.ts'
import type { OrderEffect } from './order-facts.ts'
import { orderMachine, orderMachineOf, orderTable } from './order-machine.ts'
import { approvedOrder, ENDED_STATES, ORDER_STATES, type OrderRecord } from './order-record.ts'

type Names = Behaviour<OrderRecord, OrderEvent, OrderEffect>

/** Orders at different points of their lives, with and without trades and requests in flight. */
const lives: OrderEvent[][] = [
  [],
  [cancel()],
  [send('new', 'sent'), report('new'), trade('x1', 40)],
  [report('new'), trade('x1', 40), cancel(), send('cancel', 'unproven')],
  [report('new'), trade('x1', 40), replace(51, 120)],
  [report('new'), replace(51, 120), cancel()],
  [report('new'), replace(51, 120), trade('x1', 100)],
  [report('new'), trade('x1', 100)],
  [report('new'), trade('x1', 40), bust('x1'), report('canceled')],
]
const records = lives.map((events) => {
  const order = approvedOrder(newOrder(), timeUs(1))
  for (const event of events) orderTable.dispatch(order, event, [])
  return order
})

const events: OrderEvent[] = [
  ...(['new', 'cancel', 'replace'] as const).flatMap((command) =>
    (['sent', 'refused', 'unproven'] as const).map((outcome) => send(command, outcome)),
  ),
  send('cancel', 'refused', REPLACE_ID),
  report('pending_new'),
  report('new'),
  report('new', { client_order_id: REPLACE_ID }),
  report('triggered'),
  report('rejected', { reason_code: 'no_margin', reason_text: 'no margin' }),
  report('rejected', { client_order_id: REPLACE_ID }),
  trade('x1', 40),
  trade('x2', 10),
  trade('x3', 500, { client_order_id: REPLACE_ID, leaves_quantity_units: sizeUnits(1) }),
  bust('x1'),
  bust('x9'),
  correction('x1', 100),
  correction('x1', 30, { execution_id: 'x1' }),
  report('canceled'),
  answer('canceled', CANCEL_ID),
  report('canceled', { client_order_id: 'day-0-ema-9' as ClientOrderId }),
  report('expired'),
  answer('replaced', REPLACE_ID, { price_units: priceUnits(51), order_quantity_units: sizeUnits(120) }),
  answer('replaced', REPLACE_ID, { price_units: priceUnits(51), order_quantity_units: sizeUnits(40) }),
  report('pending_cancel'),
  report('pending_replace'),
  answer('cancel_rejected', CANCEL_ID, { reason_code: 'too_late' }),
  answer('replace_rejected', REPLACE_ID, { reason_code: 'too_late' }),
  found(),
  found(REPLACE_ID),
  absent(),
  absent(REPLACE_ID),
  cancel('day-1-ema-8' as ClientOrderId),
  replace(52, 150, 'day-1-ema-9' as ClientOrderId),
  replace(52, 10, 'day-1-ema-9' as ClientOrderId),
]

function walked(compile: typeof compileMachine<OrderRecord, OrderEvent, OrderEffect>): Pair[] {
  const machineOf = (names: Names) => orderMachineOf(names as OrderBehaviour)
  return [...walkMachine({ machineOf, behaviour: orderBehaviour as Names, compile, records, events })]
}

test('[O1] table and XState agree on every state, event and guard outcome', () => {
  const pairs = walked(compileMachine)
  expect(new Set(pairs.map((pair) => pair.state))).toEqual(new Set(ORDER_STATES))
  expect(new Set(pairs.map((pair) => pair.event))).toEqual(new Set(ORDER_EVENT_TYPES))
  for (const pair of pairs) {
    try {
      expect(pair.table).toEqual(pair.xstate)
    } catch (error) {
      throw new Error(`${pair.state} on ${pair.event} with ${JSON.stringify(pair.guards)}`, { cause: error })
    }
  }
})

test('[O1] every name of the behaviour is used by the machine', () => {
  const text = JSON.stringify(orderMachine.config)
  const names = [...Object.keys(orderBehaviour.guards), ...Object.keys(orderBehaviour.actions)]
  expect(names.filter((name) => !text.includes(JSON.stringify(name)))).toEqual([])
})

test('[O2] ended states are tagged, and no row leads out of one but those that adopt', () => {
  const ended = Object.values(orderMachine.states).filter((state) => state.tags.includes('ended'))
  expect(ended.map((state) => state.key)).toEqual([...ENDED_STATES])
  const leaving = ended.flatMap((state) =>
    [...state.transitions.values()].flat().filter((row) => row.target !== undefined),
  )
  const events = new Set(leaving.map(({ source, eventType }) => `${source.key} ${eventType}`))
  expect(events).toEqual(new Set(['not_sent report.new', 'not_sent lookup.found', 'not_sent report.trade']))
  for (const { actions } of leaving) expect(JSON.stringify(actions)).toContain('adopt the order')
})

test('[O1] a table with one wrong row does not pass the walk', () => {
  const pairs = walked((machine, names) => {
    const { states } = machine.config as { states: { new: { on: object } } }
    const on = { ...states.new.on, 'report.expired': { target: 'canceled', actions: 'end as expired' } }
    const config = { ...machine.config, states: { ...states, new: { ...states.new, on } } }
    return compileMachine(new StateMachine(config, machine.implementations), names)
  })
  const wrong = pairs.filter((pair) => !isDeepStrictEqual(pair.table, pair.xstate))
  expect(new Set(wrong.map(({ state, event }) => `${state} ${event}`))).toEqual(
    new Set(['new report.expired']),
  )
})

test('[O3] no row leads back to approved, so that nothing sends an order twice', () => {
  const targets = Object.values(orderMachine.states).flatMap((state) =>
    [...state.transitions.values()].flat().flatMap((row) => row.target ?? []),
  )
  expect(new Set(targets.map((target) => target.key))).toEqual(
    new Set(ORDER_STATES.filter((state) => state !== 'approved')),
  )
})
