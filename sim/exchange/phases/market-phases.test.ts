import { expect, test } from 'vitest'
import { account, Scenario } from '../scenario.test-support.ts'
import { clockUs, dayTerms, inMicroseconds, playDay, withClock } from './trading-day.test-support.ts'

// Each case is a small day, orders and the exact reports. Where a rule is written in a public document, the group names
// it; what a document leaves open is ours, and stands in assumptions.ts.
//
//   FIX TimeInForce          https://www.onixs.biz/fix-dictionary/4.4/tagNum_59.html (0 day, 2 at the opening, 7 at the close)
//   Nasdaq crosses           https://classic.nasdaqtrader.com/Trader.aspx?id=OpenClose
//   QuantConnect             https://www.quantconnect.com/docs/v2/writing-algorithms/trading-and-orders/order-types/market-on-open-orders
//   MarketGrid               https://docs-240.pages.dev/marketgrid/concepts/trading/matching-algorithms/auction
//   Cut-offs for cancels     https://www.onixs.biz/fix-dictionary/4.4/tagNum_102.html (0 too late to cancel)
//     Nasdaq 4702(b)(11)     http://federal.elaws.us/fr/10/25/2018/2018-23277 (entered until immediately prior to 15:55, canceled
//                            and modified until immediately prior to 15:50: what comes at a cut-off is too late)
//     NYSE 7.35B(f)(2)       http://federal.elaws.us/fr/6/16/2022/2022-12941 (from ten minutes before the close on; what it amends says
//                            nothing of halts, in which the rule of 1999 let orders go until the stock opened again:
//                            http://federal.elaws.us/fr/6/17/1999/99-15355)
//   Lowering               https://financedocbox.com/amp/70167575-Stocks/O-u-c-h-version-4-2-updated-october-20-2017.html (Nasdaq OUCH:
//                          a cancel asks that an order be canceled or reduced), NYSE 7.35B(f)(2) (canceled or reduced in size)
//   DriveWealth              https://developer.drivewealth.com/implementation/docs/order-workflow (orders kept overnight)
type Case = readonly [
  rule: string,
  lines: readonly string[],
  reports: readonly string[],
  terms?: Parameters<typeof dayTerms>,
]
type Group = { readonly source: string; readonly cases: readonly Case[] }

/** The last quote of the evening before; the first of the day comes with the cases. */
const Q = '08:00 quote 100/101 10x20'

const OPENING: Group = {
  source:
    'FIX TimeInForce 2; QuantConnect: market-on-open orders fill at the opening auction; Nasdaq opening cross',
  cases: [
    [
      'an order at the opening waits for the first row of the session and gets its price',
      [Q, '08:55 a buy 5 market opg', '08:59:59 quote 90/91', '09:00:01 quote 103/104'],
      ['08:55 a new leaves 5', '09:00:01 a trade 5@104 leaves 0'],
    ],
    [
      'the last price of the day before is none of this quote: who sells gets the bid, and who buys pays the ask',
      [
        ...['09:01 quote 100/102', '09:02 trade 101', '2/08:55 a sell 5 market opg', '2/09:01 quote 200/202'],
        ...['3/08:55 b buy 5 market opg', '3/09:01 quote 90/92'],
      ],
      [
        ...['2/08:55 a new leaves 5', '2/09:01 a trade 5@200 leaves 0', '3/08:55 b new leaves 5'],
        '3/09:01 b trade 5@92 leaves 0',
      ],
    ],
    [
      'a limit order at the opening that does not reach the price expires there',
      [Q, '08:55 a buy 5 limit 103 opg', '09:00:01 quote 103/104'],
      ['08:55 a new leaves 5', '09:00:01 a expired leaves 0'],
    ],
    [
      'a limit order at the opening trades at the one price, not at its limit',
      [Q, '08:55 a buy 5 limit 110 opg', '09:00:01 quote 103/104'],
      ['08:55 a new leaves 5', '09:00:01 a trade 5@104 leaves 0'],
    ],
    [
      // Eurex takes no more of them for a day whose opening auction has been:
      // https://eurex.com/ex-en/trade/order-book-trading/order-types
      'one at the opening is refused while a session trades or is in its closing call, and taken for the next from the close on',
      [
        '09:00:01 quote 100/101',
        '10:00 a buy 5 market opg',
        '17:31 b buy 5 market opg',
        '17:35:01 c buy 5 market opg',
        '2/09:00:01 quote 103/104',
      ],
      [
        '10:00 a rejected auction_missed',
        '17:31 b rejected auction_missed',
        '17:35:01 c new leaves 5',
        '2/09:00:01 c trade 5@104 leaves 0',
      ],
      [{ closed_orders: 'queue' }],
    ],
    [
      'and where nothing is queued, from the pre-open on',
      [
        '09:00:01 quote 100/101',
        '17:36 a buy 5 market opg',
        '2/08:51 b buy 5 market opg',
        '2/09:00:01 quote 103/104',
      ],
      ['17:36 a rejected market_closed', '2/08:51 b new leaves 5', '2/09:00:01 b trade 5@104 leaves 0'],
    ],
    [
      'in its price a group of which one trades weighs as its largest',
      [
        '08:40 quote 9999/10001 100x100',
        '08:55 a buy 10 limit 10005 day as=1',
        '08:56 b buy 10 limit 10010 day as=2 oco=1',
        '09:00:01 quote 9999/10001 100x6',
      ],
      [
        '08:55 a new leaves 10',
        '08:56 b new leaves 10',
        '09:00:01 b trade 6@10001 leaves 4',
        '09:00:01 a canceled cum 0',
      ],
      [{ takes: 'all_and_oco' }],
    ],
    [
      'what the opening does not fill of it expires',
      [Q, '08:55 a buy 25 market opg', '09:00:01 quote 103/104 10x20'],
      ['08:55 a new leaves 25', '09:00:01 a trade 20@104 leaves 5', '09:00:01 a expired leaves 0'],
    ],
    [
      'an order for the day that came before the opening takes part in it, and its rest stays',
      [Q, '08:55 a buy 25 limit 104 day', '09:00:01 quote 103/104 10x20', '09:00:02 quote 103/104 10x20'],
      ['08:55 a new leaves 25', '09:00:01 a trade 20@104 leaves 5', '09:00:02 a trade 5@104 leaves 0'],
    ],
    [
      'where own orders meet, those without a price do at the reference, the last price, and get one price',
      ['08:00 trade 99', Q, '08:55 a buy 5 market opg', '08:56 b sell 5 market opg', '09:00:01 quote 97/102'],
      [
        '08:55 a new leaves 5',
        '08:56 b new leaves 5',
        '09:00:01 a trade 5@99 leaves 0',
        '09:00:01 b trade 5@99 leaves 0',
      ],
      [{ self_match: 'allowed' }],
    ],
    [
      'else each pays what the market asks, and the other gets what it bids',
      ['08:00 trade 99', Q, '08:55 a buy 5 market opg', '08:56 b sell 5 market opg', '09:00:01 quote 97/102'],
      [
        '08:55 a new leaves 5',
        '08:56 b new leaves 5',
        '09:00:01 a trade 5@102 leaves 0',
        '09:00:01 b trade 5@97 leaves 0',
      ],
    ],
    [
      'where the last price is none that an order could have, they meet at the nearest that is',
      [
        '08:00 trade 103',
        Q,
        '08:55 a buy 5 market opg',
        '08:56 b sell 5 market opg',
        '09:00:01 quote 95/110',
      ],
      [
        '08:55 a new leaves 5',
        '08:56 b new leaves 5',
        '09:00:01 a trade 5@105 leaves 0',
        '09:00:01 b trade 5@105 leaves 0',
      ],
      [{ self_match: 'allowed' }, {}, { increments: [{ price_increment: '0.05' }] }],
    ],
    [
      'more buyers than sellers pay the price that fills most of them',
      [Q, '08:55 a buy 9 market opg', '08:56 b sell 5 market opg', '09:00:01 quote 97/102'],
      [
        '08:55 a new leaves 9',
        '08:56 b new leaves 5',
        '09:00:01 a trade 9@102 leaves 0',
        '09:00:01 b trade 5@102 leaves 0',
      ],
      [{ self_match: 'allowed' }],
    ],
    [
      'at one price the earlier order comes first, and an order without a price before any that has one',
      [
        Q,
        '08:55 a buy 15 limit 104 opg',
        '08:56 b buy 15 limit 105 opg',
        '08:57 c buy 5 market opg',
        '09:00:01 quote 103/104 10x21',
      ],
      [
        '08:55 a new leaves 15',
        '08:56 b new leaves 15',
        '08:57 c new leaves 5',
        '09:00:01 c trade 5@104 leaves 0',
        '09:00:01 b trade 15@104 leaves 0',
        '09:00:01 a trade 1@104 leaves 14',
        '09:00:01 a expired leaves 0',
      ],
    ],
    [
      'an order at the opening that comes within the cut-off, or after it, is rejected',
      [
        Q,
        '08:59:01 a buy 5 market opg',
        '09:00:01 quote 103/104',
        '09:30 b buy 5 market opg',
        '17:31 c buy 5 market opg',
      ],
      [
        '08:59:01 a rejected auction_missed',
        '09:30 b rejected auction_missed',
        '17:31 c rejected auction_missed',
      ],
    ],
    [
      'an order is in time up to the cut-off, and not at it',
      [Q, '08:58:59.5 a buy 5 market opg', '08:59 b buy 5 market opg', '09:00:01 quote 103/104'],
      ['08:58:59.5 a new leaves 5', '08:59 b rejected auction_missed', '09:00:01 a trade 5@104 leaves 0'],
    ],
    [
      'an order is canceled and replaced before the opening as at any time',
      [
        Q,
        '08:55 a buy 5 limit 99 day',
        '08:56 b replace a 7 105',
        '08:57 d buy 5 market opg',
        '08:58 c cancel d',
        '09:00:01 quote 103/104',
      ],
      [
        '08:55 a new leaves 5',
        '08:56 b replaced a 7@105 leaves 7',
        '08:57 d new leaves 5',
        '08:58 c canceled d cum 0',
        '09:00:01 b trade 7@104 leaves 0',
      ],
    ],
    [
      'an order at the opening stays as it is behind the cut-off for cancels, until the opening has its price',
      [
        Q,
        '08:55 a buy 5 limit 105 opg',
        '08:56 b buy 5 limit 99 day',
        '08:57:59 c replace a 6 105',
        '08:58 d cancel c',
        '09:00:00.25 e cancel c',
        '09:00:00.5 f cancel b',
        '09:00:01 quote 103/104',
      ],
      [
        '08:55 a new leaves 5',
        '08:56 b new leaves 5',
        '08:57:59 c replaced a 6@105 leaves 6',
        '08:58 d cancel_rejected c too_late_to_cancel',
        '09:00:00.25 e cancel_rejected c too_late_to_cancel',
        '09:00:00.5 f canceled b cum 0',
        '09:00:01 c trade 6@104 leaves 0',
      ],
      [{}, { opening_cancel_cutoff_us: 120_000_000 }],
    ],
    [
      'an order for an opening is rejected before there has been a row of its instrument at all',
      ['08:55 a buy 5 market opg', '08:56 b buy 5 limit 99 day', '09:00:01 quote 103/104'],
      ['08:55 a rejected no_market', '08:56 b rejected no_market'],
    ],
    [
      'a session that never has a row ends without an auction',
      [Q, '08:55 a buy 5 market opg', '08:56 b buy 5 limit 99 day', '17:36 time'],
      [
        '08:55 a new leaves 5',
        '08:56 b new leaves 5',
        '17:35 a expired leaves 0',
        '17:35 b expired leaves 0',
      ],
    ],
    [
      "a bar's open is its session's first row",
      ['08:00 bar last 100', '08:55 a buy 5 market opg', '16:00 bar last 103 110 90 95'],
      ['08:55 a new leaves 5', '16:00 a trade 5@103 leaves 0'],
    ],
    [
      'the book of trades opens with the first of them',
      ['08:00 trade 100', '08:55 a sell 5 market opg', '09:00:02 trade 98'],
      ['08:55 a new leaves 5', '09:00:02 a trade 5@98 leaves 0'],
    ],
  ],
}

