// Imported bars as they reach the venue: they are its market where it has no quotes, at their close or on the way through
// their prices.

import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { must } from '../../../schemas/assert.ts'
import type { BarExpansion } from '../../../schemas/config/simulation-config.ts'
import type { VenueId } from '../../../schemas/ids.ts'
import type { Agenda, BarsDue } from '../in-flight/agenda.ts'
import type { BarMove } from '../orders/bar-travel.ts'
import type { OrderFloor } from '../orders/order-floor.ts'
import type { VenueMarket } from '../phases/venue-market.ts'
import { BarPairs } from './bar-pairs.ts'
import { type BarStep, barPaths, type ImportedBar, touchedSide } from './bar-path.ts'
import type { TopOfBook } from './top-of-book.ts'

export type BarRowsParts = {
  readonly venue_id: VenueId
  /** Position of the venue in the configuration. */
  readonly rank: number
  readonly agenda: Agenda
  readonly specs: readonly InstrumentSpec[]
  readonly book: TopOfBook
  readonly floor: OrderFloor
  /** As the venue says; else they are traded through, before behaviour 3 at their close alone. */
  readonly bars: BarExpansion | undefined
  readonly fills_touched: boolean
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** Undefined while nothing happens by itself. */
  readonly market: () => VenueMarket | undefined
  /** One that the venue does not trade on. */
  readonly ignore: () => void
}

const NONE = -1

/** What a bar shows at its open: the default where it does not say. */
type BarOpen = { readonly price_units: number; readonly size_units?: number | undefined }

export class BarRows {
  /** Fills that came about behind the open of an expanded bar both of whose extremes met orders: their order decided on them. */
  bar_order_fill_count = 0
  /** Imported bars, and those of them that ended while their instrument was closed: nothing trades on such a one. */
  bar_count = 0
  closed_bar_count = 0
  readonly #parts: BarRowsParts
  readonly #pairs: BarPairs
  readonly #expansion: BarExpansion
  /** The instrument the last of whose bars of bids and asks of a time goes its way, or NONE. */
  #last_index = NONE

  constructor(parts: BarRowsParts) {
    this.#parts = parts
    this.#pairs = new BarPairs(parts.agenda, parts.venue_id, parts.rank)
    this.#expansion = parts.bars ?? (parts.terms_hold ? 'adaptive' : 'close')
  }

  /** An imported bar, at its end. Without its other prices it trades at its close alone. */
  onBar(instrument_index: number, ts_us: number, bar: ImportedBar): void {
    const { market } = this.#parts
    this.bar_count++
    if (market()?.isClosed(instrument_index) === true) this.closed_bar_count++
    if (!this.#isHalf(instrument_index, bar)) return this.#trade(instrument_index, ts_us, [bar])
    this.#parts.book.noteBars(instrument_index, bar.price_type)
    this.#pairs.hold(instrument_index, bar, ts_us)
  }

  /** The time of bars that waited for each other is over. */
  onDue(due: BarsDue, ts_us: number): void {
    const { instrument_index } = due
    const rows = this.#pairs.release(due)
    const last = rows.pop()
    this.#giveUp(instrument_index, ts_us, due.bars)
    for (const bars of rows) this.#trade(instrument_index, ts_us, bars)
    this.#last_index = instrument_index
    if (last !== undefined) this.#trade(instrument_index, ts_us, last)
    this.#last_index = NONE
  }

  /** Whether bars of the instrument's bids or asks may still be to come of this time. */
  mayCome(instrument_index: number): boolean {
    return this.#last_index !== instrument_index && this.#parts.book.hasBarsOfSides(instrument_index)
  }

  /** A state was loaded: what waits there is found again. */
  reload(): void {
    this.#pairs.reload()
  }

  /** One of bids or of asks, which may have another that ends with it. */
  #isHalf(instrument_index: number, { price_type }: ImportedBar): boolean {
    const { book, terms_hold } = this.#parts
    return terms_hold && price_type !== 'last' && !book.hasQuotes(instrument_index)
  }

