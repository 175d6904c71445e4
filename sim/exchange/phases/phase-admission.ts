// Whether a venue takes an order, a replace or a cancel in the phase its instrument is in. '' means yes.

import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import {
  hasTrigger,
  isTrailing,
  type NewOrderSingle,
  type OrderCancelReplaceRequest,
} from '../../../schemas/messages/order.ts'
import type { RejectCode } from '../orders/reject-code.ts'
import { orderedUnits, type VenueOrder } from '../orders/venue-order.ts'
import type { MarketPhases } from './market-phases.ts'

export type PhaseRules = Pick<SimulationConfig, 'closed_orders' | 'halted_orders'>

export class PhaseAdmission {
  readonly #phases: MarketPhases
  readonly #rules: PhaseRules
  readonly #termsHold: boolean

  /** @param terms_hold whether a cut-off itself is too late (schemas/behaviour.ts). */
  constructor(phases: MarketPhases, rules: PhaseRules, terms_hold: boolean) {
    this.#phases = phases
    this.#rules = rules
    this.#termsHold = terms_hold
  }

  ofNew(command: NewOrderSingle, now_us: number): RejectCode | '' {
    const { instrument_index, time_in_force, terms } = command
    const closed = this.#ofPhase(instrument_index)
    if (closed !== '') return closed
    if (time_in_force === 'opg' || time_in_force === 'cls') return this.#ofAuction(command, now_us)
    if (this.#phases.isTrading(instrument_index)) return ''
    // What must trade at once, or must not take, has nothing to meet.
    const meetsAtOnce = time_in_force === 'ioc' || time_in_force === 'fok' || terms.post_only
    return meetsAtOnce ? 'not_in_call' : ''
  }

  ofReplace(order: VenueOrder, request: OrderCancelReplaceRequest, now_us: number): RejectCode | '' {
    const { instrument_index, time_in_force } = order
    if (this.#termsHold && isCancelOfPart(order, request)) return this.ofCancel(order, now_us)
    const closed = this.#ofPhase(instrument_index)
    if (closed !== '') return closed
    // What comes behind a close changes nothing of its auction, though the price is still to come.
    if (this.#phases.isInClose(order)) return 'too_late_to_cancel'
    return this.#isCutOff(instrument_index, time_in_force, now_us)
      ? 'auction_missed'
      : this.ofCancel(order, now_us)
  }

  /** An order for an auction stays as it is behind the auction's own cut-off for cancels, in a halt, too. */
  ofCancel(order: VenueOrder, now_us: number): RejectCode | '' {
    const { instrument_index, time_in_force } = order
    const { calendar, session } = this.#phases.sessionOf(instrument_index) ?? {}
    if (calendar === undefined || session === undefined) return ''
    const { opening_cancel_cutoff_us: opening, closing_cancel_cutoff_us: closing } = calendar
    const isLate =
      (time_in_force === 'opg' &&
        opening !== undefined &&
        this.#isBehind(now_us, session.open_us - opening)) ||
      // While a close waits for its price, the session is the next one already.
      (time_in_force === 'cls' &&
        closing !== undefined &&
        (this.#isBehind(now_us, session.close_us - closing) || this.#phases.isInClose(order)))
    return isLate ? 'too_late_to_cancel' : ''
  }

  /** Whether an order is for an auction that is over, or takes no more of them. */
  missesAuction(instrument_index: number, time_in_force: string, now_us: number): boolean {
    const phase = this.#phases.phaseOf(instrument_index)
    const isOver = time_in_force === 'opg' && (phase === 'continuous' || phase === 'closing_call')
    return isOver || this.#isCutOff(instrument_index, time_in_force, now_us)
  }

  #ofPhase(instrument_index: number): RejectCode | '' {
    const phases = this.#phases
    if (phases.isHalted(instrument_index) && this.#rules.halted_orders === 'reject') return 'market_halted'
    if (phases.phaseOf(instrument_index) !== 'closed') return ''
    const isQueued =
      this.#rules.closed_orders === 'queue' && (this.#termsHold || !phases.isClosing(instrument_index))
    return isQueued ? '' : 'market_closed'
  }

  #ofAuction({ instrument_index, time_in_force }: NewOrderSingle, now_us: number): RejectCode | '' {
    const found = this.#phases.sessionOf(instrument_index)
    const hasAuction =
      time_in_force === 'opg' ? found?.calendar.has_opening_auction : found?.calendar.has_closing_auction
    if (hasAuction !== true) return 'unsupported_order_type'
    return this.missesAuction(instrument_index, time_in_force, now_us) ? 'auction_missed' : ''
  }

  #isCutOff(instrument_index: number, time_in_force: string, now_us: number): boolean {
    const { calendar, session } = this.#phases.sessionOf(instrument_index) ?? {}
    if (calendar === undefined || session === undefined) return false
    if (time_in_force === 'opg')
      return this.#isBehind(now_us, session.open_us - calendar.opening_cutoff_us) && now_us < session.open_us
    return time_in_force === 'cls' && this.#isBehind(now_us, session.close_us - calendar.closing_cutoff_us)
  }

  /** What comes at a cut-off comes too late. */
  #isBehind(now_us: number, cutoff_us: number): boolean {
    return this.#termsHold ? now_us >= cutoff_us : now_us > cutoff_us
  }
}

/** Whether a replace leaves all of an order as it is and takes from its quantity alone. */
function isCancelOfPart(order: VenueOrder, request: OrderCancelReplaceRequest): boolean {
  const { order_type, is_waiting, price_units, trigger_price_units } = order
  // A trailing order that waits makes its prices itself, and one whose trigger was met has no trigger any more.
  const keepsPrice = request.price_units === price_units || (isTrailing(order_type) && is_waiting)
  const keepsTrigger =
    !hasTrigger(order_type) || !is_waiting || request.trigger_price_units === trigger_price_units
  return keepsPrice && keepsTrigger && request.order_quantity_units < orderedUnits(order)
}