const CALL: Group = {
  source: 'MarketGrid: no matching before the auction ends, and FOK and FAK are not accepted in it',
  cases: [
    [
      'nothing trades before the opening, whatever the quotes are',
      [Q, '08:55 a buy 5 market day', '08:56 quote 90/91', '08:57 quote 80/81'],
      ['08:55 a new leaves 5'],
    ],
    [
      'an order that must trade at once is rejected',
      [Q, '08:55 a buy 5 market ioc', '08:56 b buy 5 limit 105 fok', '08:57 c buy 5 limit 99 day post'],
      ['08:55 a rejected not_in_call', '08:56 b rejected not_in_call', '08:57 c rejected not_in_call'],
    ],
    [
      'a stop waits through it, and is triggered by what the market opens at',
      [Q, '08:55 a sell 5 stop 95 day', '08:56 quote 90/91', '08:57 quote 99/100', '09:00:01 quote 94/96'],
      ['08:55 a new leaves 5', '09:00:01 a triggered', '09:00:01 a trade 5@94 leaves 0'],
    ],
    [
      'a stop that is not met at the opening waits on',
      [Q, '08:55 a sell 5 stop 95 day', '09:00:01 quote 100/101', '09:00:02 quote 95/96'],
      ['08:55 a new leaves 5', '09:00:02 a triggered', '09:00:02 a trade 5@95 leaves 0'],
    ],
    [
      'before its first row an open market is still in its call',
      [Q, '09:00:01 a buy 5 market ioc', '09:00:02 b buy 5 market day', '09:00:03 quote 103/104'],
      ['09:00:01 a rejected not_in_call', '09:00:02 b new leaves 5', '09:00:03 b trade 5@104 leaves 0'],
    ],
    [
      'an order from market to limit rests at the price of the auction',
      [
        Q,
        '08:55 a buy 25 market_to_limit day',
        '09:00:01 quote 103/104 10x20',
        '09:00:02 quote 102/104',
        '09:01 c cancel a',
      ],
      [
        '08:55 a new leaves 25',
        '09:00:01 a trade 20@104 leaves 5',
        '09:00:02 a trade 5@104 leaves 0',
        '09:01 c cancel_rejected a order_terminal',
      ],
    ],
    [
      'what is left of one takes no worse price behind the auction',
      [
        '08:40 quote 100/101',
        '08:55 a buy 25 market_to_limit day',
        '09:00:01 quote 102/103 10x10',
        '09:00:02 trade 101 7',
        '09:00:03 quote 100/101 10x10',
      ],
      ['08:55 a new leaves 25', '09:00:02 a trade 7@101 leaves 18', '09:00:03 a trade 10@101 leaves 8'],
      [{ auctions: { price: 'print', print_wait_us: 60_000_000 } }],
    ],
    [
      'an order that shows a part trades with the whole of it',
      [Q, '08:55 a buy 15 limit 105 day show=2', '09:00:01 quote 103/104'],
      ['08:55 a new leaves 15', '09:00:01 a trade 15@104 leaves 0'],
    ],
    [
      'orders that only reduce get no more together than is open',
      [
        Q,
        '07:00 time',
        '16:00 quote 100/101',
        '16:01 p buy 10 market ioc',
        '17:31 a sell 8 market day reduce',
        '17:32 b sell 8 market day reduce',
        '17:36 time',
      ],
      [
        '16:01 p new leaves 10',
        '16:01 p trade 10@101 leaves 0',
        '17:31 a new leaves 8',
        '17:32 b new leaves 8',
        '17:35 a trade 8@100 leaves 0',
        '17:35 b trade 2@100 leaves 6',
        '17:35 b canceled cum 2',
      ],
    ],
    [
      'those that only reduce take their turn by price and time, and what the auction does not reach takes nothing from them',
      [
        Q,
        '07:00 time',
        '16:00 quote 100/101',
        '16:01 p buy 10 market ioc',
        '16:02 far sell 10 limit 120 gtc',
        '16:03 b sell 8 limit 95 cls reduce',
        '16:04 a sell 7 market cls reduce',
        '17:36 time',
      ],
      [
        '16:01 p new leaves 10',
        '16:01 p trade 10@101 leaves 0',
        '16:02 far new leaves 10',
        '16:03 b new leaves 8',
        '16:04 a new leaves 7',
        '17:35 a trade 7@100 leaves 0',
        '17:35 b trade 3@100 leaves 5',
        '17:35 b canceled cum 3',
      ],
    ],
  ],
}

