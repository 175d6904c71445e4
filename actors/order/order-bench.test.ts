import { expect, test } from 'vitest'
import { benchOrders } from './order-bench.ts'

test("the figures of the order's life come out of a short trial, each above zero", () => {
  let ticks = 0
  const figures = benchOrders(() => ++ticks, 0.0002)
  expect(figures.filter(({ value }) => value > 0).map(({ name }) => name)).toEqual([
    'order.table_lives',
    'order.store_lives_first_tenth',
    'order.store_lives_last_tenth',
  ])
})
