import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Type from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Columns } from './cells.ts'
import { CsvFile } from './csv-file.ts'

type Pair = { left: string; right: string }

const PAIR = Type.Object({ left: Type.String(), right: Type.String() })
// In another order than the schema's.
const COLUMNS: Columns<Pair, Pair> = {
  right: (cell, { right }) => cell.text(right),
  left: (cell, { left }) => cell.text(left),
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orrery-csv-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('columns come in the order of the schema, rows in the order they were added', () => {
  const path = join(folder, 'pairs.csv')
  const file = new CsvFile(path, PAIR, COLUMNS)
  file.add({ right: '2', left: '1' })
  file.add({ left: '3', right: '4' })
  file.close()
  expect(readFileSync(path, 'utf8')).toBe('left,right\n1,2\n3,4\n')
})

test('rows reach the disk while a run goes on, so that few are in memory', () => {
  const path = join(folder, 'pairs.csv')
  const file = new CsvFile(path, PAIR, COLUMNS)
  const row = { left: 'a'.repeat(50), right: 'b'.repeat(49) }
  for (let i = 0; i < 10_000; i++) file.add(row)
  const length = 10_000 * 101
  expect(readFileSync(path).length).toBeGreaterThan(length - (1 << 16) - 101)
  file.close()
  expect(readFileSync(path).length).toBe('left,right\n'.length + length)
})

test.runIf(existsSync('/dev/full'))(
  'a full disk throws nothing while rows come, and is told at the end',
  () => {
    const path = join(folder, 'pairs.csv')
    symlinkSync('/dev/full', path)
    const file = new CsvFile(path, PAIR, COLUMNS)
    for (let i = 0; i < 2_000; i++) file.add({ left: 'a'.repeat(50), right: 'b' })
    const told = expect.objectContaining({
      code: 'run_files.not_written',
      reason: 'unavailable',
      where: path,
    })
    expect(() => file.close()).toThrow(told)
    expect(() => file.abandon()).not.toThrow()
  },
)

test('a folder that is not there is told at once', () => {
  expect(() => new CsvFile(join(folder, 'none', 'pairs.csv'), PAIR, COLUMNS)).toThrow(
    expect.objectContaining({ code: 'run_files.not_written' }),
  )
})
