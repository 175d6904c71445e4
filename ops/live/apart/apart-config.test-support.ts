// The session that is placed in two nodes, as its files: strategies that read positions, open orders and signals of each
// other, and its configuration for two nodes or for one.

export const STRATEGIES = `
import { defineStrategy, Type } from 'orrery'

const NONE = Type.Object({})

/** At the market, this way and that, by its position. */
export const market = defineStrategy({
  name: 'market',
  params: NONE,
  state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument }) {
    ctx.state.quotes++
    if (ctx.state.quotes % 3 !== 0) return
    const side = ctx.position(instrument) > 0 ? 'sell' : 'buy'
    ctx.submit({ instrument, side, quantity_units: 1_000 * (ctx.position(instrument) > 0 ? 1 : 2) })
  },
})

/** Orders that rest far from the market, are replaced and are cancelled, and some that cross it. */
export const quoter = defineStrategy({
  name: 'quoter',
  params: NONE,
  state: () => ({ quotes: 0 }),
  onQuote(ctx, quote) {
    const { instrument_id: instrument, bid_price_units, ask_price_units } = quote
    ctx.state.quotes++
    const [oldest] = ctx.openOrders()
    const turn = ctx.state.quotes % 4
    if (turn === 3) {
      const side = ctx.position(instrument) > 0 ? 'sell' : 'buy'
      const limit_price_units = side === 'buy' ? ask_price_units + 5 : bid_price_units - 5
      ctx.submit({ instrument, side, quantity_units: 500, limit_price_units })
    } else if (oldest === undefined || turn === 0) {
      ctx.submit({ instrument, side: 'buy', quantity_units: 3_000, limit_price_units: bid_price_units - 900 - turn })
    } else if (turn === 1) {
      ctx.replace(oldest.counter, { quantity_units: 2_000, limit_price_units: bid_price_units - 901 })
    } else ctx.cancel(oldest.counter)
  },
})

/** Says which way the market went. */
export const lead = defineStrategy({
  name: 'lead',
  params: NONE,
  state: () => ({ last: 0 }),
  onQuote(ctx, { bid_price_units }) {
    const { last } = ctx.state
    ctx.state.last = bid_price_units
    if (last !== 0 && bid_price_units !== last) ctx.publish('way', Math.sign(bid_price_units - last))
  },
})

/** Trades on what lead says, and says where it stands. */
export const follow = defineStrategy({
  name: 'follow',
  params: NONE,
  signals: () => ['lead.way'],
  state: () => ({ heard: 0 }),
  onSignal(ctx, { value }) {
    const [instrument] = ctx.instruments
    if (ctx.quote(instrument) === undefined) return
    ctx.state.heard++
    ctx.submit({ instrument, side: value > 0 ? 'buy' : 'sell', quantity_units: 1_000 })
    ctx.publish('stands', ctx.position(instrument))
  },
})

/** Against what follow holds. */
export const against = defineStrategy({
  name: 'against',
  params: NONE,
  signals: () => ['follow.stands'],
  state: () => ({ heard: 0 }),
  onSignal(ctx, { value }) {
    const [instrument] = ctx.instruments
    ctx.state.heard++
    if (value === 0 || ctx.quote(instrument) === undefined) return
    ctx.submit({ instrument, side: value > 0 ? 'sell' : 'buy', quantity_units: 700 })
  },
})
`

/** Those of the strategy node; the others are in the trading node. */
export const APART = ['market', 'quoter', 'lead', 'against'] as const

export type ApartBus = { readonly url: string; readonly credentials: string }

export function apartText(session: string, bus: ApartBus, isApart: boolean): string {
  const strategies = [...APART, 'follow'].map(
    (id) => `  - { id: ${id}, source: strategies.ts#${id}, account: main, instruments: [EURUSD.gen] }`,
  )
  const nodes = `nodes:
  - { id: trading, accounts: [main], strategies: [follow] }
  - { id: alpha, accounts: [], strategies: [${APART.join(', ')}] }
`
  return `
session: ${session}
bus: ${bus.url}
bus_credentials: ${bus.credentials}
data:
  sources: [{ venue: gen, kind: quote, instruments: [EURUSD] }]
live:
  feeds: [{ venue: gen, kind: bus }]
  record: false
venues: [{ id: gen, displayed_quantity_default: 100000, latency: { submit_us: 1000, report_us: 1000 } }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 1000000
    risk:
      order_quantity_max: 100000
      order_notional_max: 200000
      position_quantity_max: 500000
      order_rate: { orders_max: 1000 }
strategies:
${strategies.join('\n')}
${isApart ? nodes : ''}`
}
