// Strategies of different habits, to be run by the proofs. Each keeps what it knows in `ctx.state`, as an author would.

import Type from 'typebox'
import { defineStrategy, type StrategyDefinition } from '../../actors/strategy/definition.ts'
import { emaCross } from '../../actors/strategy/examples/ema-cross.ts'
import { ema } from '../../engine/indicators/indicator-specs.ts'

const NONE = Type.Object({})
const LOT = 1_000

/** Buys and sells at the market in turn, one order after so many quotes. */
export const everyNth = defineStrategy({
  name: 'every_nth',
  params: Type.Object({ quotes: Type.Integer({ default: 7 }) }),
  state: () => ({ seen: 0 }),
  onQuote(ctx, quote) {
    ctx.state.seen += 1
    if (ctx.state.seen % (ctx.params.quotes ?? 7) !== 0) return
    const side = ctx.position(quote.instrument_id) > 0 ? 'sell' : 'buy'
    ctx.submit({ instrument: quote.instrument_id, side, quantity_units: 3 * LOT })
  },
})

/** Keeps limit orders on both sides, moves them with replaces, takes them away with cancels; some cross the spread. */
export const quoter = defineStrategy({
  name: 'quoter',
  params: NONE,
  state: () => ({ seen: 0, orders: [] as number[], denied: 0 }),
  onQuote(ctx, quote) {
    const { state } = ctx
    state.seen += 1
    if (state.seen % 3 !== 0) return
    const [oldest] = state.orders
    const turn = (state.seen / 3) % 5
    if (oldest !== undefined && turn === 1) {
      const change = { quantity_units: 2 * LOT, limit_price_units: quote.bid_price_units + 1 }
      return ctx.replace(oldest, change)
    }
    if (oldest !== undefined && turn === 3) return ctx.cancel(oldest)
    if (state.orders.length >= 4) return
    const isBuy = turn % 2 === 0
    const price = isBuy ? quote.bid_price_units - turn : quote.ask_price_units + turn
    state.orders.push(
      ctx.submit({
        instrument: quote.instrument_id,
        side: isBuy ? 'buy' : 'sell',
        quantity_units: (1 + turn) * LOT,
        limit_price_units: turn === 4 ? quote.ask_price_units : price,
      }),
    )
  },
  onOrder(ctx, fact) {
    if (fact.ended) ctx.state.orders = ctx.state.orders.filter((counter) => counter !== fact.counter)
  },
  onDenied(ctx, denial) {
    ctx.state.denied += 1
    if (denial.request === 'new')
      ctx.state.orders = ctx.state.orders.filter((counter) => counter !== denial.counter)
  },
})

/** Trades by the clock alone: one timer re-arms itself, one is moved and cancelled before it can fire. */
export const timed = defineStrategy({
  name: 'timed',
  params: NONE,
  state: () => ({ fired: [] as number[] }),
  onStart(ctx) {
    ctx.setTimer('trade', ctx.now_us + 1_500_000)
  },
  onTimer(ctx, id) {
    const { state, instruments } = ctx
    state.fired = [...state.fired.slice(-4), ctx.now_us]
    ctx.setTimer(id, ctx.now_us + 3_333_333)
    ctx.setTimer('never', ctx.now_us + 5_000_000)
    if (ctx.now_us % 2 === 0) ctx.cancelTimer('never')
    const instrument = instruments[state.fired.length % instruments.length] as string
    if (ctx.quote(instrument) === undefined) return
    const side = ctx.position(instrument) > 0 ? 'sell' : 'buy'
    ctx.submit({ instrument, side, quantity_units: 2 * LOT })
  },
})

/** Draws what it does: nothing, a market order, a limit order somewhere near, a cancel of any open order. */
export const drawing = defineStrategy({
  name: 'drawing',
  params: NONE,
  state: () => ({ drawn: 0 }),
  onQuote(ctx, quote) {
    ctx.state.drawn += 1
    const draw = ctx.random()
    if (draw > 0.3) return
    const side = draw < 0.15 ? 'buy' : 'sell'
    const quantity_units = LOT * (1 + Math.floor(ctx.random() * 5))
    const open = ctx.openOrders()
    const chosen = open[Math.floor(ctx.random() * open.length)]
    if (chosen !== undefined && draw < 0.05) return ctx.cancel(chosen.counter)
    if (draw < 0.1 || draw > 0.2)
      return void ctx.submit({ instrument: quote.instrument_id, side, quantity_units })
    const limit_price_units = quote.bid_price_units + Math.floor(ctx.random() * 21) - 10
    ctx.submit({ instrument: quote.instrument_id, side, quantity_units, limit_price_units })
  },
})

