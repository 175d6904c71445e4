import { expect, test } from 'vitest'
import { BOOK_ACTION } from '../../../engine/book/book-action.ts'
import { must } from '../../../schemas/assert.ts'
import type { VenueBook } from '../../../schemas/config/simulation-config.ts'
import { isoTime } from '../../../schemas/units.ts'
import { QUEUES_OVER_HALTS } from '../rules/queues-over-halts.test-support.ts'
import { Scenario, terms, venue } from '../scenario.test-support.ts'

/** Halted behind the rows of time 10, and trading again behind those of time 20; its orders may meet. */
function deep(book: VenueBook): Scenario {
  const halts = [{ instrument: 'X.sim', from: isoTime(10), to: isoTime(20) }]
  return new Scenario(terms({ venues: [venue({ simulation: { book, halts, self_match: 'allowed' } })] }))
}

function trades(scenario: Scenario): string[] {
  return scenario.reports().filter((report) => report.includes('trade'))
}

test('[Q9] by order the auction that ends a halt knows who came before whom, and so do the executions behind it', () => {
  const scenario = deep('book_order')
  const exchange = scenario.venues.exchange('sim')
  scenario.venues.begin(1)
  exchange.deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 1, 1, 100, 5)
  exchange.deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 9, -1, 105, 5)
  scenario.step('2 a buy 5 limit 100 gtc')
  exchange.deepRows.onBookOrder(0, 3, BOOK_ACTION.add, 2, 1, 100, 5)
  scenario.step('12 s sell 8 market gtc')
  scenario.step('21 time')
  expect(trades(scenario)).toEqual(['20 a trade 3@100 leaves 2', '20 s trade 8@100 leaves 0'])
  // What the history has of the auction is of before; of the second order it is of behind.
  exchange.deepRows.onBookOrder(0, 22, BOOK_ACTION.execute, 1, 1, 100, 5)
  exchange.deepRows.onBookOrder(0, 23, BOOK_ACTION.execute, 2, 1, 100, 3)
  scenario.drainInstants()
  expect(trades(scenario).slice(2)).toEqual(['23 a trade 2@100 leaves 0'])
})

test('[Q9] by price those in front come first in the auction, and what traded of them is used up', () => {
  const scenario = deep('book_level')
  const exchange = scenario.venues.exchange('sim')
  scenario.venues.begin(1)
  exchange.deepRows.onLevel(0, 1, 1, 100, 5)
  exchange.deepRows.onLevel(0, 1, -1, 105, 5)
  scenario.step('2 a buy 5 limit 100 gtc')
  exchange.deepRows.onLevel(0, 3, 1, 100, 10)
  scenario.step('12 s sell 8 market gtc')
  scenario.step('21 trade 100 1 sell')
  expect(trades(scenario)).toEqual([
    '20 a trade 3@100 leaves 2',
    '20 s trade 8@100 leaves 0',
    '21 a trade 1@100 leaves 1',
  ])
})

const CASES = QUEUES_OVER_HALTS.rules.map(([rule, lines, reports, from = terms()]) => ({
  rule,
  lines,
  reports,
  from,
}))

test.each(CASES)(
  '[Q9] a venue loaded before each line keeps the places, too: $rule',
  ({ lines, reports, from }) => {
    let scenario = new Scenario(from)
    for (const line of lines) {
      const next = scenario.reopened(from)
      next.deliveries.push(...scenario.deliveries)
      scenario = next
      scenario.step(line)
    }
    scenario.finish()
    expect(scenario.reports()).toEqual(reports)
  },
)

test('[M11] where a market begins again under other rules an order comes behind all that is shown', () => {
  const queue = { model: 'conservative' } as const
  const first = new Scenario(terms({ venues: [venue({ simulation: { queue } })] }))
  for (const line of ['1 quote 100/102 10x10', '2 a buy 5 limit 100 gtc', '3 trade 100 2 sell'])
    first.step(line)
  const halts = [{ instrument: 'X.sim', from: isoTime(1_000_000), to: isoTime(2_000_000) }]
  const again = first.reopened(terms({ venues: [venue({ simulation: { queue, halts } })] }))
  for (const line of ['10 quote 100/102 30x10', '11 trade 100 29 sell', '12 trade 100 2 sell'])
    again.step(line)
  expect(trades(again)).toEqual(['12 a trade 1@100 leaves 4'])
})

test('[Q9] under an earlier behaviour a halt costs an order its place', () => {
  const { lines, from } = must(CASES[0], 'there are cases')
  const scenario = new Scenario({ ...from, behaviour: 2 })
  expect(scenario.play(...lines).filter((report) => report.includes('trade'))).toEqual([])
})
