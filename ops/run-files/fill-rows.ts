// Rows of fills.csv from the facts that book trades.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { must } from '../../schemas/assert.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type { FillRow } from '../../schemas/run-files.ts'
import { decimalString } from '../../schemas/units.ts'
import { moneyText } from '../../sim/backtest/money-text.ts'
import { intentId } from './intent-id.ts'
import { timeText } from './time-text.ts'

/** None for a fact that books nothing; a correction gives the reversal, then the trade as it should have been. */
export function fillRows(specs: readonly InstrumentSpec[], fact: OrderFact): FillRow[] {
  const { last_quantity_units, reversed_quantity_units } = fact
  const rows: FillRow[] = []
  if (reversed_quantity_units > 0) {
    const { reversed_price_units } = fact
    // What a correction changes in the commission stands beside its trade.
    const commission = last_quantity_units > 0 ? 0n : fact.commission
    rows.push(fillRow(specs, fact, 'reversal', reversed_price_units, reversed_quantity_units, commission))
  }
  if (last_quantity_units > 0) {
    rows.push(fillRow(specs, fact, 'trade', fact.last_price_units, last_quantity_units, fact.commission))
  }
  return rows
}

function fillRow(
  specs: readonly InstrumentSpec[],
  fact: OrderFact,
  event: 'trade' | 'reversal',
  price_units: number,
  quantity_units: number,
  commission: bigint,
): FillRow {
  const spec = must(specs[fact.instrument_index], 'a fill is of an instrument of the run')
  return {
    time: timeText(fact.ts_event_us),
    account_id: fact.account_id,
    strategy_id: fact.strategy_id,
    order_counter: String(fact.counter),
    intent_id: intentId(fact),
    client_order_id: fact.client_order_id,
    execution_id: fact.execution_id,
    venue_id: fact.venue_id,
    instrument_id: fact.instrument_id,
    event,
    side: fact.side,
    quantity: decimalString(quantity_units, spec.size_scale),
    price: decimalString(price_units, spec.price_scale),
    liquidity_side: event === 'trade' ? fact.liquidity_side : '',
    commission: moneyText(commission),
    commission_currency: fact.commission_currency,
  }
}
