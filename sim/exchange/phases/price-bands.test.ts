import { expect, test } from 'vitest'
import { BOOK_ACTION } from '../../../engine/book/book-action.ts'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import { must } from '../../../schemas/assert.ts'
import type { PriceBandsConfig } from '../../../schemas/config/market-rules.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { instrument, Scenario, specsOf, terms, venue } from '../scenario.test-support.ts'
import { PriceBands } from './price-bands.ts'
import { dayTerms, inMicroseconds, playDay, withClock } from './trading-day.test-support.ts'

// The rules are those of the US plan to address extraordinary market volatility, as
// https://www.webull.com/learn/CNsYOv/yvkHlK/Limit-Up-Limit-Down and
// https://solomonexamprep.com/content-txt/49189/7/5-13-3-trading-pauses-on-a-security tell them: bands around the mean of five
// minutes of trades; a limit state of 15 seconds; then a pause of five minutes, which an auction ends.

const BANDS: PriceBandsConfig = {
  basis_points: 500,
  reference_window_us: 300_000_000,
  limit_state_us: 15_000_000,
  pause_us: 300_000_000,
}
const AUCTIONS = { opening_auction: false, closing_auction: true }

function played(lines: readonly string[], change: SimulationConfig = {}) {
  return playDay(lines, dayTerms({ price_bands: BANDS, ...change }, AUCTIONS))
}

/** Opens at 1000: the bands are 950 and 1050. */
const OPEN = ['08:00 quote 999/1001 50x50', '09:00:01 quote 999/1001 50x50']

