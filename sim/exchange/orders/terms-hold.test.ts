import { expect, test } from 'vitest'
import { dayTerms, inMicroseconds, playDay } from '../phases/trading-day.test-support.ts'
import { instrument, play, Scenario, specsOf, terms, venue } from '../scenario.test-support.ts'

// What an order says holds to its end since behaviour 3; the rules are told in ./rules. What ran before it is run again as
// it was, however wrong.
const BEFORE = 2
const Q = '1 quote 100/101 10x20'
const AUCTION = dayTerms({ auctions: { price: 'print', print_wait_us: 60_000_000 } })
const CHANCE = terms({
  venues: [
    venue({
      simulation: { fills: { model: 'probabilistic', slip_probability: '0', touch_probability: '0.3' } },
    }),
  ],
})
const EXPANDED = terms({ venues: [venue({ simulation: { bars: 'fixed' } })] })
const BY_PRICE = terms({ venues: [venue({ simulation: { book: 'book_level' } })] })
const DEPTH = ['1 bid 100 10 more', '1 bid 98 10 more', '1 ask 101 10 more', '1 ask 103 10']
const FIVES = terms({ specs: specsOf(instrument({ increments: [{ price_increment: '0.05' }] })) })

const CASES = [
  {
    what: 'market to limit rested at no price',
    lines: [Q, '2 a sell 10 market ioc', '3 b sell 5 market_to_limit gtc', '4 quote 99/100'],
    trades: ['2 a trade 10@100 leaves 0', '4 b trade 5@0 leaves 0'],
  },
  {
    what: 'post-only took by a replace',
    lines: [Q, '2 a buy 5 limit 99 gtc post', '3 b replace a 5 101'],
    trades: ['3 b trade 5@101 leaves 0'],
  },
  {
    what: 'post-only took when triggered',
    lines: [Q, '2 a buy 5 stop_limit 102 104 gtc post', '3 quote 102/103'],
    trades: ['3 a trade 5@103 leaves 0'],
  },
  {
    what: 'chance passed over who came first',
    lines: [
      Q,
      '2 a buy 5 limit 99 gtc',
      '3 b buy 5 limit 99 gtc',
      '4 c buy 5 limit 98 gtc',
      '5 d sell 5 limit 102 gtc',
      ...[6, 7, 8, 9].map((at) => `${at} quote 98/102`),
    ],
    trades: ['7 a trade 5@99 leaves 0', '7 d trade 5@102 leaves 0', '9 c trade 5@98 leaves 0'],
    from: CHANCE,
  },
  {
    what: 'a limit order traded where a last price touched it',
    lines: ['1 trade 100', '2 a buy 5 limit 98 gtc', '3 trade 98', '4 b sell 5 limit 98 ioc'],
    trades: ['3 a trade 5@98 leaves 0', '4 b trade 5@98 leaves 0'],
  },
  {
    what: 'chance filled nothing that a trade touched, which was always filled',
    lines: ['1 trade 100', '2 a buy 5 limit 98 gtc', '3 trade 98'],
    trades: ['3 a trade 5@98 leaves 0'],
    from: CHANCE,
  },
  {
    what: 'a bar traded at its close where the venue said nothing',
    lines: ['1 bar last 100', '2 a buy 5 stop 103 gtc', '3 bar last 101 106 95 102'],
    trades: [],
  },
  {
    what: 'the last price of a bar beside quotes was no news',
    lines: [Q, '2 a sell 5 stop 95 gtc by=last', '3 bar last 94'],
    trades: [],
  },
  {
    what: 'the limit of a trailing order fell between prices',
    lines: [
      '1 quote 100/105',
      '2 a sell 5 trailing_stop_limit 5 gtc limit=3',
      '3 quote 85/90',
      '6 quote 110/115',
    ],
    trades: ['6 a trade 5@92 leaves 0'],
    from: FIVES,
  },
  {
    what: 'whom a bar had come to with nothing left was passed by on its way on',
    lines: ['1 bar last 100', '2 a sell 30 limit 103 gtc', '3 bar last 100 106 100 101 40'],
    trades: ['3 a trade 10@103 leaves 20'],
    from: EXPANDED,
  },
  {
    what: 'a trail followed inside a bar',
    lines: ['1 bar last 100', '2 a sell 5 trailing_stop 3 gtc', '3 bar last 100 106 101 102'],
    trades: ['3 a trade 5@103 leaves 0'],
    from: EXPANDED,
  },
  {
    what: 'bars of bids and asks of one time went one after the other',
    lines: [
      ...['1 bar bid 100', '1 bar ask 102', '2 a buy 5 stop 105 gtc by=mid'],
      ...['3 bar bid 100 110 99 108', '3 bar ask 102 112 101 110'],
    ],
    trades: ['3 a trade 5@102 leaves 0'],
    from: EXPANDED,
  },
  {
    what: 'an order traded with a bar of before the rows of its time',
    lines: ['1 bar bid 100', '1 bar ask 102', '2 bar bid 110', '2 a buy 5 market ioc', '2 bar ask 112'],
    trades: ['2 a trade 5@102 leaves 0'],
  },
  {
    what: 'a trail began where the way of a bar ended',
    lines: ['1 bar last 100', '2 a buy 5 trailing_stop 2 gtc active=97 at=101', '3 bar last 100 100 91 95'],
    trades: [],
    from: EXPANDED,
  },
  {
    what: 'the bar that opened a session traded the default at its open, and its quarter once more',
    lines: ['08:00 bar last 100', '08:55 a buy 30 limit 101 gtc', '09:01 bar last 101 101 101 101 8'].map(
      inMicroseconds,
    ),
    trades: [inMicroseconds('09:01 a trade 30@101 leaves 0')],
    from: dayTerms({ bars: 'fixed' }, { opening_auction: false }),
  },
  {
    what: 'a replace to another price left what was shown of an old part',
    lines: [
      ...[Q, '2 a buy 10 limit 99 gtc show=4', '3 quote 98/99 9x3', '4 quote 95/105'],
      ...['5 c replace a 10 98', '6 b buy 4 limit 98 gtc', '7 quote 97/98 9x4'],
    ],
    trades: ['3 a trade 3@99 leaves 7', '7 c trade 1@98 leaves 6', '7 b trade 3@98 leaves 1'],
  },
  {
    what: 'a trade at a worse price met one part of an iceberg',
    lines: [Q, '2 a buy 5 limit 99 gtc show=2', '3 trade 98 9 sell'],
    trades: ['3 a trade 2@99 leaves 3'],
    from: terms({ venues: [venue({ simulation: { queue: { model: 'conservative' } } })] }),
  },
  {
    what: 'a stop that was lowered stood behind the others',
    lines: [
      Q,
      '2 a sell 5 stop 98 gtc',
      '3 b sell 5 stop 98 gtc',
      '4 r replace a 4 0 98',
      '5 quote 97/98 50x50',
    ],
    trades: ['5 b trade 5@97 leaves 0', '5 r trade 4@97 leaves 0'],
  },
  {
    what: 'what a print left met the quote of before the opening',
    lines: [
      '08:40 quote 90/91 9x9',
      '08:55 a buy 10 limit 105 day',
      '09:00:02 trade 103 4',
      '09:00:03 quote 103/104',
    ].map(inMicroseconds),
    trades: ['09:00:02 a trade 4@103 leaves 6', '09:00:02 a trade 6@91 leaves 0'].map(inMicroseconds),
    from: AUCTION,
  },
  {
    what: 'who came while a close waited for its print was refused, though closed orders were queued',
    lines: [
      '09:00:01 quote 100/101',
      '09:00:02 trade 100 4',
      '17:35:01 a buy 5 market day',
      '17:35:02 trade 107 9',
      '2/09:00:01 trade 110 9',
    ].map(inMicroseconds),
    trades: [],
    from: dayTerms({ closed_orders: 'queue', auctions: { price: 'print', print_wait_us: 60_000_000 } }),
  },
  {
    what: 'good till date ended before the rows of its time',
    lines: [Q, '2 a buy 5 limit 98 gtd until=10', '10 r replace a 5 99', '10 quote 98/99'],
    trades: [],
  },
  {
    what: 'by order a touch filled whoever stood in front',
    lines: ['1 add 1 ask 101 10', '1 add 2 bid 100 4', '2 a sell 5 limit 101 gtc', '3 add 3 bid 101 4'],
    trades: ['3 a trade 4@101 leaves 1'],
    from: terms({ venues: [venue({ simulation: { book: 'book_order' } })] }),
  },
  {
    what: 'a share of a trade was one of what the queue left',
    lines: ['1 quote 100/102 50x60', '2 a sell 40 limit 102 gtc', '3 trade 102 100 buy'],
    trades: ['3 a trade 20@102 leaves 20'],
    from: terms({
      venues: [
        venue({
          simulation: {
            queue: { model: 'conservative' },
            fills: { model: 'participation', participation_max: '0.5' },
          },
        }),
      ],
    }),
  },
  {
    what: 'a share of a trade that is the market was one of the default',
    lines: ['1 trade 100 1', '2 a buy 900 limit 102 gtc', '3 trade 101 10'],
    trades: ['2 a trade 500@100 leaves 400', '3 a trade 400@102 leaves 0'],
    from: terms({
      venues: [venue({ simulation: { fills: { model: 'participation', participation_max: '0.5' } } })],
    }),
  },
  {
    what: 'and so was one of a bar at its close',
    lines: ['1 bar last 100 100 100 100 8', '2 a buy 600 limit 102 gtc'],
    trades: ['2 a trade 500@100 leaves 100'],
    from: terms({
      venues: [
        venue({ simulation: { bars: 'close', fills: { model: 'participation', participation_max: '0.5' } } }),
      ],
    }),
  },
  {
    what: 'what an order took of a deeper book triggered a stop',
    lines: [...DEPTH, '2 a sell 5 stop 99 gtc', '3 b sell 10 market ioc', '4 ask 101 11'],
    trades: ['3 b trade 10@100 leaves 0', '4 a trade 5@98 leaves 0'],
    from: BY_PRICE,
  },
  {
    what: 'a trade at a price of a deeper book that orders had taken was of no side',
    lines: [...DEPTH, '2 a buy 10 market ioc', '3 b sell 5 limit 101 gtc', '4 trade 101 30'],
    trades: ['2 a trade 10@101 leaves 0'],
    from: BY_PRICE,
  },
  {
    what: 'a level behind the best of a deeper book gave a resting order nothing',
    lines: [...DEPTH, '2 a sell 20 limit 95 gtc', '3 bid 97 20'],
    trades: ['2 a trade 5@100 leaves 15', '2 a trade 5@98 leaves 10'],
    from: terms({
      venues: [
        venue({
          simulation: { book: 'book_level', fills: { model: 'participation', participation_max: '0.5' } },
        }),
      ],
    }),
  },
  {
    what: 'an order that joined a pair made it one of its own type',
    lines: [
      ...[Q, '2 a buy 9 limit 98 gtc as=1', '3 b sell 9 limit 110 gtc as=2 oco=1'],
      ...['4 c sell 9 limit 120 gtc as=3 ouo=1', '5 quote 90/98 50x5', '6 quote 110/112 50x50'],
    ],
    trades: ['5 a trade 5@98 leaves 4', '6 b trade 4@110 leaves 5'],
    from: terms({ venues: [venue({ simulation: { takes: 'all_and_contingent' } })] }),
  },
]

