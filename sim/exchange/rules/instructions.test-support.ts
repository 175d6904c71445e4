// Post-only, reduce-only, and a displayed part.

import type { RuleGroup } from './rule.test-support.ts'

const Q = '1 quote 100/101 10x20'

export const INSTRUCTIONS: RuleGroup = {
  group: 'instructions',
  sources: [
    'https://github.com/openexch/match/pull/104 (a post-only order is not replaced to a price where it would take, and stays in the book)',
    'https://docs.dydx.exchange/api_integration-trading/order_types (reduce-only, post-only; it cancels a post-only order that we reject)',
    'https://tsx.com/ebooks/en/order-types-guide/32 (iceberg)',
  ],
  rules: [
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
      'a post-only order is not replaced to a price where it would take, and stays where it is',
      [
        Q,
        '2 a buy 5 limit 99 gtc post',
        '3 b replace a 5 101',
        '4 c replace a 6 100',
        '5 quote 99/100 5x5',
        '6 d sell 5 limit 103 gtc post',
        '7 e replace d 5 99',
      ],
      [
        '2 a new leaves 5',
        '3 b replace_rejected a post_only_would_take',
        '4 c replaced a 6@100 leaves 6',
        '5 c trade 5@100 leaves 1',
        '6 d new leaves 5',
        '7 e replace_rejected d post_only_would_take',
      ],
    ],
    [
      'a post-only order that waits for its trigger is asked again when it is met',
      [
        Q,
        '2 a buy 5 stop_limit 102 104 gtc post',
        '2 b buy 5 stop_limit 102 101 gtc post',
        '2 c sell 5 limit_if_touched 102 102 gtc post',
        '2 d sell 5 limit_if_touched 102 104 gtc post',
        '3 quote 102/103 9x9',
        '4 quote 104/105 9x9',
      ],
      [
        '2 a new leaves 5',
        '2 b new leaves 5',
        '2 c new leaves 5',
        '2 d new leaves 5',
        '3 a triggered',
        '3 a canceled cum 0',
        '3 b triggered',
        '3 c triggered',
        '3 c canceled cum 0',
        '3 d triggered',
        '4 d trade 5@104 leaves 0',
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
      'a replace that keeps its place shows no more of it than was left of the part',
      [
        Q,
        '2 a buy 9 limit 99 gtc show=4',
        '3 b buy 3 limit 99 gtc',
        '4 quote 98/99 9x3',
        '5 c replace a 8 99',
        '6 quote 98/99 9x3',
      ],
      [
        '2 a new leaves 9',
        '3 b new leaves 3',
        '4 a trade 3@99 leaves 6',
        '5 c replaced a 8@99 leaves 5',
        '6 c trade 1@99 leaves 4',
        '6 b trade 2@99 leaves 1',
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
