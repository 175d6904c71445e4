// The simulated exchange of one venue, behind the same port as a broker. It is synchronous and has no clock: the driver
// hands it market data, and later hands back to it, in due time, the arrivals it has put on the agenda. Rules: ./SPEC.md.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { type Commission, commissionOfFill, compileCommission } from '../../engine/money/commission.ts'
import type { BarColumns } from '../../engine/tick-store-port.ts'
import type { CapabilityTable, VenuePort } from '../../engine/venue-port.ts'
import { must, unreachable } from '../../schemas/assert.ts'
import type { VenueConfig } from '../../schemas/config.ts'
import type { ClientOrderId, VenueId } from '../../schemas/ids.ts'
import type {
  NewOrderSingle,
  OrderCancelReplaceRequest,
  OrderCancelRequest,
  VenueCommand,
  VenueReport,
} from '../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits } from '../../schemas/units.ts'
import { Admission } from './admission.ts'
import type { Agenda } from './agenda.ts'
import { Matching } from './matching.ts'
import { OrderRegister } from './order-register.ts'
import type { RejectCode } from './reject-code.ts'
import { RestingOrders } from './resting-orders.ts'
import type { TopOfBook } from './top-of-book.ts'
import type { VenueAccount } from './venue-account.ts'
import { leavesUnits, loadOrder, saveOrder, type VenueOrder } from './venue-order.ts'
import { answering, orderReport, rejectReport, requestRejectReport, type VenueFill } from './venue-reports.ts'

/** What the first cut of the exchange takes. */
export const CAPABILITIES: CapabilityTable = {
  orders: { market: ['day', 'gtc', 'ioc', 'fok'], limit: ['day', 'gtc', 'ioc', 'fok'] },
  cancel: true,
  replace: true,
}

export type ExchangeTerms = {
  readonly venue: Pick<VenueConfig, 'id' | 'latency' | 'commission'> & {
    /** A narrower table than `CAPABILITIES`, such as a broker's own. */
    readonly capabilities?: CapabilityTable
  }
  /** Position of the venue in the configuration, which orders what is due at the same time. */
  readonly venue_rank: number
  /** Finished orders the venue remembers by id. */
  readonly order_retention: number
}

/** What the exchange shares with the other venues of the run. */
export type ExchangeSurroundings = {
  readonly agenda: Agenda
  /** Every instrument of the node by its index; the venue lists its own. */
  readonly specs: readonly InstrumentSpec[]
  readonly book: TopOfBook
  /** The accounts that trade at this venue. */
  readonly accounts: readonly VenueAccount[]
}

export class SimulatedExchange implements VenuePort {
  readonly venue_id: VenueId
  readonly capabilities: CapabilityTable
  readonly #rank: number
  readonly #submit_us: number
  readonly #report_us: number
  readonly #agenda: Agenda
  readonly #specs: readonly InstrumentSpec[]
  readonly #commissions: readonly (Commission | undefined)[]
  readonly #book: TopOfBook
  readonly #accounts: ReadonlyMap<string, VenueAccount>
  readonly #resting: RestingOrders
  readonly #register: OrderRegister
  readonly #admission: Admission
  readonly #matching: Matching
  #orderCount = 0
  #executionCount = 0
  #priorityCount = 0

