import { expect, test } from 'vitest'
import { BOOK_ACTION } from '../../../engine/book/book-action.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import { BEHAVIOUR } from '../../../schemas/behaviour.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { account, play, Scenario, terms, venue } from '../scenario.test-support.ts'

// Self-match prevention as FIX names it, SelfMatchPreventionInstruction (2964): cancel aggressive, cancel passive, cancel
// both; https://www.onixs.biz/fix-dictionary/latest/tagNum_2964.html.

type Rule = NonNullable<SimulationConfig['self_match']>
type Case = readonly [rule: string, self_match: Rule, lines: readonly string[], reports: readonly string[]]

function matching(self_match: Rule, simulation: SimulationConfig = {}) {
  return terms({
    venues: [venue({ simulation: { ...simulation, self_match } })],
    accounts: [account(), account({ id: 'other' })],
  })
}

const Q = '1 quote 100/105 10x10'
const RESTS = [Q, '2 a sell 4 limit 103 gtc', '3 b buy 6 limit 103 gtc']
const TOLD = ['2 a new leaves 4', '3 b new leaves 6']

const CASES: Case[] = [
  ['by default orders of an account do not meet', 'apart', RESTS, TOLD],
  [
    'where it is allowed they trade at the price of the one that waited',
    'allowed',
    [Q, '2 a sell 4 limit 103 gtc', '3 b buy 6 limit 104 gtc'],
    ['2 a new leaves 4', '3 b new leaves 6', '3 a trade 4@103 leaves 0', '3 b trade 4@103 leaves 2'],
  ],
  [
    'the market goes first where it is better, and own orders behind it before a residual',
    'allowed',
    [Q, '2 a sell 4 limit 106 gtc', '3 b sell 2 limit 104 gtc', '4 c buy 17 market ioc'],
    [
      ...['2 a new leaves 4', '3 b new leaves 2', '4 c new leaves 17'],
      ...['4 b trade 2@104 leaves 0', '4 c trade 2@104 leaves 15', '4 c trade 10@105 leaves 5'],
      ...['4 a trade 4@106 leaves 0', '4 c trade 4@106 leaves 1', '4 c trade 1@106 leaves 0'],
    ],
  ],
  [
    'an own order far from the market is out of reach of a market order',
    'allowed',
    [Q, '2 a sell 4 limit 109 gtc', '3 b buy 12 market ioc'],
    ['2 a new leaves 4', '3 b new leaves 12', '3 b trade 10@105 leaves 2', '3 b trade 2@106 leaves 0'],
  ],
  [
    'fill-or-kill counts what the market shows, all of which is enough',
    'cancel_passive',
    [Q, '2 a sell 4 limit 105 gtc', '3 b buy 11 limit 105 fok', '4 c buy 10 limit 105 fok'],
    [
      ...['2 a new leaves 4', '3 b new leaves 11', '3 b canceled cum 0'],
      ...['4 c new leaves 10', '4 a canceled cum 0', '4 c trade 10@105 leaves 0'],
    ],
  ],
  [
    'a post-only order that would meet an own one when its trigger is met is canceled',
    'allowed',
    [Q, '2 a sell 4 limit 104 gtc', '3 b buy 6 stop_limit 106 104 gtc post', '4 quote 100/106'],
    ['2 a new leaves 4', '3 b new leaves 6', '4 b triggered', '4 b canceled cum 0'],
  ],
  [
    'the one that comes is canceled, with what it had before it met the other',
    'cancel_aggressive',
    [Q, '2 a sell 4 limit 106 gtc', '3 b buy 15 limit 107 gtc', '4 c buy 1 limit 106 gtc'],
    [
      ...['2 a new leaves 4', '3 b new leaves 15', '3 b trade 10@105 leaves 5', '3 b canceled cum 10'],
      ...['4 c new leaves 1', '4 c canceled cum 0'],
    ],
  ],
  [
    'the one that waits is canceled, and the other goes on',
    'cancel_passive',
    RESTS,
    ['2 a new leaves 4', '3 b new leaves 6', '3 a canceled cum 0'],
  ],
  [
    'both are canceled',
    'cancel_both',
    RESTS,
    ['2 a new leaves 4', '3 b new leaves 6', '3 a canceled cum 0', '3 b canceled cum 0'],
  ],
  [
    'fill-or-kill counts what own orders offer where they trade',
    'allowed',
    [Q, '2 a sell 4 limit 103 gtc', '3 b buy 14 limit 105 fok'],
    [
      ...['2 a new leaves 4', '3 b new leaves 14', '3 a trade 4@103 leaves 0', '3 b trade 4@103 leaves 10'],
      '3 b trade 10@105 leaves 0',
    ],
  ],
  [
    'fill-or-kill that would meet an own order it must not trade with does not fill',
    'cancel_aggressive',
    [Q, '2 a sell 4 limit 103 gtc', '3 b buy 5 limit 105 fok'],
    ['2 a new leaves 4', '3 b new leaves 5', '3 b canceled cum 0'],
  ],
  [
    'fill-or-kill that is filled before it comes to an own order fills, and another that is not does not',
    'cancel_aggressive',
    [
      Q,
      '2 a sell 4 limit 106 gtc',
      '3 b buy 10 limit 107 fok',
      '4 quote 100/105 10x10',
      '5 c buy 11 limit 107 fok',
    ],
    [
      ...['2 a new leaves 4', '3 b new leaves 10', '3 b trade 10@105 leaves 0'],
      ...['5 c new leaves 11', '5 c canceled cum 0'],
    ],
  ],
  [
    'where both would be canceled, too, and the one that waits stays',
    'cancel_both',
    [Q, '2 a sell 4 limit 106 gtc', '3 b buy 11 market fok', '4 c buy 10 market fok'],
    [
      ...['2 a new leaves 4', '3 b new leaves 11', '3 b canceled cum 0'],
      ...['4 c new leaves 10', '4 c trade 10@105 leaves 0'],
    ],
  ],
  [
    'nobody stands in front of an own order at the touch, which fill-or-kill meets first',
    'cancel_both',
    [Q, '2 a sell 4 limit 105 gtc', '3 b buy 5 limit 105 fok'],
    ['2 a new leaves 4', '3 b new leaves 5', '3 b canceled cum 0'],
  ],
  [
    'a post-only order that would meet an own one is refused',
    'allowed',
    [Q, '2 a sell 4 limit 103 gtc', '3 b buy 5 limit 103 gtc post'],
    ['2 a new leaves 4', '3 b rejected post_only_would_take'],
  ],
  [
    'orders of two accounts do not meet',
    'allowed',
    [Q, '2 a sell 4 limit 103 gtc', '3 b:X.sim:other buy 6 limit 103 gtc'],
    TOLD,
  ],
  [
    'a replace that comes to an own price meets it',
    'allowed',
    [Q, '2 a sell 4 limit 103 gtc', '3 b buy 6 limit 101 gtc', '4 c replace b 6 103'],
    [
      ...['2 a new leaves 4', '3 b new leaves 6', '4 c replaced b 6@103 leaves 6'],
      ...['4 a trade 4@103 leaves 0', '4 c trade 4@103 leaves 2'],
    ],
  ],
]

