import { expect, test } from 'vitest'
import { BOOK_ACTION } from '../../../engine/book/book-action.ts'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { BEHAVIOUR } from '../../../schemas/behaviour.ts'
import type { SimulationConfig, VenueBook } from '../../../schemas/config/simulation-config.ts'
import { account, Scenario, terms, venue } from '../scenario.test-support.ts'
import type { SimulatedExchange } from '../simulated-exchange.ts'

/** Bids 100×5, 99×5, 98×5 and asks 101×4, 102×4, 104×4. */
function byPrice(): Scenario {
  const scenario = new Scenario(terms({ venues: [venue({ simulation: { book: 'book_level' } })] }))
  const exchange = scenario.venues.exchange('sim')
  for (const price of [100, 99, 98]) exchange.deepRows.onLevel(0, 1, 1, price, 5)
  for (const price of [101, 102, 104]) exchange.deepRows.onLevel(0, 1, -1, price, 4)
  return scenario
}

test('a market order walks the levels, and what the book does not hold is canceled', () => {
  const scenario = byPrice()
  expect(scenario.play('2 a buy 10 market ioc', '3 b buy 5 market ioc')).toEqual([
    '2 a new leaves 10',
    '2 a trade 4@101 leaves 6',
    '2 a trade 4@102 leaves 2',
    '2 a trade 2@104 leaves 0',
    '3 b new leaves 5',
    '3 b trade 2@104 leaves 3',
    '3 b canceled cum 2',
  ])
})

test('a limit order walks as far as its price, and fill-or-kill asks first', () => {
  const scenario = byPrice()
  expect(scenario.play('2 a buy 9 limit 102 fok', '3 b buy 9 limit 102 gtc')).toEqual([
    '2 a new leaves 9',
    '2 a canceled cum 0',
    '3 b new leaves 9',
    '3 b trade 4@101 leaves 5',
    '3 b trade 4@102 leaves 1',
  ])
})

test('what was taken stays taken until the level is set anew', () => {
  const scenario = byPrice()
  scenario.step('2 a buy 3 market ioc')
  scenario.step('3 b buy 3 market ioc')
  scenario.venues.exchange('sim').deepRows.onLevel(0, 4, -1, 101, 4)
  scenario.step('5 c buy 3 market ioc')
  expect(scenario.reports().filter((report) => report.includes('trade'))).toEqual([
    '2 a trade 3@101 leaves 0',
    '3 b trade 1@101 leaves 2',
    '3 b trade 2@102 leaves 0',
    '5 c trade 3@101 leaves 0',
  ])
})

test('by price a resting order stands behind its whole level, and only trades use it up', () => {
  const scenario = byPrice()
  const exchange = scenario.venues.exchange('sim')
  scenario.step('2 a buy 3 limit 100 gtc')
  // Others cancel: nobody knows which, so it helps nothing.
  exchange.deepRows.onLevel(0, 3, 1, 100, 1)
  exchange.rows.onTrade(0, 4, 100, 4, -1)
  exchange.rows.onTrade(0, 5, 100, 3, -1)
  exchange.rows.onTrade(0, 6, 99, 1, -1)
  exchange.rows.onTrade(0, 7, 99, 9, 1)
  scenario.drainInstants()
  expect(scenario.reports()).toEqual([
    '2 a new leaves 3',
    '5 a trade 2@100 leaves 1',
    '6 a trade 1@100 leaves 0',
  ])
})

test('a resting order is filled by the other side that comes to it, up to what stands there', () => {
  const scenario = byPrice()
  scenario.step('2 a sell 6 limit 103 gtc')
  scenario.venues.exchange('sim').deepRows.onLevel(0, 3, 1, 103, 4)
  scenario.venues.exchange('sim').deepRows.onLevel(0, 4, 1, 104, 9)
  scenario.drainInstants()
  expect(scenario.reports()).toEqual([
    '2 a new leaves 6',
    '3 a trade 4@103 leaves 2',
    '4 a trade 2@103 leaves 0',
  ])
})

