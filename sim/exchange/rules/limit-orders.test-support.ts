// Limit orders: the price or better, price before time, and a touch that is no cross.

import { instrument, specsOf, terms, venue } from '../scenario.test-support.ts'
import type { RuleGroup } from './rule.test-support.ts'

const IN_TENS = specsOf(instrument({ lot: '10', quantity_min: '10' }))

export const LIMIT: RuleGroup = {
  group: 'limit',
  sources: [
    'https://www.onixs.biz/fix-dictionary/latest/tagNum_40.html (2)',
    'https://solomonexamprep.com/content-txt/46677/34/17-4-2-2-1-Price-Orders (the price or better)',
    'price, then time: https://www.eurex.com/ex-en/trade/order-book-trading/matching-principles',
    'a touch of the own side is no cross: ours, as in assumptions.ts',
  ],
  rules: [
    [
      'a limit buy at the ask fills at the ask up to the displayed size, and the rest waits',
      ['1 quote 100/101 10x20', '2 a buy 25 limit 101 day'],
      ['2 a new leaves 25', '2 a trade 20@101 leaves 5'],
    ],
    [
      'a limit buy above the ask pays the ask, not its limit',
      ['1 quote 100/101 10x20', '2 a buy 5 limit 105 day'],
      ['2 a new leaves 5', '2 a trade 5@101 leaves 0'],
    ],
    [
      'a limit sell below the bid receives the bid',
      ['1 quote 100/101 10x20', '2 a sell 5 limit 95 gtc'],
      ['2 a new leaves 5', '2 a trade 5@100 leaves 0'],
    ],
    [
      'a limit order that crosses nothing waits',
      ['1 quote 100/101 10x20', '2 a buy 5 limit 100 day', '2 b sell 5 limit 101 day'],
      ['2 a new leaves 5', '2 b new leaves 5'],
    ],
    [
      'a resting buy fills at its own price when the ask comes down to it',
      ['1 quote 100/103 10x20', '2 a buy 5 limit 101 day', '3 quote 100/101 10x20'],
      ['2 a new leaves 5', '3 a trade 5@101 leaves 0'],
    ],
    [
      'a resting buy fills at its own price when the ask falls through it',
      ['1 quote 100/103 10x20', '2 a buy 5 limit 101 day', '3 quote 90/91 10x20'],
      ['2 a new leaves 5', '3 a trade 5@101 leaves 0'],
    ],
    [
      'a bid that touches a resting buy is not a cross',
      ['1 quote 99/103 10x20', '2 a buy 5 limit 100 day', '3 quote 100/103 10x20', '4 quote 101/102 10x20'],
      ['2 a new leaves 5'],
    ],
    [
      'a resting sell fills at its own price when the bid rises to it',
      ['1 quote 100/103 10x20', '2 a sell 5 limit 102 day', '3 quote 101/103', '4 quote 102/103 10x20'],
      ['2 a new leaves 5', '4 a trade 5@102 leaves 0'],
    ],
    [
      'a row that fills a buy leaves a sell one increment above its bid alone',
      ['1 quote 99/110', '2 a buy 5 limit 105 day', '2 b sell 5 limit 101 day', '3 quote 100/105'],
      ['2 a new leaves 5', '2 b new leaves 5', '3 a trade 5@105 leaves 0'],
    ],
    [
      'resting orders fill by price first, then by time, within the displayed size',
      [
        '1 quote 100/110 10x20',
        '2 a buy 5 limit 101 day',
        '2 b buy 5 limit 102 day',
        '2 c buy 5 limit 102 day',
        '2 d buy 5 limit 101 day',
        '3 quote 100/101 10x12',
        '4 quote 100/101 10x20',
      ],
      [
        '2 a new leaves 5',
        '2 b new leaves 5',
        '2 c new leaves 5',
        '2 d new leaves 5',
        '3 b trade 5@102 leaves 0',
        '3 c trade 5@102 leaves 0',
        '3 a trade 2@101 leaves 3',
        '4 a trade 3@101 leaves 0',
        '4 d trade 5@101 leaves 0',
      ],
    ],
    [
      'resting sells fill lowest price first',
      ['1 quote 100/110', '2 a sell 5 limit 103 day', '2 b sell 5 limit 102 day', '3 quote 104/110 7x7'],
      ['2 a new leaves 5', '2 b new leaves 5', '3 b trade 5@102 leaves 0', '3 a trade 2@103 leaves 3'],
    ],
    [
      'the rest of a partly filled limit order fills at its own price later',
      ['1 quote 100/101 10x20', '2 a buy 25 limit 102 day', '3 quote 100/101 10x20'],
      ['2 a new leaves 25', '2 a trade 20@101 leaves 5', '3 a trade 5@102 leaves 0'],
    ],
    [
      'an arriving order finds only what resting orders have left',
      ['1 quote 100/103', '2 a buy 8 limit 101 day', '3 quote 100/101 10x10', '4 b buy 5 limit 101 ioc'],
      [
        '2 a new leaves 8',
        '3 a trade 8@101 leaves 0',
        '4 b new leaves 5',
        '4 b trade 2@101 leaves 3',
        '4 b canceled cum 2',
      ],
    ],
    [
      'orders of the run do not trade with each other',
      ['1 quote 100/110', '2 a buy 5 limit 105 day', '3 b sell 5 limit 105 day'],
      ['2 a new leaves 5', '3 b new leaves 5'],
    ],
    [
      'only whole lots of the displayed size trade',
      ['1 quote 100/105 25x25', '2 a buy 30 limit 105 day'],
      ['2 a new leaves 30', '2 a trade 20@105 leaves 10'],
      terms({ specs: IN_TENS }),
    ],
    [
      'only whole lots of a trade do',
      ['1 quote 100/105 25x25', '2 a buy 30 limit 101 day', '3 trade 101 25 sell'],
      ['2 a new leaves 30', '3 a trade 20@101 leaves 10'],
      terms({ specs: IN_TENS, venues: [venue({ simulation: { queue: { model: 'conservative' } } })] }),
    ],
  ],
}
