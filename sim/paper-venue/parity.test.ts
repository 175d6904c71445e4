import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineFillModel, defineImpactModel } from '../../actors/strategy/author-kit.ts'
import type { OrderRequest } from '../../actors/strategy/context.ts'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import type { FillModelDefinition, ImpactModelDefinition } from '../../actors/strategy/market-model.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { rawQuote } from '../../engine/conflation/conflated-quote.ts'
import type { RowInput } from '../../engine/live/live-input.ts'
import { MemoryJournal } from '../../engine/memory-journal.test-support.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import type { TickSeries } from '../../engine/tick-store-port.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import type { VenueCommand, VenueReport } from '../../schemas/messages/order.ts'
import { isFill, type OrderFact } from '../../schemas/messages/order-fact.ts'
import { requestOf, scenarioOf, strategyOf } from '../backtest/proof-session.test-support.ts'
import { plain } from '../backtest/proof-strategies.test-support.ts'
import { type BacktestModel, runBacktest } from '../backtest/run-backtest.ts'
import { barTape, endUs, quoteTape, SECOND_US, type Tape, tradeTape } from '../backtest/tape.test-support.ts'
import type { HostedModel } from './ledger-header.ts'
import { VenueHost } from './venue-host.ts'

type Timed = { readonly ts_us: number; readonly input: RowInput | VenueCommand }
type Latency = VenueConfig['latency']

const INSTRUMENTS = ['QQQ.one', 'TTT.one', 'LLL.one', 'BBB.one']

/** Quotes, trades, bars of the last price, bars of both sides: each row at a time of its own, so that order is time. */
const TAPES: readonly Tape[] = [
  quoteTape({ instrument_id: 'QQQ.one', row_count: 300, gap_ms_max: 700 }),
  tradeTape({ instrument_id: 'TTT.one', row_count: 200, gap_ms_max: 900, seed: 2 }),
  barTape({ instrument_id: 'LLL.one', row_count: 40, interval_us: 3 * SECOND_US, price_type: 'last' }),
  barTape({ instrument_id: 'BBB.one', row_count: 30, interval_us: 4 * SECOND_US, price_type: 'bid' }),
  barTape({
    instrument_id: 'BBB.one',
    row_count: 30,
    interval_us: 4 * SECOND_US,
    price_type: 'ask',
    seed: 3,
  }),
].map((tape, at) => ({ ...tape, rows: tape.rows.map(([ts = 0, ...values]) => [ts + at, ...values]) }))

/** At every row, by chance, an order near the price, a cancel or a replace of one before. */
const busy = defineStrategy({
  name: 'busy',
  params: Type.Object({}),
  bars: () => ({
    last: { instrument: 'LLL.one', interval_us: 3 * SECOND_US, price_type: 'last' },
    bid: { instrument: 'BBB.one', interval_us: 4 * SECOND_US, price_type: 'bid' },
  }),
  state: () => ({ last: 0, is_limit: false }),
  onQuote: (ctx, { instrument_id, ask_price_units }) => act(ctx, instrument_id, ask_price_units),
  onTrade: (ctx, { instrument_id, price_units }) => act(ctx, instrument_id, price_units),
  onBar: (ctx, { instrument_id, close_price_units }) => act(ctx, instrument_id, close_price_units),
})

type Context = {
  readonly state: { last: number; is_limit: boolean }
  random(): number
  submit(order: OrderRequest): number
  cancel(counter: number): void
  replace(counter: number, change: { quantity_units: number; limit_price_units?: number }): void
}

function act(ctx: Context, instrument: string, price: number): void {
  if (ctx.random() < 0.4) return
  const side = ctx.random() < 0.5 ? ('buy' as const) : ('sell' as const)
  const away = Math.floor(ctx.random() * 25) * (side === 'buy' ? 1 : -1)
  const quantity_units = 1_000 * Math.ceil(ctx.random() * 20)
  const limit = { limit_price_units: price - away }
  const shapes: Partial<OrderRequest>[] = [
    {},
    limit,
    limit,
    { ...limit, time_in_force: 'ioc' },
    { ...limit, time_in_force: 'fok' },
    { trigger_price_units: price + away },
    { trail: { offset: 1 + Math.abs(away) } },
  ]
  const shape = shapes[Math.floor(ctx.random() * shapes.length)]
  const change = ctx.random()
  if (change < 0.2) ctx.cancel(ctx.state.last)
  else if (change < 0.4) ctx.replace(ctx.state.last, { quantity_units, ...(ctx.state.is_limit && limit) })
  ctx.state.last = ctx.submit({ instrument, side, quantity_units, ...shape })
  ctx.state.is_limit = shape?.limit_price_units !== undefined
}

const MODELS: readonly SimulationConfig[] = [
  {},
  { fills: { model: 'top_of_book' }, bars: 'fixed' },
  { fills: { model: 'participation', participation_max: '0.3' }, bars: 'adaptive' },
  { fills: { model: 'probabilistic', slip_probability: '0.5', touch_probability: '0.3' }, bars: 'fixed' },
  { queue: { model: 'conservative' } },
  { queue: { model: 'by_position', weight: 'linear' }, fills: { model: 'top_of_book' } },
  {
    impact: {
      model: 'square_root',
      increments: '2',
      quantity: '1000',
      half_life_us: 60_000_000,
      permanent_share: '0.1',
    },
    self_match: 'allowed',
    taken_until: 'level_changes',
  },
  {
    fills: { model: 'custom', source: 'own.ts#waning', params: {} },
    impact: { model: 'custom', source: 'own.ts#counting', params: {} },
  },
]