  constructor(terms: ExchangeTerms, { agenda, specs, book, accounts }: ExchangeSurroundings) {
    this.venue_id = terms.venue.id as VenueId
    this.capabilities = terms.venue.capabilities ?? CAPABILITIES
    this.#rank = terms.venue_rank
    this.#submit_us = terms.venue.latency.submit_us
    this.#report_us = terms.venue.latency.report_us
    this.#agenda = agenda
    this.#specs = specs
    this.#commissions = compileCommissions(terms.venue, specs, accounts)
    this.#book = book
    this.#accounts = new Map(accounts.map((account) => [account.account_id, account]))
    this.#resting = new RestingOrders(specs.length)
    this.#register = new OrderRegister(terms.order_retention)
    this.#admission = new Admission({
      venue_id: this.venue_id,
      capabilities: this.capabilities,
      specs,
      book,
      register: this.#register,
    })
    this.#matching = new Matching(book, this.#resting, specs, (order, price, quantity, ts_us) =>
      this.#fill(order, price, quantity, ts_us),
    )
  }

  /** The exchange sees a quote before the node does, and fills what it crosses. */
  onQuote(
    instrument_index: number,
    ts_us: number,
    bid_price_units: number,
    ask_price_units: number,
    bid_size_units: number,
    ask_size_units: number,
  ): void {
    this.#book.quote(instrument_index, bid_price_units, ask_price_units, bid_size_units, ask_size_units)
    if (
      ask_price_units <= (this.#resting.best_buy_price_units[instrument_index] as number) ||
      bid_price_units >= (this.#resting.best_sell_price_units[instrument_index] as number)
    ) {
      this.#matching.cross(instrument_index, ts_us)
    }
  }

  onTrade(instrument_index: number, ts_us: number, price_units: number): void {
    if (this.#book.trade(instrument_index, price_units)) this.#matching.cross(instrument_index, ts_us)
  }

  /** An imported bar, at its end. */
  onBar(
    instrument_index: number,
    ts_us: number,
    price_type: BarColumns['price_type'],
    close_price_units: number,
  ): void {
    if (this.#book.bar(instrument_index, price_type, close_price_units)) {
      this.#matching.cross(instrument_index, ts_us)
    }
  }

  send(command: VenueCommand, sent_us: number): void {
    this.#agenda.add('arrival', this.#rank, sent_us, sent_us + this.#submit_us, command)
    this.#agenda.add('outcome', this.#rank, sent_us, sent_us, {
      type: 'send_outcome',
      outcome: 'sent',
      account_id: command.account_id,
      client_order_id: command.client_order_id,
      command_type: command.type,
      reason_code: '',
    })
  }

  /** A command reaches the venue: the driver calls it with each arrival popped from the agenda. */
  arrive(command: VenueCommand, now_us: number): void {
    switch (command.type) {
      case 'new_order_single':
        return this.#arriveNew(command, now_us)
      case 'order_cancel_request':
        return this.#arriveCancel(command, now_us)
      case 'order_cancel_replace_request':
        return this.#arriveReplace(command, now_us)
      default:
        return unreachable(command)
    }
  }

  /** Whether an order or request of this id is among those it remembers. */
  knows(client_order_id: string): boolean {
    return this.#register.knows(client_order_id as ClientOrderId)
  }

  /** The resting orders: by instrument, buys before sells, best first. */
  openOrders(): VenueOrder[] {
    return [...this.#resting]
  }

  /** Writes what is the venue's own; agenda, book and accounts are shared and written by whoever owns them. */
  save(writer: CanonicalWriter): void {
    writer.number(this.#orderCount)
    writer.number(this.#executionCount)
    writer.number(this.#priorityCount)
    this.#register.save(writer)
    const resting = this.openOrders()
    writer.count(resting.length)
    for (const order of resting) saveOrder(writer, order)
  }

  /** Reads what `save` wrote into an exchange just made. The accounts are loaded before it. */
  load(reader: CanonicalReader): void {
    this.#orderCount = reader.number()
    this.#executionCount = reader.number()
    this.#priorityCount = reader.number()
    this.#register.load(reader)
    for (let remaining = reader.count(); remaining > 0; remaining--) {
      const order = loadOrder(reader, this.#accounts)
      this.#register.open(order)
      this.#rest(order)
    }
  }

  #arriveNew(command: NewOrderSingle, now_us: number): void {
    const account = this.#accounts.get(command.account_id)
    const code = this.#admission.ofNew(command, account, now_us)
    if (code !== '') return this.#rejectNew(command, code, now_us)
    const order = this.#newOrder(command, must(account, 'an order is admitted for a known account'))
    this.#register.open(order)
    this.#report(orderReport('new', order, this.#spec(order), now_us), now_us)
    this.#work(order, now_us)
  }

  #rejectNew(command: NewOrderSingle, code: RejectCode, now_us: number): void {
    // The id is used up; one that is already known keeps its meaning.
    const { client_order_id } = command
    if (!this.#register.knows(client_order_id)) this.#register.end(client_order_id, 'order_terminal')
    this.#report(rejectReport(command, this.venue_id, code, now_us), now_us)
  }

  #arriveCancel(request: OrderCancelRequest, now_us: number): void {
    const found = this.#orderOf(request)
    const code = this.#admission.ofCancel(request, found)
    if (code !== '')
      return this.#report(requestRejectReport(request, found, this.venue_id, code, now_us), now_us)
    const order = must(found, 'a cancel is admitted for an open order')
    this.#unrest(order)
    this.#register.end(order.client_order_id, 'order_terminal')
    this.#report(answering(request, orderReport('canceled', order, this.#spec(order), now_us)), now_us)
  }

  #arriveReplace(request: OrderCancelReplaceRequest, now_us: number): void {
    const found = this.#orderOf(request)
    const code = this.#admission.ofReplace(request, found, found && this.#spec(found), now_us)
    if (code !== '')
      return this.#report(requestRejectReport(request, found, this.venue_id, code, now_us), now_us)
    const order = must(found, 'a replace is admitted for an open order')
    const keepsPlace =
      request.price_units === order.price_units && request.order_quantity_units <= order.order_quantity_units
    this.#amend(order, request)
    this.#report(answering(request, orderReport('replaced', order, this.#spec(order), now_us)), now_us)
    if (keepsPlace) return this.#rest(order)
    order.priority = this.#priorityCount++
    this.#work(order, now_us)
  }

  /** Takes the order out of the book and makes the request its incarnation in force. */
  #amend(order: VenueOrder, request: OrderCancelReplaceRequest): void {
    this.#unrest(order)
    this.#register.end(order.client_order_id, 'order_replaced')
    order.client_order_id = request.client_order_id
    order.price_units = request.price_units
    order.order_quantity_units = request.order_quantity_units
    this.#register.open(order)
  }

  /** Matches an order that comes in, or comes back with another price, and decides what becomes of the rest. */
  #work(order: VenueOrder, now_us: number): void {
    if (order.time_in_force !== 'fok' || this.#matching.fillsWhole(order)) this.#matching.take(order, now_us)
    if (leavesUnits(order) === 0) return this.#register.end(order.client_order_id, 'order_terminal')
    if (order.time_in_force === 'day' || order.time_in_force === 'gtc') return this.#rest(order)
    this.#register.end(order.client_order_id, 'order_terminal')
    this.#report(orderReport('canceled', order, this.#spec(order), now_us), now_us)
  }

  #fill(order: VenueOrder, price_units: PriceUnits, quantity_units: SizeUnits, ts_us: number): void {
    const { account, instrument_index, side } = order
    const spec = this.#spec(order)
    const rule = this.#commissions[instrument_index]
    const commission = rule === undefined ? 0n : commissionOfFill(rule, spec, price_units, quantity_units)
    const commission_currency = rule === undefined ? spec.quote_currency : rule.currency
    order.cum_quantity_units = (order.cum_quantity_units + quantity_units) as SizeUnits
    account.trade(instrument_index, side, price_units, quantity_units)
    account.charge(commission, commission_currency)
    const liquidity_side = order.is_resting ? 'maker' : 'taker'
    if (order.is_resting) this.#shrink(order, quantity_units)
    const execution_id = `${this.venue_id}-${++this.#executionCount}`
    const fill: VenueFill = {
      execution_id,
      price_units,
      quantity_units,
      liquidity_side,
      commission,
      commission_currency,
    }
    this.#report(orderReport('trade', order, spec, ts_us, fill), ts_us)
  }

  /** A resting order has traded. */
  #shrink(order: VenueOrder, quantity_units: SizeUnits): void {
    order.account.rest(order.instrument_index, order.side, -quantity_units)
    if (leavesUnits(order) > 0) return
    this.#resting.remove(order)
    order.is_resting = false
    this.#register.end(order.client_order_id, 'order_terminal')
  }

  #rest(order: VenueOrder): void {
    this.#resting.add(order)
    order.is_resting = true
    order.account.rest(order.instrument_index, order.side, leavesUnits(order))
  }

  #unrest(order: VenueOrder): void {
    this.#resting.remove(order)
    order.is_resting = false
    order.account.rest(order.instrument_index, order.side, -leavesUnits(order))
  }

  #newOrder(command: NewOrderSingle, account: VenueAccount): VenueOrder {
    return {
      account,
      instrument_index: command.instrument_index,
      venue_order_id: `${this.venue_id}-o${++this.#orderCount}`,
      side: command.side,
      order_type: command.order_type,
      time_in_force: command.time_in_force,
      client_order_id: command.client_order_id,
      price_units: command.price_units,
      order_quantity_units: command.order_quantity_units,
      cum_quantity_units: 0 as SizeUnits,
      priority: this.#priorityCount++,
      is_resting: false,
    }
  }

  /** The open order a request names, if it is the account's own. */
  #orderOf(request: OrderCancelRequest | OrderCancelReplaceRequest): VenueOrder | undefined {
    const order = this.#register.find(request.original_client_order_id)
    return order?.account.account_id === request.account_id ? order : undefined
  }

  #report(report: VenueReport, ts_us: number): void {
    this.#agenda.add('report', this.#rank, ts_us, ts_us + this.#report_us, report)
  }

  #spec(order: VenueOrder): InstrumentSpec {
    return must(this.#specs[order.instrument_index], 'an accepted order is in a listed instrument')
  }
}

/** The commission rule per instrument the venue lists; its accounts must be able to pay in that currency. */
function compileCommissions(
  venue: ExchangeTerms['venue'],
  specs: readonly InstrumentSpec[],
  accounts: readonly VenueAccount[],
): (Commission | undefined)[] {
  return specs.map((spec) => {
    if (spec.venue_id !== venue.id) return undefined
    const rule =
      venue.commission && compileCommission(venue.commission, spec, `venues.${venue.id}.commission`)
    for (const account of accounts) account.requireRate(rule?.currency ?? spec.quote_currency)
    return rule
  })
}
