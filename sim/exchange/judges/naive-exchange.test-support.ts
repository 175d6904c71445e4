// An exchange on best prices, trades and bars, written from SPEC.md for nothing but to be read: no thresholds, no sorted
// book, and inside a bar it walks price by price. It shares no code with the venue it judges, has no latency, one account
// with money enough, prices on a grid of one unit, and tells what happens in the words of scenario.test-support.ts.

type Order = {
  id: string
  readonly type: string
  readonly side: string
  readonly time: string
  readonly until: number
  readonly by: string
  readonly offset: number
  readonly limitOffset: number
  readonly activation: number
  readonly firstStop: number
  readonly isPost: boolean
  readonly onlyReduces: boolean
  readonly part: number
  quantity: number
  cum: number
  limit: number
  stop: number
  best: number
  /** The best price of a bar so far, for a trail that stands until it ends. */
  passed: number
  trails: boolean
  shown: number
  /** A lower number came first. */
  place: number
  /** Of those that expire at one time, the one that was asked for first, or replaced first, does first. */
  asked: number
  state: 'waits' | 'works' | 'rests' | 'ended'
  works: 'market' | 'limit' | 'market_to_limit'
}

type Bar = { readonly kind: string; readonly prices: readonly number[]; readonly volume: number }

const WAITS = /stop|touched/
const TRAILS = /^trailing/

export class NaiveExchange {
  readonly told: string[] = []
  readonly #shownDefault: number
  readonly #bars: string
  readonly #orders: Order[] = []
  readonly #gone = new Map<string, string>()
  #bid = Number.NaN
  #ask = Number.NaN
  #last = Number.NaN
  #bidSize = 0
  #askSize = 0
  #isShared = false
  /** Between the open and the close of a bar. */
  #isInside = false
  #hasQuotes = false
  /** Who trades at exactly the price of the market, since the data says that somebody stands there for them. */
  #served = new Set<string>()
  /** Kinds of bars that came. */
  readonly #kinds = new Set<string>()
  /** What waits until the rows of its time have come: bars of one side, and whatever is asked for where bars are the market. */
  #halves: Bar[] = []
  #late: (readonly string[])[] = []
  #position = 0
  #places = 0
  #requests = 0
  #now = 0

  constructor(shownDefault: number, bars: string) {
    this.#shownDefault = shownDefault
    this.#bars = bars
  }

  play(lines: readonly string[]): string[] {
    for (const line of lines) this.#step(line.split(' '))
    this.#endTime()
    this.#expireBefore(Number.POSITIVE_INFINITY)
    return this.told
  }

  #step([time = '', what = '', ...words]: readonly string[]): void {
    if (Number(time) > this.#now) this.#endTime()
    this.#expireBefore(Number(time))
    this.#now = Number(time)
    if (what === 'quote') this.#quote(words)
    else if (what === 'trade') this.#trade(Number(words[0]), words[2] ?? '')
    else if (what === 'bar') this.#bar(words[0] ?? '', words.slice(1).map(Number))
    else if (this.#kinds.size > 0) this.#late.push([what, ...words])
    else this.#asked(what, words)
  }

  #asked(what: string, words: readonly string[]): void {
    if (words[0] === 'cancel' || words[0] === 'replace') this.#request(what, words[0], words.slice(1))
    else this.#submit(what, words)
  }

  /** The rows of a time have come: bars of bids and asks go together, and then comes whatever was asked for. */
  #endTime(): void {
    const bids = this.#halves.filter(({ kind }) => kind === 'bid')
    const asks = this.#halves.filter(({ kind }) => kind === 'ask')
    this.#halves = []
    for (let i = 0; i < Math.max(bids.length, asks.length); i++)
      this.#go([bids[i], asks[i]].filter((bar) => bar !== undefined))
    for (const [what = '', ...words] of this.#late.splice(0)) this.#asked(what, words)
  }

