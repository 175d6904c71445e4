// Orders, cancels, replaces and the ends of orders' times, as they reach the venue: admitted or refused, reported, and
// handed to the floor.

import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { must } from '../../../schemas/assert.ts'
import type { VenueId } from '../../../schemas/ids.ts'
import {
  hasTrigger,
  isTrailing,
  type NewOrderSingle,
  type OrderCancelReplaceRequest,
  type OrderCancelRequest,
  type VenueReport,
} from '../../../schemas/messages/order.ts'
import type { VenueAccount } from '../accounts/venue-account.ts'
import type { Agenda, OrderExpiry } from '../in-flight/agenda.ts'
import type { VenueMarket } from '../phases/venue-market.ts'
import type { Admission } from './admission.ts'
import type { OrderFloor } from './order-floor.ts'
import type { OrderRegister } from './order-register.ts'
import type { RejectCode } from './reject-code.ts'
import type { VenueLinks } from './venue-links.ts'
import { isPlaced, NOT_PLACED, orderedUnits, type VenueOrder, venueOrder } from './venue-order.ts'
import { answering, orderReport, rejectReport, requestRejectReport } from './venue-reports.ts'

export type OrderEntryParts = {
  readonly venue_id: VenueId
  readonly rank: number
  readonly specs: readonly InstrumentSpec[]
  readonly accounts: ReadonlyMap<string, VenueAccount>
  readonly agenda: Agenda
  readonly register: OrderRegister
  readonly links: VenueLinks | undefined
  readonly admission: Admission
  readonly floor: OrderFloor
  /** Undefined while nothing happens by itself. */
  readonly market: () => VenueMarket | undefined
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  readonly report: (report: VenueReport, ts_us: number) => void
}

export class OrderEntry {
  readonly #parts: OrderEntryParts
  /** Orders admitted so far, by which they are named. */
  order_count = 0

  constructor(parts: OrderEntryParts) {
    this.#parts = parts
  }

