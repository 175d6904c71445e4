import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fxSpec } from '../../engine/instrument.test-support.ts'
import { CsvBytes } from './csv-bytes.ts'
import { MeanPrice } from './mean-price.ts'

const spec = fxSpec()

function written(fills: readonly (readonly [price_units: number, quantity_units: number])[]): string {
  const mean = new MeanPrice(spec)
  for (const [price_units, quantity_units] of fills) mean.add(price_units, quantity_units)
  const line = new CsvBytes()
  mean.write(line)
  line.endLine()
  return new TextDecoder().decode(line.view()).trimEnd()
}

test('the mean price is within half of its last digit of what was paid, by one price or by several, also where fills are taken back', () => {
  const price = fc.oneof(fc.constantFrom(100_000, Number.MAX_SAFE_INTEGER), fc.maxSafeNat())
  const fill = fc.tuple(price, fc.integer({ min: -1_000, max: 1_000_000 }))
  fc.assert(
    fc.property(fc.array(fill, { maxLength: 4 }), (fills) => {
      let [cost, quantity] = [0n, 0n]
      for (const [price_units, quantity_units] of fills) {
        cost += BigInt(price_units) * BigInt(quantity_units)
        quantity += BigInt(quantity_units)
      }
      const text = written(fills)
      if (quantity <= 0n) {
        expect(text).toBe('')
        return
      }
      const shown = BigInt(text.replace('.', ''))
      const missed = shown * quantity - cost * 100n
      expect(missed * 2n <= quantity && missed * -2n <= quantity).toBe(true)
      expect(text).toMatch(/^-?\d+\.\d{7}$/)
    }),
    { numRuns: 1000 },
  )
})

test.each([
  [[[100, 1_000] as const], '0.0010000'],
  [
    [
      [100, 1_000],
      [101, 1_000],
    ] as const,
    '0.0010050',
  ],
  [
    [
      [100, 1_000],
      [100, 500],
      [101, -1_000],
    ] as const,
    '0.0009800',
  ],
])('fills %j have the mean price %s', (fills, text) => {
  expect(written(fills)).toBe(text)
})
