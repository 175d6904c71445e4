// Queues by price reckoned again, as plainly as can be and apart from the exchange: every own order keeps how much stands
// in front of it as an exact count of parts of a unit, what its level last showed, and what traded since. Whoever trades
// is looked for in one list of orders.

export type NaiveEvent =
  | {
      readonly is: 'quote'
      readonly bid: number
      readonly ask: number
      readonly bidSize: number
      readonly askSize: number
    }
  | { readonly is: 'level'; readonly side: 1 | -1; readonly price: number; readonly size: number }
  | { readonly is: 'trade'; readonly price: number; readonly size: number; readonly aggressor: -1 | 0 | 1 }
  | {
      readonly is: 'rest'
      readonly id: string
      readonly side: 1 | -1
      readonly price: number
      readonly size: number
    }
  | { readonly is: 'cancel'; readonly id: string }
  | {
      readonly is: 'replace'
      readonly id: string
      readonly of: string
      readonly price: number
      readonly size: number
    }
  /** An own order that takes what it reaches, and does not rest. */
  | {
      readonly is: 'take'
      readonly id: string
      readonly side: 1 | -1
      readonly price: number
      readonly size: number
    }

export type Weigh = (units: bigint) => bigint
export type NaiveTrade = string

type Own = {
  id: string
  side: 1 | -1
  price: number
  left: number
  cum: number
  /** In front, in 4096ths of a unit; undefined where the level was never shown. */
  front: bigint | undefined
  shown: number
  traded: number
}

const WHOLE = 4096n

export class NaivePlaces {
  readonly fills: NaiveTrade[] = []
  #own: Own[] = []
  /** Came while trading stood still: they have no place yet. */
  #late: Extract<NaiveEvent, { is: 'rest' }>[] = []
  #state: 'trading' | 'halted' | 'awaits a quote' = 'trading'
  readonly #levels = { 1: new Map<number, number>(), [-1]: new Map<number, number>() }
  readonly #weigh: Weigh | undefined
  readonly #isByPrice: boolean

  /** Without `weigh` only trades move a place. */
  constructor(weigh: Weigh | undefined, isByPrice: boolean) {
    this.#weigh = weigh
    this.#isByPrice = isByPrice
  }

  /** Trading stops behind what came last. */
  halt(): void {
    this.#state = 'halted'
  }

