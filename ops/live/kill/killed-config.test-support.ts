// The session that is killed, as its files: a trader that leaves orders in every state, and its configuration.

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
venues: [{ id: gen, displayed_quantity_default: 100, latency: { submit_us: 8000, report_us: 8000 } }]
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
`
}
