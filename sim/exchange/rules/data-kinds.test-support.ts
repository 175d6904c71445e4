// What moves a book of best prices: quotes before trades and bars.

import type { RuleGroup } from './rule.test-support.ts'

export const DATA_KINDS: RuleGroup = {
  group: 'kinds of data',
  sources: [
    'https://nautilustrader.io/docs/latest/concepts/backtesting/data-and-venues/ (kinds of data, from the finest to the coarsest)',
    'a trade makes a market without a spread, quotes shadow it, a crossed one trades as it stands: ours, as in assumptions.ts',
  ],
  rules: [
    [
      'a trade puts both sides at its price where there are no quotes',
      ['1 trade 100', '2 a buy 5 market day', '3 b sell 5 limit 105 day', '4 trade 105'],
      ['2 a new leaves 5', '2 a trade 5@100 leaves 0', '3 b new leaves 5', '4 b trade 5@105 leaves 0'],
    ],
    [
      'a trade that is the market shows the default there, whatever its own size',
      ['1 trade 100 1', '2 a buy 1200 limit 100 day'],
      ['2 a new leaves 1200', '2 a trade 1000@100 leaves 200'],
    ],
    [
      'a trade does not move a book made of quotes',
      ['1 quote 100/101', '2 a buy 5 limit 100 day', '3 trade 90', '4 bar bid 90', '5 b buy 1 market day'],
      ['2 a new leaves 5', '5 b new leaves 1', '5 b trade 1@101 leaves 0'],
    ],
    [
      'beside quotes a bar of last prices is news for triggers that watch them, as a trade is',
      [
        '1 quote 100/101',
        '2 a sell 5 stop 95 gtc by=last',
        '3 bar last 94',
        '4 b sell 5 stop 93 gtc by=last',
        '5 bar bid 90',
        '6 bar last 99 99 92 96 400',
        '7 bar last 94 95 90 91 400',
      ],
      [
        '2 a new leaves 5',
        '3 a triggered',
        '3 a trade 5@100 leaves 0',
        '4 b new leaves 5',
        '7 b triggered',
        '7 b trade 5@100 leaves 0',
      ],
    ],
    [
      'a crossed quote trades as it stands: buys pay the lower ask, sells receive the higher bid, resting orders get their price',
      [
        '1 quote 99/103',
        '2 a buy 5 limit 101 gtc',
        '3 b sell 5 limit 101 gtc',
        '4 quote 102/100',
        '5 c buy 5 market ioc',
        '6 d sell 5 market ioc',
      ],
      [
        '2 a new leaves 5',
        '3 b new leaves 5',
        '4 a trade 5@101 leaves 0',
        '4 b trade 5@101 leaves 0',
        '5 c new leaves 5',
        '5 c trade 5@100 leaves 0',
        '6 d new leaves 5',
        '6 d trade 5@102 leaves 0',
      ],
    ],
    [
      "a bid bar's close stands for both sides while there are no ask bars",
      ['1 bar bid 100', '2 a buy 5 market day', '3 b sell 5 market day'],
      ['2 a new leaves 5', '2 a trade 5@100 leaves 0', '3 b new leaves 5', '3 b trade 5@100 leaves 0'],
    ],
    [
      'bid and ask bars make a spread',
      ['1 bar bid 100', '1 bar ask 103', '2 bar bid 101', '3 a buy 5 market day', '3 b sell 5 market day'],
      ['3 a new leaves 5', '3 a trade 5@103 leaves 0', '3 b new leaves 5', '3 b trade 5@101 leaves 0'],
    ],
  ],
}
