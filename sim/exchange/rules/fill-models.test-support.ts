// Fill models: how much of what is shown an order gets, and at what price.

import { account, terms, venue } from '../scenario.test-support.ts'
import { type RuleGroup, simulated } from './rule.test-support.ts'

const Q = '1 quote 100/101 10x20'
const HALF = { fills: { model: 'participation', participation_max: '0.5' } } as const

export const FILL_MODELS: RuleGroup = {
  group: 'fill models',
  sources: [
    'https://nautilustrader.io/docs/nightly/concepts/backtesting/fill-models/ (slippage of one tick by chance)',
    'https://github.com/quantopian/zipline/blob/master/zipline/finance/slippage.py (a share of a bar less what orders before took of it)',
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
      simulated(HALF),
    ],
    [
      'a resting order takes its share of each quote',
      ['1 quote 100/103', '2 a buy 8 limit 101 gtc', '3 quote 100/101 10x10', '4 quote 100/101 10x10'],
      ['2 a new leaves 8', '3 a trade 5@101 leaves 3', '4 a trade 3@101 leaves 0'],
      simulated(HALF),
    ],
    [
      'fill-or-kill asks for the share',
      [Q, '2 a buy 11 limit 101 fok', '3 b buy 10 limit 101 fok'],
      ['2 a new leaves 11', '2 a canceled cum 0', '3 b new leaves 10', '3 b trade 10@101 leaves 0'],
      simulated(HALF),
    ],
    [
      'several orders, of several accounts, share one share of what is shown, whoever comes first',
      [
        Q,
        '2 a buy 6 limit 101 gtc',
        '3 b:X.sim:other buy 6 limit 101 gtc',
        '4 c buy 1 market ioc',
        '5 d sell 6 market ioc',
        '6 quote 100/101 10x20',
      ],
      [
        '2 a new leaves 6',
        '2 a trade 6@101 leaves 0',
        '3 b new leaves 6',
        '3 b trade 4@101 leaves 2',
        '4 c new leaves 1',
        '4 c canceled cum 0',
        '5 d new leaves 6',
        '5 d trade 5@100 leaves 1',
        '5 d canceled cum 5',
        '6 b trade 2@101 leaves 0',
      ],
      terms({
        venues: [venue({ simulation: HALF })],
        accounts: [account(), account({ id: 'other' })],
      }),
    ],
    [
      'fill-or-kill asks for what orders before have left of the share',
      [Q, '2 a buy 6 limit 101 gtc', '3 b buy 5 limit 101 fok', '4 c buy 4 limit 101 fok'],
      [
        '2 a new leaves 6',
        '2 a trade 6@101 leaves 0',
        '3 b new leaves 5',
        '3 b canceled cum 0',
        '4 c new leaves 4',
        '4 c trade 4@101 leaves 0',
      ],
      simulated(HALF),
    ],
    [
      'a resting order with its share of a quote gets no more of it, whatever else happens until the next',
      [
        '1 quote 100/103',
        '2 a buy 8 limit 101 gtc',
        '3 quote 100/101 10x10',
        '4 b buy 3 stop 101 gtc',
        '5 quote 100/101 10x10',
      ],
      [
        '2 a new leaves 8',
        '3 a trade 5@101 leaves 3',
        '4 b new leaves 3',
        '4 b triggered',
        '4 b canceled cum 0',
        '5 a trade 3@101 leaves 0',
      ],
      simulated(HALF),
    ],
    [
      'orders in a queue share one share of a trade',
      [
        '1 quote 100/103 4x4',
        '2 a buy 6 limit 101 gtc',
        '3 b buy 6 limit 101 gtc',
        '4 trade 101 20 sell',
        '5 trade 101 20 sell',
      ],
      [
        '2 a new leaves 6',
        '3 b new leaves 6',
        '4 a trade 6@101 leaves 0',
        '4 b trade 4@101 leaves 2',
        '5 b trade 2@101 leaves 0',
      ],
      simulated({ ...HALF, queue: { model: 'conservative' } }),
    ],
    [
      'both sides share one share of the volume of a bar, at each of its prices',
      ['1 bar last 100', '2 bar last 100 104 96 100 40', '3 a buy 3 market ioc', '4 b sell 3 market ioc'],
      [
        '3 a new leaves 3',
        '3 a trade 3@100 leaves 0',
        '4 b new leaves 3',
        '4 b trade 2@100 leaves 1',
        '4 b canceled cum 2',
      ],
      simulated({ ...HALF, bars: 'fixed' }),
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
