// Stops and orders if touched: which price triggers them, and what they become.

import type { RuleGroup } from './rule.test-support.ts'

const Q = '1 quote 100/101 10x20'

export const STOP: RuleGroup = {
  group: 'stop',
  sources: [
    'https://www.onixs.biz/fix-dictionary/latest/tagNum_40.html (3)',
    'OANDA v20 OrderTriggerCondition DEFAULT, ask for a buy and bid for a sell: https://developer.oanda.com/rest-live-v20/order-df/',
  ],
  rules: [
    [
      'a buy stop waits below its price and becomes a market order when the ask is there',
      [Q, '2 a buy 5 stop 103 gtc', '3 quote 101/102', '4 quote 102/103'],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@103 leaves 0'],
    ],
    [
      'a sell stop becomes a market order when the bid is at its price',
      [Q, '2 a sell 5 stop 98 gtc', '3 quote 99/100', '4 quote 98/99'],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@98 leaves 0'],
    ],
    [
      'a buy stop that is gapped through fills at the first ask beyond, not at its price',
      [Q, '2 a buy 5 stop 103 gtc', '3 quote 106/107'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@107 leaves 0'],
    ],
    [
      'a sell stop that is gapped through fills at the first bid beyond',
      [Q, '2 a sell 5 stop 98 gtc', '3 quote 90/91'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@90 leaves 0'],
    ],
    [
      'the bid at a buy stop does not trigger it; the ask does',
      [Q, '2 a sell 1 market ioc', '3 b buy 5 stop 105 gtc', '4 quote 100/104', '5 quote 100/105'],
      [
        '2 a new leaves 1',
        '2 a trade 1@100 leaves 0',
        '3 b new leaves 5',
        '5 b triggered',
        '5 b trade 5@105 leaves 0',
      ],
    ],
    [
      'the ask at a sell stop does not trigger it',
      [Q, '2 a sell 5 stop 98 gtc', '3 quote 99/99'],
      ['2 a new leaves 5'],
    ],
    [
      'a buy stop at or below the ask is triggered as it arrives',
      [Q, '2 a buy 5 stop 101 gtc'],
      ['2 a new leaves 5', '2 a triggered', '2 a trade 5@101 leaves 0'],
    ],
    [
      'what is not shown when a stop is triggered trades one increment worse, like any market order',
      [Q, '2 a sell 5 stop 98 gtc', '3 quote 95/96 2x2'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 2@95 leaves 3', '3 a trade 3@94 leaves 0'],
    ],
    [
      'a stop that watches the last price is blind to quotes',
      ['1 trade 100', '2 quote 100/101', '3 a buy 5 stop 103 gtc by=last', '4 quote 110/111', '5 trade 103'],
      ['3 a new leaves 5', '5 a triggered', '5 a trade 5@111 leaves 0'],
    ],
    [
      'a stop that watches the last price waits for the first trade',
      [Q, '2 a sell 5 stop 200 gtc by=last', '3 quote 90/91', '4 trade 150'],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@90 leaves 0'],
    ],
    [
      'a stop that watches the middle is triggered by a half',
      [Q, '2 a buy 5 stop 103 gtc by=mid', '3 quote 102/103', '4 quote 102/104'],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@104 leaves 0'],
    ],
    [
      'stops triggered by one quote trade in the order they came, each against what is left',
      [Q, '2 a buy 3 stop 104 gtc', '3 b buy 3 stop 103 gtc', '4 quote 103/104 9x4'],
      [
        '2 a new leaves 3',
        '3 b new leaves 3',
        '4 a triggered',
        '4 a trade 3@104 leaves 0',
        '4 b triggered',
        '4 b trade 1@104 leaves 2',
        '4 b trade 2@105 leaves 0',
      ],
    ],
    [
      'a stop is canceled while it waits',
      [Q, '2 a buy 5 stop 103 gtc', '3 c cancel a', '4 quote 110/111'],
      ['2 a new leaves 5', '3 c canceled a cum 0'],
    ],
    [
      'a replace moves the trigger price and the quantity',
      [Q, '2 a buy 5 stop 103 gtc', '3 r replace a 6 0 105', '4 quote 102/103', '5 quote 104/105'],
      ['2 a new leaves 5', '3 r replaced a 6@0 leaves 6', '5 r triggered', '5 r trade 6@105 leaves 0'],
    ],
    [
      'a stop that is lowered at most keeps its place among those that wait',
      [
        Q,
        '2 a sell 9 stop 98 gtc',
        '3 b sell 9 stop 98 gtc',
        '4 c sell 9 stop 98 gtc',
        '5 r replace a 8 0 98',
        '6 s replace b 10 0 98',
        '7 quote 97/98 50x50',
      ],
      [
        '2 a new leaves 9',
        '3 b new leaves 9',
        '4 c new leaves 9',
        '5 r replaced a 8@0 leaves 8',
        '6 s replaced b 10@0 leaves 10',
        '7 r triggered',
        '7 r trade 8@97 leaves 0',
        '7 c triggered',
        '7 c trade 9@97 leaves 0',
        '7 s triggered',
        '7 s trade 10@97 leaves 0',
      ],
    ],
    [
      'a stop whose trigger moves away and back has lost its place',
      [
        Q,
        '2 a sell 5 stop 98 gtc',
        '3 b sell 5 stop 98 gtc',
        '4 r replace a 5 0 97',
        '5 s replace r 5 0 98',
        '6 quote 97/98 50x50',
      ],
      [
        '2 a new leaves 5',
        '3 b new leaves 5',
        '4 r replaced a 5@0 leaves 5',
        '5 s replaced r 5@0 leaves 5',
        '6 b triggered',
        '6 b trade 5@97 leaves 0',
        '6 s triggered',
        '6 s trade 5@97 leaves 0',
      ],
    ],
    [
      'a replace that moves the trigger price to the market triggers at once',
      [Q, '2 a sell 5 stop 90 gtc', '3 r replace a 5 0 100'],
      ['2 a new leaves 5', '3 r replaced a 5@0 leaves 5', '3 r triggered', '3 r trade 5@100 leaves 0'],
    ],
    [
      'a stop without a valid price is rejected',
      [Q, '2 a buy 5 stop 0 gtc'],
      ['2 a rejected price_not_positive'],
    ],
    ['a stop must last', [Q, '2 a buy 5 stop 103 ioc'], ['2 a rejected unsupported_order_type']],
  ],
}

export const STOP_LIMIT: RuleGroup = {
  group: 'stop-limit',
  sources: ['https://www.onixs.biz/fix-dictionary/latest/tagNum_40.html (4)'],
  rules: [
    [
      'a triggered stop-limit becomes a limit order, and waits where the market is beyond its limit',
      [Q, '2 a sell 5 stop_limit 98 97 gtc', '3 quote 95/96', '4 quote 97/98'],
      ['2 a new leaves 5', '3 a triggered', '4 a trade 5@97 leaves 0'],
    ],
    [
      'a triggered stop-limit within its limit takes at the touch',
      [Q, '2 a buy 5 stop_limit 103 106 gtc', '3 quote 103/104'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@104 leaves 0'],
    ],
    [
      'its limit alone, before the trigger, fills nothing',
      [Q, '2 a buy 5 stop_limit 105 106 gtc', '3 quote 101/102', '4 quote 98/99'],
      ['2 a new leaves 5'],
    ],
    [
      'an immediate-or-cancel stop-limit is canceled where it finds nothing when it is triggered',
      [Q, '2 a sell 5 stop_limit 98 97 ioc', '3 quote 95/96'],
      ['2 a new leaves 5', '3 a triggered', '3 a canceled cum 0'],
    ],
    [
      'a fill-or-kill stop-limit fills whole or not at all when it is triggered',
      [Q, '2 a sell 5 stop_limit 98 90 fok', '3 b sell 3 stop_limit 98 90 fok', '4 quote 95/96 4x4'],
      [
        '2 a new leaves 5',
        '3 b new leaves 3',
        '4 a triggered',
        '4 a canceled cum 0',
        '4 b triggered',
        '4 b trade 3@95 leaves 0',
      ],
    ],
    [
      'once triggered it stands behind those that came to its price before',
      [
        Q,
        '2 a buy 5 stop_limit 103 99 gtc',
        '3 b buy 5 limit 99 gtc',
        '4 quote 102/103',
        '5 quote 98/99 9x6',
      ],
      [
        '2 a new leaves 5',
        '3 b new leaves 5',
        '4 a triggered',
        '5 b trade 5@99 leaves 0',
        '5 a trade 1@99 leaves 4',
      ],
    ],
    [
      'a replace moves trigger and limit',
      [
        Q,
        '2 a buy 5 stop_limit 103 103 gtc',
        '3 r replace a 5 107 105',
        '4 quote 103/104',
        '5 quote 105/106',
      ],
      ['2 a new leaves 5', '3 r replaced a 5@107 leaves 5', '5 r triggered', '5 r trade 5@106 leaves 0'],
    ],
    [
      'once triggered it is replaced as a limit order',
      [Q, '2 a sell 5 stop_limit 98 97 gtc', '3 quote 95/96', '4 r replace a 5 96', '5 quote 96/97'],
      ['2 a new leaves 5', '3 a triggered', '4 r replaced a 5@96 leaves 5', '5 r trade 5@96 leaves 0'],
    ],
  ],
}

export const IF_TOUCHED: RuleGroup = {
  group: 'if touched',
  sources: ['https://www.interactivebrokers.com/en/?f=%2Fen%2Ftrading%2Forders%2Fmit.php'],
  rules: [
    [
      'a buy if touched becomes a market order when the ask comes down to its price',
      [Q, '2 a buy 5 market_if_touched 98 gtc', '3 quote 98/99', '4 quote 97/98'],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@98 leaves 0'],
    ],
    [
      'a sell if touched becomes a market order when the bid comes up to its price',
      [Q, '2 a sell 5 market_if_touched 103 gtc', '3 quote 102/103', '4 quote 103/104'],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@103 leaves 0'],
    ],
    [
      'a gap through the touch price trades at the better price',
      [Q, '2 a buy 5 market_if_touched 98 gtc', '3 quote 94/95'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@95 leaves 0'],
    ],
    [
      'a limit if touched becomes a limit order, and waits where it does not cross',
      [Q, '2 a buy 5 limit_if_touched 98 97 gtc', '3 quote 97/98', '4 quote 96/97'],
      ['2 a new leaves 5', '3 a triggered', '4 a trade 5@97 leaves 0'],
    ],
    [
      'an order if touched on the wrong side of the market is triggered as it arrives',
      [Q, '2 a buy 5 market_if_touched 105 gtc'],
      ['2 a new leaves 5', '2 a triggered', '2 a trade 5@101 leaves 0'],
    ],
  ],
}