test.each(CASES)('[N26] a run of an earlier behaviour comes to what it came to: $what', (one) => {
  const { lines, trades, from = terms() } = one
  expect(tradesOf(play(lines, { ...from, behaviour: BEFORE }))).toEqual(trades)
  expect(tradesOf(play(lines, from))).not.toEqual(trades)
})

test('[N26] a run of an earlier behaviour comes to what it came to: market to limit took again behind an auction', () => {
  const lines = [
    '08:40 quote 100/101',
    '08:55 a buy 25 market_to_limit day',
    '09:00:01 quote 102/103',
    '09:00:02 trade 101 7',
  ]
  const first = '09:00:02 a trade 7@101 leaves 18'
  expect(tradesOf(playDay(lines, { ...AUCTION, behaviour: BEFORE }))).toEqual([
    first,
    '09:00:02 a trade 18@103 leaves 0',
  ])
  expect(tradesOf(playDay(lines, AUCTION))).toEqual([first])
})

test('[N26] a run of an earlier behaviour comes to what it came to: what only reduced was behind what no auction reached', () => {
  const lines = [
    '08:40 quote 100/101',
    '09:00:01 quote 100/101',
    '10:00 p buy 10 market ioc',
    '10:01 far sell 10 limit 120 gtc',
    '10:02 a sell 7 market cls reduce',
    '17:36 time',
  ]
  const first = '10:00 p trade 10@101 leaves 0'
  expect(tradesOf(playDay(lines, { ...dayTerms(), behaviour: BEFORE }))).toEqual([first])
  expect(tradesOf(playDay(lines, dayTerms()))).toEqual([first, '17:35 a trade 7@100 leaves 0'])
})

