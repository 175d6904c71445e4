// A small configuration of two accounts at one venue, and quotes of its instrument.

import { type ConflatedQuote, rawQuote } from '../../engine/conflation/conflated-quote.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { parseConfig } from '../../ops/config/load-config.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { AccountId, ClientOrderId, InstrumentId, StrategyId, VenueId } from '../../schemas/ids.ts'
import type { NewOrderSingle, OrderCancelRequest } from '../../schemas/messages/order.ts'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import { priceUnits, sizeUnits } from '../../schemas/units.ts'
import type { HostedModels } from './ledger-header.ts'

/** For an exchange whose models are the shipped ones. */
export const NO_MODELS: HostedModels = { models: [], gate: createStepGate() }

const RISK = '{ order_quantity_max: 10000000, order_notional_max: 20000000, position_quantity_max: 50000000 }'

export async function venueConfig(latency = '{}', directory = './runs'): Promise<Config> {
  const text = `
session: paper
journal: { directory: ${JSON.stringify(directory)} }
data:
  sources: [{ venue: gen, kind: quote, instruments: [EURUSD] }]
live: { snapshot_inputs: 50 }
venues: [{ id: gen, latency: ${latency} }]
accounts:
  - { id: main, venues: [gen], currency: USD, balance: 1000000, leverage_max: 30, risk: ${RISK} }
  - { id: other, venues: [gen], currency: USD, balance: 1000000, leverage_max: 30, risk: ${RISK} }
strategies:
  - { id: t, source: none.ts#none, account: main, instruments: [EURUSD.gen] }
`
  const surroundings = { file: 'venue.yaml', base_directory: '.', set: [], environment: {} }
  return (await parseConfig({ text, ...surroundings })).config
}

export function quoteAt(ts_us: number, bid_price_units = 110_000): ConflatedQuote {
  return rawQuote({
    instrument_index: 0,
    ts_event_us: ts_us,
    ts_recv_us: ts_us,
    bid_price_units,
    ask_price_units: bid_price_units + 2,
    bid_size_units: 0,
    ask_size_units: 0,
  })
}

/** A market order, or with a price a limit order that stays. */
export function orderOf(counter: number, change: Partial<NewOrderSingle> = {}): NewOrderSingle {
  return {
    type: 'new_order_single',
    account_id: 'main' as AccountId,
    strategy_id: 't' as StrategyId,
    counter,
    incarnation: 1,
    client_order_id: `paper-1-t-${counter}` as ClientOrderId,
    venue_id: 'gen' as VenueId,
    instrument_id: 'EURUSD.gen' as InstrumentId,
    instrument_index: 0,
    side: 'buy',
    order_type: change.price_units === undefined ? 'market' : 'limit',
    time_in_force: 'gtc',
    price_units: priceUnits(0),
    order_quantity_units: sizeUnits(1_000),
    terms: PLAIN_TERMS,
    ...change,
  }
}

export function cancelOf(order: NewOrderSingle, counter: number): OrderCancelRequest {
  const { account_id, strategy_id, venue_id, instrument_id, instrument_index } = order
  return {
    type: 'order_cancel_request',
    account_id,
    strategy_id,
    counter: order.counter,
    incarnation: 1,
    client_order_id: `paper-1-t-${counter}` as ClientOrderId,
    original_client_order_id: order.client_order_id,
    venue_id,
    instrument_id,
    instrument_index,
  }
}
