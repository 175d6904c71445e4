// The best bid and ask of every instrument, with what is still shown there. An instrument trades on the best kind of
// data it has had: once it has quotes, its trades and bars no longer move its book.

import type { LevelBook } from '../../../engine/book/level-book.ts'
import type { LevelSide } from '../../../engine/book/level-side.ts'
import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { BarColumns } from '../../../engine/tick-store-port.ts'
import type { Side } from '../../../schemas/messages/order.ts'

/** What stands in front of an order at a price that the data has not shown since it came to rest: behind whatever stands there. */
export const UNSEEN = Number.POSITIVE_INFINITY

/**
 * What an instrument's book is made of; a higher number is the better kind. Only what traded, a bar's volume or a trade's
 * size, is shown by both sides between them: what trades with it was bought and sold once.
 */
const SOURCE = { none: 0, last: 1, volume: 2, quotes: 3 } as const
/** Which sides have bars of their own. */
const BID_BARS = 1
const ASK_BARS = 2
/** Which sides of a book without quotes stand where the data says somebody bids or offers, and not at a last price alone. */
const BID_SHOWN = 4
const ASK_SHOWN = 8
/** Whether bars of last prices have come. */
const LAST_BARS = 16
/** Which sides show what was there before their market began anew. */
const BID_OLD = 32
const ASK_OLD = 64
const HAD_BARS = BID_BARS | ASK_BARS | LAST_BARS
/** Of which sides orders have taken, where that lasts until the level changes. */
const BID_TAKEN = 1
const ASK_TAKEN = 2

export class TopOfBook {
  readonly bid_price_units: Float64Array
  readonly ask_price_units: Float64Array
  /** Shown and not yet taken by an order; the next row of the instrument, or of another price or size, shows anew. */
  readonly bid_size_units: Float64Array
  readonly ask_size_units: Float64Array
  /** Of the last trade or last bar. */
  readonly last_price_units: Float64Array
  readonly #hasLast: Uint8Array
  readonly #displayed_default_units: Float64Array
  /** Of which instruments a quote carried no size on a side. */
  readonly #unsized: Uint8Array
  readonly #source: Uint8Array
  readonly #sides: Uint8Array
  /** Whether what is taken of an instrument stays so until its level changes, and of which sides something is. */
  readonly #keeps: Uint8Array
  readonly #taken: Uint8Array
  /** Whether it is asked how much is taken of what is shown. */
  readonly #counts: Uint8Array
  /** What the data showed where something is taken. */
  readonly #bid_shown_units: Float64Array
  readonly #ask_shown_units: Float64Array
  readonly #volume_once: boolean
  readonly #last_is_passed: boolean
  /** Whether what traded is shown where it is the market, in place of the default. */
  readonly #showsTraded: Uint8Array

  /**
   * Per instrument: what is shown where the data has no sizes, whether what an order takes is gone until the level changes,
   * else until the next row, and whether it is counted. `volume_once`: whether what is taken of a bar's volume is gone on
   * both sides and on the way to its price, as it is since that behaviour. `last_is_passed`: see `isShown`. `shows_traded`,
   * per instrument: see `tradedUnits`.
   */
  constructor(
    displayed_default_units: readonly number[],
    keeps_taken: readonly boolean[] = [],
    counts_taken: readonly boolean[] = [],
    volume_once = true,
    last_is_passed = true,
    shows_traded: readonly boolean[] = [],
  ) {
    this.#volume_once = volume_once
    this.#last_is_passed = last_is_passed
    const count = displayed_default_units.length
    this.bid_price_units = new Float64Array(count)
    this.ask_price_units = new Float64Array(count)
    this.bid_size_units = new Float64Array(count)
    this.ask_size_units = new Float64Array(count)
    this.last_price_units = new Float64Array(count)
    this.#hasLast = new Uint8Array(count)
    this.#displayed_default_units = Float64Array.from(displayed_default_units)
    this.#unsized = new Uint8Array(count)
    this.#source = new Uint8Array(count)
    this.#sides = new Uint8Array(count)
    const flags = (of: readonly boolean[]) =>
      Uint8Array.from(displayed_default_units, (_, index) => (of[index] === true ? 1 : 0))
    this.#keeps = flags(keeps_taken)
    this.#counts = flags(counts_taken)
    this.#showsTraded = flags(shows_traded)
    this.#taken = new Uint8Array(count)
    this.#bid_shown_units = new Float64Array(count)
    this.#ask_shown_units = new Float64Array(count)
  }

