import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearestName } from '../../schemas/nearest-name.ts'
import { alignedRows } from './table.ts'

test('the nearest name is the likely one, and nothing where none is close', () => {
  expect(nearestName('backtset', ['backtest', 'bench'])).toBe('backtest')
  expect(nearestName('Seed', ['seed'])).toBe('seed')
  expect(nearestName('zzz', ['backtest', 'bench'])).toBeUndefined()
})

test('edit distances that are known', () => {
  expect(editDistance('', 'abc')).toBe(3)
  expect(editDistance('kitten', 'sitting')).toBe(3)
  expect(editDistance('ab', 'ba')).toBe(1)
})

test('a distance is the same both ways, zero only between equals, and at most the longer length', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const distance = editDistance(a, b)
      expect(distance).toBe(editDistance(b, a))
      expect(distance === 0).toBe(a === b)
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
    }),
  )
})

test('columns are as wide as their widest cell', () => {
  expect(
    alignedRows(
      [
        ['a', '1'],
        ['bcd', '23', 'x'],
      ],
      [1],
    ),
  ).toEqual(['a     1', 'bcd  23  x'])
})
