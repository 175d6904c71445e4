// Whoever holds the key of a strategy node can send every intent that its schema lets through. Whatever it is, the node of
// the account decides on it once and goes on.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sameBytes } from '../../engine/journal/parse-batch.ts'
import { must } from '../../schemas/assert.ts'
import type { MessageId } from '../../schemas/ids.ts'
import type { NodeMessage } from '../../schemas/messages/node-message.ts'
import { ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '../../schemas/messages/order.ts'
import {
  GROUP_TYPES,
  PARENT_FILLS,
  PLAIN_TERMS,
  TRAIL_UNITS,
  TRIGGER_METHODS,
} from '../../schemas/messages/order-terms.ts'
import { liveScenario, rerun } from './live-engine.test-support.ts'
import { PlacedSession } from './placed-nodes.test-support.ts'

/** Counters of those that go on are counted from here. */
const FIRST = 1_000
/** Stands for the order's own counter. */
const OWN = -1
const SAFE = Number.MAX_SAFE_INTEGER
/** Mostly what an order has, now and then anything else. */
function mostly<T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd })
}

const zero = fc.constant(0)
const price = fc.integer({ min: 99_000, max: 101_000 })
/** Of an order asked for before. */
const counter = mostly(
  fc.integer({ min: FIRST, max: FIRST + 30 }),
  fc.oneof(fc.nat(12), fc.constantFrom(2 ** 40, 2 ** 40 + 1, SAFE), fc.maxSafeNat()),
)
const units = mostly(price, fc.oneof(fc.constantFrom(0, 1, -1, SAFE, -SAFE), fc.maxSafeInteger()))
const size = mostly(
  fc.constantFrom(1_000, 2_000, 3_000),
  fc.oneof(fc.constantFrom(0, -1_000, SAFE), fc.maxSafeInteger()),
)

const odd = fc.record({
  trigger_price_units: mostly(zero, units),
  trigger_method: fc.constantFrom(...TRIGGER_METHODS),
  trail_offset: mostly(zero, units),
  trail_unit: fc.constantFrom(...TRAIL_UNITS),
  limit_offset_units: mostly(zero, units),
  activation_price_units: mostly(zero, units),
  expire_time_us: mostly(zero, fc.maxSafeNat()),
  post_only: mostly(fc.constant(false), fc.constant(true)),
  reduce_only: fc.boolean(),
  display_quantity_units: mostly(zero, size),
  parent_counter: fc.oneof(zero, counter),
  parent_fill: fc.constantFrom(...PARENT_FILLS),
  group_counter: fc.oneof(zero, counter),
  group_type: fc.constantFrom(...GROUP_TYPES),
})
const waiting = fc.record({
  ...Object.fromEntries(Object.entries(PLAIN_TERMS).map(([name, value]) => [name, fc.constant(value)])),
  trigger_price_units: price,
  parent_counter: fc.oneof(zero, counter),
  group_counter: fc.oneof(fc.constant(OWN), counter),
  group_type: fc.constantFrom(...GROUP_TYPES),
})
const trailing = waiting.map((said) => ({ ...said, trigger_price_units: 0, trail_offset: 50 }))
const instrument = fc.constantFrom(['AAA.one', 0] as const, ['BBB.one', 1] as const)
const body = {
  type: fc.constant('submit_intent'),
  counter,
  instrument,
  side: fc.constantFrom(...SIDES),
  order_quantity_units: size,
}
const any = fc.record({
  ...body,
  order_type: fc.constantFrom(...ORDER_TYPES),
  time_in_force: fc.constantFrom(...TIMES_IN_FORCE),
  price_units: fc.oneof(zero, units),
  terms: fc.oneof(fc.constant(PLAIN_TERMS), odd, waiting),
})
const usual = fc
  .constantFrom(
    ['market', 'ioc', zero, fc.constant(PLAIN_TERMS)] as const,
    ['limit', 'gtc', price, fc.constant(PLAIN_TERMS)] as const,
    ['stop', 'gtc', zero, waiting] as const,
    ['stop_limit', 'day', price, waiting] as const,
    ['trailing_stop', 'gtc', zero, trailing] as const,
  )
  .chain(([order_type, time_in_force, price_units, terms]) =>
    fc.record({
      ...body,
      order_type: fc.constant(order_type),
      time_in_force: fc.constant(time_in_force),
      price_units,
      terms,
    }),
  )