  #quote([prices = '', sizes = '0x0']: readonly string[]): void {
    const [bid = 0, ask = 0] = prices.split('/').map(Number)
    const [bidSize = 0, askSize = 0] = sizes.split('x').map(Number)
    this.#hasQuotes = true
    this.#bid = bid
    this.#ask = ask
    this.#show(bidSize || this.#shownDefault, askSize || this.#shownDefault, false)
    this.#moved(false)
  }

  #trade(price: number, taker: string): void {
    this.#last = price
    this.#served = new Set([taker])
    if (this.#hasQuotes) {
      this.#trigger()
      return this.#settle()
    }
    this.#bid = price
    this.#ask = price
    this.#show(this.#shownDefault, this.#shownDefault, false)
    this.#moved(false)
  }

  /** Without quotes beside it. */
  #bar(kind: string, [open = 0, high = 0, low = 0, close = 0, volume = 0]: readonly number[]): void {
    const bar = { kind, prices: [open, high, low, close], volume }
    this.#kinds.add(kind)
    if (kind === 'last') this.#go([bar])
    else this.#halves.push(bar)
  }

  /** One, or one of bids and one of asks at one pace. */
  #go(bars: readonly Bar[]): void {
    const distance = (one: number) =>
      bars.reduce((sum, { prices }) => sum + Math.abs((prices[one] as number) - (prices[0] as number)), 0)
    const way = this.#bars === 'adaptive' && distance(2) < distance(1) ? [0, 2, 1, 3] : [0, 1, 2, 3]
    for (const [place, point] of way.entries()) {
      const legs = bars.map((bar) => ({
        bar,
        from: bar.prices[way[place - 1] ?? 0] as number,
        to: bar.prices[point] as number,
      }))
      for (const { bar } of legs) this.#showBar(bar, point === 3)
      const steps = Math.max(...legs.map(({ from, to }) => Math.abs(to - from)))
      for (let step = Math.min(1, steps); step <= steps; step++) {
        for (const { bar, from, to } of legs) {
          const at = steps === 0 ? to : from + ((to - from) * step) / steps
          this.#put(bar.kind, bar.kind === 'ask' ? Math.ceil(at) : Math.floor(at))
        }
        this.#isInside = place > 0 && (place < 3 || step < steps)
        this.#moved(place === 0)
      }
    }
    this.#isInside = false
  }

  /** A side without bars of its own is where those of the other are. */
  #sides(kind: string): { readonly bid: boolean; readonly ask: boolean } {
    return {
      bid: kind !== 'ask' || !this.#kinds.has('bid'),
      ask: kind !== 'bid' || !this.#kinds.has('ask'),
    }
  }

  #showBar({ kind, volume }: Bar, isClose: boolean): void {
    const { bid, ask } = this.#sides(kind)
    const quarter = Math.floor(volume / 4)
    const size = volume === 0 ? this.#shownDefault : isClose ? volume - 3 * quarter : quarter
    this.#show(bid ? size : this.#bidSize, ask ? size : this.#askSize, volume > 0 && bid && ask)
    if (bid) this.#served.delete('sell')
    if (ask) this.#served.delete('buy')
    if (kind === 'bid') this.#served.add('sell')
    if (kind === 'ask') this.#served.add('buy')
  }

  #put(kind: string, price: number): void {
    const { bid, ask } = this.#sides(kind)
    if (bid) this.#bid = price
    if (ask) this.#ask = price
    if (kind === 'last') this.#last = price
  }

  #show(bidSize: number, askSize: number, isShared: boolean): void {
    this.#bidSize = bidSize
    this.#askSize = askSize
    this.#isShared = isShared
  }

  /** Resting orders the market has come to, then triggers, then what has nothing left to reduce. */
  #moved(improves: boolean): void {
    for (const side of ['buy', 'sell']) {
      for (let next = this.#front(side); next !== undefined; next = this.#front(side)) {
        if (!this.#isMet(next)) break
        const wanted = this.#fillable(next)
        if (wanted === 0) {
          this.#cancel(next)
          continue
        }
        const units = Math.min(wanted, this.#shownFor(next))
        if (units > 0) this.#take(next, improves ? this.#touch(side) : next.limit, units)
        if (units < wanted) break
      }
    }
    this.#trigger()
    this.#settle()
  }

  #front(side: string): Order | undefined {
    const sign = side === 'buy' ? 1 : -1
    return this.#orders
      .filter((order) => order.state === 'rests' && order.side === side)
      .sort((a, b) => sign * (b.limit - a.limit) || a.place - b.place)[0]
  }

  #trigger(): void {
    const waiting = this.#orders.filter(({ state }) => state === 'waits').sort((a, b) => a.place - b.place)
    for (const order of waiting) this.#follow(order)
    for (const order of waiting.filter((one) => this.#isTriggered(one)))
      if (order.state === 'waits') this.#release(order)
  }

  #watched({ by, side }: Order): number {
    return by === 'mid' ? (this.#bid + this.#ask) / 2 : by === 'last' ? this.#last : this.#touch(side)
  }

  #isTriggered(order: Order): boolean {
    const price = this.#watched(order)
    if (TRAILS.test(order.type) && !order.trails) return false
    const rises = /touched/.test(order.type) ? order.side === 'sell' : order.side === 'buy'
    return rises ? price >= order.stop : price <= order.stop
  }

  #follow(order: Order): void {
    const now = this.#watched(order)
    if (!TRAILS.test(order.type) || Number.isNaN(now)) return
    const isSell = order.side === 'sell'
    const passed = Number.isNaN(order.passed) ? now : order.passed
    const price = isSell ? Math.max(passed, now) : Math.min(passed, now)
    order.passed = this.#isInside ? price : Number.NaN
    if (this.#isInside) return
    const stop = isSell ? Math.floor(price - order.offset) : Math.ceil(price + order.offset)
    if (!order.trails) {
      const { activation } = order
      if (activation !== 0 && (isSell ? price < activation : price > activation)) return
      order.trails = true
      order.best = price
      if (order.firstStop === 0) order.stop = stop
      else if (activation !== 0) order.stop = isSell ? Math.max(order.stop, stop) : Math.min(order.stop, stop)
    } else if (isSell ? price > order.best : price < order.best) {
      order.best = price
      order.stop = isSell ? Math.max(order.stop, stop) : Math.min(order.stop, stop)
    }
  }

  #release(order: Order): void {
    const { side, limitOffset } = order
    if (order.type === 'trailing_stop_limit')
      order.limit = order.stop + (side === 'buy' ? limitOffset : -limitOffset)
    this.#tell(`${order.id} triggered`)
    order.place = ++this.#places
    order.state = 'works'
    if (order.isPost && this.#isMet(order)) this.#cancel(order)
    else this.#work(order)
  }

  /** An order comes in, or comes back, and takes what it may; what is left waits or ends. */
  #work(order: Order): void {
    const isMet = order.works !== 'limit' || this.#isMet(order)
    const wanted = this.#fillable(order)
    const shown = isMet ? Math.min(wanted, this.#shownFor(order)) : 0
    const whole = order.works === 'market' ? wanted : shown
    const touch = this.#touch(order.side)
    if (order.time !== 'fok' || whole >= order.quantity - order.cum) {
      if (shown > 0) this.#take(order, touch, shown)
      const rest = order.works === 'market' ? this.#fillable(order) : 0
      if (rest > 0) this.#fill(order, order.side === 'buy' ? touch + 1 : touch - 1, rest)
    }
    if (order.cum === order.quantity) {
      order.state = 'ended'
      return
    }
    const hasPrice = order.works === 'limit' || (order.works === 'market_to_limit' && order.cum > 0)
    if (!hasPrice || order.time === 'ioc' || order.time === 'fok') return this.#cancel(order)
    order.works = 'limit'
    order.state = 'rests'
    // Whoever comes in, by a replace, too, shows a whole part.
    order.shown = order.part
  }

  #take(order: Order, price: number, units: number): void {
    if (order.side === 'buy' || this.#isShared) this.#askSize -= units
    if (order.side === 'sell' || this.#isShared) this.#bidSize -= units
    this.#fill(order, price, units)
  }

  #fill(order: Order, price: number, units: number): void {
    order.cum += units
    this.#position += order.side === 'buy' ? units : -units
    if (order.works === 'market_to_limit') order.limit = price
    const left = order.quantity - order.cum
    this.#tell(`${order.id} trade ${units}@${price} leaves ${left}`)
    if (order.state !== 'rests') return
    if (left === 0) order.state = 'ended'
    else if (order.part > 0) {
      order.shown -= units
      if (order.shown > 0) return
      order.shown = Math.min(order.part, left)
      order.place = ++this.#places
    }
  }

  #fillable(order: Order): number {
    let units = order.quantity - order.cum
    if (order.part > 0 && order.state === 'rests') units = Math.min(units, order.shown)
    return order.onlyReduces ? Math.min(units, this.#reducible(order.side)) : units
  }

  #reducible(side: string): number {
    return Math.max(0, side === 'sell' ? this.#position : -this.#position)
  }

  #settle(): void {
    for (const order of this.#orders)
      if (order.state !== 'ended' && order.onlyReduces && this.#reducible(order.side) === 0)
        this.#cancel(order)
  }

  #touch(side: string): number {
    return side === 'buy' ? this.#ask : this.#bid
  }

  #shownFor({ side }: Order): number {
    return side === 'buy' ? this.#askSize : this.#bidSize
  }

  /** Whether the other side of the market stands at its limit, or better; of last prices nobody is known to stand at them. */
  #isMet({ side, limit }: Pick<Order, 'side' | 'limit'>): boolean {
    if (limit === this.#touch(side)) return this.#hasQuotes || this.#served.has(side)
    return side === 'buy' ? limit > this.#ask : limit < this.#bid
  }

  #cancel(order: Order): void {
    order.state = 'ended'
    this.#tell(`${order.id} canceled cum ${order.cum}`)
  }

  #expireBefore(time: number): void {
    const isDue = ({ state, until }: Order) => state !== 'ended' && until > 0 && until < time
    for (const order of this.#orders.filter(isDue).sort((a, b) => a.until - b.until || a.asked - b.asked)) {
      order.state = 'ended'
      this.told.push(`${order.until} ${order.id} expired leaves 0`)
    }
  }

  #submit(id: string, words: readonly string[]): void {
    const order = orderOf(id, words)
    const refused =
      order.time === 'gtd' && order.until <= this.#now
        ? 'expire_time_past'
        : order.part > order.quantity
          ? 'display_quantity'
          : order.onlyReduces && this.#reducible(order.side) === 0
            ? 'would_not_reduce'
            : order.isPost && !WAITS.test(order.type) && this.#isMet(order)
              ? 'post_only_would_take'
              : ''
    this.#gone.set(id, 'order_terminal')
    if (refused !== '') return this.#tell(`${id} rejected ${refused}`)
    this.#orders.push(order)
    order.asked = ++this.#requests
    this.#tell(`${id} new leaves ${order.quantity}`)
    this.#comesIn(order, WAITS.test(order.type))
  }

  #comesIn(order: Order, waits: boolean): void {
    order.place = ++this.#places
    order.state = waits ? 'waits' : 'works'
    if (!waits) this.#work(order)
    else {
      this.#follow(order)
      if (this.#isTriggered(order)) this.#release(order)
    }
    this.#settle()
  }

  #request(
    id: string,
    verb: string,
    [of = '', quantity = '', limit = '', stop = '']: readonly string[],
  ): void {
    const order = this.#orders.find((one) => one.id === of && one.state !== 'ended')
    if (order === undefined)
      return this.#tell(`${id} ${verb}_rejected ${of} ${this.#gone.get(of) ?? 'unknown_order'}`)
    if (verb === 'cancel') {
      order.state = 'ended'
      return this.#tell(`${id} canceled ${of} cum ${order.cum}`)
    }
    const [units, price] = [Number(quantity), Number(limit)]
    if (units <= order.cum) return this.#tell(`${id} replace_rejected ${of} quantity_not_above_filled`)
    const rests = order.state === 'rests'
    const makesPrices = !rests && TRAILS.test(order.type)
    const leavesPrices = makesPrices || (price === order.limit && (rests || Number(stop) === order.stop))
    const keeps = leavesPrices && units <= order.quantity
    if (rests && !keeps && order.isPost && this.#isMet({ side: order.side, limit: price }))
      return this.#tell(`${id} replace_rejected ${of} post_only_would_take`)
    this.#gone.set(of, 'order_replaced')
    this.#gone.set(id, 'order_terminal')
    order.id = id
    order.asked = ++this.#requests
    order.quantity = units
    if (rests || !TRAILS.test(order.type)) order.limit = price
    if (!rests && !TRAILS.test(order.type)) order.stop = Number(stop)
    this.#tell(`${id} replaced ${of} ${units}@${order.limit} leaves ${units - order.cum}`)
    if (!keeps) this.#comesIn(order, !rests)
  }

  #tell(what: string): void {
    this.told.push(`${this.#now} ${what}`)
  }
}

