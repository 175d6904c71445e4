// Rows of fills.csv from the facts that book trades.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { must } from '../../schemas/assert.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type { FillRow } from '../../schemas/run-files.ts'
import type { Columns } from './cells.ts'

/** A trade that a fact books, or the one it takes back. */
export type FillItem = {
  readonly fact: OrderFact
  readonly spec: InstrumentSpec
  readonly event: 'trade' | 'reversal'
  readonly quantity_units: number
  readonly price_units: number
  readonly commission: bigint
}

export const FILL_COLUMNS: Columns<FillRow, FillItem> = {
  time: (cell, { fact }) => cell.time(fact.ts_event_us),
  account_id: (cell, { fact }) => cell.text(fact.account_id),
  strategy_id: (cell, { fact }) => cell.text(fact.strategy_id),
  order_counter: (cell, { fact }) => cell.count(fact.counter),
  intent_id: (cell, { fact }) => cell.intent(fact),
  client_order_id: (cell, { fact }) => cell.text(fact.client_order_id),
  execution_id: (cell, { fact }) => cell.text(fact.execution_id),
  venue_id: (cell, { fact }) => cell.text(fact.venue_id),
  instrument_id: (cell, { fact }) => cell.text(fact.instrument_id),
  event: (cell, { event }) => cell.text(event),
  side: (cell, { fact }) => cell.text(fact.side),
  quantity: (cell, { quantity_units, spec }) => cell.decimal(quantity_units, spec.size_scale),
  price: (cell, { price_units, spec }) => cell.decimal(price_units, spec.price_scale),
  liquidity_side: (cell, { event, fact }) => cell.text(event === 'trade' ? fact.liquidity_side : ''),
  commission: (cell, { commission }) => cell.money(commission),
  commission_currency: (cell, { fact }) => cell.text(fact.commission_currency),
}

const NONE: readonly FillItem[] = []

/** None for a fact that books nothing; a correction gives the reversal, then the trade as it should have been. */
export function fillItems(specs: readonly InstrumentSpec[], fact: OrderFact): readonly FillItem[] {
  const { last_quantity_units: traded_units, reversed_quantity_units: reversed_units } = fact
  if (traded_units <= 0 && reversed_units <= 0) return NONE
  const spec = must(specs[fact.instrument_index], 'a fill is of an instrument of the run')
  const items: FillItem[] = []
  if (reversed_units > 0) {
    // What a correction changes in the commission stands beside its trade.
    const commission = traded_units > 0 ? 0n : fact.commission
    const price_units = fact.reversed_price_units
    items.push({ fact, spec, event: 'reversal', quantity_units: reversed_units, price_units, commission })
  }
  if (traded_units > 0) {
    const { last_price_units: price_units, commission } = fact
    items.push({ fact, spec, event: 'trade', quantity_units: traded_units, price_units, commission })
  }
  return items
}
