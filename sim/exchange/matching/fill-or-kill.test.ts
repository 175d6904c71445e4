import { expect, test } from 'vitest'
import { defineFillModel, Type } from '../../../actors/strategy/author-kit.ts'
import { BOOK_ACTION } from '../../../engine/book/book-action.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import { createStepGate } from '../../../engine/step-gate.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { instrument, Scenario, specsOf, terms, venue } from '../scenario.test-support.ts'
import type { SimulatedVenuesTerms } from '../simulated-venues.ts'
import { type AuthoredModel, venuesWith } from './authored-models.ts'

// Fill-or-kill fills whole or not at all, whatever stands in the way of what it was promised.

const CASES = 1_000

const of = (simulation: SimulationConfig) => terms({ venues: [venue({ simulation })] })
const tradesOf = (from: SimulatedVenuesTerms, ...lines: string[]) =>
  new Scenario(from).play(...lines).filter((report) => report.includes(' f trade '))

test('an own order beyond a band counts for nothing', () => {
  const price_bands = {
    basis_points: 100,
    reference_window_us: 1_000_000_000,
    limit_state_us: 100,
    pause_us: 100,
  }
  const lines = ['1 quote 100/100 5x5', '1 trade 100 1', '2 quote 99/100 5x5', '3 s sell 5 limit 103 gtc']
  expect(tradesOf(of({ self_match: 'allowed', price_bands }), ...lines, '4 f buy 10 limit 104 fok')).toEqual(
    [],
  )
})

test('an order that slips to one of its own account is known to meet it', () => {
  const fills = { model: 'probabilistic', slip_probability: '1', touch_probability: '0' } as const
  const lines = ['1 quote 99/100 5x5', '3 s sell 5 limit 102 gtc', '4 f buy 10 market fok']
  expect(tradesOf(of({ self_match: 'cancel_aggressive', fills }), ...lines)).toEqual([])
})

test.each([
  ['best prices', 'quote', ['1 quote 100/101 40x40']],
  ['a book by price', 'book_level', []],
] as const)('a model that draws is asked once: %s', (_what, book, lines) => {
  const seeds = Array.from({ length: 40 }, (_, seed) => seed)
  const told = seeds.flatMap((seed) => {
    const s = new Scenario(drawing(seed, book))
    for (const line of lines) s.step(line)
    if (book === 'book_level') showLevels(s)
    s.step('2 f sell 15 limit 99 fok')
    s.finish()
    const trades = s.reports().filter((report) => report.includes(' f trade '))
    return trades.length === 0 ? [] : [trades.at(-1)?.endsWith('leaves 0')]
  })
  expect(told.length).toBeGreaterThan(3)
  expect(told.length).toBeLessThan(40)
  expect(new Set(told)).toEqual(new Set([true]))
})

const RULES = ['allowed', 'cancel_aggressive', 'cancel_passive', 'cancel_both'] as const
const BOOKS = ['quote', 'book_level', 'book_order'] as const
const MODELS: readonly (SimulationConfig['fills'] & object)[] = [
  { model: 'residual_worse' },
  { model: 'participation', participation_max: '0.5' },
  { model: 'probabilistic', slip_probability: '0.5', touch_probability: '0' },
]

const IMPACT = {
  model: 'linear',
  increments: '2',
  quantity: '10',
  permanent_share: '1',
  half_life_us: 1,
} as const

// FIX TimeInForce 3 and 4, https://www.onixs.biz/fix-dictionary/4.4/tagNum_59.html: all of it at once, or nothing.
test('beside orders of its account it fills whole where immediate-or-cancel would, else not at all (seed 20261129)', () => {
  const random = new RandomStream(20_261_129, 'fill-or-kill')
  const told = { whole: 0, killed: 0, kept_apart: 0 }
  for (let round = 0; round < CASES; round++) {
    const one = drawnCase(random)
    const [whole, part] = (['fok', 'ioc'] as const).map((time) => filledUnits(one, time)) as [number, number]
    expect({ round, one, whole }).toEqual({ round, one, whole: part === one.quantity ? part : 0 })
    told[whole > 0 ? 'whole' : 'killed']++
    if (whole > 0 && one.own.length > 0) told.kept_apart++
  }
  expect(Math.min(...Object.values(told))).toBeGreaterThan(CASES / 20)
})