const CLOSING: Group = {
  source:
    'FIX TimeInForce 7; QuantConnect: market-on-close orders fill at the closing auction; Nasdaq closing cross',
  cases: [
    [
      'an order at the close rests through the session and trades at the close alone',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 market cls',
        '11:00 quote 80/81',
        '17:34 quote 110/111',
        '17:36 time',
      ],
      ['10:00 a new leaves 5', '17:35 a trade 5@111 leaves 0'],
    ],
    [
      'a limit order at the close that the price does not reach expires there',
      [Q, '09:00:01 quote 100/101', '10:00 a buy 5 limit 110 cls', '17:34 quote 110/111', '17:36 time'],
      ['10:00 a new leaves 5', '17:35 a expired leaves 0'],
    ],
    [
      'an order at the close that comes within the cut-off is rejected',
      [Q, '09:00:01 quote 100/101', '17:34:01 a buy 5 market cls', '17:36 time'],
      ['17:34:01 a rejected auction_missed'],
    ],
    [
      'an order at the close is taken before the opening, and does not trade there',
      [Q, '08:55 a buy 5 market cls', '09:00:01 quote 100/101', '17:36 time'],
      ['08:55 a new leaves 5', '17:35 a trade 5@101 leaves 0'],
    ],
    [
      'in the closing call nothing trades, and what rests takes part in the auction',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 limit 99 day',
        '17:31 quote 90/91',
        '17:32 quote 97/98',
        '17:36 time',
      ],
      ['10:00 a new leaves 5', '17:35 a trade 5@98 leaves 0'],
    ],
    [
      'an order replaced while it waits for the close waits on',
      [Q, '09:00:01 quote 100/101', '10:00 a buy 5 limit 120 cls', '11:00 b replace a 7 130', '17:36 time'],
      ['10:00 a new leaves 5', '11:00 b replaced a 7@130 leaves 7', '17:35 b trade 7@101 leaves 0'],
    ],
    [
      'an order good till the close takes part in its auction, whenever it came',
      [
        Q,
        '09:00:01 quote 100/101',
        `10:00 a buy 5 limit 100 gtd until=${clockUs('17:35')}`,
        `17:31 b buy 5 limit 100 gtd until=${clockUs('17:35')}`,
        '17:32 quote 99/100 10x20',
        '17:36 time',
      ],
      [
        '10:00 a new leaves 5',
        '17:31 b new leaves 5',
        '17:35 a trade 5@100 leaves 0',
        '17:35 b trade 5@100 leaves 0',
      ],
    ],
    [
      'where trading lasts to the close, the auction comes behind it',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 market cls',
        '17:34:59 b buy 3 limit 101 day',
        '17:36 time',
      ],
      [
        '10:00 a new leaves 5',
        '17:34:59 b new leaves 3',
        '17:34:59 b trade 3@101 leaves 0',
        '17:35 a trade 5@101 leaves 0',
      ],
      [{}, { sessions: [{ days: ['thu'], open: '09:00', close: '17:35' }] }],
    ],
    [
      'what a close leaves of an order from market to limit takes no worse price in the next opening',
      [
        Q,
        '09:00:01 quote 100/101 10x20',
        '17:31 a buy 25 market_to_limit gtc',
        '2/09:00:01 quote 103/104 10x50',
      ],
      ['17:31 a new leaves 25', '17:35 a trade 20@101 leaves 5'],
    ],
    [
      'an order at the close is canceled and replaced up to the cut-off for that, and then stays as it is',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 limit 120 cls',
        '10:01 b buy 6 limit 120 cls',
        '10:02 c buy 7 limit 102 day',
        '17:24:59 d replace a 4 121',
        '17:25 e replace d 3 121',
        '17:25:02 f cancel d',
        '17:25:03 g cancel b',
        '17:25:04 h cancel c',
        '17:36 time',
      ],
      [
        '10:00 a new leaves 5',
        '10:01 b new leaves 6',
        '10:02 c new leaves 7',
        '10:02 c trade 7@101 leaves 0',
        '17:24:59 d replaced a 4@121 leaves 4',
        '17:25 e replace_rejected d too_late_to_cancel',
        '17:25:02 f cancel_rejected d too_late_to_cancel',
        '17:25:03 g cancel_rejected b too_late_to_cancel',
        '17:25:04 h cancel_rejected c order_terminal',
        '17:35 d trade 4@101 leaves 0',
        '17:35 b trade 6@101 leaves 0',
      ],
      [{}, { closing_cancel_cutoff_us: 600_000_000 }],
    ],
    [
      'behind the cut-off for cancels, orders at the close are still taken up to their own, and others go as ever',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 limit 99 day',
        '17:33 b buy 5 market cls',
        '17:33:30 c cancel a',
        '17:33:40 d cancel b',
        '17:36 time',
      ],
      [
        '10:00 a new leaves 5',
        '17:33 b new leaves 5',
        '17:33:30 c canceled a cum 0',
        '17:33:40 d cancel_rejected b too_late_to_cancel',
        '17:35 b trade 5@101 leaves 0',
      ],
      [{}, { closing_cancel_cutoff_us: 600_000_000 }],
    ],
    [
      'a close that waits for its price lets no order at the close go',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 market cls',
        '17:35:01 b cancel a',
        '17:35:02 trade 98 10',
        '17:36 time',
      ],
      [
        '10:00 a new leaves 5',
        '17:35:01 b cancel_rejected a too_late_to_cancel',
        '17:35:02 a trade 5@98 leaves 0',
      ],
      [{ auctions: { price: 'print', print_wait_us: 60_000_000 } }, { closing_cancel_cutoff_us: 0 }],
    ],
    [
      'a child at the close that its parent releases behind the cut-off ends, and one that has come in grows no more',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 p buy 4 limit 99 day as=1',
        '10:01 c sell 4 market cls as=2 oto=1',
        '10:02 q buy 4 limit 97 day as=3',
        '10:03 d sell 4 market cls as=4 oto=3',
        '17:20 quote 98/99 50x2',
        '17:26 quote 96/97 50x50',
        '17:36 time',
      ],
      [
        '10:00 p new leaves 4',
        '10:01 c new leaves 4',
        '10:02 q new leaves 4',
        '10:03 d new leaves 4',
        '17:20 p trade 2@99 leaves 2',
        '17:26 p trade 2@99 leaves 0',
        '17:26 q trade 4@97 leaves 0',
        '17:26 d canceled cum 0',
        '17:35 c trade 2@96 leaves 2',
        '17:35 c canceled cum 2',
      ],
      [{ takes: 'all_and_contingent' }, { closing_cutoff_us: 600_000_000 }],
    ],
    [
      'behind the cut-off for orders one at the close is still lowered, up to the cut-off for cancels, and not changed otherwise',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 limit 120 cls',
        '17:26 b replace a 6 120',
        '17:27 c replace a 4 119',
        '17:28 d replace a 4 120',
        '17:34 e replace d 3 120',
        '17:36 time',
      ],
      [
        '10:00 a new leaves 5',
        '17:26 b replace_rejected a auction_missed',
        '17:27 c replace_rejected a auction_missed',
        '17:28 d replaced a 4@120 leaves 4',
        '17:34 e replace_rejected d too_late_to_cancel',
        '17:35 d trade 4@101 leaves 0',
      ],
      [{}, { closing_cutoff_us: 600_000_000, closing_cancel_cutoff_us: 120_000_000 }],
    ],
    [
      'an auction that a calendar does not hold has no orders for it',
      [Q, '08:55 a buy 5 market opg', '09:00:01 quote 100/101', '10:00 b buy 5 market cls'],
      ['08:55 a rejected unsupported_order_type', '10:00 b rejected unsupported_order_type'],
      [{}, { opening_auction: false, closing_auction: false }],
    ],
  ],
}

