import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ROUNDING_MODES, type RoundingMode } from '../../schemas/money.ts'
import { divideRounded } from './rounding.ts'

const DECIMAL_MODE: Record<RoundingMode, Decimal.Rounding> = {
  half_even: Decimal.ROUND_HALF_EVEN,
  half_up: Decimal.ROUND_HALF_UP,
  down: Decimal.ROUND_DOWN,
  up: Decimal.ROUND_UP,
  floor: Decimal.ROUND_FLOOR,
  ceiling: Decimal.ROUND_CEIL,
}
const Wide = Decimal.clone({ precision: 200 })

test.each(ROUNDING_MODES)('division rounds %s as decimal.js does', (mode) => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n }),
      // Small denominators make exact halves common.
      fc.oneof(fc.bigInt({ min: 1n, max: 20n }), fc.bigInt({ min: 1n, max: 2n ** 60n })),
      (numerator, denominator) => {
        const expected = new Wide(numerator.toString())
          .div(denominator.toString())
          .toFixed(0, DECIMAL_MODE[mode])
        expect(divideRounded(numerator, denominator, mode)).toBe(BigInt(expected))
      },
    ),
  )
})

test.each([
  [5n, 2n],
  [15n, 8n],
  [-5n, -2n],
  [-15n, -8n],
])('half_even takes half of %i to its even neighbour', (numerator, expected) => {
  expect(divideRounded(numerator, 2n, 'half_even')).toBe(expected)
})

test('a denominator of zero or below is a bug', () => {
  expect(() => divideRounded(1n, 0n, 'down')).toThrow('positive')
})
