// An auction: orders of the run and what the market shows or prints. Who takes part gets its price, or that of his side, or
// nothing. Rules: ./SPEC.md.

import { type Interest, type Uncross, uncross } from '../../../engine/book/uncross.ts'
import { type InstrumentSpec, incrementUnits } from '../../../engine/instrument-spec.ts'
import { must } from '../../../schemas/assert.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits } from '../../../schemas/units.ts'
import type { VenueAccount } from '../accounts/venue-account.ts'
import type { DeepBooks } from '../matching/deep-books.ts'
import type { TopOfBook } from '../matching/top-of-book.ts'
import { leavesUnits, type VenueOrder } from '../orders/venue-order.ts'

/** A trade of the market that stands for its auction. */
export type Print = { readonly price_units: number; readonly size_units: number }

export type AuctionTerms = {
  readonly book: TopOfBook
  readonly deep: DeepBooks | undefined
  /** Whether a price that nobody names is one there is, and orders that only reduce take their turn (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** Whether orders of the run trade with each other at a price of the book. */
  readonly meets_own: boolean
  /** What the market shows at the price of an order, less so much, is there for it, whatever others take of it. */
  readonly onShown: (order: VenueOrder, gone_units: number) => void
  readonly onFill: (
    order: VenueOrder,
    price_units: PriceUnits,
    quantity_units: SizeUnits,
    ts_us: number,
  ) => void
  /** How much of others at its price comes before an order; everything where its place is not known. */
  readonly aheadUnits: (order: VenueOrder) => number
  /** Of others at its price so much traded, and of that so much in front of it. */
  readonly onOthersTraded: (order: VenueOrder, level_units: number, ahead_units: number) => void
  /** The orders of its group: of all of them one alone trades. */
  readonly othersOf: (order: VenueOrder) => readonly VenueOrder[]
}

type Fill = { readonly order: VenueOrder; readonly quantity: number }

/** Of others at the price of an order so much traded, and of that so much in front of it. */
type Passed = { readonly order: VenueOrder; readonly level_units: number; readonly ahead_units: number }

/** What the orders of a side get, and what the auction did to the queues they are in. */
type Allotment = { readonly fills: readonly Fill[]; readonly passed: readonly Passed[] }

type Bid = { readonly order: VenueOrder; readonly price_units: number; readonly size_units: number }

/** Own orders, the best price first, and at one price the earliest. */
type Sides = { readonly buys: readonly Bid[]; readonly sells: readonly Bid[] }

/** A price, and what own buyers and sellers get at it. */
type Cross = {
  readonly sides: Sides
  readonly found: Uncross
  readonly bought: Allotment
  readonly sold: Allotment
}

export class Auction {
  readonly #terms: AuctionTerms

  constructor(terms: AuctionTerms) {
    this.#terms = terms
  }

  /**
   * Crosses orders of one instrument, the earliest first, with what its book shows. What they took is gone from it.
   * `all`: those that left it to others of their group included.
   */
  withBook(orders: readonly VenueOrder[], spec: InstrumentSpec, ts_us: number, all = orders): void {
    const crosses = this.#crosses(orders, spec, ts_us)
    const doubled = this.#doubled(crosses.flatMap(({ bought, sold }) => [...bought.fills, ...sold.fills]))
    if (doubled !== undefined) {
      const rest = orders.filter((order) => order !== doubled)
      return this.withBook(rest, spec, ts_us, all)
    }
    for (const { found, bought, sold } of crosses) {
      this.#fill(bought, found, ts_us)
      this.#fill(sold, found, ts_us)
    }
    const sides = new Set(all.map(({ side }) => side))
    if (!this.#terms.meets_own && sides.size > 1) this.#noteShown(all, crosses)
    this.#takeShown(crosses, spec)
  }

  /** Of a volume that both sides show the one has first whose first order that trades came first. */
  #crosses(orders: readonly VenueOrder[], spec: InstrumentSpec, ts_us: number): readonly Cross[] {
    const bids = this.#shown(spec, 'buy')
    const asks = this.#shown(spec, 'sell')
    const alone = this.#apart(bidsOf(orders, this.#terms.terms_hold)).flatMap((sides) =>
      this.#crossed(sides, bids, asks, spec, ts_us),
    )
    if (!this.#isShared(spec)) return alone
    const [first, second] = alone.toSorted((a, b) => firstOf(a) - firstOf(b))
    if (first === undefined || second === undefined) return alone
    const taken = unitsOf(first.bought) + unitsOf(first.sold)
    return [first, ...this.#crossed(second.sides, less(bids, taken), less(asks, taken), spec, ts_us)]
  }

  /** The sides that cross: unless own orders may trade with each other, each as if the other were not there. */
  #apart({ buys, sells }: Sides): readonly Sides[] {
    if (buys.length === 0 && sells.length === 0) return []
    if (this.#terms.meets_own || buys.length === 0 || sells.length === 0) return [{ buys, sells }]
    return [
      { buys, sells: [] },
      { buys: [], sells },
    ]
  }

  /** Whether what the market shows on its two sides is one volume. */
  #isShared({ index }: InstrumentSpec): boolean {
    return this.#terms.deep === undefined && this.#terms.book.isShared(index)
  }