test('quotes and bars are of another kind there: ignored and counted', () => {
  const scenario = byPrice()
  scenario.step('2 quote 50/51')
  scenario.step('3 bar last 70')
  expect(scenario.play('4 a buy 1 market ioc')).toEqual(['4 a new leaves 1', '4 a trade 1@101 leaves 0'])
  expect(scenario.venues.exchange('sim').rows.ignored_row_count).toBe(2)
})

test('stops watch the best levels', () => {
  const scenario = byPrice()
  scenario.step('2 a sell 2 stop 99 gtc')
  scenario.venues.exchange('sim').deepRows.onLevel(0, 3, 1, 100, 0)
  scenario.drainInstants()
  expect(scenario.reports()).toEqual(['2 a new leaves 2', '3 a triggered', '3 a trade 2@99 leaves 0'])
})

test('a snapshot of a venue with a book by order goes on as it would have', () => {
  const scenario = new Scenario(terms({ venues: [venue({ simulation: { book: 'book_order' } })] }))
  const copy = new Scenario(terms({ venues: [venue({ simulation: { book: 'book_order' } })] }))
  const exchange = scenario.venues.exchange('sim')
  exchange.deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 1, 1, 100, 5)
  exchange.deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 2, -1, 102, 5)
  scenario.step('2 a buy 3 limit 100 gtc')
  exchange.deepRows.onBookOrder(0, 3, BOOK_ACTION.add, 3, 1, 100, 5)
  const writer = new CanonicalWriter()
  scenario.venues.save(writer)
  copy.venues.load(new CanonicalReader(writer.copy()))
  for (const { venues } of [scenario, copy]) {
    venues.exchange('sim').deepRows.onBookOrder(0, 4, BOOK_ACTION.execute, 1, 1, 0, 5)
    venues.exchange('sim').deepRows.onBookOrder(0, 5, BOOK_ACTION.execute, 3, 1, 0, 2)
  }
  scenario.drainInstants()
  copy.drainInstants()
  expect(copy.reports()).toEqual(['5 a trade 2@100 leaves 1'])
  expect(scenario.reports()).toEqual(['2 a new leaves 3', ...copy.reports()])
})

test('by order, who trades at a worse price would have met all parts of an iceberg, and at its price what stood in front', () => {
  const scenario = new Scenario(terms({ venues: [venue({ simulation: { book: 'book_order' } })] }))
  const { deepRows } = scenario.venues.exchange('sim')
  deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 1, 1, 100, 5)
  deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 2, -1, 103, 5)
  scenario.step('2 a buy 5 limit 101 gtc show=2')
  deepRows.onBookOrder(0, 3, BOOK_ACTION.add, 3, 1, 101, 5)
  deepRows.onBookOrder(0, 4, BOOK_ACTION.execute, 3, 1, 0, 5)
  deepRows.onBookOrder(0, 5, BOOK_ACTION.execute, 1, 1, 0, 5)
  scenario.drainInstants()
  expect(scenario.reports()).toEqual([
    '2 a new leaves 5',
    '4 a trade 2@101 leaves 3',
    '5 a trade 2@101 leaves 1',
    '5 a trade 1@101 leaves 0',
  ])
})

/** The own order `a` stands at 100 behind 1 and in front of 3, then a snapshot begins. */
function snapshotBegun(behaviour: number): Scenario {
  const scenario = new Scenario({
    ...terms({ venues: [venue({ simulation: { book: 'book_order' } })] }),
    behaviour,
  })
  const { deepRows } = scenario.venues.exchange('sim')
  deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 1, 1, 100, 9)
  deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 2, -1, 103, 9)
  scenario.step('2 a buy 5 limit 100 gtc')
  deepRows.onBookOrder(0, 3, BOOK_ACTION.add, 3, 1, 100, 9)
  deepRows.onBookOrder(0, 3, BOOK_ACTION.add, 4, 1, 99, 9)
  deepRows.onBookCleared(0, 4, false)
  deepRows.onBookOrder(0, 4, BOOK_ACTION.add, 2, -1, 103, 9, false)
  return scenario
}

