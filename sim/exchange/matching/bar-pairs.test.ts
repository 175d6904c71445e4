import { expect, test } from 'vitest'
import { RandomStream } from '../../../engine/random-stream.ts'
import { instrument, Scenario, specsOf, terms, venue } from '../scenario.test-support.ts'

const FROM = terms({ venues: [venue({ simulation: { bars: 'fixed', takes: 'all_and_contingent' } })] })
const LINES = [
  ...[
    '1 bar bid 100 100 100 100 8',
    '1 bar ask 102',
    '2 a buy 5 stop 105 gtc by=mid as=7',
    '2 b buy 5 limit 99 gtc as=1',
  ],
  ...['2 c sell 9 stop 98 gtc as=2 oto=1', '3 t sell 5 trailing_stop 3 gtc by=mid as=8'],
  ...[
    '5 bar ask 102 112 97 99 40',
    '5 d buy 5 market ioc as=9',
    '5 bar bid 100 110 95 97 40',
    '5 e buy 2 limit 96 gtc as=10',
  ],
  ...['6 bar bid 97 97 90 95', '6 f cancel e', '8 bar ask 99 99 93 96', '8 bar bid 95 95 91 94', '9 time'],
]

test.each(LINES.map((line, place) => [line, place] as const))(
  '[T2] venues that are saved behind "%s" and loaded go on as they would have',
  (_line, place) => {
    const whole = new Scenario(FROM).play(...LINES)
    const before = new Scenario(FROM)
    for (const line of LINES.slice(0, place + 1)) before.step(line)
    const told = before.reports()
    expect([...told, ...before.reopened(FROM).play(...LINES.slice(place + 1))]).toEqual(whole)
    expect(whole.filter((report) => report.includes(' trade '))).toHaveLength(6)
  },
)

test('two bars of one side that end together go one after the other, each with one of the other side', () => {
  const lines = ['1 bar bid 100', '1 bar ask 102', '2 a buy 5 limit 99 gtc', '2 b sell 5 limit 104 gtc']
  const bars = ['3 bar bid 100 101 97 98', '3 bar bid 98 105 98 101', '3 bar ask 102 103 99 100']
  expect(new Scenario(FROM).play(...lines, ...bars)).toEqual([
    ...['2 a new leaves 5', '2 b new leaves 5', '3 a trade 5@99 leaves 0', '3 b trade 5@104 leaves 0'],
  ])
})

test('whatever is met inside bars of both sides trades on the increment (seed 20261130)', () => {
  const increments = [{ price_increment: '0.02' }, { price_from: '1.00', price_increment: '0.05' }]
  const from = terms({
    venues: [venue({ simulation: { bars: 'adaptive', takes: 'all_and_contingent' } })],
    specs: specsOf(instrument({ increments })),
  })
  const random = new RandomStream(20_261_130, 'bar-pairs')
  let trades = 0
  for (let round = 0; round < 500; round++) {
    const price = () => 100 + 5 * random.nextInt(7)
    const low = () => (random.nextInt(3) === 0 ? 90 + 2 * random.nextInt(5) : price())
    const bar = (kind: string) => {
      const [open, close] = [price(), low()]
      return `3 bar ${kind} ${open} ${Math.max(open, close, price())} ${Math.min(open, close, low())} ${close}`
    }
    const told = new Scenario(from).play(
      ...[
        '1 bar bid 100',
        '1 bar ask 105',
        `2 a buy 5 stop ${price()} gtc by=mid`,
        `2 b sell 5 stop ${low()} gtc by=mid`,
      ],
      ...[`2 c buy 5 limit ${low()} gtc as=1`, '2 d sell 5 market ioc as=2 oto=1', bar('ask'), bar('bid')],
    )
    const prices = told.flatMap((report) => / trade \d+@(\d+)/.exec(report)?.[1] ?? []).map(Number)
    trades += prices.length
    expect({ round, off: prices.filter((one) => one % (one < 100 ? 2 : 5) !== 0) }).toEqual({
      round,
      off: [],
    })
  }
  expect(trades).toBeGreaterThan(800)
})

test('a side on its way from below 0 comes to 0, and not to -0', () => {
  const from = terms({
    venues: [venue({ simulation: { bars: 'fixed' } })],
    specs: specsOf(instrument({ allow_non_positive_price: true })),
  })
  const scenario = new Scenario(from)
  scenario.play(
    ...['1 bar bid -10', '1 bar ask -2', '2 a buy 5 stop -2 gtc by=mid'],
    ...['3 bar bid -10 10 -10 10', '3 bar ask -2 2 -2 2'],
  )
  const prices = scenario.deliveries.flatMap(({ message }) =>
    message.type === 'venue_report' && message.report_type === 'trade' ? [message.last_price_units] : [],
  )
  expect(prices).toEqual([0])
})

test('a bar of one side meets the orders that it touches on its own side alone, where fills are counted', () => {
  const fills = { model: 'probabilistic', slip_probability: '0', touch_probability: '0.0000001' } as const
  const counted = (...bars: readonly string[]) => {
    const scenario = new Scenario(terms({ venues: [venue({ simulation: { bars: 'fixed', fills } })] }))
    scenario.play(
      '1 bar bid 100',
      '1 bar ask 103',
      '2 a sell 5 limit 104 gtc',
      '2 b buy 5 limit 98 gtc',
      ...bars,
    )
    return scenario.venues.exchange('sim').rows.bars.bar_order_fill_count
  }
  // Its low touches the buy, and its high meets the sell.
  expect(counted('3 bar bid 100 105 98 102')).toBe(1)
  // The sell at 104 is above its low and beyond its touch.
  expect(counted('3 c cancel b', '3 d sell 5 limit 103 gtc', '4 bar bid 100 105 98 102')).toBe(0)
})