  /** None where nobody meets. */
  #crossed(
    sides: Sides,
    bids: readonly Interest[],
    asks: readonly Interest[],
    spec: InstrumentSpec,
    ts_us: number,
  ): Cross[] {
    const { buys, sells } = sides
    const price = this.#reference(spec, ts_us)
    const found = uncross([...this.#wanted(buys), ...bids], [...this.#wanted(sells), ...asks], {
      reference_price_units: price,
      increment_units: incrementUnits(spec, price, ts_us) ?? 1,
      on_increment: this.#terms.terms_hold,
      price_min_units: spec.allow_non_positive_price ? Number.NEGATIVE_INFINITY : 1,
    })
    if (found === undefined) return []
    const bought = this.#allotted(buys, bids, found, 1, spec)
    const sold = this.#allotted(sells, asks, found, -1, spec)
    return [{ sides, found, bought, sold }]
  }

  /** What own orders of a side are for in the price: of a group one alone trades, so that at each price its largest counts. */
  #wanted(own: readonly Bid[]): readonly Interest[] {
    if (!this.#terms.terms_hold) return own
    const counted: Bid[] = []
    for (const bid of own) {
      const others = this.#terms.othersOf(bid.order)
      const before = counted.reduce(
        (sum, { order, size_units }) => sum + (others.includes(order) ? size_units : 0),
        0,
      )
      if (bid.size_units > before) counted.push({ ...bid, size_units: bid.size_units - before })
    }
    return counted
  }

  /** Who kept his place over a halt comes back to what the market shows but for what it traded itself: what own orders of the other side took is no news to him. */
  #noteShown(orders: readonly VenueOrder[], crosses: readonly Cross[]): void {
    const passed = crosses.flatMap(({ bought, sold }) => [...bought.passed, ...sold.passed])
    const gone = new Map(passed.map(({ order, level_units }) => [order, level_units]))
    const isDeep = this.#terms.deep !== undefined
    for (const order of orders) this.#terms.onShown(order, isDeep ? (gone.get(order) ?? 0) : 0)
  }

  /** What traded is gone from what is shown, as it is while the market trades; own orders took of it what they had not of each other. */
  #takeShown(crosses: readonly Cross[], spec: InstrumentSpec): void {
    if (this.#terms.deep === undefined) {
      for (const { bought, sold } of crosses) this.#takeTop(spec, unitsOf(bought) - unitsOf(sold))
      return
    }
    // What the market traded with itself is gone from its book, too, until its own data says so. Of two crosses the one
    // with own buyers took more of the asks, and the one with own sellers more of the bids.
    const [ofAsks] = crosses
    const ofBids = crosses.at(-1)
    if (ofBids !== undefined) this.#usedUp(spec, 'buy', ofBids)
    if (ofAsks !== undefined) this.#usedUp(spec, 'sell', ofAsks)
  }

  #takeTop({ index }: InstrumentSpec, net_units: number): void {
    const { book, terms_hold } = this.#terms
    const side = net_units > 0 ? 'buy' : 'sell'
    if (net_units === 0) return
    if (terms_hold) return book.take(index, side, Math.abs(net_units))
    const sizes = side === 'buy' ? book.ask_size_units : book.bid_size_units
    sizes[index] = Math.max(0, (sizes[index] as number) - Math.abs(net_units))
  }

  /** Orders at better prices than the print get its price, each side up to its size. */
  withPrint(orders: readonly VenueOrder[], spec: InstrumentSpec, print: Print, ts_us: number): void {
    const { price_units } = print
    const size = print.size_units === 0 ? this.#terms.book.defaultUnits(spec.index) : print.size_units
    const found = { price_units, volume_units: size - (size % spec.lot_units) }
    const own = bidsOf(orders, this.#terms.terms_hold)
    const buys = this.#printed(own.buys, found, 1, spec)
    const sells = this.#printed(own.sells, found, -1, spec)
    const doubled = this.#doubled([...buys.fills, ...sells.fills])
    if (doubled !== undefined) {
      const rest = orders.filter((order) => order !== doubled)
      return this.withPrint(rest, spec, print, ts_us)
    }
    this.#fill(buys, found, ts_us)
    this.#fill(sells, found, ts_us)
  }

  /** Better prices get of a print, and what is left of it was traded by others at its own price. */
  #printed(own: readonly Bid[], found: Uncross, sign: 1 | -1, spec: InstrumentSpec): Allotment {
    const better = own.filter(({ price_units }) => sign * (price_units - found.price_units) > 0)
    const { fills } = this.#allotted(better, [], found, sign, spec)
    const left = found.volume_units - unitsOf({ fills })
    const passed = own
      .filter(({ price_units }) => price_units === found.price_units)
      .map(({ order }) => ({ order, level_units: left, ahead_units: left }))
    return { fills, passed }
  }

  /** An order that would trade beside another of its group: without it its part is for the others. */
  #doubled(fills: readonly Fill[]): VenueOrder | undefined {
    return fills.find(({ order }, at) => {
      const others = this.#terms.othersOf(order)
      return others.length > 0 && fills.slice(0, at).some((before) => others.includes(before.order))
    })?.order
  }

  #fill({ fills, passed }: Allotment, { price_units }: Uncross, ts_us: number): void {
    for (const { order, quantity } of fills)
      this.#terms.onFill(order, price_units as PriceUnits, quantity as SizeUnits, ts_us)
    for (const { order, level_units, ahead_units } of passed)
      this.#terms.onOthersTraded(order, level_units, ahead_units)
  }

  /**
   * The volume for one side: better prices first; at one price what of the market's comes before an order, then the order,
   * the earliest first.
   */
  #allotted(
    own: readonly Bid[],
    market: readonly Interest[],
    { price_units, volume_units }: Uncross,
    sign: 1 | -1,
    { lot_units }: InstrumentSpec,
  ): Allotment {
    const fills: Fill[] = []
    const passed: Passed[] = []
    let left = volume_units
    const prices = [...new Set([...own, ...market].map((row) => row.price_units))]
    // Two buyers at any price are at one: their distance would be no number.
    prices.sort((a, b) => (a === b ? 0 : sign * (b - a)))
    for (const price of prices) {
      if (left === 0 || sign * (price - price_units) < 0) break
      const shown = market.reduce((sum, row) => sum + (row.price_units === price ? row.size_units : 0), 0)
      const here: { order: VenueOrder; ahead_units: number }[] = []
      let before = 0
      let traded = 0
      for (const { order, size_units } of own.filter((bid) => bid.price_units === price)) {
        const ahead = Math.min(shown, Math.ceil(this.#terms.aheadUnits(order) / lot_units) * lot_units)
        const others = Math.min(left, Math.max(0, ahead - before))
        before = Math.max(before, ahead)
        traded += others
        left -= others
        here.push({ order, ahead_units: traded })
        const quantity = Math.min(left, size_units)
        if (quantity === 0) continue
        left -= quantity
        fills.push({ order, quantity })
      }
      const behind = Math.min(left, shown - before)
      left -= behind
      for (const one of here) passed.push({ ...one, level_units: traded + behind })
    }
    return { fills, passed }
  }

  /** What the market would trade on a side, in whole lots. */
  #shown({ index, lot_units }: InstrumentSpec, side: 'buy' | 'sell'): Interest[] {
    const { book, deep } = this.#terms
    const rows: Interest[] = []
    if (deep !== undefined) {
      const levels = deep.against(index, side === 'buy' ? 'sell' : 'buy')
      for (let depth = 0; depth < levels.count; depth++)
        rows.push({ price_units: levels.priceAt(depth), size_units: levels.sizeAt(depth) })
    } else {
      const isBuy = side === 'buy'
      const price_units = (isBuy ? book.bid_price_units : book.ask_price_units)[index] as number
      rows.push({
        price_units,
        size_units: (isBuy ? book.bid_size_units : book.ask_size_units)[index] as number,
      })
    }
    return rows
      .map(({ price_units, size_units }) => ({
        price_units,
        size_units: size_units - (size_units % lot_units),
      }))
      .filter(({ size_units }) => size_units > 0)
  }

  /** The last price, from the bid to the ask where these do not cross, or else their middle, down to the increment. */
  #reference(spec: InstrumentSpec, ts_us: number): number {
    const { book, deep, terms_hold } = this.#terms
    const { index } = spec
    const bid = book.bid_price_units[index] as number
    const ask = book.ask_price_units[index] as number
    if (book.hasLast(index)) {
      const last = book.last_price_units[index] as number
      // A deeper book keeps the last best price of a side that is empty.
      const hasBoth = deep === undefined || deep.hasBothSides(index)
      return terms_hold && hasBoth && bid <= ask ? Math.max(bid, Math.min(last, ask)) : last
    }
    const middle = Math.floor((bid + ask) / 2)
    const increment = incrementUnits(spec, middle, ts_us) ?? 1
    return middle - (((middle % increment) + increment) % increment)
  }

  /** Of a side of a deeper book all that traded but own orders of that side, the best of it first, and of that so much by the run. */
  #usedUp({ index }: InstrumentSpec, side: Side, { found, bought, sold }: Cross): void {
    const deep = must(this.#terms.deep, 'only a deeper book has levels')
    const taker = side === 'buy' ? 'sell' : 'buy'
    const levels = deep.against(index, taker)
    const sign = side === 'buy' ? 1 : -1
    const [own, other] = side === 'buy' ? [bought, sold] : [sold, bought]
    let left = found.volume_units - unitsOf(own)
    let run = this.#terms.terms_hold ? Math.max(0, unitsOf(other) - unitsOf(own)) : left
    while (left > 0 && levels.count > 0 && sign * (levels.best_price_units - found.price_units) >= 0) {
      const quantity = Math.min(left, levels.best_size_units)
      const by_run = Math.min(run, quantity)
      deep.take(index, taker, levels.best_price_units, quantity, by_run)
      left -= quantity
      run -= by_run
    }
  }
}