const CASES: readonly (readonly [rule: string, lines: readonly string[], reports: readonly string[]])[] = [
  [
    'a buyer at the upper band stops trading, and within the limit state it goes on with the next price inside',
    [...OPEN, '09:00:05 quote 1050/1051', '09:00:06 a buy 5 market day', '09:00:10 quote 1040/1041'],
    ['09:00:06 a new leaves 5', '09:00:10 a trade 5@1041 leaves 0'],
  ],
  [
    'a seller at the lower band does so, too',
    [...OPEN, '09:00:05 quote 949/950', '09:00:06 a sell 5 market day', '09:00:10 quote 960/961'],
    ['09:00:06 a new leaves 5', '09:00:10 a trade 5@960 leaves 0'],
  ],
  [
    'a price one increment inside is none of the band',
    [...OPEN, '09:00:05 quote 1049/1050', '09:00:06 a buy 5 market day'],
    ['09:00:06 a new leaves 5', '09:00:06 a trade 5@1050 leaves 0'],
  ],
  [
    'where only one side is beyond its band nobody trades, and nothing pauses',
    [
      ...OPEN,
      '09:00:05 quote 1000/1060',
      '09:00:06 a sell 5 market day',
      '09:02 quote 1000/1060',
      '09:02:01 quote 1000/1010',
    ],
    ['09:00:06 a new leaves 5', '09:02:01 a trade 5@1000 leaves 0'],
  ],
  [
    'where the closing call finds the market beyond a band the close has its auction',
    [...OPEN, '10:00 a buy 5 market cls', '17:29 quote 1000/1060', '17:36 time'],
    ['10:00 a new leaves 5', '17:35 a trade 5@1060 leaves 0'],
  ],
  [
    'a post-only order that the price it comes back to would take is canceled',
    [
      ...OPEN,
      '09:00:02 a buy 5 limit 1000 day post',
      '09:00:03 b buy 5 limit 998 day post',
      '09:00:05 quote 1050/1051',
      '09:00:10 quote 997/999',
      '09:00:11 quote 997/998',
    ],
    [
      '09:00:02 a new leaves 5',
      '09:00:03 b new leaves 5',
      '09:00:10 a canceled cum 0',
      '09:00:11 b trade 5@998 leaves 0',
    ],
  ],
  [
    'a limit state that lasts becomes a pause, which an auction ends, and the bands are new',
    [
      ...OPEN,
      '09:00:05 quote 1100/1101',
      '09:00:19 a buy 5 market day',
      '09:00:21 quote 1000/1001',
      '09:05:19 quote 1000/1001',
      '09:05:21 quote 1200/1202 9x9',
      '09:05:22 b buy 5 market day',
    ],
    [
      '09:00:19 a new leaves 5',
      '09:05:21 a trade 5@1202 leaves 0',
      '09:05:22 b new leaves 5',
      // What the auction has taken is not shown any more.
      '09:05:22 b trade 4@1202 leaves 1',
      '09:05:22 b trade 1@1203 leaves 0',
    ],
  ],
  [
    'a limit state that is left and entered again begins anew',
    [
      ...OPEN,
      '09:00:05 quote 1100/1101',
      '09:00:15 quote 1000/1001',
      '09:00:16 quote 1100/1101',
      '09:00:29 a buy 5 market day',
      '09:00:30 quote 1002/1003',
    ],
    ['09:00:29 a new leaves 5', '09:00:30 a trade 5@1003 leaves 0'],
  ],
  [
    'the residual of a market order trades at the band, not beyond it',
    [...OPEN, '09:00:02 trade 1000', '09:00:05 quote 1049/1050 5x5', '09:00:06 a buy 9 market day'],
    ['09:00:06 a new leaves 9', '09:00:06 a trade 5@1050 leaves 4', '09:00:06 a trade 4@1050 leaves 0'],
  ],
  [
    'an order that must trade at once has nothing to meet at a band',
    [...OPEN, '09:00:05 quote 1100/1101', '09:00:06 a buy 5 market ioc'],
    ['09:00:06 a rejected not_in_call'],
  ],
  [
    'a resting order and a stop sleep while the market is at a band',
    [
      ...OPEN,
      '09:00:02 a buy 5 limit 990 day',
      '09:00:02 b sell 5 stop 980 day',
      '09:00:05 quote 900/901',
      '09:00:10 quote 985/986',
      '09:00:11 quote 979/981',
    ],
    [
      '09:00:02 a new leaves 5',
      '09:00:02 b new leaves 5',
      '09:00:10 a trade 5@986 leaves 0',
      '09:00:11 b triggered',
      '09:00:11 b trade 5@979 leaves 0',
    ],
  ],
  [
    'the reference is the mean of the trades of the window once there are trades',
    [
      ...OPEN,
      '09:00:02 trade 1000',
      '09:00:03 trade 1020',
      // Bands of 1010: 960 (959.5) and 1061 (1060.5).
      '09:00:05 quote 1060/1061',
      '09:00:06 a buy 5 market day',
      '09:00:07 quote 1061/1062',
      '09:00:08 b buy 5 market day',
    ],
    ['09:00:06 a new leaves 5', '09:00:06 a trade 5@1061 leaves 0', '09:00:08 b new leaves 5'],
  ],
  [
    'trades older than the window count no more',
    [
      ...OPEN,
      '09:00:02 trade 1000',
      '09:05:01 trade 1040',
      '09:05:03 trade 1040',
      // 1040 alone: 988 and 1092.
      '09:05:04 quote 1090/1091',
      '09:05:05 a buy 5 market day',
    ],
    ['09:05:05 a new leaves 5', '09:05:05 a trade 5@1091 leaves 0'],
  ],
  [
    'a market at a band when it closes has its closing auction',
    [...OPEN, '10:00 a buy 5 market cls', '17:29:59 quote 1100/1101', '17:36 time'],
    ['10:00 a new leaves 5', '17:35 a trade 5@1101 leaves 0'],
  ],
]

test.each(CASES)('%s', (_, lines, reports) => {
  expect(played(lines)).toEqual(reports)
})

test('around the clock a venue has bands, too, and says when it stands at one', () => {
  const scenario = new Scenario(
    terms({ venues: [venue({ simulation: { price_bands: BANDS } })], specs: specsOf(instrument()) }),
  )
  for (const line of ['1 quote 999/1001', '2 quote 1100/1101', '3 quote 1000/1001']) scenario.step(line)
  const statuses = scenario.deliveries.flatMap(({ at_us, message }) =>
    message.type === 'security_status' ? [`${at_us} ${message.status}`] : [],
  )
  expect(statuses).toEqual(['1 trading', '2 halted', '3 trading'])
})

