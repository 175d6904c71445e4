// Cancels, replaces and orders under way while the market moves: what comes first at the venue decides.

import { delayed, type RuleGroup } from './rule.test-support.ts'

const START = '1 quote 100/103'
const ORDER = '1 a buy 9 limit 101 day'

/** Five microseconds to the venue, three back: what is sent at 10 meets the rows up to 15 and is answered at 18. */
export const RACES: RuleGroup = {
  group: 'races, 5 us to the venue and 3 us back',
  sources: [
    'https://www.onixs.biz/fix-dictionary/4.2/app_d.html (D3 to D16; where FIX takes a replace of a filled order, D8, or amends one to what is filled, D11 and D12, we refuse)',
    'https://www.onixs.biz/fix-dictionary/4.4/app_dC.2.a.html',
    'what an order meets at its arrival: https://hftbacktest.readthedocs.io/en/v1.8.4/latency_models.html',
  ],
  terms: delayed({ submit_us: 5, report_us: 3 }),
  rules: [
    [
      'D3: a cancel of an order without a fill',
      [START, ORDER, '10 c cancel a', '16 quote 90/91'],
      ['9(6) a new leaves 9', '18(15) c canceled a cum 0'],
    ],
    [
      'D4: what is filled while the cancel is under way stays filled',
      [START, ORDER, '10 quote 100/101 9x2', '12 c cancel a', '15 quote 100/101 9x3', '20 quote 100/101'],
      [
        '9(6) a new leaves 9',
        '13(10) a trade 2@101 leaves 7',
        '18(15) a trade 3@101 leaves 4',
        '20(17) c canceled a cum 5',
      ],
    ],
    [
      'D5: a cancel that comes after the last fill is refused as too late',
      [START, ORDER, '10 c cancel a', '12 quote 100/101'],
      ['9(6) a new leaves 9', '15(12) a trade 9@101 leaves 0', '18(15) c cancel_rejected a order_terminal'],
    ],
    [
      'a row of the very time a cancel arrives comes first',
      [START, ORDER, '10 c cancel a', '15 quote 100/101'],
      ['9(6) a new leaves 9', '18(15) a trade 9@101 leaves 0', '18(15) c cancel_rejected a order_terminal'],
    ],
    [
      'D8: a replace to more of an order that was filled meanwhile is refused',
      [START, ORDER, '10 d replace a 12 101', '12 quote 100/101'],
      ['9(6) a new leaves 9', '15(12) a trade 9@101 leaves 0', '18(15) d replace_rejected a order_terminal'],
    ],
    [
      'D9: a replace of the price of an order that was filled meanwhile is refused',
      [START, ORDER, '10 quote 100/101 9x1', '11 d replace a 9 100', '12 quote 100/101'],
      [
        '9(6) a new leaves 9',
        '13(10) a trade 1@101 leaves 8',
        '15(12) a trade 8@101 leaves 0',
        '19(16) d replace_rejected a order_terminal',
      ],
    ],
    [
      'D10: a replace to less, but more than what is filled by then, leaves the rest of it',
      [START, ORDER, '10 quote 100/101 9x2', '12 d replace a 8 101', '15 quote 100/101 9x3'],
      [
        '9(6) a new leaves 9',
        '13(10) a trade 2@101 leaves 7',
        '18(15) a trade 3@101 leaves 4',
        '20(17) d replaced a 8@101 leaves 3',
      ],
    ],
    [
      'D11: a replace to just what is filled by then is refused, and the order works on',
      [START, ORDER, '10 d replace a 5 101', '12 quote 100/101 9x5', '20 quote 100/101'],
      [
        '9(6) a new leaves 9',
        '15(12) a trade 5@101 leaves 4',
        '18(15) d replace_rejected a quantity_not_above_filled',
        '23(20) a trade 4@101 leaves 0',
      ],
    ],
    [
      'D12: a replace to less than what is filled by then is refused',
      [START, ORDER, '10 d replace a 4 101', '12 quote 100/101 9x5'],
      [
        '9(6) a new leaves 9',
        '15(12) a trade 5@101 leaves 4',
        '18(15) d replace_rejected a quantity_not_above_filled',
      ],
    ],
    [
      'D13: a replace and another one after its answer are both taken',
      [START, ORDER, '10 d replace a 8 101', '20 e replace d 7 101'],
      ['9(6) a new leaves 9', '18(15) d replaced a 8@101 leaves 8', '28(25) e replaced d 7@101 leaves 7'],
    ],
    [
      'D16: a replace that names the one sent just before it, without waiting for the answer, is taken in turn',
      [START, ORDER, '10 d replace a 8 101', '11 e replace d 7 101'],
      ['9(6) a new leaves 9', '18(15) d replaced a 8@101 leaves 8', '19(16) e replaced d 7@101 leaves 7'],
    ],
    [
      'a second replace of the same incarnation is refused, since the first is in force',
      [START, ORDER, '10 d replace a 8 101', '11 e replace a 7 101'],
      [
        '9(6) a new leaves 9',
        '18(15) d replaced a 8@101 leaves 8',
        '19(16) e replace_rejected a order_replaced',
      ],
    ],
    [
      'a cancel of an incarnation that a replace before it has ended is refused, and the order works on',
      [START, ORDER, '10 d replace a 8 101', '11 c cancel a', '20 quote 100/101'],
      [
        '9(6) a new leaves 9',
        '18(15) d replaced a 8@101 leaves 8',
        '19(16) c cancel_rejected a order_replaced',
        '23(20) d trade 8@101 leaves 0',
      ],
    ],
    [
      'a cancel that names the replace sent just before it ends what it made',
      [START, ORDER, '10 d replace a 8 101', '11 c cancel d'],
      ['9(6) a new leaves 9', '18(15) d replaced a 8@101 leaves 8', '19(16) c canceled d cum 0'],
    ],
    [
      'a cancel that names a replace which was refused finds no order',
      [START, ORDER, '10 d replace a 8 101', '11 c cancel d', '12 quote 100/101'],
      [
        '9(6) a new leaves 9',
        '15(12) a trade 9@101 leaves 0',
        '18(15) d replace_rejected a order_terminal',
        '19(16) c cancel_rejected d unknown_order',
      ],
    ],
    [
      'of two cancels under way the second is too late',
      [START, ORDER, '10 c cancel a', '11 d cancel a'],
      ['9(6) a new leaves 9', '18(15) c canceled a cum 0', '19(16) d cancel_rejected a order_terminal'],
    ],
    [
      'an order and its cancel, sent at once, come one behind the other',
      [START, '1 a buy 9 limit 103 day', '1 c cancel a'],
      ['9(6) a new leaves 9', '9(6) a trade 9@103 leaves 0', '9(6) c cancel_rejected a order_terminal'],
    ],
    [
      'a replace meets the market of its arrival, not the one it was decided on',
      [START, ORDER, '10 d replace a 9 103', '12 quote 104/105', '20 quote 102/103'],
      ['9(6) a new leaves 9', '18(15) d replaced a 9@103 leaves 9', '23(20) d trade 9@103 leaves 0'],
    ],
    [
      'a market order pays the ask of its arrival',
      [START, '2 a buy 5 market day', '6 quote 104/105'],
      ['10(7) a new leaves 5', '10(7) a trade 5@105 leaves 0'],
    ],
    [
      'an immediate-or-cancel order that finds the price gone is canceled',
      [START, '2 a buy 5 limit 103 ioc', '6 quote 104/105'],
      ['10(7) a new leaves 5', '10(7) a canceled cum 0'],
    ],
    [
      'a fill-or-kill order that finds the size gone is canceled whole',
      [START, '2 a buy 5 limit 103 fok', '6 quote 102/103 9x4'],
      ['10(7) a new leaves 5', '10(7) a canceled cum 0'],
    ],
    [
      'a stop triggered before its cancel arrives has traded',
      [START, '1 a buy 5 stop 110 gtc', '10 c cancel a', '12 quote 110/111'],
      [
        '9(6) a new leaves 5',
        '15(12) a triggered',
        '15(12) a trade 5@111 leaves 0',
        '18(15) c cancel_rejected a order_terminal',
      ],
    ],
    [
      'a stop canceled before the market is there never trades',
      [START, '1 a buy 5 stop 110 gtc', '10 c cancel a', '16 quote 110/111'],
      ['9(6) a new leaves 5', '18(15) c canceled a cum 0'],
    ],
    [
      'an order that expires before its cancel arrives has expired',
      [START, '1 a buy 5 limit 101 gtd until=14', '10 c cancel a'],
      ['9(6) a new leaves 5', '17(14) a expired leaves 0', '18(15) c cancel_rejected a order_terminal'],
    ],
    [
      'an order that would expire on its way is refused',
      [START, '1 a buy 5 limit 101 gtd until=4'],
      ['9(6) a rejected expire_time_past'],
    ],
    [
      'a post-only order is judged by the book of its arrival',
      [
        START,
        '1 a buy 5 limit 102 day post',
        '4 quote 100/102',
        '10 b buy 5 limit 102 day post',
        '12 quote 100/103',
      ],
      ['9(6) a rejected post_only_would_take', '18(15) b new leaves 5'],
    ],
    [
      'a reduce-only order that comes when the position is closed is refused',
      [START, '1 a buy 5 market ioc', '10 b sell 5 market ioc', '11 c sell 5 market ioc reduce'],
      [
        '9(6) a new leaves 5',
        '9(6) a trade 5@103 leaves 0',
        '18(15) b new leaves 5',
        '18(15) b trade 5@100 leaves 0',
        '19(16) c rejected would_not_reduce',
      ],
    ],
    [
      'of two orders for what one quote shows the one that arrives first gets it',
      ['1 quote 100/103 9x5', '2 a buy 5 limit 103 ioc', '3 b buy 5 limit 103 ioc'],
      [
        '10(7) a new leaves 5',
        '10(7) a trade 5@103 leaves 0',
        '11(8) b new leaves 5',
        '11(8) b canceled cum 0',
      ],
    ],
  ],
}