/** Models with a state and with chance, which the last of MODELS names. */
const waning = defineFillModel({
  name: 'waning',
  params: Type.Object({}),
  state: () => ({ asked: 0 }),
  fills_residual: false,
  available: ({ state, random }, _order, shown_units) =>
    Math.floor((shown_units * Math.ceil(random() * 3)) / (3 + (state.asked++ % 7))),
})
const counting = defineImpactModel({
  name: 'counting',
  params: Type.Object({}),
  state: () => ({ fills: 0 }),
  onFill: ({ state }) => void state.fills++,
  incrementsWorse: ({ state }) => state.fills % 3,
})
const LOADED = { venue_id: 'one', source: 'own.ts', files: [], model_hash: 'own' }
const OWN: readonly (BacktestModel & HostedModel)[] = [
  { ...LOADED, part: 'fills', definition: waning as unknown as FillModelDefinition },
  { ...LOADED, part: 'impact', definition: counting as unknown as ImpactModelDefinition },
]
const LATENCIES: readonly Latency[] = [
  { submit_us: 0, report_us: 0 },
  { submit_us: 180_000, report_us: 90_000 },
  {
    submit_us: { model: 'lognormal', median_us: 150_000, sigma: '0.9', min_us: 0, max_us: 2_000_000 },
    cancel_us: { model: 'exponential', mean_us: 90_000, min_us: 0, max_us: 900_000 },
    report_us: { model: 'recorded', delays_us: [70_000, 0, 310_000] },
  },
]

test.each(MODELS.flatMap((simulation) => LATENCIES.map((latency) => [simulation, latency] as const)))(
  '[V8] the same rows and commands give the same fills in a backtest and in paper: %j, %j',
  async (simulation, latency) => {
    const seed = 7
    const scenario = await scenarioOf({
      tapes: TAPES,
      more: [{ config: strategyOf('busy', INSTRUMENTS), definition: plain(busy) }],
      venue: { simulation, latency, displayed_quantity_default: '5000' },
      account: { balance: '1000000000' },
      config: { seed },
    })
    const commands: Timed[] = []
    const fills: OrderFact[] = []
    const observer: OutputObserver = {
      onCommand: (input, ts_us) => commands.push({ ts_us, input }),
      onFact: (fact) => {
        if (isFill(fact)) fills.push(fact)
      },
    }
    const request = requestOf(scenario, new MemoryJournal(nodeSha256))
    const outcome = await runBacktest({ ...request, models: OWN, observer })
    expect({ seed, faults: outcome.faults }).toEqual({ seed, faults: [] })
    expect(fills.length).toBeGreaterThan(100)
    const host = await VenueHost.open({
      config: scenario.config,
      authored: { models: OWN, gate: createStepGate() },
      journal: new MemoryJournal(nodeSha256),
    })
    const reports: VenueReport[] = []
    host.listen((word) => {
      if (word.word === 'report') reports.push(word.report)
    })
    // A command follows the row of its time: a row of the same time as a report comes before it.
    for (const { ts_us, input } of [...rowInputs(), ...commands].sort((a, b) => a.ts_us - b.ts_us)) {
      if ('ts_event_us' in input) host.row(input, ts_us)
      else host.command(input, ts_us)
    }
    host.pass(endUs(TAPES) - 1)
    await host.commit()
    const traded = reports.filter(({ report_type }) => report_type === 'trade')
    expect({ seed, fills: traded.map(fillOf) }).toEqual({
      seed,
      fills: fills.map(fillOf),
    })
    const { venues } = outcome.session
    expect({ seed, books: host.books.venues.books() }).toEqual({ seed, books: venues.books() })
    const counted = [host.books.venues, venues].map(
      ({ exchanges }) => exchanges[0]?.rows.bars.bar_order_fill_count,
    )
    expect(counted[0]).toBe(counted[1])
    await host.close()
  },
)

function fillOf(fill: VenueReport | OrderFact) {
  const { execution_id, client_order_id, last_price_units, last_quantity_units, ts_event_us } = fill
  return { execution_id, client_order_id, last_price_units, last_quantity_units, ts_event_us }
}

/** The tapes as a feed brings them, in the order of the instruments' index, which is that of INSTRUMENTS. */
function rowInputs(): Timed[] {
  return TAPES.flatMap(({ series, rows }) => {
    const instrument_index = INSTRUMENTS.indexOf(series.instrument_id)
    return rows.map(([ts_us = 0, a = 0, b = 0, c = 0, d = 0, e = 0]) => {
      const stamped = { instrument_index, ts_event_us: ts_us, ts_recv_us: ts_us }
      return { ts_us, input: inputOf(series, stamped, [a, b, c, d, e]) }
    })
  })
}

type Stamped = Pick<RowInput, 'instrument_index' | 'ts_event_us' | 'ts_recv_us'>
type Values = readonly [number, number, number, number, number]

function inputOf(series: TickSeries, stamped: Stamped, [a, b, c, d, e]: Values): RowInput {
  switch (series.kind) {
    case 'quote': {
      const sizes = { bid_size_units: c, ask_size_units: d }
      return rawQuote({ ...stamped, bid_price_units: a, ask_price_units: b, ...sizes })
    }
    case 'trade':
      return { type: 'trade', ...stamped, price_units: a, size_units: b, aggressor_side: c }
    case 'bar': {
      const { interval_us, price_type } = series
      const prices = { open_price_units: a, high_price_units: b, low_price_units: c, close_price_units: d }
      return { type: 'bar', ...stamped, interval_us, price_type, ...prices, volume_units: e }
    }
    default:
      throw new Error(`a session takes no rows of ${series.kind}`)
  }
}
