import { describe, expect, test } from 'vitest'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import { profit, SEED, SHAPES, type Shape, SPREAD, type Tape } from './random-walk.test-support.ts'

// On quotes that go nowhere a market order pays half the spread, and no other type is paid for anything. Other kinds of data
// are walked in random-walk-data.test.ts.

const QUOTES: Tape = {
  orders: 9_000,
  spread: SPREAD,
  unit: 1,
  next: (random, bid) => {
    const move = random.nextInt(7) - 3
    return { lines: [`quote ${bid + move}/${bid + move + SPREAD}`], move }
  },
}

/**
 * Sizes change, and now and then a trade sweeps the best level, with more than was shown, and the market moves half a
 * spread its way: whoever was in the queue has traded at what the middle is now, and has earned nothing.
 */
const SWEEPS: Tape = {
  orders: 1_500,
  spread: SPREAD,
  unit: 1,
  next: (random, bid) => {
    const sizes = () => `${2 + random.nextInt(18)}x${2 + random.nextInt(18)}`
    const shown = `quote ${bid}/${bid + SPREAD} ${sizes()}`
    const half = SPREAD / 2
    const kind = random.nextInt(3)
    if (kind === 0) return { lines: [shown], move: 0 }
    const move = kind === 1 ? half : -half
    const sweep = kind === 1 ? `trade ${bid + SPREAD} 40 buy` : `trade ${bid} 40 sell`
    return { lines: [shown, sweep, `quote ${bid + move}/${bid + move + SPREAD} ${sizes()}`], move }
  },
}

/** Every choice of queue and fills that changes what trades, but for the one that fills on touch and is caught below. */
const CHOICES: readonly SimulationConfig[] = [
  { queue: { model: 'conservative' } },
  { queue: { model: 'by_position', weight: 'linear' } },
  { taken_until: 'level_changes' },
  {
    impact: { model: 'square_root', increments: '2', quantity: '1', half_life_us: 50, permanent_share: '0' },
  },
  { fills: { model: 'top_of_book' } },
  { fills: { model: 'participation', participation_max: '0.5' } },
  { fills: { model: 'probabilistic', slip_probability: '0.5', touch_probability: '0' } },
]

test(`market orders lose half the spread on a driftless walk, no more and no less (seed ${SEED})`, () => {
  const { mean, error } = profit(SHAPES['market'] as Shape, {}, QUOTES)
  expect(error).toBeLessThanOrEqual(0.05 * SPREAD)
  expect(Math.abs(mean + SPREAD / 2)).toBeLessThanOrEqual(3 * error)
})

test.each(Object.entries(SHAPES))(`%s earns nothing on a driftless walk (seed ${SEED})`, (_type, shape) => {
  const { count, mean, error } = profit(shape, {}, QUOTES)
  // A type that hardly ever fills would prove nothing.
  expect(count).toBeGreaterThan(500)
  expect(error).toBeLessThanOrEqual(0.05 * SPREAD)
  expect(mean).toBeLessThanOrEqual(3 * error)
})

/** A queue is nothing to orders that never wait in one. */
const NEVER_REST = new Set([
  'market',
  'limit, immediate or cancel',
  'stop',
  'stop by the middle',
  'market_if_touched',
  'trailing_stop',
])

describe.each(CHOICES)('under %j', (simulation) => {
  const shapes = Object.entries(SHAPES).filter(
    ([type]) => simulation.queue === undefined || !NEVER_REST.has(type),
  )
  test.each(shapes)(
    `%s earns nothing on a driftless walk whose trades move it (seed ${SEED})`,
    (_type, shape) => {
      // What presses keeps an order from its limit: fewer of them trade.
      const tape = simulation.impact === undefined ? SWEEPS : { ...SWEEPS, orders: 3_000 }
      const { count, mean, error } = profit(shape, simulation, tape)
      expect(count).toBeGreaterThan(400)
      expect(error).toBeLessThanOrEqual(0.05 * SPREAD)
      expect(mean).toBeLessThanOrEqual(3 * error)
    },
  )
})

test.each([
  ['quotes alone', QUOTES],
  ['trades that move the market', SWEEPS],
])('an exchange that fills limit orders on touch is caught, with %s', (_name, tape) => {
  const fills = { model: 'probabilistic', slip_probability: '0', touch_probability: '1' } as const
  for (const type of ['limit, waiting', 'limit at its own touch', 'iceberg']) {
    const { mean, error } = profit(SHAPES[type] as Shape, { fills }, tape)
    expect({ type, isCaught: mean > 3 * error }).toEqual({ type, isCaught: true })
  }
})
