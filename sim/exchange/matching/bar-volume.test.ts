import { expect, test } from 'vitest'
import { RandomStream } from '../../../engine/random-stream.ts'
import type { FillsConfig } from '../../../schemas/config/market-models.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { Scenario, terms, venue } from '../scenario.test-support.ts'

const BY_VOLUME: readonly FillsConfig[] = [
  { model: 'top_of_book' },
  { model: 'participation', participation_max: '0.6' },
]

function of(simulation: SimulationConfig) {
  return terms({ venues: [venue({ simulation })] })
}

test.each(BY_VOLUME.flatMap((fills) => (['fixed', 'adaptive'] as const).map((bars) => ({ fills, bars }))))(
  'no more than its volume is filled in a bar and until the next one: %j',
  (simulation) => {
    const seed = 20_261_127
    const random = new RandomStream(seed, 'bar-volume')
    let traded = 0
    for (let round = 0; round < 150; round++) {
      const scenario = new Scenario(of(simulation))
      let close = 100
      for (let at = 1; at <= 12; at++) {
        const volume = 1 + random.nextInt(60)
        const [open, next] = [close + random.nextInt(5) - 2, close + random.nextInt(21) - 10]
        const high = Math.max(open, next) + random.nextInt(10)
        const low = Math.min(open, next) - random.nextInt(10)
        close = next
        // Orders that were decided on the bar before have come.
        scenario.step(`${10 * at} time`)
        const before = scenario.deliveries.length
        scenario.step(`${10 * at} bar last ${open} ${high} ${low} ${close} ${volume}`)
        for (let order = 0; order < 5; order++)
          scenario.step(`${10 * at + order} o${at}-${order} ${drawOrder(random, close)}`)
        const filled = scenario.deliveries
          .slice(before)
          .reduce(
            (sum, { message }) => sum + ('last_quantity_units' in message ? message.last_quantity_units : 0),
            0,
          )
        expect({ seed, round, at, isWithin: filled <= volume }).toEqual({ seed, round, at, isWithin: true })
        traded += filled
      }
    }
    expect(traded).toBeGreaterThan(1_000)
  },
)

test('fills are counted that depend on whether the high or the low came first', () => {
  const scenario = new Scenario(of({ bars: 'fixed' }))
  const START = '1 bar last 100'
  scenario.play(START, '2 a buy 5 stop 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar last 100 105 95 100')
  scenario.play('5 c buy 5 limit 96 gtc', '6 bar last 100 105 95 100')
  expect(scenario.venues.exchange('sim').rows.bars.bar_order_fill_count).toBe(2)
})

test('a venue loaded between bars of both sides knows which side has bars of its own', () => {
  const from = of({ bars: 'fixed' })
  const before = new Scenario(from)
  for (const line of ['1 bar bid 100', '2 bar ask 103']) before.step(line)
  expect(
    before.reopened(from).play('3 bar bid 101', '4 a buy 5 market ioc', '5 b sell 5 market ioc'),
  ).toEqual([
    ...['4 a new leaves 5', '4 a trade 5@103 leaves 0', '5 b new leaves 5', '5 b trade 5@101 leaves 0'],
  ])
})

const LONG = ['1 bar last 100', '2 p buy 5 market ioc']
type CountCase = readonly [what: string, lines: readonly string[], count: number]
const COUNT_CASES: CountCase[] = [
  [
    'of a pair that the venue keeps the low would have met the other',
    [
      ...LONG,
      '3 t sell 5 limit 104 gtc as=2',
      '3 s sell 5 stop 96 gtc as=3 oco=2',
      '4 bar last 100 105 95 100',
    ],
    1,
  ],
  [
    'of two that only reduce the low would have met the other',
    [
      ...LONG,
      '3 t sell 5 limit 104 gtc reduce',
      '3 s sell 5 stop 96 gtc reduce',
      '4 bar last 100 105 95 100',
    ],
    1,
  ],
  [
    'not of a trail, which no extreme leads to where the other meets it',
    [...LONG, '3 t sell 5 trailing_stop 3 gtc', '4 bar last 100 106 97 102'],
    0,
  ],
  [
    'the high triggered what traded at the low',
    [...LONG, '3 t buy 5 stop_limit 105 97 gtc', '4 bar last 100 106 95 101'],
    1,
  ],
  [
    'the low triggered what traded on the way to the close',
    [...LONG, '3 s sell 5 limit 105 gtc', '3 t sell 5 stop_limit 96 98 gtc', '4 bar last 100 106 95 100'],
    2,
  ],
  [
    'not where no order of the bar could be met at its other extreme',
    [
      ...LONG,
      '3 t sell 5 limit 104 gtc reduce',
      '3 s sell 5 stop 94 gtc reduce',
      '4 bar last 100 105 95 100',
    ],
    0,
  ],
  [
    'not what the open fills',
    [...LONG, '3 s sell 5 limit 105 gtc', '3 b buy 5 limit 95 gtc', '4 bar last 106 107 96 100'],
    0,
  ],
  [
    'not where a bar of bids does not move the asks that the other would have met',
    [
      ...['1 bar bid 100', '1 bar ask 102', '2 p buy 5 market ioc'],
      ...['3 t sell 5 limit 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar bid 100 105 95 100'],
    ],
    0,
  ],
]
test.each(COUNT_CASES)(
  'a fill is counted where the order of high and low decided on it: %s',
  (_what, lines, count) => {
    const scenario = new Scenario(of({ bars: 'fixed', takes: 'all_and_oco' }))
    scenario.play(...lines)
    expect(scenario.venues.exchange('sim').rows.bars.bar_order_fill_count).toBe(count)
  },
)

