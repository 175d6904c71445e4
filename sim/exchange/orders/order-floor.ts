// The floor of a venue: what becomes of orders once they are admitted. They wait for a trigger, meet the book, rest,
// trade and end here, and nowhere else.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { triggeredLimit } from '../../../engine/trigger/trigger.ts'
import { must } from '../../../schemas/assert.ts'
import type { NewOrderSingle, Side } from '../../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits } from '../../../schemas/units.ts'
import type { VenueAccount } from '../accounts/venue-account.ts'
import type { DeepBooks } from '../matching/deep-books.ts'
import { DeepMatching } from '../matching/deep-matching.ts'
import type { FillModel } from '../matching/fill-model.ts'
import { Impact } from '../matching/impact.ts'
import { Matching } from '../matching/matching.ts'
import type { MatchingEvents } from '../matching/matching-events.ts'
import { OrderPlaces } from '../matching/order-places.ts'
import type { QueueModel } from '../matching/queue-model.ts'
import { QueuePlaces } from '../matching/queue-places.ts'
import { SelfMatch, type SelfMatchRule } from '../matching/self-match.ts'
import type { TopOfBook } from '../matching/top-of-book.ts'
import { CallBook } from '../phases/call-book.ts'
import type { PriceBands } from '../phases/price-bands.ts'
import { BarTravel } from './bar-travel.ts'
import { LinkedFloor, type RowsToCome } from './linked-floor.ts'
import { type FillTerms, OrderFills } from './order-fills.ts'
import type { OrderRegister } from './order-register.ts'
import { ReducingOrders } from './reducing-orders.ts'
import { RestingOrders } from './resting-orders.ts'
import type { VenueLinks } from './venue-links.ts'
import { leavesUnits, NOT_PLACED, type VenueOrder, waitsForTrigger, weighedUnits } from './venue-order.ts'
import { orderReport } from './venue-reports.ts'
import { WaitingOrders } from './waiting-orders.ts'

export type FloorTerms = FillTerms & {
  readonly book: TopOfBook
  readonly register: OrderRegister
  readonly model: FillModel
  /** Undefined where nobody stands in front of an order, or where its place is known. */
  readonly queue: QueueModel | undefined
  /** What becomes of orders of one account that meet; undefined where they do not. */
  readonly self_match: SelfMatchRule | undefined
  /** Of a venue whose book is deeper than its best prices. */
  readonly deep: DeepBooks | undefined
  /** Of a venue that keeps them. */
  readonly links: VenueLinks | undefined
  readonly rows: RowsToCome
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** Whether an order keeps its place in a queue over a halt (schemas/behaviour.ts). */
  readonly keeps_places: boolean
  /** Whether an order that comes now is kept in the call. */
  readonly isKept: (order: VenueOrder) => boolean
  /** Whether an order that comes now is for an auction that takes no more of them. */
  readonly missesAuction: (order: VenueOrder, now_us: number) => boolean
  /** Undefined where prices may go anywhere. */
  readonly bands: PriceBands | undefined
}

const NO_ORDERS: readonly VenueOrder[] = []

export class OrderFloor {
  readonly resting: RestingOrders
  readonly waiting: WaitingOrders
  readonly call: CallBook
  readonly matching: Matching
  readonly deep: DeepMatching | undefined
  readonly queues: QueuePlaces
  readonly places: OrderPlaces
  readonly bars: BarTravel
  readonly fills: OrderFills
  readonly reducing = new ReducingOrders()
  /** Undefined where orders of one account do not meet. */
  readonly self: SelfMatch | undefined
  /** Of a venue that keeps links between orders. */
  readonly linked: LinkedFloor | undefined
  readonly keeps_places: boolean
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  readonly #terms: FloorTerms
  readonly #impact: Impact
  priority_count = 0

