import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { ImpactConfig } from '../../../schemas/config/market-models.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { randomLines } from '../judges/random-lines.test-support.ts'
import { instrument, play, Scenario, specsOf, terms, venue } from '../scenario.test-support.ts'
import { VolumeImpact, type VolumeImpactConfig } from './impact-model.ts'

const LINEAR = {
  model: 'linear',
  increments: '4',
  quantity: '8',
  half_life_us: 100,
  permanent_share: '0',
} as const
const ROOT = { ...LINEAR, model: 'square_root' } as const
const LASTING = { ...LINEAR, permanent_share: '0.5' } as const

function pressed(impact: ImpactConfig, simulation: SimulationConfig = {}) {
  return terms({ venues: [venue({ simulation: { ...simulation, impact } })] })
}

const Q = '1 quote 100/105 20x20'
type Case = readonly [
  rule: string,
  impact: ImpactConfig,
  lines: readonly string[],
  reports: readonly string[],
]
const CASES: Case[] = [
  [
    'what was bought makes what is bought next dearer, and the first not',
    LINEAR,
    [Q, '2 a buy 8 market ioc', '2 b buy 1 market ioc'],
    ['2 a new leaves 8', '2 a trade 8@105 leaves 0', '2 b new leaves 1', '2 b trade 1@109 leaves 0'],
  ],
  [
    'what was bought does nothing for who sells',
    LINEAR,
    [Q, '2 a buy 8 market ioc', '2 b sell 8 market ioc', '2 c sell 1 market ioc'],
    [
      ...['2 a new leaves 8', '2 a trade 8@105 leaves 0', '2 b new leaves 8', '2 b trade 8@100 leaves 0'],
      ...['2 c new leaves 1', '2 c trade 1@96 leaves 0'],
    ],
  ],
  [
    'half of it has passed after a half-life, and a quarter is left after two',
    LINEAR,
    [
      Q,
      '2 a buy 8 market ioc',
      '102 b buy 0 market ioc',
      '102 c buy 1 limit 106 ioc',
      '202 d buy 1 limit 106 ioc',
    ],
    [
      ...['2 a new leaves 8', '2 a trade 8@105 leaves 0', '102 b rejected quantity_not_positive'],
      ...['102 c new leaves 1', '102 c canceled cum 0', '202 d new leaves 1', '202 d trade 1@106 leaves 0'],
    ],
  ],
  [
    'a lasting part does not pass',
    LASTING,
    [Q, '2 a buy 8 market ioc', '900002 b buy 1 market ioc'],
    [
      '2 a new leaves 8',
      '2 a trade 8@105 leaves 0',
      '900002 b new leaves 1',
      '900002 b trade 1@107 leaves 0',
    ],
  ],
  [
    'lasting parts add up',
    LASTING,
    [Q, '2 a buy 8 market ioc', '3 b buy 8 market ioc', '900002 c buy 1 market ioc'],
    [
      ...['2 a new leaves 8', '2 a trade 8@105 leaves 0', '3 b new leaves 8', '3 b trade 8@109 leaves 0'],
      ...['900002 c new leaves 1', '900002 c trade 1@109 leaves 0'],
    ],
  ],
  [
    'with the square root twice the quantity presses less than twice as much',
    ROOT,
    [Q, '2 a buy 16 market ioc', '2 b buy 1 market ioc'],
    ['2 a new leaves 16', '2 a trade 16@105 leaves 0', '2 b new leaves 1', '2 b trade 1@111 leaves 0'],
  ],
  [
    'a resting order waits until the pressed price comes to it, and has pressed nothing itself',
    LINEAR,
    [Q, '2 a buy 8 market ioc', '3 b buy 8 limit 103 gtc', '4 quote 98/101 9x9', '5 quote 98/99 9x9'].concat([
      '6 c sell 1 market ioc',
      '7 d buy 1 market ioc',
    ]),
    [
      ...['2 a new leaves 8', '2 a trade 8@105 leaves 0', '3 b new leaves 8', '5 b trade 8@103 leaves 0'],
      ...['6 c new leaves 1', '6 c trade 1@98 leaves 0', '7 d new leaves 1', '7 d trade 1@103 leaves 0'],
    ],
  ],
  [
    'a residual is one increment beyond the price that was met',
    LINEAR,
    [Q, '2 a buy 8 market ioc', '2 b buy 14 market ioc'],
    [
      ...['2 a new leaves 8', '2 a trade 8@105 leaves 0', '2 b new leaves 14'],
      ...['2 b trade 12@109 leaves 2', '2 b trade 2@110 leaves 0'],
    ],
  ],
]

