// Orders of which one cancels the others, at a venue that keeps such groups itself.

import { type RuleGroup, simulated } from './rule.test-support.ts'

const START = '1 quote 100/105'

export const ONE_CANCELS_OTHERS: RuleGroup = {
  group: 'one cancels the others',
  sources: [
    'FIX 5.0 ContingencyType (1385) = 1, One Cancels the Other; what is left open there is ours',
    'https://www.interactivebrokers.com/en/trading/orders/oca.php (a fill cancels the remaining orders of the group)',
  ],
  terms: simulated({ takes: 'all_and_oco' }),
  rules: [
    [
      'a trade of one ends the other before it is matched, where one row meets both',
      [START, '2 a buy 9 limit 99 gtc as=1', '3 b buy 9 limit 98 gtc as=2 oco=1', '4 quote 90/91 50x50'],
      ['2 a new leaves 9', '3 b new leaves 9', '4 a trade 9@99 leaves 0', '4 b canceled cum 0'],
    ],
    [
      'a part that trades is enough',
      [START, '2 a buy 9 limit 99 gtc as=1', '3 b buy 9 limit 98 gtc as=2 oco=1', '4 quote 90/91 50x5'],
      ['2 a new leaves 9', '3 b new leaves 9', '4 a trade 5@99 leaves 4', '4 b canceled cum 0'],
    ],
    [
      'a stop that triggers cancels the limit on the other side',
      [START, '2 a sell 9 limit 110 gtc as=1', '3 b sell 9 stop 98 gtc as=2 oco=1', '4 quote 97/99 50x50'],
      [
        '2 a new leaves 9',
        '3 b new leaves 9',
        '4 b triggered',
        '4 b trade 9@97 leaves 0',
        '4 a canceled cum 0',
      ],
    ],
    [
      'the end of one by request or by time ends the others, of three too',
      [
        START,
        '2 a buy 9 limit 99 gtc as=1',
        '3 b buy 9 limit 98 gtc as=2 oco=1',
        '4 c buy 9 limit 97 gtc as=3 oco=2',
        '5 d cancel b',
      ],
      [
        '2 a new leaves 9',
        '3 b new leaves 9',
        '4 c new leaves 9',
        '5 d canceled b cum 0',
        '5 a canceled cum 0',
        '5 c canceled cum 0',
      ],
    ],
    [
      'an order is refused where the one it names is not there, has ended, or has traded',
      [
        START,
        '2 a buy 9 limit 99 gtc as=2 oco=1',
        '3 b buy 9 limit 106 gtc as=3',
        '4 c buy 9 limit 98 gtc as=4 oco=3',
      ],
      [
        '2 a rejected linked_order_gone',
        '3 b new leaves 9',
        '3 b trade 9@105 leaves 0',
        '4 c rejected linked_order_gone',
      ],
    ],
  ],
}
