// What happens where an order comes to the price of another of its account that rests: FIX's self-match prevention
// (SelfMatchPreventionInstruction 2964), or a trade. By default a venue shows an account the market without its own orders.

import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import type { SizeUnits } from '../../../schemas/units.ts'
import type { VenueAccount } from '../accounts/venue-account.ts'
import type { RestingOrders } from '../orders/resting-orders.ts'
import type { VenueLinks } from '../orders/venue-links.ts'
import { fillableUnits, leavesUnits, type VenueOrder } from '../orders/venue-order.ts'
import type { PriceBands } from '../phases/price-bands.ts'
import type { DeepBooks } from './deep-books.ts'
import type { MatchingEvents } from './matching-events.ts'

export type SelfMatchRule = Exclude<NonNullable<SimulationConfig['self_match']>, 'apart'>

export type SelfMatchTerms = {
  readonly rule: SelfMatchRule
  readonly resting: RestingOrders
  readonly deep: DeepBooks | undefined
  readonly bands: PriceBands | undefined
  /** Orders of one group do not meet: of them one alone trades. */
  readonly links: VenueLinks | undefined
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  readonly events: MatchingEvents
}

export class SelfMatch {
  readonly #terms: SelfMatchTerms

  constructor(terms: SelfMatchTerms) {
    this.#terms = terms
  }

  /**
   * An order comes in and meets those of its account that rest on the other side as far as a price: those at a better one,
   * and at the price itself those that nobody stands in front of, or (`isThrough`) all. Returns whether the order goes on.
   */
  meet(order: VenueOrder, reach_units: number, isThrough: boolean, ts_us: number): boolean {
    const { rule, events } = this.#terms
    for (;;) {
      if (fillableUnits(order) === 0) return true
      const own = this.#opposite(order, reach_units, isThrough)
      if (own === undefined) return true
      if (rule === 'cancel_passive' || rule === 'cancel_both') events.onSelfMatch(own, ts_us)
      if (rule === 'cancel_aggressive' || rule === 'cancel_both') return false
      if (rule === 'allowed') this.#trade(order, own, ts_us)
    }
  }

  /** Whether an order of an account would meet one of its own at a price. */
  meets(account: VenueAccount, instrument_index: number, side: Side, price_units: number): boolean {
    return this.#terms.resting
      .ofSide(instrument_index, side === 'buy' ? 'sell' : 'buy')
      .some((own) => own.account === account && reaches(side, price_units, own))
  }

  /**
   * Whether an order that comes in and meets one of its account is canceled, so that fill-or-kill has to be whole before it
   * comes to that one. Before behaviour 3 any within its reach killed it.
   */
  get ends_arriving(): boolean {
    const { rule, terms_hold } = this.#terms
    return terms_hold && (rule === 'cancel_aggressive' || rule === 'cancel_both')
  }

  /** Whether an order that comes in would meet one of its account as far as a price, as `meet` has it. */
  wouldMeet(order: VenueOrder, reach_units: number, isThrough: boolean): boolean {
    return this.#opposite(order, reach_units, isThrough) !== undefined
  }

  /** Whether a fill-or-kill order fills whole, where none it meets ends it, if the market without own orders had `shown_units` of it. */
  fillsWhole(order: VenueOrder, reach_units: number, shown_units: number): boolean {
    const { rule, resting, links, bands, terms_hold } = this.#terms
    const { instrument_index, side, account } = order
    const wanted = fillableUnits(order)
    if (rule === 'cancel_passive') return shown_units >= wanted
    const met = resting
      .ofSide(instrument_index, side === 'buy' ? 'sell' : 'buy')
      .filter((own) => own.account === account && reaches(side, reach_units, own))
      .filter((own) => !terms_hold || links?.others(own).includes(order) !== true)
      .filter((own) => !terms_hold || bands?.isOutOfReach(own) !== true)
    if (rule !== 'allowed') return shown_units >= wanted && met.length === 0
    return met.reduce((units, own) => units + leavesUnits(own), shown_units) >= wanted
  }

  #opposite(order: VenueOrder, reach_units: number, isThrough: boolean): VenueOrder | undefined {
    const { resting, bands, links } = this.#terms
    const { instrument_index, side, account } = order
    const opposite = side === 'buy' ? 'sell' : 'buy'
    for (let place = resting.count(instrument_index, opposite) - 1; place >= 0; place--) {
      const own = resting.at(instrument_index, opposite, place)
      if (!reaches(side, reach_units, own)) return undefined
      if (own.account !== account || links?.others(own).includes(order) === true) continue
      if (bands?.isOutOfReach(own) === true) return undefined
      return isThrough || own.price_units !== reach_units || this.#isInFront(own) ? own : undefined
    }
    return undefined
  }

  #isInFront(own: VenueOrder): boolean {
    const { deep } = this.#terms
    if (deep?.is_by_order !== true) return own.queue_place === 0
    const { instrument_index, side, price_units, queue_place } = own
    return !deep.orders(instrument_index).hasBefore(side === 'buy' ? 1 : -1, price_units, queue_place)
  }

  /** Both trade at the price of the one that rests, which is told first. */
  #trade(order: VenueOrder, own: VenueOrder, ts_us: number): void {
    const { events } = this.#terms
    const offered = fillableUnits(own)
    if (offered === 0) return events.onSpent(own, ts_us)
    const quantity = Math.min(fillableUnits(order), offered) as SizeUnits
    const price = own.price_units
    events.onFill(own, price, quantity, ts_us)
    events.onFill(order, price, quantity, ts_us)
  }
}

function reaches(side: Side, reach_units: number, own: VenueOrder): boolean {
  return side === 'buy' ? own.price_units <= reach_units : own.price_units >= reach_units
}
