import { expect, test } from 'vitest'
import { fxPair } from '../../engine/instrument.test-support.ts'
import { runScenario, scenarioOf } from './proof-session.test-support.ts'
import { quoteTape } from './tape.test-support.ts'

const run = async (held: { readonly price_scale?: number; readonly size_scale?: number }) => {
  const scenario = await scenarioOf({
    tapes: [quoteTape({ instrument_id: 'AAA.one', row_count: 100 })],
    instruments: [fxPair({ instrument_id: 'AAA.one' })],
    strategies: ['nth'],
  })
  await scenario.store.putInstruments([fxPair({ instrument_id: 'AAA.one', ...held })])
  return runScenario(scenario)
}

test('rows written with another scale than the run defines are refused, not read as other prices', async () => {
  await expect(run({ price_scale: 3 })).rejects.toMatchObject({
    code: 'data.scale_differs',
    reason: 'data',
    what: 'The price_scale of AAA.one is 5 in the configuration and 3 in the tick store.',
  })
  await expect(run({ size_scale: 2 })).rejects.toMatchObject({
    what: 'The size_scale of AAA.one is 0 in the configuration and 2 in the tick store.',
  })
  expect((await run({})).outcome.result.fills).toBeGreaterThan(0)
})
