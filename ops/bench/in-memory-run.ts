// A session over arrays in memory, for figures of the engine alone and for what it is compared with.

import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import type { QuoteColumns } from '../../engine/tick-store-port.ts'
import { BacktestSession } from '../../sim/backtest/backtest-session.ts'
import { planData } from '../../sim/backtest/data-plan.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { SeriesCursor } from '../../sim/backtest/series-cursor.ts'
import { generateQuotes, MARKET_DEFAULTS } from '../../sim/market-generator/market-generator.ts'
import { parseConfig } from '../config/load-config.ts'
import { type BenchRun, benchConfig } from './bench-config.ts'

export const BENCH_INSTRUMENT = 'GEN1.gen'

/** A generated history, whole, as blocks that stay. */
export async function heldQuotes(row_count: number): Promise<QuoteColumns[]> {
  const blocks: QuoteColumns[] = []
  for await (const block of generateQuotes({
    ...MARKET_DEFAULTS,
    instrument_id: BENCH_INSTRUMENT,
    row_count,
  })) {
    blocks.push(copyOf(block))
  }
  return blocks
}

export async function sessionOver(
  blocks: readonly QuoteColumns[],
  definition: StrategyDefinition,
  strategy: BenchRun['strategy'],
  observer: OutputObserver = {},
): Promise<BacktestSession> {
  const { config } = await parseConfig({
    text: benchConfig({ instruments: ['GEN1'], strategy, folder: '.' }),
    file: 'bench.yaml',
    base_directory: '.',
    set: [],
    environment: {},
  })
  const reading = {
    series: { instrument_id: BENCH_INSTRUMENT, kind: 'quote' as const },
    row_count: blocks.reduce((sum, { count }) => sum + count, 0),
    manifests: [],
    blocks: inTurn(blocks),
  }
  const cursor = new SeriesCursor(reading, 0, 0, 'gen')
  await cursor.fill()
  let appended_lsn = -1
  return new BacktestSession({
    config,
    instruments: instrumentsOf(config),
    definitions: new Map([['s0', definition]]),
    models: [],
    cursors: [cursor],
    range: planData(config).range,
    // The engine alone: records are made and counted, not written.
    journal: {
      append: () => ++appended_lsn,
      get released_lsn() {
        return appended_lsn
      },
      commit: () => Promise.resolve(),
    },
    epoch: 1,
    sha256: nodeSha256,
    gate: createStepGate(),
    observer,
  })
}

async function* inTurn(blocks: readonly QuoteColumns[]): AsyncGenerator<QuoteColumns> {
  yield* blocks
}

function copyOf({ count, ...columns }: QuoteColumns): QuoteColumns {
  return {
    kind: 'quote',
    count,
    ts_event_us: columns.ts_event_us.slice(0, count),
    bid_price_units: columns.bid_price_units.slice(0, count),
    ask_price_units: columns.ask_price_units.slice(0, count),
    bid_size_units: columns.bid_size_units.slice(0, count),
    ask_size_units: columns.ask_size_units.slice(0, count),
  }
}