const DAY: Group = {
  source:
    'FIX TimeInForce 0: a day order expires at the end of the trading day; 1: good till cancel outlives it',
  cases: [
    [
      'a day order expires when the session has ended',
      [Q, '09:00:01 quote 100/101', '10:00 a buy 5 limit 90 day', '17:36 time'],
      ['10:00 a new leaves 5', '17:35 a expired leaves 0'],
    ],
    [
      'a part of it that has traded stays traded',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 50 limit 100 day',
        '10:01 quote 99/100 10x20',
        '17:31 quote 105/106',
        '17:36 time',
      ],
      ['10:00 a new leaves 50', '10:01 a trade 20@100 leaves 30', '17:35 a expired leaves 0'],
    ],
    [
      'an order good till cancel does not trade overnight, and meets the next opening like one that comes in',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 limit 95 gtc',
        '20:00 quote 80/81',
        '2/08:00 quote 70/71',
        '2/09:00:01 quote 89/90',
      ],
      ['10:00 a new leaves 5', '2/09:00:01 a trade 5@90 leaves 0'],
    ],
    [
      'a day order of one day is not there on the next',
      [Q, '09:00:01 quote 100/101', '10:00 a buy 5 limit 95 day', '2/09:00:01 quote 89/90'],
      ['10:00 a new leaves 5', '17:35 a expired leaves 0'],
    ],
    [
      'an order good till date expires at its time, open or closed',
      [Q, '09:00:01 quote 100/101', '10:00 a buy 5 limit 95 gtd until=72000000000', '20:00:01 time'],
      ['10:00 a new leaves 5', '20:00 a expired leaves 0'],
    ],
    [
      'stops expire and wait like other orders',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a sell 5 stop 90 day',
        '10:01 b sell 5 stop 91 gtc',
        '20:00 quote 70/71',
        '2/09:00:01 quote 91/92',
      ],
      [
        '10:00 a new leaves 5',
        '10:01 b new leaves 5',
        '17:35 a expired leaves 0',
        '2/09:00:01 b triggered',
        '2/09:00:01 b trade 5@91 leaves 0',
      ],
    ],
    [
      'a day of two sessions ends with the second',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 limit 90 day',
        '11:31 quote 80/81',
        '12:30:01 quote 95/96',
        '15:01 time',
      ],
      ['10:00 a new leaves 5', '15:00 a expired leaves 0'],
      [
        {},
        {
          opening_auction: false,
          closing_auction: false,
          sessions: [
            { days: ['thu'], open: '09:00', close: '11:30' },
            { days: ['thu'], open: '12:30', close: '15:00' },
          ],
        },
      ],
    ],
    [
      'sessions without a break follow each other: the day ends and the next begins with its next row',
      [
        '08:00 quote 100/101',
        '10:00 a buy 5 limit 90 day',
        '10:01 b buy 5 limit 90 gtc',
        '17:00:01 quote 80/81',
      ],
      [
        '10:00 a new leaves 5',
        '10:01 b new leaves 5',
        '17:00 a expired leaves 0',
        '17:00:01 b trade 5@81 leaves 0',
      ],
      [
        {},
        {
          opening_auction: false,
          closing_auction: false,
          sessions: [{ days: ['wed', 'thu'], open: '17:00', close: '17:00' }],
        },
      ],
    ],
  ],
}

const CLOSED: Group = {
  source:
    'DriveWealth: orders outside market hours are held for the next opening, or rejected, as the firm chooses',
  cases: [
    [
      'a closed venue rejects orders and replaces, and takes cancels',
      [
        Q,
        '08:01 a buy 5 market day',
        '09:00:01 quote 100/101',
        '10:00 b buy 5 limit 90 gtc',
        '20:00 c replace b 5 91',
        '20:01 d cancel b',
      ],
      [
        '08:01 a rejected market_closed',
        '10:00 b new leaves 5',
        '20:00 c replace_rejected b market_closed',
        '20:01 d canceled b cum 0',
      ],
    ],
    [
      'a closed venue that keeps orders keeps them for the next opening',
      [
        Q,
        '08:01 a buy 5 market day',
        '08:02 b buy 5 market opg',
        '08:03 c buy 5 market ioc',
        '09:00:01 quote 103/104',
      ],
      [
        '08:01 a new leaves 5',
        '08:02 b new leaves 5',
        '08:03 c rejected not_in_call',
        '09:00:01 a trade 5@104 leaves 0',
        '09:00:01 b trade 5@104 leaves 0',
      ],
      [{ closed_orders: 'queue' }],
    ],
    [
      'an order for the day that comes after the close is for the next day',
      [Q, '09:00:01 quote 100/101', '20:00 a buy 5 limit 90 day', '2/09:00:01 quote 100/101', '2/17:36 time'],
      ['20:00 a new leaves 5', '2/17:35 a expired leaves 0'],
      [{ closed_orders: 'queue' }],
    ],
  ],
}

