import { expect, test } from 'vitest'
import { play } from './scenario.test-support.ts'

// Each case is a small tape, an order and the exact reports. Where a rule is written in a public document, the group
// names it; what a document leaves open is ours, and stands in assumptions.ts.
//
//   FIX OrdType              https://www.onixs.biz/fix-dictionary/latest/tagNum_40.html, and 4.4/tagNum_40.html
//   FIX TimeInForce          https://www.onixs.biz/fix-dictionary/4.4/tagNum_59.html
//   OANDA v20                https://docs.rs/fxoanda_definitions (triggerCondition: ask for a buy, bid for a sell)
//   Interactive Brokers MIT  https://www.interactivebrokers.com/en/?f=%2Fen%2Ftrading%2Forders%2Fmit.php
//   trailing stop            https://www.toledotrade.com/blog/order-types/what-is-a-trailing-stop-order/
//   dYdX                     https://docs.dydx.exchange/api_integration-trading/order_types
//   TSX                      https://tsx.com/ebooks/en/order-types-guide/32
//
// They differ among each other: Interactive Brokers triggers a simulated stop on currencies by the other side of the
// quote (https://www.ibkrguides.com, Modify the Stop Trigger Method), dYdX cancels a post-only order that we reject.
type Case = readonly [rule: string, lines: readonly string[], reports: readonly string[]]
type Group = { readonly source: string; readonly cases: readonly Case[] }

const Q = '1 quote 100/101 10x20'

