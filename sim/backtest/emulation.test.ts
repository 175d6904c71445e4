import Type from 'typebox'
import { expect, test } from 'vitest'
import type { OrderRequest } from '../../actors/strategy/context.ts'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import {
  type ProofRun,
  ROOMY_ACCOUNT,
  runScenario,
  scenarioOf,
  strategyOf,
} from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { quoteTape, type Tape, type TapeOptions, tradeTape } from './tape.test-support.ts'

/** Every few quotes an order of a kind drawn by chance, near the market, so that most are triggered; some are cancelled. */
const triggers = defineStrategy({
  name: 'triggers',
  params: Type.Object({}),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, quote) {
    ctx.state.quotes++
    if (ctx.state.quotes % 5 !== 0) return
    const side = ctx.random() < 0.5 ? ('buy' as const) : ('sell' as const)
    const away = Math.ceil(ctx.random() * 30)
    const up = quote.ask_price_units + away
    const down = quote.bid_price_units - away
    const stop = side === 'buy' ? up : down
    const touch = side === 'buy' ? down : up
    const shapes: Partial<OrderRequest>[] = [
      { trigger_price_units: stop },
      { trigger_price_units: stop, trigger_method: 'mid' },
      { trigger_price_units: stop, limit_price_units: side === 'buy' ? stop + 3 : stop - 3 },
      { order_type: 'market_if_touched', trigger_price_units: touch },
      { order_type: 'limit_if_touched', trigger_price_units: touch, limit_price_units: touch },
      { trail: { offset: away } },
      { trail: { offset: away, unit: 'ticks', activation_price_units: touch } },
      { order_type: 'trailing_stop_limit', trail: { offset: away, limit_offset_units: 2 } },
      { trigger_price_units: stop, limit_price_units: stop, post_only: true },
      {
        order_type: 'limit_if_touched',
        trigger_price_units: touch,
        limit_price_units: touch,
        post_only: true,
      },
      { trigger_price_units: stop, limit_price_units: stop, time_in_force: 'fok' },
      { trigger_price_units: stop, time_in_force: 'gtd', expire_time_us: quote.ts_event_us + 40_000_000 },
    ]
    const shape = shapes[Math.floor(ctx.random() * shapes.length)]
    const counter = ctx.submit({
      instrument: quote.instrument_id,
      side,
      quantity_units: 1_000 * Math.ceil(ctx.random() * 4),
      ...shape,
    })
    if (ctx.random() < 0.2) ctx.cancel(counter - 6)
  },
})

/** Quotes, and trades at their bids. */
const TRADED = (options: TapeOptions): Tape[] => [quoteTape(options), tradeTape(options)]

async function run(
  takes: SimulationConfig['takes'],
  seed: number,
  definition: typeof triggers = triggers,
  tapesOf: (options: TapeOptions) => Tape[] = (options) => [quoteTape(options)],
): Promise<ProofRun> {
  const simulation = takes === undefined ? {} : { takes }
  return runScenario(
    await scenarioOf({
      tapes: tapesOf({ instrument_id: 'AAA.one', row_count: 1_500, seed }),
      more: [{ config: strategyOf('triggers', ['AAA.one']), definition: plain(definition) }],
      venue: { simulation },
      // A held order is reserved when it goes out and a venue's own when it is sent, so that limits would tell them apart.
      account: ROOMY_ACCOUNT,
    }),
  )
}

function fills({ outputs }: ProofRun) {
  return outputs.fills.map(({ fill }) => {
    const { counter, side, last_price_units, last_quantity_units, ts_event_us } = fill
    return { counter, side, last_price_units, last_quantity_units, ts_event_us }
  })
}

test.each([1, 2, 3])(
  'triggers watched by the venue and triggers watched here give the same fills (seed %i)',
  async (seed) => {
    const native = await run('all', seed)
    const emulated = await run('market_and_limit', seed)
    expect(native.outcome.faults).toEqual([])
    expect(
      native.outputs.commands.some(
        (command) => 'order_type' in command && command.order_type === 'trailing_stop',
      ),
    ).toBe(true)
    expect(
      emulated.outputs.commands.every(
        (command) => !('order_type' in command) || ['market', 'limit'].includes(command.order_type),
      ),
    ).toBe(true)
    expect(fills(native).length).toBeGreaterThan(100)
    expect(fills(emulated)).toEqual(fills(native))
  },
)

/** What a broker without flags takes, by every price a trigger can watch; some of it is cancelled. */
const brokered = defineStrategy({
  name: 'brokered',
  params: Type.Object({}),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, quote) {
    ctx.state.quotes++
    if (ctx.state.quotes % 5 !== 0) return
    const side = ctx.random() < 0.5 ? ('buy' as const) : ('sell' as const)
    const away = Math.ceil(ctx.random() * 30)
    const worse = side === 'buy' ? 3 : -3
    const stop = side === 'buy' ? quote.ask_price_units + away : quote.bid_price_units - away
    const touch = side === 'buy' ? quote.bid_price_units - away : quote.ask_price_units + away
    const expire_time_us = quote.ts_event_us + 40_000_000
    const shapes: Partial<OrderRequest>[] = [
      { trigger_price_units: stop },
      { trigger_price_units: stop, limit_price_units: stop + worse },
      { trail: { offset: away } },
      { trail: { offset: away, unit: 'ticks', activation_price_units: touch } },
      { trigger_price_units: stop, time_in_force: 'gtd', expire_time_us },
      { trigger_price_units: stop, limit_price_units: stop + worse, time_in_force: 'fok' },
      { order_type: 'market_if_touched', trigger_price_units: touch },
      { order_type: 'limit_if_touched', trigger_price_units: touch, limit_price_units: touch },
      { order_type: 'trailing_stop_limit', trail: { offset: away, limit_offset_units: 2 } },
    ]
    const methods = ['last', 'last', 'bid_ask', 'mid'] as const
    const counter = ctx.submit({
      instrument: quote.instrument_id,
      side,
      quantity_units: 1_000 * Math.ceil(ctx.random() * 4),
      trigger_method: methods[Math.floor(ctx.random() * methods.length)] ?? 'last',
      ...shapes[Math.floor(ctx.random() * shapes.length)],
    })
    if (ctx.random() < 0.2) ctx.cancel(counter - 6)
  },
})