  enter(command: NewOrderSingle, now_us: number): void {
    const account = this.#parts.accounts.get(command.account_id)
    const code =
      this.#parts.admission.ofNew(command, account, now_us) ||
      (this.#parts.market()?.refusalOfNew(command, now_us) ?? '')
    if (code !== '') return this.#rejectNew(command, code, now_us)
    const order = venueOrder(
      command,
      must(account, 'an order is admitted for a known account'),
      `${this.#parts.venue_id}-o${++this.order_count}`,
      this.#parts.floor.priority_count++,
    )
    this.#parts.report(orderReport('new', order, this.#spec(order), now_us), now_us)
    this.#parts.links?.open(command, order)
    if (command.time_in_force === 'gtd') this.#scheduleExpiry(order, now_us)
    this.#parts.floor.open(order, now_us)
  }

  #rejectNew(command: NewOrderSingle, code: RejectCode, now_us: number): void {
    // The id is used up; one that is already known keeps its meaning.
    const { client_order_id } = command
    if (!this.#parts.register.knows(client_order_id))
      this.#parts.register.end(client_order_id, 'order_terminal')
    this.#parts.report(rejectReport(command, this.#parts.venue_id, code, now_us), now_us)
  }

  cancel(request: OrderCancelRequest, now_us: number): void {
    const found = this.#orderOf(request)
    const code =
      this.#parts.admission.ofCancel(request, found) ||
      ((found && this.#parts.market()?.refusalOfCancel(found, now_us)) ?? '')
    if (code !== '')
      return this.#parts.report(
        requestRejectReport(request, found, this.#parts.venue_id, code, now_us),
        now_us,
      )
    const order = must(found, 'a cancel is admitted for an open order')
    const others = this.#parts.floor.othersOf(order)
    this.#parts.floor.close(order)
    this.#parts.report(answering(request, orderReport('canceled', order, this.#spec(order), now_us)), now_us)
    this.#parts.floor.cancelGroup(others, now_us)
  }

  replace(request: OrderCancelReplaceRequest, now_us: number): void {
    const found = this.#orderOf(request)
    const code =
      this.#parts.admission.ofReplace(request, found, found && this.#spec(found), now_us) ||
      ((found && this.#parts.market()?.refusalOfReplace(found, request, now_us)) ?? '')
    const keepsPlace =
      found !== undefined &&
      request.price_units === found.price_units &&
      request.order_quantity_units <= orderedUnits(found)
    const refused =
      code || (found === undefined || keepsPlace ? '' : this.#refusalToTake(found, request, now_us))
    if (refused !== '')
      return this.#parts.report(
        requestRejectReport(request, found, this.#parts.venue_id, refused, now_us),
        now_us,
      )
    const order = must(found, 'a replace is admitted for an open order')
    const wasWaiting = order.is_waiting
    const wasPlaced = isPlaced(order)
    const waitsOn = wasWaiting && this.#waitsOn(order, request)
    this.#amend(order, request)
    this.#parts.report(answering(request, orderReport('replaced', order, this.#spec(order), now_us)), now_us)
    if (order.time_in_force === 'gtd') this.#scheduleExpiry(order, now_us)
    if (!wasPlaced) return
    if (keepsPlace && !wasWaiting) return this.#parts.floor.stay(order)
    if (!waitsOn) order.priority = this.#parts.floor.priority_count++
    order.queue_place = NOT_PLACED
    this.#parts.floor.enter(order, wasWaiting, now_us)
    this.#parts.floor.settle(now_us)
  }

  /** Whether an order that waits for its trigger goes on waiting for the same one, in its place: it is lowered at most. */
  #waitsOn(order: VenueOrder, request: OrderCancelReplaceRequest): boolean {
    const { order_type, price_units, trigger_price_units } = order
    if (!this.#parts.terms_hold || request.order_quantity_units > orderedUnits(order)) return false
    // A trailing order makes its prices itself.
    if (isTrailing(order_type)) return true
    const keepsTrigger = !hasTrigger(order_type) || request.trigger_price_units === trigger_price_units
    return keepsTrigger && request.price_units === price_units
  }

  /** A post-only order that rests is not replaced where it would take at the new price. */
  #refusalToTake(
    order: VenueOrder,
    { price_units }: OrderCancelReplaceRequest,
    now_us: number,
  ): RejectCode | '' {
    if (!this.#parts.terms_hold || !order.terms.post_only || !order.is_resting) return ''
    const { instrument_index, side, account } = order
    const wouldTake = this.#parts.floor.wouldTake({ instrument_index, side, price_units }, account, now_us)
    return wouldTake ? 'post_only_would_take' : ''
  }

  /** Takes the order out of the book and makes the request its incarnation in force. */
  #amend(order: VenueOrder, request: OrderCancelReplaceRequest): void {
    const is_waiting = order.is_waiting || this.#parts.floor.linked?.waits(order) === true
    this.#parts.floor.withdraw(order)
    this.#parts.register.end(order.client_order_id, 'order_replaced')
    order.client_order_id = request.client_order_id
    if (this.#parts.links === undefined) order.order_quantity_units = request.order_quantity_units
    else this.#parts.links.reorder(order, request.order_quantity_units)
    if (!isTrailing(order.order_type) || !is_waiting) order.price_units = request.price_units
    if (is_waiting && hasTrigger(order.order_type)) order.trigger_price_units = request.trigger_price_units
    this.#parts.register.open(order)
  }

  expire({ client_order_id, account_id }: OrderExpiry, now_us: number): void {
    const order = this.#parts.register.find(client_order_id)
    // It has ended, or goes on under another id that has an expiry of its own.
    if (order === undefined || order.account.account_id !== account_id) return
    this.#parts.floor.expire(order, now_us)
  }

  #scheduleExpiry(order: VenueOrder, now_us: number): void {
    const { client_order_id, account, terms } = order
    const due_us = Math.max(now_us, terms.expire_time_us)
    const expiry: OrderExpiry = {
      type: 'order_expiry',
      venue_id: this.#parts.venue_id,
      account_id: account.account_id,
      client_order_id,
    }
    // Rows of that time come first, for one that is replaced at its last moment, too.
    const isInstant = due_us === now_us && !this.#parts.terms_hold
    this.#parts.agenda.add('arrival', this.#parts.rank, now_us, due_us, expiry, isInstant)
  }

  /** The open order a request names, if it is the account's own. */
  #orderOf(request: OrderCancelRequest | OrderCancelReplaceRequest): VenueOrder | undefined {
    const order = this.#parts.register.find(request.original_client_order_id)
    return order?.account.account_id === request.account_id ? order : undefined
  }

  #spec(order: VenueOrder): InstrumentSpec {
    return must(this.#parts.specs[order.instrument_index], 'an accepted order is in a listed instrument')
  }
}
