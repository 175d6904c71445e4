import fc from 'fast-check'
import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { BOOK_ACTION, LEVEL_ACTION } from '../../engine/book/book-action.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { fxPair } from '../../engine/instrument.test-support.ts'
import { MemoryJournal } from '../../engine/memory-journal.test-support.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import type { LatencyConfig } from '../../schemas/config/latency.ts'
import type { BacktestSession } from './backtest-session.ts'
import { levelHistory, orderHistory } from './book-history.test-support.ts'
import {
  accountOf,
  OutputRecorder,
  openSession,
  openWriter,
  type Scenario,
  type ScenarioOptions,
  scenarioOf,
  strategyOf,
} from './proof-session.test-support.ts'
import { failing, PROOF_STRATEGY_IDS, plain } from './proof-strategies.test-support.ts'
import { barTape, quoteTape, SECOND_US, tradeTape } from './tape.test-support.ts'

const TAPES = [
  quoteTape({ instrument_id: 'AAA.one', row_count: 250, gap_ms_max: 900, shared_stamps: true }),
  quoteTape({ instrument_id: 'BBB.one', row_count: 200, gap_ms_max: 900 }),
  tradeTape({ instrument_id: 'BBB.one', row_count: 60, seed: 3 }),
  barTape({ instrument_id: 'AAA.one', row_count: 12, interval_us: 9 * SECOND_US }),
]
const ROW_COUNT = TAPES.reduce((sum, { rows }) => sum + rows.length, 0)

/** Without latency; orders in flight at almost every row; reports that outlive several rows; all of it drawn, rows too. */
const LATENCIES: readonly LatencyConfig[] = [
  { submit_us: 0, report_us: 0 },
  { submit_us: 900_000, report_us: 0 },
  { submit_us: 200_000, report_us: 2_500_000 },
  {
    submit_us: { model: 'exponential', mean_us: 300_000, min_us: 0, max_us: 3_000_000 },
    cancel_us: 0,
    report_us: { model: 'recorded', delays_us: [900_000, 0, 40_000] },
    data_us: { model: 'lognormal', median_us: 400_000, sigma: '1', min_us: 0, max_us: 4_000_000 },
  },
]

type RunOn = {
  readonly output_hash: string
  readonly state_hash: string
  readonly outputs: readonly string[]
  /** Orders under way to a venue, or reports to the node, at each snapshot. */
  readonly in_flight: readonly number[]
}

/** Runs to each of the points in turn, and on from there in a session that has nothing but the snapshot. */
async function runInParts(scenario: Scenario, points: readonly number[], epochs = [1]): Promise<RunOn> {
  const outputs: string[] = []
  const in_flight: number[] = []
  let session = await sessionOf(scenario, outputs, epochs[0])
  await session.start()
  for (const [at, point] of points.entries()) {
    await session.replay(point - session.rows_done)
    in_flight.push(session.venues.agenda.count)
    const snapshot = saved(session)
    session = await sessionOf(scenario, outputs, epochs[at + 1] ?? epochs.at(-1))
    await session.load(new CanonicalReader(snapshot))
    expect(Buffer.compare(saved(session), snapshot)).toEqual(0)
  }
  await session.replay(Number.POSITIVE_INFINITY)
  await session.stop()
  return { output_hash: hex(session.outputHash()), state_hash: hex(session.stateHash()), outputs, in_flight }
}

async function sessionOf(scenario: Scenario, outputs: string[], epoch = 1): Promise<BacktestSession> {
  const writer = await openWriter(new MemoryJournal(nodeSha256), scenario.config)
  const recorder = new OutputRecorder((text) => outputs.push(text))
  return openSession(scenario, writer, recorder.observer, epoch)
}

function saved(session: BacktestSession): Uint8Array {
  const writer = new CanonicalWriter(1 << 16)
  session.save(writer)
  return writer.copy()
}

/** All strategies, and one that fails half-way: what it has open must be known after any snapshot, too. */
const scenario = (options: Partial<ScenarioOptions>) =>
  scenarioOf({
    tapes: TAPES,
    strategies: PROOF_STRATEGY_IDS,
    // What is rounded on the way to the account's currency is part of the state.
    instruments: [fxPair({ instrument_id: 'BBB.one', quote_currency: 'JPY' })],
    account: { conversion_rates: { JPY: '0.00673219' } },
    more: [{ config: strategyOf('fails', ['AAA.one', 'BBB.one'], { rows: 45 }), definition: plain(failing) }],
    ...options,
  })

test('running on from snapshots at any points gives the same outputs and the same state as running through', async () => {
  const point = fc.integer({ min: 0, max: ROW_COUNT })
  let in_flight = 0
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        points: fc.array(point, { minLength: 1, maxLength: 3 }),
        strategies: fc.subarray(PROOF_STRATEGY_IDS, { minLength: 1 }),
        latency: fc.constantFrom(...LATENCIES),
        durability: fc.constantFrom('deferred' as const, 'local' as const),
        block_rows: fc.constantFrom(1, 7, 100),
      }),
      async ({ points, strategies, latency, durability, block_rows }) => {
        fc.pre(!strategies.includes('sub') || strategies.includes('pub'))
        const of = await scenario({ strategies, block_rows, venue: { latency }, config: { durability } })
        const through = await runInParts(of, [])
        const inOrder = points.toSorted((a, b) => a - b)
        const onwards = await runInParts(of, inOrder)
        in_flight += onwards.in_flight.filter((count) => count > 0).length
        expect({ ...onwards, in_flight: [] }).toEqual(through)
      },
    ),
    { numRuns: 100, seed: 20_261_120 },
  )
  expect(in_flight).toBeGreaterThan(10)
})