const BARS: Group = {
  source: 'a bar is a row of its end: ours, as in assumptions.ts',
  cases: [
    [
      'an imported bar that ends while its instrument is closed fills nothing, however far it went',
      [
        '08:00 bar last 100',
        '08:55 a buy 5 limit 99 gtc',
        '08:56 b sell 5 stop 95 gtc',
        '2/00:00 bar last 100 104 80 98 4000',
        '2/08:55 c buy 5 market opg',
        '3/00:00 bar last 98 99 70 97 4000',
        '3/00:01 d cancel a',
        '3/00:02 e cancel b',
      ],
      [
        '08:55 a new leaves 5',
        '08:56 b new leaves 5',
        '2/08:55 c new leaves 5',
        '2/17:35 c expired leaves 0',
        '3/00:01 d canceled a cum 0',
        '3/00:02 e canceled b cum 0',
      ],
      [{ bars: 'fixed' }],
    ],
    [
      'one that ends with the session is a row of it',
      ['08:00 bar last 100', '08:55 a buy 5 limit 99 gtc', '17:35 bar last 100 104 80 98 4000', '17:36 time'],
      ['08:55 a new leaves 5', '17:35 a trade 5@98 leaves 0'],
      [{ bars: 'fixed' }],
    ],
    [
      'of bids and asks with bars of their own both have to come before an instrument begins',
      [
        ...['09:01 bar bid 100', '09:01 bar ask 102', '2/08:55 a buy 5 market day', '2/09:01 bar bid 200'],
        ...['2/09:02 bar bid 201', '2/09:02 bar ask 203'],
      ],
      ['2/08:55 a new leaves 5', '2/09:02 a trade 5@203 leaves 0'],
      [{ bars: 'fixed' }, { opening_auction: false, closing_auction: false }],
    ],
    [
      'so does an auction, which is between the two of that day',
      [
        ...['09:01 bar bid 200', '09:01 bar ask 202', '2/08:55 a sell 5 market day', '2/09:01 bar ask 102'],
        ...['2/09:02 bar bid 98', '2/09:02 time'],
      ],
      ['2/08:55 a new leaves 5', '2/09:02 a trade 5@98 leaves 0'],
      [{ bars: 'fixed' }, { closing_auction: false }],
    ],
    [
      'and so behind a halt',
      [
        ...['09:01 bar bid 100', '09:01 bar ask 102', '10:01 a buy 5 market day', '10:06 bar bid 200'],
        ...['10:07 bar bid 200', '10:07 bar ask 202'],
      ],
      ['10:01 a new leaves 5', '10:07 a trade 5@202 leaves 0'],
      [
        {
          bars: 'fixed',
          halts: [{ instrument: 'X.sim', from: '1970-01-01T10:00:00Z', to: '1970-01-01T10:05:00Z' }],
        },
        { opening_auction: false, closing_auction: false },
      ],
    ],
    [
      'so do the first bars ever of a side, whatever stood for it before',
      [
        ...['09:01 bar bid 100', '2/08:55 a sell 5 market day', '2/09:01 bar ask 202', '2/09:02 bar bid 200'],
        ...['2/09:02 bar ask 202', '2/09:03 time'],
      ],
      ['2/08:55 a new leaves 5', '2/09:02 a trade 5@200 leaves 0'],
      [{ bars: 'fixed' }, { opening_auction: false, closing_auction: false }],
    ],
    [
      'a side whose bars have stopped is waited for an hour, and what comes stands for both until it has bars again',
      [
        ...['09:01 bar bid 100', '09:01 bar ask 102', '2/08:55 a buy 5 market day', '2/09:30 bar bid 150'],
        ...[
          '2/10:00 bar bid 180',
          '2/10:01 bar bid 200',
          '2/10:02 bar ask 205',
          '2/10:03 b buy 5 market day',
        ],
      ],
      ['2/08:55 a new leaves 5', '2/10:01 a trade 5@200 leaves 0', '2/10:03 b new leaves 5'].concat(
        '2/10:03 b trade 5@205 leaves 0',
      ),
      [{ bars: 'fixed' }, { opening_auction: false, closing_auction: false }],
    ],
    [
      'one bar a session, and bars of the closing call, are no different',
      [
        ...['17:35 bar bid 100', '17:35 bar ask 102', '2/08:55 a sell 5 market gtc', '2/17:35 bar bid 200'],
        ...['3/17:35 bar bid 201', '4/08:55 b sell 5 limit 100 gtc', '4/17:31 bar bid 202', '4/17:36 time'],
      ],
      [
        ...['2/08:55 a new leaves 5', '3/17:35 a trade 5@201 leaves 0', '4/08:55 b new leaves 5'],
        '4/17:35 b trade 5@202 leaves 0',
      ],
      [{ bars: 'fixed' }],
    ],
    [
      'the time of a halt is none of that hour: who begins behind it waits for both anew',
      [
        ...['10:00 bar bid 100', '10:00 bar ask 102', '2/08:55 a buy 5 market gtc', '2/09:01 bar bid 100'],
        ...['2/11:00 bar bid 100', '2/12:01 bar bid 100', '2/12:02 bar ask 120'],
      ],
      ['2/08:55 a new leaves 5', '2/12:02 a trade 5@120 leaves 0'],
      [
        {
          bars: 'fixed',
          halts: [{ instrument: 'X.sim', from: '1970-01-02T09:02:00Z', to: '1970-01-02T12:00:00Z' }],
        },
        { opening_auction: false, closing_auction: false },
      ],
    ],
    [
      'what was waited for before a halt decides, over an opening, too',
      [
        ...['17:35 bar bid 100', '17:35 bar ask 102', '2/08:55 a sell 5 market gtc', '2/17:35 bar bid 200'],
        ...['3/17:35 bar bid 201', '4/08:00 time'],
      ],
      ['2/08:55 a new leaves 5', '3/17:35 a trade 5@201 leaves 0'],
      [
        {
          bars: 'fixed',
          halts: [{ instrument: 'X.sim', from: '1970-01-03T08:59:00Z', to: '1970-01-03T09:10:00Z' }],
        },
      ],
    ],
    [
      'a halt that ends while the market is closed counts no more than another',
      [
        ...['10:00 bar bid 100', '10:00 bar ask 102', '2/08:55 a buy 5 market gtc', '2/09:01 bar bid 100'],
        ...['3/09:01 bar bid 110', '3/09:02 bar ask 130'],
      ],
      ['2/08:55 a new leaves 5', '3/09:02 a trade 5@130 leaves 0'],
      [
        {
          bars: 'fixed',
          halts: [{ instrument: 'X.sim', from: '1970-01-02T09:05:00Z', to: '1970-01-03T08:30:00Z' }],
        },
        { opening_auction: false, closing_auction: false },
      ],
    ],
    [
      'whoever comes first after an hour waits for the other side as before',
      [
        ...['09:01 bar bid 100', '09:01 bar ask 102', '2/08:55 a buy 5 market day', '2/11:00 bar bid 200'],
        '2/11:01 bar ask 205',
      ],
      ['2/08:55 a new leaves 5', '2/11:01 a trade 5@205 leaves 0'],
      [{ bars: 'fixed' }, { opening_auction: false, closing_auction: false }],
    ],
    [
      'bars of bids and asks that end with the session are a row of it, daily ones, too',
      [
        ...['17:35 bar bid 100', '17:35 bar ask 102', '2/08:55 a buy 5 market cls', '2/17:35 bar bid 200'],
        ...[
          '2/17:35 bar ask 202',
          '3/08:55 b buy 5 market cls',
          '3/17:35 bar bid 300',
          '3/17:35 bar ask 302',
        ],
        '4/08:00 time',
      ],
      [
        ...['2/08:55 a new leaves 5', '2/17:35 a trade 5@202 leaves 0', '3/08:55 b new leaves 5'],
        '3/17:35 b trade 5@302 leaves 0',
      ],
      [{ bars: 'fixed' }],
    ],
    [
      'nor is there no closing auction where the only ones come in its call',
      [
        ...['09:01 bar bid 100', '09:01 bar ask 102', '2/08:55 a buy 5 limit 300 gtc', '2/17:31 bar bid 200'],
        ...['2/17:31 bar ask 202', '2/18:00 time'],
      ],
      ['2/08:55 a new leaves 5', '2/17:35 a trade 5@202 leaves 0'],
      [{ bars: 'fixed' }],
    ],
  ],
}