const LOW = '1 quote 3/5 20x20'

test.each([
  [undefined, '2 b trade 1@1 leaves 0', '2 c canceled cum 0'],
  // As if nothing had been sold before.
  [2, '2 b trade 1@3 leaves 0', '2 c trade 1@3 leaves 0'],
])(
  '[I2] a price pressed beyond the last valid one is that one (behaviour %s)',
  (behaviour, sold, limited) => {
    const from = { ...pressed(LINEAR), ...(behaviour !== undefined && { behaviour }) }
    const lines = [LOW, '2 a sell 8 market ioc', '2 b sell 1 market ioc', '2 c sell 1 limit 2 ioc']
    expect(play(lines, from)).toEqual([
      ...[
        '2 a new leaves 8',
        '2 a trade 8@3 leaves 0',
        '2 b new leaves 1',
        sold,
        '2 c new leaves 1',
        limited,
      ],
    ])
  },
)

test('[I2] a residual that slips beyond the last valid price has that one', () => {
  const fills = { model: 'probabilistic', slip_probability: '1', touch_probability: '0' } as const
  const from = terms({ venues: [venue({ simulation: { fills } })] })
  expect(play(['1 quote 2/5 4x4', '2 a sell 6 market ioc'], from).slice(1)).toEqual([
    '2 a trade 4@1 leaves 2',
    '2 a trade 2@1 leaves 0',
  ])
})

test.each(CASES)('impact: %s', (_rule, impact, lines, reports) => {
  expect(play(lines, pressed(impact))).toEqual(reports)
})

test('in a deeper book every level is met where it is pressed to', () => {
  const scenario = new Scenario(
    terms({ venues: [venue({ simulation: { book: 'book_level', impact: LINEAR } })] }),
  )
  const exchange = scenario.venues.exchange('sim')
  exchange.deepRows.onLevel(0, 1, 1, 99, 50)
  for (const price of [101, 103]) exchange.deepRows.onLevel(0, 1, -1, price, 8)
  expect(
    scenario.play('2 a buy 8 market ioc', '2 b buy 4 limit 106 ioc', '2 c buy 4 limit 107 ioc').slice(2),
  ).toEqual([...['2 b new leaves 4', '2 b canceled cum 0', '2 c new leaves 4', '2 c trade 4@107 leaves 0']])
})

