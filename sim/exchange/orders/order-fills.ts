// Books what orders of a venue trade: on the order and its account, in a report, and on whatever hangs on the order.

import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { type Commission, commissionOfFill } from '../../../engine/money/commission.ts'
import { must } from '../../../schemas/assert.ts'
import type { VenueId } from '../../../schemas/ids.ts'
import type { LiquiditySide, VenueReport } from '../../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits } from '../../../schemas/units.ts'
import type { ImpactModel } from '../matching/impact-model.ts'
import type { OrderPlaces } from '../matching/order-places.ts'
import type { LinkedFloor } from './linked-floor.ts'
import type { ReducingOrders } from './reducing-orders.ts'
import type { RestingOrders } from './resting-orders.ts'
import { leavesUnits, NOT_PLACED, type VenueOrder } from './venue-order.ts'
import { orderReport } from './venue-reports.ts'

export type FillTerms = {
  readonly venue_id: VenueId
  readonly specs: readonly InstrumentSpec[]
  /** The commission rule per instrument the venue lists. */
  readonly commissions: readonly (Commission | undefined)[]
  /** Undefined where orders of the run move nothing. */
  readonly impact: ImpactModel | undefined
  readonly report: (report: VenueReport, ts_us: number) => void
}

/** Where orders trade. */
type Floor = {
  /** Orders that came to stand at their price so far. */
  priority_count: number
  readonly resting: RestingOrders
  readonly places: OrderPlaces
  readonly reducing: ReducingOrders
  readonly linked: LinkedFloor | undefined
  othersOf(order: VenueOrder): readonly VenueOrder[]
  /** The order has nothing left at work. */
  finish(order: VenueOrder, ts_us: number): void
}

export class OrderFills {
  readonly #terms: FillTerms
  readonly #floor: Floor
  /** Executions so far, for their ids. */
  count = 0

  constructor(terms: FillTerms, floor: Floor) {
    this.#terms = terms
    this.#floor = floor
  }

  book(
    order: VenueOrder,
    price_units: PriceUnits,
    quantity_units: SizeUnits,
    ts_us: number,
    liquidity_side: LiquiditySide = order.is_resting ? 'maker' : 'taker',
  ): void {
    const { account, instrument_index, side } = order
    const { specs, commissions, impact, report } = this.#terms
    const floor = this.#floor
    const spec = must(specs[instrument_index], 'an accepted order is in a listed instrument')
    const rule = commissions[instrument_index]
    const commission = rule === undefined ? 0n : commissionOfFill(rule, spec, price_units, quantity_units)
    const commission_currency = rule === undefined ? spec.quote_currency : rule.currency
    order.cum_quantity_units = (order.cum_quantity_units + quantity_units) as SizeUnits
    if (order.works_as === 'market_to_limit') order.price_units = price_units
    account.trade(instrument_index, side, price_units, quantity_units)
    impact?.onFill({ instrument_index, side, price_units, quantity_units, liquidity_side }, ts_us)
    account.charge(commission, commission_currency)
    floor.reducing.noteTrade()
    const others = floor.othersOf(order)
    const isSpent = order.is_resting && this.#shrink(order, quantity_units)
    const fill = {
      execution_id: this.nextId(),
      price_units,
      quantity_units,
      liquidity_side,
      commission,
      commission_currency,
    } as const
    report(orderReport('trade', order, spec, ts_us, fill), ts_us)
    floor.linked?.onTraded(order, others, quantity_units, ts_us)
    if (isSpent) floor.finish(order, ts_us)
  }

  nextId(): string {
    return `${this.#terms.venue_id}-${++this.count}`
  }

  /** A resting order has traded. Returns whether nothing is left of it at work. */
  #shrink(order: VenueOrder, quantity_units: SizeUnits): boolean {
    const { resting, places } = this.#floor
    order.account.rest(order.instrument_index, order.side, -quantity_units)
    if (leavesUnits(order) === 0) {
      resting.remove(order)
      order.is_resting = false
      return true
    }
    const { display_quantity_units } = order.terms
    if (display_quantity_units === 0) return false
    order.display_left_units -= quantity_units
    if (order.display_left_units > 0) return false
    // The next part is shown behind whoever stands at the price.
    resting.remove(order)
    order.display_left_units = Math.min(display_quantity_units, leavesUnits(order))
    order.priority = this.#floor.priority_count++
    order.queue_place = NOT_PLACED
    places.take(order)
    resting.add(order)
    return false
  }
}
