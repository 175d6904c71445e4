import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../engine/random-stream.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import { account, Scenario, terms, venue } from './scenario.test-support.ts'

// On a market that goes nowhere nobody earns: each order is marked at the middle some quotes after its fill, where a
// martingale is worth its price of now. A market order pays half the spread, and no other type is paid for anything.

const SEED = 20_260_102
const SPREAD = 10
/** Quotes an order lives, and quotes after its fill at which it is marked. */
const LIFE = 12
const HORIZON = 4

/** What follows `<id> <side> 1` of an order, from the bid and the ask it is decided at; `s` is 1 for a buy, -1 for a sell. */
type Shape = (near: number, far: number, s: 1 | -1) => string
const SHAPES: { readonly [type: string]: Shape } = {
  market: () => 'market ioc',
  'limit, waiting': (near, _far, s) => `limit ${near - s * 2} gtc`,
  'limit at its own touch': (near) => `limit ${near} gtc post`,
  'limit, taking': (_near, far) => `limit ${far} gtc`,
  'limit, immediate or cancel': (_near, far) => `limit ${far} ioc`,
  iceberg: (near, _far, s) => `limit ${near - s} gtc show=1`,
  stop: (_near, far, s) => `stop ${far + s * 4} gtc`,
  'stop by the middle': (_near, far, s) => `stop ${far + s * 2} gtc by=mid`,
  stop_limit: (_near, far, s) => `stop_limit ${far + s * 4} ${far + s * 5} gtc`,
  market_to_limit: () => 'market_to_limit gtc',
  market_if_touched: (_near, far, s) => `market_if_touched ${far - s * 4} gtc`,
  limit_if_touched: (_near, far, s) => `limit_if_touched ${far - s * 4} ${far - s * 5} gtc`,
  trailing_stop: () => 'trailing_stop 4 gtc',
  trailing_stop_limit: () => 'trailing_stop_limit 4 gtc limit=2',
}

type Tape = {
  readonly orders: number
  /** The rows of one step of the walk from a bid, and by how much it moves. */
  readonly next: (
    random: RandomStream,
    bid: number,
  ) => { readonly lines: readonly string[]; readonly move: number }
}

const QUOTES: Tape = {
  orders: 9_000,
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

/** Mean profit of an order against the middle at the horizon, and its standard error, in price units. */
function profit(shape: Shape, simulation: SimulationConfig = {}, tape = QUOTES) {
  const scenario = new Scenario(
    terms({
      venues: [venue({ simulation })],
      accounts: [account({ balance: '1000000000', leverage_max: '100000' })],
    }),
  )
  const random = new RandomStream(SEED, 'walk')
  let bid = 1_000_000
  let ts = 0
  const quote = () => {
    const { lines, move } = tape.next(random, bid)
    for (const line of lines) scenario.step(`${++ts} ${line}`)
    bid += move
  }
  const profits: number[] = []
  quote()
  for (let i = 0; i < tape.orders; i++) {
    const s = random.nextInt(2) === 0 ? 1 : -1
    const [near, far] = s === 1 ? [bid, bid + SPREAD] : [bid + SPREAD, bid]
    scenario.deliveries.length = 0
    scenario.step(`${ts} o${i} ${s === 1 ? 'buy' : 'sell'} 1 ${shape(near, far, s)}`)
    let price = priceOfFill(scenario)
    for (let age = 0; age < LIFE && price === undefined; age++) {
      quote()
      price = priceOfFill(scenario)
    }
    if (price === undefined) scenario.step(`${ts} c${i} cancel o${i}`)
    else {
      for (let wait = 0; wait < HORIZON; wait++) quote()
      profits.push(s * (bid + SPREAD / 2 - price))
    }
  }
  const count = profits.length
  const mean = profits.reduce((sum, one) => sum + one, 0) / count
  const variance = profits.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (count - 1)
  return { count, mean, error: Math.sqrt(variance / count) }
}

function priceOfFill(scenario: Scenario): number | undefined {
  for (const { message } of scenario.deliveries)
    if (message.type === 'venue_report' && message.report_type === 'trade') return message.last_price_units
  return undefined
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
  const { mean, error } = profit(SHAPES['market'] as Shape)
  expect(error).toBeLessThanOrEqual(0.05 * SPREAD)
  expect(Math.abs(mean + SPREAD / 2)).toBeLessThanOrEqual(3 * error)
})

test.each(Object.entries(SHAPES))(`%s earns nothing on a driftless walk (seed ${SEED})`, (_type, shape) => {
  const { count, mean, error } = profit(shape)
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