test.each([1, 2, 3])(
  'a named broker watches what its table has, the engine the rest, and the fills are those of a venue that watches all (seed %i)',
  async (seed) => {
    const native = await run('all', seed, brokered, TRADED)
    const broker = await run('alpaca', seed, brokered, TRADED)
    const denied = broker.outputs.denials.filter(({ request }) => request === 'new')
    expect([native.outcome.faults, broker.outcome.faults, denied]).toEqual([[], [], []])
    // What waits there does so by the last trade, and is of the types and times that it has.
    const waits = broker.outputs.commands.flatMap((command) =>
      'order_type' in command && !['market', 'limit'].includes(command.order_type)
        ? [`${command.order_type} ${command.time_in_force} ${command.terms.trigger_method}`]
        : [],
    )
    expect([...new Set(waits)].sort()).toEqual([
      'stop gtc last',
      'stop_limit gtc last',
      'trailing_stop gtc last',
    ])
    const held = broker.outputs.facts.filter(({ type }) => type === 'order.held').length
    expect({ held, isMet: held > 100 && waits.length > 30 }).toEqual({ held, isMet: true })
    expect(fills(native).length).toBeGreaterThan(100)
    expect(byMoment(broker)).toEqual(byMoment(native))
  },
)

/** The fills; of one moment by order: what the venue watches goes before what the engine does. */
function byMoment(ran: ProofRun) {
  return fills(ran).sort((a, b) => a.ts_event_us - b.ts_event_us || a.counter - b.counter)
}

/** Orders that only reduce, beside market orders that move the position through zero; some are cancelled. */
const reducers = defineStrategy({
  name: 'reducers',
  params: Type.Object({}),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, quote) {
    ctx.state.quotes++
    if (ctx.state.quotes % 4 !== 0) return
    const side = ctx.random() < 0.5 ? ('buy' as const) : ('sell' as const)
    const order = {
      instrument: quote.instrument_id,
      side,
      quantity_units: 1_000 * Math.ceil(ctx.random() * 3),
    }
    if (ctx.random() < 0.3) return void ctx.submit(order)
    const away = Math.ceil(ctx.random() * 60)
    const up = quote.ask_price_units + away
    const down = quote.bid_price_units - away
    const stop = side === 'buy' ? up : down
    const touch = side === 'buy' ? down : up
    const shapes: Partial<OrderRequest>[] = [
      { trigger_price_units: stop },
      { trigger_price_units: stop, limit_price_units: side === 'buy' ? stop + 3 : stop - 3 },
      { order_type: 'market_if_touched', trigger_price_units: touch },
      { trail: { offset: away } },
    ]
    const counter = ctx.submit({
      ...order,
      ...shapes[Math.floor(ctx.random() * shapes.length)],
      reduce_only: true,
    })
    if (ctx.random() < 0.1) ctx.cancel(counter - 6)
  },
})

test('[E18] orders that only reduce trade as they do at the venue, up to the first moment at which a position ends and begins again', async () => {
  const met = { ends: 0, fills: 0, whole: 0 }
  for (let seed = 1; seed <= 12; seed++) {
    const native = await run('all', seed, reducers)
    const emulated = await run('market_and_limit', seed, reducers)
    expect([native.outcome.faults, emulated.outcome.faults]).toEqual([[], []])
    const until = Math.min(firstRestart(native), firstRestart(emulated))
    const before = (ran: ProofRun) => fills(ran).filter(({ ts_event_us }) => ts_event_us < until)
    expect({ seed, fills: before(emulated) }).toEqual({ seed, fills: before(native) })
    met.fills += before(native).length
    met.whole += until === Number.POSITIVE_INFINITY ? 1 : 0
    met.ends += emulated.outputs.facts.filter(
      ({ reason_code, incarnation, ts_event_us }) =>
        reason_code === 'reduce_only' && incarnation === 0 && ts_event_us < until,
    ).length
  }
  expect({ ...met, isMet: met.ends > 300 && met.fills > 500 }).toEqual({ ...met, isMet: true })
})

/** The first moment at which what could be closed on a side was all closed, and there is something again. */
function firstRestart({ outputs }: ProofRun): number {
  let units = 0
  let ended = new Set<number>()
  let at_us = 0
  for (const { fill } of outputs.fills) {
    if (fill.ts_event_us !== at_us) ended = new Set()
    at_us = fill.ts_event_us
    const before = Math.sign(units)
    units += fill.side === 'buy' ? fill.last_quantity_units : -fill.last_quantity_units
    if (Math.sign(units) !== before && before !== 0) ended.add(before)
    if (ended.has(Math.sign(units))) return at_us
  }
  return Number.POSITIVE_INFINITY
}
