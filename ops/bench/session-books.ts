// Books from the embedded store through what a session has before its node: the history feed, the exchange with its ledger on
// the disk, and the quotes that are shown.

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { openChdbTickStore } from '../../adapters/clickhouse/chdb-tick-store.ts'
import { HistoryFeed } from '../../adapters/feeds/history-feed.ts'
import { SessionClock } from '../../adapters/session-clock/session-clock.ts'
import { MarketTable } from '../../engine/market/market-table.ts'
import type { FeedSink } from '../../engine/market-feed-port.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { assert, must } from '../../schemas/assert.ts'
import type { VenueId } from '../../schemas/ids.ts'
import { planData } from '../../sim/backtest/data-plan.ts'
import { parseConfig } from '../config/load-config.ts'
import { openHostedExchange } from '../live/hosted-exchange.ts'
import { VenueFirst } from '../live/venue-first.ts'
import { type BenchRun, benchConfig } from './bench-config.ts'

/** Time does not hold the rows up. */
const SPEED = 1e9

/** Rows a second, of one run over all that the store of the folder has of the first instrument. */
export async function sessionBookSpeed(run: BenchRun): Promise<number> {
  const text = benchConfig(run)
  const surroundings = { file: 'bench.yaml', base_directory: run.folder, set: [], environment: {} }
  const { config } = await parseConfig({ text, ...surroundings })
  const { series, range } = planData(config)
  const { driver, clock, close } = await openHostedExchange({
    config,
    authored: { models: [], gate: createStepGate() },
    ledger: await mkdtemp(join(run.folder, 'ledger-')),
    base_directory: run.folder,
    clockFrom: (journaled_us) => new SessionClock({ journaled_us, start_us: range.from_us, speed: SPEED }),
    onFailure: fail,
    onNoSnapshots: (what) => assert(false, `the thread takes snapshots: ${what}`),
  })
  const shown = { count: 0 }
  const first = new VenueFirst({
    venue: driver,
    node: counting(shown),
    table: new MarketTable(1),
    shown_from_us: 0,
  })
  const store = await openChdbTickStore({ directory: join(run.folder, 'ticks') })
  try {
    const [reading] = await store.read(series, range)
    const ended = Promise.withResolvers<unknown>()
    const own = {
      reading: must(reading, 'a book is stored'),
      instrument_index: 0,
      venue_id: 'gen' as VenueId,
    }
    const feed = new HistoryFeed({ series: [own], clock, onEnd: ended.resolve })
    const start_ms = performance.now()
    await feed.start(first)
    const error = await ended.promise
    const seconds = (performance.now() - start_ms) / 1_000
    await feed.close()
    assert(error === undefined && shown.count > 0, 'a book is read to its end and shows quotes')
    return first.book_rows / seconds
  } finally {
    await store.close()
    await close()
  }
}

/** A node that has always room. */
function counting(shown: { count: number }): FeedSink {
  return {
    room: Number.POSITIVE_INFINITY,
    quote: () => {
      shown.count++
      return 'queued'
    },
    row: () => 'queued',
    book: () => 'queued',
    refused: () => undefined,
    numbered: () => undefined,
    behind: () => undefined,
    event: () => undefined,
  }
}

function fail(error: unknown): never {
  throw error
}
