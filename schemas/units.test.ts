import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimalString, isoTime, parseDecimal, parseUnits, priceUnits } from './units.ts'

const Wide = Decimal.clone({ precision: 60 })

test('times print as the platform prints them, with microseconds, in whatever order they come', () => {
  const close_us = fc.integer({ min: -70_000_000, max: 70_000_000 })
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), close_us, (time_us, later_us) => {
      for (const each_us of [time_us, time_us + later_us, time_us]) {
        const ms = Math.floor(each_us / 1000)
        const us = (each_us - ms * 1000).toString().padStart(3, '0')
        expect(isoTime(each_us)).toBe(`${new Date(ms).toISOString().slice(0, -1)}${us}Z`)
      }
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ['2000-02-29T23:59:59.999999Z', 951_868_799_999_999],
  ['1969-12-31T23:59:59.999999Z', -1],
  ['2100-03-01T00:00:00.000000Z', 4_107_542_400_000_000],
])('%s', (text, time_us) => {
  expect(isoTime(time_us)).toBe(text)
})

test('decimals and units turn into each other exactly', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
      fc.integer({ min: 0, max: 12 }),
      (value, scale) => {
        const text = decimalString(value, scale)
        expect(parseDecimal(text, scale)).toBe(value)
        expect(new Wide(text).times(new Wide(10).pow(scale)).toFixed(0)).toBe(value.toString())
      },
    ),
  )
})

test.each([
  ['1.2', 0, undefined],
  ['1.20', 1, 12n],
  ['-.5', 1, -5n],
  ['+3', 2, 300n],
  ['1e5', 2, undefined],
  ['', 2, undefined],
  ['NaN', 2, undefined],
  [' 1', 2, undefined],
])("the text '%s' at scale %i", (text, scale, value) => {
  expect(parseDecimal(text, scale)).toBe(value)
})

test('units beyond the safe integers are refused, not rounded', () => {
  expect(parseUnits('9007199254740993', 0)).toBeUndefined()
  expect(() => priceUnits(2 ** 53)).toThrow('price_units is a safe integer, got 9007199254740992')
})
