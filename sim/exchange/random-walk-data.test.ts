import { describe, expect, test } from 'vitest'
import type { RandomStream } from '../../engine/random-stream.ts'
import { profit, SEED, SHAPES, type Shape, SPREAD, type Tape } from './random-walk.test-support.ts'

// The walk of random-walk.test.ts on other data than quotes.

/** Trades alone, whose price goes nowhere. */
const TRADES: Tape = {
  orders: 2_000,
  spread: 0,
  unit: 1,
  next: (random, last) => {
    const move = random.nextInt(7) - 3
    return { lines: [`trade ${last + move} ${1 + random.nextInt(9)}`], move }
  },
}

/** Bars of a price that goes nowhere by single units. */
const BARS: Tape = {
  orders: 1_500,
  spread: 0,
  unit: 1,
  next: (random, open) => barOf(random, open, 20),
}

/**
 * The same of bids and of asks: no further from each other than the price goes within a bar, so that who took at an ask of
 * before once the bids have gone would pay less than half the spread.
 */
const SIDES: Tape = {
  orders: 3_500,
  spread: 5,
  unit: 1,
  pays_half: true,
  next: (random, open) => {
    const { high, low, close } = walked(random, open, 20)
    const [bids, asks] = [0, SIDES.spread].map((up) => [open + up, high + up, low + up, close + up].join(' '))
    return { lines: [`bar bid ${bids}`, `bar ask ${asks}`], move: close - open }
  },
}

function barOf(random: RandomStream, open: number, steps: number) {
  const { high, low, close } = walked(random, open, steps)
  return { lines: [`bar last ${open} ${high} ${low} ${close}`], move: close - open }
}

function walked(random: RandomStream, open: number, steps: number) {
  let [close, high, low] = [open, open, open]
  for (let i = 0; i < steps; i++) {
    close += random.nextInt(2) === 0 ? 1 : -1
    high = Math.max(high, close)
    low = Math.min(low, close)
  }
  return { high, low, close }
}

/** A book by price of two levels a side, which a trade sweeps now and then as the one of quotes. */
const LEVELS: Tape = {
  orders: 1_500,
  spread: SPREAD,
  unit: 1,
  simulation: { book: 'book_level' },
  next: (random, bid) => {
    const size = () => 2 + random.nextInt(18)
    const move = sweep(random.nextInt(3))
    const swept = move > 0 ? [`trade ${bid + SPREAD} 40 buy`] : move < 0 ? [`trade ${bid} 40 sell`] : []
    const gone = move === 0 ? [] : levels(bid, () => 0).map((level) => `${level} more`)
    const [last, ...others] = levels(bid + move, size)
    return { lines: [...swept, ...gone, ...others.map((level) => `${level} more`), `${last}`], move }
  },
}

/** The same by order: who is executed stood first at the best price and last, and the market is told anew. */
const ORDERS: Tape = {
  orders: 1_500,
  spread: SPREAD,
  unit: 1,
  simulation: { book: 'book_order' },
  next: (random, bid, step) => {
    const id = 10 * step
    const move = sweep(random.nextInt(3))
    const before = levels(bid, () => 9)
    const best = move > 0 ? 0 : 2
    const swept = [`add ${id} ${before[best]}`, `execute ${id - 10 + best + 1} 9`, `execute ${id} 9`]
    const gone = before.map((_, place) => `delete ${id - 10 + place + 1}`)
    const shown = levels(bid + move, () => 9).map((level, place) => `add ${id + place + 1} ${level}`)
    return { lines: step === 1 ? shown : [...(move === 0 ? [] : swept), ...gone, ...shown], move }
  },
}

/**
 * Trades alone, of those who come to a market that nobody is shown: one increment wide, and of that alone it moves. They
 * sell at its bid or buy at its ask, whichever, and know nothing.
 */
const BOUNCES: Tape = {
  orders: 5_000,
  spread: SPREAD,
  unit: SPREAD,
  next: (random, bid) => {
    const move = SPREAD * (random.nextInt(3) - 1)
    return { lines: [`trade ${bid + move + SPREAD * random.nextInt(2)}`], move }
  },
}

function sweep(kind: number): number {
  return kind === 0 ? 0 : kind === 1 ? SPREAD / 2 : -SPREAD / 2
}

function levels(bid: number, size: () => number): string[] {
  const ask = bid + SPREAD
  return [
    `ask ${ask} ${size()}`,
    `ask ${ask + 2} ${size()}`,
    `bid ${bid} ${size()}`,
    `bid ${bid - 2} ${size()}`,
  ]
}

/** A twentieth of the spread that the tape has, or where it has none of that which others have. */
function errorMax({ spread }: Tape): number {
  return 0.05 * (spread === 0 ? SPREAD : spread)
}

/** What takes at once whenever it trades: where both sides are shown it pays half the spread, as a market order does. */
const TAKES = new Set([
  'limit, taking',
  'limit, immediate or cancel',
  'stop',
  'stop by the middle',
  'market_to_limit',
  'market_if_touched',
  'trailing_stop',
])