/** Publishes the spread's change; `subscriber` trades on it. */
export const publisher = defineStrategy({
  name: 'publisher',
  params: NONE,
  state: () => ({ last: new Map<string, number>() }),
  onQuote(ctx, quote) {
    const spread = quote.ask_price_units - quote.bid_price_units
    const before = ctx.state.last.get(quote.instrument_id)
    ctx.state.last.set(quote.instrument_id, spread)
    if (before !== undefined && spread !== before) ctx.publish('spread', spread - before)
  },
})

export const subscriber = defineStrategy({
  name: 'subscriber',
  params: NONE,
  signals: () => ['pub.spread'],
  state: () => ({ sum: 0 }),
  onSignal(ctx, signal) {
    ctx.state.sum += signal.value
    const instrument = ctx.instruments[0] as string
    const target = Math.sign(ctx.state.sum) * 4 * LOT
    const change = target - ctx.position(instrument)
    if (change === 0 || ctx.openOrders().length > 0 || ctx.quote(instrument) === undefined) return
    ctx.submit({ instrument, side: change > 0 ? 'buy' : 'sell', quantity_units: Math.abs(change) })
  },
})

/** Bid and ask bars of different lengths over all its instruments, each with an average of its own. */
export const manyBars = defineStrategy({
  name: 'many_bars',
  params: NONE,
  bars: ({ instruments }) =>
    Object.fromEntries(
      instruments.map((instrument, at) => [
        instrument,
        {
          instrument,
          interval_us: (5 + 5 * at) * 1_000_000,
          price_type: at % 2 === 0 ? ('bid' as const) : ('ask' as const),
        },
      ]),
    ),
  indicators: ({ instruments }) =>
    Object.fromEntries(instruments.map((bars) => [bars, { bars, spec: ema(3) }])),
  warm_up_us: () => 20_000_000,
  state: () => ({ closes: {} as Record<string, number> }),
  onBar(ctx, bar, name) {
    const before = ctx.state.closes[name]
    ctx.state.closes[name] = bar.close_price_units
    if (before === undefined || !ctx.is_trading) return
    const isAbove = bar.close_price_units > ctx.indicator(name).value
    const target = isAbove ? 5 * LOT : -5 * LOT
    const change = target - ctx.position(name)
    if (change === 0) return
    ctx.submit({ instrument: name, side: change > 0 ? 'buy' : 'sell', quantity_units: Math.abs(change) })
  },
})

/** Quotes far from the market, and throws when it has seen so many rows: its resting orders are to be cancelled. */
export const failing = defineStrategy({
  name: 'failing',
  params: Type.Object({ rows: Type.Integer() }),
  state: () => ({ seen: 0 }),
  onQuote(ctx, quote) {
    ctx.state.seen += 1
    if (ctx.state.seen > ctx.params.rows) throw new Error('as it was written to do')
    if (ctx.state.seen % 9 !== 0) return
    const limit_price_units = quote.bid_price_units - 1_000
    ctx.submit({ instrument: quote.instrument_id, side: 'buy', quantity_units: LOT, limit_price_units })
  },
})

/** Every strategy by the id it is configured under. */
export const PROOF_STRATEGIES = {
  ema: plain(emaCross),
  nth: plain(everyNth),
  quoter: plain(quoter),
  timed: plain(timed),
  drawing: plain(drawing),
  pub: plain(publisher),
  sub: plain(subscriber),
  bars: plain(manyBars),
} as const

export type ProofStrategyId = keyof typeof PROOF_STRATEGIES
export const PROOF_STRATEGY_IDS = Object.keys(PROOF_STRATEGIES) as ProofStrategyId[]

/** Parameters that make the shipped example trade on a tape of a few minutes. */
export const EMA_PARAMS = { fast_period: 2, slow_period: 4, interval_us: 5_000_000, quantity: '10000' }

/** A definition as a loader hands it over: what its parameters and state are is its own business. */
export function plain(definition: unknown): StrategyDefinition {
  return definition as StrategyDefinition
}