  /** Trading goes on: at once with a book by price, with the next quote otherwise. */
  resume(): void {
    this.#state = 'awaits a quote'
    if (this.#isByPrice) this.#comeBack()
  }

  /** Whether an auction would have something to trade, or no book to begin with: that is not told here. */
  get isBeyond(): boolean {
    const working = [...this.#own, ...this.#late]
    const [bid, ask] = [this.#best(1), this.#best(-1)]
    const buys = working.filter(({ side }) => side === 1).map(({ price }) => price)
    const sells = working.filter(({ side }) => side === -1).map(({ price }) => price)
    return !(Math.max(bid, ...buys) < Math.min(ask, ...sells))
  }

  /** Whether it goes on with the next quote. */
  get isAwaiting(): boolean {
    return this.#state === 'awaits a quote'
  }

  apply(event: NaiveEvent, at: number): void {
    if (this.#state !== 'trading') this.#note(event)
    else this.#apply(event, at)
  }

  /** Nothing trades, and nobody looks at a queue. */
  #note(event: NaiveEvent): void {
    if (event.is === 'rest') this.#late.push(event)
    else if (event.is === 'level') this.#set(event)
    else if (event.is === 'cancel') {
      this.#own = this.#own.filter(({ id }) => id !== event.id)
      this.#late = this.#late.filter(({ id }) => id !== event.id)
    } else if (event.is === 'quote') {
      for (const side of [1, -1] as const) {
        this.#levels[side].clear()
        this.#levels[side].set(side === 1 ? event.bid : event.ask, side === 1 ? event.bidSize : event.askSize)
      }
      if (this.isAwaiting && !this.isBeyond) this.#comeBack()
    }
  }

  /** Those of before find their queue as it is shown now; those that came meanwhile come to its end. */
  #comeBack(): void {
    this.#state = 'trading'
    for (const own of this.#own) {
      const isHidden = !this.#isByPrice && own.side * (this.#best(own.side) - own.price) > 0
      if (!isHidden) this.#show(own, this.#levels[own.side].get(own.price) ?? 0)
    }
    for (const event of this.#late) this.#rest(event)
    this.#late = []
  }

  #apply(event: NaiveEvent, at: number): void {
    if (event.is === 'cancel') this.#own = this.#own.filter(({ id }) => id !== event.id)
    else if (event.is === 'rest') this.#rest(event)
    else if (event.is === 'replace') this.#replace(event)
    else if (event.is === 'take') this.#take(event, at)
    else if (event.is === 'trade') {
      this.#trade(event, at)
      this.#meet(at)
    } else if (event.is === 'level') {
      this.#set(event)
      for (const own of this.#line(event.side)) if (own.price === event.price) this.#show(own, event.size)
      this.#meet(at)
    } else {
      for (const side of [1, -1] as const) {
        const [price, size] = side === 1 ? [event.bid, event.bidSize] : [event.ask, event.askSize]
        this.#levels[side].clear()
        this.#levels[side].set(price, size)
        for (const own of this.#line(side)) {
          if (side * (own.price - price) > 0) this.#show(own, 0)
          if (own.price === price) this.#show(own, size)
        }
      }
      this.#meet(at)
    }
  }

  /** Own orders of a side, best price first, then first come. */
  #line(side: 1 | -1): Own[] {
    return this.#own.filter((own) => own.side === side).sort((a, b) => side * (b.price - a.price))
  }

  #set({ side, price, size }: Extract<NaiveEvent, { is: 'level' }>): void {
    if (size === 0) this.#levels[side].delete(price)
    else this.#levels[side].set(price, size)
  }

  #best(side: 1 | -1): number {
    // The data names its prices whatever own orders took there.
    const prices = [...this.#levels[side].keys()].map((price) => side * price)
    return prices.length === 0 ? Number.NaN : side * Math.max(...prices)
  }

  #rest({ id, side, price, size }: Extract<NaiveEvent, { is: 'rest' }>): void {
    const stands = this.#levels[side].get(price) ?? 0
    const isHidden = !this.#isByPrice && side * (this.#best(side) - price) > 0
    const earlier = this.#line(side).filter((own) => own.price === price)
    const fronts = [isHidden ? undefined : BigInt(stands) * WHOLE, ...earlier.map(whole)]
    const front = fronts.includes(undefined) ? undefined : greatest(fronts as bigint[])
    this.#own.push({ id, side, price, left: size, cum: 0, front, shown: isHidden ? 0 : stands, traded: 0 })
  }

  /** A lower quantity at the same price keeps the place; all else comes anew. */
  #replace({ id, of, price, size }: Extract<NaiveEvent, { is: 'replace' }>): void {
    const own = this.#own.find((one) => one.id === of)
    if (own === undefined || size <= own.cum) return
    const keeps = price === own.price && size <= own.left + own.cum
    if (keeps) Object.assign(own, { id, left: size - own.cum })
    else {
      this.#own = this.#own.filter((one) => one !== own)
      this.#rest({ is: 'rest', id, side: own.side, price, size: size - own.cum })
      Object.assign(must(this.#own.at(-1)), { cum: own.cum })
    }
  }

  /** What it takes of others is gone from their levels, and moves nobody up whom it does not reach. */
  #take({ id, side, price, size }: Extract<NaiveEvent, { is: 'take' }>, at: number): void {
    const levels = this.#levels[side === 1 ? -1 : 1]
    let taken = 0
    for (const [level, shown] of [...levels].sort(([a], [b]) => side * (a - b))) {
      const quantity = side * (price - level) < 0 ? 0 : Math.min(size - taken, shown)
      if (quantity === 0) continue
      levels.set(level, shown - quantity)
      if (taken > 0) this.fills.pop()
      taken += quantity
      this.fills.push(`${at} ${id} ${taken}@${level}`)
    }
  }

