// Figures of the order's life alone: through the compiled table, and through an account's store. The caller gives the
// clock and prints.

import { must } from '../../schemas/assert.ts'
import type { AccountId, ClientOrderId, InstrumentId, StrategyId, VenueId } from '../../schemas/ids.ts'
import type { NewOrderSingle, SendOutcome, VenueReport } from '../../schemas/messages/order.ts'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'
import { type OrderEvent, reportEvent, sendEvent } from './order-event.ts'
import type { OrderEffect } from './order-facts.ts'
import { orderTable } from './order-machine.ts'
import { approvedOrder } from './order-record.ts'
import { OrderStore } from './order-store.ts'

export type BenchFigure = { readonly name: string; readonly unit: string; readonly value: number }

const NOW = 1_700_000_000_000_000 as TimeUs
const RETENTION = 10_000
/** Lives prepared at a time, outside the measured span: few enough that the collector does not see them grow old. */
const BATCH = 1_000

/** `now_ms`: a clock of any origin. `scale`: 1 for the figures, less for a trial. */
export function benchOrders(now_ms: () => number, scale = 1): BenchFigure[] {
  const lives = Math.round(1_000_000 * scale)
  tableLivesPerSecond(now_ms, lives)
  const stored = storeLivesPerSecond(now_ms, lives)
  return [
    { name: 'order.table_lives', unit: '1/s', value: tableLivesPerSecond(now_ms, lives) },
    { name: 'order.store_lives_first_tenth', unit: '1/s', value: stored.first },
    { name: 'order.store_lives_last_tenth', unit: '1/s', value: stored.last },
  ]
}

/** Keeps a few facts alive, as subscribers do, so that making them is not optimised away. */
class FewFacts {
  readonly #kept: (OrderEffect | undefined)[] = new Array(64).fill(undefined)
  #next = 0

  push(effect: OrderEffect): void {
    this.#kept[this.#next++ & 63] = effect
  }
}

function tableLivesPerSecond(now_ms: () => number, count: number): number {
  const facts = new FewFacts()
  const { command, sent, accepted, filled } = oneLife('bench-1-ema-1', 1)
  const start_ms = now_ms()
  for (let i = 0; i < count; i++) {
    const order = approvedOrder(command, NOW)
    orderTable.dispatch(order, sent, facts)
    orderTable.dispatch(order, accepted, facts)
    orderTable.dispatch(order, filled, facts)
  }
  return perSecond(count, now_ms() - start_ms)
}

/** Every order with an id of its own, found by it at each event, as the order actor does. */
function storeLivesPerSecond(now_ms: () => number, count: number): { first: number; last: number } {
  const store = new OrderStore(RETENTION)
  const facts = new FewFacts()
  const tenth = count / 10
  const tenths = Array.from({ length: 10 }, (_, part) => {
    let elapsed_ms = 0
    for (let at = part * tenth; at < (part + 1) * tenth; at += BATCH) {
      const lives = batchOfLives(at, Math.min(BATCH, tenth))
      const start_ms = now_ms()
      for (const life of lives) liveInStore(store, life, facts)
      elapsed_ms += now_ms() - start_ms
    }
    return perSecond(tenth, elapsed_ms)
  })
  return { first: must(tenths.at(0), 'ten parts'), last: must(tenths.at(-1), 'ten parts') }
}

function liveInStore(store: OrderStore, life: Life, facts: FewFacts): void {
  store.approve(life.command, NOW)
  apply(store, life.sent, facts)
  apply(store, life.accepted, facts)
  apply(store, life.filled, facts)
}

function apply(store: OrderStore, event: OrderEvent, facts: FewFacts): void {
  store.apply(must(store.find(event.body.client_order_id), 'the order is known'), event, facts)
}

function batchOfLives(from: number, size: number): Life[] {
  return Array.from({ length: size }, (_, i) => oneLife(`bench-1-ema-${from + i + 1}`, from + i + 1))
}

type Life = ReturnType<typeof oneLife>

function oneLife(id: string, counter: number) {
  const client_order_id = id as ClientOrderId
  const outcome: SendOutcome = {
    type: 'send_outcome',
    outcome: 'sent',
    account_id: 'bench' as AccountId,
    client_order_id,
    command_type: 'new_order_single',
    reason_code: '',
  }
  return {
    command: benchCommand(client_order_id, counter),
    sent: sendEvent(outcome, NOW),
    accepted: reportEvent(benchReport(client_order_id, 'new', 0), NOW),
    filled: reportEvent(benchReport(client_order_id, 'trade', 100), NOW),
  }
}

function benchCommand(clientOrderId: ClientOrderId, counter: number): NewOrderSingle {
  return {
    type: 'new_order_single',
    account_id: 'bench' as AccountId,
    strategy_id: 'ema' as StrategyId,
    counter,
    incarnation: 1,
    client_order_id: clientOrderId,
    venue_id: 'sim' as VenueId,
    instrument_id: 'EURUSD.sim' as InstrumentId,
    instrument_index: 0,
    side: 'buy',
    order_type: 'market',
    time_in_force: 'ioc',
    price_units: 0 as PriceUnits,
    order_quantity_units: 100 as SizeUnits,
    terms: PLAIN_TERMS,
  }
}

function benchReport(clientOrderId: ClientOrderId, type: 'new' | 'trade', quantity: number): VenueReport {
  return {
    type: 'venue_report',
    report_type: type,
    venue_id: 'sim' as VenueId,
    account_id: 'bench' as AccountId,
    report_id: '',
    instrument_id: 'EURUSD.sim' as InstrumentId,
    instrument_index: 0,
    client_order_id: clientOrderId,
    original_client_order_id: '',
    venue_order_id: 'v1',
    execution_id: type === 'trade' ? 'x1' : '',
    execution_reference_id: '',
    side: 'buy',
    last_price_units: 108_500 as PriceUnits,
    last_quantity_units: quantity as SizeUnits,
    liquidity_side: type === 'trade' ? 'taker' : '',
    cum_quantity_units: quantity as SizeUnits,
    leaves_quantity_units: (100 - quantity) as SizeUnits,
    price_units: 0 as PriceUnits,
    order_quantity_units: 100 as SizeUnits,
    commission: 0n,
    commission_currency: 'USD',
    reason_code: '',
    reason_text: '',
    ts_event_us: NOW,
  }
}

function perSecond(count: number, elapsed_ms: number): number {
  return Math.round((count * 1_000) / elapsed_ms)
}