const ALL = Object.entries(SHAPES)
const WALKS: readonly (readonly [string, Tape, readonly (readonly [string, Shape])[]])[] = [
  ['trades', TRADES, ALL],
  ['bars, open-high-low-close', { ...BARS, simulation: { bars: 'fixed' } }, ALL],
  ['bars', BARS, ALL],
  ['bars of bids and asks', SIDES, ALL],
  ['bars of bids and asks, open-high-low-close', { ...SIDES, simulation: { bars: 'fixed' } }, ALL],
  ['bars of bids and asks, at their close', { ...SIDES, simulation: { bars: 'close' } }, ALL],
  ['a book by price', LEVELS, ALL],
  ['a book by order', ORDERS, ALL],
]

describe.each(WALKS)('on %s', (_data, tape, shapes) => {
  test.each(shapes)(`%s earns nothing on a driftless walk (seed ${SEED})`, (type, shape) => {
    const { count, mean, error } = profit(shape, {}, tape)
    // At the one price there is, nothing is taken that has to be there at once.
    if (tape.spread === 0 && type === 'limit, immediate or cancel') return expect(count).toBe(0)
    expect(count).toBeGreaterThan(300)
    expect(error).toBeLessThanOrEqual(errorMax(tape))
    expect(mean).toBeLessThanOrEqual(3 * error)
    if (type === 'market' || (tape.pays_half === true && TAKES.has(type)))
      expect(Math.abs(mean + tape.spread / 2)).toBeLessThanOrEqual(3 * error)
  })
})

// Which of a bar's extremes came first is unknown. In one order for all bars the high, which rises to a trigger, is always
// followed by the low, which fills what waits for the way back.
describe('a stop-limit that waits for the way back inside bars', () => {
  const back: Shape = (_near, far, s) => `stop_limit ${far + s * 6} ${far - s * 4} gtc`
  const HOURS: Tape = { ...BARS, orders: 4_000, next: (random, open) => barOf(random, open, 120) }

  test(`earns nothing where the nearer extreme comes first, as it does unless the venue says otherwise (seed ${SEED})`, () => {
    const { count, mean, error } = profit(back, {}, HOURS)
    expect(count).toBeGreaterThan(2_000)
    expect(error).toBeLessThanOrEqual(0.05 * SPREAD)
    expect(mean).toBeLessThanOrEqual(3 * error)
  })

  test(`is caught where the high always does (seed ${SEED})`, () => {
    const { mean, error } = profit(back, { bars: 'fixed' }, HOURS)
    expect(mean).toBeGreaterThan(3 * error)
  })
})

// The shorter a trail, the more ways back inside a bar would have met it of which four prices say nothing.
describe.each(['fixed', 'adaptive'] as const)('inside bars, %s', (bars) => {
  test.each([1, 2, 8])(`a trail of %i earns nothing (seed ${SEED})`, (offset) => {
    for (const shape of [`trailing_stop ${offset} gtc`, `trailing_stop_limit ${offset} gtc limit=2`]) {
      const { count, mean, error } = profit(() => shape, { bars }, { ...BARS, orders: 4_000 })
      expect(count).toBeGreaterThan(3_000)
      expect(error).toBeLessThanOrEqual(0.05 * SPREAD)
      expect(mean).toBeLessThanOrEqual(3 * error)
    }
  })
})

/** What takes at a last price once it is the better of the two, and not at the other: as assumptions.ts says, it earns. */
const CHOOSES_ITS_PRICE = ['limit, immediate or cancel', 'market_if_touched']
/** Of those that hardly ever fill there more are needed. */
const RARE: { readonly [type: string]: number } = { limit_if_touched: 20_000, stop: 9_000, stop_limit: 9_000 }

// Nobody shows the bid and the ask that those trades bounce between: what takes whatever comes pays between nothing
// and half of that spread, and what waits is filled once the last price is beyond its own.
describe('on trades that bounce between a bid and an ask', () => {
  const walk = (type: string) =>
    profit(SHAPES[type] as Shape, {}, { ...BOUNCES, orders: RARE[type] ?? BOUNCES.orders })

  const others = Object.keys(SHAPES).filter((type) => !CHOOSES_ITS_PRICE.includes(type))
  test.each(others)(`%s earns nothing (seed ${SEED})`, (type) => {
    const { count, mean, error } = walk(type)
    expect(count).toBeGreaterThan(500)
    expect(error).toBeLessThanOrEqual(0.05 * SPREAD)
    expect(mean).toBeLessThanOrEqual(3 * error)
  })

  test.each(CHOOSES_ITS_PRICE)(`%s earns, and no more than half of the spread (seed ${SEED})`, (type) => {
    const { count, mean, error } = walk(type)
    expect(count).toBeGreaterThan(500)
    expect(error).toBeLessThanOrEqual(0.05 * SPREAD)
    expect(mean).toBeGreaterThan(3 * error)
    expect(mean).toBeLessThanOrEqual(SPREAD / 2 + 3 * error)
  })
})

// One that stands at the touch as it comes in is filled by the next trade there, whoever took: that pays it nothing.
test.each(['limit, waiting', 'iceberg'])(
  `a venue that fills on touch is caught with trades alone: %s (seed ${SEED})`,
  (type) => {
    const fills = { model: 'probabilistic', slip_probability: '0', touch_probability: '1' } as const
    const { mean, error } = profit(SHAPES[type] as Shape, { fills }, BOUNCES)
    expect(mean).toBeGreaterThan(3 * error)
  },
)
