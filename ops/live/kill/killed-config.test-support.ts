// The session that is killed, as its files: strategies that leave orders in every state, at the venue and in the engine,
// and its configuration.

import type { BenchBus } from '../../bench/bench-server.ts'

/** Orders at the touch that rest, trade in parts, are cancelled and replaced; market orders between them. */
export const TRADER = `
import { defineStrategy, Type } from 'orrery'

export const trader = defineStrategy({
  name: 'trader',
  params: Type.Object({}),
  state: () => ({ quotes: 0, orders: [] as number[] }),
  onQuote(ctx, quote) {
    ctx.state.quotes++
    if (!ctx.is_trading) return
    const { instrument_id: instrument } = quote
    const side = ctx.position(instrument) > 0 ? 'sell' : 'buy'
    if (ctx.state.quotes % 6 === 1) {
      const limit_price_units = side === 'buy' ? quote.bid_price_units : quote.ask_price_units
      ctx.submit({ instrument, side, quantity_units: 900, limit_price_units })
    }
    if (ctx.state.quotes % 6 === 3) ctx.submit({ instrument, side, quantity_units: 100 })
    if (ctx.state.quotes % 2 === 0) for (const order of ctx.openOrders().slice(0, 1)) ctx.cancel(order.counter)
  },
})

const OPEN_MAX = 16

/** What its venue does not take: a bracket, two stops of which one cancels the other, a trailing stop; and two limit orders in a group. */
export const binder = defineStrategy({
  name: 'binder',
  params: Type.Object({}),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument, bid_price_units: bid, ask_price_units: ask }) {
    ctx.state.quotes++
    if (!ctx.is_trading || ctx.openOrders().length > OPEN_MAX) return
    const side = ctx.position(instrument) > 0 ? 'sell' : 'buy'
    const other = side === 'buy' ? 'sell' : 'buy'
    const [best, ahead] = side === 'buy' ? [ask, 1] : [bid, -1]
    const turn = ctx.state.quotes % 16
    if (turn === 1) {
      const parent = ctx.submit({ instrument, side, quantity_units: 500, limit_price_units: best })
      const child = { instrument, side: other, quantity_units: 500, parent: { counter: parent } } as const
      const profit = ctx.submit({ ...child, limit_price_units: best + 4 * ahead })
      ctx.submit({ ...child, trigger_price_units: best - 8 * ahead, group: { counter: profit, type: 'oco' } })
    }
    if (turn === 5) {
      const up = ctx.submit({ instrument, side: 'buy', quantity_units: 300, trigger_price_units: ask + 20 })
      const group = { counter: up, type: 'oco' } as const
      ctx.submit({ instrument, side: 'sell', quantity_units: 300, trigger_price_units: bid - 20, group })
    }
    if (turn === 9) ctx.submit({ instrument, side: 'sell', quantity_units: 100, trail: { offset: 3 } })
    if (turn === 13) {
      const low = ctx.submit({ instrument, side: 'buy', quantity_units: 300, limit_price_units: bid })
      const group = { counter: low, type: 'oco' } as const
      ctx.submit({ instrument, side: 'sell', quantity_units: 300, limit_price_units: ask, group })
    }
  },
})
`

export function sessionText(
  surroundings: { readonly bus: BenchBus; readonly exchange: string } | undefined,
): string {
  const own = surroundings === undefined
  return `
session: kill
${own ? '' : `durability: replicated\nbus: ${surroundings.bus.url}\nbus_credentials: ${surroundings.bus.credentials}`}
data:
  sources: [{ venue: gen, kind: quote, instruments: [EURUSD] }]
live:
  feeds: [{ venue: gen, kind: ${own ? 'generator, rows_per_s: 100' : 'exchange'} }]
  ${own ? '' : `exchange: ${surroundings.exchange}`}
  snapshot_inputs: 40
  absence_grace_ms: 50
  record: false
venues:
  - id: gen
    displayed_quantity_default: 100
    latency: { submit_us: 8000, report_us: 8000 }
    simulation: { takes: market_and_limit }
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    risk:
      order_quantity_max: 10000
      order_notional_max: 20000
      position_quantity_max: 50000
      order_rate: { orders_max: 1000 }
strategies:
  - { id: t, source: trader.ts#trader, account: main, instruments: [EURUSD.gen] }
  - { id: b, source: trader.ts#binder, account: main, instruments: [EURUSD.gen] }
`
}