type Case = {
  readonly simulation: SimulationConfig
  readonly lot: string
  readonly asks: readonly (readonly [price: number, size: number])[]
  readonly own: readonly (readonly [price: number, size: number, shown: number])[]
  readonly quantity: number
  readonly words: string
}

/** Offers of the market, own ones among them, and an order that comes. */
function drawnCase(random: RandomStream): Case {
  const of = <T>(list: readonly T[]) => list[random.nextInt(list.length)] as T
  const book = of(BOOKS)
  const self_match = of(RULES)
  const simulation = {
    ...{ book, self_match, fills: of(MODELS) },
    ...(book === 'book_order' || random.nextInt(2) === 0
      ? {}
      : { queue: { model: 'conservative' } as const }),
    ...(random.nextInt(2) === 0 ? {} : { impact: IMPACT }),
  }
  const lot = of([1, 1, 5])
  const asks = Array.from(
    { length: book === 'quote' ? 1 : 3 },
    (_, depth) => [101 + 2 * depth, 1 + random.nextInt(30)] as const,
  )
  const own = Array.from(
    { length: random.nextInt(3) },
    () => [101 + random.nextInt(7), 2 * lot, lot * random.nextInt(2)] as const,
  )
  const words = of([`limit ${101 + random.nextInt(7)}`, 'market', 'market_to_limit'])
  return { simulation, lot: `${lot}`, asks, own, quantity: lot * (1 + random.nextInt(30 / lot)), words }
}

function filledUnits({ simulation, lot, asks, own, quantity, words }: Case, time: 'ioc' | 'fok'): number {
  const s = new Scenario(terms({ venues: [venue({ simulation })], specs: specsOf(instrument({ lot })) }))
  showAsks(s, simulation, 1, asks)
  // It presses on what comes later.
  s.step('2 first buy 5 limit 101 ioc')
  // Behind the market at its price, and in front of what comes to it later.
  for (const [at, [price, size, shown]] of own.entries())
    s.step(`${3 + at} own${at} sell ${size} limit ${price} gtc${shown === 0 ? '' : ` show=${shown}`}`)
  showAsks(s, simulation, 5, asks)
  const reports = s
    .play(`6 f buy ${quantity} ${words} ${time}`)
    .filter((report) => report.includes(' f trade '))
  return reports.reduce((sum, report) => sum + Number(report.split(' ')[3]?.split('@')[0]), 0)
}

/** A bid, and asks as the book of a venue tells them. */
function showAsks(s: Scenario, { book }: SimulationConfig, at: number, asks: Case['asks']): void {
  const { rows, deepRows } = s.venues.exchange('sim')
  const [[best, size] = [0, 0]] = asks
  if (book === 'quote') return rows.onQuote(0, at, 99, best, 10, size)
  if (book === 'book_level') {
    deepRows.onLevel(0, at, 1, 99, 10)
    for (const [price, units] of asks) deepRows.onLevel(0, at, -1, price, units)
    return
  }
  if (at === 1) deepRows.onBookOrder(0, at, BOOK_ACTION.add, 1, 1, 99, 10)
  for (const [depth, [price, units]] of asks.entries())
    deepRows.onBookOrder(0, at, BOOK_ACTION.add, 10 * at + depth, -1, price, units)
}

/** Two bids and an ask. */
function showLevels(s: Scenario): void {
  const { deepRows } = s.venues.exchange('sim')
  deepRows.onLevel(0, 1, -1, 101, 40)
  deepRows.onLevel(0, 1, 1, 100, 20)
  deepRows.onLevel(0, 1, 1, 99, 20)
}

/** A venue whose model lets an order have a drawn part of what is shown. */
function drawing(seed: number, book: 'quote' | 'book_level'): SimulatedVenuesTerms {
  const own = { model: 'custom', source: 'own.ts#own', params: {} } as const
  const plain = of({ fills: own, book })
  const definition = defineFillModel({
    name: 'some',
    params: Type.Object({}),
    state: () => ({}),
    fills_residual: false,
    available: ({ random }, _order, shown) => Math.floor(shown * random()),
  }) as AuthoredModel['definition']
  const models = [{ venue_id: 'sim', part: 'fills' as const, source: 'own.ts#own', definition }]
  type Config = Parameters<typeof venuesWith>[1]
  const config = { venues: plain.venues as Config['venues'], seed }
  return { ...plain, venues: venuesWith(models, config, plain.specs, createStepGate()) }
}
