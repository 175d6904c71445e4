import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { priceUnits, sizeUnits } from '../../schemas/units.ts'
import { fxSpec } from '../instrument.test-support.ts'
import { commissionOfFill, compileCommission } from './commission.ts'
import { ConversionTable } from './conversion-table.ts'
import { checkedMoney, MONEY_MAX, MONEY_OVERFLOW, notionalMoney } from './money.ts'
import { applyRate, parseRate } from './rate.ts'
import { wideProduct } from './wide-product.ts'

const Wide = Decimal.clone({ precision: 200 })
const safeInteger = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: 94_906_260, max: 94_906_270 }),
  fc.integer({ min: -1000, max: 1000 }),
)

function money(text: string): bigint {
  return BigInt(new Wide(text).mul(10 ** MONEY_SCALE).toFixed(0))
}

test('a wide product of safe integers is exact, on both sides of 2^53', () => {
  fc.assert(
    fc.property(safeInteger, safeInteger, (a, b) => {
      expect(wideProduct(a, b)).toBe(BigInt(a) * BigInt(b))
    }),
    { numRuns: 2000 },
  )
})

test('a bitcoin at 100,000.00 with nine decimals of size is worth 100,000, beyond 2^53 units', () => {
  const spec = fxSpec({ price_scale: 2, size_scale: 9, increments: [{ price_increment: '0.01' }] })
  expect(notionalMoney(spec, priceUnits(10_000_000), sizeUnits(1_000_000_000))).toBe(money('100000'))
})

test('a notional is the magnitude of price times quantity times multiplier, rounded half to even', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 9 }),
      fc.constantFrom('1', '0.1', '50', '0.00025'),
      fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
      fc.integer({ min: 1, max: 2 ** 45 }),
      (price_scale, size_scale, multiplier, price, quantity) => {
        const spec = fxSpec({ price_scale, size_scale, multiplier, increments: [{ price_increment: '1' }] })
        const exact = new Wide(price)
          .mul(quantity)
          .mul(multiplier)
          .abs()
          .div(new Wide(10).pow(price_scale + size_scale))
        const expected = exact.mul(10 ** MONEY_SCALE).toFixed(0, Decimal.ROUND_HALF_EVEN)
        expect(notionalMoney(spec, priceUnits(price), sizeUnits(quantity))).toBe(BigInt(expected))
      },
    ),
  )
})

test('an amount of more than 38 digits is a coded refusal, no exception', () => {
  const spec = fxSpec({ price_scale: 0, increments: [{ price_increment: '1' }] })
  const most = Number.MAX_SAFE_INTEGER
  expect(notionalMoney(spec, priceUnits(most), sizeUnits(most))).toBe(MONEY_OVERFLOW)
  expect([checkedMoney(MONEY_MAX), checkedMoney(-MONEY_MAX)]).toEqual([MONEY_MAX, -MONEY_MAX])
  expect([checkedMoney(MONEY_MAX + 1n), checkedMoney(-MONEY_MAX - 1n)]).toEqual([
    MONEY_OVERFLOW,
    MONEY_OVERFLOW,
  ])
})

test('a conversion rounds once, in the named mode', () => {
  const rate = parseRate('0.5', 'rates.JPY')
  expect([
    applyRate(3n, rate, 'half_even'),
    applyRate(3n, rate, 'down'),
    applyRate(-3n, rate, 'floor'),
  ]).toEqual([2n, 1n, -2n])
})

test('an account converts each currency at its own rate, and its own currency not at all', () => {
  const table = new ConversionTable('USD', { EUR: '1.0852', JPY: '0.0066' }, 'accounts.0.conversion_rates')
  expect(table.convert(money('100'), 'EUR')).toBe(money('108.52'))
  expect(table.convert(money('-1000'), 'JPY')).toBe(money('-6.6'))
  expect(table.convert(7n, 'USD')).toBe(7n)
  expect(['USD', 'JPY', 'CHF'].map((currency) => table.has(currency))).toEqual([true, true, false])
})

test('a currency without a rate is an operating fault that says what to add', () => {
  const table = new ConversionTable('USD', {}, 'accounts.0.conversion_rates')
  expect(() => table.convert(1n, 'CHF')).toThrow("Add CHF to the account's conversion_rates")
})

test('a rate that is no decimal is refused with its configuration path', () => {
  expect(() => new ConversionTable('USD', { EUR: '1e3' }, 'accounts.0.conversion_rates')).toThrow(
    'accounts.0.conversion_rates.EUR',
  )
})

test('a commission in basis points is charged on the notional, in quote currency', () => {
  const spec = fxSpec()
  const commission = compileCommission({ basis_points: '0.2' }, spec, 'venues.0.commission')
  expect(commission.currency).toBe('USD')
  expect(commissionOfFill(commission, spec, priceUnits(108_500), sizeUnits(100_000))).toBe(money('2.17'))
})

test('a commission per unit does not look at the price', () => {
  const spec = fxSpec({ size_scale: 3 })
  const commission = compileCommission({ per_unit: '0.005', currency: 'EUR' }, spec, 'venues.0.commission')
  expect(commission.currency).toBe('EUR')
  expect(commissionOfFill(commission, spec, priceUnits(1), sizeUnits(2_500_000))).toBe(money('12.5'))
})

test('a commission on a negative price is still paid', () => {
  const spec = fxSpec({ allow_non_positive_price: true })
  const commission = compileCommission({ basis_points: '1' }, spec, 'venues.0.commission')
  expect(commissionOfFill(commission, spec, priceUnits(-100_000), sizeUnits(10_000))).toBe(money('1'))
})
