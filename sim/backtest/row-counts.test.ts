import { expect, test } from 'vitest'
import { runScenario, scenarioOf } from './proof-session.test-support.ts'
import { barTape, quoteTape, type Tape } from './tape.test-support.ts'

const QUOTES = quoteTape({ instrument_id: 'AAA.one', row_count: 30, gap_ms_max: 5 })

async function counted(...tapes: readonly Tape[]) {
  const { outcome } = await runScenario(await scenarioOf({ tapes, strategies: ['timed'] }))
  const { data, venues } = outcome.result
  return { bars: data.bars, ignored: venues.map(({ ignored_row_count }) => ignored_row_count) }
}

test('beside quotes bars of a side are ignored and counted, and those of last prices are news', async () => {
  const bars = (price_type: 'bid' | 'last') =>
    barTape({ instrument_id: 'AAA.one', price_type, row_count: 12 })
  expect(await counted(QUOTES, bars('bid'))).toEqual({ bars: 12, ignored: [12] })
  expect(await counted(QUOTES, bars('last'))).toEqual({ bars: 12, ignored: [0] })
  expect(await counted(bars('bid'))).toEqual({ bars: 12, ignored: [0] })
})