test('under an impact no market order has a better price than without, at any point of any tape', () => {
  fc.assert(
    fc.property(randomLines(), (lines) => {
      const orders = lines.filter((line) => line.includes('quote') || line.includes('market'))
      const prices = (from: Parameters<typeof play>[1]) => {
        const scenario = new Scenario(from)
        scenario.play(...orders)
        return scenario.deliveries.flatMap(({ message: m }) =>
          m.type === 'venue_report' && m.report_type === 'trade'
            ? [[m.side, m.last_price_units] as const]
            : [],
        )
      }
      const plain = prices(terms())
      const worse = prices(pressed(ROOT))
      expect(worse.length).toBe(plain.length)
      for (const [i, [side, price]] of worse.entries()) {
        const gain = price - (plain[i]?.[1] ?? 0)
        expect(side === 'buy' ? gain : -gain).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

test('an impact does not depend on how often it is asked for, and goes on from a snapshot', () => {
  const fill = fc.record({ wait_us: fc.nat(150), units: fc.integer({ min: 1, max: 99 }), asks: fc.nat(3) })
  fc.assert(
    fc.property(fc.array(fill, { maxLength: 30 }), (fills) => {
      const config: VolumeImpactConfig = { ...ROOT, permanent_share: '0.25' }
      const [often, seldom] = [new VolumeImpact(config, [8], true), new VolumeImpact(config, [8], true)]
      let now = 0
      for (const { wait_us, units: quantity_units, asks } of fills) {
        for (let i = 0; i < asks; i++) often.incrementsWorse(0, 'buy', now + (i * wait_us) / 4)
        now += wait_us
        const own = {
          instrument_index: 0,
          side: 'buy',
          price_units: 1,
          quantity_units,
          liquidity_side: 'taker',
        } as const
        often.onFill(own, now)
        seldom.onFill(own, now)
      }
      const writer = new CanonicalWriter()
      often.save(writer)
      const copy = new VolumeImpact(config, [8], true)
      copy.load(new CanonicalReader(writer.copy()))
      const later = [0, 1, 99, 100, 101, 1_000, 1e9].map((after) => now + after)
      const answers = later.map((at) => seldom.incrementsWorse(0, 'buy', at))
      expect(later.map((at) => often.incrementsWorse(0, 'buy', at))).toEqual(answers)
      expect(later.map((at) => copy.incrementsWorse(0, 'buy', at))).toEqual(answers)
      // It passes, and never comes back.
      expect(answers).toEqual(answers.toSorted((a, b) => b - a))
      expect(often.incrementsWorse(0, 'sell', now)).toBe(0)
    }),
  )
})

test('[I3] an impact is what each fill presses by itself, in fractions and whatever was taken meanwhile', () => {
  const fill = fc.record({ wait_us: fc.nat(250), units: fc.integer({ min: 1, max: 20 }) })
  const share = fc.constantFrom('0', '0.1', '0.29', '1')
  fc.assert(
    fc.property(fc.array(fill, { minLength: 1, maxLength: 40 }), share, (fills, permanent_share) => {
      const model = new VolumeImpact({ ...LINEAR, increments: '100', permanent_share }, [8], true)
      const told: { units: number; at_us: number }[] = []
      let now = 0
      for (const { wait_us, units } of fills) {
        now += wait_us
        const of = { instrument_index: 0, side: 'buy', price_units: 1, liquidity_side: 'taker' } as const
        model.onFill({ ...of, quantity_units: units }, now)
        told.push({ units, at_us: now })
      }
      for (const after of [0, 1, 50, 99, 100, 250, 5_000]) {
        const pressing = told.reduce((sum, { units, at_us }) => {
          const lasting = Number(permanent_share)
          return sum + units * (lasting + (1 - lasting) * 2 ** (-(now + after - at_us) / 100))
        }, 0)
        const exact = (pressing * 100) / 8
        const answer = model.incrementsWorse(0, 'buy', now + after)
        // Half an increment is rounded up, where the last bits of the two sums agree that it is one.
        expect(Math.abs(answer - exact)).toBeLessThanOrEqual(0.5 + 1e-9)
      }
    }),
  )
})

test.each([
  ['a quote at its price', '3 quote 98/100 50x50', []],
  ['a trade at its price', '3 trade 100 9 sell', []],
  ['a trade less worse than its side is pressed', '3 trade 97 9 sell', []],
  ['a trade as much worse as its side is pressed', '3 trade 96 9 sell', ['3 b trade 3@100 leaves 0']],
])('[I1] a resting order in a queue whose side is pressed by four: %s', (_what, row, reports) => {
  const queued = pressed(LINEAR, { queue: { model: 'conservative' } })
  const lines = ['1 quote 99/105 50x50', '2 a buy 8 market ioc', '2 b buy 3 limit 100 gtc', row]
  expect(play(lines, queued).slice(3)).toEqual(reports)
})

test('[I2] no side is pressed by more than a thousand million increments', () => {
  const far = { ...LINEAR, increments: '1000000000', quantity: '1' } as const
  const lines = ['1 quote 100/105 50x50', '2 a buy 20 market ioc', '2 b buy 1 market ioc']
  expect(play(lines, pressed(far)).at(-1)).toBe('2 b trade 1@1000000105 leaves 0')
})

test('a quantity that an instrument of the venue cannot have is refused', () => {
  const specs = specsOf(instrument({ size_scale: 0 }))
  expect(() => new Scenario({ ...pressed({ ...LINEAR, quantity: '0.5' }), specs })).toThrow(
    'A quantity of 0.5 is finer than the scale of X.sim.',
  )
})