const NONE: readonly string[] = []
test.each([
  { what: 'who stood in front', id: 1, size: 7, before: ['5 a trade 4@100 leaves 1'], since: NONE },
  {
    what: 'who stood in front and has grown',
    id: 1,
    size: 12,
    before: ['5 a trade 4@100 leaves 1'],
    since: NONE,
  },
  {
    what: 'who stood behind',
    id: 3,
    size: 7,
    before: ['5 a trade 4@100 leaves 1'],
    since: ['5 a trade 4@100 leaves 1'],
  },
  { what: 'who stood at another price', id: 4, size: 9, before: ['5 a trade 4@100 leaves 1'], since: NONE },
  { what: 'who is new', id: 5, size: 7, before: ['5 a trade 4@100 leaves 1'], since: NONE },
])('[Q10] behind a snapshot of a book by order an own order stands as it stood to $what', (one) => {
  const { id, size, before, since } = one
  for (const [behaviour, trades] of [
    [2, before],
    [BEHAVIOUR, since],
  ] as const) {
    const scenario = snapshotBegun(behaviour)
    const { deepRows } = scenario.venues.exchange('sim')
    deepRows.onBookOrder(0, 4, BOOK_ACTION.add, id, 1, 100, size)
    deepRows.onBookOrder(0, 5, BOOK_ACTION.execute, id, 1, 0, 4)
    scenario.drainInstants()
    expect(scenario.reports()).toEqual(['2 a new leaves 5', ...trades])
  }
})

test('[Q10] who comes while a snapshot is told comes behind all of it, and behind it orders stand as they come', () => {
  const scenario = snapshotBegun(BEHAVIOUR)
  const { deepRows } = scenario.venues.exchange('sim')
  scenario.step('4 b buy 5 limit 99 gtc')
  // It is told once more: what was known when it began is known still.
  deepRows.onBookCleared(0, 4, false)
  deepRows.onBookOrder(0, 4, BOOK_ACTION.add, 2, -1, 103, 9, false)
  deepRows.onBookOrder(0, 4, BOOK_ACTION.add, 3, 1, 100, 9, false)
  deepRows.onBookOrder(0, 4, BOOK_ACTION.add, 4, 1, 99, 9)
  deepRows.onBookOrder(0, 5, BOOK_ACTION.add, 5, 1, 99, 9)
  deepRows.onBookOrder(0, 6, BOOK_ACTION.execute, 4, 1, 0, 6)
  deepRows.onBookOrder(0, 7, BOOK_ACTION.execute, 5, 1, 0, 3)
  scenario.drainInstants()
  expect(scenario.reports()).toEqual([
    '2 a new leaves 5',
    '4 b new leaves 5',
    '6 a trade 5@100 leaves 0',
    '7 b trade 3@99 leaves 2',
  ])
})

type DeepRows = SimulatedExchange['deepRows']
const SIDE_CASES: [
  string,
  VenueBook,
  (rows: DeepRows, ts: number, side: 1 | -1, price: number, size: number) => void,
][] = [
  [
    'order',
    'book_order',
    (rows, ts, side, price, size) =>
      rows.onBookOrder(0, ts, BOOK_ACTION.add, 2 * ts + side, side, price, size),
  ],
  ['price', 'book_level', (rows, ts, side, price, size) => rows.onLevel(0, ts, side, price, size)],
]
test.each(SIDE_CASES)(
  'by %s, an own order that has nothing left to reduce keeps nobody behind it from trading',
  (_by, book, show) => {
    const scenario = new Scenario(
      terms({
        venues: [venue({ simulation: { book } })],
        accounts: [account(), account({ id: 'other' })],
      }),
    )
    const { deepRows } = scenario.venues.exchange('sim')
    show(deepRows, 1, 1, 100, 5)
    show(deepRows, 1, -1, 102, 5)
    for (const line of [
      '2 o buy 4 limit 102 ioc',
      '3 a sell 4 limit 103 gtc reduce',
      '4 b sell 4 limit 103 gtc reduce',
      '5 c:X.sim:other sell 4 limit 103 gtc',
    ])
      scenario.step(line)
    show(deepRows, 6, 1, 103, 6)
    scenario.drainInstants()
    expect(scenario.reports().slice(5)).toEqual([
      '6 a trade 4@103 leaves 0',
      '6 b canceled cum 0',
      '6 c trade 2@103 leaves 2',
    ])
  },
)

