// Books by price and by order: what moves them, and who gets what of their levels.

import { instrument, specsOf, terms, venue } from '../scenario.test-support.ts'
import { type RuleGroup, simulated } from './rule.test-support.ts'

const BY_PRICE = simulated({ book: 'book_level' })
const BY_ORDER = simulated({ book: 'book_order' })
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

export const FRONTS: RuleGroup = {
  group: 'a book by order that is locked at the price of an order',
  sources: [
    'https://hftbacktest.readthedocs.io/en/latest/order_fill.html (an order at the touch fills once nobody is in front of it)',
    'at one price who came first trades first: ours, as in SPEC Q3',
  ],
  terms: BY_ORDER,
  rules: [
    [
      'one that comes in at the price trades with those in front of an own order, and with it once they are gone',
      [
        ...['1 add 1 ask 101 10', '1 add 2 bid 100 4', '2 a sell 5 limit 101 gtc', '3 add 3 bid 101 4'],
        ...['4 execute 1 4', '5 delete 1'],
      ],
      ['2 a new leaves 5', '5 a trade 4@101 leaves 1'],
    ],
    [
      'one that moves to the price does likewise',
      [
        ...['1 add 1 ask 101 10', '1 add 2 bid 100 4', '2 a sell 5 limit 101 gtc', '3 modify 2 101 4'],
        ...['4 execute 1 10'],
      ],
      ['2 a new leaves 5', '4 a trade 4@101 leaves 1'],
    ],
    [
      'beyond the price an own order trades whoever stands in front, as on quotes',
      ['1 add 1 ask 101 10', '1 add 2 bid 100 4', '2 a sell 5 limit 101 gtc', '3 add 3 bid 102 4'],
      ['2 a new leaves 5', '3 a trade 4@101 leaves 1'],
    ],
    [
      'who came behind an own order stands not in front',
      [
        '1 add 1 ask 102 10',
        '1 add 2 bid 100 4',
        '2 a sell 5 limit 101 gtc',
        '3 add 3 ask 101 9',
        '4 add 4 bid 101 4',
      ],
      ['2 a new leaves 5', '4 a trade 4@101 leaves 1'],
    ],
  ],
}

const THIRD = { model: 'participation', participation_max: '0.3' } as const

export const TRADED_SHARES: RuleGroup = {
  group: 'a share of a trade behind a queue',
  sources: [
    'https://github.com/quantopian/zipline/blob/master/zipline/finance/slippage.py (volume_limit: of the volume that traded, whoever traded it)',
    'https://www.backtrader.com/blog/posts/2016-07-14-volume-filling/volume-filling (a percentage of the whole volume)',
    'no more than the queue leaves: ours, as in SPEC M25',
  ],
  terms: simulated({ book: 'book_level', fills: THIRD }),
  rules: [
    [
      'it is of all that traded, and no more than is left behind the queue',
      [
        ...['1 bid 100 90 more', '1 ask 101 60', '2 a sell 80 limit 101 gtc', '3 trade 101 100 buy'],
        ...['4 trade 101 50 buy', '5 ask 101 0', '6 trade 102 20 buy'],
      ],
      [
        ...['2 a new leaves 80', '3 a trade 30@101 leaves 50', '4 a trade 15@101 leaves 35'],
        ...['6 a trade 6@101 leaves 29'],
      ],
    ],
    [
      'where less is left than the share, that is all',
      ['1 bid 100 90 more', '1 ask 101 60', '2 a sell 40 limit 101 gtc', '3 trade 101 70 buy'],
      ['2 a new leaves 40', '3 a trade 10@101 leaves 30'],
    ],
    [
      'orders behind one another have it once, on quotes, too',
      [
        ...['1 quote 100/102 50x60', '2 a sell 5 limit 101 gtc', '3 b sell 40 limit 102 gtc'],
        ...['4 trade 102 100 buy', '5 trade 102 9 buy'],
      ],
      [
        ...[
          '2 a new leaves 5',
          '3 b new leaves 40',
          '4 a trade 5@101 leaves 0',
          '4 b trade 25@102 leaves 15',
        ],
        ...['5 b trade 2@102 leaves 13'],
      ],
      simulated({ queue: { model: 'conservative' }, fills: THIRD }),
    ],
  ],
}

