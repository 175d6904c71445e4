// Fill models: how much of what is shown an order gets, and at what price.

import { type RuleGroup, simulated } from './rule.test-support.ts'

const Q = '1 quote 100/101 10x20'

export const FILL_MODELS: RuleGroup = {
  group: 'fill models',
  sources: [
    'https://nautilustrader.io/docs/nightly/concepts/backtesting/fill-models/ (slippage of one tick by chance)',
    'what is shown and no more, and a share of it: ours, as in assumptions.ts',
  ],
  rules: [
    [
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
      simulated({ fills: { model: 'top_of_book' } }),
    ],
    [
      'a fill-or-kill market order needs all of it shown',
      [Q, '2 a buy 21 market fok', '3 b buy 20 market fok'],
      ['2 a new leaves 21', '2 a canceled cum 0', '3 b new leaves 20', '3 b trade 20@101 leaves 0'],
      simulated({ fills: { model: 'top_of_book' } }),
    ],
    [
      'a market order takes its share of what is shown',
      [Q, '2 a buy 15 market ioc'],
      ['2 a new leaves 15', '2 a trade 10@101 leaves 5', '2 a canceled cum 10'],
      simulated({ fills: { model: 'participation', participation_max: '0.5' } }),
    ],
    [
      'a resting order takes its share of each quote',
      ['1 quote 100/103', '2 a buy 8 limit 101 gtc', '3 quote 100/101 10x10', '4 quote 100/101 10x10'],
      ['2 a new leaves 8', '3 a trade 5@101 leaves 3', '4 a trade 3@101 leaves 0'],
      simulated({ fills: { model: 'participation', participation_max: '0.5' } }),
    ],
    [
      'fill-or-kill asks for the share',
      [Q, '2 a buy 11 limit 101 fok', '3 b buy 10 limit 101 fok'],
      ['2 a new leaves 11', '2 a canceled cum 0', '3 b new leaves 10', '3 b trade 10@101 leaves 0'],
      simulated({ fills: { model: 'participation', participation_max: '0.5' } }),
    ],
    [
      'a market order that slips pays one increment more',
      [Q, '2 a buy 5 market ioc', '3 b sell 5 market ioc'],
      ['2 a new leaves 5', '2 a trade 5@102 leaves 0', '3 b new leaves 5', '3 b trade 5@99 leaves 0'],
      simulated({ fills: { model: 'probabilistic', slip_probability: '1', touch_probability: '0' } }),
    ],
    [
      'limit orders never slip beyond their price',
      [Q, '2 a buy 5 limit 101 gtc'],
      ['2 a new leaves 5', '2 a trade 5@101 leaves 0'],
      simulated({ fills: { model: 'probabilistic', slip_probability: '1', touch_probability: '0' } }),
    ],
    [
      'a touched order may fill without a cross, one that is not touched may not',
      [Q, '2 a buy 5 limit 100 gtc', '3 b buy 5 limit 99 gtc', '4 quote 100/101 10x20'],
      ['2 a new leaves 5', '3 b new leaves 5', '4 a trade 5@100 leaves 0'],
      simulated({ fills: { model: 'probabilistic', slip_probability: '0', touch_probability: '1' } }),
    ],
    [
      'where chance decides, nobody trades before one of a better price, or of the same that came first',
      [
        Q,
        '2 a buy 5 limit 99 gtc',
        '3 b buy 5 limit 99 gtc',
        '4 c buy 5 limit 98 gtc',
        '5 d sell 5 limit 102 gtc',
        ...[6, 7, 8, 9, 10, 11].map((at) => `${at} quote 98/102 9x9`),
      ],
      [
        '2 a new leaves 5',
        '3 b new leaves 5',
        '4 c new leaves 5',
        '5 d new leaves 5',
        '8 a trade 5@99 leaves 0',
        '9 b trade 5@99 leaves 0',
        '10 d trade 5@102 leaves 0',
        '11 c trade 5@98 leaves 0',
      ],
      simulated({ fills: { model: 'probabilistic', slip_probability: '0', touch_probability: '0.3' } }),
    ],
  ],
}