test('no trade is beyond the bands but in an auction, and a venue loaded at any moment goes on as before', () => {
  const seed = 20_261_127
  const from = terms({
    venues: [
      venue({
        simulation: {
          price_bands: { ...BANDS, basis_points: 100, limit_state_us: 3_000_000, pause_us: 5_000_000 },
        },
      }),
    ],
    specs: specsOf(instrument()),
  })
  let trades = 0
  let stands = 0
  for (let run = 0; run < 40; run++) {
    const random = new RandomStream(seed, `bands/${run}`)
    let bid = 1_000
    const quotes: { ts: number; mid: number }[] = []
    const lines = Array.from({ length: 60 }, (_, at) => {
      const ts = (at + 1) * 500_000
      if (at === 0 || random.nextInt(2) === 0) {
        bid += random.nextInt(21) - 10
        quotes.push({ ts, mid: bid + 1 })
        return `${ts} quote ${bid}/${bid + 2} 4x4`
      }
      const side = random.nextInt(2) === 0 ? 'buy' : 'sell'
      const kind = random.nextInt(2) === 0 ? 'market day' : `limit ${bid + random.nextInt(9) - 4} gtc`
      return `${ts} o${at} ${side} ${1 + random.nextInt(9)} ${kind}`
    })
    const whole = new Scenario(from)
    whole.play(...lines)
    let scenario = new Scenario(from)
    for (const line of lines) {
      scenario.step(line)
      const writer = new CanonicalWriter(1 << 12)
      scenario.venues.save(writer)
      const next = new Scenario(from)
      next.venues.load(new CanonicalReader(writer.copy()))
      next.deliveries.push(...scenario.deliveries)
      scenario = next
    }
    scenario.finish()
    expect(scenario.reports()).toEqual(whole.reports())
    const bands = naiveBands(quotes, whole)
    for (const { message } of whole.deliveries) {
      if (message.type === 'security_status' && message.status === 'halted') stands++
      if (message.type !== 'venue_report' || message.report_type !== 'trade') continue
      if (message.liquidity_side === '') continue
      trades++
      const [lower, upper] = bands(message.ts_event_us)
      expect(message.last_price_units).toBeGreaterThanOrEqual(lower)
      expect(message.last_price_units).toBeLessThanOrEqual(upper)
    }
  }
  expect(trades).toBeGreaterThan(100)
  expect(stands).toBeGreaterThan(40)
})

/**
 * The bands at a time, worked out from the quotes and from what was said of the status alone: one per cent around the mean of
 * the middles that came while the instrument traded, since it last opened. A trade on a quote met the bands of before it.
 */
function naiveBands(quotes: readonly { ts: number; mid: number }[], { deliveries }: Scenario) {
  const statuses = deliveries.flatMap(({ at_us, message }) =>
    message.type === 'security_status' ? [{ at_us, status: message.status }] : [],
  )
  const statusAt = (ts: number) => statuses.findLast(({ at_us }) => at_us <= ts)?.status ?? 'trading'
  const meanAt = (ts: number): number | undefined => {
    let mids: number[] = []
    for (const quote of quotes) {
      if (quote.ts > ts) break
      const before = statuses.findLast(({ at_us }) => at_us < quote.ts)?.status
      if (before === 'pre_open' && statusAt(quote.ts) === 'trading') mids = []
      if (statusAt(quote.ts) === 'trading') mids.push(quote.mid)
    }
    return mids.length === 0 ? undefined : mids.reduce((sum, mid) => sum + mid, 0) / mids.length
  }
  return (ts: number): readonly [number, number] => {
    const isOpening = quotes.some((quote) => quote.ts === ts) && statuses.some(({ at_us }) => at_us === ts)
    const means = [meanAt(ts), meanAt(ts - 1)].filter((mean) => mean !== undefined)
    // The orders that an opening, or the end of a stand, brings back may meet it without a reference.
    if (
      means.length === 0 ||
      (isOpening && statuses.findLast(({ at_us }) => at_us < ts)?.status === 'pre_open')
    )
      return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    return [
      Math.min(...means.map((mean) => Math.round(mean * 0.99))),
      Math.max(...means.map((mean) => Math.round(mean * 1.01))),
    ]
  }
}

const BANDS_OF_FIVE = {
  basis_points: 500,
  reference_window_us: 300_000_000,
  limit_state_us: 15_000_000,
  pause_us: 300_000_000,
}

