import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimalString, isoTime } from '../../schemas/units.ts'
import { moneyText } from '../../sim/backtest/money-text.ts'
import { csvLine } from './csv.ts'
import { CsvBytes } from './csv-bytes.ts'

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'a', '-1', 'a,b', "'x", 'é'),
)
const big = fc.oneof(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.maxSafeInteger().map(BigInt))
const time = fc.integer({ min: -9_000_000_000_000_000, max: Number.MAX_SAFE_INTEGER })
const scale = fc.integer({ min: 0, max: 18 })

function linesOf(write: (lines: CsvBytes) => void): string {
  const lines = new CsvBytes()
  write(lines)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(lines.view())
}

test('numbers and times are the bytes of their texts', () => {
  const row = fc.tuple(fc.maxSafeInteger(), big, scale, fc.maxSafeNat(), time, time)
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), (rows) => {
      const written = linesOf((lines) => {
        for (const [units, amount, digits, count, before_us, after_us] of rows) {
          lines.decimal(units, digits)
          lines.decimal(amount, digits)
          lines.money(amount)
          lines.count(count)
          lines.time(before_us)
          lines.time(after_us)
          lines.endLine()
        }
      })
      const texts = rows.map(([units, amount, digits, count, before_us, after_us]) =>
        [
          decimalString(units, digits),
          decimalString(amount, digits),
          moneyText(amount),
          String(count),
          isoTime(before_us),
          isoTime(after_us),
        ].join(),
      )
      expect(written).toBe(texts.map((line) => `${line}\n`).join(''))
    }),
  )
})

test('texts are escaped as a line of texts is, whatever the row before held', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (rows) => {
      const written = linesOf((lines) => {
        for (const row of [...rows, ...rows]) {
          for (const cell of row) lines.text(cell)
          lines.endLine()
        }
      })
      const bytes = new TextEncoder().encode([...rows, ...rows].map(csvLine).join(''))
      expect(written).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
    }),
  )
})

test('a cell longer than the room there is has its room', () => {
  const long = 'é'.repeat(200_000)
  expect(linesOf((lines) => lines.text(long))).toBe(`${long},`)
})

test('what was cleared is not copied from', () => {
  const lines = new CsvBytes()
  for (const text of ['first', 'same']) {
    lines.text(text)
    lines.endLine()
  }
  lines.clear()
  lines.text('same')
  lines.endLine()
  expect(new TextDecoder().decode(lines.view())).toBe('same\n')
})
