// Cancels and replaces that nothing races: what they do, what they keep, and when they are refused.

import type { RuleGroup } from './rule.test-support.ts'

export const CANCEL_REPLACE: RuleGroup = {
  group: 'cancel and replace',
  sources: [
    'https://www.onixs.biz/fix-dictionary/4.2/app_d.html (order state change matrices)',
    'place in time: https://eurex.com/ex-en/trade/order-book-trading/order-handling',
  ],
  rules: [
    [
      'a canceled order fills no more',
      ['1 quote 100/103', '2 a buy 5 limit 101 day', '3 c cancel a', '4 quote 100/101'],
      ['2 a new leaves 5', '3 c canceled a cum 0'],
    ],
    [
      'canceling a partly filled order keeps what it has',
      ['1 quote 100/101 10x20', '2 a buy 25 limit 101 day', '3 c cancel a'],
      ['2 a new leaves 25', '2 a trade 20@101 leaves 5', '3 c canceled a cum 20'],
    ],
    [
      'a cancel of an unknown order is rejected',
      ['1 quote 100/101', '2 c cancel a'],
      ['2 c cancel_rejected a unknown_order'],
    ],
    [
      'a cancel of a filled order is rejected as too late',
      ['1 quote 100/101', '2 a buy 5 market day', '3 c cancel a'],
      ['2 a new leaves 5', '2 a trade 5@101 leaves 0', '3 c cancel_rejected a order_terminal'],
    ],
    [
      'a second cancel is rejected',
      ['1 quote 100/103', '2 a buy 5 limit 101 day', '3 c cancel a', '4 d cancel a'],
      ['2 a new leaves 5', '3 c canceled a cum 0', '4 d cancel_rejected a order_terminal'],
    ],
    [
      'a cancel of an incarnation that was replaced is rejected, and the order stays',
      [
        '1 quote 100/103',
        '2 a buy 5 limit 101 day',
        '3 b replace a 5 102',
        '4 c cancel a',
        '5 quote 101/102',
      ],
      [
        '2 a new leaves 5',
        '3 b replaced a 5@102 leaves 5',
        '4 c cancel_rejected a order_replaced',
        '5 b trade 5@102 leaves 0',
      ],
    ],
    [
      'a replace to a price that crosses fills at the touch',
      ['1 quote 100/103 10x20', '2 a buy 5 limit 101 day', '3 b replace a 25 104'],
      ['2 a new leaves 5', '3 b replaced a 25@104 leaves 25', '3 b trade 20@103 leaves 5'],
    ],
    [
      'the quantity of a replace counts what is already filled',
      ['1 quote 100/101 10x20', '2 a buy 25 limit 101 day', '3 b replace a 22 101', '4 quote 100/101'],
      [
        '2 a new leaves 25',
        '2 a trade 20@101 leaves 5',
        '3 b replaced a 22@101 leaves 2',
        '4 b trade 2@101 leaves 0',
      ],
    ],
    [
      'a replace to no more than what is filled is rejected, and the order stays',
      ['1 quote 100/101 10x20', '2 a buy 25 limit 101 day', '3 b replace a 20 101', '4 quote 100/101'],
      [
        '2 a new leaves 25',
        '2 a trade 20@101 leaves 5',
        '3 b replace_rejected a quantity_not_above_filled',
        '4 a trade 5@101 leaves 0',
      ],
    ],
    [
      'lowering the quantity keeps the place in time',
      [
        '1 quote 100/110',
        '2 a buy 5 limit 101 day',
        '3 b buy 5 limit 101 day',
        '4 c replace a 4 101',
        '5 quote 100/101 9x4',
      ],
      ['2 a new leaves 5', '3 b new leaves 5', '4 c replaced a 4@101 leaves 4', '5 c trade 4@101 leaves 0'],
    ],
    [
      'a replace that changes nothing keeps the place in time',
      [
        '1 quote 100/110',
        '2 a buy 5 limit 101 day',
        '3 b buy 5 limit 101 day',
        '4 c replace a 5 101',
        '5 quote 100/101 9x5',
      ],
      ['2 a new leaves 5', '3 b new leaves 5', '4 c replaced a 5@101 leaves 5', '5 c trade 5@101 leaves 0'],
    ],
    [
      'raising the quantity loses the place in time',
      [
        '1 quote 100/110',
        '2 a buy 5 limit 101 day',
        '3 b buy 5 limit 101 day',
        '4 c replace a 6 101',
        '5 quote 100/101 9x5',
      ],
      ['2 a new leaves 5', '3 b new leaves 5', '4 c replaced a 6@101 leaves 6', '5 b trade 5@101 leaves 0'],
    ],
    [
      'changing the price away and back loses the place in time',
      [
        '1 quote 100/110',
        '2 a buy 5 limit 101 day',
        '3 b buy 5 limit 101 day',
        '4 c replace a 5 102',
        '4 d replace c 5 101',
        '5 quote 100/101 9x5',
      ],
      [
        '2 a new leaves 5',
        '3 b new leaves 5',
        '4 c replaced a 5@102 leaves 5',
        '4 d replaced c 5@101 leaves 5',
        '5 b trade 5@101 leaves 0',
      ],
    ],
    [
      'a replace of a filled order is rejected as too late',
      ['1 quote 100/101', '2 a buy 5 limit 101 day', '3 b replace a 9 101'],
      ['2 a new leaves 5', '2 a trade 5@101 leaves 0', '3 b replace_rejected a order_terminal'],
    ],
    [
      'a replace under an id already used is rejected, and the order stays',
      ['1 quote 100/103', '2 a buy 5 limit 101 day', '3 a replace a 9 101', '4 c cancel a'],
      ['2 a new leaves 5', '3 a replace_rejected a duplicate_client_order_id', '4 c canceled a cum 0'],
    ],
    [
      'a replace to an invalid quantity or price is rejected',
      ['1 quote 100/103', '2 a buy 5 limit 101 day', '3 b replace a 1.5 101', '4 c replace a 5 0'],
      [
        '2 a new leaves 5',
        '3 b replace_rejected a quantity_out_of_range',
        '4 c replace_rejected a price_not_positive',
      ],
    ],
  ],
}
