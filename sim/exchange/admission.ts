// Whether the venue takes an order or a request, asked from the cheapest rule to the dearest. '' means yes.

import { type InstrumentSpec, priceReason, quantityReason } from '../../engine/instrument-spec.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type {
  NewOrderSingle,
  OrderCancelReplaceRequest,
  OrderCancelRequest,
} from '../../schemas/messages/order.ts'
import type { OrderRegister } from './order-register.ts'
import type { RejectCode } from './reject-code.ts'
import type { TopOfBook } from './top-of-book.ts'
import type { VenueAccount } from './venue-account.ts'
import { leavesUnits, type VenueOrder } from './venue-order.ts'

export type AdmissionTerms = {
  readonly venue_id: VenueId
  readonly capabilities: CapabilityTable
  readonly specs: readonly InstrumentSpec[]
  readonly book: TopOfBook
  readonly register: OrderRegister
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
    if (timesInForce === undefined || !timesInForce.includes(command.time_in_force))
      return 'unsupported_order_type'
    return (
      quantityReason(spec, command.order_quantity_units) ||
      (command.order_type === 'limit' ? priceReason(spec, command.price_units, now_us) : '') ||
      (book.hasMarket(spec.index) ? '' : 'no_market') ||
      account.refusal(spec.index, command.side, command.order_quantity_units)
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
    if (request.order_quantity_units <= order.cum_quantity_units) return 'quantity_not_above_filled'
    const added = request.order_quantity_units - order.cum_quantity_units - leavesUnits(order)
    return (
      quantityReason(spec, request.order_quantity_units) ||
      priceReason(spec, request.price_units, now_us) ||
      (added > 0 ? order.account.refusal(spec.index, order.side, added) : '')
    )
  }

  /** Why the venue has no such open order. */
  #absence(client_order_id: string): RejectCode {
    return this.#terms.register.endingOf(client_order_id) ?? 'unknown_order'
  }
}
