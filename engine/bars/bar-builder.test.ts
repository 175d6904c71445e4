import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { InstrumentId } from '../../schemas/ids.ts'
import type { Bar } from '../../schemas/messages/market.ts'
import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { CanonicalWriter } from '../canonical/canonical-writer.ts'
import type { BarSpec } from './bar.ts'
import { BAR_CLOSED, BAR_OPENED, BAR_UNCHANGED, BarBuilder } from './bar-builder.ts'

const SECOND_US = 1_000_000
const MINUTE_US = 60 * SECOND_US

function spec(interval_us: number): BarSpec {
  return { instrument_id: 'EURUSD.fxcm' as InstrumentId, instrument_index: 0, interval_us, price_type: 'bid' }
}

/** One tick as the node sequences it: at `now`, of event time `ts`. */
type Tick = { readonly now: number; readonly ts: number; readonly price: number }
type Closing = {
  readonly before_tick: number
  readonly bar: Omit<Bar, keyof BarSpec | 'type' | 'volume_units'>
}

function shortBar(bar: Bar): Closing['bar'] {
  const { ts_event_us, open_price_units, high_price_units, low_price_units, close_price_units, tick_count } =
    bar
  return { ts_event_us, open_price_units, high_price_units, low_price_units, close_price_units, tick_count }
}

/** Drives a builder as the node does: a timer below the next input's time fires before that input. */
function build(builder: BarBuilder, ticks: readonly Tick[], reopen = (same: BarBuilder) => same) {
  let current = builder
  let timer_us = Number.POSITIVE_INFINITY
  const closings: Closing[] = []
  const note = (before_tick: number, result: number) => {
    if ((result & BAR_CLOSED) !== 0) closings.push({ before_tick, bar: shortBar(current.closed as Bar) })
    if ((result & BAR_OPENED) !== 0) timer_us = current.close_at_us
  }
  const fire = (before_tick: number) => {
    const due_us = timer_us
    timer_us = Number.POSITIVE_INFINITY
    note(before_tick, current.onTimer(due_us))
  }
  ticks.forEach((tick, i) => {
    current = reopen(current)
    if (timer_us < tick.now) fire(i)
    note(i, current.onQuote(tick.now, tick.ts, tick.price, tick.price, tick.price, 1))
  })
  if (timer_us < Number.POSITIVE_INFINITY) fire(ticks.length)
  return { closings, late_count: current.late_count }
}

/** The definition, word for word: an interval closes before the first input after its timer, or past its end. */
function bruteForce(interval: number, delay: number, ticks: readonly Tick[]) {
  const ends = [...new Set(ticks.map((tick) => Math.ceil(tick.ts / interval) * interval))].sort(
    (a, b) => a - b,
  )
  const closings: Closing[] = []
  let late_count = 0
  for (const end of ends) {
    const index = ticks.findIndex((tick) => tick.now > end + delay || tick.ts > end)
    const before_tick = index === -1 ? ticks.length : index
    const inside = ticks.flatMap((tick, i) =>
      end - interval < tick.ts && tick.ts <= end ? [{ ...tick, i }] : [],
    )
    const prices = inside.filter((tick) => tick.i < before_tick).map((tick) => tick.price)
    late_count += inside.length - prices.length
    if (prices.length === 0) continue
    closings.push({
      before_tick,
      bar: {
        ts_event_us: end,
        open_price_units: prices[0],
        high_price_units: Math.max(...prices),
        low_price_units: Math.min(...prices),
        close_price_units: prices.at(-1),
        tick_count: prices.length,
      } as Closing['bar'],
    })
  }
  return { closings, late_count }
}

const BASE_US = 1_399_438_800_000_000

/** Steps of quarter intervals make equal stamps and exact boundaries common; big ones make gaps; latency makes late ticks. */
const tapes = fc.record({
  interval: fc.constantFrom(SECOND_US, 7 * SECOND_US, MINUTE_US),
  delay_quarters: fc.integer({ min: 0, max: 3 }),
  steps: fc.array(
    fc.record({
      quarters: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 20 })),
      jitter_us: fc.constantFrom(0, 0, 0, 1, -1),
      latency_quarters: fc.constantFrom(0, 0, 0, 1, 2, 5, 9),
      price: fc.integer({ min: -20, max: 20 }),
    }),
    { maxLength: 80 },
  ),
})

function ticksOf({ interval, steps }: typeof tapes extends fc.Arbitrary<infer T> ? T : never): Tick[] {
  const quarter = interval / 4
  let now = BASE_US
  return steps.map(({ quarters, jitter_us, latency_quarters, price }) => {
    now += quarters * quarter
    return { now, ts: now - latency_quarters * quarter + jitter_us, price }
  })
}

