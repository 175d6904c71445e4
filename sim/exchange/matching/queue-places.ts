// Where the resting orders of a venue stand in the queues of their prices, and what a trade leaves to them. Places count
// what others have in front; orders of the run stand among each other by price and time, whatever a model reckons.

import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { must } from '../../../schemas/assert.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import type { SizeUnits } from '../../../schemas/units.ts'
import type { RestingOrders } from '../orders/resting-orders.ts'
import { fillableUnits, NOT_PLACED, type VenueOrder } from '../orders/venue-order.ts'
import type { PriceBands } from '../phases/price-bands.ts'
import type { DeepBooks } from './deep-books.ts'
import type { FillModel } from './fill-model.ts'
import type { Impact } from './impact.ts'
import type { MatchingEvents } from './matching-events.ts'
import { PARTS, type QueueModel } from './queue-model.ts'
import { type TopOfBook, UNSEEN } from './top-of-book.ts'

export type QueuePlacesTerms = {
  /** Undefined where nobody stands in front, or, by order, places are ranks. */
  readonly model: QueueModel | undefined
  readonly is_by_order: boolean
  readonly book: TopOfBook
  /** Of a venue whose book is deeper than its best prices. */
  readonly deep: DeepBooks | undefined
  readonly resting: RestingOrders
  readonly specs: readonly InstrumentSpec[]
  readonly fills: FillModel
  readonly impact: Impact
  /**
   * Whether a share of a trade is one for all who get of it, who shows parts gets part after part, by order a touch fills
   * where nobody is ahead alone, and trades are met as pressed (schemas/behaviour.ts).
   */
  readonly terms_hold: boolean
  readonly bands: PriceBands | undefined
  readonly events: MatchingEvents
}

export class QueuePlaces {
  readonly #terms: QueuePlacesTerms
  readonly #resting: RestingOrders

  constructor(terms: QueuePlacesTerms) {
    this.#terms = terms
    this.#resting = terms.resting
  }

  /**
   * An order comes to rest, behind all others of the run at its price. `shown_units`: what stands there, UNSEEN where the
   * data does not say.
   */
  join(order: VenueOrder, shown_units: number): void {
    const { instrument_index, side, price_units } = order
    const before = this.#resting.lastAt(instrument_index, side, price_units)
    put(order, Math.max(shown_units, before?.queue_place ?? 0), 0)
    order.level_shown_units = shown_units === UNSEEN ? 0 : shown_units
    order.level_traded_units = 0
  }

  /**
   * An order comes back behind a halt, which kept its place: what the data shows at its price now is news to it. Orders of
   * the run come back in their order.
   */
  rejoin(order: VenueOrder, shown_units: number): void {
    const { instrument_index, side, price_units } = order
    if (shown_units === 0) vanish(order)
    else if (shown_units !== UNSEEN) this.#show(order, shown_units)
    const before = this.#resting.lastAt(instrument_index, side, price_units)
    if (before !== undefined && order.queue_place < before.queue_place) put(order, before.queue_place, 0)
  }

