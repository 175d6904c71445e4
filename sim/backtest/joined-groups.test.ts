// An order that joins a group of which another than the one it names has traded, kept by the engine and by the venue.

import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { ROOMY_ACCOUNT, runScenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { SECOND_US, START_US, type Tape } from './tape.test-support.ts'

const BIDS = [
  [110_000, 9_000],
  [110_010, 4_000],
  [110_000, 9_000],
  [110_008, 50_000],
  [110_000, 9_000],
]
const TAPE: Tape = {
  series: { kind: 'quote', instrument_id: 'AAA.one' },
  rows: BIDS.map(([bid = 0, size = 0], at) => [START_US + at * SECOND_US, bid, bid + 2, size, 9_000]),
}

async function traded(takes: 'market_and_limit' | 'all_and_contingent', type: 'oco' | 'ouo') {
  const joiner = defineStrategy({
    name: 'joiner',
    params: Type.Object({}),
    state: () => ({ quotes: 0, joined: false }),
    onQuote(ctx, { instrument_id: instrument }) {
      if (++ctx.state.quotes !== 1) return
      const sell = { instrument, side: 'sell', quantity_units: 10_000 } as const
      const first = ctx.submit({ ...sell, limit_price_units: 110_010 })
      ctx.submit({ ...sell, limit_price_units: 110_040, group: { counter: first, type } })
    },
    onOrder(ctx, { counter, type: told, instrument_id: instrument }) {
      if (ctx.state.joined || counter !== 1 || told !== 'order.partially_filled') return
      ctx.state.joined = true
      ctx.submit({
        instrument,
        side: 'sell',
        quantity_units: 10_000,
        limit_price_units: 110_006,
        group: { counter: 2, type },
      })
    },
  })
  const { outputs, outcome } = await runScenario(
    await scenarioOf({
      tapes: [TAPE],
      more: [{ config: strategyOf('joiner', ['AAA.one']), definition: plain(joiner) }],
      venue: { simulation: { takes } },
      account: ROOMY_ACCOUNT,
    }),
  )
  expect(outcome.faults).toEqual([])
  const sums: Record<number, number> = {}
  for (const { fill } of outputs.fills)
    sums[fill.counter] = (sums[fill.counter] ?? 0) + fill.last_quantity_units
  return sums
}

test('[E7] [K1] an order that joins a decided oco by another of its members trades neither here nor there', async () => {
  const [engine, venue] = [await traded('market_and_limit', 'oco'), await traded('all_and_contingent', 'oco')]
  expect(engine).toEqual(venue)
})

test.each(['market_and_limit', 'all_and_contingent'] as const)(
  '[E8] [K2] a group of an ouo trades one quantity, whichever member an order names: %s',
  async (takes) => {
    const sums = Object.values(await traded(takes, 'ouo')).reduce((sum, units) => sum + units, 0)
    expect(sums).toBe(10_000)
  },
)