test('bars, the moments they close and the late count are those of the definition', () => {
  fc.assert(
    fc.property(tapes, (tape) => {
      const delay = (tape.delay_quarters * tape.interval) / 4
      const ticks = ticksOf(tape)
      const built = build(new BarBuilder(spec(tape.interval), delay), ticks)
      expect(built).toEqual(bruteForce(tape.interval, delay, ticks))
    }),
    { numRuns: 2000 },
  )
})

test('a builder restored from its bytes before any tick builds the same bars', () => {
  const reopen = (builder: BarBuilder) => {
    const writer = new CanonicalWriter()
    builder.save(writer)
    const copy = new BarBuilder(builder.spec, 0)
    const reader = new CanonicalReader(writer.copy())
    copy.load(reader)
    reader.end()
    return copy
  }
  fc.assert(
    fc.property(tapes, (tape) => {
      const ticks = ticksOf(tape)
      const through = build(new BarBuilder(spec(tape.interval), 0), ticks)
      expect(build(new BarBuilder(spec(tape.interval), 0), ticks, reopen)).toEqual(through)
    }),
  )
})

test('a tick on the end is the last of its bar, and the next microsecond opens another', () => {
  const builder = new BarBuilder(spec(MINUTE_US), 0)
  const results = [BASE_US + 1, BASE_US + MINUTE_US, BASE_US + MINUTE_US + 1].map((ts, i) =>
    builder.onQuote(ts, ts, 10 + i, 10 + i, 10 + i, 1),
  )
  expect(results).toEqual([BAR_OPENED, BAR_UNCHANGED, BAR_CLOSED | BAR_OPENED])
  expect(builder.closed).toEqual({
    type: 'bar',
    instrument_id: 'EURUSD.fxcm',
    instrument_index: 0,
    interval_us: MINUTE_US,
    price_type: 'bid',
    ts_event_us: BASE_US + MINUTE_US,
    open_price_units: 10,
    high_price_units: 11,
    low_price_units: 10,
    close_price_units: 11,
    volume_units: 0,
    tick_count: 2,
  })
})

test('a conflated quote brings its extremes and its count', () => {
  const builder = new BarBuilder(spec(MINUTE_US), 0)
  builder.onQuote(BASE_US + 1, BASE_US + 1, 10, 10, 10, 1)
  builder.onQuote(BASE_US + 2, BASE_US + 2, 11, 7, 15, 4)
  builder.onTimer(BASE_US + MINUTE_US)
  const bar = builder.closed as Bar
  expect([bar.low_price_units, bar.high_price_units, bar.close_price_units, bar.tick_count]).toEqual([
    7, 15, 11, 5,
  ])
})

test('trades bring their volume', () => {
  const builder = new BarBuilder({ ...spec(MINUTE_US), price_type: 'last' }, 0)
  builder.onTrade(BASE_US + 1, BASE_US + 1, 10, 300)
  builder.onTrade(BASE_US + 2, BASE_US + 2, 12, 200)
  builder.onTrade(BASE_US + 3, BASE_US + 3, 9, 100)
  expect(builder.onTimer(BASE_US + MINUTE_US)).toBe(BAR_CLOSED)
  expect(shortBar(builder.closed as Bar)).toEqual({
    ts_event_us: BASE_US + MINUTE_US,
    open_price_units: 10,
    high_price_units: 12,
    low_price_units: 9,
    close_price_units: 9,
    tick_count: 3,
  })
  expect(builder.closed?.volume_units).toBe(600)
})

test('a timer of a bar that a tick has closed does not close the next one', () => {
  const builder = new BarBuilder(spec(MINUTE_US), 0)
  builder.onQuote(BASE_US + 1, BASE_US + 1, 10, 10, 10, 1)
  const due = builder.close_at_us
  builder.onQuote(due, due + 1, 11, 11, 11, 1)
  expect([builder.onTimer(due), builder.is_open]).toEqual([BAR_UNCHANGED, true])
})

test('bar ends stay exact where a quotient of doubles would not', () => {
  const late = 9_000_000_000_000_000
  const builder = new BarBuilder(spec(SECOND_US), 0)
  builder.onQuote(late + 1, late + 1, 1, 1, 1, 1)
  expect(builder.close_at_us).toBe(late + SECOND_US)
})

test.each([0, -SECOND_US, 500_000, 1.5, Number.NaN])('an interval of %d µs is refused', (interval_us) => {
  expect(() => new BarBuilder(spec(interval_us), 0)).toThrow('whole seconds')
})
