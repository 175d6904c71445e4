// Orders on their way to orders.csv. Only those still open are kept in memory; an order is written once, when it ends.

import { CounterMap } from '../../engine/counter-map.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { must } from '../../schemas/assert.ts'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import {
  hasLimit,
  hasTrigger,
  type NewOrderSingle,
  type OrderKey,
  type OrderType,
  type VenueCommand,
} from '../../schemas/messages/order.ts'
import type { OrderFact, OrderFactType } from '../../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import type { OrderOutcome, OrderRow } from '../../schemas/run-files.ts'
import { decimalString } from '../../schemas/units.ts'
import { intentId } from './intent-id.ts'
import { MeanPrice } from './mean-price.ts'
import { timeText } from './time-text.ts'

type OpenOrder = {
  readonly submitted_us: number
  readonly spec: InstrumentSpec
  readonly mean: MeanPrice
  readonly trigger_price_units: number
  /** The newest fact; undefined until there is one. */
  last: OrderFact | undefined
}

/**
 * The facts that can be an order's end. Facts after it reopen nothing. A correction, or the answer to a replace, ends an
 * order by showing that all of it has traded.
 */
const OUTCOMES: Partial<Record<OrderFactType, OrderOutcome>> = {
  'order.not_sent': 'not_sent',
  'order.rejected': 'rejected',
  'order.filled': 'filled',
  'order.overfilled': 'filled',
  'order.trade_corrected': 'filled',
  'order.replaced': 'filled',
  'order.replace_rejected': 'filled',
  'order.canceled': 'canceled',
  'order.expired': 'expired',
}

export class OrderLog {
  readonly #specs: ReadonlyMap<string, InstrumentSpec>
  readonly #write: (row: OrderRow) => void
  /** By strategy, which has one account, and counter. */
  readonly #open = new Map<string, CounterMap<OpenOrder>>()

  constructor(specs: readonly InstrumentSpec[], write: (row: OrderRow) => void) {
    this.#specs = new Map(specs.map((spec) => [spec.instrument_id, spec]))
    this.#write = write
  }

  /** An order the engine may hold: it can end without a command. */
  onAsked(intent: SubmitIntent, ts_us: number): void {
    this.#begin(intent, ts_us)
  }

  /** The gate has approved an order, which begins now, whether or not it was held before. */
  onCommand(command: VenueCommand, ts_us: number): void {
    if (command.type === 'new_order_single') this.#begin(command, ts_us)
  }

  onFact(fact: OrderFact, ts_us: number): void {
    const open = this.#openOf(fact)
    const order = open.get(fact.counter)
    if (order === undefined) return
    order.last = fact
    order.mean.add(fact.last_price_units, fact.last_quantity_units)
    order.mean.add(fact.reversed_price_units, -fact.reversed_quantity_units)
    if (!fact.ended) return
    open.delete(fact.counter)
    const outcome = must(OUTCOMES[fact.type], `${fact.type} is how an order can end`)
    this.#write(orderRow(order, fact, outcome, timeText(ts_us)))
  }

  onDenied(denial: OrderDenied): void {
    if (denial.request !== 'new') return
    this.#openOf(denial).delete(denial.counter)
    this.#write(deniedRow(denial, this.#specOf(denial)))
  }

  finish(): void {
    const open = [...this.#open.values()].flatMap((orders) => orders.entries().map(([, order]) => order))
    for (const order of open.sort((a, b) => a.submitted_us - b.submitted_us)) {
      const last = must(order.last, 'an order that is held or was sent has a fact')
      this.#write(orderRow(order, last, 'open_at_end', ''))
    }
    this.#open.clear()
  }

  #begin(order: SubmitIntent | NewOrderSingle, ts_us: number): void {
    const spec = this.#specOf(order)
    this.#openOf(order).set(order.counter, {
      submitted_us: ts_us,
      spec,
      mean: new MeanPrice(spec),
      trigger_price_units: order.terms.trigger_price_units,
      last: undefined,
    })
  }

  #specOf({ instrument_id }: Pick<OrderDenied, 'instrument_id'>): InstrumentSpec {
    return must(this.#specs.get(instrument_id), 'an order is of an instrument of the run')
  }

  #openOf({ strategy_id }: OrderKey): CounterMap<OpenOrder> {
    let orders = this.#open.get(strategy_id)
    if (orders === undefined) {
      orders = new CounterMap()
      this.#open.set(strategy_id, orders)
    }
    return orders
  }
}

function orderRow(order: OpenOrder, fact: OrderFact, outcome: OrderOutcome, ended: string): OrderRow {
  const { trigger_price_units, spec } = order
  const { price_scale, size_scale } = spec
  return {
    submitted: timeText(order.submitted_us),
    ended,
    account_id: fact.account_id,
    strategy_id: fact.strategy_id,
    order_counter: String(fact.counter),
    intent_id: intentId(fact),
    // What was held to its end has an id that no venue ever heard of.
    client_order_id: fact.incarnation === 0 ? '' : fact.client_order_id,
    venue_id: fact.venue_id,
    instrument_id: fact.instrument_id,
    side: fact.side,
    order_type: fact.order_type,
    time_in_force: fact.time_in_force,
    quantity: decimalString(fact.order_quantity_units, size_scale),
    price: hasLimit(fact.order_type) ? decimalString(fact.price_units, price_scale) : '',
    trigger_price: hasTrigger(fact.order_type) ? decimalString(trigger_price_units, price_scale) : '',
    filled_quantity: decimalString(fact.cum_quantity_units, size_scale),
    average_price: order.mean.text,
    outcome,
    reason_code: outcome === 'open_at_end' ? '' : fact.reason_code,
    reason: outcome === 'open_at_end' ? '' : fact.reason_text,
  }
}

function deniedRow(denial: OrderDenied, { price_scale, size_scale }: InstrumentSpec): OrderRow {
  const time = timeText(denial.ts_event_us)
  return {
    submitted: time,
    ended: time,
    account_id: denial.account_id,
    strategy_id: denial.strategy_id,
    order_counter: String(denial.counter),
    intent_id: intentId(denial),
    client_order_id: '',
    venue_id: denial.venue_id,
    instrument_id: denial.instrument_id,
    side: denial.side,
    order_type: denial.order_type,
    time_in_force: denial.time_in_force,
    quantity: decimalString(denial.order_quantity_units, size_scale),
    price: wasAsked(denial, hasLimit) ? decimalString(denial.price_units, price_scale) : '',
    trigger_price: wasAsked(denial, hasTrigger) ? decimalString(denial.trigger_price_units, price_scale) : '',
    filled_quantity: decimalString(0, size_scale),
    average_price: '',
    outcome: 'denied',
    reason_code: denial.reason_code,
    reason: denialReason(denial),
  }
}

function wasAsked({ order_type }: OrderDenied, has: (order_type: OrderType) => boolean): boolean {
  return order_type !== '' && has(order_type)
}

function denialReason({ value, limit }: OrderDenied): string {
  if (value === '') return limit === '' ? '' : `limit ${limit}`
  return limit === '' ? value : `${value}, limit ${limit}`
}
