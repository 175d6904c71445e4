// Whether the venue takes an order or a request, asked from the cheapest rule to the dearest. '' means yes.

import { type InstrumentSpec, priceReason, quantityReason } from '../../../engine/instrument-spec.ts'
import { trailReason } from '../../../engine/trigger/trigger.ts'
import type { CapabilityTable } from '../../../engine/venue-port.ts'
import type { VenueId } from '../../../schemas/ids.ts'
import {
  hasLimit,
  hasTrigger,
  isPlain,
  isTrailing,
  type NewOrderSingle,
  type OrderCancelReplaceRequest,
  type OrderCancelRequest,
} from '../../../schemas/messages/order.ts'
import type { OrderTerms } from '../../../schemas/messages/order-terms.ts'
import { placeOf } from '../../../schemas/place-of.ts'
import type { VenueAccount } from '../accounts/venue-account.ts'
import type { TopOfBook } from '../matching/top-of-book.ts'
import type { OrderRegister } from './order-register.ts'
import type { RejectCode } from './reject-code.ts'
import type { VenueLinks } from './venue-links.ts'
import { leavesUnits, orderedUnits, type VenueOrder, waitsForTrigger, weighedUnits } from './venue-order.ts'

export type AdmissionTerms = {
  readonly venue_id: VenueId
  readonly capabilities: CapabilityTable
  readonly specs: readonly InstrumentSpec[]
  readonly book: TopOfBook
  readonly register: OrderRegister
  /** Of a venue that keeps them. */
  readonly links: VenueLinks | undefined
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** Whether an order that comes in would take at once. */
  readonly wouldTake: (command: NewOrderSingle, account: VenueAccount, now_us: number) => boolean
}

export class Admission {
  readonly #terms: AdmissionTerms

  constructor(terms: AdmissionTerms) {
    this.#terms = terms
  }

