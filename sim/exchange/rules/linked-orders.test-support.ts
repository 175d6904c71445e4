// Orders that cancel, update or trigger others, at a venue that keeps such links itself.

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

export const ONE_UPDATES_OTHERS: RuleGroup = {
  group: 'one updates the others',
  sources: [
    'FIX 5.0 ContingencyType (1385) = 3, One Updates the Other, Absolute Quantity Reduction: the execution of one order reduces the other by the same quantity',
    'https://www.interactivebrokers.com/en/trading/orders/oca.php (a partial fill reduces the remaining orders of the group); how what was taken away is reported is ours',
  ],
  terms: simulated({ takes: 'all_and_contingent' }),
  rules: [
    [
      'a part that trades takes as much from the other before it is matched, and the last of it ends the other',
      [
        START,
        '2 a buy 9 limit 98 gtc as=1',
        '3 b buy 9 limit 99 gtc as=2 ouo=1',
        '4 quote 90/91 50x5',
        '5 quote 90/91 50x50',
      ],
      [
        '2 a new leaves 9',
        '3 b new leaves 9',
        '4 b trade 5@99 leaves 4',
        '5 b trade 4@99 leaves 0',
        '5 a canceled cum 0',
      ],
    ],
    [
      'a whole trade of one ends the other, of three too',
      [
        START,
        '2 a sell 9 limit 110 gtc as=1',
        '3 b sell 9 stop 98 gtc as=2 ouo=1',
        '4 c sell 9 limit 120 gtc as=3 ouo=1',
        '5 quote 97/99 50x50',
      ],
      [
        '2 a new leaves 9',
        '3 b new leaves 9',
        '4 c new leaves 9',
        '5 b triggered',
        '5 b trade 9@97 leaves 0',
        '5 a canceled cum 0',
        '5 c canceled cum 0',
      ],
    ],
    [
      'a partial take-profit shrinks the stop, which trades no more than is left',
      [
        START,
        '2 a sell 9 limit 110 gtc as=1',
        '3 b sell 9 stop 98 gtc as=2 ouo=1',
        '4 quote 110/112 4x50',
        '5 quote 97/99 50x50',
      ],
      [
        '2 a new leaves 9',
        '3 b new leaves 9',
        '4 a trade 4@110 leaves 5',
        '5 b triggered',
        '5 b trade 5@97 leaves 4',
        '5 a canceled cum 4',
        '5 b canceled cum 5',
      ],
    ],
    [
      'the end of one by request ends the others',
      [START, '2 a buy 9 limit 99 gtc as=1', '3 b buy 9 limit 98 gtc as=2 ouo=1', '4 c cancel b'],
      ['2 a new leaves 9', '3 b new leaves 9', '4 c canceled b cum 0', '4 a canceled cum 0'],
    ],
    [
      'one that comes when the other has traded is for what is left, and refused where that is nothing',
      [
        '1 quote 100/105 50x4',
        '2 a buy 9 limit 105 gtc as=1',
        '3 b buy 4 limit 98 gtc as=2 ouo=1',
        '4 c buy 6 limit 98 gtc as=3 ouo=1',
        '5 quote 90/98 50x50',
      ],
      [
        '2 a new leaves 9',
        '2 a trade 4@105 leaves 5',
        '3 b rejected linked_order_gone',
        '4 c new leaves 6',
        '5 a trade 5@105 leaves 0',
        '5 c canceled cum 0',
      ],
    ],
    [
      'a replace of one that was lowered is for the quantity ordered',
      [
        START,
        '2 a buy 9 limit 99 gtc as=1',
        '3 b buy 9 limit 98 gtc as=2 ouo=1',
        '4 quote 98.5/99 50x4',
        '5 r replace b 6 97 gtc',
        '6 q replace r 4 97 gtc',
        '7 quote 96/97 50x50',
      ],
      [
        '2 a new leaves 9',
        '3 b new leaves 9',
        '4 a trade 4@99 leaves 5',
        '5 r replaced b 6@97 leaves 6',
        '6 q replace_rejected r quantity_not_above_filled',
        '7 a trade 5@99 leaves 0',
        '7 r canceled cum 0',
      ],
    ],
  ],
}

