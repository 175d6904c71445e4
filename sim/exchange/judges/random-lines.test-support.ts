// Random scenarios: quotes on a narrow band, so that orders cross often, and orders, cancels and replaces that mostly
// name each other.

import fc from 'fast-check'

const wait_us = fc.constantFrom(0, 0, 1, 3)
const price = fc.integer({ min: 96, max: 104 })
const quantity = fc.integer({ min: 1, max: 12 })

const quote = fc.record({
  wait_us,
  bid: price,
  spread: fc.nat(3),
  bid_size: fc.nat(15),
  ask_size: fc.nat(15),
})

/** At a price of the band, by an aggressor or nobody said which. */
const trade = fc.record({
  wait_us,
  at: price,
  size: fc.nat(9),
  aggressor: fc.constantFrom('', ' buy', ' sell'),
})

const order = fc.record({
  wait_us,
  side: fc.constantFrom('buy', 'sell'),
  quantity,
  kind: fc.oneof(
    fc.constantFrom('market day', 'market ioc', 'market fok'),
    price.map((at) => `limit ${at} day`),
    price.map((at) => `limit ${at} gtc`),
    price.map((at) => `limit ${at} ioc`),
    price.map((at) => `limit ${at} fok`),
  ),
})

/** `of`: how many orders back; the name may be that of an order that is gone, or of none. */
const request = fc.record({
  wait_us,
  of: fc.integer({ min: 1, max: 6 }),
  change: fc.oneof(fc.constant('cancel' as const), fc.record({ quantity, price })),
})

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ quote }) },
  { weight: 3, arbitrary: fc.record({ order }) },
  { weight: 1, arbitrary: fc.record({ request }) },
)
const stepOrTrade = fc.oneof({ weight: 7, arbitrary: step }, { weight: 3, arbitrary: fc.record({ trade }) })

type Step = typeof stepOrTrade extends fc.Arbitrary<infer T> ? T : never

/** Lines for one instrument; `maxLength` bounds their number. */
export function randomLines(maxLength = 60): fc.Arbitrary<string[]> {
  return fc.array(step, { minLength: 1, maxLength }).map(written)
}

/** The same with trades of others among them. */
export function randomLinesWithTrades(maxLength = 60): fc.Arbitrary<string[]> {
  return fc.array(stepOrTrade, { minLength: 1, maxLength }).map(written)
}

function written(steps: readonly Step[]): string[] {
  let ts_us = 1
  let orders = 0
  return steps.map((made) => {
    if ('quote' in made) {
      const { bid, spread, bid_size, ask_size } = made.quote
      ts_us += made.quote.wait_us
      return `${ts_us} quote ${bid}/${bid + spread} ${bid_size}x${ask_size}`
    }
    if ('trade' in made) {
      const { at, size, aggressor } = made.trade
      ts_us += made.trade.wait_us
      return `${ts_us} trade ${at} ${size}${aggressor}`
    }
    orders++
    if ('order' in made) {
      ts_us += made.order.wait_us
      return `${ts_us} o${orders} ${made.order.side} ${made.order.quantity} ${made.order.kind}`
    }
    const { change, of } = made.request
    ts_us += made.request.wait_us
    if (change === 'cancel') return `${ts_us} o${orders} cancel o${orders - of}`
    return `${ts_us} o${orders} replace o${orders - of} ${change.quantity} ${change.price}`
  })
}
