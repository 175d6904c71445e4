// Books by price and by order: what moves them, and who gets what of their levels.

import { instrument, specsOf, terms, venue } from '../scenario.test-support.ts'
import { type RuleGroup, simulated } from './rule.test-support.ts'

const HALF = { model: 'participation', participation_max: '0.5' } as const

export const DEEP_LEVELS: RuleGroup = {
  group: 'levels of a deeper book that resting orders reach',
  sources: [
    'https://nautilustrader.io/docs/nightly/concepts/backtesting/fill-models/ (the available size at each price level, one after the other)',
    'a share of each level: ours, as in SPEC M25',
  ],
  terms: simulated({ book: 'book_level', fills: HALF }),
  rules: [
    [
      'a level that comes behind the best one trades at once with an order that has had its share of the best',
      [
        ...['1 bid 100 10 more', '1 ask 101 10', '2 a sell 20 limit 90 gtc', '3 bid 95 20', '4 bid 89 20'],
        ...['5 ask 101 20', '6 bid 95 16'],
      ],
      [
        ...['2 a new leaves 20', '2 a trade 5@100 leaves 15', '3 a trade 10@90 leaves 5'],
        '6 a trade 5@90 leaves 0',
      ],
    ],
    [
      'of several levels that come at once each gives its share, and who wanted more stands in front of the next',
      [
        ...['1 bid 90 10 more', '1 ask 101 10', '2 a sell 20 limit 95 gtc', '3 b sell 20 limit 96 gtc'],
        ...['4 bid 97 20 more', '4 bid 96 20 more', '4 bid 95 20', '5 bid 94 6'],
      ],
      [
        ...['2 a new leaves 20', '3 b new leaves 20', '4 a trade 10@95 leaves 10'],
        ...['4 a trade 10@95 leaves 0'],
      ],
    ],
    [
      'a best level below a lot keeps nobody from those behind it',
      ['1 bid 100 4 more', '1 bid 80 50 more', '1 ask 101 10', '2 a sell 20 limit 90 gtc', '3 bid 95 100'],
      ['2 a new leaves 20', '3 a trade 20@90 leaves 0'],
      terms({
        venues: [venue({ simulation: { book: 'book_level', fills: { model: 'walk_book' } } })],
        specs: specsOf(instrument({ lot: '5', quantity_min: '5' })),
      }),
    ],
    [
      'by order what moves to a level behind the best trades at once, too',
      [
        ...['1 add 1 bid 100 10', '1 add 2 ask 101 10', '1 add 3 bid 80 20', '2 a sell 20 limit 90 gtc'],
        ...['3 modify 3 95 20', '4 modify 3 95 12'],
      ],
      ['2 a new leaves 20', '2 a trade 5@100 leaves 15', '3 a trade 10@90 leaves 5'],
      simulated({ book: 'book_order', fills: HALF }),
    ],
  ],
}
