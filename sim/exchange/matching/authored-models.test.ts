import { expect, test } from 'vitest'
import { defineFillModel, defineImpactModel, Type } from '../../../actors/strategy/author-kit.ts'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { createStepGate } from '../../../engine/step-gate.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { Scenario, terms, venue } from '../scenario.test-support.ts'
import { type AuthoredModel, venuesWith } from './authored-models.ts'

/** Every other order that asks gets half of what is shown, and by chance one more. */
const turns = defineFillModel({
  name: 'turns',
  params: Type.Object({}),
  state: () => ({ asked: 0 }),
  fills_residual: false,
  available({ state, random }, { instrument_id }, shown_units) {
    state.asked++
    const more = random() < 0.5 ? 1 : 0
    const isHalved = instrument_id === 'X.sim' && state.asked % 2 === 0
    return isHalved ? Math.min(shown_units, Math.floor(shown_units / 2) + more) : shown_units
  },
})

/** Each trade of an order that took makes its side worse for good. */
const lasting = defineImpactModel({
  name: 'lasting',
  params: Type.Object({}),
  state: () => ({ buys: 0, sells: 0 }),
  onFill({ state }, { side, liquidity_side }) {
    if (liquidity_side !== 'taker') return
    if (side === 'buy') state.buys++
    else state.sells++
  },
  incrementsWorse: ({ state }, _instrument, side) => (side === 'buy' ? state.buys : state.sells),
})

function scenarioWith(...definitions: readonly object[]): Scenario {
  const own = { model: 'custom', source: 'own.ts#own', params: {} } as const
  const simulation: SimulationConfig = { fills: own, impact: own }
  const plain = terms({ venues: [venue({ simulation })] })
  const parts = ['fills', 'impact'] as const
  const models = definitions.map((definition, i) => ({
    venue_id: 'sim',
    part: parts[i] ?? 'impact',
    source: 'own.ts#own',
    definition: definition as AuthoredModel['definition'],
  }))
  const venues = plain.venues as Parameters<typeof venuesWith>[1]['venues']
  return new Scenario({
    ...plain,
    venues: venuesWith(models, { venues, seed: 5 }, plain.specs, createStepGate()),
  })
}

const LINES = [
  '1 quote 100/101 40x40',
  ...Array.from({ length: 30 }, (_, i) => `${i + 2} o${i} ${i % 3 === 0 ? 'sell' : 'buy'} 3 market ioc`),
]

test('[A2] models of a user fill and press, and go on from a snapshot at any point as if there had been none', () => {
  const whole = scenarioWith(turns, lasting)
  const reports = whole.play(...LINES)
  // The tenth sell meets the bid as nine before it have left it.
  expect(reports).toContain('29 o27 trade 3@91 leaves 0')
  for (const cut of [1, 7, 18]) {
    const first = scenarioWith(turns, lasting)
    for (const line of LINES.slice(0, cut)) first.step(line)
    const writer = new CanonicalWriter()
    first.venues.save(writer)
    const second = scenarioWith(turns, lasting)
    second.venues.load(new CanonicalReader(writer.copy()))
    expect([...first.reports(), ...second.play(...LINES.slice(cut))]).toEqual(reports)
  }
})

test('[A3] an error, an impact to the good and a state that cannot be kept end the run with the name of the model', () => {
  const failing = defineFillModel({
    ...{ name: 'failing', params: Type.Object({}), state: () => ({}), fills_residual: true },
    available: () => {
      throw new Error('no idea')
    },
  })
  const good = defineImpactModel({
    ...{ name: 'good', params: Type.Object({}), state: () => ({}), onFill: () => undefined },
    incrementsWorse: () => -1,
  })
  const lost = defineImpactModel({
    ...{ name: 'lost', params: Type.Object({}), incrementsWorse: () => 0 },
    state: () => ({ price: 0 }),
    onFill({ state }) {
      state.price = Number.NaN
    },
  })
  const told = 'The model own.ts#own of the venue sim'
  expect(() => scenarioWith(failing, lasting).play(...LINES)).toThrow(`${told} failed: no idea`)
  expect(() => scenarioWith(turns, good).play(...LINES)).toThrow(
    `${told} answered -1 for incrementsWorse, and not a whole number from 0 to 1000000000`,
  )
  const scenario = scenarioWith(turns, lost)
  scenario.play(...LINES)
  expect(() => scenario.venues.save(new CanonicalWriter())).toThrow(`${told} has a state that cannot be kept`)
})

const NEVER = { name: 'never', params: Type.Object({}), state: () => ({ n: 0 }) }
const fills = (own: object) =>
  defineFillModel({ ...NEVER, fills_residual: false, available: () => 0, ...own })
const presses = (own: object) =>
  defineImpactModel({ ...NEVER, onFill: () => undefined, incrementsWorse: () => 0, ...own })
const touched = ['1 quote 100/101 40x40', '2 a buy 3 limit 100 gtc', '3 quote 100/101 40x40']

test.each([
  [[fills({ fillsTouched: () => 1 }), lasting], touched, '1 for fillsTouched, and neither true nor false'],
  [[fills({ fillsTouched: async () => true }), lasting], touched, 'a promise: a model is synchronous'],
  [
    [fills({ slippageIncrements: () => 2 ** 52 }), lasting],
    LINES,
    '4503599627370496 for slippageIncrements, and',
  ],
  [
    [turns, presses({ incrementsWorse: () => Number.MAX_SAFE_INTEGER })],
    LINES,
    '9007199254740991 for incrementsWorse',
  ],
  [[turns, presses({ onFill: async () => undefined })], LINES, 'a promise: a model is synchronous'],
])('[A3] an answer that cannot be ends the run with the name of the model: %#', (models, lines, answer) => {
  expect(() => scenarioWith(...models).play(...lines)).toThrow(
    `The model own.ts#own of the venue sim answered ${answer}`,
  )
})

test('[A3] what may be asked any number of times is given no chance to draw from', () => {
  const given: string[][] = []
  const curious = presses({ incrementsWorse: (view: object) => given.push(Object.keys(view)) && 0 })
  scenarioWith(turns, curious).play(...LINES)
  expect(new Set(given.map((keys) => keys.join()))).toEqual(new Set(['params,state']))
})

test('[A2] a model that is told what was taken gives all orders together what the built-in share does', () => {
  const half = fills({
    available: (_: object, _order: object, shown: number, taken: number) =>
      Math.max(0, Math.floor((shown + taken) / 2) - taken),
  })
  const lines = [
    '1 quote 100/101 40x40',
    ...[2, 3, 4].map((at) => `${at} o${at} buy 9 market ioc`),
    '5 quote 100/101 40x40',
    '6 p buy 30 market ioc',
  ]
  const own = scenarioWith(half, presses({})).play(...lines)
  const simulation: SimulationConfig = { fills: { model: 'participation', participation_max: '0.5' } }
  expect(own).toEqual(new Scenario(terms({ venues: [venue({ simulation })] })).play(...lines))
  expect(own).toContain('4 o4 trade 2@101 leaves 7')
})

test('[A4] an exchange that was not given the model its configuration names refuses it', () => {
  expect(() => scenarioWith()).toThrow(
    'The exchange was not given the model of fills that its configuration names.',
  )
  expect(() => scenarioWith(turns)).toThrow('was not given the model of impact')
  expect(refusal(() => scenarioWith())).toMatchObject({
    code: 'exchange.model_not_loaded',
    where: 'venues.sim.simulation.fills',
    remedy: expect.stringContaining('orrery backtest, paper or exchange'),
  })
})

function refusal(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}
