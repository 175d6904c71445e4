// A live session on the file journal: how many quotes a second it sequences and makes durable, and how long a restart
// takes. The simulated venue stands outside the step and answers as a broker would.

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { rawQuote } from '../../engine/conflation/conflated-quote.ts'
import { LIVE_BOUNDS_DEFAULT } from '../../engine/live/live-bounds.ts'
import type { LiveSequencer } from '../../engine/live/live-sequencer.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import type { QuoteColumns } from '../../engine/tick-store-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { Control, ControlCommand } from '../../schemas/messages/control.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { SimulatedVenues } from '../../sim/exchange/simulated-venues.ts'
import { termsOf } from '../../sim/paper-venue/ledger-header.ts'
import { parseConfig } from '../config/load-config.ts'
import { liveNodeFactory } from '../live/live-node.ts'
import { type OpenSession, openSession } from '../live/open-session.ts'
import { benchConfig } from './bench-config.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'
import { heldQuotes } from './in-memory-run.ts'
import { orderEvery } from './strategies/order-every.ts'

const INPUTS = 1_000_000
const QUOTES_PER_ORDER = 1_000
/** Quotes that come in between two looks of the event loop at the queue. */
const QUOTES_PER_TURN = 500

export async function liveFigures({ folder, divisor, runs, note }: BenchScope): Promise<Figure[]> {
  const quotes = await heldQuotes(INPUTS / divisor)
  const speeds: number[] = []
  const restarts: number[] = []
  for (let i = 0; i < runs; i++) {
    note('live session')
    const directory = await mkdtemp(join(folder, 'live-'))
    speeds.push(await measureSession(directory, quotes))
    note('restart')
    restarts.push(await measureRestart(directory))
  }
  return [
    figure('live: quotes sequenced and durable', 'quotes/s', speeds),
    figure(`live: restart with a journal of ${INPUTS / divisor} quotes`, 's', restarts),
  ]
}

async function measureSession(directory: string, blocks: readonly QuoteColumns[]): Promise<number> {
  const { config, venues, open } = await benchSession(directory)
  const { sequencer, writer, close } = await open()
  sequencer.offer(control('session_start'))
  sequencer.offer(control('trading_enable'))
  let count = 0
  const began = performance.now()
  for (const block of blocks) {
    for (let from = 0; from < block.count; from += QUOTES_PER_TURN) {
      const to = Math.min(block.count, from + QUOTES_PER_TURN)
      for (let row = from; row < to; row++) offerRow(sequencer, venues, config, block, row)
      const now_us = must(block.ts_event_us[to - 1], 'a block has its rows')
      deliver(sequencer, venues, now_us)
      sequencer.advance(now_us)
      await writer.commit()
      sequencer.release(now_us)
      count += to - from
    }
  }
  const wall_s = (performance.now() - began) / 1000
  assert(sequencer.conflated_count === 0, 'the bench offers no faster than quotes are taken')
  await close()
  return count / wall_s
}

async function measureRestart(directory: string): Promise<number> {
  const { open } = await benchSession(directory)
  const began = performance.now()
  const { close } = await open()
  const wall_s = (performance.now() - began) / 1000
  await close()
  return wall_s
}

type Bench = {
  readonly config: Config
  readonly venues: SimulatedVenues
  readonly open: () => Promise<OpenSession & { readonly close: () => Promise<void> }>
}

async function benchSession(directory: string): Promise<Bench> {
  const strategy = { quotes_per_order: QUOTES_PER_ORDER }
  const text = benchConfig({ instruments: ['GEN1'], strategy, folder: directory })
  const { config: parsed } = await parseConfig({
    text,
    file: 'bench.yaml',
    base_directory: '.',
    set: [],
    environment: {},
  })
  const strategies = parsed.strategies.map((one) => ({ ...one, params: { ...one.params, quantity: '1000' } }))
  const config = { ...parsed, strategies }
  const instruments = instrumentsOf(config)
  const gate = createStepGate()
  const venues = new SimulatedVenues(termsOf(config, { models: [], gate }))
  const buildNode = liveNodeFactory({
    config,
    instruments,
    definitions: new Map([['s0', orderEvery as unknown as StrategyDefinition]]),
    venues: venues.exchanges,
    sha256: nodeSha256,
    gate,
    onFault: ({ message }) => assert(false, `the strategy of the bench has no fault: ${message}`),
  })
  const open = async () => {
    const journal = await openFileJournal({ directory: join(directory, 'journal') })
    const session = await openSession({
      journal,
      buildNode,
      bounds: LIVE_BOUNDS_DEFAULT,
      venueOfInstrument: () => must(instruments[0], 'the bench has an instrument').venue_id,
      instrumentIndex: () => 0,
      binding: { build_hash: '', strategy_hash: '', config_hash: '', schema_version: SCHEMA_VERSION },
      contents: () => undefined,
      foldUnder: () => assert(false, 'nothing changes between two starts of the bench') as never,
    })
    return { ...session, close: () => journal.close() }
  }
  return { config, venues, open }
}

function offerRow(
  sequencer: LiveSequencer,
  venues: SimulatedVenues,
  config: Config,
  block: QuoteColumns,
  row: number,
): void {
  const ts = block.ts_event_us[row] as number
  const bid = block.bid_price_units[row] as number
  const ask = block.ask_price_units[row] as number
  venues.exchange(must(config.venues[0], 'the bench has a venue').id).rows.onQuote(0, ts, bid, ask, 0, 0)
  sequencer.offerQuote(
    rawQuote({
      instrument_index: 0,
      ts_event_us: ts,
      ts_recv_us: ts,
      bid_price_units: bid,
      ask_price_units: ask,
      bid_size_units: 0,
      ask_size_units: 0,
    }),
  )
}

/** What the venue does and says up to a time. */
function deliver(sequencer: LiveSequencer, venues: SimulatedVenues, now_us: number): void {
  const { agenda } = venues
  while (agenda.has_instant || agenda.next_due_us <= now_us) {
    const item = agenda.pop()
    if (item.kind === 'arrival') venues.exchange(item.message.venue_id).arrive(item.message, item.due_us)
    else if (item.kind !== 'row') sequencer.offer(item.message)
  }
}

function control(command: ControlCommand): Control {
  return { type: 'control', command, account_id: '', strategy_id: '', reason: '', operator: 'bench' }
}
