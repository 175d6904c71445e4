import { expect, test } from 'vitest'
import { benchExchange } from './exchange-bench.ts'

test('the figures of the exchange come out of a short trial, each above zero', () => {
  let ticks = 0
  const figures = benchExchange(() => ++ticks, 0.0002)
  expect(figures.filter(({ value }) => value > 0).map(({ name }) => name)).toEqual([
    'exchange.quotes',
    'exchange.quotes_10000_resting',
    'exchange.resting_cost_ratio',
    'exchange.queued_cost_ratio',
    'exchange.level_deltas',
    'exchange.book_orders',
    'exchange.round_trips_first_tenth',
    'exchange.round_trips_last_tenth',
    'exchange.round_trips_1000_in_flight',
  ])
})