test('a fill by a touch of the own side is counted where the order of high and low decided on it', () => {
  const fills = { model: 'probabilistic', slip_probability: '0', touch_probability: '1' } as const
  for (const [bars, filled] of [
    ['fixed', 'b trade 5@106'],
    ['adaptive', 'a trade 5@99'],
  ] as const) {
    const scenario = new Scenario(of({ bars, fills, takes: 'all_and_oco' }))
    const told = scenario.play(
      ...['1 bar bid 100', '1 bar ask 101', '2 a buy 5 limit 99 gtc as=1'],
      ...['2 b sell 5 limit 106 gtc as=2 oco=1', '3 bar bid 100 105 98 102', '3 bar ask 101 106 100 103'],
    )
    expect(told).toContain(`3 ${filled} leaves 0`)
    expect(scenario.venues.exchange('sim').rows.bars.bar_order_fill_count).toBe(1)
  }
})

test('before behaviour 3 fills were counted where both extremes filled orders', () => {
  const scenario = new Scenario({ ...of({ bars: 'fixed' }), behaviour: 2 })
  scenario.play(...LONG, '3 t sell 5 trailing_stop 3 gtc', '4 bar last 100 106 99 105')
  expect(scenario.venues.exchange('sim').rows.bars.bar_order_fill_count).toBe(0)
})

test('every fill that a bar has in one order of high and low alone is counted', () => {
  const seed = 20_261_129
  const random = new RandomStream(seed, 'bar-order')
  const from = of({ bars: 'fixed', takes: 'all_and_oco' })
  let differing = 0
  for (let round = 0; round < 4_500; round++) {
    const orders = drawOrders(random)
    const [open, close] = [98 + random.nextInt(5), 95 + random.nextInt(11)]
    const high = Math.max(open, close) + random.nextInt(7)
    const low = Math.min(open, close) - random.nextInt(7)
    const bar = `9 bar last ${open} ${high} ${low} ${close}`
    const highFirst = new Scenario(from)
    const lowFirst = new Scenario(from)
    const told = tradesOf(highFirst.play('1 bar last 100', ...orders, bar))
    const mirrored = tradesOf(lowFirst.play('1 bar last 100', ...orders.map(mirror), mirror(bar))).map(mirror)
    for (const [scenario, own, other] of [
      [highFirst, told, mirrored],
      [lowFirst, mirrored, told],
    ] as const) {
      const alone = own.filter((trade) => !other.includes(trade)).length
      const { bar_order_fill_count: count } = scenario.venues.exchange('sim').rows.bars
      differing += alone
      expect({ seed, round, isCounted: count >= alone }).toEqual({ seed, round, isCounted: true })
    }
  }
  expect(differing).toBeGreaterThan(300)
})

/** A position, and orders that close it or open more, among them pairs that end each other. */
function drawOrders(random: RandomStream): string[] {
  const side = random.nextInt(2) === 0 ? 'buy' : 'sell'
  const other = side === 'buy' ? 'sell' : 'buy'
  const price = () => 92 + random.nextInt(17)
  const shape = () =>
    [
      `limit ${price()} gtc`,
      `stop ${price()} gtc`,
      `stop_limit ${price()} ${price()} gtc`,
      `limit_if_touched ${price()} ${price()} gtc`,
      `trailing_stop ${1 + random.nextInt(5)} gtc`,
      `trailing_stop ${1 + random.nextInt(5)} gtc active=${price()}`,
      `stop ${price()} gtc by=last`,
    ][random.nextInt(7)]
  const link = random.nextInt(2) === 0 ? ' oco=2' : ''
  const reduce = random.nextInt(2) === 0 ? ' reduce' : ''
  return [
    `2 p ${side} 5 market ioc as=1`,
    `3 t ${other} 5 ${shape()} as=2${reduce}`,
    `3 s ${other} 5 ${shape()} as=3${link}${reduce}`,
    `3 u ${side} 3 ${shape()} as=4`,
  ]
}

/** The same seen upside down: 100 stays where it is. */
function mirror(line: string): string {
  const [open, high, low, close] = line.split(' ').slice(3)
  if (line.includes(' bar '))
    return ['9 bar last', ...[open, low, high, close].map((price) => 200 - Number(price))].join(' ')
  return line
    .replace(/ (buy|sell) /, (word) => (word === ' buy ' ? ' sell ' : ' buy '))
    .replace(/(?<=[@ =])(8|9|1[01])\d+(?= |$)/g, (price) => `${200 - Number(price)}`)
}

function tradesOf(reports: readonly string[]): string[] {
  return reports
    .filter((report) => report.includes(' trade '))
    .map((report) => report.replace(/ leaves.*/, ''))
}

/** An order of any type, near the price, so that most of them are met inside a bar. */
function drawOrder(random: RandomStream, price: number): string {
  const side = random.nextInt(2) === 0 ? 'buy' : 'sell'
  const up = side === 'buy' ? 1 : -1
  const away = (1 + random.nextInt(8)) * up
  const shapes = [
    'market ioc',
    `limit ${price - away} gtc`,
    `limit ${price + away} gtc`,
    `stop ${price + away} gtc`,
    `stop ${price + away} gtc`,
    `stop_limit ${price + away} ${price + 2 * away} gtc`,
    `market_if_touched ${price - away} gtc`,
    `limit_if_touched ${price - away} ${price - away} gtc`,
    `trailing_stop ${Math.abs(away)} gtc`,
    'market_to_limit gtc',
  ]
  return `${side} ${1 + random.nextInt(30)} ${shapes[random.nextInt(shapes.length)]}`
}
