import { expect, test } from 'vitest'
import type { SimulationConfig } from '../../schemas/config.ts'
import { play, Scenario, terms, venue } from './scenario.test-support.ts'

// Bars as NautilusTrader documents its own: https://nautilustrader.io/docs/latest/concepts/backtesting/bar-execution/
// (four prices in a fixed or an adaptive order, a quarter of the volume each), fill models likewise:
// https://nautilustrader.io/docs/nightly/concepts/backtesting/fill-models/ (slippage of one tick by chance). What they
// leave open, above all that a stop inside a bar fills at its trigger, is ours.
type Case = readonly [rule: string, lines: readonly string[], reports: readonly string[]]

const START = '1 bar last 100'
const Q = '1 quote 100/101 10x20'

function with_(simulation: SimulationConfig) {
  return terms({ venues: [venue({ simulation })] })
}

const FIXED: Case[] = [
  [
    'a buy stop on the way fills at its trigger',
    [START, '2 a buy 5 stop 103 gtc', '3 bar last 101 106 95 100'],
    ['2 a new leaves 5', '3 a triggered', '3 a trade 5@103 leaves 0'],
  ],
  [
    'a sell stop on the way fills at its trigger',
    [START, '2 a sell 5 stop 97 gtc', '3 bar last 100 103 95 99'],
    ['2 a new leaves 5', '3 a triggered', '3 a trade 5@97 leaves 0'],
  ],
  [
    'a stop gapped through by the open fills at the open',
    [START, '2 a buy 5 stop 103 gtc', '3 bar last 105 106 104 105'],
    ['2 a new leaves 5', '3 a triggered', '3 a trade 5@105 leaves 0'],
  ],
  [
    'a stop-limit on the way takes at its trigger',
    [START, '2 a buy 5 stop_limit 103 104 gtc', '3 bar last 100 106 99 101'],
    ['2 a new leaves 5', '3 a triggered', '3 a trade 5@103 leaves 0'],
  ],
  [
    'an order if touched on the way fills at its price',
    [START, '2 a buy 5 market_if_touched 97 gtc', '3 bar last 100 102 95 99'],
    ['2 a new leaves 5', '3 a triggered', '3 a trade 5@97 leaves 0'],
  ],
  [
    'a limit crossed favourably by the open fills at the open',
    [START, '2 a buy 5 limit 99 gtc', '3 bar last 97 101 96 100'],
    ['2 a new leaves 5', '3 a trade 5@97 leaves 0'],
  ],
  [
    'a limit on the way fills at its own price',
    [START, '2 a buy 5 limit 98 gtc', '3 bar last 100 102 96 101'],
    ['2 a new leaves 5', '3 a trade 5@98 leaves 0'],
  ],
  [
    'a limit beyond the extreme does not fill',
    [START, '2 a buy 5 limit 98 gtc', '3 bar last 100 102 99 101'],
    ['2 a new leaves 5'],
  ],
  [
    'a quarter of the volume is shown at each price',
    [START, '2 a buy 5 limit 98 gtc', '3 bar last 100 102 96 97 8'],
    ['2 a new leaves 5', '3 a trade 2@98 leaves 3', '3 a trade 2@98 leaves 1'],
  ],
  [
    'what does not divide by four is shown at the close',
    [START, '2 a buy 9 limit 98 gtc', '3 bar last 100 102 96 97 11'],
    ['2 a new leaves 9', '3 a trade 2@98 leaves 7', '3 a trade 5@98 leaves 2'],
  ],
  [
    'a volume too small to be quartered is shown at the close alone',
    [START, '2 a buy 9 limit 98 gtc', '3 bar last 100 102 96 97 3'],
    ['2 a new leaves 9', '3 a trade 3@98 leaves 6'],
  ],
  [
    'the high comes before the low',
    [START, '2 a buy 5 stop 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar last 97 105 95 100'],
    [
      '2 a new leaves 5',
      '3 b new leaves 5',
      '4 a triggered',
      '4 a trade 5@104 leaves 0',
      '4 b trade 5@96 leaves 0',
    ],
  ],
  [
    'a trailing stop follows to the high and is met on the way down',
    [START, '2 a sell 5 trailing_stop 3 gtc', '3 bar last 100 106 101 102'],
    ['2 a new leaves 5', '3 a triggered', '3 a trade 5@103 leaves 0'],
  ],
]

test.each(FIXED)('bars, open-high-low-close: %s', (_rule, lines, reports) => {
  expect(play(lines, with_({ bars: 'fixed' }))).toEqual(reports)
})