  #trade(instrument_index: number, ts_us: number, bars: readonly ImportedBar[]): void {
    const { book, terms_hold } = this.#parts
    const market = this.#parts.market()
    if (terms_hold) this.#renew(instrument_index, bars)
    const paths = this.#pathsOf(instrument_index, bars)
    const hasOpened = market !== undefined && this.#onOpen(market, instrument_index, ts_us, bars, paths)
    if (terms_hold && book.hasQuotes(instrument_index))
      return this.#onBarsBesideQuotes(instrument_index, ts_us, bars)
    // One that comes in a closing call is a row of its session, too.
    if (terms_hold) market?.onRow(instrument_index, ts_us)
    if (paths === undefined) this.#close(instrument_index, ts_us, bars, hasOpened)
    else this.#pass(instrument_index, ts_us, bars, paths, hasOpened)
  }

  /** A side that has not come for long is given up, unless a bar of it is among those of this time. */
  #giveUp(instrument_index: number, ts_us: number, bars: readonly ImportedBar[]): void {
    const { book } = this.#parts
    if (this.#parts.market()?.hasWaitedLong(instrument_index, ts_us) !== true) return
    if (new Set(bars.map(({ price_type }) => price_type)).size === 1) book.forgetOldSide(instrument_index)
  }

  /** What the bars are about to put is of now. */
  #renew(instrument_index: number, bars: readonly ImportedBar[]): void {
    const { book } = this.#parts
    for (const { price_type } of bars) book.renew(instrument_index, price_type)
  }

  #close(instrument_index: number, ts_us: number, bars: readonly ImportedBar[], hasOpened: boolean): void {
    const { book, floor } = this.#parts
    for (const bar of bars) {
      const { price_type, close_price_units } = bar
      const traded = this.#tradedUnits(instrument_index, bar)
      if (price_type === 'last') book.noteLast(instrument_index, close_price_units)
      // Of what traded orders have met their share at the open.
      if (hasOpened && traded !== undefined) book.move(instrument_index, price_type, close_price_units)
      else if (!book.bar(instrument_index, price_type, close_price_units, traded)) return
    }
    floor.onBook(instrument_index, ts_us)
    this.#touch(instrument_index, ts_us, bars)
  }

  /** What one that trades at its close shows of its volume; undefined: the default. */
  #tradedUnits(instrument_index: number, { prices }: ImportedBar): number | undefined {
    return this.#parts.book.tradedUnits(instrument_index, prices?.volume_units ?? 0)
  }

  /** They no longer move the book. One of last prices is news for triggers, as a trade is; nothing is made of others. */
  #onBarsBesideQuotes(instrument_index: number, ts_us: number, bars: readonly ImportedBar[]): void {
    const { book, floor, ignore } = this.#parts
    for (const { price_type, close_price_units } of bars) {
      book.bar(instrument_index, price_type, close_price_units)
      if (price_type !== 'last') {
        ignore()
        continue
      }
      book.noteLast(instrument_index, close_price_units)
      if (floor.waiting.counts[instrument_index] !== 0) floor.onTriggers(instrument_index, ts_us)
      floor.settle(ts_us)
    }
  }

  /** Goes the way of a bar, or of two at once, and counts the fills that depended on which of the extremes comes first. */
  #pass(
    instrument_index: number,
    ts_us: number,
    bars: readonly ImportedBar[],
    paths: readonly (readonly BarStep[])[],
    hasOpened: boolean,
  ): void {
    const { floor, terms_hold } = this.#parts
    const ways = [0, 1, 2, 3].map((place) => wayTo(place, instrument_index, bars, paths))
    const [, first, second] = ways as [BarMoveTo, BarMoveTo, BarMoveTo]
    const meets = (way: BarMoveTo) => floor.bars.meets(way, ts_us)
    const filled = { open: 0, high: 0, low: 0, close: 0 }
    let areMet = [false, false]
    for (const way of hasOpened ? ways.slice(1) : ways) {
      // What the first extreme ends, the second would have met; and it meets what the first has triggered.
      if (way === first) areMet = [meets(first), meets(second)]
      if (way === second) areMet[1] ||= meets(second)
      const before = floor.fills.count
      if (!floor.bars.travel(way, ts_us, way.point === 'open')) return
      this.#touch(instrument_index, ts_us, bars)
      filled[way.point] += floor.fills.count - before
    }
    if (terms_hold) {
      if (areMet.every(Boolean)) this.bar_order_fill_count += filled.high + filled.low + filled.close
    } else if (filled.high > 0 && filled.low > 0) this.bar_order_fill_count += filled.high + filled.low
  }

  #touch(instrument_index: number, ts_us: number, bars: readonly ImportedBar[]): void {
    const { floor, fills_touched, terms_hold } = this.#parts
    if (!fills_touched || !terms_hold) return
    floor.onTouch(instrument_index, ts_us, touchedSide(bars))
  }

  /** Undefined where they trade at their close alone. */
  #pathsOf(
    instrument_index: number,
    bars: readonly ImportedBar[],
  ): readonly (readonly BarStep[])[] | undefined {
    const prices = bars.map((bar) => bar.prices).filter((one) => one !== undefined)
    if (this.#expansion === 'close' || prices.length < bars.length) return undefined
    const { lot_units } = must(this.#parts.specs[instrument_index], 'a bar is of a known instrument')
    return barPaths(prices, this.#expansion, lot_units)
  }

  /**
   * An instrument that waits for its first row begins at the open of its bars. Returns whether orders have met there what
   * they show at it.
   */
  #onOpen(
    market: VenueMarket,
    instrument_index: number,
    ts_us: number,
    bars: readonly ImportedBar[],
    paths: readonly (readonly BarStep[])[] | undefined,
  ): boolean {
    if (!market.awaitsRow(instrument_index)) return false
    const { book, terms_hold } = this.#parts
    let hasMoved = true
    for (const [place, bar] of bars.entries()) {
      const { price_type, close_price_units, prices } = bar
      const open: BarOpen = paths?.[place]?.[0] ?? {
        price_units: prices?.open_price_units ?? close_price_units,
        size_units: this.#tradedUnits(instrument_index, bar),
      }
      if (price_type === 'last') {
        book.noteLast(instrument_index, open.price_units)
        if (!terms_hold) market.onTrade(instrument_index, ts_us, open.price_units, 0)
        else if (this.#onPrint(market, instrument_index, ts_us, open)) return true
      }
      const shown = terms_hold ? open.size_units : undefined
      hasMoved = book.bar(instrument_index, price_type, open.price_units, shown) && hasMoved
    }
    if (hasMoved) market.onRow(instrument_index, ts_us)
    return terms_hold
  }

  /**
   * The open of a bar is a print where one is awaited, and takes what is shown there: nothing of it is left for those who
   * come out of the call behind it. Returns whether one was. A volume too small to be shown at the open prints nothing.
   */
  #onPrint(
    market: VenueMarket,
    instrument_index: number,
    ts_us: number,
    { price_units, size_units }: BarOpen,
  ): boolean {
    this.#parts.book.bar(instrument_index, 'last', price_units, size_units === undefined ? undefined : 0)
    if (size_units !== 0) market.onTrade(instrument_index, ts_us, price_units, size_units ?? 0)
    return !market.awaitsRow(instrument_index)
  }
}

type BarMoveTo = BarMove & Pick<BarStep, 'point'>

/** The way to a place of the paths, from the one before; to the open there is none, it is a gap. */
function wayTo(
  place: number,
  instrument_index: number,
  bars: readonly ImportedBar[],
  paths: readonly (readonly BarStep[])[],
): BarMoveTo {
  const legs = bars.map(({ price_type }, bar) => {
    const path = must(paths[bar], 'each bar has its path')
    const to = must(path[place], 'a path has four places')
    const from = path[place - 1] ?? to
    return {
      price_type,
      from_price_units: from.price_units,
      to_price_units: to.price_units,
      size_units: to.size_units,
    }
  })
  const { point } = must(paths[0]?.[place], 'a path has four places')
  return { instrument_index, legs, is_last: point === 'close', point }
}
