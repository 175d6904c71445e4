// What becomes of the orders of an instrument when it stops trading and when it begins again: into the call and out of
// it, through an auction where there is one.

import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import type { OrderFloor } from '../orders/order-floor.ts'
import { leavesUnits, NOT_PLACED, type VenueOrder } from '../orders/venue-order.ts'
import type { Auction, Print } from './auction.ts'
import type { CallBook } from './call-book.ts'

/** `none`: orders meet the book one after the other. */
export type Settlement = 'none' | 'book' | Print

type Taken = { readonly order: VenueOrder; readonly waits: boolean }

export class CallFloor {
  readonly #floor: OrderFloor
  readonly #call: CallBook
  readonly #auction: Auction

  constructor(floor: OrderFloor, call: CallBook, auction: Auction) {
    this.#floor = floor
    this.#call = call
    this.#auction = auction
  }

  /** Trading stops: what rests and what waits goes into the call, with its place in a queue. Returns how many are in the call for more than the close. */
  suspend(instrument_index: number): number {
    const { resting, waiting } = this.#floor
    for (const order of [...resting.of(instrument_index), ...waiting.of(instrument_index)]) {
      const { is_waiting } = order
      this.#floor.withdraw(order)
      order.is_waiting = is_waiting
      if (!this.#floor.keeps_places) order.queue_place = NOT_PLACED
      this.#call.add(order)
    }
    return this.#call.of(instrument_index).filter(({ time_in_force }) => time_in_force !== 'cls').length
  }

  /** A session ends, or the market begins again: who comes back then comes behind whoever stands there. */
  forgetPlaces(instrument_index: number): void {
    for (const order of this.#call.of(instrument_index)) order.queue_place = NOT_PLACED
  }

  /** Trading begins: what is not for the close comes out of the call. Orders at the opening end here. */
  open(spec: InstrumentSpec, settlement: Settlement, ts_us: number): void {
    this.#settleOpening(spec, settlement, ts_us, ({ order, waits }) =>
      this.#floor.release(order, waits, ts_us),
    )
  }

  /** The opening has its price, and trading begins later: what is left of it stays in the call. */
  openLater(spec: InstrumentSpec, print: Print, ts_us: number): void {
    this.#settleOpening(spec, print, ts_us, (taken) => this.#putBack(taken))
  }

  /** What an order of now on has as its priority, or more. */
  nextPriority(): number {
    return this.#floor.priority_count
  }

  /** The closing auction, of all that is in the call, but for what came later. */
  close(spec: InstrumentSpec, settlement: Settlement, late_from: number, ts_us: number): void {
    const taken = this.#take(
      spec,
      ({ time_in_force, priority }) => time_in_force !== 'opg' && priority < late_from,
    )
    this.#settle(taken, spec, settlement, ts_us)
    for (const one of taken) {
      if (leavesUnits(one.order) === 0) this.#floor.finish(one.order, ts_us)
      else this.#putBack(one)
    }
    this.#floor.settle(ts_us)
  }

  /** A session has ended, and with it the orders that were for it alone. What came later is for the next. */
  endSession(instrument_index: number, endsDay: boolean, late_from: number, ts_us: number): void {
    for (const order of [...this.#call.of(instrument_index), ...this.#floor.unplacedOf(instrument_index)]) {
      // It ended with another that it is linked to.
      if (!order.is_open) continue
      const { time_in_force, priority } = order
      if (priority >= late_from) continue
      if (time_in_force === 'opg' || time_in_force === 'cls' || (endsDay && time_in_force === 'day'))
        this.#floor.expire(order, ts_us)
    }
    this.#floor.settleArrival(ts_us)
  }

  #settleOpening(
    spec: InstrumentSpec,
    settlement: Settlement,
    ts_us: number,
    goOn: (taken: Taken) => void,
  ): void {
    const taken = this.#take(spec, ({ time_in_force }) => time_in_force !== 'cls')
    this.#settle(taken, spec, settlement, ts_us)
    // What has traded whole has ended before any other trades: no order of its group concerns it any more.
    const isDone = ({ order }: Taken) => leavesUnits(order) === 0
    if (this.#floor.terms_hold) for (const { order } of taken.filter(isDone)) this.#floor.finish(order, ts_us)
    for (const one of taken) {
      if (leavesUnits(one.order) === 0) this.#floor.finish(one.order, ts_us)
      else if (one.order.time_in_force === 'opg') this.#floor.expire(one.order, ts_us)
      else goOn(one)
    }
    this.#floor.settle(ts_us)
  }

  #putBack({ order, waits }: Taken): void {
    order.is_waiting = waits
    this.#call.add(order)
  }

  /** An order may end with one before it, so each is taken out before any trades, and is in no list until it is back. */
  #take({ index }: InstrumentSpec, isWanted: (order: VenueOrder) => boolean): Taken[] {
    return this.#call
      .of(index)
      .filter(isWanted)
      .map((order) => {
        const waits = order.is_waiting
        this.#call.remove(order)
        order.is_waiting = false
        return { order, waits }
      })
  }

  #settle(taken: readonly Taken[], spec: InstrumentSpec, settlement: Settlement, ts_us: number): void {
    this.#floor.places.forgetShown()
    if (settlement === 'none') return
    const working = taken.filter(({ waits }) => !waits).map(({ order }) => order)
    if (settlement === 'book') this.#auction.withBook(working, spec, ts_us)
    else this.#auction.withPrint(working, spec, settlement, ts_us)
  }
}
