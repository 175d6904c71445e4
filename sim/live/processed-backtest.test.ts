import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { SessionTape } from '../../adapters/recorder/raw-tape.ts'
import type { TapeBatch } from '../../adapters/recorder/tape-batch.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { EpochReplay } from '../../engine/live/epoch-replay.ts'
import { EMPTY_STATE } from '../../engine/live/session-state.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import type { ProcessedColumns, QuoteColumns } from '../../engine/tick-store-port.ts'
import { RECORDED_COLUMNS, ROW_COLUMNS } from '../../engine/wire/packed-rows.ts'
import { must } from '../../schemas/assert.ts'
import type { VenueCommand } from '../../schemas/messages/order.ts'
import { isoTime } from '../../schemas/units.ts'
import { instrumentsOf } from '../backtest/instrument-set.ts'
import { MemoryTickStore } from '../backtest/memory-tick-store.test-support.ts'
import { accountOf, OutputRecorder, runScenario, scenarioOf } from '../backtest/proof-session.test-support.ts'
import { plain } from '../backtest/proof-strategies.test-support.ts'
import { quoteTape, START_US } from '../backtest/tape.test-support.ts'
import { LiveDesk } from './live-desk.test-support.ts'
import { type LiveScenario, nodeFactory } from './live-engine.test-support.ts'

/** Reads neither fills nor positions: what it orders follows from quotes and bars alone, extremes and counts included. */
const heedless = defineStrategy({
  name: 'heedless',
  params: Type.Object({}),
  bars: ({ instruments }) =>
    Object.fromEntries(
      instruments.map((instrument) => [
        instrument,
        { instrument, interval_us: 2_000_000, price_type: 'bid' as const },
      ]),
    ),
  state: () => ({ seen: 0 }),
  onQuote(ctx, quote) {
    ctx.state.seen += 1
    if (ctx.state.seen % 5 !== 0) return
    const side = quote.bid_price_units % 2 === 0 ? 'buy' : 'sell'
    ctx.submit({
      instrument: quote.instrument_id,
      side,
      quantity_units: 1_000 * (1 + (quote.ask_price_units % 7)),
    })
  },
  onBar(ctx, bar) {
    ctx.submit({
      instrument: bar.instrument_id,
      side: bar.tick_count % 2 === 0 ? 'buy' : 'sell',
      quantity_units: 1_000 * (1 + (bar.tick_count % 9)),
      limit_price_units: bar.tick_count % 2 === 0 ? bar.low_price_units : bar.high_price_units,
    })
  },
})

test('a backtest over what a session processed orders what the session ordered, conflated quotes and late bars included', async () => {
  const scenario = await heedlessScenario()
  const { store, batches, conflated_count, end_us } = await liveSession(scenario)
  expect(conflated_count).toBeGreaterThan(200)
  const live = await liveOrders(scenario, store)
  const bars = live.filter(({ order_type }) => order_type === 'limit')
  expect(Math.min(bars.length, live.length - bars.length)).toBeGreaterThan(20)
  const { outputs } = await runScenario(await backtestOf(scenario, batches, end_us))
  expect(outputs.commands.flatMap(orderOf)).toEqual(live)
  // The same rows as history, at their own times and not as they conflated, are another run.
  const shuffled = batches.map((batch) => ({ ...batch, sections: batch.sections.map(unconflated) }))
  const other = await runScenario(await backtestOf(scenario, shuffled, end_us))
  expect(other.outputs.commands.flatMap(orderOf)).not.toEqual(live)
})

test('an input of which a row is not recorded is refused, naming it', async () => {
  const scenario = await heedlessScenario()
  const { batches, end_us } = await liveSession(scenario)
  const [first, ...rest] = batches
  const [section, ...others] = must(first, 'the session was taped').sections
  const whole = must(section, 'a batch has rows')
  const at = [...must(whole.columns[8], 'rows have counts')].findIndex((count) => count > 1)
  const columns = whole.columns.map((column) => Float64Array.from(column.filter((_, row) => row !== at)))
  const holed = { ...whole, count: whole.count - 1, columns }
  const damaged = [{ ...must(first, 'the session was taped'), sections: [holed, ...others] }, ...rest]
  await expect(runScenario(await backtestOf(scenario, damaged, end_us))).rejects.toMatchObject({
    code: 'data.input_incomplete',
  })
})

