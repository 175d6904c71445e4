import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import type { Row } from './memory-tick-store.test-support.ts'
import { type ProofRun, runScenario, type ScenarioOptions, scenarioOf } from './proof-session.test-support.ts'
import type { ProofStrategyId } from './proof-strategies.test-support.ts'
import { quoteTape, START_US, type Tape } from './tape.test-support.ts'

const TAPE = quoteTape({ instrument_id: 'AAA.one', row_count: 300 })

const run = async (options: Partial<ScenarioOptions>): Promise<ProofRun> =>
  runScenario(await scenarioOf({ tapes: [TAPE], ...options }))

test('one changed value of any tick changes the data hash', async () => {
  const before = (await run({ strategies: ['ema'] })).outcome.result.data_hash
  const hashes = [before]
  for (const column of [0, 1, 2, 3, 4])
    for (const at of [0, 150, 299]) {
      const tape = changed(TAPE, at, (row) => row.with(column, (row[column] as number) + 1))
      hashes.push((await run({ tapes: [tape], strategies: ['ema'] })).outcome.result.data_hash)
    }
  expect(new Set(hashes).size).toEqual(hashes.length)
})

test('a changed tick that turns a cross changes the output hash, one that no handler acts on does not', async () => {
  const tape = flatThenUp()
  const expected = await run({ tapes: [tape], strategies: ['ema'] })
  // The close of a later bar falls below both averages: the cross comes back down.
  const turned = changed(tape, 25, ([ts = 0]) => [ts, 109_000, 109_002, 0, 0])
  const found = await run({ tapes: [turned], strategies: ['ema'] })
  expect(found.outputs.fills.length).toBeGreaterThan(expected.outputs.fills.length)
  expect(found.hashes.output_hash).not.toEqual(expected.hashes.output_hash)
  // Within its bar, not its close: nobody trades on it.
  const silent = changed(tape, 24, ([ts = 0, bid = 0]) => [ts, bid + 1, bid + 3, 0, 0])
  const same = await run({ tapes: [silent], strategies: ['ema'] })
  expect(same.outcome.result.data_hash).not.toEqual(expected.outcome.result.data_hash)
  expect(same.hashes.output_hash).toEqual(expected.hashes.output_hash)
})

test('another seed changes the outputs where randomness is drawn, and nowhere else', async () => {
  const drawn: ProofStrategyId[] = []
  for (const id of ['ema', 'nth', 'quoter', 'timed', 'drawing', 'bars'] as const) {
    const [one, two] = [
      await run({ strategies: [id], config: { seed: 1 } }),
      await run({ strategies: [id], config: { seed: 2 } }),
    ]
    expect({ id, trades: one.outputs.fills.length > 0 }).toEqual({ id, trades: true })
    if (one.hashes.output_hash !== two.hashes.output_hash) drawn.push(id)
  }
  expect(drawn).toEqual(['drawing'])
})

test('a strategy beside it changes nothing of what another draws', async () => {
  const drawing = async (strategies: readonly ProofStrategyId[]) => {
    const { outputs } = await run({ strategies })
    return outputs.fills
      .filter(({ fill }) => fill.strategy_id === 'drawing')
      .map(({ fill, ts_us }) => [ts_us, fill.side, fill.last_price_units, fill.last_quantity_units])
  }
  expect(await drawing(['timed', 'drawing'])).toEqual(await drawing(['drawing']))
})

function changed(tape: Tape, at: number, change: (row: Row) => Row): Tape {
  return {
    series: tape.series,
    rows: tape.rows.with(at, change(must(tape.rows[at], 'the tape has the row'))),
  }
}

/** Quotes every 2.5 s, so two to a bar of five seconds; level for a while, then rising by 20 a bar. */
function flatThenUp(): Tape {
  const rows = Array.from({ length: 40 }, (_, at): Row => {
    const bid = 110_000 + Math.max(0, Math.floor(at / 2) - 8) * 20 - (at < 12 ? Math.floor(at / 2) : 6)
    return [START_US + (at + 1) * 2_500_000, bid, bid + 2, 0, 0]
  })
  return { series: { instrument_id: 'AAA.one', kind: 'quote' }, rows }
}