const HALT = (from: string, to: string) => ({
  halts: [{ instrument: 'X.sim', from: `1970-01-01T${from}Z`, to: `1970-01-01T${to}Z` }],
})

const HALTS: Group = {
  source:
    'Limit up-limit down plan: trading stops in a pause and goes on with an auction of the primary listing exchange',
  cases: [
    [
      'nothing trades while an instrument is halted, and it goes on with an auction',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 limit 95 day',
        '11:01 quote 80/81',
        '11:02 b buy 5 market day',
        '11:30:01 quote 84/85 5x9',
      ],
      [
        '10:00 a new leaves 5',
        '11:02 b new leaves 5',
        '11:30:01 b trade 5@85 leaves 0',
        '11:30:01 a trade 4@85 leaves 1',
      ],
      [HALT('11:00:00', '11:30:00')],
    ],
    [
      'orders that must trade at once are rejected in a halt, cancels and replaces are taken',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 limit 95 day',
        '11:01 b buy 5 market ioc',
        '11:02 c replace a 7 96',
        '11:03 d cancel c',
      ],
      [
        '10:00 a new leaves 5',
        '11:01 b rejected not_in_call',
        '11:02 c replaced a 7@96 leaves 7',
        '11:03 d canceled c cum 0',
      ],
      [HALT('11:00:00', '11:30:00')],
    ],
    [
      'a venue may reject orders and replaces in a halt; cancels are taken still',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 limit 95 day',
        '11:01 b buy 5 market day',
        '11:02 c replace a 7 96',
        '11:03 d cancel a',
      ],
      [
        '10:00 a new leaves 5',
        '11:01 b rejected market_halted',
        '11:02 c replace_rejected a market_halted',
        '11:03 d canceled a cum 0',
      ],
      [{ ...HALT('11:00:00', '11:30:00'), halted_orders: 'reject' }],
    ],
    [
      'a replace that takes from the quantity and changes nothing else is a cancel of a part, taken where cancels are',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 limit 95 day',
        '10:01 b sell 5 stop 90 gtc',
        '11:01 c replace a 3 95',
        '11:02 d replace c 2 96',
        '11:03 e replace b 3 0 90',
        '11:04 f replace e 2 0 91',
        '11:05 g replace e 3 0 90',
        '11:30:01 quote 94/95 5x9',
        '20:00 h replace e 1 0 90',
      ],
      [
        '10:00 a new leaves 5',
        '10:01 b new leaves 5',
        '11:01 c replaced a 3@95 leaves 3',
        '11:02 d replace_rejected c market_halted',
        '11:03 e replaced b 3@0 leaves 3',
        '11:04 f replace_rejected e market_halted',
        '11:05 g replace_rejected e market_halted',
        '11:30:01 c trade 3@95 leaves 0',
        '20:00 h replaced e 1@0 leaves 1',
      ],
      [{ ...HALT('11:00:00', '11:30:00'), halted_orders: 'reject' }],
    ],
    [
      'a halt over the opening delays the auction, and orders at the opening with it',
      [Q, '08:55 a buy 5 market opg', '09:00:01 quote 100/101', '09:05:01 quote 103/104'],
      ['08:55 a new leaves 5', '09:05:01 a trade 5@104 leaves 0'],
      [HALT('08:58:00', '09:05:00')],
    ],
    [
      'a halt over the close leaves the closing auction out',
      [Q, '09:00:01 quote 100/101', '10:00 a buy 5 market cls', '10:01 b buy 5 limit 90 gtc', '18:00 time'],
      ['10:00 a new leaves 5', '10:01 b new leaves 5', '17:35 a expired leaves 0'],
      [HALT('17:00:00', '17:50:00')],
    ],
    [
      'in a halt, too, orders at the close stay as they are from the cut-off for cancels on, and others go',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a buy 5 market cls',
        '10:01 b buy 5 limit 90 day',
        '17:21 c cancel a',
        '17:22 d cancel b',
        '17:23:01 quote 102/103',
        '17:36 time',
      ],
      [
        '10:00 a new leaves 5',
        '10:01 b new leaves 5',
        '17:21 c cancel_rejected a too_late_to_cancel',
        '17:22 d canceled b cum 0',
        '17:35 a trade 5@103 leaves 0',
      ],
      [HALT('17:00:00', '17:23:00'), { closing_cancel_cutoff_us: 900_000_000 }],
    ],
    [
      'a stop is not triggered in a halt, but by what comes behind it',
      [
        Q,
        '09:00:01 quote 100/101',
        '10:00 a sell 5 stop 95 day',
        '11:01 quote 80/81',
        '11:30:01 quote 92/93',
      ],
      ['10:00 a new leaves 5', '11:30:01 a triggered', '11:30:01 a trade 5@92 leaves 0'],
      [HALT('11:00:00', '11:30:00')],
    ],
    [
      'of two halts the later end counts',
      [Q, '09:00:01 quote 100/101', '11:05 a buy 5 market day', '11:25 quote 90/91', '11:31 quote 92/93'],
      ['11:05 a new leaves 5', '11:31 a trade 5@93 leaves 0'],
      [{ halts: [...HALT('11:10:00', '11:20:00').halts, ...HALT('11:00:00', '11:30:00').halts] }],
    ],
    [
      'an order at an opening that never came has no part in the close',
      [Q, '08:55 a buy 5 market opg', '09:30 b buy 5 market cls', '17:33 quote 100/101 10x20', '17:36 time'],
      [
        '08:55 a new leaves 5',
        '09:30 b new leaves 5',
        '17:35 b trade 5@101 leaves 0',
        '17:35 a expired leaves 0',
      ],
      [HALT('08:59:00', '17:32:00')],
    ],
  ],
}