test.each(CASES)('self-match: %s (%s)', (_rule, self_match, lines, reports) => {
  expect(play(lines, matching(self_match))).toEqual(reports)
})

test('a queue lets the market go first at the price of an own order that stands behind it', () => {
  const lines = [Q, '2 a sell 4 limit 105 gtc', '3 b buy 12 limit 105 gtc']
  expect(play(lines, matching('allowed', { queue: { model: 'conservative' } }))).toEqual([
    ...['2 a new leaves 4', '3 b new leaves 12', '3 b trade 10@105 leaves 2'],
    ...['3 a trade 2@105 leaves 2', '3 b trade 2@105 leaves 0'],
  ])
})

test('in a deeper book own orders stand among the levels, and by order in their place', () => {
  const levels = new Scenario(
    terms({ venues: [venue({ simulation: { book: 'book_level', self_match: 'allowed' } })] }),
  )
  const byPrice = levels.venues.exchange('sim')
  byPrice.deepRows.onLevel(0, 1, 1, 99, 5)
  for (const price of [101, 103]) byPrice.deepRows.onLevel(0, 1, -1, price, 4)
  expect(levels.play('2 a sell 3 limit 102 gtc', '3 b buy 9 market ioc').slice(2)).toEqual([
    ...['3 b trade 4@101 leaves 5', '3 a trade 3@102 leaves 0', '3 b trade 3@102 leaves 2'],
    '3 b trade 2@103 leaves 0',
  ])
  const orders = new Scenario(
    terms({ venues: [venue({ simulation: { book: 'book_order', self_match: 'allowed' } })] }),
  )
  const byOrder = orders.venues.exchange('sim')
  byOrder.deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 1, 1, 99, 5)
  byOrder.deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 2, -1, 101, 4)
  orders.step('2 a sell 3 limit 101 gtc')
  byOrder.deepRows.onBookOrder(0, 3, BOOK_ACTION.add, 3, -1, 101, 4)
  byOrder.deepRows.onBookOrder(0, 4, BOOK_ACTION.delete, 2, -1, 101, 4)
  // Who came before the own order has gone, and who came after it stands behind.
  expect(orders.play('5 b buy 5 market ioc').slice(2)).toEqual([
    '5 a trade 3@101 leaves 0',
    '5 b trade 3@101 leaves 2',
    '5 b trade 2@101 leaves 0',
  ])
})

test.each([
  // It took the first level, and counted own orders behind it that it would never meet.
  { behaviour: 2, traded: ['3 b trade 4@100 leaves 2'] },
  {
    behaviour: BEHAVIOUR,
    traded: ['5 d trade 4@100 leaves 3', '5 c trade 3@100 leaves 0', '5 d trade 3@100 leaves 0'],
  },
])(
  '[S2] from market to limit an order meets own ones as far as the first level: %j',
  ({ behaviour, traded }) => {
    const simulation = { book: 'book_level', self_match: 'allowed' } as const
    const scenario = new Scenario({ ...terms({ venues: [venue({ simulation })] }), behaviour })
    const exchange = scenario.venues.exchange('sim')
    exchange.deepRows.onLevel(0, 1, 1, 100, 4)
    exchange.deepRows.onLevel(0, 1, -1, 105, 4)
    const lines = ['2 a buy 2 limit 99 gtc', '3 b sell 6 market_to_limit fok']
    const more = ['4 c buy 3 limit 100 gtc', '5 d sell 7 market_to_limit fok']
    const reports = scenario.play(...lines, ...more)
    expect(reports.filter((report) => report.includes(' trade '))).toEqual(traded)
  },
)

