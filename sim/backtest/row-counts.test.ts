import { expect, test } from 'vitest'
import { runScenario, scenarioOf } from './proof-session.test-support.ts'
import { barTape, quoteTape, START_US, type Tape, tradeTape } from './tape.test-support.ts'

const QUOTES = quoteTape({ instrument_id: 'AAA.one', row_count: 30, gap_ms_max: 5 })

async function counted(...tapes: readonly Tape[]) {
  const { outcome } = await runScenario(await scenarioOf({ tapes, strategies: ['timed'] }))
  const { data, venues } = outcome.result
  const [venue] = venues
  return { bars: data.bars, seen: venue?.bar_count, ignored: venue?.ignored_row_count }
}

test('beside quotes bars of a side are ignored and counted, and those of last prices are news', async () => {
  const bars = (price_type: 'bid' | 'last') =>
    barTape({ instrument_id: 'AAA.one', price_type, row_count: 12 })
  expect(await counted(QUOTES, bars('bid'))).toEqual({ bars: 12, seen: 12, ignored: 12 })
  expect(await counted(QUOTES, bars('last'))).toEqual({ bars: 12, seen: 12, ignored: 0 })
  expect(await counted(bars('bid'))).toEqual({ bars: 12, seen: 12, ignored: 0 })
})

test.each<[string, number[][], string[]]>([
  [
    'quotes with sizes',
    [
      [5, 7],
      [5, 7],
      [5, 7],
    ],
    [],
  ],
  [
    'a first quote without sizes',
    [
      [0, 0],
      [5, 7],
      [5, 7],
    ],
    ['AAA.one'],
  ],
  [
    'a first quote with sizes and none behind it',
    [
      [5, 7],
      [0, 0],
      [0, 0],
    ],
    ['AAA.one'],
  ],
  [
    'one bid without a size',
    [
      [5, 7],
      [0, 7],
      [5, 7],
    ],
    ['AAA.one'],
  ],
  [
    'a last ask without a size',
    [
      [5, 7],
      [5, 7],
      [5, 0],
    ],
    ['AAA.one'],
  ],
])('instruments that show the default size somewhere are named: %s', async (_, sizes, named) => {
  const tape: Tape = {
    series: { instrument_id: 'AAA.one', kind: 'quote' },
    rows: sizes.map((shown, at) => [START_US + at, 110_000, 110_010, ...shown]),
  }
  const sized = quoteTape({ instrument_id: 'BBB.one', row_count: 8 })
  const rows = sized.rows.map((row) => [...row.slice(0, 3), 5, 7])
  const unsized = async (...tapes: readonly Tape[]) => {
    const { outcome } = await runScenario(await scenarioOf({ tapes, strategies: ['timed'] }))
    return outcome.result.venues.map(({ unsized_instruments }) => unsized_instruments)
  }
  expect(await unsized(tape, { ...sized, rows })).toEqual([named])
  // Whatever else the instrument has, and in whatever order it is configured.
  const trades = tradeTape({ instrument_id: 'AAA.one', row_count: 5 })
  expect(await unsized(trades, tape)).toEqual([named])
})
