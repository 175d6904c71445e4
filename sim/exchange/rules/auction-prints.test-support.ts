// Auctions whose price is the first trade behind them (`auctions.price: print`), and what they leave. Told by the clock of
// the venue; the opening is at 9:00, the close at 17:35.

import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { dayTerms, inMicroseconds } from '../phases/trading-day.test-support.ts'
import type { Rule, RuleGroup } from './rule.test-support.ts'

function printed(change: SimulationConfig = {}, calendar: Parameters<typeof dayTerms>[1] = {}) {
  return dayTerms({ auctions: { price: 'print', print_wait_us: 15_000_000 }, ...change }, calendar)
}

const HALT: SimulationConfig = {
  halts: [{ instrument: 'X.sim', from: '1970-01-01T10:00:00Z', to: '1970-01-01T10:10:00Z' }],
}
/** An opening, and the market behind it. */
const TRADING = ['09:00:01 trade 100 4', '09:00:02 quote 100/101 10x10']
const BEFORE = '08:40 quote 9899/9901 100x100'

function played(rule: string, lines: readonly string[], reports: readonly string[], terms = printed()): Rule {
  return [rule, lines.map(inMicroseconds), reports.map(inMicroseconds), terms]
}

export const AUCTION_PRINTS: RuleGroup = {
  group: 'auctions at a print',
  sources: [
    'orders at the opening fill at the price of its auction, the print in the data: https://www.quantconnect.com/docs/v2/writing-algorithms/trading-and-orders/order-types/market-on-open-orders',
    'what a halt cross leaves is in the book behind it: https://www.nasdaqtrader.com/TraderNews.aspx?id=ETA2016-1',
    'orders that come behind the close are held for the next opening: https://developer.drivewealth.com/implementation/docs/order-workflow',
    'that the market of before is not there to trade with behind it is ours, as behind every opening',
  ],
  rules: [
    played(
      'what an opening leaves waits for the first quote behind it',
      [
        BEFORE,
        '08:55 a buy 10 limit 10010 day',
        '08:56 b buy 10 market gtc',
        '09:00:02 trade 10010 4 buy',
        '09:00:03 quote 10009/10011 7x5',
      ],
      [
        '08:55 a new leaves 10',
        '08:56 b new leaves 10',
        '09:00:02 b trade 4@10010 leaves 6',
        '09:00:03 b trade 5@10011 leaves 1',
        '09:00:03 b trade 1@10012 leaves 0',
      ],
    ),
    played(
      'what the auction behind a halt leaves does, too',
      [
        '09:00:01 trade 10010 4',
        '09:00:02 quote 10009/10011 50x50',
        '10:05 a sell 10 market gtc',
        '10:10:02 trade 9510 4 sell',
        '10:10:05 quote 9509/9511 50x50',
      ],
      ['10:05 a new leaves 10', '10:10:02 a trade 4@9510 leaves 6', '10:10:05 a trade 6@9509 leaves 0'],
      printed(HALT),
    ),
    played(
      'where a quote has come before the print, it is the market behind it',
      [BEFORE, '08:56 b buy 10 market gtc', '09:00:01 quote 10009/10011 7x9', '09:00:02 trade 10010 4 buy'],
      ['08:56 b new leaves 10', '09:00:02 b trade 4@10010 leaves 6', '09:00:02 b trade 6@10011 leaves 0'],
    ),
    played(
      'where trades are the market, the print is the first of it',
      ['08:40 trade 9900 100', '08:56 b buy 10 market gtc', '09:00:02 trade 10010 4 buy'],
      ['08:56 b new leaves 10', '09:00:02 b trade 4@10010 leaves 6', '09:00:02 b trade 6@10010 leaves 0'],
    ),
    played(
      'the open of a bar beside quotes is a print, and shows nothing of what comes behind it',
      [
        BEFORE,
        '08:56 b buy 1200 market gtc',
        '09:00:02 bar last 10010 10010 10010 10010',
        '09:00:03 quote 10009/10011 7x500',
      ],
      [
        '08:56 b new leaves 1200',
        '09:00:02 b trade 1000@10010 leaves 200',
        '09:00:03 b trade 200@10011 leaves 0',
      ],
    ),
    played(
      'who comes between the print and that quote waits for it, or is refused',
      [
        BEFORE,
        '09:00:02 trade 10010 4 buy',
        '09:00:03 a buy 5 market gtc',
        '09:00:04 b buy 5 market ioc',
        '09:00:05 c buy 5 market opg',
        '09:00:06 quote 10009/10011 7x5',
      ],
      [
        '09:00:03 a new leaves 5',
        '09:00:04 b rejected not_in_call',
        '09:00:05 c rejected auction_missed',
        '09:00:06 a trade 5@10011 leaves 0',
      ],
    ),
    played(
      'a stop that the print would trigger is triggered when that quote comes',
      [
        BEFORE,
        '08:55 a sell 5 stop 9950 gtc by=last',
        '09:00:02 trade 9940 4',
        '09:00:03 quote 9930/9931 7x5',
      ],
      ['08:55 a new leaves 5', '09:00:03 a triggered', '09:00:03 a trade 5@9930 leaves 0'],
    ),
    played(
      'of two that cancel each other the one that has traded ends the other at the print',
      [
        BEFORE,
        '08:55 a buy 10 limit 10020 day as=1',
        '08:56 b sell 10 limit 10030 day as=2 oco=1',
        '09:00:02 trade 10010 4 buy',
        '09:00:03 quote 10009/10011 7x9',
      ],
      [
        '08:55 a new leaves 10',
        '08:56 b new leaves 10',
        '09:00:02 a trade 4@10010 leaves 6',
        '09:00:02 b canceled cum 0',
        '09:00:03 a trade 6@10011 leaves 0',
      ],
      printed({ takes: 'all_and_oco' }),
    ),
    played(
      'an order keeps its place in a queue over a halt up to that quote',
      [
        '09:00:01 quote 100/102 10x10',
        '09:00:02 trade 101 4',
        '09:02 a buy 5 limit 100 gtc',
        '09:03 trade 100 2 sell',
        '10:10:02 trade 100 5',
        '10:10:03 quote 100/102 30x10',
        '10:11 trade 100 4 sell',
      ],
      ['09:02 a new leaves 5', '10:11 a trade 1@100 leaves 4'],
      printed({ ...HALT, queue: { model: 'conservative' } }),
    ),
    played(
      'the bands stand around the print, and a first quote beyond them trades with nobody',
      [
        BEFORE,
        '08:56 b buy 10 market gtc',
        '09:00:02 trade 10010 4 buy',
        '09:00:03 quote 10600/10601 7x5',
        '09:00:04 quote 10009/10011 7x9',
      ],
      ['08:56 b new leaves 10', '09:00:02 b trade 4@10010 leaves 6', '09:00:04 b trade 6@10011 leaves 0'],
      printed({
        price_bands: {
          basis_points: 500,
          reference_window_us: 300_000_000,
          limit_state_us: 15_000_000,
          pause_us: 300_000_000,
        },
      }),
    ),
    played(
      'who comes while a close waits for its print has no part in it, and is for what comes next',
      [
        ...TRADING,
        '10:00 a buy 5 market cls',
        '17:35:01 b buy 5 market day',
        '17:35:02 c sell 5 limit 90 gtc',
        '17:35:03 d buy 5 market opg',
        '17:35:04 e buy 5 market cls',
        '17:35:05 f buy 5 market ioc',
        '17:35:06 trade 107 50',
        '2/09:00:01 trade 110 50',
        '2/09:00:02 quote 110/111',
        '2/17:35:01 trade 115 50',
      ],
      [
        '10:00 a new leaves 5',
        '17:35:01 b new leaves 5',
        '17:35:02 c new leaves 5',
        '17:35:03 d new leaves 5',
        '17:35:04 e new leaves 5',
        '17:35:05 f rejected not_in_call',
        '17:35:06 a trade 5@107 leaves 0',
        '2/09:00:01 b trade 5@110 leaves 0',
        '2/09:00:01 d trade 5@110 leaves 0',
        '2/09:00:01 c trade 5@110 leaves 0',
        '2/17:35:01 e trade 5@115 leaves 0',
      ],
      printed({ closed_orders: 'queue' }),
    ),
    played(
      'and so it is where the book decides in the end',
      [
        ...TRADING,
        '10:00 a buy 5 market cls',
        '17:35:01 b buy 5 market day',
        '18:00 time',
        '2/09:00:01 trade 110 50',
      ],
      [
        '10:00 a new leaves 5',
        '17:35:01 b new leaves 5',
        '17:35:15 a trade 5@101 leaves 0',
        '2/09:00:01 b trade 5@110 leaves 0',
      ],
      printed({ closed_orders: 'queue' }),
    ),
    played(
      'what is in that close is replaced no more, but for a part taken back, and who came behind it is',
      [
        ...TRADING,
        '10:00 a buy 5 limit 99 gtc',
        '17:35:01 b buy 5 limit 98 gtc',
        '17:35:02 c replace a 5 98',
        '17:35:03 d replace a 4 99',
        '17:35:04 e replace b 6 97',
        '17:35:05 trade 90 50',
        '17:35:06 f replace e 6 96',
      ],
      [
        '10:00 a new leaves 5',
        '17:35:01 b new leaves 5',
        '17:35:02 c replace_rejected a too_late_to_cancel',
        '17:35:03 d replaced a 4@99 leaves 4',
        '17:35:04 e replaced b 6@97 leaves 6',
        '17:35:05 d trade 4@90 leaves 0',
        '17:35:06 f replaced e 6@96 leaves 6',
      ],
      printed({ closed_orders: 'queue' }),
    ),
    played(
      'behind the cut-off for cancels an order for the next close goes still',
      [
        ...TRADING,
        '10:00 a buy 5 market cls',
        '17:35:01 b buy 5 market cls',
        '17:35:02 c cancel a',
        '17:35:03 d cancel b',
      ],
      [
        '10:00 a new leaves 5',
        '17:35:01 b new leaves 5',
        '17:35:02 c cancel_rejected a too_late_to_cancel',
        '17:35:03 d canceled b cum 0',
      ],
      printed({ closed_orders: 'queue' }, { closing_cancel_cutoff_us: 60_000_000 }),
    ),
    played(
      'that print is waited for up to the next pre-open, and the book decides then',
      [
        ...TRADING,
        '10:00 a buy 5 market cls',
        '2/08:49 quote 104/105',
        '2/08:51 trade 107 50',
        '2/09:00:01 trade 110 50',
      ],
      ['10:00 a new leaves 5', '2/08:50 a trade 5@105 leaves 0'],
      printed({ auctions: { price: 'print', print_wait_us: 86_400_000_000 } }),
    ),
    played(
      'a venue that queues nothing takes nobody then',
      [...TRADING, '17:35:01 a buy 5 market day', '17:35:02 trade 107 50'],
      ['17:35:01 a rejected market_closed'],
    ),
    played(
      'where no quote comes behind a print up to the close, there is no closing auction',
      [BEFORE, '09:00:02 trade 10010 4', '10:00 a buy 5 market cls', '17:35:02 trade 10020 50'],
      ['10:00 a new leaves 5', '17:35 a expired leaves 0'],
    ),
  ],
}
