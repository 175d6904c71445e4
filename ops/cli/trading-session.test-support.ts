// A session of one strategy that buys and sells by turns, as its two files.

/** `trader.ts`. It trades on every fifth quote, or on what `every` says. */
export const TRADER = `
import { defineStrategy, Type } from 'orrery'

export const trader = defineStrategy({
  name: 'trader',
  params: Type.Object({ every: Type.Integer({ default: 5 }) }),
  state: () => ({ quotes: 0, is_long: false }),
  onQuote(ctx, quote) {
    ctx.state.quotes++
    if (!ctx.is_trading || ctx.state.quotes % ctx.params.every !== 0) return
    ctx.state.is_long = !ctx.state.is_long
    ctx.submit({ instrument: quote.instrument_id, side: ctx.state.is_long ? 'buy' : 'sell', quantity_units: 1000 })
  },
})
`

/** @param live lines below `live`, each indented by two. */
export function sessionText(session: string, live: string): string {
  return `
session: ${session}
data:
  sources: [{ venue: gen, kind: quote, instruments: [EURUSD] }]
live:
${live}
venues: [{ id: gen, latency: { submit_us: 1000, report_us: 1000 } }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    risk: { order_quantity_max: 10000, order_notional_max: 20000, position_quantity_max: 50000, order_rate: { orders_max: 100 } }
strategies:
  - { id: t, source: trader.ts#trader, account: main, instruments: [EURUSD.gen] }
`
}
