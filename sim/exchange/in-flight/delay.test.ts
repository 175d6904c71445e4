import { expect, test } from 'vitest'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { DelayConfig } from '../../../schemas/config/latency.ts'
import { Delay, longestDelayUs } from './delay.ts'

const DRAWS = 20_000

/** Densities as textbooks give them, without their constant: what a cut leaves is divided by its own sum. */
const DENSITIES: readonly (readonly [DelayConfig, (x: number) => number])[] = [
  [{ model: 'uniform', min_us: 100, max_us: 900 }, () => 1],
  [{ model: 'uniform', min_us: 1, max_us: 3 }, () => 1],
  [{ model: 'exponential', mean_us: 300, min_us: 50, max_us: 1_200 }, (x) => Math.exp(-(x - 50) / 300)],
  [
    { model: 'normal', mean_us: 500, deviation_us: 200, min_us: 300, max_us: 1_500 },
    (x) => Math.exp(-(((x - 500) / 200) ** 2) / 2),
  ],
  [
    { model: 'lognormal', median_us: 400, sigma: '0.6', min_us: 0, max_us: 2_000 },
    (x) => (x === 0 ? 0 : Math.exp(-((Math.log(x / 400) / 0.6) ** 2) / 2) / x),
  ],
]

test.each(DENSITIES)('delays are distributed as they say: %j', (config, density) => {
  const seed = 5
  const { min_us, max_us } = config as { min_us: number; max_us: number }
  const delay = new Delay(config, seed, 'test')
  const counts = new Array<number>(max_us - min_us + 1).fill(0)
  for (let n = 0; n < DRAWS; n++) {
    const drawn = delay.next()
    expect(Number.isInteger(drawn) && drawn >= min_us && drawn <= max_us).toBe(true)
    counts[drawn - min_us] = (counts[drawn - min_us] as number) + 1
  }
  const weights = counts.map((_, at) => density(min_us + at))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let [drawn, wanted, worst] = [0, 0, 0]
  for (const [at, count] of counts.entries()) {
    drawn += count / DRAWS
    wanted += (weights[at] as number) / total
    worst = Math.max(worst, Math.abs(drawn - wanted))
  }
  // Kolmogorov and Smirnov: in one run of a thousand a right sample is farther away. Whole microseconds add a little.
  expect({ seed, isClose: worst < 1.95 / Math.sqrt(DRAWS) + 0.002 }).toEqual({ seed, isClose: true })
})

test('a recording is replayed in its order, and from its beginning behind its end', () => {
  const delay = new Delay({ model: 'recorded', delays_us: [5, 70, 0] }, 1, 'any')
  expect(Array.from({ length: 7 }, () => delay.next())).toEqual([5, 70, 0, 5, 70, 0, 5])
})

test('what is the same for each is that', () => {
  const delay = new Delay(250, 1, 'any')
  expect([delay.next(), delay.next()]).toEqual([250, 250])
})

test('seed and name decide on delays, and what was drawn before a snapshot goes on behind it', () => {
  const config: DelayConfig = { model: 'lognormal', median_us: 400, sigma: '0.6', min_us: 0, max_us: 9_000 }
  const drawn = (delay: Delay) => Array.from({ length: 20 }, () => delay.next())
  const through = new Delay(config, 7, 'a')
  const first = drawn(through)
  expect(drawn(new Delay(config, 7, 'a'))).toEqual(first)
  expect(drawn(new Delay(config, 8, 'a'))).not.toEqual(first)
  expect(drawn(new Delay(config, 7, 'b'))).not.toEqual(first)
  const writer = new CanonicalWriter()
  through.save(writer)
  const restored = new Delay(config, 7, 'a')
  restored.load(new CanonicalReader(writer.view()))
  expect(drawn(restored)).toEqual(drawn(through))
})

test('the longest delay there can be is known beforehand', () => {
  expect(longestDelayUs(30)).toBe(30)
  expect(longestDelayUs({ model: 'uniform', min_us: 0, max_us: 90 })).toBe(90)
  expect(longestDelayUs({ model: 'recorded', delays_us: [5, 70, 0] })).toBe(70)
})

test('bounds that leave one value give that value', () => {
  const bounds = { min_us: 40, max_us: 40 }
  const models: DelayConfig[] = [
    { model: 'uniform', ...bounds },
    { model: 'exponential', mean_us: 7, ...bounds },
    { model: 'normal', mean_us: 40, deviation_us: 9, ...bounds },
    { model: 'lognormal', median_us: 40, sigma: '2', ...bounds },
  ]
  for (const config of models) expect(new Delay(config, 1, 'one').next()).toBe(40)
})