test('a snapshot after every single row gives the same run', async () => {
  const tapes = TAPES.map(({ series, rows }) => ({ series, rows: rows.slice(0, 40) }))
  const every = Array.from({ length: 131 }, (_, row) => row)
  for (const latency of LATENCIES) {
    const of = await scenario({ tapes, venue: { latency } })
    const through = await runInParts(of, [])
    expect({ ...(await runInParts(of, every)), in_flight: [] }).toEqual(through)
    const canceled = through.outputs.filter(
      (text) => text.includes('"order.canceled"') && text.includes('"strategy_id":"fails"'),
    )
    expect(canceled.length).toBeGreaterThan(2)
  }
})

test('the epoch in which a session goes on is no part of its outputs', async () => {
  for (const latency of LATENCIES) {
    const of = await scenario({ venue: { latency } })
    const { output_hash } = await runInParts(of, [150, 300], [1, 2, 3])
    expect(output_hash).toEqual((await runInParts(of, [])).output_hash)
  }
})

/** Twenty orders on the tenth row, then timers without end at the same moment. */
const hasty = defineStrategy({
  name: 'hasty',
  params: Type.Object({}),
  state: () => ({ rows: 0 }),
  onQuote(ctx, { instrument_id: instrument }) {
    if (++ctx.state.rows !== 10) return
    for (let order = 0; order < 20; order++) ctx.submit({ instrument, side: 'buy', quantity_units: 1_000 })
    ctx.setTimer('again', ctx.now_us)
  },
  onTimer: (ctx) => ctx.setTimer('again', ctx.now_us),
})

test('what a moment already held against a strategy is in a snapshot, too', async () => {
  const of = await scenarioOf({
    tapes: [quoteTape({ instrument_id: 'AAA.one', row_count: 20 })],
    more: [{ config: strategyOf('hasty', ['AAA.one']), definition: plain(hasty) }],
    config: { limits: { step_messages_max: 1_000, instant_inputs_max: 50, order_retention: 20 } },
  })
  const through = await runInParts(of, [])
  expect(through.outputs.filter((text) => text.includes('"order.filled"')).length).toBe(20)
  expect({ ...(await runInParts(of, [10])), in_flight: [] }).toEqual(through)
})

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Both kinds of books as tapes, each event's rows in turn. */
const BOOKS = {
  book_level: levelHistory(new RandomStream(5, 'levels'), 60).flatMap(({ ts_us, rows }) =>
    rows.map((row, at) => {
      const last = at === rows.length - 1 ? 1 : 0
      if (row.is === 'clear') return [ts_us, LEVEL_ACTION.clear, 0, 0, 0, last]
      return [ts_us, LEVEL_ACTION.update, row.side, row.price, row.size * 1_000, last]
    }),
  ),
  book_order: orderHistory(new RandomStream(5, 'orders'), 60).flatMap(({ ts_us, rows }) =>
    rows.map((row, at) => {
      const [side, price] = ['side' in row ? row.side : 0, 'price' in row ? row.price : 0]
      const size = 'size' in row ? row.size * 1_000 : 0
      return [ts_us, BOOK_ACTION[row.is], row.id, side, price, size, at === rows.length - 1 ? 1 : 0]
    }),
  ),
} as const

test.each(['book_level', 'book_order'] as const)(
  'a run over a %s goes on from any of its rows, inside an event too',
  async (book) => {
    const rows = BOOKS[book]
    const quoter = defineStrategy({
      name: 'quoter',
      params: Type.Object({}),
      state: () => ({ quotes: 0 }),
      onQuote(ctx, { instrument_id: instrument, bid_price_units, ask_price_units }) {
        ctx.state.quotes += 1
        if (ctx.state.quotes % 4 !== 1) return
        for (const order of ctx.openOrders()) ctx.cancel(order.counter)
        const order = { instrument, quantity_units: 4_000 }
        ctx.submit({ ...order, side: 'buy', limit_price_units: bid_price_units })
        ctx.submit({ ...order, side: 'sell', limit_price_units: ask_price_units })
        ctx.submit({ ...order, side: 'buy', quantity_units: 1_000, limit_price_units: ask_price_units })
      },
    })
    const scenario = await scenarioOf({
      tapes: [{ series: { instrument_id: 'AAA.one', kind: book }, rows }],
      more: [{ config: strategyOf('quoter', ['AAA.one']), definition: plain(quoter) }],
      venue: { simulation: { book } },
      account: {
        risk: { ...accountOf('main', ['one']).risk, order_rate: { orders_max: 1_000, window_us: 1 } },
      },
    })
    const { in_flight: _, ...whole } = await runInParts(scenario, [])
    expect(whole.outputs.filter((text) => text.includes('"execution_id":"one-')).length).toBeGreaterThan(5)
    const { in_flight: __, ...parts } = await runInParts(
      scenario,
      rows.map((_, at) => at + 1),
    )
    expect(parts).toEqual(whole)
  },
)
