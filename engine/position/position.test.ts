import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Side } from '../../schemas/messages/order.ts'
import { priceUnits, sizeUnits } from '../../schemas/units.ts'
import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { fxSpec } from '../instrument.test-support.ts'
import type { InstrumentSpec } from '../instrument-spec.ts'
import { Position } from './position.ts'

const Wide = Decimal.clone({ precision: 300 })

type Fill = { readonly side: Side; readonly price: number; readonly quantity: number }

function fill(position: Position, { side, price, quantity }: Fill) {
  return position.applyFill(side, priceUnits(price), sizeUnits(quantity))
}

function buy(position: Position, price: number, quantity: number) {
  return fill(position, { side: 'buy', price, quantity })
}

function sell(position: Position, price: number, quantity: number) {
  return fill(position, { side: 'sell', price, quantity })
}

function copyOf(position: Position): Position {
  const writer = new CanonicalWriter()
  position.save(writer)
  const copy = new Position(position.spec)
  const reader = new CanonicalReader(writer.copy())
  copy.load(reader)
  reader.end()
  return copy
}

test('a round trip realizes the difference of the prices times the quantity', () => {
  const position = new Position(fxSpec())
  expect(buy(position, 108_500, 10_000)).toEqual({
    closed_units: 0,
    opened_units: 10_000,
    realized: 0n,
    position_closed: false,
    flipped: false,
  })
  expect(sell(position, 108_600, 10_000)).toEqual({
    closed_units: 10_000,
    opened_units: 0,
    realized: 10_00000000n,
    position_closed: true,
    flipped: false,
  })
  expect([position.quantity_units, position.open_cost, position.positions_closed]).toEqual([0, 0n, 1])
})

test('a flip closes one position and opens the rest at the fill price', () => {
  const position = new Position(fxSpec())
  buy(position, 108_500, 10_000)
  expect(sell(position, 108_400, 15_000)).toEqual({
    closed_units: 10_000,
    opened_units: 5_000,
    realized: -10_00000000n,
    position_closed: true,
    flipped: true,
  })
  expect([position.quantity_units, position.average_price_units, position.positions_closed]).toEqual([
    -5_000, 108_400, 1,
  ])
})

test('a partial close takes its share of the cost and leaves the average where it was', () => {
  const position = new Position(fxSpec())
  buy(position, 108_500, 10_000)
  buy(position, 108_600, 10_000)
  expect(sell(position, 108_600, 5_000).realized).toBe(2_50000000n)
  expect([position.average_price_units, position.positions_closed]).toEqual([108_550, 0])
})

test('open profit is taken at the side that would close: a long at the bid, a short at the ask', () => {
  const position = new Position(fxSpec())
  buy(position, 108_500, 10_000)
  expect(position.unrealizedMoney(priceUnits(108_490), priceUnits(108_510))).toBe(-1_00000000n)
  sell(position, 108_500, 20_000)
  expect(position.unrealizedMoney(priceUnits(108_490), priceUnits(108_520))).toBe(-2_00000000n)
})

test('a position beyond the safe integers is what admits refuses', () => {
  const position = new Position(fxSpec())
  buy(position, 1, Number.MAX_SAFE_INTEGER)
  expect([position.admits('buy', 1), position.admits('sell', 1)]).toEqual([false, true])
  expect(() => buy(position, 1, 1)).toThrow('safe integer')
})

test('taking back the last opening fill leaves no trace but its cash, and closes no position in the count', () => {
  const position = new Position(fxSpec())
  buy(position, 108_500, 10_000)
  expect(position.reverseFill('buy', priceUnits(108_500), sizeUnits(10_000))).toEqual({
    closed_units: 10_000,
    opened_units: 0,
    realized: 0n,
    position_closed: false,
    flipped: false,
  })
  expect([position.quantity_units, position.open_cost, position.realized, position.positions_closed]).toEqual(
    [0, 0n, 0n, 0],
  )
})