test('fill-or-kill asks for what may trade at once: at the first level, and as far as there is to reduce', () => {
  expect(
    byPrice().play(
      '2 a buy 5 market_to_limit fok',
      '3 b buy 3 market_to_limit fok',
      '4 c sell 4 limit 99 fok reduce',
      '5 d sell 3 limit 99 fok reduce',
    ),
  ).toEqual([
    ...['2 a new leaves 5', '2 a canceled cum 0', '3 b new leaves 3', '3 b trade 3@101 leaves 0'],
    ...['4 c new leaves 4', '4 c canceled cum 0', '5 d new leaves 3', '5 d trade 3@100 leaves 0'],
  ])
})

test('between the rows of one event nothing is matched, and a snapshot leaves no state that never was', () => {
  const scenario = byPrice()
  const exchange = scenario.venues.exchange('sim')
  scenario.step('2 a sell 6 limit 103 gtc')
  scenario.step('2 b buy 2 limit 100 gtc')
  scenario.step('2 c sell 1 stop 97 gtc')
  // The market has moved up: bids before asks, so that on the way they cross, and later neither side has a level.
  exchange.deepRows.onLevel(0, 3, 1, 103, 4, false)
  exchange.deepRows.onBookCleared(0, 3, false)
  exchange.deepRows.onLevel(0, 3, 1, 96, 3, false)
  exchange.deepRows.onLevel(0, 3, 1, 99, 3, false)
  exchange.deepRows.onLevel(0, 3, -1, 101, 8, true)
  scenario.drainInstants()
  expect(scenario.reports()).toEqual(['2 a new leaves 6', '2 b new leaves 2', '2 c new leaves 1'])
  exchange.deepRows.onBookCleared(0, 4, true)
  expect(scenario.play('5 d buy 1 market ioc')).toEqual([
    ...['2 a new leaves 6', '2 b new leaves 2', '2 c new leaves 1'],
    ...['5 d new leaves 1', '5 d canceled cum 0'],
  ])
})

test('a queue is what stands at the price when an event has ended, not on the way', () => {
  const scenario = byPrice()
  const exchange = scenario.venues.exchange('sim')
  scenario.step('2 a buy 3 limit 100 gtc')
  // Taken out and put back by one message, then by a snapshot: the order has not come to the front.
  exchange.deepRows.onLevel(0, 3, 1, 100, 0, false)
  exchange.deepRows.onLevel(0, 3, 1, 100, 5, true)
  exchange.deepRows.onBookCleared(0, 4, false)
  exchange.deepRows.onLevel(0, 4, 1, 100, 5, false)
  exchange.deepRows.onLevel(0, 4, -1, 101, 4, true)
  exchange.rows.onTrade(0, 5, 100, 4, -1)
  scenario.drainInstants()
  expect(scenario.reports()).toEqual(['2 a new leaves 3'])
  // A snapshot without the level says that nobody stands there.
  exchange.deepRows.onBookCleared(0, 6, false)
  exchange.deepRows.onLevel(0, 6, -1, 101, 4, true)
  exchange.rows.onTrade(0, 7, 100, 2, -1)
  scenario.drainInstants()
  expect(scenario.reports()).toEqual(['2 a new leaves 3', '7 a trade 2@100 leaves 1'])
})

test.each([
  ['a level of it is gone', '2 a buy 3 limit 100 gtc', 100, 0, ['4 a trade 2@100 leaves 1']],
  ['its price is met', '2 a sell 6 limit 103 gtc', 103, 2, ['3 a trade 2@103 leaves 4']],
] as const)(
  'a snapshot between the rows of one event keeps that %s',
  (_what, order, price, size, reports) => {
    const scenario = byPrice()
    scenario.step(order)
    scenario.venues.exchange('sim').deepRows.onLevel(0, 3, 1, price, size, false)
    const again = scenario.reopened(terms({ venues: [venue({ simulation: { book: 'book_level' } })] }))
    const exchange = again.venues.exchange('sim')
    // The last row is about nobody.
    exchange.deepRows.onLevel(0, 3, 1, 97, 9, true)
    exchange.rows.onTrade(0, 4, 100, 2, -1)
    again.drainInstants()
    expect(again.reports()).toEqual(reports)
  },
)