const cancel = fc.record({ type: fc.constant('cancel_intent'), counter, request_counter: counter })
const replace = fc.record({
  type: fc.constant('replace_intent'),
  counter,
  request_counter: counter,
  price_units: units,
  trigger_price_units: units,
  order_quantity_units: size,
})
const NODES = [
  { id: 'trading', accounts: ['main'], strategies: [] },
  { id: 'strat1', accounts: [], strategies: ['nth'] },
]

/** Whether its counter goes on from where they were, so that what follows is reached, too. */
const growing = mostly(fc.constant(true), fc.constant(false))
const intents = fc.array(fc.tuple(fc.oneof(usual, usual, any, cancel, replace), growing), {
  minLength: 10,
  maxLength: 60,
})

test('[E16] no intent that its schema lets through stops the node of the account, and its journal runs again', {
  timeout: 60_000,
}, async () => {
  const scenario = await liveScenario(['nth'], { nodes: NODES })
  let handed = 0
  await fc.assert(
    fc.asyncProperty(intents, async (said) => {
      const session = new PlacedSession(scenario, 1)
      await session.open()
      for (let turn = 0; turn < 4; turn++) await session.turn(40_000, turn % 2)
      const trading = must(session.nodes[0], 'a trading node')
      for (const [at, [intent, isGrowing]] of said.entries()) {
        trading.sequencer.offerMessage(messageOf(at, intent, isGrowing, session.world.now_us))
        await session.settle()
        if (at % 5 === 4) await session.turn(40_000, at % 2)
      }
      handed += session.world.handed.size
      const again = await rerun({ ...scenario, node_id: 'trading' }, session.world.ports, trading.journal)
      if (typeof again === 'string') throw new Error(again)
      expect(sameBytes(again.state, trading.sequencer.state())).toBe(true)
    }),
    { numRuns: 60 },
  )
  expect(handed).toBeGreaterThan(40)
})

test('[E10] a change from another node that names a limit gives none to an order that has none', async () => {
  const session = new PlacedSession(await liveScenario(['nth'], { nodes: NODES }), 1)
  await session.open()
  for (let turn = 0; turn < 4; turn++) await session.turn(40_000, turn % 2)
  const trading = must(session.nodes[0], 'a trading node')
  const terms = { ...PLAIN_TERMS, trigger_price_units: 99_000 }
  const order = { order_type: 'stop', time_in_force: 'gtc', price_units: 0, terms }
  const said: Said[] = [
    {
      type: 'submit_intent',
      instrument: ['AAA.one', 0],
      side: 'sell',
      order_quantity_units: 2_000,
      ...order,
    },
    { type: 'replace_intent', counter: FIRST, price_units: 99_950, order_quantity_units: 1_000 },
  ]
  for (const [at, intent] of said.entries()) {
    trading.sequencer.offerMessage(messageOf(at, intent, true, session.world.now_us))
    for (let turn = 0; turn < 3; turn++) await session.turn(40_000, turn % 2)
  }
  const open = trading.sequencer.built.ledger.save().orders['main']?.open
  expect(
    open
      ?.filter(({ order_type }) => order_type === 'stop')
      .map(({ state, price_units, order_quantity_units }) => [state, price_units, order_quantity_units]),
  ).toEqual([['new', 0, 1_000]])
})

type Said = Readonly<Record<string, unknown>>

function messageOf(at: number, intent: Said, isGrowing: boolean, now_us: number): NodeMessage {
  const { instrument: named, ...fields } = intent
  const [instrument_id, instrument_index] = (named as [string, number] | undefined) ?? []
  const strange = Number(intent['request_counter'] ?? intent['counter'])
  const drawn = isGrowing ? FIRST + at : strange > 2 ** 30 ? strange : strange % FIRST
  const isNew = intent['type'] === 'submit_intent'
  const own = isNew
    ? { counter: drawn, terms: linked(fields['terms'] as Said, drawn) }
    : { request_counter: drawn }
  return {
    type: 'node_message',
    subject: 'intent.main.nth',
    sequence: at + 1,
    message_id: `strat1.1.${100_000 + at}.0` as MessageId,
    source: 'strat1',
    payload: {
      ...fields,
      ...own,
      account_id: 'main',
      strategy_id: 'nth',
      ...(named === undefined ? {} : { instrument_id, instrument_index }),
      ts_intent_us: now_us,
    } as unknown as NodeMessage['payload'],
  }
}

function linked(terms: Said, drawn: number): Said {
  const { group_type, group_counter } = terms
  if (group_type === '' || group_counter === OWN)
    return { ...terms, group_counter: group_type === '' ? 0 : drawn }
  return terms
}
