// What the recorded histories under sim/histories are made of: configurations, strategies, and the rows of the backtest.

import { RandomStream } from '../../engine/random-stream.ts'

export const BAR_COUNT = 180

/** Files of the backtest's folder by name: minute bars of a random walk whose volumes are often taken whole. */
export function backtestFiles(): Readonly<Record<string, string>> {
  return { 'bars.csv': bars(), 'bars.yaml': MAPPING, 'straddle.ts': STRADDLE, 'session.yaml': BACKTEST }
}

/** Files of the live session's folder by name. */
export function sessionFiles(): Readonly<Record<string, string>> {
  return { 'shapes.ts': SHAPES, 'live.yaml': LIVE }
}

function bars(): string {
  const random = new RandomStream(7, 'histories')
  const text = (units: number) => (units / 100_000).toFixed(5)
  const lines = ['time,open,high,low,close,volume']
  let close = 110_000
  for (let minute = 1; minute <= BAR_COUNT; minute++) {
    const open = close + random.nextInt(7) - 3
    close = open + random.nextInt(51) - 25
    const high = Math.max(open, close) + random.nextInt(16)
    const low = Math.min(open, close) - random.nextInt(16)
    const time = `${10 + Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`
    const volume = [4_000, 6_000, 8_000, 20_000][random.nextInt(4)]
    lines.push(`2024-01-02T${time}:00Z,${[open, high, low, close].map(text).join(',')},${volume}`)
  }
  return `${lines.join('\n')}\n`
}

const MAPPING = `
instrument: EURUSD.gen
kind: bar
interval_us: 60000000
price_type: last
stamp: end
time_format: iso
time_zone: UTC
columns: { time: time, open: open, high: high, low: low, close: close, volume: volume }
`

/** Stops and limits on both sides of each close, cancelled a bar later, and an order too large now and then. */
const STRADDLE = `
import { defineStrategy, Type } from 'orrery'

export const straddle = defineStrategy({
  name: 'straddle',
  params: Type.Object({ away: Type.Integer({ default: 12 }) }),
  bars: ({ instruments }) => ({
    minute: { instrument: instruments[0] ?? '', interval_us: 60_000_000, price_type: 'last' },
  }),
  state: () => ({ bars: 0, resting: [] as number[] }),
  onBar(ctx, { instrument_id: instrument, close_price_units }) {
    const { state } = ctx
    const { away } = ctx.params
    state.bars++
    if (state.bars % 2 === 0) {
      for (const counter of state.resting) ctx.cancel(counter)
      state.resting = []
      return
    }
    const order = { instrument, quantity_units: 1_500 } as const
    state.resting.push(
      ctx.submit({ ...order, side: 'buy', trigger_price_units: close_price_units + away }),
      ctx.submit({ ...order, side: 'buy', trigger_price_units: close_price_units + 2 * away }),
      ctx.submit({ ...order, side: 'sell', trigger_price_units: close_price_units - away }),
      ctx.submit({ ...order, side: 'sell', limit_price_units: close_price_units + away }),
    )
    if (state.bars % 7 === 0) ctx.submit({ instrument, side: 'buy', quantity_units: 90_000_000 })
  },
})
`

const BACKTEST = `
session: bars
journal: { directory: ./runs }
data:
  store: ./ticks
  from: 2024-01-02
  to: 2024-01-03
  sources: [{ venue: gen, kind: bar, interval_us: 60000000, price_type: last, instruments: [EURUSD] }]
venues: [{ id: gen, simulation: { bars: fixed, fills: { model: top_of_book } } }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    leverage_max: 20
    risk: { order_quantity_max: 100000, order_notional_max: 200000, position_quantity_max: 100000 }
strategies: [{ id: straddle, source: straddle.ts#straddle, account: main, instruments: [EURUSD.gen] }]
`

/**
 * In turn: a market order, a limit order far away that is replaced and cancelled, a stop and a trailing stop, a bracket whose
 * children wait for their parent and cancel each other, an order too large, and a stop that is cancelled while it is held.
 */
const SHAPES = `
import { defineStrategy, Type } from 'orrery'

export const shapes = defineStrategy({
  name: 'shapes',
  params: Type.Object({ every: Type.Integer({ default: 2 }) }),
  state: () => ({ quotes: 0, turn: 0, resting: 0, held: 0 }),
  onQuote(ctx, quote) {
    const { state } = ctx
    state.quotes++
    if (!ctx.is_trading || state.quotes % ctx.params.every !== 0) return
    const { instrument_id: instrument, bid_price_units: bid, ask_price_units: ask } = quote
    const order = { instrument, quantity_units: 1_000 } as const
    switch (state.turn++ % 10) {
      case 0:
        ctx.submit({ ...order, side: 'buy' })
        break
      case 1:
        state.resting = ctx.submit({ ...order, side: 'buy', limit_price_units: bid - 500 })
        break
      case 2:
        ctx.submit({ ...order, side: 'sell', trigger_price_units: bid - 1 })
        break
      case 3:
        ctx.replace(state.resting, { quantity_units: 2_000, limit_price_units: bid - 400 })
        break
      case 4:
        ctx.submit({ ...order, side: 'sell', trail: { offset: 2 } })
        break
      case 5:
        ctx.cancel(state.resting)
        break
      case 6: {
        const parent = ctx.submit({ ...order, side: 'buy' })
        const wait = { parent: { counter: parent } }
        const target = ctx.submit({ ...order, ...wait, side: 'sell', limit_price_units: ask + 3 })
        ctx.submit({
          ...order,
          ...wait,
          side: 'sell',
          trigger_price_units: bid - 3,
          group: { counter: target, type: 'oco' },
        })
        break
      }
      case 7:
        ctx.submit({ ...order, side: 'buy', quantity_units: 50_000 })
        break
      case 8:
        state.held = ctx.submit({ ...order, side: 'buy', trigger_price_units: ask + 500 })
        break
      default:
        ctx.cancel(state.held)
    }
  },
})
`

const LIVE = `
session: live
journal: { directory: ./runs }
data:
  sources: [{ venue: gen, kind: quote, instruments: [EURUSD] }]
live:
  record: false
  snapshot_inputs: 100
  feeds: [{ venue: gen, kind: generator, rows_per_s: 25 }]
venues:
  - { id: gen, latency: { submit_us: 1000, report_us: 1000 }, simulation: { takes: market_and_limit } }
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    risk: { order_quantity_max: 10000, order_notional_max: 20000, position_quantity_max: 50000, order_rate: { orders_max: 100 } }
strategies:
  - { id: s, source: shapes.ts#shapes, account: main, instruments: [EURUSD.gen] }
`