test('an order is taken once both sides of a book have had a price', () => {
  const scenario = new Scenario(terms({ venues: [venue({ simulation: { book: 'book_level' } })] }))
  const { deepRows } = scenario.venues.exchange('sim')
  deepRows.onLevel(0, 1, 1, 100, 5)
  scenario.step('2 a buy 1 limit 99 gtc')
  deepRows.onLevel(0, 3, -1, 102, 5)
  expect(scenario.play('4 b buy 1 limit 99 gtc')).toEqual(['2 a rejected no_market', '4 b new leaves 1'])
})

test('by order a part can be taken back, and a fill whose change comes in another row is counted once', () => {
  const scenario = new Scenario(terms({ venues: [venue({ simulation: { book: 'book_order' } })] }))
  const exchange = scenario.venues.exchange('sim')
  exchange.deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 1, 1, 100, 5)
  exchange.deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 2, -1, 102, 5)
  scenario.step('2 a buy 3 limit 100 gtc')
  exchange.deepRows.onBookOrder(0, 3, BOOK_ACTION.add, 3, 1, 100, 5)
  exchange.deepRows.onBookOrder(0, 4, BOOK_ACTION.cancel, 1, 1, 100, 2)
  // The order in front has three left; the one behind trades only after the own one.
  exchange.deepRows.onBookOrder(0, 5, BOOK_ACTION.fill, 1, 1, 100, 3, false)
  exchange.deepRows.onBookOrder(0, 5, BOOK_ACTION.cancel, 1, 1, 100, 3, false)
  exchange.deepRows.onBookOrder(0, 5, BOOK_ACTION.fill, 3, 1, 100, 2, false)
  exchange.deepRows.onBookOrder(0, 5, BOOK_ACTION.cancel, 3, 1, 100, 2, true)
  scenario.drainInstants()
  scenario.step('6 b sell 9 market ioc')
  scenario.drainInstants()
  expect(scenario.reports()).toEqual([
    '2 a new leaves 3',
    '5 a trade 2@100 leaves 1',
    '6 b new leaves 9',
    '6 b trade 3@100 leaves 6',
    '6 b canceled cum 3',
  ])
})

function byPriceUnder(simulation: SimulationConfig): Scenario {
  const scenario = new Scenario(
    terms({ venues: [venue({ simulation: { book: 'book_level', ...simulation } })] }),
  )
  const exchange = scenario.venues.exchange('sim')
  for (const price of [100, 99, 98]) exchange.deepRows.onLevel(0, 1, 1, price, 5)
  for (const price of [101, 102, 104]) exchange.deepRows.onLevel(0, 1, -1, price, 4)
  return scenario
}

test('a share of each level is taken once, and the rest of a market order is canceled', () => {
  const fills = { model: 'participation', participation_max: '0.5' } as const
  expect(byPriceUnder({ fills }).play('2 a buy 10 market ioc')).toEqual([
    '2 a new leaves 10',
    '2 a trade 2@101 leaves 8',
    '2 a trade 2@102 leaves 6',
    '2 a trade 2@104 leaves 4',
    '2 a canceled cum 6',
  ])
})

test('a side that is empty has nothing to take, and keeps its last price for triggers', () => {
  const scenario = byPriceUnder({ fills: { model: 'residual_worse' } })
  for (const price of [102, 104, 101]) scenario.venues.exchange('sim').deepRows.onLevel(0, 2, -1, price, 0)
  expect(
    scenario.play(
      '3 a buy 5 market ioc',
      '4 b buy 5 limit 105 fok',
      '5 c buy 5 stop 101 gtc',
      '6 d buy 5 stop 102 gtc',
      '7 e buy 5 market_to_limit gtc',
    ),
  ).toEqual([
    '3 a new leaves 5',
    '3 a canceled cum 0',
    '4 b new leaves 5',
    '4 b canceled cum 0',
    '5 c new leaves 5',
    '5 c triggered',
    '5 c canceled cum 0',
    '6 d new leaves 5',
    '7 e new leaves 5',
    '7 e canceled cum 0',
  ])
})

