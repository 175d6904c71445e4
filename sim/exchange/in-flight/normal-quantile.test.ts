import { expect, test } from 'vitest'
import { normalQuantile, normalShare } from './normal-quantile.ts'

// Made with another implementation of the quantile: NormalDist().inv_cdf of Python's statistics module.
test.each([
  [1e-300, -37.0470962993612],
  [1e-20, -9.262340089798405],
  [1e-10, -6.361340902404056],
  [0.001, -3.090232306167813],
  [0.075, -1.4395314709384557],
  [0.0751, -1.4388253927525398],
  [0.3, -0.5244005127080407],
  [0.5, 0],
  [0.6, 0.2533471031357998],
  [0.975, 1.9599639845400536],
  [0.9999999, 5.199337582290662],
])('a share of %f of the standard normal distribution lies below %f', (share, value) => {
  expect(normalQuantile(share)).toBeCloseTo(value, 11)
})

test('the share below a value is the one whose quantile the value is', () => {
  for (const value of [-8, -3.5, -1, -0.1, 0, 0.7, 2, 5])
    expect(normalQuantile(normalShare(value))).toBeCloseTo(value, value > 4 ? 8 : 11)
  expect([normalShare(Number.NEGATIVE_INFINITY), normalShare(Number.POSITIVE_INFINITY)]).toEqual([
    expect.closeTo(0, 50),
    1,
  ])
})
