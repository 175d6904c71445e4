// Times in force: at once or not at all, for a day, until a date.

import type { RuleGroup } from './rule.test-support.ts'

const Q = '1 quote 100/101 10x20'

export const TIME_IN_FORCE: RuleGroup = {
  group: 'time in force',
  sources: [
    'https://www.onixs.biz/fix-dictionary/4.4/tagNum_59.html',
    'IOC and FOK end as canceled: https://www.onixs.biz/fix-dictionary/4.1/app_d.html',
  ],
  rules: [
    [
      'immediate-or-cancel fills what is there and cancels the rest',
      ['1 quote 100/101 10x20', '2 a buy 25 limit 101 ioc'],
      ['2 a new leaves 25', '2 a trade 20@101 leaves 5', '2 a canceled cum 20'],
    ],
    [
      'immediate-or-cancel that crosses nothing is canceled whole',
      ['1 quote 100/101 10x20', '2 a buy 25 limit 100 ioc'],
      ['2 a new leaves 25', '2 a canceled cum 0'],
    ],
    [
      'fill-or-kill fills whole when all of it is displayed',
      ['1 quote 100/101 10x20', '2 a buy 20 limit 101 fok'],
      ['2 a new leaves 20', '2 a trade 20@101 leaves 0'],
    ],
    [
      'fill-or-kill beyond the displayed size is canceled without a fill',
      ['1 quote 100/101 10x20', '2 a buy 21 limit 105 fok', '3 b buy 20 limit 101 ioc'],
      ['2 a new leaves 21', '2 a canceled cum 0', '3 b new leaves 20', '3 b trade 20@101 leaves 0'],
    ],
    [
      'a day and a good-till-cancel order stay in force',
      ['1 quote 100/105', '2 a buy 1 limit 101 day', '2 b buy 1 limit 101 gtc', '864000000000 quote 100/101'],
      [
        '2 a new leaves 1',
        '2 b new leaves 1',
        '864000000000 a trade 1@101 leaves 0',
        '864000000000 b trade 1@101 leaves 0',
      ],
    ],
  ],
}

export const GOOD_TILL_DATE: RuleGroup = {
  group: 'good till date',
  sources: [
    'https://www.onixs.biz/fix-dictionary/4.4/tagNum_59.html (6)',
    'FIX 5.0 SP2 volume 4, OrdStatus Expired',
  ],
  rules: [
    [
      'a good-till-date order expires at its time, without a row',
      [Q, '2 a buy 5 limit 99 gtd until=10'],
      ['2 a new leaves 5', '10 a expired leaves 0'],
    ],
    [
      'it still trades at its time, and never after it',
      [
        Q,
        '2 a buy 5 limit 99 gtd until=10',
        '3 b buy 5 limit 98 gtd until=10',
        '10 quote 98/99 3x3',
        '11 quote 90/91',
      ],
      [
        '2 a new leaves 5',
        '3 b new leaves 5',
        '10 a trade 3@99 leaves 2',
        '10 a expired leaves 0',
        '10 b expired leaves 0',
      ],
    ],
    [
      'one that is filled does not expire',
      [Q, '2 a buy 5 limit 101 gtd until=10'],
      ['2 a new leaves 5', '2 a trade 5@101 leaves 0'],
    ],
    [
      'a replaced one expires under its new id, once',
      [Q, '2 a buy 5 limit 99 gtd until=10', '3 r replace a 6 98'],
      ['2 a new leaves 5', '3 r replaced a 6@98 leaves 6', '10 r expired leaves 0'],
    ],
    [
      'one that is replaced at its last moment still trades with the rows of it',
      [Q, '2 a buy 5 limit 98 gtd until=10', '10 r replace a 5 99', '10 quote 98/99 3x3', '11 quote 90/91'],
      [
        '2 a new leaves 5',
        '10 r replaced a 5@99 leaves 5',
        '10 r trade 3@99 leaves 2',
        '10 r expired leaves 0',
      ],
    ],
    [
      'a stop good till date expires while it waits',
      [Q, '2 a buy 5 stop 103 gtd until=10', '11 quote 110/111'],
      ['2 a new leaves 5', '10 a expired leaves 0'],
    ],
    [
      'one whose time is past is rejected',
      [Q, '2 a buy 5 limit 99 gtd until=2'],
      ['2 a rejected expire_time_past'],
    ],
    [
      'opening and closing auctions are not held, so orders for them are rejected',
      [Q, '2 a buy 5 market opg', '3 b buy 5 limit 99 cls'],
      ['2 a rejected unsupported_order_type', '3 b rejected unsupported_order_type'],
    ],
  ],
}
