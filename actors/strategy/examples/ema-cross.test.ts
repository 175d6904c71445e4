import { expect, test } from 'vitest'
import { EURUSD, TestNode, testStrategy } from '../../trading-node.test-support.ts'
import type { StrategyDefinition } from '../definition.ts'
import { emaCross } from './ema-cross.ts'

const MINUTE_US = 60_000_000
const PARAMS = { fast_period: 2, interval_us: MINUTE_US, quantity: '1000' }

/** The orders after each close of one-minute bid bars; every order is filled at once. */
function ordersOver(closes: readonly number[], slow_period = 3): string[] {
  const node = new TestNode({
    config: (config) => ({
      ...config,
      strategies: [{ ...testStrategy('s', 'main', [EURUSD]), params: { ...PARAMS, slow_period } }],
    }),
    strategies: { s: emaCross as unknown as StrategyDefinition },
  }).start()
  const orders: string[] = []
  closes.forEach((close, minute) => {
    const sentBefore = node.sent.length
    // A stamp on the whole minute ends the bar; the bar itself closes with the first quote past it.
    node.quote(EURUSD, close, close + 2, (minute + 1) * MINUTE_US)
    node.quote(EURUSD, close, close + 2, (minute + 1) * MINUTE_US + 1)
    if (node.sent.length === sentBefore) return
    const order = node.lastOrder()
    node.accept(order)
    node.fill(order, order.side === 'buy' ? close + 2 : close, order.order_quantity_units)
    orders.push(`bar ${minute + 1}: ${order.side} ${order.order_quantity_units}`)
  })
  return orders
}

test('a cross upward buys, the next downward sells twice as much: the position turns over', () => {
  // Averages of 2 and 3 bars, both from the first close. Down, down, then up through, then down through.
  const closes = [100_000, 99_900, 99_800, 99_700, 100_400, 100_500, 100_000, 99_200]
  expect(ordersOver(closes)).toEqual(['bar 5: buy 1000', 'bar 7: sell 2000'])
})

test('nothing is traded before both averages are ready, whatever crosses', () => {
  expect(ordersOver([100_000, 101_000, 99_000, 102_000], 5)).toEqual([])
  expect(ordersOver([100_000, 101_000, 99_000, 102_000, 98_000], 5)).toEqual(['bar 5: sell 1000'])
})

test('prices that never cross make no order', () => {
  expect(ordersOver([100_000, 100_100, 100_200, 100_300, 100_400, 100_500])).toEqual([])
})