// FIX OrdType K, https://www.onixs.biz/fix-dictionary/4.4/tagNum_40.html: what is left over is a limit order at the last price.
test.each(['quote', 'book_level'] as const)(
  '[S1] from market to limit an order that trades at two prices waits at the last: %s',
  (book) => {
    const scenario = new Scenario(matching('allowed', { book }))
    const show = (at: number, bid: number, ask: number, size: number) => {
      if (book === 'quote') return scenario.step(`${at} quote ${bid}/${ask} 10x${size}`)
      const { deepRows } = scenario.venues.exchange('sim')
      deepRows.onBookCleared(0, at, false)
      deepRows.onLevel(0, at, 1, bid, 10)
      deepRows.onLevel(0, at, -1, ask, size)
    }
    show(1, 98, 102, 4)
    // Inside the spread the own order is the better price, and the market's first level comes behind it.
    scenario.play('2 a sell 3 limit 100 gtc', '3 b buy 10 market_to_limit gtc')
    // The rest bids 102, where a later order of the account meets it, and not the market at 98.
    show(4, 98, 103, 4)
    expect(scenario.play('5 c sell 5 limit 101 gtc').slice(2)).toEqual([
      ...['3 a trade 3@100 leaves 0', '3 b trade 3@100 leaves 7', '3 b trade 4@102 leaves 3'],
      '5 c new leaves 5',
      ...['5 b trade 3@102 leaves 0', '5 c trade 3@102 leaves 2'],
    ])
  },
)

test.each([
  { behaviour: 2, told: ['3 b trade 10@105 leaves 4', '3 a canceled cum 0', '3 b canceled cum 10'] },
  { behaviour: BEHAVIOUR, told: ['3 b canceled cum 0', '3 a canceled cum 0'] },
])('[S3] fill-or-kill counts no order of its own group: %j', ({ behaviour, told }) => {
  const lines = [Q, '2 a sell 4 limit 103 gtc as=1', '3 b buy 14 limit 105 fok as=2 oco=1']
  const from = { ...matching('allowed', { takes: 'all_and_oco' }), behaviour }
  expect(play(lines, from).slice(2)).toEqual(told)
})

test.each([
  { behaviour: 2, told: '3 b canceled cum 0' },
  { behaviour: BEHAVIOUR, told: '3 b trade 10@105 leaves 0' },
])('[S2] fill-or-kill minds no own order that it does not come to: %j', ({ behaviour, told }) => {
  const lines = [Q, '2 a sell 4 limit 106 gtc', '3 b buy 10 limit 106 fok']
  expect(play(lines, { ...matching('cancel_both'), behaviour }).slice(2)).toEqual([told])
})

test('far from the market own orders are a book of their own, by price and time (seed 20260303)', () => {
  let traded = 0
  for (let round = 0; round < 200; round++) {
    const random = new RandomStream(20_260_303, `own/${round}`)
    const scenario = new Scenario(matching('allowed'))
    scenario.step('0 quote 1/1000 9x9')
    const book: { id: string; side: string; price: number; left: number }[] = []
    const expected: string[] = []
    for (let at = 1; at < 40; at++) {
      const side = random.nextInt(2) === 0 ? 'buy' : 'sell'
      const [price, size] = [96 + random.nextInt(8), 1 + random.nextInt(9)]
      scenario.step(`${at} o${at} ${side} ${size} limit ${price} gtc`)
      const sign = side === 'buy' ? 1 : -1
      let left = size
      const others = book
        .filter((one) => one.side !== side && sign * (price - one.price) >= 0)
        .sort((a, b) => sign * (a.price - b.price))
      for (const other of others) {
        const units = Math.min(left, other.left)
        if (units === 0) continue
        other.left -= units
        left -= units
        expected.push(`${other.id} ${units}@${other.price}`, `o${at} ${units}@${other.price}`)
      }
      book.push({ id: `o${at}`, side, price, left })
      for (let i = book.length - 1; i >= 0; i--) if (book[i]?.left === 0) book.splice(i, 1)
    }
    const fills = scenario.deliveries.flatMap(({ message: m }) =>
      m.type === 'venue_report' && m.report_type === 'trade'
        ? [`${m.client_order_id} ${m.last_quantity_units}@${m.last_price_units}`]
        : [],
    )
    traded += fills.length
    expect({ round, fills }).toEqual({ round, fills: expected })
    // What an account sells to itself changes nothing it holds.
    expect(scenario.venues.books().accounts[0]?.positions).toEqual([])
  }
  expect(traded).toBeGreaterThan(1_000)
})