test('a sell trailed its whole price behind, and waited for good', () => {
  const lines = [Q, '2 a sell 5 trailing_stop 10000 gtc unit=basis_points', '3 quote 1/2']
  expect(play(lines, { ...terms(), behaviour: BEFORE })).toEqual(['2 a new leaves 5'])
  expect(play(lines, terms())).toEqual(['2 a rejected trail_offset'])
})

test('a post-only order may stand where the other side of a deeper book is empty', () => {
  for (const [behaviour, report] of [
    [BEFORE, '3 a rejected post_only_would_take'],
    [undefined, '3 a new leaves 5'],
  ] as const) {
    const deep = terms({ venues: [venue({ simulation: { book: 'book_level' } })] })
    const scenario = new Scenario(behaviour === undefined ? deep : { ...deep, behaviour })
    const exchange = scenario.venues.exchange('sim')
    exchange.deepRows.onLevel(0, 1, 1, 100, 5)
    exchange.deepRows.onLevel(0, 1, -1, 101, 4)
    exchange.deepRows.onLevel(0, 2, -1, 101, 0)
    expect(scenario.play('3 a buy 5 limit 101 gtc post')).toEqual([report])
  }
})

function tradesOf(reports: readonly string[]): string[] {
  return reports.filter((report) => report.includes(' trade '))
}
