import { expect, test } from 'vitest'
import { ORDER_TYPES, TIMES_IN_FORCE } from '../../../schemas/messages/order.ts'
import { TRIGGER_METHODS } from '../../../schemas/messages/order-terms.ts'
import { capabilitiesOf } from './capability-tables.ts'

const CONTINUOUS = { opening: false, closing: false }
const AUCTIONS = { opening: true, closing: true }

/**
 * What the broker's public pages say of whole quantities of equities, typed over by hand
 * (https://docs.alpaca.markets/docs/orders-at-alpaca: "Order Types vs Supported Time in Force", and for trailing stops
 * "Some notes on trailing stop orders"). Its order types are market, limit, stop, stop limit and trailing stop, and no other.
 */
const ALPACA: { readonly [type: string]: string } = {
  market: 'day gtc ioc fok opg cls',
  limit: 'day gtc ioc fok opg cls',
  stop: 'day gtc',
  stop_limit: 'day gtc',
  trailing_stop: 'day gtc',
}

test('the table of Alpaca has the order types and times in force that the broker says it takes', () => {
  const { orders } = capabilitiesOf({ takes: 'alpaca' }, AUCTIONS)
  for (const type of ORDER_TYPES) {
    for (const time of TIMES_IN_FORCE) {
      const isTaken = orders[type]?.includes(time) === true
      const isSaid = ALPACA[type]?.split(' ').includes(time) === true
      expect({ type, time, isTaken }).toEqual({ type, time, isTaken: isSaid })
    }
  }
})

test('an order for an auction is taken where the venue holds that auction, and then alone', () => {
  const auctionTimes = (held: typeof AUCTIONS) => {
    const { orders } = capabilitiesOf({ takes: 'alpaca' }, held)
    return [orders.market, orders.limit, orders.stop].map((times) =>
      times?.filter((time) => time === 'opg' || time === 'cls'),
    )
  }
  expect(auctionTimes(CONTINUOUS)).toEqual([[], [], []])
  expect(auctionTimes({ opening: false, closing: true })).toEqual([['cls'], ['cls'], []])
  expect(auctionTimes(AUCTIONS)).toEqual([['opg', 'cls'], ['opg', 'cls'], []])
})

test('stops of Alpaca watch trades, and what else its orders might say it does not take', () => {
  const table = capabilitiesOf({ takes: 'alpaca' }, CONTINUOUS)
  // "Stop orders and trailing stops are elected on the consolidated print": a trade, and neither a quote nor its middle.
  const watched = TRIGGER_METHODS.filter((method) => table.trigger_methods?.includes(method))
  expect(watched).toEqual(['last'])
  // Orders are cancelled (DELETE) and replaced (PATCH). None is post-only, only reduces or shows a part; and its brackets,
  // OCO and OTO orders come as one order of several legs, which no order that names another one is.
  const { post_only = false, reduce_only = false, display_quantity = false, contingencies = [] } = table
  expect({ cancel: table.cancel, replace: table.replace }).toEqual({ cancel: true, replace: true })
  expect({ post_only, reduce_only, display_quantity, contingencies }).toEqual({
    ...{ post_only: false, reduce_only: false, display_quantity: false },
    contingencies: [],
  })
})
