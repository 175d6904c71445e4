// A short run with a bit of everything, for tests of what is made of runs: market and limit orders, flips, cancels,
// denials, an order that stays open, and times and instruments enough to draw.

import { defineStrategy, Type } from '../../actors/strategy/author-kit.ts'
import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { MemoryJournal } from '../../engine/memory-journal.test-support.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import type { SeriesReading, TickSeries, TickStore } from '../../engine/tick-store-port.ts'
import type { Config } from '../../schemas/config/config.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { type BacktestOutcome, runBacktest } from '../../sim/backtest/run-backtest.ts'
import { generateQuotes, MARKET_DEFAULTS } from '../../sim/market-generator/market-generator.ts'
import { parseConfig } from '../config/load-config.ts'

export type SmallRun = { readonly config: Config; readonly specs: readonly InstrumentSpec[] }

const ROW_COUNT = 20_000

/** Trades each instrument it has once in 250 quotes, turning over, and asks for what cannot be now and then. */
const swinger = defineStrategy({
  name: 'swinger',
  params: Type.Object({}, { additionalProperties: false }),
  state: () => ({ quotes: 0, resting: 0 }),
  onQuote(ctx, { instrument_id: instrument, bid_price_units }) {
    const count = ctx.state.quotes++
    if (count % 250 !== 0) return
    const turn = count / 250
    const side = ctx.position(instrument) > 0 ? 'sell' : 'buy'
    if (turn % 8 === 7) {
      ctx.submit({ instrument, side, quantity_units: 500_000 })
    } else if (turn % 8 === 3) {
      if (ctx.state.resting > 0) ctx.cancel(ctx.state.resting)
      const limit_price_units = bid_price_units - 30
      ctx.state.resting = ctx.submit({ instrument, side: 'buy', quantity_units: 1_000, limit_price_units })
    } else {
      const held = Math.abs(ctx.position(instrument))
      ctx.submit({ instrument, side, quantity_units: turn % 3 === 0 && held > 0 ? held : held + 10_000 })
    }
  },
})

const CONFIG = `
session: small
data:
  from: 2024-01-01
  to: 2024-01-02
  sources: [{ venue: gen, kind: quote, instruments: [GEN1, GEN2] }]
venues: [{ id: gen, latency: { submit_us: 2000, report_us: 2000 }, commission: { basis_points: 0.2 } }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    leverage_max: 20
    risk: { order_quantity_max: 100000, order_notional_max: 200000, position_quantity_max: 100000 }
strategies: [{ id: swing, source: swinger.ts#swinger, account: main, instruments: [GEN1.gen, GEN2.gen] }]
`

export async function smallRun(): Promise<SmallRun> {
  const { config } = await parseConfig({
    text: CONFIG,
    file: 'small.yaml',
    base_directory: '.',
    set: [],
    environment: {},
  })
  return { config, specs: instrumentsOf(config) }
}

export function runSmall(
  { config }: SmallRun,
  options: { readonly observer?: OutputObserver; readonly watch?: (store: TickStore) => TickStore },
): Promise<BacktestOutcome> {
  const hash = 'ab'.repeat(32)
  const definition = swinger as unknown as StrategyDefinition
  let now_ms = 0
  return runBacktest({
    run_id: 'small-1',
    config,
    config_hash: hash,
    strategies: [{ definition, source: 'swinger.ts#swinger', strategy_hash: hash, files: [] }],
    models: [],
    build: { build_hash: hash, version: '0.0.0', node_version: '26.0.0' },
    store: (options.watch ?? ((store) => store))(generatedStore),
    journal: new MemoryJournal(nodeSha256),
    sha256: nodeSha256,
    gate: createStepGate(),
    ...(options.observer === undefined ? {} : { observer: options.observer }),
    meter: { now_ms: () => now_ms++, peakBytes: () => 50_000_000, started_ms: 0 },
  })
}

/** A store that holds one generated history per instrument, and only reads. */
const generatedStore: TickStore = {
  read: (series) => Promise.resolve(series.map(generatedReading)),
  putInstruments: () => readOnly(),
  instruments: () => Promise.resolve([]),
  write: () => readOnly(),
  manifests: () => readOnly(),
  summary: () => readOnly(),
  readProcessed: () => readOnly(),
  recomputeDataHash: () => readOnly(),
  close: () => Promise.resolve(),
}

function generatedReading(series: TickSeries): SeriesReading {
  const market = { ...MARKET_DEFAULTS, row_count: ROW_COUNT, gap_us_mean: 4_000_000, size_units: 1_000_000 }
  const blocks = generateQuotes({ ...market, instrument_id: series.instrument_id })
  return { series, row_count: ROW_COUNT, manifests: [], blocks }
}

function readOnly(): Promise<never> {
  return Promise.reject(new Error('the generated store of tests only reads'))
}
