import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Interest, uncross } from './uncross.ts'

// Sources of the cases: the auction example of MarketGrid (docs-240.pages.dev, matching algorithms, single-price auction);
// the rule of volume, then imbalance, then the last price as Quedex states it (quedex.net/faq); the ASX algorithm's first
// two principles (UNSW, Trading Engine Course, additional reading).

const MARKET_BUY = Number.POSITIVE_INFINITY
const MARKET_SELL = Number.NEGATIVE_INFINITY

function interest(...rows: readonly (readonly [price: number, size: number])[]): Interest[] {
  return rows.map(([price_units, size_units]) => ({ price_units, size_units }))
}

function price(buys: Interest[], sells: Interest[], reference: number, increment = 1) {
  return uncross(buys, sells, {
    reference_price_units: reference,
    increment_units: increment,
    price_min_units: 1,
    on_increment: true,
  })
}

test('most trades: the published example of MarketGrid crosses 290 lots at 12,400', () => {
  const buys = interest(
    [13_000, 45],
    [12_900, 95],
    [12_800, 25],
    [12_700, 35],
    [12_600, 25],
    [12_500, 55],
    [12_400, 200],
    [12_300, 80],
    [12_200, 60],
  )
  const sells = interest(
    [13_000, 50],
    [12_900, 10],
    [12_800, 15],
    [12_700, 10],
    [12_600, 20],
    [12_500, 90],
    [12_400, 155],
    [12_300, 125],
    [12_200, 10],
  )
  expect(price(buys, sells, 12_500)).toEqual({ price_units: 12_400, volume_units: 290 })
})

test('of prices with the same volume the one with the smaller imbalance wins: the ASX example', () => {
  const buys = interest([640, 500], [639, 500], [639, 500], [634, 1_000], [633, 500])
  const sells = interest([610, 1_000], [640, 500], [641, 520], [642, 550], [643, 519])
  // 1,000 trade from 610 to 639, with 500 left over from 635 to 639; the reference decides among those.
  expect(price(buys, sells, 630)).toEqual({ price_units: 635, volume_units: 1_000 })
  expect(price(buys, sells, 637)).toEqual({ price_units: 637, volume_units: 1_000 })
  expect(price(buys, sells, 650)).toEqual({ price_units: 639, volume_units: 1_000 })
})

test('a price that nobody names is on the increment, the nearest to a reference that is not', () => {
  const both = [interest([MARKET_BUY, 5]), interest([MARKET_SELL, 5])] as const
  expect([101, 102, 103, 104].map((reference) => price(...both, reference, 5)?.price_units)).toEqual([
    100, 100, 105, 105,
  ])
  expect(price(...both, 101, 2)?.price_units).toBe(102)
  expect(price(interest([110, 5]), interest([90, 5]), 104, 5)?.price_units).toBe(105)
})

test('of two prices as near to the reference the higher wins', () => {
  const buys = interest([11, 10], [10, 7])
  const sells = interest([9, 10], [10, 7])
  expect(price(buys, sells, 10)).toEqual({ price_units: 10, volume_units: 17 })
  const apart = interest([8, 5], [12, 5])
  expect(price(apart, interest([8, 5]), 10, 4)?.price_units).toBe(12)
})

test('orders without a price trade at the reference', () => {
  expect(price(interest([MARKET_BUY, 30]), interest([MARKET_SELL, 20]), 55)).toEqual({
    price_units: 55,
    volume_units: 20,
  })
})

test('an order without a price meets the best price of the other side', () => {
  expect(price(interest([MARKET_BUY, 30]), interest([101, 20], [103, 20]), 90)).toEqual({
    price_units: 103,
    volume_units: 30,
  })
  expect(price(interest([MARKET_BUY, 10]), interest([101, 20]), 90)).toEqual({
    price_units: 101,
    volume_units: 10,
  })
})

test('where nobody meets there is no price', () => {
  expect(price(interest([99, 10]), interest([100, 10]), 99)).toBeUndefined()
  expect(price([], interest([100, 10]), 99)).toBeUndefined()
})

/** Every price on the increment, one after the other, each order asked at each. */
function bruteForce(buys: Interest[], sells: Interest[], reference: number, increment: number, min: number) {
  const named = [...buys, ...sells].map(({ price_units }) => price_units).filter(Number.isFinite)
  const low = Math.floor(Math.min(reference, ...named) / increment - 2) * increment
  const high = Math.max(reference, ...named) + 2 * increment
  const rows: { at: number; volume: number; left: number; away: number }[] = []
  for (let at = low; at <= high; at += increment) {
    if (at < min) continue
    let bought = 0
    let sold = 0
    for (const buy of buys) if (buy.price_units >= at) bought += buy.size_units
    for (const sell of sells) if (sell.price_units <= at) sold += sell.size_units
    const volume = Math.min(bought, sold)
    rows.push({ at, volume, left: bought + sold - 2 * volume, away: Math.abs(at - reference) })
  }
  rows.sort((a, b) => b.volume - a.volume || a.left - b.left || a.away - b.away || b.at - a.at)
  const [first] = rows
  if (first === undefined || first.volume === 0) return undefined
  return { price_units: first.at, volume_units: first.volume }
}

test('the price of 3,000 random books is the one a search of every price finds', () => {
  const seed = 20_261_127
  const order = (market: number) =>
    fc.record({
      price: fc.oneof(
        { weight: 1, arbitrary: fc.constant(market) },
        { weight: 5, arbitrary: fc.integer({ min: 1, max: 40 }) },
      ),
      size_units: fc.integer({ min: 1, max: 9 }),
    })
  const side = (market: number) => fc.array(order(market), { maxLength: 12 })
  fc.assert(
    fc.property(
      side(MARKET_BUY),
      side(MARKET_SELL),
      fc.integer({ min: 1, max: 225 }),
      fc.constantFrom(1, 5),
      (bought, sold, reference, increment) => {
        const scaled = (rows: typeof bought) =>
          rows.map(({ price, size_units }) => ({ price_units: price * increment, size_units }))
        const found = uncross(scaled(bought), scaled(sold), {
          reference_price_units: reference,
          increment_units: increment,
          price_min_units: 1,
          on_increment: true,
        })
        expect(found).toEqual(bruteForce(scaled(bought), scaled(sold), reference, increment, 1))
      },
    ),
    { seed, numRuns: 3_000 },
  )
})
