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
  expect(scenario.venues.exchange('sim').rows.bar_order_fill_count).toBe(2)
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