/** One connection an account and direction: what is faster waits for what was sent before it. */
export const CONNECTIONS: RuleGroup = {
  group: 'connections',
  sources: [
    'a TCP connection delivers in order: https://www.rfc-editor.org/rfc/rfc9293 (3.4)',
    'a delay for each kind of message: https://nautilustrader.io/docs/core-latest/nautilus_execution/models/latency/trait.LatencyModel.html',
  ],
  rules: [
    [
      'a faster cancel waits for its order',
      [START, ORDER, '2 c cancel a'],
      ['10 a new leaves 9', '10 c canceled a cum 0'],
      delayed({ submit_us: 9, cancel_us: 1 }),
    ],
    [
      'a slower cancel leaves the order more time to be filled',
      [START, ORDER, '2 c cancel a', '25 quote 100/101'],
      ['10 a new leaves 9', '25 a trade 9@101 leaves 0', '32 c cancel_rejected a order_terminal'],
      delayed({ submit_us: 9, cancel_us: 30 }),
    ],
    [
      'a faster replace waits for its order',
      [START, ORDER, '2 d replace a 8 101'],
      ['10 a new leaves 9', '10 d replaced a 8@101 leaves 8'],
      delayed({ submit_us: 9, replace_us: 0 }),
    ],
    [
      'an order behind a slow replace waits for it',
      [START, ORDER, '20 d replace a 8 101', '21 b buy 5 market ioc', '30 quote 104/105'],
      [
        '3 a new leaves 9',
        '40 d replaced a 8@101 leaves 8',
        '40 b new leaves 5',
        '40 b trade 5@105 leaves 0',
      ],
      delayed({ submit_us: 2, replace_us: 20 }),
    ],
    [
      'a recording gives one delay after the other, and begins again',
      [START, '2 a buy 1 market ioc', '20 b buy 1 market ioc', '40 c buy 1 market ioc'],
      [
        '5 a new leaves 1',
        '5 a trade 1@103 leaves 0',
        '27 b new leaves 1',
        '27 b trade 1@103 leaves 0',
        '43 c new leaves 1',
        '43 c trade 1@103 leaves 0',
      ],
      delayed({ submit_us: { model: 'recorded', delays_us: [3, 7] } }),
    ],
    [
      'a report that would be faster waits for the one before it',
      [START, '2 a buy 1 market ioc', '4 b buy 1 market ioc'],
      [
        '22(2) a new leaves 1',
        '22(2) a trade 1@103 leaves 0',
        '24(4) b new leaves 1',
        '24(4) b trade 1@103 leaves 0',
      ],
      delayed({ report_us: { model: 'recorded', delays_us: [20, 1] } }),
    ],
  ],
}
