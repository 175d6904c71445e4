// What the simulated exchange takes: all it can, or the table of a named broker, so that what that broker lacks is worked
// out by the engine as it would be there.

import type { CapabilityTable, Contingency } from '../../../engine/venue-port.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import type { TimeInForce } from '../../../schemas/messages/order.ts'
import type { AuctionsHeld } from '../phases/venue-market.ts'

const ALL_TIMES = ['day', 'gtc', 'gtd', 'ioc', 'fok'] as const
/** A stop that must trade at once would stop nothing. */
const LASTING = ['day', 'gtc', 'gtd'] as const

/** All the exchange can do. */
export const CAPABILITIES: CapabilityTable = {
  orders: {
    market: ['day', 'gtc', 'ioc', 'fok'],
    limit: ALL_TIMES,
    stop: LASTING,
    stop_limit: ALL_TIMES,
    market_to_limit: ALL_TIMES,
    market_if_touched: LASTING,
    limit_if_touched: ALL_TIMES,
    trailing_stop: LASTING,
    trailing_stop_limit: LASTING,
  },
  trigger_methods: ['bid_ask', 'last', 'mid'],
  post_only: true,
  reduce_only: true,
  display_quantity: true,
  cancel: true,
  replace: true,
}

type Takes = NonNullable<SimulationConfig['takes']>

const TABLES: { readonly [name in Takes]: CapabilityTable } = {
  all: CAPABILITIES,
  all_and_oco: { ...CAPABILITIES, contingencies: ['oco'] },
  all_and_contingent: { ...CAPABILITIES, contingencies: ['oco', 'ouo', 'oto'] },
  market_and_limit: {
    orders: { market: ['day', 'gtc', 'ioc', 'fok'], limit: ALL_TIMES },
    post_only: true,
    reduce_only: true,
    display_quantity: true,
    cancel: true,
    replace: true,
  },
  // Its order types and times in force. Its links, of orders that are sent as one, are the engine's to keep here.
  // Its stops watch trades.
  alpaca: {
    orders: {
      market: ['day', 'gtc', 'ioc', 'fok'],
      limit: ['day', 'gtc', 'ioc', 'fok'],
      stop: ['day', 'gtc'],
      stop_limit: ['day', 'gtc'],
      trailing_stop: ['day', 'gtc'],
    },
    trigger_methods: ['last'],
    cancel: true,
    replace: true,
  },
}

/** Unless its configuration says otherwise an exchange keeps the links between its orders: of a group it trades one quantity, whatever comes. */
const TAKES_DEFAULT: Takes = 'all_and_contingent'

/** What the exchange of a configuration takes, by its name. */
export function takesOf(simulation: SimulationConfig | undefined): Takes {
  return simulation?.takes ?? TAKES_DEFAULT
}

/** Of these the exchange keeps the links; the engine keeps the others. */
export function linksKeptBy(simulation: SimulationConfig | undefined): readonly Contingency[] {
  return TABLES[takesOf(simulation)].contingencies ?? []
}

/** @param auctions those the venue holds: only then are there orders for them. */
export function capabilitiesOf(
  simulation: SimulationConfig | undefined,
  auctions: AuctionsHeld,
): CapabilityTable {
  const table = TABLES[takesOf(simulation)]
  const { market = [], limit = [] } = table.orders
  const times: TimeInForce[] = [
    ...(auctions.opening ? (['opg'] as const) : []),
    ...(auctions.closing ? (['cls'] as const) : []),
  ]
  return {
    ...table,
    orders: { ...table.orders, market: [...market, ...times], limit: [...limit, ...times] },
    closed_orders: simulation?.closed_orders === 'queue',
    halted_orders: simulation?.halted_orders !== 'reject',
  }
}
