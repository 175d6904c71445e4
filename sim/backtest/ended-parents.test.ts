// A backtest in which a parent ends while its market is silent, and is forgotten before the market is heard of again.

import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { runScenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { SECOND_US, START_US, type Tape } from './tape.test-support.ts'

/** A quote a second, falling by one unit each; none comes for thirteen seconds. */
const TAPE: Tape = {
  series: { kind: 'quote', instrument_id: 'AAA.one' },
  rows: Array.from({ length: 120 }, (_, second) => second)
    .filter((second) => second <= 7 || second >= 20)
    .map((second) => [START_US + second * SECOND_US, 110_000 - second, 110_002 - second, 0, 0]),
}

/** An entry with a stop that waits for it, and behind it an order that ends as well. */
const entrant = defineStrategy({
  name: 'entrant',
  params: Type.Object({}),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument }) {
    if (++ctx.state.quotes !== 8) return
    const order = { instrument, quantity_units: 1_000 } as const
    const parent = { counter: ctx.submit({ ...order, side: 'buy' }) }
    ctx.submit({ ...order, side: 'sell', trigger_price_units: 109_940, parent })
    ctx.submit({ ...order, side: 'buy', quantity_units: 2_000 })
  },
})

test('[E17] a stop covers what its entry traded, though the report came into a silent market and one ended order is remembered', async () => {
  const { outcome, outputs } = await runScenario(
    await scenarioOf({
      tapes: [TAPE],
      more: [{ config: strategyOf('entrant', ['AAA.one']), definition: plain(entrant) }],
      venue: {
        // What the entry traded in the seventh second is reported in the ninth, when its market is stale.
        latency: { submit_us: 0, report_us: 2 * SECOND_US },
        market_data: { stale_after_us: 1_500_000 },
        simulation: { takes: 'market_and_limit' },
      },
      config: { limits: { step_messages_max: 1_000, instant_inputs_max: 100, order_retention: 1 } },
    }),
  )
  expect(outcome.faults).toEqual([])
  const second = ({ ts_event_us }: { ts_event_us: number }) => (ts_event_us - START_US) / SECOND_US
  expect(
    outputs.facts
      .filter(({ counter }) => counter === 2)
      .map((fact) => `${Math.floor(second(fact))} ${fact.type}`),
  ).toEqual([
    '7 order.held',
    '20 order.held',
    '60 order.triggered',
    '60 order.pending_new',
    '60 order.accepted',
    '60 order.filled',
  ])
  expect(outputs.fills.map(({ fill }) => [fill.counter, second(fill)])).toEqual([
    [1, 7],
    [3, 7],
    [2, 60],
  ])
})
