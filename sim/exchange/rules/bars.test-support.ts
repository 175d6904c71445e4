// Imported bars: the way through their four prices, and how much of their volume is shown where.

import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { dayTerms, inMicroseconds } from '../phases/trading-day.test-support.ts'
import { instrument, specsOf, terms, venue } from '../scenario.test-support.ts'
import type { Rule, RuleGroup } from './rule.test-support.ts'
import { simulated } from './rule.test-support.ts'

const START = '1 bar last 100'

/** Two orders that wait for an opening at nine, told by the clock. */
function opened(
  rule: string,
  bar: string,
  trades: readonly string[],
  { opening_auction = true, ...change }: SimulationConfig & { readonly opening_auction?: boolean } = {},
): Rule {
  const lines = [
    '08:00 bar last 100',
    '08:55 a buy 30 limit 105 gtc',
    '08:56 b buy 30 limit 102 gtc',
    bar,
    '09:02 time',
  ]
  const reports = ['08:55 a new leaves 30', '08:56 b new leaves 30', ...trades]
  const simulation = { bars: 'fixed', fills: { model: 'top_of_book' }, ...change } as const
  const terms = dayTerms(simulation, { opening_auction })
  return [rule, lines.map(inMicroseconds), reports.map(inMicroseconds), terms]
}

const PRINTS: SimulationConfig = { auctions: { price: 'print', print_wait_us: 60_000_000 } }

