// Bars of a conflated tape against bars of the raw tape.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { InstrumentId } from '../../schemas/ids.ts'
import type { Bar } from '../../schemas/messages/market.ts'
import { BAR_CLOSED, BarBuilder } from '../bars/bar-builder.ts'
import { InputQueue } from '../input-queue.ts'
import { type ConflatedQuote, conflate, rawQuote } from './conflated-quote.ts'

const SECOND_US = 1_000_000

function quote(ts_event_us: number, bid: number): ConflatedQuote {
  return rawQuote({
    instrument_index: 0,
    ts_event_us,
    ts_recv_us: ts_event_us,
    bid_price_units: bid,
    ask_price_units: bid + 1,
    bid_size_units: 1,
    ask_size_units: 1,
  })
}

/** Bid bars closed by ticks alone: when a quote is sequenced is what conflation changes, so timers are left out. */
function bars(interval_us: number, quotes: readonly ConflatedQuote[]): { bars: Bar[]; late_count: number } {
  const instrument_id = 'EURUSD.fxcm' as InstrumentId
  const builder = new BarBuilder({ instrument_id, instrument_index: 0, interval_us, price_type: 'bid' }, 0)
  const closed: Bar[] = []
  for (const each of quotes) {
    const { ts_event_us, bid_price_units, bid_low_price_units, bid_high_price_units, conflated_count } = each
    const result = builder.onQuote(
      0,
      ts_event_us,
      bid_price_units,
      bid_low_price_units,
      bid_high_price_units,
      conflated_count,
    )
    if ((result & BAR_CLOSED) !== 0) closed.push(builder.closed as Bar)
  }
  if (builder.onTimer(Number.POSITIVE_INFINITY) === BAR_CLOSED) closed.push(builder.closed as Bar)
  return { bars: closed, late_count: builder.late_count }
}

/** Runs quotes through a queue that conflates whenever it can, taken from at the given moments. */
function conflated(quotes: readonly ConflatedQuote[], takes: readonly boolean[]): ConflatedQuote[] {
  const queue = new InputQueue<never, never>({ conflate_from: 1, market_max: quotes.length + 1, kept_max: 1 })
  const taken: ConflatedQuote[] = []
  const take = () => {
    const next = queue.take()
    if (next !== undefined) taken.push(next)
  }
  quotes.forEach((each, i) => {
    queue.offerQuote(each)
    if (takes[i % takes.length] === true) take()
  })
  while (queue.size > 0) take()
  return taken
}

const tape = fc.array(
  fc.record({
    // Tenths of a second, now and then backwards: whole seconds, equal stamps and late quotes are all common.
    tenths: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: -30, max: 100 })),
    bid: fc.integer({ min: -50, max: 50 }),
  }),
  { maxLength: 120 },
)

test('high, low, close, count, bar ends and the late count do not notice conflation; the open stays within the bar', () => {
  fc.assert(
    fc.property(
      tape,
      fc.array(fc.boolean(), { minLength: 1 }),
      fc.constantFrom(1, 2, 60),
      (steps, takes, seconds) => {
        let ts = 1_399_438_800_000_000
        const raw = steps.map(({ tenths, bid }) => {
          ts += (tenths * SECOND_US) / 10
          return quote(ts, bid)
        })
        const expected = bars(seconds * SECOND_US, raw)
        const got = bars(seconds * SECOND_US, conflated(raw, takes))
        const withoutOpen = (bar: Bar) => ({ ...bar, open_price_units: 0 })
        expect(got.bars.map(withoutOpen)).toEqual(expected.bars.map(withoutOpen))
        expect(got.late_count).toBe(expected.late_count)
        for (const bar of got.bars) {
          expect(bar.open_price_units).toBeGreaterThanOrEqual(bar.low_price_units)
          expect(bar.open_price_units).toBeLessThanOrEqual(bar.high_price_units)
        }
      },
    ),
    { numRuns: 1000 },
  )
})

test("the open of a bar is not kept: it is the latest of the bar's first conflated quotes", () => {
  const raw = [quote(100_000, 10), quote(200_000, 12), quote(300_000, 11)]
  expect(bars(SECOND_US, raw).bars.map((bar) => bar.open_price_units)).toEqual([10])
  expect(bars(SECOND_US, conflated(raw, [false])).bars.map((bar) => bar.open_price_units)).toEqual([11])
})

test('quotes of two seconds, or of two instruments, must not be conflated', () => {
  expect(() => conflate(quote(SECOND_US, 1), quote(SECOND_US + 1, 1))).toThrow('one second')
  expect(() => conflate(quote(1, 1), { ...quote(1, 1), instrument_index: 1 })).toThrow('one instrument')
})