test('orders share one share of a level until the data sets it anew', () => {
  const scenario = byPriceUnder({ fills: { model: 'participation', participation_max: '0.5' } })
  for (const line of ['2 a buy 1 limit 101 gtc', '3 b buy 5 limit 101 gtc']) scenario.step(line)
  const again = scenario.reopened(
    terms({
      venues: [
        venue({
          simulation: { book: 'book_level', fills: { model: 'participation', participation_max: '0.5' } },
        }),
      ],
    }),
  )
  again.step('4 c buy 5 limit 101 ioc')
  again.venues.exchange('sim').deepRows.onLevel(0, 5, -1, 101, 6)
  again.drainInstants()
  expect([...scenario.reports(), ...again.reports()]).toEqual([
    '2 a new leaves 1',
    '2 a trade 1@101 leaves 0',
    '3 b new leaves 5',
    '3 b trade 1@101 leaves 4',
    '4 c new leaves 5',
    '4 c canceled cum 0',
    '5 b trade 3@101 leaves 1',
  ])
})

test('orders share one share of a level of a book by order as long as the orders are there that they took of', () => {
  const scenario = new Scenario(
    terms({
      venues: [
        venue({
          simulation: { book: 'book_order', fills: { model: 'participation', participation_max: '0.5' } },
        }),
      ],
    }),
  )
  const { deepRows } = scenario.venues.exchange('sim')
  for (const [id, side, price] of [
    [1, 1, 100],
    [2, -1, 101],
    [3, -1, 101],
  ] as const)
    deepRows.onBookOrder(0, 1, BOOK_ACTION.add, id, side, price, 4)
  for (const line of ['2 a buy 3 limit 101 ioc', '3 b buy 3 limit 101 ioc', '4 c buy 3 limit 101 ioc'])
    scenario.step(line)
  deepRows.onBookOrder(0, 5, BOOK_ACTION.delete, 2, -1, 101, 4)
  expect(scenario.play('6 d buy 3 limit 101 ioc')).toEqual([
    '2 a new leaves 3',
    '2 a trade 3@101 leaves 0',
    '3 b new leaves 3',
    '3 b trade 1@101 leaves 2',
    '3 b canceled cum 1',
    '4 c new leaves 3',
    '4 c canceled cum 0',
    '6 d new leaves 3',
    '6 d trade 2@101 leaves 1',
    '6 d canceled cum 2',
  ])
})

test('where the model says so, the rest of a market order trades one increment beyond the last level', () => {
  expect(
    byPriceUnder({ fills: { model: 'residual_worse' } }).play(
      '2 a buy 15 market fok',
      '3 b buy 9 limit 105 ioc',
    ),
  ).toEqual([
    '2 a new leaves 15',
    '2 a trade 4@101 leaves 11',
    '2 a trade 4@102 leaves 7',
    '2 a trade 4@104 leaves 3',
    '2 a trade 3@105 leaves 0',
    '3 b new leaves 9',
    '3 b canceled cum 0',
  ])
})

test('a market order that slips pays one increment more on each level', () => {
  const fills = { model: 'probabilistic', slip_probability: '1', touch_probability: '0' } as const
  expect(
    byPriceUnder({ fills }).play(
      '2 a buy 6 market ioc',
      '3 b buy 1 limit 102 ioc',
      // What the book does not hold pays one more than a rest that does not slip.
      '4 c buy 7 market ioc',
    ),
  ).toEqual([
    '2 a new leaves 6',
    '2 a trade 4@102 leaves 2',
    '2 a trade 2@103 leaves 0',
    '3 b new leaves 1',
    '3 b trade 1@102 leaves 0',
    '4 c new leaves 7',
    '4 c trade 1@103 leaves 6',
    '4 c trade 4@105 leaves 2',
    '4 c trade 2@106 leaves 0',
  ])
})

test('a level that vanishes leaves nobody in front, and a snapshot that begins says nothing of it', () => {
  const scenario = byPriceUnder({})
  const exchange = scenario.venues.exchange('sim')
  scenario.step('2 a buy 3 limit 100 gtc')
  scenario.step('3 b buy 3 limit 99 gtc')
  exchange.deepRows.onBookCleared(0, 4, false)
  for (const price of [100, 99]) exchange.deepRows.onLevel(0, 4, 1, price, 5, false)
  for (const price of [101, 102]) exchange.deepRows.onLevel(0, 4, -1, price, 4)
  exchange.rows.onTrade(0, 5, 100, 5, -1)
  exchange.deepRows.onLevel(0, 6, 1, 99, 0)
  exchange.rows.onTrade(0, 7, 99, 4, -1)
  scenario.drainInstants()
  expect(scenario.reports()).toEqual([
    '2 a new leaves 3',
    '3 b new leaves 3',
    '7 a trade 3@100 leaves 0',
    '7 b trade 1@99 leaves 2',
  ])
})