test('[M18] a trade of others beyond the band is not an own one', () => {
  const lines = [
    '08:00 quote 999/1001 50x50',
    '09:00:01 quote 999/1001 50x50',
    '09:00:02 a sell 5 limit 1100 day',
    '09:00:03 trade 1101 9 buy',
    '09:00:04 b buy 5 limit 900 day',
    '09:00:05 trade 890 9 sell',
  ]
  expect(
    playDay(
      lines,
      dayTerms({ price_bands: BANDS_OF_FIVE, queue: { model: 'conservative' } }, { opening_auction: false }),
    ),
  ).toEqual(['09:00:02 a new leaves 5', '09:00:04 b new leaves 5'])
})

test('[M18] a bar beyond the band fills a limit order at its limit', () => {
  const lines = [
    '08:00 trade 1000 9',
    '09:00:01 trade 1000 9',
    '09:00:02 a sell 5 limit 1100 day',
    '09:01 bar last 1000 1120 1000 1110 100',
  ]
  expect(playDay(lines, dayTerms({ price_bands: BANDS_OF_FIVE }, { opening_auction: false }))).toEqual([
    '09:00:02 a new leaves 5',
    '09:01 a trade 5@1100 leaves 0',
  ])
})

test('[M18] by order what comes in beyond the band is not for an own order out there', () => {
  const simulation = { book: 'book_order', price_bands: BANDS_OF_FIVE } as const
  const scenario = new Scenario(terms({ venues: [venue({ simulation })] }))
  const { deepRows } = scenario.venues.exchange('sim')
  scenario.venues.begin(0)
  deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 1, 1, 999, 5, false)
  deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 2, -1, 1001, 5)
  scenario.step('2 a sell 5 limit 1100 gtc')
  // One order sweeps the only level, and its rest stays at its limit.
  deepRows.onBookOrder(0, 3, BOOK_ACTION.execute, 2, -1, 1001, 5, false)
  deepRows.onBookOrder(0, 3, BOOK_ACTION.add, 3, 1, 1100, 4, true)
  scenario.drainInstants()
  expect(scenario.reports()).toEqual(['2 a new leaves 5'])
})

test('[M18] own orders do not meet beyond the band', () => {
  const lines = [
    '08:00 quote 999/1001 50x50',
    '09:00:01 quote 999/1001 50x50',
    '09:00:02 a sell 5 limit 1060 day',
    '09:00:03 b buy 60 limit 1070 day',
  ]
  expect(
    playDay(
      lines,
      dayTerms({ price_bands: BANDS_OF_FIVE, self_match: 'allowed' }, { opening_auction: false }),
    ).slice(2),
  ).toEqual(['09:00:03 b trade 50@1001 leaves 10'])
})

const LULD: PriceBandsConfig = {
  plan: 'us_luld',
  reference_window_us: 300_000_000,
  limit_state_us: 15_000_000,
  pause_us: 300_000_000,
}

test('[M22] bands that are loaded go by the price of the day before', () => {
  const made = () => must(PriceBands.of({ price_bands: LULD }, specsOf(instrument())), 'bands are configured')
  const loaded = (from: PriceBands) => {
    const bands = made()
    bands.restore(from.state())
    return bands
  }
  const first = made()
  first.onTrade(0, 290, undefined, 1)
  const evening = loaded(first)
  evening.endDay(0)
  evening.reset(0)
  const morning = loaded(evening)
  morning.onTrade(0, 310, undefined, 2)
  // Twenty per cent, as below three dollars.
  expect([morning.bound(0, -1e9), morning.bound(0, 1e9)]).toEqual([248, 372])
})

test('[M17] a venue loaded in a pause up to the close ends it with the closing auction', () => {
  const from = dayTerms(
    { price_bands: LULD },
    { sessions: [{ days: ['thu'], open: '09:30', close: '16:00' }], opening_auction: false },
  )
  const before = [
    '09:30:01 quote 999/1001',
    '09:30:02 trade 1000',
    '10:00 a buy 5 market cls',
    '15:45:30 quote 1100/1101 10x10',
  ]
  const first = new Scenario(from)
  for (const line of [...before, '15:52 quote 1210/1211 10x10']) first.step(inMicroseconds(line))
  expect(first.reopened(from).play(inMicroseconds('16:01 time')).map(withClock)).toEqual([
    '16:00 a trade 5@1211 leaves 0',
  ])
})

