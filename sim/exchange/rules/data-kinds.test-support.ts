// What moves a book of best prices: quotes before trades and bars.

import type { RuleGroup } from './rule.test-support.ts'

export const DATA_KINDS: RuleGroup = {
  group: 'kinds of data',
  sources: [
    'https://nautilustrader.io/docs/latest/concepts/backtesting/data-and-venues/ (kinds of data, from the finest to the coarsest)',
    'a touched limit is not filled: https://github.com/QuantConnect/Lean/blob/master/Common/Orders/Fills/FillModel.cs (LimitFill: the low has to be below the limit of a buy)',
    'a trade makes a market without a spread, quotes shadow it, a crossed one trades as it stands: ours, as in assumptions.ts',
  ],
  rules: [
    [
      'a trade puts both sides at its price where there are no quotes',
      ['1 trade 100', '2 a buy 5 market day', '3 b sell 5 limit 105 day', '4 trade 106'],
      ['2 a new leaves 5', '2 a trade 5@100 leaves 0', '3 b new leaves 5', '4 b trade 5@105 leaves 0'],
    ],
    [
      'a trade that is the market shows the default there, whatever its own size',
      ['1 trade 100 1', '2 a buy 1200 limit 101 day'],
      ['2 a new leaves 1200', '2 a trade 1000@100 leaves 200'],
    ],
    [
      'a last price at the limit touches it, and one beyond fills it at the limit',
      ['1 trade 100', '2 a buy 5 limit 98 day', '3 trade 98 400', '4 trade 99', '5 trade 97'],
      ['2 a new leaves 5', '5 a trade 5@98 leaves 0'],
    ],
    [
      'an order that comes in at the last price waits there, behind those that came before it',
      [
        '1 trade 100',
        '2 a buy 5 limit 100 gtc',
        '3 b buy 5 limit 100 gtc',
        '4 c buy 5 limit 100 ioc',
        '5 trade 99',
      ],
      [
        ...['2 a new leaves 5', '3 b new leaves 5', '4 c new leaves 5', '4 c canceled cum 0'],
        ...['5 a trade 5@100 leaves 0', '5 b trade 5@100 leaves 0'],
      ],
    ],
    [
      'what waits at the last price is post-only, and a sell at it does not take either',
      [
        '1 trade 100',
        '2 a buy 5 limit 100 gtc post',
        '3 b sell 5 limit 100 gtc post',
        '4 c buy 5 limit 101 gtc post',
      ],
      ['2 a new leaves 5', '3 b new leaves 5', '4 c rejected post_only_would_take'],
    ],
    [
      'a trade in which a buyer took shows an ask at its price, which a buy there trades with, and a sell does not',
      [
        '1 trade 100',
        '2 a buy 5 limit 98 gtc',
        '2 b sell 5 limit 98 gtc',
        '3 trade 98 9 buy',
        '4 c buy 5 limit 98 ioc',
      ],
      [
        ...['2 a new leaves 5', '2 b new leaves 5', '2 b trade 5@100 leaves 0', '3 a trade 5@98 leaves 0'],
        ...['4 c new leaves 5', '4 c trade 5@98 leaves 0'],
      ],
    ],
    [
      'a trade in which a seller took shows a bid at its price: a buy there is touched, and a sell trades',
      [
        '1 trade 100',
        '2 a buy 5 limit 98 gtc',
        '2 b sell 5 limit 102 gtc',
        '3 trade 98 9 sell',
        '4 trade 102 9 sell',
      ],
      ['2 a new leaves 5', '2 b new leaves 5', '4 b trade 5@102 leaves 0'],
    ],
    [
      'a stop-limit whose limit is its trigger waits at the last price that triggered it',
      ['1 trade 100', '2 a buy 5 stop_limit 102 102 gtc', '3 trade 102', '4 trade 101'],
      ['2 a new leaves 5', '3 a triggered', '4 a trade 5@102 leaves 0'],
    ],
    [
      'a bar of asks at the limit of a buy crosses it, and a bar of bids alone, which stands for the ask, touches it',
      [
        ...['1 bar bid 100', '2 a buy 5 limit 99 gtc', '3 bar bid 99', '4 bar ask 101', '5 bar ask 99'],
        ...['6 b sell 5 limit 102 gtc', '7 bar bid 102'],
      ],
      ['2 a new leaves 5', '5 a trade 5@99 leaves 0', '6 b new leaves 5', '7 b trade 5@102 leaves 0'],
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
