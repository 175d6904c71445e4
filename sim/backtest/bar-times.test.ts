import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { runScenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { MINUTE_US, START_US, type Tape } from './tape.test-support.ts'

const MINUTES = 5

/** Bars that rise by a hundred a minute, of bids or of asks two above them. */
function rising(price_type: 'bid' | 'ask', minutes = MINUTES): Tape {
  const above = price_type === 'ask' ? 2 : 0
  const rows = Array.from({ length: minutes }, (_, at) => {
    const open = 110_000 + 100 * at + above
    return [START_US + (at + 1) * MINUTE_US, open, open + 100, open, open + 100, 0]
  })
  return { series: { instrument_id: 'AAA.one', kind: 'bar', interval_us: MINUTE_US, price_type }, rows }
}

/** Buys at the first bar of bids, before it has seen the asks of that minute; what it asks for at the last it takes back at the end. */
const buyer = defineStrategy({
  name: 'buyer',
  params: Type.Object({}),
  bars: () => ({ bids: { instrument: 'AAA.one', interval_us: MINUTE_US, price_type: 'bid' as const } }),
  state: () => ({ minutes: 0 }),
  onBar(ctx, { instrument_id: instrument }) {
    const minute = ++ctx.state.minutes
    if (minute === 1) ctx.submit({ instrument, side: 'buy', quantity_units: 1_000 })
    if (minute === MINUTES)
      ctx.submit({ instrument, side: 'buy', quantity_units: 1_000, limit_price_units: 100_000 })
  },
  onStop(ctx) {
    for (const { counter } of ctx.openOrders()) ctx.cancel(counter)
  },
})

async function run() {
  const more = [{ config: strategyOf('buyer', ['AAA.one']), definition: plain(buyer) }]
  const { outcome, outputs } = await runScenario(
    await scenarioOf({ tapes: [rising('bid'), rising('ask')], more }),
  )
  const facts = outputs.facts.map(({ counter, type, ts_event_us, ...fact }) => {
    const price = 'last_price_units' in fact && fact.last_price_units > 0 ? ` ${fact.last_price_units}` : ''
    return `${(ts_event_us - START_US) / MINUTE_US} ${counter} ${type}${price}`
  })
  return { facts, outcome }
}

test('[T1] an order that is decided on bids trades at the asks of their minute, and a cancel at the end arrives', async () => {
  const { facts } = await run()
  expect(facts.filter((fact) => /filled|canceled/.test(fact))).toEqual([
    '1 1 order.filled 110102',
    '6 2 order.canceled',
  ])
})

/** Buys at the second bar of bids. */
const second = defineStrategy({
  name: 'second',
  params: Type.Object({}),
  bars: () => ({ bids: { instrument: 'AAA.one', interval_us: MINUTE_US, price_type: 'bid' as const } }),
  state: () => ({ minutes: 0 }),
  onBar(ctx, { instrument_id: instrument }) {
    if (++ctx.state.minutes === 2) ctx.submit({ instrument, side: 'buy', quantity_units: 1_000 })
  },
})

test('[T1] a sample of equity at the end of a minute counts what its bars have led to', async () => {
  const from_us = START_US + MINUTE_US
  // Two minutes in all, of which each of the 2,000 samples is a part: one is at the end of the first.
  const last: Tape = {
    series: { instrument_id: 'BBB.one', kind: 'quote' },
    rows: [[from_us + 2 * MINUTE_US - 1, 110_000, 110_010, 0, 0]],
  }
  const { outcome } = await runScenario(
    await scenarioOf({
      tapes: [rising('bid', 2), rising('ask', 2), last],
      more: [{ config: strategyOf('second', ['AAA.one']), definition: plain(second) }],
    }),
  )
  const at = outcome.samples.findIndex(({ ts_us }) => ts_us === from_us + MINUTE_US)
  const around = outcome.samples.slice(at - 1, at + 1)
  expect(around.map(({ ts_us, has_position }) => [ts_us - from_us, has_position])).toEqual([
    [MINUTE_US - 60_000, false],
    [MINUTE_US, true],
  ])
})