test.each<[SimulationConfig, VenueBook, string]>([
  [{ fills: { model: 'walk_book' } }, 'quote', 'Quotes show one level a side: there is no book to walk.'],
  [
    { fills: { model: 'top_of_book' } },
    'book_level',
    'A deeper book is walked as far as an order reaches, and not at its top alone.',
  ],
  [
    { fills: { model: 'probabilistic', slip_probability: '0', touch_probability: '0.1' } },
    'book_order',
    'Where a deeper book shows who stands in front, no chance decides whether a touch fills.',
  ],
  [
    { taken_until: 'next_row' },
    'book_level',
    'In a deeper book what orders take of a level is gone until the data sets that level anew.',
  ],
])('%j says nothing in a book of %s, and is refused', (simulation, book, what) => {
  expect(() => new Scenario(terms({ venues: [venue({ simulation: { book, ...simulation } })] }))).toThrow(
    what,
  )
})

test.each([
  // What had been taken of an order was taken of those behind it, too, once the data said that it had traded.
  { behaviour: 2, trades: ['3 a trade 10@101 leaves 0', '7 b trade 5@102 leaves 0'] },
  {
    behaviour: BEHAVIOUR,
    trades: ['3 a trade 10@101 leaves 0', '7 b trade 4@101 leaves 1', '7 b trade 1@102 leaves 0'],
  },
])('by order what is taken is gone from the orders that came first, once: %j', ({ behaviour, trades }) => {
  const simulation = { book: 'book_order' } as const
  const scenario = new Scenario({ ...terms({ venues: [venue({ simulation })] }), behaviour })
  const exchange = scenario.venues.exchange('sim')
  exchange.deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 9, 1, 99, 5)
  exchange.deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 1, -1, 101, 10)
  exchange.deepRows.onBookOrder(0, 2, BOOK_ACTION.add, 2, -1, 101, 5)
  exchange.deepRows.onBookOrder(0, 2, BOOK_ACTION.add, 3, -1, 102, 9)
  scenario.step('3 a buy 10 market ioc')
  exchange.deepRows.onBookOrder(0, 4, BOOK_ACTION.execute, 1, -1, 101, 6)
  exchange.deepRows.onBookOrder(0, 5, BOOK_ACTION.delete, 1, -1, 101, 4)
  exchange.deepRows.onBookOrder(0, 6, BOOK_ACTION.cancel, 2, -1, 101, 1)
  const reports = scenario.play('7 b buy 5 market ioc')
  expect(reports.filter((report) => report.includes(' trade '))).toEqual(trades)
})

const TAKEN: [VenueBook, string[], string[]][] = [
  [
    'book_level',
    ['1 bid 100 10 more', '1 bid 98 50 more', '1 ask 101 10'],
    ['4 ask 101 11', '5 bid 98 49', '6 bid 100 0'],
  ],
  [
    'book_order',
    [
      '1 add 1 bid 98 50',
      '1 add 2 ask 106 10',
      '1 add 3 bid 99 1',
      '2 r sell 3 limit 100 gtc',
      '2 add 4 bid 100 3',
    ],
    ['4 modify 4 100 5', '5 modify 3 99 2', '6 delete 4'],
  ],
]
test.each(TAKEN)('%s: a snapshot keeps that what orders took stands in the data', (book, before, behind) => {
  const from = terms({ venues: [venue({ simulation: { book } })] })
  const scenario = new Scenario(from)
  for (const line of [...before, '3 a sell 5 stop 99 gtc', '3 b sell 10 limit 100 ioc']) scenario.step(line)
  const again = scenario.reopened(from)
  expect(again.reopened(from).venues.books()).toEqual(scenario.venues.books())
  const [first = '', second = '', last = ''] = behind
  expect(again.play(first, second)).toEqual([])
  expect(again.play(last)[0]).toBe('6 a triggered')
})