const PRINT: Group = {
  source:
    'QuantConnect: market-on-open orders fill at the official opening auction price, the print in the data',
  cases: [
    [
      'an opening waits for the print and takes its price, up to its size',
      [Q, '08:55 a buy 30 market opg', '09:00:01 quote 90/91', '09:00:02 trade 103 20'],
      ['08:55 a new leaves 30', '09:00:02 a trade 20@103 leaves 10', '09:00:02 a expired leaves 0'],
      [{ auctions: { price: 'print', print_wait_us: 60_000_000 } }],
    ],
    [
      'an order with the price of the print stands behind the market, and gets nothing',
      [Q, '08:55 a buy 5 limit 103 opg', '08:56 b buy 5 limit 104 opg', '09:00:02 trade 103 20'],
      [
        '08:55 a new leaves 5',
        '08:56 b new leaves 5',
        '09:00:02 b trade 5@103 leaves 0',
        '09:00:02 a expired leaves 0',
      ],
      [{ auctions: { price: 'print', print_wait_us: 60_000_000 } }],
    ],
    [
      'whole lots of a print trade, and whole lots of what is shown',
      [
        '08:00 quote 100/105 50x50',
        '08:55 a buy 90 market opg',
        '09:00:02 trade 110 25',
        '10:00 quote 100/105 50x50',
        '10:01 b buy 90 market cls',
        '17:34 quote 100/105 15x25',
        '17:40 time',
      ],
      [
        '08:55 a new leaves 90',
        '09:00:02 a trade 20@110 leaves 70',
        '09:00:02 a expired leaves 0',
        '10:01 b new leaves 90',
        '17:36 b trade 20@105 leaves 70',
        '17:36 b expired leaves 0',
      ],
      [
        { auctions: { price: 'print', print_wait_us: 60_000_000 } },
        {},
        { increments: [{ price_increment: '0.05' }], lot: '10', quantity_min: '10' },
      ],
    ],
    [
      'of a group that the print would meet twice one order trades, and the rest is for others',
      [
        Q,
        '08:55 a buy 8 limit 105 day as=1',
        '08:56 b buy 8 limit 104 day as=2 oco=1',
        '08:57 c buy 8 limit 104 day as=3',
        '09:00:02 trade 103 10',
        '09:00:03 quote 100/101',
      ],
      [
        '08:55 a new leaves 8',
        '08:56 b new leaves 8',
        '08:57 c new leaves 8',
        '09:00:02 a trade 8@103 leaves 0',
        '09:00:02 b canceled cum 0',
        '09:00:02 c trade 2@103 leaves 6',
        '09:00:03 c trade 6@101 leaves 0',
      ],
      [{ auctions: { price: 'print', print_wait_us: 60_000_000 }, takes: 'all_and_oco' }],
    ],
    [
      'a wait that was over ends no other one',
      [
        Q,
        '09:01 trade 100',
        '09:06 quote 100/101',
        '09:07 a buy 5 limit 110 day',
        '09:11 quote 100/101',
        '09:12 trade 104 50',
      ],
      ['09:07 a new leaves 5', '09:12 a trade 5@104 leaves 0'],
      [{ ...HALT('09:02:00', '09:05:00'), auctions: { price: 'print', print_wait_us: 600_000_000 } }],
    ],
    [
      'where no print comes in time, the book decides',
      [Q, '08:55 a buy 5 market opg', '09:00:01 quote 90/91', '09:02 time'],
      ['08:55 a new leaves 5', '09:01 a trade 5@91 leaves 0'],
      [{ auctions: { price: 'print', print_wait_us: 60_000_000 } }],
    ],
    [
      'the open of a bar of last prices is a print',
      ['08:00 bar last 100', '08:55 a buy 5 market opg', '09:00:30 bar last 103 104 102 104'],
      ['08:55 a new leaves 5', '09:00:30 a trade 5@103 leaves 0'],
      [{ auctions: { price: 'print', print_wait_us: 60_000_000 } }],
    ],
    [
      'where nothing comes in time, the next row does',
      [Q, '08:55 a buy 5 market opg', '09:02 quote 90/91'],
      ['08:55 a new leaves 5', '09:02 a trade 5@91 leaves 0'],
      [{ auctions: { price: 'print', print_wait_us: 60_000_000 } }],
    ],
    [
      'a close waits for the print behind it, and ends the session then',
      [
        Q,
        '09:00:01 trade 100',
        '10:00 a buy 5 market cls',
        '10:01 b buy 5 limit 90 day',
        '17:34 quote 100/101',
        '17:35:02 trade 107 50',
      ],
      [
        '10:00 a new leaves 5',
        '10:01 b new leaves 5',
        '17:35:02 a trade 5@107 leaves 0',
        '17:35:02 b expired leaves 0',
      ],
      [{ auctions: { price: 'print', print_wait_us: 60_000_000 } }],
    ],
    [
      'who comes while a close waits for its print is for the next session',
      [
        Q,
        '09:00:01 trade 100',
        '09:00:02 quote 100/101',
        '17:35:01 a buy 5 market day',
        '17:35:02 trade 107 50',
        '17:40 b buy 5 market day',
      ],
      ['17:35:01 a new leaves 5', '17:40 b new leaves 5'],
      [{ auctions: { price: 'print', print_wait_us: 60_000_000 }, closed_orders: 'queue' }],
    ],
    [
      'a close whose print does not come is settled by the book',
      [Q, '09:00:01 trade 100', '10:00 a buy 5 market cls', '17:34 quote 104/105', '17:40 time'],
      ['10:00 a new leaves 5', '17:36 a trade 5@105 leaves 0'],
      [{ auctions: { price: 'print', print_wait_us: 60_000_000 } }],
    ],
  ],
}

for (const [name, { source, cases }] of Object.entries({
  OPENING,
  CALL,
  CLOSING,
  DAY,
  CLOSED,
  BARS,
  HALTS,
  PRINT,
})) {
  for (const [rule, lines, reports, terms] of cases) {
    test(`${name.toLowerCase()}: ${rule} (${source})`, () => {
      expect(playDay(lines, dayTerms(...(terms ?? [])))).toEqual(reports)
    })
  }
}

test('[M11] a market that begins under other rules waits for both sides', () => {
  const hours = { opening_auction: false, closing_auction: false }
  const scenario = new Scenario(dayTerms({ bars: 'fixed' }, hours))
  const before = [
    '10:00 bar bid 100',
    '10:00 bar ask 102',
    '2/08:55 a buy 5 market gtc',
    '2/09:01 bar bid 100',
  ]
  for (const line of before) scenario.step(inMicroseconds(line))
  const halts = [{ instrument: 'X.sim', from: '1970-01-09T10:00:00Z', to: '1970-01-09T10:05:00Z' }]
  const again = scenario.reopened(dayTerms({ bars: 'fixed', halts }, hours))
  const lines = ['2/09:03 bar bid 100', '2/09:04 bar ask 120', '2/09:05 time']
  expect(again.play(...lines.map(inMicroseconds)).map(withClock)).toEqual(['2/09:04 a trade 5@120 leaves 0'])
})

test('[M11] so it does for orders that come then', () => {
  const hours = { opening_auction: false, closing_auction: false }
  const scenario = new Scenario(dayTerms({ bars: 'fixed' }, hours))
  for (const line of ['10:00 bar bid 100', '10:00 bar ask 102', '2/09:01 bar bid 100'])
    scenario.step(inMicroseconds(line))
  const halts = [{ instrument: 'X.sim', from: '1970-01-09T10:00:00Z', to: '1970-01-09T10:05:00Z' }]
  const again = scenario.reopened(dayTerms({ bars: 'fixed', halts }, hours))
  const lines = [
    '2/11:30 bar bid 150',
    '2/11:40 a buy 5 market day',
    '2/11:41 bar bid 150',
    '2/11:42 bar ask 155',
  ]
  expect(again.play(...lines.map(inMicroseconds)).map(withClock)).toEqual([
    ...['2/11:40 a new leaves 5', '2/11:42 a trade 5@155 leaves 0'],
  ])
})

test('with a book by price the last price is not bounded by a side that is empty', () => {
  const from = {
    ...dayTerms({ book: 'book_level', self_match: 'allowed' }),
    accounts: [account(), account({ id: 'other' })],
  }
  const lines = ['08:40 bid 100 5', '08:41 ask 101 5', '09:30 trade 105 1', '17:00 ask 101 0']
  const orders = ['17:31 a buy 5 limit 110 gtc', '17:31 b:X.sim:other sell 5 limit 103 gtc', '17:36 time']
  expect(playDay([...lines, ...orders], from).slice(2)).toEqual([
    ...['17:35 a trade 5@105 leaves 0', '17:35 b trade 5@105 leaves 0'],
  ])
})