/** What is left of what the market shows when so much of it has traded. */
function less(shown: readonly Interest[], units: number): readonly Interest[] {
  if (units === 0) return shown
  return shown.flatMap(({ price_units, size_units }) =>
    size_units > units ? [{ price_units, size_units: size_units - units }] : [],
  )
}

/** The place in time of the first order that trades. */
function firstOf({ bought, sold }: Cross): number {
  return Math.min(...[...bought.fills, ...sold.fills].map(({ order }) => order.priority))
}

/** What own orders of a side get. */
function unitsOf({ fills }: Pick<Allotment, 'fills'>): number {
  return fills.reduce((sum, { quantity }) => sum + quantity, 0)
}

/** Each order with what it may trade, the best price first, and at one price the earliest. */
function bidsOf(orders: readonly VenueOrder[], terms_hold: boolean): Sides {
  const bids = orders.map((order) => bidOf(order))
  const unitsOf = terms_hold ? unitsInTurn() : (bid: Bid) => unitsBehindAll(bid, orders)
  const side = (which: 'buy' | 'sell', sign: 1 | -1) =>
    bids
      .filter(({ order }) => order.side === which)
      // Two buyers at any price are at one: their distance would be no number.
      .sort((a, b) => (a.price_units === b.price_units ? 0 : sign * (b.price_units - a.price_units)))
      .map((bid) => ({ ...bid, size_units: unitsOf(bid) }))
      .filter(({ size_units }) => size_units > 0)
  return { buys: side('buy', 1), sells: side('sell', -1) }
}

