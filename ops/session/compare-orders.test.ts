import { expect, test } from 'vitest'
import { newOrder } from '../../actors/order/order-events.test-support.ts'
import type { NewOrderSingle } from '../../schemas/messages/order.ts'
import { sizeUnits } from '../../schemas/units.ts'
import { compareOrders } from './compare-orders.ts'

const orders = (...list: NewOrderSingle[]) =>
  new Map(list.map((order) => [`${order.account_id}/${order.strategy_id}/${order.counter}`, order]))

test('orders of other ids, incarnations and epochs that decide the same are equal', () => {
  const there = newOrder({ client_order_id: 'other-9-ema-1' as never })
  expect(compareOrders(orders(newOrder()), orders(there))).toEqual({
    equal: 1,
    differing: 0,
    only_a: 0,
    only_b: 0,
    first: undefined,
  })
})

test('the first order that differs is named with the field, and those of one side are counted', () => {
  const a = orders(newOrder(), newOrder({ counter: 2 }))
  const b = orders(newOrder({ order_quantity_units: sizeUnits(7) }), newOrder({ counter: 3 }))
  const { first, ...counts } = compareOrders(a, b)
  expect(counts).toEqual({ equal: 0, differing: 1, only_a: 1, only_b: 1 })
  expect(first).toEqual({ order: 'main/ema/1', field: 'order_quantity_units', a: '100', b: '7' })
})
