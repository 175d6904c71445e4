import { expect, test } from 'vitest'
import { Scenario } from '../scenario.test-support.ts'

/** The sides of the trades that lines lead to. */
function sidesAfter(...lines: readonly string[]): string[] {
  const scenario = new Scenario()
  scenario.play(...lines)
  return scenario.deliveries.flatMap(({ message }) =>
    message.type === 'venue_report' && message.report_type === 'trade'
      ? [`${message.client_order_id} ${message.last_quantity_units} ${message.liquidity_side}`]
      : [],
  )
}

test('an order that takes what is shown is a taker, its residual too', () => {
  const lines = ['1 quote 100/101 10x20', '2 a buy 25 market day', '3 b sell 5 limit 100 gtc']
  expect(sidesAfter(...lines)).toEqual(['a 20 taker', 'a 5 taker', 'b 5 taker'])
})

test('an order that waits is a maker when a quote, a trade or a bar crosses it, also for its last part', () => {
  expect(
    sidesAfter(
      '1 quote 100/101 10x20',
      '2 a buy 25 limit 99 gtc',
      '3 quote 98/99 10x20',
      '4 quote 98/99 10x20',
    ),
  ).toEqual(['a 20 maker', 'a 5 maker'])
  expect(sidesAfter('1 trade 100', '2 a buy 5 limit 99 gtc', '3 trade 98')).toEqual(['a 5 maker'])
  expect(sidesAfter('1 bar last 100', '2 a sell 5 limit 101 gtc', '3 bar last 102')).toEqual(['a 5 maker'])
})

test('an order that takes what is shown and waits with the rest is first a taker, then a maker', () => {
  const lines = ['1 quote 100/101 10x20', '2 a buy 25 limit 101 day', '3 quote 100/101 10x20']
  expect(sidesAfter(...lines)).toEqual(['a 20 taker', 'a 5 maker'])
})

test('a waiting order that a replace brings to the other side is a taker', () => {
  const lines = ['1 quote 100/101 10x20', '2 a buy 5 limit 99 gtc', '3 b replace a 5 101']
  expect(sidesAfter(...lines)).toEqual(['b 5 taker'])
})
