import { expect, test } from 'vitest'
import { fxPair, fxSpec } from './instrument.test-support.ts'
import { compileInstrument, incrementUnits, priceReason, quantityReason } from './instrument-spec.ts'

const JAN_1_2024_US = 1_704_067_200_000_000

test('a definition compiles to counts of its own scales', () => {
  const spec = compileInstrument(fxPair({ size_scale: 2, multiplier: '0.50' }), 3)
  expect(spec).toEqual({
    index: 3,
    instrument_id: 'EURUSD.fxcm',
    symbol: 'EURUSD',
    venue_id: 'fxcm',
    asset_class: 'fx_pair',
    calendar: 'always',
    price_scale: 5,
    size_scale: 2,
    increments: [{ from_us: Number.NEGATIVE_INFINITY, price_from_units: 0, increment_units: 1 }],
    lot_units: 100_000,
    quantity_min_units: 100_000,
    quote_currency: 'USD',
    value_scale: 8,
    value_per_product: 5n,
    values_per_money: 1n,
    margin_initial: { mantissa: 1n, divisor: 50n },
    allow_non_positive_price: false,
    short_allowed: true,
  })
})

test('values are finer than money where price and size scales ask for it', () => {
  const spec = fxSpec({ price_scale: 2, size_scale: 9, increments: [{ price_increment: '0.01' }] })
  expect([spec.value_scale, spec.value_per_product, spec.values_per_money]).toEqual([11, 1n, 1000n])
})

test('the last increment rule that holds at the date and price wins', () => {
  const spec = fxSpec({
    increments: [
      { price_increment: '0.00001' },
      { price_increment: '0.00005', from: '2024-01-01' },
      { price_increment: '0.00010', from: '2024-01-01', price_from: '2' },
    ],
  })
  expect(incrementUnits(spec, 300_000, JAN_1_2024_US - 1)).toBe(1)
  expect(incrementUnits(spec, 199_999, JAN_1_2024_US)).toBe(5)
  expect(incrementUnits(spec, 200_000, JAN_1_2024_US)).toBe(10)
  expect(incrementUnits(spec, -200_000, JAN_1_2024_US)).toBe(10)
})

test.each([
  [108_545, ''],
  [108_543, 'price_off_increment'],
  [0, 'price_not_positive'],
  [-5, 'price_not_positive'],
  [1.5, 'price_out_of_range'],
  [2 ** 53, 'price_out_of_range'],
  [Number.NaN, 'price_out_of_range'],
])('an order price of %d units is answered with "%s"', (price, reason) => {
  const spec = fxSpec({ increments: [{ price_increment: '0.00005' }] })
  expect(priceReason(spec, price, 0)).toBe(reason)
})

test('an instrument that says so may have prices of zero and below, on its increment', () => {
  const spec = fxSpec({ allow_non_positive_price: true, increments: [{ price_increment: '0.00005' }] })
  expect([0, -5, -6].map((price) => priceReason(spec, price, 0))).toEqual(['', '', 'price_off_increment'])
})

test('a price before the first rule has no increment and is refused', () => {
  const spec = fxSpec({ increments: [{ price_increment: '0.00001', from: '2024-01-01' }] })
  expect(priceReason(spec, 1, JAN_1_2024_US - 1)).toBe('price_no_increment')
})

test.each([
  [2000, ''],
  [1500, 'quantity_off_lot'],
  [500, 'quantity_below_minimum'],
  [0, 'quantity_not_positive'],
  [-1000, 'quantity_not_positive'],
  [0.5, 'quantity_out_of_range'],
  [2 ** 53, 'quantity_out_of_range'],
])('an order quantity of %d units is answered with "%s"', (quantity, reason) => {
  expect(quantityReason(fxSpec(), quantity)).toBe(reason)
})

test.each([
  ['lot', { lot: '0.5' }],
  ['lot', { lot: '0' }],
  ['quantity_min', { quantity_min: '99999999999999999' }],
  ['multiplier', { multiplier: '0' }],
  ['multiplier', { multiplier: '0.0000000000001' }],
  ['price_increment', { increments: [{ price_increment: '0.000001' }] }],
  ['from', { increments: [{ price_increment: '0.00001', from: '2024-02-30' }] }],
])('a definition whose %s cannot be meant is refused with its place: %j', (field, fields) => {
  expect(() => compileInstrument(fxPair(fields), 0)).toThrow(field)
})
