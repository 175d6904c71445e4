import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLine, readCell } from './csv.ts'

const text = fc.oneof(fc.string(), fc.stringMatching(/^[=+\-@'"\t\r\n,;|A-Z0-9.]{0,8}$/))
const lines = fc.array(fc.array(text, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 5 })

test('whatever is written is read back', () => {
  fc.assert(
    fc.property(lines, (rows) => {
      const parsed = parse(rows.map(csvLine).join(''), { relax_column_count: true }) as string[][]
      expect(parsed.map((row) => row.map(readCell))).toEqual(rows)
    }),
  )
})

test('no cell begins as a formula does', () => {
  fc.assert(
    fc.property(text, (cell) => {
      const [[parsed]] = parse(csvLine([cell, 'x'])) as [[string]]
      expect(/^[=+\-@\t\r\n]/.test(parsed) && !/^-?\d+(\.\d+)?$/.test(parsed)).toBe(false)
    }),
  )
})

test('formulas, separators and quotes are escaped, numbers stay as they are', () => {
  expect(csvLine(['=1+1', '-2.50', '-a', "'x", 'a,b', 'say "no"', ''])).toBe(
    `'=1+1,-2.50,'-a,''x,"a,b","say ""no""",\n`,
  )
})