/** A call in which bids of 105×10 and 103×5 stand across asks of 101×8 and 104×5; the reference is a trade at 100. */
function crossed(...lines: readonly string[]): string[] {
  const scenario = new Scenario(dayTerms({ book: 'book_level' }))
  const exchange = scenario.venues.exchange('sim')
  scenario.step(inMicroseconds('08:51 trade 100'))
  const shown: readonly (readonly [1 | -1, number, number])[] = [
    [1, 105, 10],
    [1, 103, 5],
    [-1, 101, 8],
    [-1, 104, 5],
  ]
  for (const [side, price, size] of shown) exchange.deepRows.onLevel(0, clockUs('08:52'), side, price, size)
  return scenario.play(...lines.map(inMicroseconds)).map(withClock)
}

test('with a book by price the market is crossed with own orders at once when the call ends', () => {
  // With the order 15 would buy at 104 or 105 and 13 sell; at or below 103 only 8 sell.
  expect(crossed('08:55 a buy 5 market opg', '09:01 time')).toEqual([
    '08:55 a new leaves 5',
    '09:00 a trade 5@104 leaves 0',
  ])
  // A seller at 103 makes 12 of 15 trade there, where it comes behind the better ask.
  expect(crossed('08:55 a sell 4 limit 103 opg', '09:01 time')).toEqual([
    '08:55 a new leaves 4',
    '09:00 a trade 4@103 leaves 0',
  ])
})

test('own orders on both sides are each crossed as if the other were not there, and what both took is gone', () => {
  const orders = ['08:55 a buy 5 market opg', '08:56 b sell 4 limit 103 opg']
  const behind = ['09:01 c buy 9 limit 104 ioc', '09:02 d sell 9 limit 103 ioc']
  const reports = crossed(...orders, ...behind).filter((report) => report.includes('trade'))
  // With the buyer all 13 that were asked trade at 104; with the seller 12 of the 15 bid for do at 103, and three are left.
  expect(reports).toEqual([
    '09:00 a trade 5@104 leaves 0',
    '09:00 b trade 4@103 leaves 0',
    '09:02 d trade 3@103 leaves 6',
  ])
})

test('what the market traded with itself in the auction is not there for orders that come out of the call', () => {
  // 8 trade up to 103 and 10 at 104, too dear for the order; the asks at 101 have traded there.
  expect(crossed('08:55 a buy 5 limit 102 day', '09:01 b cancel a')).toEqual([
    '08:55 a new leaves 5',
    '09:01 b canceled a cum 0',
  ])
})

test('[M6] what a print leaves meets a book by price at once where that has both sides, and else when it has', () => {
  for (const [isEmptied, time] of [
    [false, '09:00:02'],
    [true, '09:00:03'],
  ] as const) {
    const scenario = new Scenario(
      dayTerms({ book: 'book_level', auctions: { price: 'print', print_wait_us: 60_000_000 } }),
    )
    const level = (side: 1 | -1, price: number, size: number, at: string) => {
      scenario.step(inMicroseconds(`${at} time`))
      scenario.venues.exchange('sim').deepRows.onLevel(0, clockUs(at), side, price, size)
      scenario.drainInstants()
    }
    level(1, 99, 5, '08:40')
    level(-1, 101, 20, '08:41')
    scenario.step(inMicroseconds('08:55 a buy 10 market gtc'))
    if (isEmptied) level(-1, 101, 0, '08:56')
    scenario.step(inMicroseconds('09:00:02 trade 103 4'))
    level(-1, 101, 20, '09:00:03')
    expect(scenario.reports().map(withClock)).toEqual([
      '08:55 a new leaves 10',
      '09:00:02 a trade 4@103 leaves 6',
      `${time} a trade 6@101 leaves 0`,
    ])
  }
})

test('[M6] what a print leaves waits for a quote behind a snapshot, too', () => {
  const terms = dayTerms({ auctions: { price: 'print', print_wait_us: 60_000_000 } })
  const first = new Scenario(terms)
  first.play(
    ...['08:40 quote 90/91 5x5', '08:55 a buy 10 limit 105 day', '09:00:02 trade 103 4'].map(inMicroseconds),
  )
  const again = first.reopened(terms)
  expect(again.play(inMicroseconds('09:00:03 quote 103/104 9x9')).map(withClock)).toEqual([
    '09:00:03 a trade 6@104 leaves 0',
  ])
})

test('[M8] who came while a close waits for its print is none of it behind a snapshot, too', () => {
  const terms = dayTerms({ closed_orders: 'queue', auctions: { price: 'print', print_wait_us: 60_000_000 } })
  const first = new Scenario(terms)
  first.play(
    ...['10:00 quote 100/101', '10:01 a buy 5 market cls', '17:35:01 b buy 5 market day'].map(inMicroseconds),
  )
  const again = first.reopened(terms)
  const lines = ['17:35:02 trade 107 50', '2/09:00:01 trade 110 50']
  // The quote of the morning opened the first day without a print.
  expect(again.play(...lines.map(inMicroseconds)).map(withClock)).toEqual([
    '17:35:02 a trade 5@107 leaves 0',
    '2/09:00:01 b trade 5@110 leaves 0',
  ])
})

test('[M3] a session without a row has no closing auction at prices of the day before', () => {
  const lines = [
    '08:00 quote 99/101 50x50',
    '09:00:01 quote 99/101 50x50',
    '17:36 time',
    '2/10:00 a buy 5 market cls',
    '2/17:36 time',
    '3/09:00:01 quote 150/151 50x50',
  ]
  expect(playDay(lines)).toEqual(['2/10:00 a new leaves 5', '2/17:35 a expired leaves 0'])
})

test('bars that end while nothing trades are counted, behind a snapshot, too', () => {
  const first = new Scenario(dayTerms())
  for (const line of ['08:00 bar last 100', '09:00:01 bar last 100']) first.step(inMicroseconds(line))
  const again = first.reopened(dayTerms())
  for (const line of ['10:00 bar last 100', '18:00 bar last 100']) {
    again.drainBefore(clockUs(line.split(' ')[0] ?? ''))
    again.step(inMicroseconds(line))
  }
  const { bar_count, closed_bar_count } = again.venues.exchange('sim').rows.bars
  expect({ bar_count, closed_bar_count }).toEqual({ bar_count: 4, closed_bar_count: 2 })
})

test('[M11] a market that waited for a print opens under another wait', () => {
  const first = new Scenario(dayTerms({ auctions: { price: 'print', print_wait_us: 10_000_000 } }))
  first.play(
    ...['08:00 quote 99/101 50x50', '08:55 a buy 5 market day', '09:00:01 quote 99/101 50x50'].map(
      inMicroseconds,
    ),
  )
  const again = first.reopened(dayTerms({ auctions: { price: 'print', print_wait_us: 60_000_000 } }))
  expect(
    again
      .play(
        ...['09:00:02 quote 99/101 50x50', '09:05 quote 99/101 50x50', '12:00 quote 99/101 50x50'].map(
          inMicroseconds,
        ),
      )
      .map(withClock),
  ).toEqual(['09:00:02 a trade 5@101 leaves 0'])
})