function bidOf(order: VenueOrder): Bid {
  const none = order.side === 'buy' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  const price_units = order.works_as === 'limit' ? order.price_units : none
  return { order, price_units, size_units: leavesUnits(order) }
}

/**
 * What each of a side may trade, asked in their turn: of one that only reduces what those before it leave of the position.
 * Wherever it trades they do, and if they get less than they are for, nothing is left for it.
 */
function unitsInTurn(): (bid: Bid) => number {
  const left = new Map<VenueAccount, Map<Side, number>>()
  return ({ order, size_units }) => {
    const { account, instrument_index, side, terms } = order
    const sides = left.get(account) ?? new Map<Side, number>()
    left.set(account, sides)
    const open = sides.get(side) ?? account.closableUnits(instrument_index, side)
    const units = terms.reduce_only ? Math.max(0, Math.min(open, size_units)) : size_units
    sides.set(side, open - units)
    return units
  }
}

/** Of one that only reduces what is open on the other side, less all of others that may close it, at whatever price. */
function unitsBehindAll({ order, size_units }: Bid, orders: readonly VenueOrder[]): number {
  const { account, instrument_index, side, terms } = order
  if (!terms.reduce_only) return size_units
  let left = account.closableUnits(instrument_index, side)
  for (const other of orders) {
    if (other.account !== account || other.side !== side || other === order) continue
    if (!other.terms.reduce_only || other.priority < order.priority) left -= leavesUnits(other)
  }
  return Math.max(0, Math.min(left, size_units))
}