export const FIXED_BARS: RuleGroup = {
  group: 'bars, open-high-low-close',
  sources: [
    'https://nautilustrader.io/docs/latest/concepts/backtesting/bar-execution/',
    'a stop on the way fills at its trigger, volume trades once: ours, as in assumptions.ts',
  ],
  terms: simulated({ bars: 'fixed' }),
  rules: [
    [
      'a buy stop on the way fills at its trigger',
      [START, '2 a buy 5 stop 103 gtc', '3 bar last 101 106 95 100'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@103 leaves 0'],
    ],
    [
      'a sell stop on the way fills at its trigger',
      [START, '2 a sell 5 stop 97 gtc', '3 bar last 100 103 95 99'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@97 leaves 0'],
    ],
    [
      'a stop gapped through by the open fills at the open',
      [START, '2 a buy 5 stop 103 gtc', '3 bar last 105 106 104 105'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@105 leaves 0'],
    ],
    [
      'a stop-limit on the way takes at its trigger',
      [START, '2 a buy 5 stop_limit 103 104 gtc', '3 bar last 100 106 99 101'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@103 leaves 0'],
    ],
    [
      'an order if touched on the way fills at its price',
      [START, '2 a buy 5 market_if_touched 97 gtc', '3 bar last 100 102 95 99'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@97 leaves 0'],
    ],
    [
      'a limit crossed favourably by the open fills at the open',
      [START, '2 a buy 5 limit 99 gtc', '3 bar last 97 101 96 100'],
      ['2 a new leaves 5', '3 a trade 5@97 leaves 0'],
    ],
    [
      'a limit on the way fills at its own price',
      [START, '2 a buy 5 limit 98 gtc', '3 bar last 100 102 96 101'],
      ['2 a new leaves 5', '3 a trade 5@98 leaves 0'],
    ],
    [
      'a limit beyond the extreme does not fill',
      [START, '2 a buy 5 limit 98 gtc', '3 bar last 100 102 99 101'],
      ['2 a new leaves 5'],
    ],
    [
      'a quarter of the volume is shown at each price',
      [START, '2 a buy 5 limit 98 gtc', '3 bar last 100 102 96 97 8'],
      ['2 a new leaves 5', '3 a trade 2@98 leaves 3', '3 a trade 2@98 leaves 1'],
    ],
    [
      'what does not divide by four is shown at the close',
      [START, '2 a buy 9 limit 98 gtc', '3 bar last 100 102 96 97 11'],
      ['2 a new leaves 9', '3 a trade 2@98 leaves 7', '3 a trade 5@98 leaves 2'],
    ],
    [
      'a volume too small to be quartered is shown at the close alone',
      [START, '2 a buy 9 limit 98 gtc', '3 bar last 100 102 96 97 3'],
      ['2 a new leaves 9', '3 a trade 3@98 leaves 6'],
    ],
    [
      'the high comes before the low',
      [START, '2 a buy 5 stop 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar last 97 105 95 100'],
      [
        '2 a new leaves 5',
        '3 b new leaves 5',
        '4 a triggered',
        '4 a trade 5@104 leaves 0',
        '4 b trade 5@96 leaves 0',
      ],
    ],
  ],
}

/** Two passes: the stop of before against the extremes, then the one that has followed against the close. */
const TRAILS: readonly Rule[] = [
  [
    'what a bar falls to meets the stop as it stood at the open',
    [START, '2 a sell 5 trailing_stop 3 gtc', '3 bar last 100 106 97 105'],
    ['2 a new leaves 5', '3 a triggered', '3 a trade 5@97 leaves 0'],
  ],
  [
    'at the open it has followed',
    [START, '2 a sell 5 trailing_stop 3 gtc', '3 bar last 102 106 98 105'],
    ['2 a new leaves 5', '3 a triggered', '3 a trade 5@99 leaves 0'],
  ],
  [
    'at the close it follows to the high, and is met there where the close is beyond',
    [START, '2 a sell 5 trailing_stop 3 gtc', '3 bar last 100 106 101 102'],
    ['2 a new leaves 5', '3 a triggered', '3 a trade 5@102 leaves 0'],
  ],
  [
    'a buy to the low',
    [START, '2 a buy 5 trailing_stop 3 gtc', '3 bar last 100 102 92 97'],
    ['2 a new leaves 5', '3 a triggered', '3 a trade 5@97 leaves 0'],
  ],
  [
    'where the close is not, its stop stands behind the high in the next bar',
    [START, '2 a sell 5 trailing_stop 3 gtc', '3 bar last 100 106 98 105', '4 bar last 104 105 103 104'],
    ['2 a new leaves 5', '4 a triggered', '4 a trade 5@103 leaves 0'],
  ],
  [
    'a gap fills at the open',
    [START, '2 a sell 5 trailing_stop 3 gtc', '3 bar last 100 106 98 105', '4 bar last 101 105 99 104'],
    ['2 a new leaves 5', '4 a triggered', '4 a trade 5@101 leaves 0'],
  ],
  [
    'it trails from its activation price on once the bar that passed it ends',
    [
      START,
      '2 a buy 5 trailing_stop 2 gtc active=97 at=101',
      '3 bar last 100 102 95 96',
      '4 bar last 96 98 95 97',
    ],
    ['2 a new leaves 5', '4 a triggered', '4 a trade 5@97 leaves 0'],
  ],
  [
    'with a limit that the close is beyond it waits there',
    [START, '2 a sell 5 trailing_stop_limit 3 gtc limit=0', '3 bar last 100 106 101 102'],
    ['2 a new leaves 5', '3 a triggered'],
  ],
]

const TRAIL_SOURCES = [
  'https://github.com/QuantConnect/Lean/blob/master/Common/Orders/Fills/EquityFillModel.cs (TrailingStopFill: the stop of before, and then it moves by the extreme)',
  'that the close is looked at once more: as VectorBT PRO does; that the open is known to come first: ours, as in assumptions.ts',
]

export const TRAILS_IN_FIXED_BARS: RuleGroup = {
  group: 'trails inside bars, open-high-low-close',
  sources: TRAIL_SOURCES,
  terms: simulated({ bars: 'fixed' }),
  rules: TRAILS,
}

export const TRAILS_IN_ADAPTIVE_BARS: RuleGroup = {
  group: 'trails inside bars, nearer extreme first',
  sources: TRAIL_SOURCES,
  terms: simulated({ bars: 'adaptive' }),
  rules: TRAILS,
}

export const LINKS_IN_BARS: RuleGroup = {
  group: 'links inside bars',
  sources: [
    'FIX 5.0 ContingencyType (1385) = 2, One Triggers the Other; that the market passes every price of a bar is ours, as in assumptions.ts',
    'https://www.interactivebrokers.com/en/trading/orders/bracket.php (children are held until the parent fills)',
  ],
  terms: simulated({ bars: 'fixed', takes: 'all_and_contingent' }),
  rules: [
    [
      'a stop that its parent releases on the way down fills at its trigger, as one that was there before',
      [
        START,
        '2 a buy 9 limit 98 gtc as=1',
        '3 b sell 9 stop 96 gtc as=2 oto=1 reduce',
        '4 bar last 100 101 90 95',
      ],
      [
        ...['2 a new leaves 9', '3 b new leaves 9', '4 a trade 9@98 leaves 0'],
        ...['4 b triggered', '4 b trade 9@96 leaves 0'],
      ],
    ],
    [
      'and so it does on the way up',
      [
        START,
        '2 a sell 9 limit 102 gtc as=1',
        '3 b buy 9 stop 104 gtc as=2 oto=1',
        '4 bar last 100 110 99 101',
      ],
      [
        ...['2 a new leaves 9', '3 b new leaves 9', '4 a trade 9@102 leaves 0'],
        ...['4 b triggered', '4 b trade 9@104 leaves 0'],
      ],
    ],
    [
      'what a child releases stands for the rest of the way, too',
      [
        START,
        '2 a buy 9 limit 98 gtc as=1',
        '3 b buy 9 limit 96 gtc as=2 oto=1',
        '4 c sell 9 stop 94 gtc as=3 oto=2',
        '5 bar last 100 101 90 95',
      ],
      [
        ...['2 a new leaves 9', '3 b new leaves 9', '4 c new leaves 9', '5 a trade 9@98 leaves 0'],
        ...['5 b trade 9@96 leaves 0', '5 c triggered', '5 c trade 9@94 leaves 0'],
      ],
    ],
    [
      'a limit that the market is at when it is released takes there, and one behind it waits for the way back',
      [
        START,
        '2 a buy 9 limit 98 gtc as=1',
        '3 b sell 4 limit 96 gtc as=2 oto=1',
        '4 c sell 4 limit 98 gtc as=3 oto=1',
        '5 bar last 100 101 90 99',
      ],
      [
        ...['2 a new leaves 9', '3 b new leaves 4', '4 c new leaves 4', '5 a trade 9@98 leaves 0'],
        ...['5 b trade 4@97 leaves 0', '5 c trade 4@98 leaves 0'],
      ],
    ],
    [
      'the volume of the way is shared: what the parent took its child does not find',
      [
        START,
        '2 a buy 9 limit 98 gtc as=1',
        '3 b sell 9 stop_limit 96 95 gtc as=2 oto=1',
        '4 bar last 100 101 90 94 8',
      ],
      [
        ...['2 a new leaves 9', '3 b new leaves 9', '4 a trade 2@98 leaves 7', '4 b triggered'],
        ...['4 a trade 2@98 leaves 5'],
      ],
    ],
    [
      'one that the parent releases whole is there once all of that has traded',
      [
        START,
        '2 a buy 3 limit 98 gtc as=1',
        '3 b sell 3 stop 96 gtc as=2 whole=1',
        '4 bar last 100 101 90 93 8',
      ],
      [
        ...['2 a new leaves 3', '3 b new leaves 3', '4 a trade 2@98 leaves 1', '4 a trade 1@98 leaves 0'],
        ...['4 b triggered', '4 b trade 1@91 leaves 2', '4 b trade 2@90 leaves 0'],
      ],
    ],
    [
      'one that stands in a queue trades, and releases, an increment beyond its price',
      [
        START,
        '2 a buy 9 limit 98 gtc as=1',
        '3 b sell 9 stop 97 gtc as=2 oto=1',
        '4 bar last 100 101 98 99',
        '5 bar last 99 99 90 95',
      ],
      [
        ...['2 a new leaves 9', '3 b new leaves 9', '5 a trade 9@98 leaves 0'],
        ...['5 b triggered', '5 b trade 9@97 leaves 0'],
      ],
      simulated({ bars: 'fixed', takes: 'all_and_contingent', queue: { model: 'conservative' } }),
    ],
  ],
}

export const ADAPTIVE_BARS: RuleGroup = {
  group: 'bars, nearer extreme first',
  sources: [
    'https://nautilustrader.io/docs/latest/concepts/backtesting/bar-execution/',
    'a stop on the way fills at its trigger, volume trades once: ours, as in assumptions.ts',
  ],
  terms: simulated({ bars: 'adaptive' }),
  rules: [
    [
      'so it is where the venue says nothing',
      [START, '2 a buy 5 stop 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar last 97 105 95 100'],
      [
        ...['2 a new leaves 5', '3 b new leaves 5', '4 b trade 5@96 leaves 0'],
        ...['4 a triggered', '4 a trade 5@104 leaves 0'],
      ],
      simulated({}),
    ],
    [
      'the low comes first where it is nearer to the open',
      [START, '2 a buy 5 stop 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar last 97 105 95 100'],
      [
        '2 a new leaves 5',
        '3 b new leaves 5',
        '4 b trade 5@96 leaves 0',
        '4 a triggered',
        '4 a trade 5@104 leaves 0',
      ],
    ],
    [
      'the high comes first where it is nearer',
      [START, '2 a buy 5 stop 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar last 103 105 95 100'],
      [
        '2 a new leaves 5',
        '3 b new leaves 5',
        '4 a triggered',
        '4 a trade 5@104 leaves 0',
        '4 b trade 5@96 leaves 0',
      ],
    ],
    [
      'the high comes first where both are as near',
      [START, '2 a buy 5 stop 104 gtc', '3 b buy 5 limit 96 gtc', '4 bar last 100 105 95 100'],
      [
        '2 a new leaves 5',
        '3 b new leaves 5',
        '4 a triggered',
        '4 a trade 5@104 leaves 0',
        '4 b trade 5@96 leaves 0',
      ],
    ],
  ],
}

const BOTH = ['1 bar bid 100', '1 bar ask 102']

export const BARS_OF_BOTH_SIDES: RuleGroup = {
  group: 'bars of bids and of asks',
  sources: [
    'https://github.com/nautechsystems/nautilus_trader/blob/develop/nautilus_trader/backtest/engine.pyx (_process_quote_ticks_from_bar: a bar of one side waits for that of the other of its time)',
    'that both go at one pace, and that orders of a time come behind its rows: ours, as in assumptions.ts',
  ],
  terms: simulated({ bars: 'fixed', takes: 'all_and_contingent' }),
  rules: [
    [
      'a stop by the middle is met where the middle of both is, and buys at the ask of there',
      [...BOTH, '2 a buy 5 stop 105 gtc by=mid', '3 bar bid 100 110 99 108', '3 bar ask 102 112 101 110'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@106 leaves 0'],
    ],
    [
      'whichever comes first in the data',
      [...BOTH, '2 a buy 5 stop 105 gtc by=mid', '3 bar ask 102 112 101 110', '3 bar bid 100 110 99 108'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@106 leaves 0'],
    ],
    [
      'where one goes further both are as far on their way',
      [...BOTH, '2 a sell 5 stop 98 gtc by=mid', '3 bar bid 100 100 90 92', '3 bar ask 102 102 97 99'],
      // At four of ten steps down: the bid at 96, the ask at 100.
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@96 leaves 0'],
    ],
    [
      'what is between two increments on the way is the worse of them',
      [
        ...BOTH,
        '2 a buy 5 limit 101 gtc as=1',
        '2 b sell 5 market ioc as=2 oto=1',
        '3 bar bid 100 100 97 98',
        '3 bar ask 102 102 92 99',
      ],
      // At one of ten steps down the ask is at 101, and the bid at 99.7.
      [...['2 a new leaves 5', '2 b new leaves 5', '3 a trade 5@101 leaves 0'], '3 b trade 5@99 leaves 0'],
    ],
    [
      'by the nearer extreme of both together',
      [
        ...BOTH,
        '2 a buy 5 stop 104 gtc',
        '2 b buy 5 limit 99 gtc',
        '3 bar bid 100 105 96 101',
        '3 bar ask 102 105 98 103',
      ],
      [
        ...['2 a new leaves 5', '2 b new leaves 5', '3 a triggered'],
        ...['3 a trade 5@104 leaves 0', '3 b trade 5@99 leaves 0'],
      ],
      simulated({ bars: 'adaptive' }),
    ],
    [
      'what a sell at the bid releases buys at no ask of before',
      [
        ...BOTH,
        '2 a sell 5 limit 108 gtc as=1',
        '2 b buy 5 limit 104 gtc as=2 oto=1',
        '3 bar bid 100 110 106 109',
        '3 bar ask 102 112 108 111',
      ],
      ['2 a new leaves 5', '2 b new leaves 5', '3 a trade 5@108 leaves 0'],
    ],
    [
      'one that has no other of its time goes by itself when the time is over',
      [...BOTH, '2 a sell 5 stop 98 gtc', '3 bar bid 100 101 97 99', '4 bar ask 102'],
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@98 leaves 0'],
    ],
    [
      'an order that is decided on a bar of bids meets the asks of its time',
      [...BOTH, '2 bar bid 110', '2 a buy 5 market ioc', '2 bar ask 112'],
      ['2 a new leaves 5', '2 a trade 5@112 leaves 0'],
    ],
    [
      'and a cancel comes behind what they fill',
      [...BOTH, '2 a buy 5 limit 98 gtc', '3 bar bid 95', '3 c cancel a', '3 bar ask 97'],
      ['2 a new leaves 5', '3 a trade 5@98 leaves 0', '3 c cancel_rejected a order_terminal'],
    ],
    [
      'so it is with bars of two instruments of one time',
      [
        ...['1 bar:X.sim last 100', '1 bar:Y.sim last 100', '2 bar:X.sim last 110'],
        ...['2 a:Y.sim buy 5 market ioc', '2 bar:Y.sim last 120'],
      ],
      ['2 a new leaves 5', '2 a trade 5@120 leaves 0'],
      terms({ specs: specsOf(instrument(), instrument({ instrument_id: 'Y.sim' })) }),
    ],
    [
      'a latency that ends at the time of bars comes behind them, too',
      [...BOTH, '2 a buy 5 market ioc', '5 bar bid 110', '5 bar ask 112'],
      ['5 a new leaves 5', '5 a trade 5@112 leaves 0'],
      terms({ venues: [venue({ latency: { submit_us: 3, report_us: 0 }, simulation: { bars: 'fixed' } })] }),
    ],
    [
      'bars of one side are its own from the first on, though they wait',
      ['1 bar ask 102', '1 s sell 5 limit 103 gtc', '2 bar bid 100', '2 bar ask 102 110 102 104'],
      ['1 s new leaves 5'],
    ],
    [
      'and so of the other',
      ['1 bar bid 100', '1 b buy 5 limit 99 gtc', '2 bar ask 102', '2 bar bid 100 101 95 100'],
      ['1 b new leaves 5'],
    ],
    [
      'whichever comes first',
      ['1 bar bid 100', '1 b buy 5 limit 99 gtc', '2 bar bid 100 101 95 100', '2 bar ask 102'],
      ['1 b new leaves 5'],
    ],
    [
      'a bar of last prices of their time goes before them',
      [...BOTH, '2 a buy 5 market ioc', '2 bar bid 104', '2 bar last 103', '2 bar ask 106'],
      ['2 a new leaves 5', '2 a trade 5@106 leaves 0'],
    ],
    [
      'bars of another length go by themselves',
      [
        ...BOTH,
        '2 a buy 5 stop 104 gtc by=mid',
        ...['5 bar bid 100 101 100 101', '5 bar bid*5 100 110 100 101', '5 bar ask*5 102 112 102 103'],
      ],
      ['2 a new leaves 5', '5 a triggered', '5 a trade 5@105 leaves 0'],
    ],
    [
      'an order whose time is over at the time of a bar is cancelled by whoever saw that bar, before it ends by itself',
      [...BOTH, '2 a buy 5 limit 90 gtd until=5', '5 bar bid 101', '5 c cancel a', '5 bar ask 103'],
      ['2 a new leaves 5', '5 c canceled a cum 0'],
    ],
    [
      'both are on the increment all the way, at the worse of two',
      [
        ...['1 bar bid 100', '1 bar ask 105', '2 a buy 5 stop 105 gtc by=mid'],
        ...['3 bar bid 100 110 100 110', '3 bar ask 105 115 105 115'],
      ],
      // The middle of 100 and 110 is there as soon as the ask is beyond 105.
      ['2 a new leaves 5', '3 a triggered', '3 a trade 5@110 leaves 0'],
      terms({
        venues: [venue({ simulation: { bars: 'fixed' } })],
        specs: specsOf(instrument({ increments: [{ price_increment: '0.05' }] })),
      }),
    ],
    ...['market ioc', 'limit 104 gtc'].map(
      (order): Rule => [
        `what is decided on the last bar before a closing call trades before it: ${order}`,
        ['09:01 bar last 100', '17:30 bar last 101', `17:30 a buy 5 ${order}`].map(inMicroseconds),
        ['17:30 a new leaves 5', '17:30 a trade 5@101 leaves 0'].map(inMicroseconds),
        dayTerms({ bars: 'fixed' }, { opening_auction: false, closing_auction: false }),
      ],
    ),
  ],
}

export const BAR_VOLUME: RuleGroup = {
  group: 'bars, their volume',
  sources: [
    'https://nautilustrader.io/docs/latest/concepts/backtesting/bar-execution/ (a quarter at each price)',
    'what trades was bought and sold once: ours, as in assumptions.ts',
  ],
  terms: simulated({ bars: 'fixed', fills: { model: 'top_of_book' } }),
  rules: [
    [
      'a trigger on the way sees what is left of its quarter, not the quarter again',
      [
        '1 bar last 100 100 100 100 40',
        '2 a buy 7 stop 102 gtc',
        '3 b buy 7 stop 104 gtc',
        '4 bar last 100 106 100 105 40',
      ],
      [
        '2 a new leaves 7',
        '3 b new leaves 7',
        '4 a triggered',
        '4 a trade 7@102 leaves 0',
        '4 b triggered',
        '4 b trade 3@104 leaves 4',
        '4 b canceled cum 3',
      ],
    ],
    [
      'whom the market came to with nothing left trades first on its way on, whether anybody waits there or not',
      [
        '1 bar last 100 100 100 100 40',
        '2 a sell 30 limit 103 gtc',
        '3 bar last 100 106 100 101 40',
        '4 b sell 5 stop 104 gtc',
        '5 bar last 105 106 100 101 8',
      ],
      [
        '2 a new leaves 30',
        '3 a trade 10@103 leaves 20',
        '3 a trade 10@103 leaves 10',
        '4 b new leaves 5',
        '4 b triggered',
        '4 b trade 5@101 leaves 0',
        '5 a trade 2@105 leaves 8',
        '5 a trade 2@103 leaves 6',
        '5 a trade 2@103 leaves 4',
      ],
    ],
    [
      'a bar shows what it has, whatever was taken of the one before',
      [
        '1 bar last 100 100 100 100 40',
        '2 a buy 3 market ioc',
        '3 bar last 100 100 100 100 80',
        '4 b buy 12 market ioc',
        '5 trade 100',
        '6 c buy 600 market ioc',
      ],
      [
        '2 a new leaves 3',
        '2 a trade 3@100 leaves 0',
        '4 b new leaves 12',
        '4 b trade 10@100 leaves 2',
        '4 b canceled cum 10',
        '6 c new leaves 600',
        '6 c trade 500@100 leaves 100',
        '6 c canceled cum 500',
      ],
      simulated({ bars: 'fixed', fills: { model: 'participation', participation_max: '0.5' } }),
    ],
    [
      'its quarters are of whole lots, and the close has the rest',
      ['1 bar last 100', '2 a buy 90 limit 98 gtc', '3 bar last 100 102 96 97 90'],
      ['2 a new leaves 90', '3 a trade 20@98 leaves 70', '3 a trade 30@98 leaves 40'],
      terms({
        venues: [venue({ simulation: { bars: 'fixed' } })],
        specs: specsOf(instrument({ lot: '10', quantity_min: '10' })),
      }),
    ],
    [
      'buys and sells share it',
      ['1 bar last 100 100 100 100 40', '2 a buy 8 market ioc', '3 b sell 8 market ioc'],
      [
        '2 a new leaves 8',
        '2 a trade 8@100 leaves 0',
        '3 b new leaves 8',
        '3 b trade 2@100 leaves 6',
        '3 b canceled cum 2',
      ],
    ],
    [
      'a bar of one side leaves what the other side still shows',
      [
        '1 bar bid 100 100 100 100 40',
        '1 bar ask 102 102 102 102 80',
        '2 a buy 15 market ioc',
        '3 bar bid 100 100 100 100 40',
        '4 b buy 15 market ioc',
      ],
      [
        '2 a new leaves 15',
        '2 a trade 15@102 leaves 0',
        '4 b new leaves 15',
        '4 b trade 5@102 leaves 10',
        '4 b canceled cum 5',
      ],
    ],
    [
      'on its way a bar of one side passes the price at which the middle meets a trigger',
      [
        '1 bar bid 100',
        '1 bar ask 101',
        '2 a sell 5 market_if_touched 105 gtc by=mid',
        '2 b sell 5 stop 97 gtc by=mid',
        '3 bar bid 100 130 90 110',
      ],
      [
        ...['2 a new leaves 5', '2 b new leaves 5', '3 a triggered', '3 a trade 5@109 leaves 0'],
        ...['3 b triggered', '3 b trade 5@93 leaves 0'],
      ],
      simulated({ bars: 'fixed' }),
    ],
    opened(
      'what opens a session trades no more than its volume, at the open its quarter once',
      '09:01 bar last 102 104 101 103 20',
      [
        '09:01 a trade 5@102 leaves 25',
        '09:01 a trade 5@105 leaves 20',
        '09:01 a trade 5@105 leaves 15',
        '09:01 a trade 5@105 leaves 10',
      ],
      { opening_auction: false },
    ),
    opened(
      'an opening auction crosses with the quarter shown at the open',
      '09:01 bar last 102 104 101 103 20',
      [
        '09:01 a trade 5@103 leaves 25',
        '09:01 a trade 5@105 leaves 20',
        '09:01 a trade 5@105 leaves 15',
        '09:01 a trade 5@105 leaves 10',
      ],
    ),
    opened(
      'the open as a print is the size of its quarter, and nothing is left of that behind the auction',
      '09:01 bar last 102 104 101 103 20',
      [
        '09:01 a trade 5@102 leaves 25',
        '09:01 a trade 5@105 leaves 20',
        '09:01 a trade 5@105 leaves 15',
        '09:01 a trade 5@105 leaves 10',
      ],
      PRINTS,
    ),
    opened(
      'a volume too small to be quartered prints nothing at the open',
      '09:00:30 bar last 102 102 102 102 3',
      ['09:01 a trade 3@103 leaves 27'],
      PRINTS,
    ),
    opened(
      'who comes out of an auction meets the open that was its print, not what was shown before',
      '09:01 bar last 103 103 103 103',
      ['09:01 a trade 30@103 leaves 0'],
      PRINTS,
    ),
    [
      'a bar that is to trade at its close alone does, whatever its volume',
      [START, '2 a buy 5 stop 103 gtc', '3 bar last 101 106 95 100 4', '4 b buy 5 market ioc'],
      ['2 a new leaves 5', '4 b new leaves 5', '4 b trade 5@100 leaves 0'],
      simulated({ bars: 'close' }),
    ],
    [
      'a bar is traded through where the venue says nothing, a quarter at each of its prices',
      [START, '2 a buy 5 stop 103 gtc', '3 bar last 101 106 95 100 4', '4 b buy 5 market ioc'],
      [
        ...['2 a new leaves 5', '3 a triggered', '3 a trade 1@103 leaves 4', '3 a trade 4@104 leaves 0'],
        ...['4 b new leaves 5', '4 b trade 1@100 leaves 4', '4 b trade 4@101 leaves 0'],
      ],
      simulated({}),
    ],
  ],
}