const specs: readonly InstrumentSpec[] = [
  fxSpec(),
  fxSpec({ price_scale: 2, size_scale: 9, increments: [{ price_increment: '0.01' }] }),
  fxSpec({ price_scale: 0, increments: [{ price_increment: '1' }], multiplier: '0.25' }),
  fxSpec({ price_scale: 8, size_scale: 8, multiplier: '0.0003', allow_non_positive_price: true }),
]
const side = fc.constantFrom<Side>('buy', 'sell')
const fills = fc.array(
  fc.record({
    side,
    price: fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 2 ** 46 })),
    quantity: fc.oneof(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 2 ** 40 })),
  }),
  { maxLength: 60 },
)
const specFills = fc.record({ spec: fc.constantFrom(...specs), fills })

/** One product of price and quantity in quote currency, by decimal.js alone. */
function worth(spec: InstrumentSpec, price: number, quantity: number): Decimal {
  const multiplier = new Wide(spec.value_per_product.toString()).div(
    new Wide(10).pow(spec.value_scale - spec.price_scale - spec.size_scale),
  )
  return new Wide(price)
    .mul(quantity)
    .mul(multiplier)
    .div(new Wide(10).pow(spec.price_scale + spec.size_scale))
}

function decimal(value: bigint, scale: number): Decimal {
  return new Wide(value.toString()).div(new Wide(10).pow(scale))
}

test('cash paid out is open cost less realized profit, exactly, after any fills and later busts', () => {
  fc.assert(
    fc.property(specFills, fc.array(fc.boolean()), ({ spec, fills }, busts) => {
      const position = new Position(spec)
      for (const each of fills) fill(position, each)
      const isBusted = (_: Fill, i: number) => busts[i] === true
      for (const { side, price, quantity } of fills.filter(isBusted)) {
        position.reverseFill(side, priceUnits(price), sizeUnits(quantity))
      }
      let paid = new Wide(0)
      let quantity = 0
      for (const each of fills.filter((_, i) => busts[i] !== true)) {
        const signed = each.side === 'buy' ? each.quantity : -each.quantity
        paid = paid.add(worth(spec, each.price, signed))
        quantity += signed
      }
      expect(position.quantity_units).toBe(quantity)
      const booked = decimal(position.open_cost - position.realized, spec.value_scale)
      expect(booked.toFixed()).toBe(paid.toFixed())
    }),
    { numRuns: 500 },
  )
})

/** Average cost by exact fractions, written from its definition. */
function averageCost(spec: InstrumentSpec, fills: readonly Fill[]) {
  let quantity = 0
  let cost = new Wide(0)
  let realized = new Wide(0)
  let closed = 0
  let partialCloses = 0
  for (const { side, price, quantity: size } of fills) {
    const signed = side === 'buy' ? size : -size
    const closing = Math.sign(quantity) === -Math.sign(signed) ? Math.min(Math.abs(quantity), size) : 0
    if (closing > 0) {
      const share = cost.mul(closing).div(Math.abs(quantity))
      realized = realized.add(worth(spec, price, Math.sign(quantity) * closing)).sub(share)
      cost = cost.sub(share)
      if (closing === Math.abs(quantity)) closed++
      else partialCloses++
    }
    cost = cost.add(worth(spec, price, Math.sign(signed) * (size - closing)))
    quantity += signed
  }
  return { quantity, cost, realized, closed, partialCloses }
}

test('quantity, count and profits agree with average cost in decimals, to a count for each rounding', () => {
  fc.assert(
    fc.property(specFills, ({ spec, fills }) => {
      const position = new Position(spec)
      let money = 0n
      for (const each of fills) money += fill(position, each).realized
      const oracle = averageCost(spec, fills)
      expect([position.quantity_units, position.positions_closed]).toEqual([oracle.quantity, oracle.closed])
      const count = decimal(1n, spec.value_scale)
      const difference = decimal(position.realized, spec.value_scale).sub(oracle.realized).abs()
      expect(difference.lte(count.mul(oracle.partialCloses))).toBe(true)
      expect(money).toBe(position.realized_money)
    }),
    { numRuns: 500 },
  )
})

test('a position restored from its bytes goes on as the first one does', () => {
  fc.assert(
    fc.property(specFills, fills, ({ spec, fills }, more) => {
      const position = new Position(spec)
      for (const each of fills) fill(position, each)
      const copy = copyOf(position)
      expect(more.map((each) => fill(copy, each))).toEqual(more.map((each) => fill(position, each)))
      expect([copy.open_cost, copy.realized]).toEqual([position.open_cost, position.realized])
    }),
  )
})