  constructor(terms: FloorTerms) {
    const { book, specs, model, queue } = terms
    this.#terms = terms
    this.keeps_places = terms.keeps_places
    this.terms_hold = terms.terms_hold
    this.resting = new RestingOrders(specs.length)
    this.waiting = new WaitingOrders(book, specs, terms.terms_hold)
    this.call = new CallBook(specs.length)
    const events: MatchingEvents = {
      onFill: (order, price, quantity, ts_us) =>
        this.fills.book(order, this.#bounded(order, price), quantity, ts_us),
      onSelfMatch: (order, ts_us) => this.cancel(order, ts_us, 'self_match'),
      onSpent: (order, ts_us) => this.#endSpent(order, ts_us),
    }
    const { resting } = this
    const is_by_order = terms.deep?.is_by_order === true
    const { bands, links, deep, self_match: rule, terms_hold } = terms
    const shared = { resting, specs, bands, events, terms_hold }
    this.#impact = new Impact(terms.impact, book, specs, terms_hold)
    const impact = this.#impact
    this.queues = new QueuePlaces({ ...shared, book, model: queue, is_by_order, deep, fills: model, impact })
    this.places = new OrderPlaces({ book, deep, queue, queues: this.queues })
    this.bars = new BarTravel({
      book,
      specs,
      resting,
      waiting: this.waiting,
      links,
      terms_hold,
      fills_touched: model.fills_touched,
      tradesAt: (order, ts_us) => this.matching.tradesAt(order, ts_us),
      onBook: (instrument_index, ts_us, isGap) => this.onBook(instrument_index, ts_us, isGap),
    })
    this.self = rule && new SelfMatch({ rule, resting, deep, bands, links, terms_hold, events })
    this.linked = links && new LinkedFloor(links, this, specs, terms.rows)
    this.fills = new OrderFills(terms, this)
    const parts = {
      resting,
      specs,
      model,
      queues: this.queues,
      self: this.self,
      impact,
      events,
      terms_hold,
    }
    this.matching = new Matching({ ...parts, book })
    this.deep = terms.deep && new DeepMatching({ ...parts, books: terms.deep, bands: terms.bands })
  }

  /** Takes an admitted order: it waits for its parent or its trigger, or meets the book. */
  open(order: VenueOrder, now_us: number): void {
    this.#terms.register.open(order)
    if (this.linked?.waits(order) !== true) {
      this.reducing.add(order)
      this.enter(order, waitsForTrigger(order.order_type), now_us)
    }
    this.settle(now_us)
  }

  /**
   * A child that its parent has released comes in, or more of one that has traded all that was, if its account and its terms
   * allow it now. Returns why not, or ''.
   */
  start(order: VenueOrder, waits: boolean, now_us: number): string {
    const { account, instrument_index, side, terms } = order
    if (this.missesAuction(order, now_us)) return 'auction_missed'
    if (this.terms_hold && isImmediate(order) && this.#terms.isKept(order)) return 'not_in_call'
    if (terms.reduce_only) {
      if (account.closableUnits(instrument_index, side) === 0) return 'would_not_reduce'
      this.reducing.add(order)
    } else if (!waits) {
      const refused = account.refusal(instrument_index, side, this.#weighedUnits(order))
      if (refused !== '') return refused
    }
    if (terms.post_only && !waits && !this.#terms.isKept(order) && this.#wouldTake(order, now_us))
      return 'post_only_would_take'
    this.enter(order, waits, now_us)
    return ''
  }

  /** Whether an order that its parent releases is for an auction that takes no more of them. */
  missesAuction(order: VenueOrder, now_us: number): boolean {
    return this.terms_hold && this.#terms.missesAuction(order, now_us)
  }

  /** An order comes in, or comes back with other terms: it is kept in the call, waits for its trigger, or meets the book. */
  enter(order: VenueOrder, waits: boolean, now_us: number): void {
    if (this.#terms.isKept(order)) {
      order.is_waiting = waits
      this.call.add(order)
    } else if (waits) this.await(order, now_us)
    else this.work(order, now_us)
  }

  /**
   * An order that was in the call meets the market, like one that comes in, but for the place in a queue that it may have
   * kept; what must not take does not.
   */
  release(order: VenueOrder, waits: boolean, now_us: number): void {
    if (waits) return this.await(order, now_us)
    if (order.terms.post_only && this.#wouldTake(order, now_us))
      return this.cancel(order, now_us, 'post_only_would_take')
    this.places.resume(order)
    this.work(order, now_us)
  }

  /** Books what an order that is in no book gets in an auction. */
  fillInAuction(order: VenueOrder, price_units: PriceUnits, quantity_units: SizeUnits, ts_us: number): void {
    // Another order of its group got its part first.
    if (!order.is_open) return
    this.fills.book(order, price_units, quantity_units, ts_us, '')
    // What an auction leaves of it has the price of its fill, in the next one, too.
    if (this.#terms.terms_hold && order.works_as === 'market_to_limit') order.works_as = 'limit'
  }

  /** An order that is in no book has nothing left at work: what is withheld of it goes with it. */
  finish(order: VenueOrder, ts_us: number): void {
    if (!order.is_open) return
    if (this.terms_hold && this.linked?.goesOn(order) === true) return
    const others = this.#terms.links?.endsWith(order) ?? NO_ORDERS
    this.linked?.uncover(order)
    this.#end(order)
    if (order.withheld_units > 0)
      this.#terms.report(
        { ...orderReport('canceled', order, this.#spec(order), ts_us), reason_code: 'withheld' },
        ts_us,
      )
    if (others.length > 0) this.cancelGroup(others, ts_us)
  }

  /** An order that waits; one whose trigger is met already does not. */
  await(order: VenueOrder, now_us: number): void {
    this.waiting.follow(order, now_us)
    if (this.waiting.isMet(order)) this.trigger(order, now_us)
    else this.waiting.add(order)
  }

  /** The trigger is met: the order becomes what it works as, if the account still bears it. */
  trigger(order: VenueOrder, now_us: number): void {
    if (order.is_waiting) this.waiting.remove(order)
    const { side, account, instrument_index, terms } = order
    const { terms_hold, report } = this.#terms
    const spec = this.#spec(order)
    order.price_units = triggeredLimit(order, order.price_units, terms_hold ? spec : undefined, now_us)
    report(orderReport('triggered', order, spec, now_us), now_us)
    const refused = terms.reduce_only
      ? ''
      : account.refusal(instrument_index, side, this.#weighedUnits(order))
    if (refused !== '') return this.cancel(order, now_us, refused)
    if (terms_hold && terms.post_only && this.#wouldTake(order, now_us))
      return this.cancel(order, now_us, 'post_only_would_take')
    order.priority = this.priority_count++
    this.work(order, now_us)
  }

  /** Whether a limit order that comes in would take at once. */
  wouldTake(
    {
      instrument_index,
      side,
      price_units,
    }: Pick<NewOrderSingle, 'instrument_index' | 'side' | 'price_units'>,
    account: VenueAccount,
    now_us: number,
  ): boolean {
    const touch = this.#touchUnits(instrument_index, side, now_us)
    if (side === 'buy' ? price_units > touch : price_units < touch) return true
    if (price_units === touch && this.#isShown(instrument_index, side)) return true
    return this.self?.meets(account, instrument_index, side, price_units) === true
  }

  /** Matches an order that comes in, or comes back with another price, and decides what becomes of the rest. */
  work(order: VenueOrder, now_us: number): void {
    const matching = this.deep ?? this.matching
    const isWhole = order.time_in_force === 'fok'
    // By so much it would trade worse, whichever way it is asked.
    let slip = isWhole && !this.terms_hold ? 0 : matching.slipIncrements(order)
    const takes = !isWhole || matching.fillsWhole(order, slip, now_us)
    if (takes && isWhole && !this.terms_hold) slip = matching.slipIncrements(order)
    const goesOn = !takes || matching.take(order, slip, now_us)
    // It ended with another of its group.
    if (!order.is_open) return
    if (!goesOn) return this.cancel(order, now_us, 'self_match')
    if (leavesUnits(order) === 0) return this.finish(order, now_us)
    const lasts = !isImmediate(order)
    // Without a trade there is no price to rest at.
    const hasPrice = order.cum_quantity_units > 0 || !this.#terms.terms_hold
    if (order.works_as === 'market_to_limit' && lasts && hasPrice) {
      order.works_as = 'limit'
      return this.rest(order)
    }
    if (order.works_as === 'limit' && lasts) return this.rest(order)
    this.cancel(order, now_us, order.terms.reduce_only ? 'reduce_only' : '')
  }

  /** The best prices are others: they are looked at where an order may be concerned. */
  onBest(instrument_index: number, ts_us: number): void {
    const { book } = this.#terms
    const bid = book.bid_price_units[instrument_index] as number
    const ask = book.ask_price_units[instrument_index] as number
    if (
      ask <= (this.resting.best_buy_price_units[instrument_index] as number) ||
      bid >= (this.resting.best_sell_price_units[instrument_index] as number) ||
      this.waiting.counts[instrument_index] !== 0
    ) {
      this.onBook(instrument_index, ts_us)
    }
  }

  /** The instrument's book has moved: fills what it crosses, then triggers what waits for it. */
  onBook(instrument_index: number, ts_us: number, improves = false): void {
    if (this.deep === undefined) this.matching.cross(instrument_index, ts_us, improves)
    else this.deep.cross(instrument_index, ts_us)
    if (this.waiting.counts[instrument_index] !== 0) this.onTriggers(instrument_index, ts_us)
    this.settle(ts_us)
  }

  /** Of a deeper book a level is another behind best prices that stand: it may be one that an order reaches. */
  onDepth(instrument_index: number, ts_us: number): void {
    this.deep?.cross(instrument_index, ts_us)
    this.settle(ts_us)
  }

  onTouch(instrument_index: number, ts_us: number, only?: Side): void {
    this.matching.touched(instrument_index, ts_us, only)
    this.settle(ts_us)
  }

  onTriggers(instrument_index: number, ts_us: number): void {
    for (const order of this.waiting.triggered(instrument_index, ts_us)) {
      // An order triggered before this one may have ended it.
      if (order.is_waiting) this.trigger(order, ts_us)
    }
  }

  /** A trade was taken back: what only reduces may have nothing left to reduce. */
  noteBust(ts_us: number): void {
    this.reducing.is_due = true
    this.settle(ts_us)
  }

  /** Brings in what trades have released, and ends what only reduces and has nothing left to reduce; each may lead to the other. */
  settle(ts_us: number): void {
    do {
      this.linked?.settle(ts_us)
      if (!this.reducing.is_due) return
      this.reducing.endSpent((order) => this.#endSpent(order, ts_us))
    } while (this.terms_hold)
  }

  /** Behind what reached the venue by itself: what it released comes in, and what it left nothing to reduce ends. */
  settleArrival(ts_us: number): void {
    if (this.terms_hold) this.settle(ts_us)
    else this.linked?.settle(ts_us)
  }

  rest(order: VenueOrder): void {
    // Who comes to a new place shows a whole part, whatever was left of the one shown before.
    const isNew = this.terms_hold && order.queue_place === NOT_PLACED
    if (isNew || order.display_left_units === 0) order.display_left_units = order.terms.display_quantity_units
    this.places.take(order)
    this.resting.add(order)
    order.is_resting = true
    order.account.rest(order.instrument_index, order.side, leavesUnits(order))
  }

  /** After a replace that costs it no place. */
  stay(order: VenueOrder): void {
    if (this.#terms.isKept(order)) this.call.add(order)
    else this.rest(order)
  }

  /** Takes the order from where it rests, waits, or is kept. */
  withdraw(order: VenueOrder): void {
    if (order.is_called) return this.call.remove(order)
    if (order.is_waiting) return this.waiting.remove(order)
    if (!order.is_resting) return
    this.resting.remove(order)
    order.is_resting = false
    order.account.rest(order.instrument_index, order.side, -leavesUnits(order))
  }

  /** The venue ends an order nobody asked it to cancel; one of a group ends with another that still covers what their parent trades. */
  cancel(order: VenueOrder, now_us: number, reason_code: string): void {
    const others = this.othersOf(order)
    if (this.terms_hold && reason_code !== 'group') this.linked?.uncover(order)
    this.close(order)
    const report = orderReport('canceled', order, this.#spec(order), now_us)
    this.#terms.report(reason_code === '' ? report : { ...report, reason_code }, now_us)
    this.cancelGroup(others, now_us)
  }

  /** As `cancel`, where the order may have ended by now. */
  cancelOpen(order: VenueOrder, now_us: number, reason_code: string): void {
    if (order.is_open) this.cancel(order, now_us, reason_code)
  }

  expire(order: VenueOrder, now_us: number): void {
    const others = this.othersOf(order)
    this.linked?.uncover(order)
    this.close(order)
    this.#terms.report(orderReport('expired', order, this.#spec(order), now_us), now_us)
    this.cancelGroup(others, now_us)
  }

  /** Those that wait for their parent, or for more of it. */
  unplacedOf(instrument_index: number): VenueOrder[] {
    const unplaced = this.#terms.links?.children.unplaced() ?? []
    return unplaced.filter((order) => order.instrument_index === instrument_index)
  }

  /** The orders that its trade or its end cancels. */
  othersOf(order: VenueOrder): readonly VenueOrder[] {
    return this.#terms.links?.others(order) ?? NO_ORDERS
  }

  /** Whoever still has one of them in hand finds nothing left of it to match. */
  cancelGroup(others: readonly VenueOrder[], now_us: number): void {
    for (const other of others) {
      if (!other.is_open) continue
      this.#terms.links?.leave(other)
      this.cancel(other, now_us, 'group')
      other.order_quantity_units = other.cum_quantity_units
    }
  }

  close(order: VenueOrder): void {
    this.withdraw(order)
    this.#end(order)
  }

  /** What is left to do behind the row under way, and in which order those end that only reduce. */
  save(writer: CanonicalWriter): void {
    writer.number(this.fills.count)
    writer.number(this.priority_count)
    this.reducing.save(writer)
  }

  /** Into a floor just made. Returns the ids that `reducing.restore` takes once their orders are back. */
  load(reader: CanonicalReader): string[] {
    this.fills.count = reader.number()
    this.priority_count = reader.number()
    return this.reducing.load(reader)
  }

  /** Puts a loaded order back where it was. */
  restore(order: VenueOrder, isWaiting: boolean, isCalled: boolean): void {
    this.#terms.register.open(order)
    this.reducing.add(order)
    order.is_waiting = isWaiting
    if (isCalled) this.call.add(order)
    else if (isWaiting) this.waiting.add(order)
    else this.rest(order)
  }

  #weighedUnits(order: VenueOrder): number {
    const units = leavesUnits(order)
    return this.terms_hold ? weighedUnits(units, order, this.othersOf(order)) : units
  }

  /** The first price that an order of a side takes at; NaN where a side of a deeper book has nothing to take. */
  #touchUnits(instrument_index: number, side: Side, now_us: number): number {
    const { deep } = this.#terms
    if (this.terms_hold && deep !== undefined) {
      const { count, best_price_units } = deep.against(instrument_index, side)
      return count === 0 ? Number.NaN : this.#impact.pressed(instrument_index, side, best_price_units, now_us)
    }
    return side === 'buy'
      ? this.#impact.ask(instrument_index, now_us)
      : this.#impact.bid(instrument_index, now_us)
  }

  #isShown(instrument_index: number, side: Side): boolean {
    return this.deep !== undefined || this.#terms.book.isShown(instrument_index, side)
  }

  #wouldTake(order: VenueOrder, now_us: number): boolean {
    const { account, instrument_index, side, price_units } = order
    if ((this.deep ?? this.matching).isMarketable(order, now_us)) return true
    return this.self?.meets(account, instrument_index, side, price_units) === true
  }

  #end(order: VenueOrder): void {
    this.reducing.delete(order)
    this.#terms.links?.leave(order)
    this.#terms.register.close(order)
  }

  #endSpent(order: VenueOrder, ts_us: number): void {
    // It ended when another of its group traded.
    if (!order.is_open) return
    this.cancel(order, ts_us, 'reduce_only')
  }

  /** No trade is beyond a band, and none beyond the order's own limit, which a bar may come to out there. */
  #bounded(order: VenueOrder, price_units: PriceUnits): PriceUnits {
    const { bands } = this.#terms
    if (bands === undefined || (order.works_as === 'limit' && bands.isOutOfReach(order))) return price_units
    return bands.bound(order.instrument_index, price_units) as PriceUnits
  }

  #spec(order: VenueOrder): InstrumentSpec {
    return must(this.#terms.specs[order.instrument_index], 'an accepted order is in a listed instrument')
  }
}

/** Whether it trades at once or not at all. */
function isImmediate({ time_in_force }: VenueOrder): boolean {
  return time_in_force === 'ioc' || time_in_force === 'fok'
}