  /** Of others at the price of an order that a halt has kept, so much traded in the auction, and of that so much in front of it. */
  auctioned(order: VenueOrder, level_units: number, ahead_units: number): void {
    if (this.#terms.model === undefined || order.queue_place === NOT_PLACED) return
    put(order, Math.max(0, order.queue_place - ahead_units), order.queue_carry_parts)
    order.level_traded_units += level_units
  }

  /** The best price of a side and what stands there: orders at better prices have nobody in front any more. */
  onBest(instrument_index: number, side: Side, price_units: number, size_units: number): void {
    const from = this.#resting.countFrom(instrument_index, side, price_units)
    const count = this.#resting.count(instrument_index, side)
    for (let place = from; place < count; place++) vanish(this.#resting.at(instrument_index, side, place))
    this.#showAgain(instrument_index, side, price_units, size_units, from)
  }

  /** What stands at one price of a book by price: 0 where nobody does any more. */
  onLevel(instrument_index: number, side: Side, price_units: number, size_units: number): void {
    const from = this.#resting.countFrom(instrument_index, side, price_units)
    this.#showAgain(instrument_index, side, price_units, size_units, from)
  }

  /** Whether an order trades where the other side of the market has come to exactly its price. */
  isInFront(order: VenueOrder): boolean {
    const { book, model, deep, is_by_order, terms_hold } = this.#terms
    const { instrument_index, side, price_units, queue_place } = order
    if (deep === undefined && model === undefined) return book.isShown(instrument_index, side)
    if (!is_by_order || !terms_hold || deep === undefined) return model === undefined || queue_place === 0
    return !deep.orders(instrument_index).hasBefore(side === 'buy' ? 1 : -1, price_units, queue_place)
  }

  /**
   * A trade took from resting orders of a side (1: buys) at a price. Own ones at better prices had it first; at its own
   * price what stands in front of them is used up first. By order, `rank` is the place of the one that traded.
   */
  traded(
    instrument_index: number,
    side: 1 | -1,
    price_units: number,
    size_units: number,
    rank: number,
    ts_us: number,
  ): void {
    const bests = side === 1 ? this.#resting.best_buy_price_units : this.#resting.best_sell_price_units
    if (side * ((bests[instrument_index] as number) - price_units) < 0) return
    let left = size_units
    let taken = 0
    let others = 0
    const name = side === 1 ? 'buy' : 'sell'
    const line = this.#resting.ofSide(instrument_index, name)
    const { impact, terms_hold } = this.#terms
    const met_units = terms_hold ? impact.pressed(instrument_index, name, price_units, ts_us) : price_units
    for (const order of line) {
      const distance = side * (order.price_units - price_units)
      if (distance < 0 || (this.#terms.is_by_order && distance === 0 && order.queue_place > rank)) return
      if (distance === 0 && !this.#terms.is_by_order) {
        const used = Math.min(Math.max(0, order.queue_place - others), left)
        others += used
        left -= used
        put(order, Math.max(0, order.queue_place - others), order.queue_carry_parts)
        order.level_traded_units += size_units
      }
      // The queue is of what the data shows; its trade is too far away for who presses the price.
      if (side * (order.price_units - met_units) < 0) continue
      const before = left
      left = this.#fill(order, before, taken, size_units, ts_us)
      taken += before - left
      if (distance > 0 && left > 0 && left < before && this.#showsNextPart(order)) putBehind(order, line)
    }
  }

  /** Whether an order that has traded with all it showed stands at its price with the next part. */
  #showsNextPart({ terms, is_resting }: VenueOrder): boolean {
    return terms.display_quantity_units !== 0 && is_resting && this.#terms.terms_hold
  }

  /**
   * Fills an order from what is left of a trade, of which own ones took so much; returns what is left for the next in line. A
   * share is one of all that traded, those in front included.
   */
  #fill(
    order: VenueOrder,
    left_units: number,
    taken_units: number,
    traded_units: number,
    ts_us: number,
  ): number {
    const wanted = fillableUnits(order)
    if (wanted === 0) return left_units
    // No trade is beyond a band, whatever others do there.
    if (this.#terms.bands?.isOutOfReach(order) === true) return left_units
    const { fills, terms_hold } = this.#terms
    const available = terms_hold
      ? Math.min(left_units, fills.available(order, traded_units - taken_units, taken_units))
      : fills.available(order, left_units, 0)
    const { lot_units } = must(
      this.#terms.specs[order.instrument_index],
      'an order rests in a known instrument',
    )
    const quantity = Math.min(wanted, available - (available % lot_units))
    if (quantity > 0) this.#terms.events.onFill(order, order.price_units, quantity as SizeUnits, ts_us)
    // Whoever did not get all it wanted still stands in front of the next.
    return quantity === wanted ? left_units - quantity : 0
  }

  /** The orders at a price, the first in line first, of the first `count` of a side. */
  #showAgain(
    instrument_index: number,
    side: Side,
    price_units: number,
    size_units: number,
    count: number,
  ): void {
    let least = 0
    for (let place = count - 1; place >= 0; place--) {
      const order = this.#resting.at(instrument_index, side, place)
      if (order.price_units !== price_units) return
      if (size_units === 0) vanish(order)
      else this.#show(order, size_units)
      if (order.queue_place < least) put(order, least, 0)
      least = order.queue_place
    }
  }

  #show(order: VenueOrder, size_units: number): void {
    const { model } = this.#terms
    if (order.queue_place === UNSEEN) put(order, size_units, 0)
    else if (model?.counts_cancellations === true) {
      this.#advance(order, model, size_units)
      if (order.queue_place > size_units) put(order, size_units, 0)
    }
    order.level_shown_units = size_units
    order.level_traded_units = 0
  }

  /** What is gone from the level and did not trade was taken back, partly from in front. */
  #advance(order: VenueOrder, model: QueueModel, size_units: number): void {
    const before = Math.max(0, order.level_shown_units - order.level_traded_units)
    const gone = before - size_units
    if (gone <= 0 || order.queue_place === 0) return
    const behind = Math.max(0, before - order.queue_place)
    const parts = model.goneAheadParts(gone, order.queue_place, behind) + order.queue_carry_parts
    const units = Math.floor(parts / PARTS)
    put(order, Math.max(0, order.queue_place - units), parts - units * PARTS)
  }
}

/** An order gets another turn, behind all others at its price. */
function putBehind(order: VenueOrder, line: VenueOrder[]): void {
  const last = line.findLastIndex(({ price_units }) => price_units === order.price_units)
  line.splice(last + 1, 0, order)
}

/** Nobody stands at the price any more: whoever comes now comes behind. */
function vanish(order: VenueOrder): void {
  put(order, 0, 0)
  order.level_shown_units = 0
  order.level_traded_units = 0
}

function put(order: VenueOrder, place_units: number, carry_parts: number): void {
  order.queue_place = place_units
  order.queue_carry_parts = place_units === 0 ? 0 : carry_parts
}
