import { expect, test } from 'vitest'
import { defineFillModel, Type } from '../../../actors/strategy/author-kit.ts'
import { createStepGate } from '../../../engine/step-gate.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { Scenario, terms, venue } from '../scenario.test-support.ts'
import type { SimulatedVenuesTerms } from '../simulated-venues.ts'
import { type AuthoredModel, venuesWith } from './authored-models.ts'

// Fill-or-kill fills whole or not at all, whatever stands in the way of what it was promised.

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