function orderOf(id: string, [side = '', quantity = '', type = '', ...more]: readonly string[]): Order {
  const numbers = more.filter((word) => /^\d+$/.test(word)).map(Number)
  const [time = '', ...options] = more.slice(numbers.length)
  const said = new Map(options.map((option) => option.split('=') as [string, string | undefined]))
  const number = (name: string) => Number(said.get(name) ?? 0)
  const isTrailing = TRAILS.test(type)
  const stop = isTrailing ? number('at') : WAITS.test(type) ? (numbers.shift() ?? 0) : 0
  const offset = isTrailing ? (numbers.shift() ?? 0) : 0
  const works = type === 'market_to_limit' ? type : type.includes('limit') ? 'limit' : 'market'
  return {
    ...{ id, type, side, time, until: number('until'), by: said.get('by') ?? 'bid_ask', offset },
    ...{ limitOffset: number('limit'), activation: number('active'), firstStop: stop, part: number('show') },
    ...{ isPost: said.has('post'), onlyReduces: said.has('reduce'), quantity: Number(quantity), cum: 0 },
    ...{
      limit: numbers.shift() ?? 0,
      stop,
      best: 0,
      passed: Number.NaN,
      trails: false,
      shown: 0,
      place: 0,
      asked: 0,
      state: 'works',
      works,
    },
  }
}