async function heedlessScenario(): Promise<LiveScenario> {
  const ids = ['AAA.one', 'BBB.one']
  const { risk } = accountOf('main', ['one'])
  const { config, definitions } = await scenarioOf({
    tapes: ids.map((instrument_id) => quoteTape({ instrument_id, row_count: 1 })),
    more: [
      {
        config: { id: 'heedless', source: 'x.ts#x', account: 'main', instruments: ids, params: {} },
        definition: plain(heedless),
      },
    ],
    venue: { latency: { submit_us: 300, report_us: 200 } },
    // Positions differ between the two, and must deny nothing.
    account: { balance: '1000000000', risk: { ...risk, position_quantity_max: '100000000' } },
    config: {
      durability: 'local',
      bars: { close_delay_us: 200_000 },
      limits: { step_messages_max: 1_000, instant_inputs_max: 50, order_retention: 10_000 },
    },
  })
  return { config, definitions, instruments: instrumentsOf(config) }
}

/** A session whose feed is at times faster than it, on a tape. */
async function liveSession(scenario: LiveScenario) {
  const store = new MemoryJournalStore()
  const tape = new SessionTape({
    tape: 'n/s',
    epoch: 1,
    instruments: scenario.instruments,
    history_venues: [],
  })
  const desk = await LiveDesk.open(scenario, { store, tape, bounds: { conflate_from: 4, market_max: 400 } })
  desk.start()
  const batches: TapeBatch[] = []
  for (let turn = 0; turn < 300; turn++) {
    desk.world.pass(turn % 23 === 0 ? 1_900_000 : 37_000)
    for (let at = turn % 9 === 0 ? 13 : 1 + (turn % 3); at > 0; at--) {
      const quote = desk.world.quote((turn + at) % 2)
      tape.offered(quote, desk.sequencer.offerQuote(quote) !== 'gap', 0, 0, 0)
    }
    desk.sequencer.advance(desk.world.now_us)
    tape.appended(desk.writer.appended_lsn, desk.sequencer.node.seq)
    await desk.commit()
    tape.durable(desk.writer.durable_lsn)
    const batch = tape.take()
    if (batch !== undefined) batches.push(batch)
  }
  const { conflated_count } = desk.sequencer
  desk.die()
  return { store, batches, conflated_count, end_us: desk.world.now_us }
}

async function liveOrders(scenario: LiveScenario, store: MemoryJournalStore) {
  const outputs = new OutputRecorder()
  const { instruments, config } = scenario
  const desk = await LiveDesk.open(scenario, { store: new MemoryJournalStore() })
  const watched = nodeFactory(scenario, desk.world.ports, outputs.observer)
  const replay = new EpochReplay(
    {
      epoch: 1,
      buildNode: (binding) => watched({ ...binding, role: 'live' }),
      instrumentIndex: (id) => instruments.findIndex(({ instrument_id }) => instrument_id === id),
    },
    EMPTY_STATE,
  )
  expect(config.strategies.length).toBe(1)
  for await (const record of new MemoryJournal(nodeSha256, store).read(1)) replay.take(record)
  return outputs.commands.flatMap(orderOf)
}

async function backtestOf(scenario: LiveScenario, batches: readonly TapeBatch[], end_us: number) {
  const { config, definitions } = scenario
  const store = new MemoryTickStore(100)
  await store.putInstruments(config.instruments)
  for (const { sections } of batches) {
    for (const { series, count, columns } of sections) {
      const names = [...ROW_COLUMNS[series.kind], ...RECORDED_COLUMNS]
      const named = Object.fromEntries(names.map((name, at) => [name, columns[at]]))
      const { ts_recv_us: _r, source_stream: _s, source_sequence: _q, source_row: _o, ...kept } = named
      const block = { kind: 'quote', count, ...kept } as unknown as QuoteColumns & ProcessedColumns
      const key = `n/s ${series.instrument_id} quote`
      store.processed.set(key, [...(store.processed.get(key) ?? []), block])
    }
  }
  const data = { ...config.data, from: isoTime(START_US), to: isoTime(end_us + 1), processed: 'n/s' }
  const { bars: _bars, ...rest } = config
  return { config: { ...rest, bars: {}, durability: 'deferred' as const, data }, definitions, store }
}

/** Every row an input of its own. */
function unconflated(section: TapeBatch['sections'][number]): TapeBatch['sections'][number] {
  const columns = section.columns.map((column, at) => {
    if (at === 7) return column.map((seq, row) => seq + row / 1_000)
    return at === 8 ? column.map(() => 1) : column
  })
  return { ...section, columns }
}

function orderOf(command: VenueCommand) {
  if (command.type !== 'new_order_single') return []
  const {
    client_order_id,
    instrument_id,
    side,
    order_type,
    order_quantity_units,
    price_units,
    time_in_force,
  } = command
  const [, , strategy, counter] = client_order_id.split('-')
  return [
    {
      strategy,
      counter,
      instrument_id,
      side,
      order_type,
      order_quantity_units,
      price: price_units,
      time_in_force,
    },
  ]
}