  ofNew(command: NewOrderSingle, account: VenueAccount | undefined, now_us: number): RejectCode | '' {
    const { venue_id, capabilities, specs, book, register } = this.#terms
    if (account === undefined) return 'unknown_account'
    const spec = specs[command.instrument_index]
    if (spec === undefined || spec.venue_id !== venue_id) return 'unknown_instrument'
    if (register.knows(command.client_order_id)) return 'duplicate_client_order_id'
    const timesInForce = capabilities.orders[command.order_type]
    if (timesInForce === undefined || placeOf(timesInForce, command.time_in_force) < 0)
      return 'unsupported_order_type'
    return (
      quantityReason(spec, command.order_quantity_units) ||
      (hasLimit(command.order_type) ? priceReason(spec, command.price_units, now_us) : '') ||
      (isPlain(command) ? '' : this.#ofTerms(command, spec, now_us)) ||
      (book.hasMarket(spec.index) ? '' : 'no_market') ||
      (isPlain(command) ? '' : this.#ofFlags(command, account, now_us)) ||
      this.#ofAccount(command, account)
    )
  }

  ofCancel(request: OrderCancelRequest, order: VenueOrder | undefined): RejectCode | '' {
    if (!this.#terms.capabilities.cancel) return 'unsupported_cancel'
    return order === undefined ? this.#absence(request.original_client_order_id) : ''
  }

  ofReplace(
    request: OrderCancelReplaceRequest,
    order: VenueOrder | undefined,
    spec: InstrumentSpec | undefined,
    now_us: number,
  ): RejectCode | '' {
    if (!this.#terms.capabilities.replace) return 'unsupported_replace'
    if (order === undefined || spec === undefined) return this.#absence(request.original_client_order_id)
    if (this.#terms.register.knows(request.client_order_id)) return 'duplicate_client_order_id'
    const added = request.order_quantity_units - orderedUnits(order)
    const { links } = this.#terms
    const isDormant = links?.children.isDormant(order) === true
    const isGrowing = !isDormant && links?.children.find(order) !== undefined
    if (added !== 0 && isGrowing) return 'linked_quantity'
    if (!isGrowing && (links?.openUnits(order) ?? leavesUnits(order)) + added <= 0)
      return 'quantity_not_above_filled'
    return (
      quantityReason(spec, request.order_quantity_units) ||
      (namesLimit(order) ? priceReason(spec, request.price_units, now_us) : '') ||
      ((order.is_waiting || isDormant) && hasTrigger(order.order_type)
        ? priceReason(spec, request.trigger_price_units, now_us)
        : '') ||
      (added > 0 && !order.is_waiting && !isDormant && !order.terms.reduce_only
        ? order.account.refusal(spec.index, order.side, this.#addedUnits(order, added))
        : '')
    )
  }

  #addedUnits(order: VenueOrder, added: number): number {
    const { links, terms_hold } = this.#terms
    if (links === undefined || !terms_hold) return added
    return weighedUnits(leavesUnits(order) + added, order, [order, ...links.others(order)])
  }

  /** What an order says beyond its type, against the venue's table and by itself. */
  #ofTerms(command: NewOrderSingle, spec: InstrumentSpec, now_us: number): RejectCode | '' {
    const { order_type, time_in_force, terms } = command
    const { trigger_price_units: trigger, display_quantity_units: display } = terms
    if (waitsForTrigger(order_type) && !this.#watches(terms)) return 'unsupported_trigger_method'
    if (!this.#takesFlags(terms)) return 'unsupported_instruction'
    if (isTrailing(order_type)) {
      const reason = trailReason(spec, command.side, terms)
      if (reason !== '' && (this.#terms.terms_hold || !(terms.trail_offset > 0))) return reason
    }
    if (time_in_force === 'gtd' && terms.expire_time_us <= now_us) return 'expire_time_past'
    if (display !== 0 && (quantityReason(spec, display) !== '' || display > command.order_quantity_units))
      return 'display_quantity'
    return hasTrigger(order_type) || trigger !== 0 ? priceReason(spec, trigger, now_us) : ''
  }

  #watches({ trigger_method }: OrderTerms): boolean {
    return this.#terms.capabilities.trigger_methods?.includes(trigger_method) === true
  }

  /** Links between orders are execution's to keep, but for the kinds that the venue has. */
  #takesFlags(terms: OrderTerms): boolean {
    const { capabilities } = this.#terms
    return (
      (!terms.post_only || capabilities.post_only === true) &&
      (!terms.reduce_only || capabilities.reduce_only === true) &&
      (terms.display_quantity_units === 0 || capabilities.display_quantity === true) &&
      (terms.parent_counter === 0 || capabilities.contingencies?.includes('oto') === true) &&
      (terms.group_type === '' || capabilities.contingencies?.includes(terms.group_type) === true)
    )
  }

  #ofFlags(command: NewOrderSingle, account: VenueAccount, now_us: number): RejectCode | '' {
    const { instrument_index, side, order_type, terms } = command
    const { links } = this.#terms
    if (isLinked(terms) && links?.areThere(command) !== true) return 'linked_order_gone'
    if (links?.isOfOtherType(command) === true) return 'linked_type'
    // What its account and the book have to say of a child is asked when its parent releases it.
    if (terms.parent_counter !== 0) return ''
    if (terms.reduce_only && account.closableUnits(instrument_index, side) === 0) return 'would_not_reduce'
    if (!terms.post_only || waitsForTrigger(order_type)) return ''
    return this.#terms.wouldTake(command, account, now_us) ? 'post_only_would_take' : ''
  }

  /** An order that waits weighs nothing until its trigger is met or its parent trades, and one that only reduces never does. */
  #ofAccount(command: NewOrderSingle, account: VenueAccount): RejectCode | '' {
    const { reduce_only, parent_counter } = command.terms
    if (waitsForTrigger(command.order_type) || reduce_only || parent_counter !== 0) return ''
    const { links, terms_hold } = this.#terms
    const units = command.order_quantity_units
    const weighed = links && terms_hold ? weighedUnits(units, command, links.joined(command)) : units
    return account.refusal(command.instrument_index, command.side, weighed)
  }

  /** Why the venue has no such open order. */
  #absence(client_order_id: string): RejectCode {
    return this.#terms.register.endingOf(client_order_id) ?? 'unknown_order'
  }
}

function isLinked({ group_type, parent_counter }: OrderTerms): boolean {
  return group_type !== '' || parent_counter !== 0
}

/** An order made from market to limit has one once it rests; a trailing stop-limit makes its own until it is triggered. */
function namesLimit(order: VenueOrder): boolean {
  return hasLimit(order.order_type) || (order.works_as === 'limit' && !order.is_waiting)
}
