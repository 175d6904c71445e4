import { expect, test } from 'vitest'
import { closingFee } from './closing-fee.ts'

test('a fee is shared by quantity, to the nearest unit, a rebate like a charge', () => {
  expect(closingFee(100n, 3, 1)).toBe(75n)
  expect(closingFee(200n, 2, 1)).toBe(133n)
  expect(closingFee(100n, 2, 1)).toBe(67n)
  expect(closingFee(-100n, 2, 1)).toBe(-67n)
})

test('a half goes to the even unit, and a fill that only closes bears all of its fee', () => {
  expect(closingFee(5n, 1, 1)).toBe(2n)
  expect(closingFee(7n, 1, 1)).toBe(4n)
  expect(closingFee(7n, 9, 0)).toBe(7n)
})
