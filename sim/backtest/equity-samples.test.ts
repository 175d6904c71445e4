import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import type { TickStore } from '../../engine/tick-store-port.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { isoTime, parseDecimal } from '../../schemas/units.ts'
import { runScenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { SECOND_US, START_US } from './tape.test-support.ts'

/** Buys at the fifth of six quotes, a second each, so that the fill is told behind the last one. */
const late = defineStrategy({
  name: 'late',
  params: Type.Object({}),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument }) {
    if (++ctx.state.quotes === 5) ctx.submit({ instrument, side: 'buy', quantity_units: 1_000 })
  },
})

/** Buys at the first quote. */
const prompt = defineStrategy({
  name: 'prompt',
  params: Type.Object({}),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument }) {
    if (++ctx.state.quotes === 1) ctx.submit({ instrument, side: 'buy', quantity_units: 1_000 })
  },
})

async function samplesAt(report_us: number) {
  const rows = [0, 1, 2, 3, 4, 5].map((at) => [START_US + at * SECOND_US, 110_000, 110_010, 0, 0])
  const scenario = await scenarioOf({
    tapes: [{ series: { instrument_id: 'AAA.one', kind: 'quote' }, rows }],
    more: [{ config: strategyOf('late', ['AAA.one']), definition: plain(late) }],
    venue: { latency: { submit_us: 0, report_us } },
  })
  // The range goes on for a day without a row.
  const to = isoTime(START_US + 86_400 * SECOND_US)
  const config = { ...scenario.config, data: { ...scenario.config.data, to } }
  const { samples, result } = (
    await runScenario({ ...scenario, config, store: toldByManifest(scenario.store) })
  ).outcome
  return { samples: samples.map((sample) => ({ ...sample, ts_us: sample.ts_us - START_US })), result }
}

/** A store that says of a series from when to when it has rows. */
function toldByManifest(store: TickStore): TickStore {
  const read = store.read.bind(store)
  return Object.assign(store, {
    read: async (...asked: Parameters<typeof read>) => {
      const manifests = await store.manifests()
      return (await read(...asked)).map((reading) => ({ ...reading, manifests }))
    },
  })
}

test('the last sample has the time of the last report, whose fill it counts', async () => {
  // Asked for at four seconds, told three later; the last row is of five.
  const { samples, result } = await samplesAt(3 * SECOND_US)
  expect(samples.slice(-2)).toEqual([
    {
      ts_us: expect.toSatisfy((ts_us) => ts_us <= 5 * SECOND_US),
      equity: 10_000_000_000_000n,
      has_position: false,
    },
    {
      ts_us: 7 * SECOND_US,
      equity: expect.toSatisfy((equity) => equity < 10_000_000_000_000n),
      has_position: true,
    },
  ])
  expect(parseDecimal(result.equity.end, MONEY_SCALE)).toBe(samples.at(-1)?.equity)
})

test('where nothing comes behind the last row, the last sample has its time, and no more of the range is drawn', async () => {
  const { samples } = await samplesAt(0)
  expect(samples.at(-1)).toMatchObject({ ts_us: 5 * SECOND_US + 1, has_position: true })
})

test('what a run loses at its first row is in its return, its drawdown and its curve', async () => {
  // 1,000 bought at 1.10100 and sold at 1.10000 at best: 1 of 10,000 is lost at once, and no more.
  const rows = [0, 1, 2].map((at) => [START_US + at * SECOND_US, 110_000, 110_100, 0, 0])
  const scenario = await scenarioOf({
    tapes: [{ series: { instrument_id: 'AAA.one', kind: 'quote' }, rows }],
    more: [{ config: strategyOf('prompt', ['AAA.one']), definition: plain(prompt) }],
    account: { balance: '10000' },
  })
  const venues = scenario.config.venues.map(({ commission: _, ...venue }) => venue)
  const { outcome } = await runScenario({ ...scenario, config: { ...scenario.config, venues } })
  const { samples, result } = outcome
  expect(result.equity).toMatchObject({ start: '10000.00', end: '9999.00' })
  expect(result.statistics).toMatchObject({
    return_fraction: -0.0001,
    max_drawdown: '1.00',
    max_drawdown_fraction: 0.0001,
  })
  const curve = samples.map(({ ts_us, equity }) => [ts_us - START_US, equity / 10n ** BigInt(MONEY_SCALE)])
  expect(curve[0]).toEqual([0, 10_000n])
  expect(curve.slice(1).every(([, equity]) => equity === 9_999n)).toBe(true)
  const times = samples.map(({ ts_us }) => ts_us)
  expect(new Set(times).size).toBe(times.length)
  expect(curve.length).toBeGreaterThan(2)
})
