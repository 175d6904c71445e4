// An order that has ended. Few are ever asked for again; what lives long in many small objects is what collecting garbage
// costs, and writing all of each as bytes costs more than the order's life before. So its names stay as they are, shared
// with other orders; its numbers are a row among those of thousands; and what is its own alone, ids and trades, is bytes.

import type { BytePages } from '../../engine/byte-pages.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { NumberRow, NumberRows } from '../../engine/number-rows.ts'
import { must } from '../../schemas/assert.ts'
import { parseClientOrderId, type StrategyId } from '../../schemas/ids.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'
import { loadExecutions, loadIds, saveExecutions, saveIds } from './order-codec.ts'
import type { OrderRecord } from './order-record.ts'

/** Numbers of an order, as `write` and `read` list them. */
export const ENDED_ROW_WIDTH = 18

type Names = Pick<
  OrderRecord,
  | 'state'
  | 'account_id'
  | 'venue_id'
  | 'instrument_id'
  | 'side'
  | 'order_type'
  | 'time_in_force'
  | 'terms'
  | 'cancel_client_order_id'
  | 'replace_client_order_id'
>

const NONE: readonly number[] = []

export class EndedOrder {
  strategy_id: StrategyId
  counter: number
  /** Of the requests about the order. */
  request_counters: readonly number[] = NONE
  readonly #names: Names
  readonly #row: NumberRow
  #page: CanonicalWriter
  #start = 0
  #end = 0

  constructor(order: OrderRecord, rows: NumberRows, pages: BytePages) {
    this.strategy_id = order.strategy_id
    this.counter = order.counter
    this.#names = namesOf(order)
    this.#row = rows.add()
    this.#page = pages.page
    this.write(order, pages)
  }

  /** The order is another one now: changed since, or one that takes the place of an order that was dropped. */
  write(order: OrderRecord, { page }: BytePages): void {
    const ids = order.client_order_ids
    this.strategy_id = order.strategy_id
    this.counter = order.counter
    this.request_counters = ids.length > 1 ? ids.slice(1).map(counterOf) : NONE
    this.#writeNames(order)
    this.#writeNumbers(order)
    this.#page = page
    this.#start = page.length
    saveIds(page, order)
    page.text(order.venue_order_id)
    page.big(order.notional_high)
    saveExecutions(page, order)
    this.#end = page.length
  }

  /** A record that is nobody else's. */
  read(): OrderRecord {
    const own = new CanonicalReader(this.#page.view(this.#start, this.#end))
    const { numbers } = this.#row
    let at = this.#row.start
    const names = this.#names
    // In the order of `loadOrder`: a ledger keeps the fields of an order as they come.
    return {
      state: names.state,
      account_id: names.account_id,
      strategy_id: this.strategy_id,
      counter: this.counter,
      venue_id: names.venue_id,
      instrument_id: names.instrument_id,
      instrument_index: numbers[at++] as number,
      side: names.side,
      order_type: names.order_type,
      time_in_force: names.time_in_force,
      terms: names.terms,
      incarnation: numbers[at++] as number,
      ...loadIds(own),
      venue_order_id: own.text(),
      price_units: numbers[at++] as PriceUnits,
      order_quantity_units: numbers[at++] as SizeUnits,
      cum_quantity_units: numbers[at++] as SizeUnits,
      leaves_quantity_units: numbers[at++] as SizeUnits,
      notional_low: numbers[at++] as number,
      notional_high: own.big(),
      accepted: numbers[at++] === 1,
      ended: numbers[at++] === 1,
      cancel_client_order_id: names.cancel_client_order_id,
      cancel_unproven: numbers[at++] === 1,
      replace_client_order_id: names.replace_client_order_id,
      replace_price_units: numbers[at++] as PriceUnits,
      replace_trigger_price_units: numbers[at++] as PriceUnits,
      replace_quantity_units: numbers[at++] as SizeUnits,
      executions: loadExecutions(own),
      forgotten_cum_quantity_units: numbers[at++] as SizeUnits,
      ts_approved_us: numbers[at++] as TimeUs,
      ts_sent_us: numbers[at++] as TimeUs,
      ts_accepted_us: numbers[at++] as TimeUs,
      ts_closed_us: numbers[at++] as TimeUs,
    }
  }

  #writeNames(order: OrderRecord): void {
    const names = this.#names
    names.state = order.state
    names.account_id = order.account_id
    names.venue_id = order.venue_id
    names.instrument_id = order.instrument_id
    names.side = order.side
    names.order_type = order.order_type
    names.time_in_force = order.time_in_force
    names.terms = order.terms
    names.cancel_client_order_id = order.cancel_client_order_id
    names.replace_client_order_id = order.replace_client_order_id
  }

  #writeNumbers(order: OrderRecord): void {
    const { numbers } = this.#row
    let at = this.#row.start
    numbers[at++] = order.instrument_index
    numbers[at++] = order.incarnation
    numbers[at++] = order.price_units
    numbers[at++] = order.order_quantity_units
    numbers[at++] = order.cum_quantity_units
    numbers[at++] = order.leaves_quantity_units
    numbers[at++] = order.notional_low
    numbers[at++] = order.accepted ? 1 : 0
    numbers[at++] = order.ended ? 1 : 0
    numbers[at++] = order.cancel_unproven ? 1 : 0
    numbers[at++] = order.replace_price_units
    numbers[at++] = order.replace_trigger_price_units
    numbers[at++] = order.replace_quantity_units
    numbers[at++] = order.forgotten_cum_quantity_units
    numbers[at++] = order.ts_approved_us
    numbers[at++] = order.ts_sent_us
    numbers[at++] = order.ts_accepted_us
    numbers[at++] = order.ts_closed_us
  }
}

/** The counter in an id of an order. */
export function counterOf(id: OrderRecord['client_order_id']): number {
  return must(parseClientOrderId(id), "an order's ids are the engine's own").counter
}

function namesOf({
  state,
  account_id,
  venue_id,
  instrument_id,
  side,
  order_type,
  time_in_force,
  terms,
  cancel_client_order_id,
  replace_client_order_id,
}: OrderRecord): Names {
  return {
    state,
    account_id,
    venue_id,
    instrument_id,
    side,
    order_type,
    time_in_force,
    terms,
    cancel_client_order_id,
    replace_client_order_id,
  }
}