  #show(own: Own, size: number): void {
    const left = Math.max(0, own.shown - own.traded)
    own.shown = size
    own.traded = 0
    if (size === 0 || own.front === undefined) own.front = BigInt(size) * WHOLE
    else if (this.#weigh !== undefined) {
      if (left > size) own.front = nonNegative(own.front - this.#goneInFront(own, left, left - size))
      own.front = least([own.front, BigInt(size) * WHOLE])
    }
    // Whoever came earlier at the price stands before it.
    const line = this.#line(own.side).filter(({ price }) => price === own.price)
    const before = line.slice(0, line.indexOf(own)).map(whole)
    if (before.some((front) => front === undefined)) own.front = undefined
    else if (greatest([0n, ...(before as bigint[])]) > must(whole(own)))
      own.front = greatest(before as bigint[])
  }

  #goneInFront(own: Own, left: number, gone: number): bigint {
    const ahead = must(whole(own)) / WHOLE
    if (ahead === 0n) return 0n
    const behind = nonNegative(BigInt(left) - ahead)
    const weigh = must(this.#weigh)
    const share = (BigInt(gone) * WHOLE * weigh(ahead)) / (weigh(ahead) + weigh(behind))
    return greatest([share, (BigInt(gone) - behind) * WHOLE])
  }

  #trade({ price, size, aggressor }: Extract<NaiveEvent, { is: 'trade' }>, at: number): void {
    let side: number = -aggressor
    if (side === 0) side = price <= this.#best(1) ? 1 : price >= this.#best(-1) ? -1 : 0
    if (side === 0) return
    // The queue as it stands: others and own orders in the order in which a trade comes to them.
    let left = size
    let passed = 0n
    for (const own of this.#line(side as 1 | -1)) {
      const isThere = own.price === price
      if (side * (own.price - price) < 0) break
      if (isThere && own.front !== undefined) {
        const between = nonNegative(must(whole(own)) / WHOLE - passed)
        const used = between < BigInt(left) ? between : BigInt(left)
        passed += used
        left -= Number(used)
        own.front = nonNegative(own.front - passed * WHOLE)
      } else if (isThere) left = 0
      if (isThere) own.traded += size
      left -= this.#fill(own, left, own.price, at)
    }
  }

  /** Own orders that the other side has come to: beyond their price, or at it where nobody stands before them. */
  #meet(at: number): void {
    for (const side of [1, -1] as const) {
      const others = [...this.#levels[side === 1 ? -1 : 1]]
        .filter(([, size]) => size > 0)
        .sort(([a], [b]) => side * (a - b))
      for (const own of this.#line(side)) {
        for (const level of others) {
          const reach = side * (own.price - level[0])
          if (reach < 0 || (reach === 0 && own.front !== 0n) || level[1] === 0) continue
          level[1] -= this.#fill(own, Math.min(own.left, level[1]), own.price, at)
        }
        if (this.#own.includes(own)) break
      }
      for (const [price, size] of others) this.#levels[side === 1 ? -1 : 1].set(price, size)
    }
  }

  #fill(own: Own, offered: number, price: number, at: number): number {
    const size = Math.min(own.left, offered)
    if (size <= 0) return 0
    own.left -= size
    own.cum += size
    const before = this.fills.at(-1)?.split(' ')
    // One order met by two levels at a moment has two fills; a test compares their sum.
    if (before !== undefined && before[0] === `${at}` && before[1] === own.id)
      this.fills[this.fills.length - 1] =
        `${at} ${own.id} ${size + Number(before[2]?.split('@')[0])}@${price}`
    else this.fills.push(`${at} ${own.id} ${size}@${price}`)
    if (own.left === 0) this.#own = this.#own.filter((other) => other !== own)
    return size
  }
}

/** What stands in front in whole units, begun ones with it. */
function whole({ front }: Own): bigint | undefined {
  return front === undefined ? undefined : ((front + WHOLE - 1n) / WHOLE) * WHOLE
}

function greatest(values: readonly bigint[]): bigint {
  return must(inOrder(values).at(-1))
}

function least(values: readonly bigint[]): bigint {
  return must(inOrder(values)[0])
}

function inOrder(values: readonly bigint[]): bigint[] {
  return values.toSorted((a, b) => (a < b ? -1 : 1))
}

function nonNegative(value: bigint): bigint {
  return value < 0n ? 0n : value
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the reference knows this value')
  return value
}