export const DATA_STANDS: RuleGroup = {
  group: 'a deeper book of which orders of the run took',
  sources: [
    'https://hftbacktest.readthedocs.io/en/latest/order_fill.html (orders of the run make no market impact: the data goes on as it was)',
    'what was taken of a level is gone for orders of the run until the data sets it anew: ours, as in assumptions.ts',
  ],
  terms: BY_PRICE,
  rules: [
    [
      'a level that an order took whole is the best price still, for stops too, until the data takes it out',
      [
        ...['1 bid 100 10 more', '1 bid 98 50 more', '1 ask 101 10'],
        ...['2 a sell 5 stop 99 gtc', '3 b sell 10 market ioc', '4 ask 101 11', '5 bid 98 49'],
        ...['6 bid 100 0'],
      ],
      [
        ...['2 a new leaves 5', '3 b new leaves 10', '3 b trade 10@100 leaves 0'],
        ...['6 a triggered', '6 a trade 5@98 leaves 0'],
      ],
    ],
    [
      'a stop that comes in behind what was taken waits for the best price of the data',
      [
        ...['1 bid 100 10 more', '1 bid 98 50 more', '1 ask 101 10', '2 a sell 10 market ioc'],
        ...['3 b sell 5 stop 99 gtc', '4 c sell 5 limit_if_touched 100 97 gtc'],
      ],
      [
        ...['2 a new leaves 10', '2 a trade 10@100 leaves 0', '3 b new leaves 5', '4 c new leaves 5'],
        ...['4 c triggered', '4 c trade 5@98 leaves 0'],
      ],
    ],
    [
      'a trail follows the best price of the data',
      [
        ...['1 bid 90 10 more', '1 ask 101 10 more', '1 ask 105 10', '2 a buy 1 trailing_stop 3 gtc'],
        ...['3 b buy 10 market ioc', '4 ask 103 10', '5 ask 101 0', '6 bid 91 10', '7 ask 103 0'],
      ],
      [
        ...['2 a new leaves 1', '3 b new leaves 10', '3 b trade 10@101 leaves 0'],
        ...['7 a triggered', '7 a trade 1@105 leaves 0'],
      ],
    ],
    [
      'by order a level is the best price as long as an order that was taken is there',
      [
        ...['1 add 1 bid 100 4', '1 add 2 bid 100 6', '1 add 3 bid 98 50', '1 add 4 ask 101 9'],
        ...['2 a sell 5 stop 99 gtc', '3 b sell 10 market ioc', '4 delete 1', '5 execute 2 4'],
        ...['6 modify 3 98 49', '7 execute 2 2'],
      ],
      [
        ...['2 a new leaves 5', '3 b new leaves 10', '3 b trade 10@100 leaves 0'],
        ...['7 a triggered', '7 a trade 5@98 leaves 0'],
      ],
      BY_ORDER,
    ],
    [
      'by order one that comes in and trades whole with an order of the run is a best price to others',
      [
        ...['1 add 1 bid 100 5', '1 add 2 ask 106 5', '2 a sell 9 limit 103 gtc'],
        ...['3 c sell 1 limit_if_touched 104 100 gtc', '5 add 3 bid 104 3'],
      ],
      [
        ...['2 a new leaves 9', '3 c new leaves 1', '5 a trade 3@103 leaves 6'],
        ...['5 c triggered', '5 c trade 1@100 leaves 0'],
      ],
      BY_ORDER,
    ],
    [
      'post-only is refused where it would take, and a level with nothing left has nothing to take',
      [
        ...['1 bid 90 10 more', '1 ask 101 10 more', '1 ask 103 10', '2 a buy 10 market ioc'],
        ...['3 b buy 5 limit 102 gtc post', '4 c buy 5 limit 103 gtc post'],
      ],
      [
        ...['2 a new leaves 10', '2 a trade 10@101 leaves 0', '3 b new leaves 5'],
        ...['4 c rejected post_only_would_take'],
      ],
    ],
    [
      'a trade that does not say who took is counted by the best prices of the data',
      [
        ...['1 bid 90 10 more', '1 ask 101 10 more', '1 ask 103 50', '2 a buy 10 market ioc'],
        ...['3 b sell 5 limit 100 gtc', '4 trade 100 9', '5 trade 101 3'],
      ],
      ['2 a new leaves 10', '2 a trade 10@101 leaves 0', '3 b new leaves 5', '5 b trade 3@100 leaves 2'],
    ],
  ],
}