  hasQuotes(instrument_index: number): boolean {
    return this.#source[instrument_index] === SOURCE.quotes
  }

  hasMarket(instrument_index: number): boolean {
    return this.#source[instrument_index] !== SOURCE.none
  }

  hasLast(instrument_index: number): boolean {
    return this.#hasLast[instrument_index] !== 0
  }

  /**
   * Whether the data says that somebody stands at the price which an order of this side trades against. Where it is a last
   * price nobody need, and a limit order at exactly that price has been touched, not crossed; before behaviour 3 it traded.
   */
  isShown(instrument_index: number, side: Side): boolean {
    if (!this.#last_is_passed || this.hasQuotes(instrument_index)) return true
    return (this.#sidesOf(instrument_index) & (side === 'buy' ? ASK_SHOWN : BID_SHOWN)) !== 0
  }

  /** What is shown where the data has no size. */
  defaultUnits(instrument_index: number): number {
    return this.#displayed_default_units[instrument_index] as number
  }

  /** Whether a quote carried no size on a side, so that the default was taken to be shown there. */
  isUnsized(instrument_index: number): boolean {
    return this.#unsized[instrument_index] !== 0
  }

  /**
   * What a trade, or a bar at its close, shows of what traded, 0 where the data does not say: undefined where that is the
   * default, as it is unless a share of it is all that orders have.
   */
  tradedUnits(instrument_index: number, size_units: number): number | undefined {
    return size_units > 0 && this.#showsTraded[instrument_index] !== 0 ? size_units : undefined
  }

  noteLast(instrument_index: number, price_units: number): void {
    this.last_price_units[instrument_index] = price_units
    this.#hasLast[instrument_index] = 1
  }

  quote(
    instrument_index: number,
    bid_price_units: number,
    ask_price_units: number,
    bid_size_units: number,
    ask_size_units: number,
  ): void {
    const bid_shown = bid_size_units === 0 ? this.#assumedUnits(instrument_index) : bid_size_units
    const ask_shown = ask_size_units === 0 ? this.#assumedUnits(instrument_index) : ask_size_units
    const taken = this.#taken[instrument_index] as number
    this.#source[instrument_index] = SOURCE.quotes
    if (taken === 0) {
      this.bid_size_units[instrument_index] = bid_shown
      this.ask_size_units[instrument_index] = ask_shown
    } else {
      this.#showBid(instrument_index, bid_price_units, bid_shown)
      this.#showAsk(instrument_index, ask_price_units, ask_shown)
    }
    this.bid_price_units[instrument_index] = bid_price_units
    this.ask_price_units[instrument_index] = ask_price_units
  }

  /**
   * What stands at a price of the side that an order of `side` rests on: nothing in front of the best price, UNSEEN behind
   * it, and everywhere as long as no quote came, since trades and bars show no queue.
   */
  shownAt(instrument_index: number, side: Side, price_units: number): number {
    if (!this.hasQuotes(instrument_index)) return UNSEEN
    const isBuy = side === 'buy'
    const best = (isBuy ? this.bid_price_units : this.ask_price_units)[instrument_index] as number
    if (price_units === best)
      return (isBuy ? this.bid_size_units : this.ask_size_units)[instrument_index] as number
    return (isBuy ? price_units > best : price_units < best) ? 0 : UNSEEN
  }

  /**
   * The best prices of a deeper book as the data has them, those of levels that orders took (`gone`) among them, and what is
   * left there; a side without a level keeps its last price and shows nothing.
   */
  best(instrument_index: number, { bids, asks }: LevelBook, gone: LevelBook): void {
    const hasBids = bids.count > 0 || gone.bids.count > 0
    const hasAsks = asks.count > 0 || gone.asks.count > 0
    if (hasBids) this.bid_price_units[instrument_index] = bids.bestWith(gone.bids)
    if (hasAsks) this.ask_price_units[instrument_index] = asks.bestWith(gone.asks)
    this.bid_size_units[instrument_index] = shownAtBest(bids, gone.bids)
    this.ask_size_units[instrument_index] = shownAtBest(asks, gone.asks)
    if (hasBids && hasAsks) this.#source[instrument_index] = SOURCE.quotes
  }

  /**
   * A trade puts both sides at its price; who took (1: a buy, -1: a sell, 0: the data does not say) took what was shown on
   * the other side. Returns whether the book moved.
   */
  trade(instrument_index: number, price_units: number, aggressor_side: number, size_units: number): boolean {
    if (this.#source[instrument_index] === SOURCE.quotes) return false
    const shown_side = aggressor_side > 0 ? ASK_SHOWN : aggressor_side < 0 ? BID_SHOWN : 0
    this.#sides[instrument_index] = this.#hadBars(instrument_index) | shown_side
    const traded = this.tradedUnits(instrument_index, size_units)
    const shown = traded ?? (this.#displayed_default_units[instrument_index] as number)
    this.#source[instrument_index] = traded === undefined ? SOURCE.last : SOURCE.volume
    this.#taken[instrument_index] = 0
    this.bid_price_units[instrument_index] = price_units
    this.ask_price_units[instrument_index] = price_units
    this.bid_size_units[instrument_index] = shown
    this.ask_size_units[instrument_index] = shown
    return true
  }

  /** An auction had all that traded: where that is what the market shows, nothing of it is left. */
  passTraded(instrument_index: number): void {
    if (this.#source[instrument_index] !== SOURCE.volume) return
    this.#taken[instrument_index] = 0
    this.bid_size_units[instrument_index] = 0
    this.ask_size_units[instrument_index] = 0
  }

  /** Bars of a kind have come. */
  noteBars(instrument_index: number, price_type: BarColumns['price_type']): void {
    // Before behaviour 3 nothing asked for those of last prices.
    const bars =
      price_type === 'bid' ? BID_BARS : price_type === 'ask' ? ASK_BARS : this.#last_is_passed ? LAST_BARS : 0
    this.#sides[instrument_index] = this.#sidesOf(instrument_index) | bars
  }

  /**
   * A bar's price puts its side there, and the other side too until that has bars of its own. Shows `volume_units`, or
   * the default where the bar has none. Returns whether the book moved.
   */
  bar(
    instrument_index: number,
    price_type: BarColumns['price_type'],
    price_units: number,
    volume_units?: number,
  ): boolean {
    this.noteBars(instrument_index, price_type)
    if (this.#source[instrument_index] === SOURCE.quotes) return false
    const shown = volume_units ?? (this.#displayed_default_units[instrument_index] as number)
    const setsBid = this.setsBid(instrument_index, price_type)
    const setsAsk = this.setsAsk(instrument_index, price_type)
    if (setsBid) this.bid_size_units[instrument_index] = shown
    if (setsAsk) this.ask_size_units[instrument_index] = shown
    const isAnew = (setsBid ? BID_TAKEN : 0) | (setsAsk ? ASK_TAKEN : 0)
    this.#taken[instrument_index] = (this.#taken[instrument_index] as number) & ~isAnew
    const isShared = this.#volume_once && setsBid && setsAsk && volume_units !== undefined
    this.#source[instrument_index] = isShared ? SOURCE.volume : SOURCE.last
    const stands = (setsBid ? 0 : BID_SHOWN | BID_OLD) | (setsAsk ? 0 : ASK_SHOWN | ASK_OLD)
    const isSaid = price_type === 'bid' ? BID_SHOWN : price_type === 'ask' ? ASK_SHOWN : 0
    this.#sides[instrument_index] =
      this.#hadBars(instrument_index) | (this.#sidesOf(instrument_index) & stands) | isSaid
    this.#put(instrument_index, price_type, price_units)
    return true
  }

  /** The market moves on inside a bar the book took: other prices, and what is still shown of its volume. */
  move(
    instrument_index: number,
    price_type: BarColumns['price_type'],
    price_units: number,
    volume_units?: number,
  ): void {
    if (this.#volume_once) this.#put(instrument_index, price_type, price_units)
    else this.bar(instrument_index, price_type, price_units, volume_units)
  }

  /** Whether an instrument trades on bars, which come when what they tell is over. */
  tradesOnBars(instrument_index: number): boolean {
    return !this.hasQuotes(instrument_index) && this.#hadBars(instrument_index) !== 0
  }

  /** Its market is to begin anew: where bids or asks have had bars of their own, both are of before until a row puts them. */
  age(instrument_index: number): void {
    const sides = this.#sidesOf(instrument_index)
    if ((sides & (BID_BARS | ASK_BARS)) !== 0) this.#sides[instrument_index] = sides | BID_OLD | ASK_OLD
  }

  /** A bar is there that is about to put the sides that are its own: they are of before no more. */
  renew(instrument_index: number, price_type: BarColumns['price_type']): void {
    this.noteBars(instrument_index, price_type)
    const bid = this.setsBid(instrument_index, price_type) ? BID_OLD : 0
    const ask = this.setsAsk(instrument_index, price_type) ? ASK_OLD : 0
    this.#sides[instrument_index] = this.#sidesOf(instrument_index) & ~(bid | ask)
  }

  /** Of two sides one has come anew and the other not: it has no bars of its own any more, until one comes. */
  forgetOldSide(instrument_index: number): void {
    const sides = this.#sidesOf(instrument_index)
    const old = sides & (BID_OLD | ASK_OLD)
    if (old === BID_OLD) this.#sides[instrument_index] = sides & ~BID_BARS
    else if (old === ASK_OLD) this.#sides[instrument_index] = sides & ~ASK_BARS
  }

  /** Whether a side shows what was there before. */
  isOld(instrument_index: number): boolean {
    return !this.hasQuotes(instrument_index) && (this.#sidesOf(instrument_index) & (BID_OLD | ASK_OLD)) !== 0
  }

  /** Whether its bids or its asks have bars of their own. */
  hasBarsOfSides(instrument_index: number): boolean {
    return (this.#sidesOf(instrument_index) & (BID_BARS | ASK_BARS)) !== 0
  }

  /** Whether a bar of a kind puts the bid, and the ask, at its price: not where the side has bars of its own and this is of the other. */
  setsBid(instrument_index: number, price_type: BarColumns['price_type']): boolean {
    return price_type !== 'ask' || (this.#sidesOf(instrument_index) & BID_BARS) === 0
  }

  setsAsk(instrument_index: number, price_type: BarColumns['price_type']): boolean {
    return price_type !== 'bid' || (this.#sidesOf(instrument_index) & ASK_BARS) === 0
  }

  #put(instrument_index: number, price_type: BarColumns['price_type'], price_units: number): void {
    if (this.setsBid(instrument_index, price_type)) this.bid_price_units[instrument_index] = price_units
    if (this.setsAsk(instrument_index, price_type)) this.ask_price_units[instrument_index] = price_units
  }

  /** Whether the two sides show one volume. */
  isShared(instrument_index: number): boolean {
    return this.#source[instrument_index] === SOURCE.volume
  }

  /** An order of this side trades with what is shown: it is gone until the row that shows anew. */
  take(instrument_index: number, side: Side, quantity_units: number): void {
    const isShared = this.isShared(instrument_index)
    const isCounted = this.#counts[instrument_index] !== 0
    if (isCounted || (this.#keeps[instrument_index] !== 0 && this.hasQuotes(instrument_index))) {
      if (isShared || side === 'buy') this.#noteTaken(instrument_index, 'buy')
      if (isShared || side === 'sell') this.#noteTaken(instrument_index, 'sell')
    }
    if (isShared || side === 'buy') this.#shrink(this.ask_size_units, instrument_index, quantity_units)
    if (isShared || side === 'sell') this.#shrink(this.bid_size_units, instrument_index, quantity_units)
  }

  /** What orders took of what is shown to those of this side; 0 where nobody asks. */
  takenUnits(instrument_index: number, side: Side): number {
    if (this.#counts[instrument_index] === 0) return 0
    const isBuy = side === 'buy'
    const taken = this.#taken[instrument_index] as number
    if ((taken & (isBuy ? ASK_TAKEN : BID_TAKEN)) === 0) return 0
    const shown = isBuy ? this.#ask_shown_units : this.#bid_shown_units
    const left = isBuy ? this.ask_size_units : this.bid_size_units
    return (shown[instrument_index] as number) - (left[instrument_index] as number)
  }

  /** The price at which a position of this sign could be closed: longs sell at the bid, shorts buy at the ask. */
  closingPriceUnits(instrument_index: number, quantity_units: number): number {
    const prices = quantity_units > 0 ? this.bid_price_units : this.ask_price_units
    return prices[instrument_index] as number
  }

  save(writer: CanonicalWriter): void {
    for (const numbers of this.#numbers()) for (const value of numbers) writer.number(value)
    writer.bytes(this.#hasLast)
    writer.bytes(this.#source)
    writer.bytes(this.#sides)
    writer.bytes(this.#taken)
    writer.bytes(this.#unsized)
  }

  load(reader: CanonicalReader): void {
    for (const numbers of this.#numbers())
      for (let i = 0; i < numbers.length; i++) numbers[i] = reader.number()
    this.#hasLast.set(reader.bytes())
    this.#source.set(reader.bytes())
    this.#sides.set(reader.bytes())
    this.#taken.set(reader.bytes())
    this.#unsized.set(reader.bytes())
  }

  #assumedUnits(instrument_index: number): number {
    this.#unsized[instrument_index] = 1
    return this.defaultUnits(instrument_index)
  }

  #shrink(sizes: Float64Array, instrument_index: number, quantity_units: number): void {
    sizes[instrument_index] = (sizes[instrument_index] as number) - quantity_units
  }

  /** Keeps what was shown before the first order took of it. */
  #noteTaken(instrument_index: number, side: Side): void {
    const bit = side === 'buy' ? ASK_TAKEN : BID_TAKEN
    const taken = this.#taken[instrument_index] as number
    if ((taken & bit) !== 0) return
    this.#taken[instrument_index] = taken | bit
    const isBuy = side === 'buy'
    const sizes = isBuy ? this.ask_size_units : this.bid_size_units
    const shown = isBuy ? this.#ask_shown_units : this.#bid_shown_units
    shown[instrument_index] = sizes[instrument_index] as number
  }

  #showBid(instrument_index: number, price_units: number, shown_units: number): void {
    const taken = this.#taken[instrument_index] as number
    const isAsBefore =
      this.bid_price_units[instrument_index] === price_units &&
      this.#bid_shown_units[instrument_index] === shown_units
    if ((taken & BID_TAKEN) !== 0 && isAsBefore && this.#keeps[instrument_index] !== 0) return
    this.#taken[instrument_index] = taken & ~BID_TAKEN
    this.bid_size_units[instrument_index] = shown_units
  }

  #showAsk(instrument_index: number, price_units: number, shown_units: number): void {
    const taken = this.#taken[instrument_index] as number
    const isAsBefore =
      this.ask_price_units[instrument_index] === price_units &&
      this.#ask_shown_units[instrument_index] === shown_units
    if ((taken & ASK_TAKEN) !== 0 && isAsBefore && this.#keeps[instrument_index] !== 0) return
    this.#taken[instrument_index] = taken & ~ASK_TAKEN
    this.ask_size_units[instrument_index] = shown_units
  }

  #sidesOf(instrument_index: number): number {
    return this.#sides[instrument_index] as number
  }

  #hadBars(instrument_index: number): number {
    return this.#sidesOf(instrument_index) & HAD_BARS
  }

  #numbers(): readonly Float64Array[] {
    return [
      this.bid_price_units,
      this.ask_price_units,
      this.bid_size_units,
      this.ask_size_units,
      this.last_price_units,
      this.#bid_shown_units,
      this.#ask_shown_units,
    ]
  }
}

/** What is left at the better of the best prices of the two. */
function shownAtBest(levels: LevelSide, gone: LevelSide): number {
  return gone.count === 0 ? levels.best_size_units : levels.sizeOf(levels.bestWith(gone))
}
