// What becomes of the place of an order in the queue of its price while its instrument does not trade. Told by the clock of
// the venue; a halt from 10:00 to 10:10.

import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { dayTerms, inMicroseconds } from '../phases/trading-day.test-support.ts'
import type { Rule, RuleGroup } from './rule.test-support.ts'

function halted(change: SimulationConfig = {}, of: Parameters<typeof dayTerms>[2] = {}) {
  const halts = [{ instrument: 'X.sim', from: '1970-01-01T10:00:00Z', to: '1970-01-01T10:10:00Z' }]
  return dayTerms(
    { queue: { model: 'conservative' }, halts, ...change },
    { opening_auction: false, closing_auction: false },
    of,
  )
}

/** Whose seller may trade with the order that is placed. */
const MEETS = { self_match: 'allowed' } as const

/** An order with eight units in front of it, of ten at its price. */
const PLACED = ['09:01 quote 100/102 10x10', '09:02 a buy 5 limit 100 gtc', '09:03 trade 100 2 sell']
const NEW = '09:02 a new leaves 5'

function played(rule: string, lines: readonly string[], reports: readonly string[], terms = halted()): Rule {
  return [rule, lines.map(inMicroseconds), reports.map(inMicroseconds), terms]
}

export const QUEUES_OVER_HALTS: RuleGroup = {
  group: 'queues over a halt',
  sources: [
    'orders stay in the book over a halt and its cross: https://www.nasdaqtrader.com/TraderNews.aspx?id=ETA2016-1',
    'and keep their time, which a worse price or a larger quantity alone costs them: http://www.xetra.com/xetra-en/trading/orders/order-handling',
    'an order loaded again keeps its priority time stamp: https://www.eurexchange.com/exchange-en/trade/order-book-trading/order-handling',
    'what others did meanwhile is told by the data, as far as it tells it: that is ours',
  ],
  rules: [
    played(
      'who stood in front before the halt stands in front behind it, and nobody else',
      [...PLACED, '10:10:01 quote 100/102 30x10', '10:11 trade 100 9 sell', '10:12 trade 100 9 sell'],
      [NEW, '10:11 a trade 1@100 leaves 4', '10:12 a trade 4@100 leaves 0'],
    ),
    played(
      'who comes during the halt comes behind all that is shown behind it, and behind own orders of before',
      [
        ...PLACED,
        '10:05 b buy 5 limit 100 gtc',
        '10:10:01 quote 100/102 30x10',
        '10:11 trade 100 14 sell',
        '10:12 trade 100 25 sell',
      ],
      [NEW, '10:05 b new leaves 5', '10:11 a trade 5@100 leaves 0', '10:12 b trade 4@100 leaves 1'],
    ),
    played(
      'a level that is not there any more leaves nobody in front',
      [...PLACED, '10:10:01 quote 99/102 30x10', '10:11 trade 100 1 sell'],
      [NEW, '10:11 a trade 1@100 leaves 4'],
    ),
    played(
      'a price that the market has left behind keeps its queue, until it is shown again',
      [...PLACED, '10:10:01 quote 101/103 30x10', '10:11 quote 100/103 30x10', '10:12 trade 100 9 sell'],
      [NEW, '10:12 a trade 1@100 leaves 4'],
    ),
    played(
      'by position what was taken back meanwhile counts as ever',
      // Of eight in front and none behind five are gone.
      [...PLACED, '10:10:01 quote 100/102 3x10', '10:11 trade 100 4 sell'],
      [NEW, '10:11 a trade 1@100 leaves 4'],
      halted({ queue: { model: 'by_position', weight: 'linear' } }),
    ),
    played(
      'quotes during the halt say nothing',
      [...PLACED, '10:05 quote 90/110 1x1', '10:10:01 quote 100/102 30x10', '10:11 trade 100 9 sell'],
      [NEW, '10:11 a trade 1@100 leaves 4'],
    ),
    played(
      'a replace that lowers the quantity keeps the place during a halt, too',
      [...PLACED, '10:05 b replace a 4 100', '10:10:01 quote 100/102 30x10', '10:11 trade 100 9 sell'],
      [NEW, '10:05 b replaced a 4@100 leaves 4', '10:11 b trade 1@100 leaves 3'],
    ),
    played(
      'one that raises it does not',
      [...PLACED, '10:05 b replace a 6 100', '10:10:01 quote 100/102 30x10', '10:11 trade 100 31 sell'],
      [NEW, '10:05 b replaced a 6@100 leaves 6', '10:11 b trade 1@100 leaves 5'],
    ),
    played(
      'in the auction that ends a halt only those in front come before it at its price',
      [...PLACED, '10:05 s sell 10 market gtc', '10:10:01 quote 100/102 20x10'],
      [NEW, '10:05 s new leaves 10', '10:10:01 a trade 2@100 leaves 3', '10:10:01 s trade 10@100 leaves 0'],
      halted(MEETS),
    ),
    played(
      'what traded in front of it there is used up behind it',
      [...PLACED, '10:05 s sell 6 market gtc', '10:10:01 quote 100/102 20x10', '10:11 trade 100 3 sell'],
      [NEW, '10:05 s new leaves 6', '10:10:01 s trade 6@100 leaves 0', '10:11 a trade 1@100 leaves 4'],
      halted(MEETS),
    ),
    played(
      'a lot that is begun in front counts whole',
      [
        '09:01 quote 100/102 100x100',
        '09:02 a buy 50 limit 100 gtc',
        '09:03 trade 100 15 sell',
        '10:05 s sell 100 market gtc',
        '10:10:01 quote 100/102 200x100',
      ],
      [
        '09:02 a new leaves 50',
        '10:05 s new leaves 100',
        '10:10:01 a trade 10@100 leaves 40',
        '10:10:01 s trade 100@100 leaves 0',
      ],
      halted(MEETS, { lot: '10', quantity_min: '10' }),
    ),
    played(
      'by position what traded there was not taken back',
      // Of the eight in front six trade, and of nine that are shown three are left.
      [...PLACED, '10:05 s sell 6 market gtc', '10:10:01 quote 100/102 9x10', '10:11 trade 100 3 sell'],
      [NEW, '10:05 s new leaves 6', '10:10:01 s trade 6@100 leaves 0', '10:11 a trade 1@100 leaves 4'],
      halted({ ...MEETS, queue: { model: 'by_position', weight: 'linear' } }),
    ),
    played(
      'by position none of the run comes out of it with fewer in front than one that came before',
      [
        '09:01 quote 100/102 10x10',
        '09:02 a buy 5 limit 100 gtc',
        '09:03 trade 100 6 sell',
        '09:04 quote 100/102 6x10',
        '09:05 b buy 5 limit 100 gtc',
        '09:06 quote 100/102 10x10',
        '09:07 quote 100/102 5x10',
        // Both have three in front and more than a half, of one that is gone, to come.
        '10:10:01 quote 100/102 4x10',
        '10:11 c cancel a',
        '10:12 trade 100 3 sell',
        '10:13 trade 100 1 sell',
      ],
      [NEW, '09:05 b new leaves 5', '10:11 c canceled a cum 0', '10:13 b trade 1@100 leaves 4'],
      halted({ queue: { model: 'by_position', weight: 'cube' } }),
    ),
    played(
      'an order that came during the halt has the whole market in front in that auction',
      [
        ...PLACED,
        '10:05 b buy 5 limit 100 gtc',
        '10:06 s sell 22 market gtc',
        '10:10:01 quote 100/102 20x10',
      ],
      [
        NEW,
        '10:05 b new leaves 5',
        '10:06 s new leaves 22',
        '10:10:01 a trade 5@100 leaves 0',
        '10:10:01 s trade 22@100 leaves 0',
      ],
      halted(MEETS),
    ),
    played(
      'a print at its price uses up what stands in front',
      [...PLACED, '10:10:01 quote 100/102 30x10', '10:10:02 trade 100 5', '10:11 trade 100 4 sell'],
      [NEW, '10:11 a trade 1@100 leaves 4'],
      halted({ auctions: { price: 'print', print_wait_us: 60_000_000 } }),
    ),
    played(
      'a stand at a band is like a halt',
      [
        '09:01 quote 1000/1002 10x10',
        '09:02 a buy 5 limit 1000 gtc',
        '09:03 trade 1000 2 sell',
        '09:04 quote 900/901 5x5',
        '09:04:05 quote 1000/1002 30x10',
        '09:05 trade 1000 9 sell',
      ],
      [NEW, '09:05 a trade 1@1000 leaves 4'],
      halted({
        halts: [],
        price_bands: {
          basis_points: 500,
          reference_window_us: 300_000_000,
          limit_state_us: 15_000_000,
          pause_us: 300_000_000,
        },
      }),
    ),
    played(
      'over the end of a session an order loses its place: others began anew',
      [...PLACED, '2/09:01 quote 100/102 30x10', '2/09:02 trade 100 31 sell'],
      [NEW, '2/09:02 a trade 1@100 leaves 4'],
      halted({ halts: [] }),
    ),
    played(
      'where no queue is reckoned the market still comes first in the auction',
      [
        '09:01 quote 100/102 10x10',
        '09:02 a buy 5 limit 100 gtc',
        '10:05 s sell 10 market gtc',
        '10:10:01 quote 100/102 20x10',
      ],
      [NEW, '10:05 s new leaves 10', '10:10:01 s trade 10@100 leaves 0'],
      halted({ ...MEETS, queue: { model: 'none' } }),
    ),
  ],
}
