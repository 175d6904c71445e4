import fc from 'fast-check'
import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { ema } from '../../engine/indicators/indicator-specs.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import type { TickSeries } from '../../engine/tick-store-port.ts'
import type { Row } from './memory-tick-store.test-support.ts'
import { runScenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { PROOF_STRATEGY_IDS, plain } from './proof-strategies.test-support.ts'
import {
  barTape,
  endUs,
  MINUTE_US,
  quoteTape,
  SECOND_US,
  START_US,
  type Tape,
  tradeTape,
} from './tape.test-support.ts'

const TAPES: readonly Tape[] = [
  quoteTape({ instrument_id: 'AAA.one', row_count: 200, gap_ms_max: 900, shared_stamps: true }),
  quoteTape({ instrument_id: 'BBB.one', row_count: 200, gap_ms_max: 900 }),
  tradeTape({ instrument_id: 'BBB.one', row_count: 100, seed: 3 }),
  barTape({ instrument_id: 'AAA.one', row_count: 12, interval_us: 7 * SECOND_US }),
]
const END_US = endUs(TAPES)
const STAMPS = TAPES.flatMap(({ rows }) => rows.map(([ts = 0]) => ts))

const SETTINGS = [
  { latency: { submit_us: 0, report_us: 0 }, close_delay_us: 0 },
  { latency: { submit_us: 0, report_us: 0 }, close_delay_us: 400_000 },
  { latency: { submit_us: 150_000, report_us: 1_300_000 }, close_delay_us: 0 },
]

const run = async (tapes: readonly Tape[], { latency, close_delay_us }: (typeof SETTINGS)[number]) =>
  (
    await runScenario(
      await scenarioOf({
        tapes: tapes.map(padded),
        strategies: PROOF_STRATEGY_IDS,
        venue: { latency },
        config: { bars: { close_delay_us } },
      }),
    )
  ).outputs

test('altering every tick after T leaves every output up to T as it was, for any T', async () => {
  const expected = await Promise.all(SETTINGS.map((setting) => run(TAPES, setting)))
  const time = fc.oneof(
    fc.integer({ min: START_US + 1, max: END_US - 1 }),
    // On a tick, and a microsecond to either side of it.
    fc.tuple(fc.constantFrom(...STAMPS), fc.constantFrom(-1, 0, 1)).map(([ts, off]) => ts + off),
    // Where a bar of five seconds ends.
    fc.integer({ min: 1, max: 20 }).map((bars) => START_US + bars * 5 * SECOND_US),
  )
  let compared = 0
  await fc.assert(
    fc.asyncProperty(
      time,
      fc.nat({ max: SETTINGS.length - 1 }),
      fc.constantFrom('other', 'later', 'none'),
      async (cut_us, at, how) => {
        const setting = SETTINGS[at] as (typeof SETTINGS)[number]
        const found = await run(
          TAPES.map((tape) => alteredAfter(tape, cut_us, how)),
          setting,
        )
        expect(found.upTo(cut_us)).toEqual(expected[at]?.upTo(cut_us))
        compared += found.upTo(cut_us).length
        if (how === 'other' && cut_us < END_US - MINUTE_US)
          expect(found.records).not.toEqual(expected[at]?.records)
      },
    ),
    { numRuns: 150, seed: 20_261_121 },
  )
  expect(compared).toBeGreaterThan(10_000)
})

test('no handler sees an imported bar before its end, or anything made of it', async () => {
  const bars: TickSeries = {
    instrument_id: 'BAR.one',
    kind: 'bar',
    interval_us: MINUTE_US,
    price_type: 'bid',
  }
  const quotes: TickSeries = { instrument_id: 'TICK.one', kind: 'quote' }
  const [first, second] = [START_US + MINUTE_US, START_US + 2 * MINUTE_US]
  const tapes: readonly Tape[] = [
    {
      series: quotes,
      rows: [START_US + 1, first - 1, first, first + 1, second - 1, second, second + 1].map((ts) => [
        ts,
        100_000,
        100_002,
        0,
        0,
      ]),
    },
    {
      series: bars,
      rows: [
        [first, 110_000, 110_009, 109_990, 110_005, 0],
        [second, 110_005, 110_099, 110_001, 110_050, 0],
      ],
    },
  ]
  const seen: string[] = []
  const note = (now_us: number, what: string, close: number | undefined, average: number) =>
    seen.push(`${now_us - START_US} ${what}, bar's close ${close ?? 'none'}, average ${average}`)
  const watcher = defineStrategy({
    name: 'watcher',
    params: Type.Object({}),
    bars: () => ({ minute: { instrument: 'BAR.one', interval_us: MINUTE_US, price_type: 'bid' as const } }),
    indicators: () => ({ average: { bars: 'minute', spec: ema(1) } }),
    state: () => ({}),
    onStart: (ctx) => {
      for (const at_us of [first - 1, first, second - 1, second]) ctx.setTimer(`at ${at_us}`, at_us)
    },
    onQuote: (ctx) => {
      const close = ctx.quote('BAR.one')?.bid_price_units
      note(ctx.now_us, 'quote', close, ctx.indicator('average').value)
    },
    onBar: (ctx, bar) => {
      const close = ctx.quote('BAR.one')?.bid_price_units
      note(ctx.now_us, `bar of ${bar.ts_event_us - START_US}`, close, ctx.indicator('average').value)
    },
    onTimer: (ctx) => {
      note(ctx.now_us, 'timer', ctx.quote('BAR.one')?.bid_price_units, ctx.indicator('average').value)
    },
  })
  const more = [{ config: strategyOf('watch', ['TICK.one', 'BAR.one']), definition: plain(watcher) }]
  await runScenario(await scenarioOf({ tapes, more }))
  expect(seen).toEqual([
    "1 quote, bar's close none, average 0",
    "59999999 quote, bar's close none, average 0",
    "59999999 timer, bar's close none, average 0",
    "60000000 quote, bar's close none, average 0",
    "60000000 bar of 60000000, bar's close 110005, average 110005",
    "60000000 timer, bar's close 110005, average 110005",
    "60000001 quote, bar's close 110005, average 110005",
    "119999999 quote, bar's close 110005, average 110005",
    "119999999 timer, bar's close 110005, average 110005",
    "120000000 quote, bar's close 110005, average 110005",
    "120000000 bar of 120000000, bar's close 110050, average 110050",
    "120000000 timer, bar's close 110050, average 110050",
    "120000001 quote, bar's close 110050, average 110050",
  ])
})

/** The tape up to a time, and after it other prices, other prices at other times, or nothing. */
function alteredAfter({ series, rows }: Tape, cut_us: number, how: 'other' | 'later' | 'none'): Tape {
  const kept = rows.filter(([ts = 0]) => ts <= cut_us)
  if (how === 'none') return { series, rows: kept }
  const random = new RandomStream(cut_us, series.kind)
  const altered = rows.slice(kept.length).map(([ts = 0, ...values], at): Row => {
    const move = random.nextInt(400) - 200
    const time = how === 'later' && series.kind !== 'bar' ? ts + 1 + at * 1_000 : ts
    return [time, ...values.map((value) => (value > 50_000 ? value + move : value))]
  })
  return { series, rows: [...kept, ...altered.filter(([ts = 0]) => ts < END_US - 1)] }
}

/** One row at the very end, so that every tape covers the same range and is never empty. */
function padded({ series, rows }: Tape): Tape {
  const last = rows.at(-1) ?? [0, 110_000, 110_002, 110_000, 110_002, 0]
  const width = { quote: 5, trade: 4, bar: 6, book_level: 6, book_order: 7 }[series.kind]
  return { series, rows: [...rows, [END_US - 1, ...last.slice(1, width)]] }
}
