import { expect, test } from 'vitest'
import { RandomStream } from '../../engine/random-stream.ts'
import type { FillsConfig, SimulationConfig } from '../../schemas/config.ts'
import { play, Scenario, terms, venue } from './scenario.test-support.ts'

const BY_VOLUME: readonly FillsConfig[] = [
  { model: 'top_of_book' },
  { model: 'participation', participation_max: '0.6' },
]

function of(simulation: SimulationConfig) {
  return terms({ venues: [venue({ simulation })] })
}

test('a trigger on the way sees what is left of its quarter, not the quarter again', () => {
  const lines = [
    '1 bar last 100 100 100 100 40',
    '2 a buy 7 stop 102 gtc',
    '3 b buy 7 stop 104 gtc',
    '4 bar last 100 106 100 105 40',
  ]
  expect(play(lines, of({ bars: 'fixed', fills: { model: 'top_of_book' } }))).toEqual([
    '2 a new leaves 7',
    '3 b new leaves 7',
    '4 a triggered',
    '4 a trade 7@102 leaves 0',
    '4 b triggered',
    '4 b trade 3@104 leaves 4',
    '4 b canceled cum 3',
  ])
})

test('what trades in a bar was bought and sold once: buys and sells share its volume', () => {
  const lines = ['1 bar last 100 100 100 100 40', '2 a buy 8 market ioc', '2 b sell 8 market ioc']
  expect(play(lines, of({ bars: 'fixed', fills: { model: 'top_of_book' } }))).toEqual([
    '2 a new leaves 8',
    '2 a trade 8@100 leaves 0',
    '2 b new leaves 8',
    '2 b trade 2@100 leaves 6',
    '2 b canceled cum 2',
  ])
})

test('a bar of one side leaves what the other side still shows', () => {
  const lines = [
    '1 bar bid 100 100 100 100 40',
    '1 bar ask 102 102 102 102 80',
    '2 a buy 15 market ioc',
    '3 bar bid 100 100 100 100 40',
    '4 b buy 15 market ioc',
  ]
  expect(play(lines, of({ bars: 'fixed', fills: { model: 'top_of_book' } }))).toEqual([
    '2 a new leaves 15',
    '2 a trade 15@102 leaves 0',
    '4 b new leaves 15',
    '4 b trade 5@102 leaves 10',
    '4 b canceled cum 5',
  ])
})

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