test.each([1, 2, 3, 4, 5])(
  '[M20] [M21] reference and widths are those of a reckoning over the whole list of prices, seed %i',
  (seed) => {
    const random = new RandomStream(seed, 'luld')
    const session = {
      pre_open_us: 0,
      open_us: 0,
      closing_call_us: 4_000_000_000,
      close_us: 4_000_000_000,
      is_last_of_day: true,
    }
    const tier_2 = seed % 2 === 0 ? ['X.sim'] : []
    const plan = { plan: 'us_luld', tier_2, reference_window_us: 300_000_000 } as const
    const config = { ...plan, limit_state_us: 15_000_000, pause_us: 300_000_000 }
    let bands = must(PriceBands.of({ price_bands: config }, specsOf(instrument())), 'bands are configured')
    const naive = new NaiveReference(tier_2.length === 0 ? 5 : 10, tier_2.length === 0)
    let price = 1_000
    let replaced = 0
    let before = ''
    for (let ts = 500_000; ts < 4_000_000_000; ts += 1 + random.nextInt(9_000_000)) {
      if (random.nextInt(3) > 0) {
        price += random.nextInt(31) - 15
        bands.onTrade(0, price, session, ts)
        naive.trade(price, ts)
      } else {
        bands.pass(0, session, ts)
        naive.look(ts)
      }
      const placed = [bands.bound(0, -1e9), bands.bound(0, 1e9)]
      // What only time changes is there with the next row.
      if (naive.isLooked) expect({ seed, ts, placed }).toEqual({ seed, ts, placed: naive.bands(ts) })
      if (before !== placed.join()) replaced++
      before = placed.join()
      if (random.nextInt(20) !== 0) continue
      const again = must(
        PriceBands.of({ price_bands: config }, specsOf(instrument())),
        'bands are configured',
      )
      again.restore(bands.state())
      bands = again
    }
    expect(replaced).toBeGreaterThan(5)
  },
)

/** The rule as it is written, over every trade there was; prices are whole, so that the mean is a fraction of whole numbers. */
class NaiveReference {
  /** Whether the widths are those of the time, too. */
  isLooked = false
  readonly #trades: { readonly price: number; readonly second: number }[] = []
  readonly #percent: number
  readonly #isWideAtClose: boolean
  #reference: readonly [sum: number, count: number] | undefined
  #since = 0

  constructor(percent: number, isWideAtClose: boolean) {
    this.#percent = percent
    this.#isWideAtClose = isWideAtClose
  }

  trade(price: number, ts: number): void {
    this.#trades.push({ price, second: Math.floor(ts / 1e6) })
    this.#reckon(ts)
    this.isLooked = false
  }

  look(ts: number): void {
    if (this.#reference === undefined) return
    this.#reckon(ts)
    this.isLooked = true
  }

  bands(ts: number): number[] {
    const [sum, count] = must(this.#reference, 'a price has come')
    const isWide = this.#isWideAtClose && ts >= 4_000_000_000 - 1_500_000_000
    const share = (this.#percent * (isWide ? 2 : 1)) / 100
    return [Math.round((sum / count) * (1 - share)), Math.round((sum / count) * (1 + share))]
  }

  #reckon(ts: number): void {
    const within = this.#trades.filter(({ second }) => Math.floor(ts / 1e6) - second < 300)
    if (within.length === 0) return
    const mean = [within.reduce((sum, { price }) => sum + price, 0), within.length] as const
    if (this.#reference !== undefined) {
      const [sum, count] = this.#reference
      // |mean - reference| / reference >= 1 / 100, over one denominator.
      const moved = Math.abs(mean[0] * count - sum * mean[1]) * 100
      if (ts - this.#since < 30e6 || moved < sum * mean[1] || moved === 0) return
    }
    this.#reference = mean
    this.#since = ts
  }
}

test('a deeper book of which one side has come is no price to go by', () => {
  const from = terms({ venues: [venue({ simulation: { book: 'book_level', price_bands: BANDS } })] })
  const scenario = new Scenario(from)
  const { deepRows } = scenario.venues.exchange('sim')
  scenario.venues.begin(1)
  deepRows.onLevel(0, 1, 1, 999, 50)
  deepRows.onLevel(0, 2, -1, 1001, 50)
  scenario.step('3 a buy 5 market ioc')
  scenario.finish()
  expect(scenario.reports()).toEqual(['3 a new leaves 5', '3 a trade 5@1001 leaves 0'])
})
