// Trailing stops: they follow the market and never move back.

import { instrument, specsOf, terms } from '../scenario.test-support.ts'
import type { RuleGroup } from './rule.test-support.ts'

const Q = '1 quote 100/101 10x20'
const FINER_BELOW_ONE = terms({
  specs: specsOf(
    instrument({ increments: [{ price_increment: '0.01' }, { price_from: '1', price_increment: '0.05' }] }),
  ),
})

export const TRAILING: RuleGroup = {
  group: 'trailing',
  sources: ['https://www.toledotrade.com/blog/order-types/what-is-a-trailing-stop-order/'],
  rules: [
    [
      'a sell stop follows the bid up, stays when it falls, and is triggered by the way back',
      [Q, '2 a sell 5 trailing_stop 3 gtc', '3 quote 104/105', '4 quote 102/103', '5 quote 101/102'],
      ['2 a new leaves 5', '5 a triggered', '5 a trade 5@101 leaves 0'],
    ],
    [
      'its stop is on the increment of where it stands, and not of what it follows: of a coarser one',
      ['1 quote 90/91', '2 a buy 5 trailing_stop 12 gtc', '3 quote 95/103', '4 quote 95/105'],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@105 leaves 0'],
      FINER_BELOW_ONE,
    ],
    [
      'inside a bar of last prices, too',
      ['1 bar last 90', '2 a buy 5 trailing_stop 12 gtc', '3 bar last 90 120 90 120'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@105 leaves 0'],
      FINER_BELOW_ONE,
    ],
    [
      'of a finer one',
      ['1 quote 110/115', '2 a sell 5 trailing_stop 17 gtc', '3 quote 94/110', '4 quote 93/110'],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@93 leaves 0'],
      FINER_BELOW_ONE,
    ],
    [
      'a buy stop follows the ask down',
      [Q, '2 a buy 5 trailing_stop 3 gtc', '3 quote 95/96', '4 quote 97/98', '5 quote 98/99'],
      ['2 a new leaves 5', '5 a triggered', '5 a trade 5@99 leaves 0'],
    ],
    [
      'without a first move it stands at its offset from the market',
      [Q, '2 a sell 5 trailing_stop 3 gtc', '3 quote 98/99', '4 quote 97/98'],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@97 leaves 0'],
    ],
    [
      'a first stop price holds until the trail is beyond it',
      [Q, '2 a sell 5 trailing_stop 5 gtc at=98', '3 quote 102/103', '4 quote 98/99'],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@98 leaves 0'],
    ],
    [
      'the trail overtakes a first stop price',
      [Q, '2 a sell 5 trailing_stop 5 gtc at=90', '3 quote 103/104', '4 quote 99/100', '5 quote 98/99'],
      ['2 a new leaves 5', '5 a triggered', '5 a trade 5@98 leaves 0'],
    ],
    [
      'an offset in ticks counts increments',
      [Q, '2 a sell 5 trailing_stop 2 gtc unit=ticks', '3 quote 99/100', '4 quote 98/99'],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@98 leaves 0'],
    ],
    [
      'an offset in basis points is of the price that is trailed, rounded away from the market',
      [
        '1 quote 1000/1001',
        '2 a sell 5 trailing_stop 25 gtc unit=basis_points',
        '3 quote 998/999',
        '4 quote 997/998',
      ],
      ['2 a new leaves 5', '4 a triggered', '4 a trade 5@997 leaves 0'],
    ],
    [
      'with an activation price it does not trail before the market is there',
      [
        Q,
        '2 a sell 5 trailing_stop 3 gtc active=105',
        '3 quote 104/105',
        '4 quote 99/100',
        '5 quote 105/106',
        '6 quote 102/103',
      ],
      ['2 a new leaves 5', '6 a triggered', '6 a trade 5@102 leaves 0'],
    ],
    [
      'where it begins to trail, a first stop price holds if the trail is not beyond it',
      [
        Q,
        '2 a sell 5 trailing_stop 3 gtc active=105 at=99',
        '2 b sell 5 trailing_stop 3 gtc active=105 at=103',
        '3 quote 105/106',
        '4 quote 103/104',
        '5 quote 102/103',
      ],
      [
        ...['2 a new leaves 5', '2 b new leaves 5', '4 b triggered', '4 b trade 5@103 leaves 0'],
        ...['5 a triggered', '5 a trade 5@102 leaves 0'],
      ],
    ],
    [
      'below zero it begins, stands and is triggered as above; where it is to begin at zero, it begins at once',
      [
        '1 quote -4/-3',
        '2 a sell 5 trailing_stop 3 gtc active=-1',
        '3 b sell 5 trailing_stop 9 gtc active=0',
        '4 quote -8/-7',
        '5 quote -1/0',
        '6 quote -4/-3',
        '7 quote -10/-9',
      ],
      [
        '2 a new leaves 5',
        '3 b new leaves 5',
        '6 a triggered',
        '6 a trade 5@-4 leaves 0',
        '7 b triggered',
        '7 b trade 5@-10 leaves 0',
      ],
      terms({ specs: specsOf(instrument({ allow_non_positive_price: true })) }),
    ],
    [
      'a trailing stop-limit becomes a limit order at its offset beyond the stop',
      [
        Q,
        '2 a sell 5 trailing_stop_limit 3 gtc limit=1',
        '3 quote 104/105',
        '4 quote 99/100',
        '5 quote 100/101',
      ],
      ['2 a new leaves 5', '4 a triggered', '5 a trade 5@100 leaves 0'],
    ],
    [
      'its limit is on the increment, away from the market where its offset falls between',
      [
        '1 quote 100/105',
        '2 a sell 5 trailing_stop_limit 5 gtc limit=3',
        '3 quote 85/90',
        '4 quote 90/95',
        '5 b buy 5 trailing_stop_limit 5 gtc limit=3',
        '6 quote 110/115',
        '7 quote 100/105',
      ],
      [
        '2 a new leaves 5',
        '3 a triggered',
        '4 a trade 5@90 leaves 0',
        '5 b new leaves 5',
        '6 b triggered',
        '7 b trade 5@105 leaves 0',
      ],
      terms({ specs: specsOf(instrument({ increments: [{ price_increment: '0.05' }] })) }),
    ],
    [
      'it trails the last price where asked to',
      [
        '1 trade 100',
        '2 quote 99/101',
        '3 a sell 5 trailing_stop 3 gtc by=last',
        '4 quote 90/91',
        '5 trade 104',
        '6 trade 101',
      ],
      ['3 a new leaves 5', '6 a triggered', '6 a trade 5@90 leaves 0'],
    ],
    [
      'a replace of the quantity leaves the trail as it is',
      [Q, '2 a sell 5 trailing_stop 3 gtc', '3 quote 104/105', '4 r replace a 7 0', '5 quote 101/102'],
      ['2 a new leaves 5', '4 r replaced a 7@0 leaves 7', '5 r triggered', '5 r trade 7@101 leaves 0'],
    ],
    [
      'one with a limit of its own making names none when it is replaced',
      [
        Q,
        '2 a sell 5 trailing_stop_limit 3 gtc limit=1',
        '3 r replace a 7 0',
        '4 quote 97/98',
        '5 quote 96/97',
      ],
      ['2 a new leaves 5', '3 r replaced a 7@0 leaves 7', '4 r triggered', '4 r trade 7@97 leaves 0'],
    ],
    [
      'a sell that would stay its whole price behind is rejected, and a buy is not',
      [
        Q,
        '2 a sell 5 trailing_stop 10000 gtc unit=basis_points',
        '2 b sell 5 trailing_stop 9999 gtc unit=basis_points',
        '2 c buy 5 trailing_stop 10000 gtc unit=basis_points',
      ],
      ['2 a rejected trail_offset', '2 b new leaves 5', '2 c new leaves 5'],
    ],
    [
      'one that would begin to trail at a price that none can be is rejected',
      [Q, '2 a buy 5 trailing_stop 3 gtc active=-1'],
      ['2 a rejected price_not_positive'],
    ],
    [
      'a trailing order without an offset is rejected',
      [Q, '2 a sell 5 trailing_stop 0 gtc at=99'],
      ['2 a rejected trail_offset'],
    ],
  ],
}