export const ONE_TRIGGERS_OTHERS: RuleGroup = {
  group: 'one triggers the others',
  sources: [
    'FIX 5.0 ContingencyType (1385) = 2, One Triggers the Other, and TriggerType (1100) = 1, Partial Execution; how much each part releases, and what an uncovered parent comes to, is ours',
    'https://docs.alpaca.markets/docs/orders-at-alpaca#bracket-orders (take-profit and stop-loss are activated when the entry is filled; a cancelled entry cancels them)',
    'https://www.interactivebrokers.com/en/trading/orders/bracket.php (children are held until the parent fills)',
  ],
  terms: simulated({ takes: 'all_and_contingent' }),
  rules: [
    [
      'children come in once their parent has traded, and the first of them to trade ends the other',
      [
        START,
        '2 a buy 9 limit 99 gtc as=1',
        '3 b sell 9 limit 110 gtc as=2 oto=1',
        '4 c sell 9 stop 95 gtc as=3 oto=1 oco=2',
        '5 quote 120/121 50x50',
        '6 quote 98/99 50x50',
        '7 quote 110/111 50x50',
      ],
      [
        '2 a new leaves 9',
        '3 b new leaves 9',
        '4 c new leaves 9',
        '6 a trade 9@99 leaves 0',
        '7 b trade 9@110 leaves 0',
        '7 c canceled cum 0',
      ],
    ],
    [
      'a child of a parent that has traded already comes in at once',
      [START, '2 a buy 9 market ioc as=1', '3 b sell 9 limit 100 gtc as=2 oto=1'],
      ['2 a new leaves 9', '2 a trade 9@105 leaves 0', '3 b new leaves 9', '3 b trade 9@100 leaves 0'],
    ],
    [
      'a child grows with each part its parent trades, in proportion',
      [
        START,
        '2 a buy 8 limit 99 gtc as=1',
        '3 b sell 16 limit 99 gtc as=2 oto=1',
        '4 quote 98/99 50x2',
        '5 quote 98/99 50x50',
        '6 quote 99/101 50x50',
      ],
      [
        '2 a new leaves 8',
        '3 b new leaves 16',
        '4 a trade 2@99 leaves 6',
        '5 a trade 6@99 leaves 0',
        '6 b trade 16@99 leaves 0',
      ],
    ],
    [
      'one that waits for the whole of its parent waits through its parts',
      [
        START,
        '2 a buy 8 limit 99 gtc as=1',
        '3 b sell 8 limit 97 gtc as=2 whole=1',
        '4 quote 98/99 50x2',
        '5 quote 98/99 50x50',
      ],
      [
        '2 a new leaves 8',
        '3 b new leaves 8',
        '4 a trade 2@99 leaves 6',
        '5 a trade 6@99 leaves 0',
        '5 b trade 8@98 leaves 0',
      ],
    ],
    [
      'a parent that ends in part releases its share of one that waited for the whole',
      [
        START,
        '2 a buy 8 limit 99 gtc as=1',
        '3 b sell 8 limit 97 gtc as=2 whole=1',
        '4 quote 98/99 50x2',
        '5 c cancel a',
      ],
      [
        '2 a new leaves 8',
        '3 b new leaves 8',
        '4 a trade 2@99 leaves 6',
        '5 c canceled a cum 2',
        '5 b trade 2@98 leaves 6',
        '5 b canceled cum 2',
      ],
    ],
    [
      'a parent that ends without a trade cancels its children, and theirs',
      [
        START,
        '2 a buy 8 limit 99 gtc as=1',
        '3 b sell 8 limit 110 gtc as=2 oto=1',
        '4 c buy 8 limit 90 gtc as=3 oto=2',
        '5 d cancel a',
      ],
      [
        '2 a new leaves 8',
        '3 b new leaves 8',
        '4 c new leaves 8',
        '5 d canceled a cum 0',
        '5 b canceled cum 0',
        '5 c canceled cum 0',
      ],
    ],
    [
      'the end of a child that waits ends its group and leaves its parent',
      [
        START,
        '2 a buy 8 limit 99 gtc as=1',
        '3 b sell 8 limit 110 gtc as=2 oto=1',
        '4 c sell 8 stop 90 gtc as=3 oto=1 oco=2',
        '5 d cancel c',
        '6 quote 98/99 50x50',
      ],
      [
        '2 a new leaves 8',
        '3 b new leaves 8',
        '4 c new leaves 8',
        '5 d canceled c cum 0',
        '5 b canceled cum 0',
        '6 a trade 8@99 leaves 0',
      ],
    ],
    [
      'a child that has traded all that was released takes the rest of its parent along',
      [
        START,
        '2 a buy 8 limit 99 gtc as=1',
        '3 b sell 8 limit 98 gtc as=2 oto=1',
        '4 quote 98/99 50x2',
        '5 quote 97/98 50x50',
      ],
      [
        '2 a new leaves 8',
        '3 b new leaves 8',
        '4 a trade 2@99 leaves 6',
        '4 b trade 2@98 leaves 6',
        '4 b canceled cum 2',
        '4 a canceled cum 2',
      ],
    ],
    [
      'a child that only reduces is asked when it is released, and one that may not come in ends its parent',
      [
        START,
        '2 a buy 8 limit 99 gtc as=1',
        '3 b sell 6 limit 110 gtc reduce as=2 oto=1',
        '4 quote 98/99 50x50',
        '5 c sell 8 limit 105 gtc as=3',
        '6 d buy 8 limit 100 gtc reduce as=4 oto=3',
        '7 quote 105/106 2x50',
        '8 quote 111/112 50x50',
      ],
      [
        '2 a new leaves 8',
        '3 b new leaves 6',
        '4 a trade 8@99 leaves 0',
        '5 c new leaves 8',
        '6 d new leaves 8',
        '7 c trade 2@105 leaves 6',
        '7 d canceled cum 0',
        '7 c canceled cum 2',
        '8 b trade 6@110 leaves 0',
      ],
    ],
    [
      'an order is refused where its parent is not there, or ended without a trade',
      [
        START,
        '2 a buy 9 limit 99 gtc as=1 oto=7',
        '3 b buy 9 limit 98 gtc as=2',
        '4 c cancel b',
        '5 d sell 9 limit 98 gtc as=3 oto=2',
      ],
      [
        '2 a rejected linked_order_gone',
        '3 b new leaves 9',
        '4 c canceled b cum 0',
        '5 d rejected linked_order_gone',
      ],
    ],
    [
      'a child that waits is replaced whole, and one that grows keeps its quantity',
      [
        START,
        '2 a buy 8 limit 99 gtc as=1',
        '3 b sell 8 limit 110 gtc as=2 oto=1',
        '4 r replace b 4 111 gtc',
        '5 quote 98/99 50x4',
        '6 s replace r 2 112 gtc',
        '7 t replace r 4 112 gtc',
        '8 quote 98/99 50x50',
        '9 quote 112/113 50x50',
      ],
      [
        '2 a new leaves 8',
        '3 b new leaves 8',
        '4 r replaced b 4@111 leaves 4',
        '5 a trade 4@99 leaves 4',
        '6 s replace_rejected r linked_quantity',
        '7 t replaced r 4@112 leaves 4',
        '8 a trade 4@99 leaves 0',
        '9 t trade 4@112 leaves 0',
      ],
    ],
  ],
}
