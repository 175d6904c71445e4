// Orders on their way to orders.csv. Only those still open are kept in memory; an order is written once, when it ends.

import { CounterMap } from '../../engine/counter-map.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { NameMap } from '../../engine/name-map.ts'
import { must } from '../../schemas/assert.ts'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import {
  hasLimit,
  hasLimitNow,
  hasTrigger,
  type NewOrderSingle,
  type OrderKey,
  type OrderType,
  type VenueCommand,
} from '../../schemas/messages/order.ts'
import type { OrderFact, OrderFactType } from '../../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import type { OrderOutcome, OrderRow } from '../../schemas/run-files.ts'
import type { Cells, Columns } from './cells.ts'
import { MeanPrice } from './mean-price.ts'

type OpenOrder = {
  readonly submitted_us: number
  readonly spec: InstrumentSpec
  readonly mean: MeanPrice
  readonly asked: AskedOrder
  /** The newest fact; undefined until there is one. */
  last: OrderFact | undefined
}

/** What its strategy asked for: an order whose trigger or links the engine keeps is sent as another type, and with less. */
export type AskedOrder = Pick<SubmitIntent, 'order_type' | 'time_in_force' | 'terms'>

/** An order as it ended. */
export type OrderItem = {
  /** Undefined where it was denied at once. */
  readonly asked: AskedOrder | undefined
  readonly submitted_us: number
  /** Undefined while it is open, as the prices are where it has none. */
  readonly ended_us: number | undefined
  readonly of: OrderFact | OrderDenied
  readonly spec: InstrumentSpec
  readonly client_order_id: string
  readonly price_units: number | undefined
  readonly trigger_price_units: number | undefined
  readonly filled_units: number
  readonly mean: MeanPrice | undefined
  readonly outcome: OrderOutcome
  readonly reason_code: string
  readonly reason: string
}

export const ORDER_COLUMNS: Columns<OrderRow, OrderItem> = {
  submitted: (cell, { submitted_us }) => cell.time(submitted_us),
  ended: (cell, { ended_us }) => (ended_us === undefined ? cell.text('') : cell.time(ended_us)),
  account_id: (cell, { of }) => cell.text(of.account_id),
  strategy_id: (cell, { of }) => cell.text(of.strategy_id),
  order_counter: (cell, { of }) => cell.count(of.counter),
  intent_id: (cell, { of }) => cell.intent(of),
  client_order_id: (cell, { client_order_id }) => cell.text(client_order_id),
  venue_id: (cell, { of }) => cell.text(of.venue_id),
  instrument_id: (cell, { of }) => cell.text(of.instrument_id),
  side: (cell, { of }) => cell.text(of.side),
  order_type: (cell, { asked, of }) => cell.text((asked ?? of).order_type),
  time_in_force: (cell, { asked, of }) => cell.text((asked ?? of).time_in_force),
  quantity: (cell, { of, spec }) => cell.decimal(of.order_quantity_units, spec.size_scale),
  price: (cell, { price_units, spec }) => priceCell(cell, price_units, spec),
  trigger_price: (cell, { trigger_price_units, spec }) => priceCell(cell, trigger_price_units, spec),
  filled_quantity: (cell, { filled_units, spec }) => cell.decimal(filled_units, spec.size_scale),
  average_price: (cell, { mean }) => (mean === undefined ? cell.text('') : mean.write(cell)),
  outcome: (cell, { outcome }) => cell.text(outcome),
  reason_code: (cell, { reason_code }) => cell.text(reason_code),
  reason: (cell, { reason }) => cell.text(reason),
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
  readonly #write: (order: OrderItem) => void
  /** By strategy, which has one account, and counter. */
  readonly #open = new NameMap<string, CounterMap<OpenOrder>>()

  constructor(specs: readonly InstrumentSpec[], write: (order: OrderItem) => void) {
    this.#specs = new NameMap(specs.map((spec) => [spec.instrument_id, spec]))
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
    this.#write(endedOrder(order, fact, outcome, ts_us))
  }

  onDenied(denial: OrderDenied): void {
    if (denial.request !== 'new') return
    const open = this.#openOf(denial)
    const order = open.get(denial.counter)
    open.delete(denial.counter)
    // What was held has facts.
    const asked = order?.last === undefined ? undefined : order.asked
    this.#write(deniedOrder(denial, this.#specOf(denial), asked))
  }

  finish(): void {
    const open = [...this.#open.values()].flatMap((orders) => orders.entries().map(([, order]) => order))
    for (const order of open.sort((a, b) => a.submitted_us - b.submitted_us)) {
      const last = must(order.last, 'an order that is held or was sent has a fact')
      this.#write(endedOrder(order, last, 'open_at_end'))
    }
    this.#open.clear()
  }

  #begin(order: SubmitIntent | NewOrderSingle, ts_us: number): void {
    const spec = this.#specOf(order)
    const open = this.#openOf(order)
    open.set(order.counter, {
      submitted_us: ts_us,
      spec,
      mean: new MeanPrice(spec),
      asked: open.get(order.counter)?.asked ?? order,
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

function priceCell(cell: Cells, price_units: number | undefined, { price_scale }: InstrumentSpec): void {
  if (price_units === undefined) cell.text('')
  else cell.decimal(price_units, price_scale)
}

function endedOrder(order: OpenOrder, fact: OrderFact, outcome: OrderOutcome, ended_us?: number): OrderItem {
  // What filled has ended as asked: a reason that its last fact gives is of a request that came too late.
  const hasReason = outcome !== 'filled' && outcome !== 'open_at_end'
  return {
    asked: order.asked,
    submitted_us: order.submitted_us,
    ended_us,
    of: fact,
    spec: order.spec,
    // What was held to its end has an id that no venue ever heard of.
    client_order_id: fact.incarnation === 0 ? '' : fact.client_order_id,
    price_units: hasLimitNow(fact.order_type, fact.price_units) ? fact.price_units : undefined,
    trigger_price_units: askedTrigger(order.asked),
    filled_units: fact.cum_quantity_units,
    mean: order.mean,
    outcome,
    reason_code: hasReason ? fact.reason_code : '',
    reason: hasReason ? fact.reason_text : '',
  }
}

function deniedOrder(denial: OrderDenied, spec: InstrumentSpec, asked: AskedOrder | undefined): OrderItem {
  return {
    asked,
    submitted_us: denial.ts_event_us,
    ended_us: denial.ts_event_us,
    of: denial,
    spec,
    client_order_id: '',
    price_units: wasAsked(denial, hasLimit) ? denial.price_units : undefined,
    trigger_price_units: asked === undefined ? deniedTrigger(denial) : askedTrigger(asked),
    filled_units: 0,
    mean: undefined,
    outcome: 'denied',
    reason_code: denial.reason_code,
    reason: denialReason(denial),
  }
}

function askedTrigger({ order_type, terms }: AskedOrder): number | undefined {
  return hasTrigger(order_type) ? terms.trigger_price_units : undefined
}

function deniedTrigger(denial: OrderDenied): number | undefined {
  return wasAsked(denial, hasTrigger) ? denial.trigger_price_units : undefined
}

function wasAsked({ order_type }: OrderDenied, has: (order_type: OrderType) => boolean): boolean {
  return order_type !== '' && has(order_type)
}

function denialReason({ value, limit }: OrderDenied): string {
  if (value === '') return limit === '' ? '' : `limit ${limit}`
  return limit === '' ? value : `${value}, limit ${limit}`
}
