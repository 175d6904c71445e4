import { expect, test } from 'vitest'
import { HandClock } from '../../adapters/feeds/hand-clock.test-support.ts'
import { OfferedRows } from '../../adapters/feeds/offered-rows.test-support.ts'
import type { VenueId } from '../../schemas/ids.ts'
import { GeneratorFeed } from './generator-feed.ts'
import { generateQuotes, MARKET_DEFAULTS } from './market-generator.ts'

const MARKETS = ['AAA.one', 'BBB.two'].map((instrument_id, instrument_index) => ({
  ...MARKET_DEFAULTS,
  instrument_id,
  gap_us_mean: 700,
  instrument_index,
  venue_id: instrument_id.slice(4) as VenueId,
}))

test('the generated market in real time is the generated history begun now, each row at its stamp', async () => {
  const clock = new HandClock()
  const sink = new OfferedRows()
  const feed = new GeneratorFeed({ markets: MARKETS, clock })
  await feed.start(sink)
  for (let turn = 0; turn < 300; turn++) {
    clock.pass(777)
    expect(sink.rows.every(({ ts_event_us }) => ts_event_us <= clock.now_us())).toBe(true)
  }
  expect(sink.events).toEqual([
    ['one', 'connected'],
    ['two', 'connected'],
  ])
  for (const { instrument_index, ...market } of MARKETS) {
    const offered = sink.rows.filter((row) => row.instrument_index === instrument_index)
    const options = { ...market, row_count: offered.length, start_us: 1_000_000_000 }
    const [block] = await Array.fromAsync(generateQuotes(options))
    expect(offered.length).toBeGreaterThan(250)
    expect(offered.map(({ ts_event_us }) => ts_event_us)).toEqual([...(block?.ts_event_us ?? [])])
    expect(offered.map((row) => row.type === 'quote' && row.bid_price_units)).toEqual([
      ...(block?.bid_price_units ?? []),
    ])
  }
  expect(sink.rows.map(({ ts_event_us }) => ts_event_us)).toEqual(
    sink.rows.map(({ ts_event_us }) => ts_event_us).toSorted((a, b) => a - b),
  )
  expect(sink.origins).toEqual(sink.rows.map((_, at) => [at + 1, 0]))
})

test('after a stall all that is due comes at once, and a closed feed offers nothing more', async () => {
  const clock = new HandClock()
  const sink = new OfferedRows()
  const feed = new GeneratorFeed({ markets: MARKETS, clock })
  await feed.start(sink)
  clock.pass(1_000_000)
  const offered = sink.rows.length
  expect(offered).toBeGreaterThan(2_000)
  await feed.close()
  clock.pass(1_000_000)
  expect([sink.rows.length, clock.waiting_count]).toEqual([offered, 0])
})