const ADAPTIVE: Case[] = [
  [
    'the low comes first where it is nearer to the open',
    [START, '2 a buy 5 stop 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar last 97 105 95 100'],
    [
      '2 a new leaves 5',
      '3 b new leaves 5',
      '4 b trade 5@96 leaves 0',
      '4 a triggered',
      '4 a trade 5@104 leaves 0',
    ],
  ],
  [
    'the high comes first where it is nearer',
    [START, '2 a buy 5 stop 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar last 103 105 95 100'],
    [
      '2 a new leaves 5',
      '3 b new leaves 5',
      '4 a triggered',
      '4 a trade 5@104 leaves 0',
      '4 b trade 5@96 leaves 0',
    ],
  ],
  [
    'the high comes first where both are as near',
    [START, '2 a buy 5 stop 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar last 100 105 95 100'],
    [
      '2 a new leaves 5',
      '3 b new leaves 5',
      '4 a triggered',
      '4 a trade 5@104 leaves 0',
      '4 b trade 5@96 leaves 0',
    ],
  ],
  [
    'a trailing stop that sees the low first is not met by it later',
    [START, '2 a sell 5 trailing_stop 3 gtc', '3 bar last 100 106 99 105'],
    ['2 a new leaves 5'],
  ],
]

test.each(ADAPTIVE)('bars, nearer extreme first: %s', (_rule, lines, reports) => {
  expect(play(lines, with_({ bars: 'adaptive' }))).toEqual(reports)
})

test('bars are traded at their close alone unless the venue expands them', () => {
  expect(play([START, '2 a buy 5 stop 103 gtc', '3 bar last 101 106 95 100'])).toEqual(['2 a new leaves 5'])
})

test('fills are counted that depend on whether the high or the low came first', () => {
  const scenario = new Scenario(with_({ bars: 'fixed' }))
  scenario.play(START, '2 a buy 5 stop 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar last 100 105 95 100')
  scenario.play('5 c buy 5 limit 96 gtc', '6 bar last 100 105 95 100')
  expect(scenario.venues.exchange('sim').bar_order_fill_count).toBe(2)
})

const MODELS: readonly [SimulationConfig['fills'], ...Case][] = [
  [
    { model: 'top_of_book' },
    'what is not shown of a market order is canceled',
    [Q, '2 a buy 25 market ioc', '3 b sell 11 market gtc'],
    [
      '2 a new leaves 25',
      '2 a trade 20@101 leaves 5',
      '2 a canceled cum 20',
      '3 b new leaves 11',
      '3 b trade 10@100 leaves 1',
      '3 b canceled cum 10',
    ],
  ],
  [
    { model: 'top_of_book' },
    'a fill-or-kill market order needs all of it shown',
    [Q, '2 a buy 21 market fok', '3 b buy 20 market fok'],
    ['2 a new leaves 21', '2 a canceled cum 0', '3 b new leaves 20', '3 b trade 20@101 leaves 0'],
  ],
  [
    { model: 'participation', participation_max: '0.5' },
    'a market order takes its share of what is shown',
    [Q, '2 a buy 15 market ioc'],
    ['2 a new leaves 15', '2 a trade 10@101 leaves 5', '2 a canceled cum 10'],
  ],
  [
    { model: 'participation', participation_max: '0.5' },
    'a resting order takes its share of each quote',
    ['1 quote 100/103', '2 a buy 8 limit 101 gtc', '3 quote 100/101 10x10', '4 quote 100/101 10x10'],
    ['2 a new leaves 8', '3 a trade 5@101 leaves 3', '4 a trade 3@101 leaves 0'],
  ],
  [
    { model: 'participation', participation_max: '0.5' },
    'fill-or-kill asks for the share',
    [Q, '2 a buy 11 limit 101 fok', '3 b buy 10 limit 101 fok'],
    ['2 a new leaves 11', '2 a canceled cum 0', '3 b new leaves 10', '3 b trade 10@101 leaves 0'],
  ],
  [
    { model: 'probabilistic', slip_probability: '1', touch_probability: '0' },
    'a market order that slips pays one increment more',
    [Q, '2 a buy 5 market ioc', '3 b sell 5 market ioc'],
    ['2 a new leaves 5', '2 a trade 5@102 leaves 0', '3 b new leaves 5', '3 b trade 5@99 leaves 0'],
  ],
  [
    { model: 'probabilistic', slip_probability: '1', touch_probability: '0' },
    'limit orders never slip beyond their price',
    [Q, '2 a buy 5 limit 101 gtc'],
    ['2 a new leaves 5', '2 a trade 5@101 leaves 0'],
  ],
  [
    { model: 'probabilistic', slip_probability: '0', touch_probability: '1' },
    'a touched order may fill without a cross, one that is not touched may not',
    [Q, '2 a buy 5 limit 100 gtc', '3 b buy 5 limit 99 gtc', '4 quote 100/101 10x20'],
    ['2 a new leaves 5', '3 b new leaves 5', '4 a trade 5@100 leaves 0'],
  ],
]

test.each(MODELS)('fills by %j: %s', (fills, _rule, lines, reports) => {
  expect(play(lines, with_(fills === undefined ? {} : { fills }))).toEqual(reports)
})

test('chance comes from the seed: the same seed gives the same fills, another one other fills', () => {
  const fills = { model: 'probabilistic', slip_probability: '0.5', touch_probability: '0' } as const
  const orders = Array.from({ length: 40 }, (_, at) => `${at + 2} o${at} buy 1 market ioc`)
  const run = (seed: number) => play(['1 quote 100/101 900x900', ...orders], { ...with_({ fills }), seed })
  expect(run(1)).toEqual(run(1))
  expect(run(1)).not.toEqual(run(2))
})