/** FIX 4.4, tag 40 (OrdType 3): a stop becomes a market order. OANDA v20 triggerCondition DEFAULT: ask for a buy, bid for a sell. */
const STOP: Group = {
  source: 'FIX 5.0 SP2 OrdType <40> 3 and R; OANDA v20 triggerCondition DEFAULT',
  cases: [
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

const STOP_LIMIT: Group = {
  source: 'FIX 5.0 SP2 OrdType <40> 4 and S',
  cases: [
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

const TOUCH: Group = {
  source: 'Interactive Brokers, Market if Touched Orders: a buy lies below the market, a sell above it',
  cases: [
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

const TRAILING: Group = {
  source: 'ToledoTrade, What is a trailing stop order: the stop follows and does not move back',
  cases: [
    [
      'a sell stop follows the bid up, stays when it falls, and is triggered by the way back',
      [Q, '2 a sell 5 trailing_stop 3 gtc', '3 quote 104/105', '4 quote 102/103', '5 quote 101/102'],
      ['2 a new leaves 5', '5 a triggered', '5 a trade 5@101 leaves 0'],
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
      'a trailing order without an offset is rejected',
      [Q, '2 a sell 5 trailing_stop 0 gtc at=99'],
      ['2 a rejected trail_offset'],
    ],
  ],
}

const MARKET_TO_LIMIT: Group = {
  source:
    'FIX 4.4 OrdType <40> K: the rest of a market order becomes a limit order at the price of its execution',
  cases: [
    [
      'what the touch does not fill rests at the price of the fill',
      ['1 quote 100/101 10x20', '2 a buy 25 market_to_limit gtc', '3 quote 99/100 10x2'],
      ['2 a new leaves 25', '2 a trade 20@101 leaves 5', '3 a trade 2@101 leaves 3'],
    ],
    [
      'it fills whole where the touch shows enough',
      [Q, '2 a sell 10 market_to_limit gtc'],
      ['2 a new leaves 10', '2 a trade 10@100 leaves 0'],
    ],
    [
      'immediate-or-cancel leaves no rest',
      [Q, '2 a sell 15 market_to_limit ioc'],
      ['2 a new leaves 15', '2 a trade 10@100 leaves 5', '2 a canceled cum 10'],
    ],
    [
      'fill-or-kill needs the whole at the touch',
      [Q, '2 a sell 11 market_to_limit fok'],
      ['2 a new leaves 11', '2 a canceled cum 0'],
    ],
  ],
}

const TIME: Group = {
  source: 'FIX 4.4 TimeInForce <59>; FIX 5.0 SP2 volume 4, OrdStatus Expired',
  cases: [
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

const FLAGS: Group = {
  source: 'dYdX, Order Types (reduce only, post only); TSX, Order Types Guide 4.7 (iceberg)',
  cases: [
    [
      'a post-only order that would take is rejected, and one that would not rests',
      [
        Q,
        '2 a buy 5 limit 101 gtc post',
        '3 b buy 5 limit 100 gtc post',
        '4 c sell 5 limit 100 gtc post',
        '5 d sell 5 limit 101 gtc post',
      ],
      [
        '2 a rejected post_only_would_take',
        '3 b new leaves 5',
        '4 c rejected post_only_would_take',
        '5 d new leaves 5',
      ],
    ],
    [
      'a reduce-only order without a position is rejected',
      [Q, '2 a sell 5 market ioc reduce'],
      ['2 a rejected would_not_reduce'],
    ],
    [
      'a reduce-only order closes what is open, and the rest is canceled',
      [Q, '2 a buy 5 market ioc', '3 b sell 9 market ioc reduce'],
      [
        '2 a new leaves 5',
        '2 a trade 5@101 leaves 0',
        '3 b new leaves 9',
        '3 b trade 5@100 leaves 4',
        '3 b canceled cum 5',
      ],
    ],
    [
      'a reduce-only order on the side of the position is rejected',
      [Q, '2 a buy 5 market ioc', '3 b buy 5 limit 99 gtc reduce'],
      ['2 a new leaves 5', '2 a trade 5@101 leaves 0', '3 b rejected would_not_reduce'],
    ],
    [
      'a resting reduce-only order is canceled once the position is flat',
      [Q, '2 a buy 5 market ioc', '3 b sell 5 limit 103 gtc reduce', '4 c sell 5 market ioc'],
      [
        '2 a new leaves 5',
        '2 a trade 5@101 leaves 0',
        '3 b new leaves 5',
        '4 c new leaves 5',
        '4 c trade 5@100 leaves 0',
        '4 b canceled cum 0',
      ],
    ],
    [
      'two reduce-only orders together close no more than is open',
      [
        Q,
        '2 a buy 5 market ioc',
        '3 b sell 4 limit 103 gtc reduce',
        '4 c sell 4 limit 104 gtc reduce',
        '5 quote 105/106',
      ],
      [
        '2 a new leaves 5',
        '2 a trade 5@101 leaves 0',
        '3 b new leaves 4',
        '4 c new leaves 4',
        '5 b trade 4@103 leaves 0',
        '5 c trade 1@104 leaves 3',
        '5 c canceled cum 1',
      ],
    ],
    [
      'a reduce-only stop waits, and closes no more than is left',
      [Q, '2 a buy 5 market ioc', '3 b sell 5 stop 95 gtc reduce', '4 c sell 2 market ioc', '5 quote 95/96'],
      [
        '2 a new leaves 5',
        '2 a trade 5@101 leaves 0',
        '3 b new leaves 5',
        '4 c new leaves 2',
        '4 c trade 2@100 leaves 0',
        '5 b triggered',
        '5 b trade 3@95 leaves 2',
        '5 b canceled cum 3',
      ],
    ],
    [
      'an iceberg shows a part, and the next part stands behind others at its price',
      [Q, '2 a buy 9 limit 99 gtc show=4', '3 b buy 3 limit 99 gtc', '4 quote 98/99 9x9'],
      [
        '2 a new leaves 9',
        '3 b new leaves 3',
        '4 a trade 4@99 leaves 5',
        '4 b trade 3@99 leaves 0',
        '4 a trade 2@99 leaves 3',
      ],
    ],
    [
      'an iceberg that arrives takes with all of it',
      [Q, '2 a buy 25 limit 101 gtc show=5', '3 quote 100/101 9x9'],
      ['2 a new leaves 25', '2 a trade 20@101 leaves 5', '3 a trade 5@101 leaves 0'],
    ],
    [
      'a shown part above the whole is rejected',
      [Q, '2 a buy 5 limit 99 gtc show=6'],
      ['2 a rejected display_quantity'],
    ],
  ],
}

const GROUPS: { readonly [name: string]: Group } = {
  STOP,
  STOP_LIMIT,
  TOUCH,
  TRAILING,
  MARKET_TO_LIMIT,
  TIME,
  FLAGS,
}

for (const [name, { source, cases }] of Object.entries(GROUPS)) {
  test.each(cases)(`${name} (${source}): %s`, (_rule, lines, reports) => {
    expect(play(lines)).toEqual(reports)
  })
}
