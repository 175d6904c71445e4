import { expect, test } from 'vitest'
import { MONEY_SCALE } from '../../schemas/money.ts'
import type { EquitySample } from './equity-sampler.ts'
import { statisticsOf } from './statistics.ts'
import { TradeTally } from './trade-tally.ts'

const DAY_US = 86_400_000_000
const money = (amount: number) => BigInt(amount) * 10n ** BigInt(MONEY_SCALE)

/** An equity at a time in days. */
const sample = (day: number, amount: number, has_position = false): EquitySample => ({
  ts_us: day * DAY_US,
  equity: money(amount),
  has_position,
})

function figuresOf(start: number, samples: readonly EquitySample[], end: number) {
  const trades = new TradeTally({ convert: (amount: bigint) => amount } as never)
  return statisticsOf(trades, samples, { start: money(start), end: money(end) })
}

test('what was lost before the first sample is part of return and drawdown', () => {
  expect(figuresOf(10_000, [sample(0, 9_900), sample(0.5, 9_900)], 9_900)).toMatchObject({
    return_fraction: -0.01,
    max_drawdown: '100.00',
    max_drawdown_fraction: 0.01,
  })
})

test('what was won before the first sample is part of the return, and the high to fall from', () => {
  expect(figuresOf(10_000, [sample(0, 12_500), sample(0.5, 11_000)], 11_000)).toMatchObject({
    return_fraction: 0.1,
    max_drawdown: '1500.00',
    max_drawdown_fraction: 0.12,
  })
})

test('the drawdown in money and the one as a share may be of different falls', () => {
  // 1,000 less 400 is 40 %; 10,000 less 1,000 is 10 %.
  const samples = [1_000, 600, 10_000, 9_000].map((amount, at) => sample(at / 10, amount))
  expect(figuresOf(1_000, samples, 9_000)).toMatchObject({
    return_fraction: 8,
    max_drawdown: '1000.00',
    max_drawdown_fraction: 0.4,
  })
})

test('the first day has its return from the start on', () => {
  // Days of +10 %, 0 and -10 %: mean 0, and the squares around it 0.02; of losses alone the squares are 0.01.
  const flat = figuresOf(10_000, [sample(0, 11_000), sample(1, 11_000), sample(2, 9_900)], 9_900)
  expect(flat.sharpe_ratio).toBeCloseTo(0, 12)
  // Days of +10 % and +30 %: mean 0.2, deviation sqrt(0.02), no loss.
  const won = figuresOf(10_000, [sample(0, 11_000), sample(1, 14_300)], 14_300)
  expect(won.sharpe_ratio).toBeCloseTo((0.2 / Math.sqrt(0.02)) * Math.sqrt(252), 10)
  expect(won.sortino_ratio).toBeNull()
  // Days of -10 % and +20 %: mean 0.05, of the loss alone the square is 0.01.
  const mixed = figuresOf(10_000, [sample(0, 9_000), sample(1, 10_800)], 10_800)
  expect(mixed.sortino_ratio).toBeCloseTo((0.05 / 0.1) * Math.sqrt(252), 10)
})

test('what begins at zero has no return, and what never rises above it no share of a high', () => {
  expect(figuresOf(0, [sample(0, 0), sample(1, -5)], -5)).toMatchObject({
    return_fraction: null,
    max_drawdown: '5.00',
    max_drawdown_fraction: null,
  })
})

test('the time with a position is that from a sample with one to the next', () => {
  const samples = [sample(0, 1), sample(1, 1, true), sample(3, 1, true), sample(4, 1), sample(8, 1)]
  expect(figuresOf(1, samples, 1).exposure_fraction).toBe(3 / 8)
  expect(figuresOf(1, [sample(0, 1, true)], 1).exposure_fraction).toBeNull()
})
