// A matcher written apart from the exchange's, as slowly and plainly as can be: every order of the history and the own one
// stand in one list in the order of price and time, and whoever takes, takes from its front. It shares no code with what
// it judges.

import type { RandomStream } from '../../../engine/random-stream.ts'

export type BookMessage =
  | {
      readonly is: 'add'
      readonly id: number
      readonly side: 1 | -1
      readonly price: number
      readonly size: number
    }
  | BookChange
  | { readonly is: 'execute'; readonly id: number; readonly size: number }
  /** A trade that leaves the book as it is: what it changes is told by another row, `then` of the same event, or later. */
  | { readonly is: 'fill'; readonly id: number; readonly size: number; readonly then?: BookChange }
/** What becomes of an order that stands in the book; `cancel` takes back so much of it. */
export type BookChange =
  | { readonly is: 'modify'; readonly id: number; readonly price: number; readonly size: number }
  | { readonly is: 'delete'; readonly id: number }
  | { readonly is: 'cancel'; readonly id: number; readonly size: number }
/** A snapshot is all that stands in the book, in any order. */
export type HistoryMessage = BookMessage | { readonly is: 'snapshot'; readonly orders: readonly Shown[] }

export type Shown = {
  readonly id: number
  readonly side: 1 | -1
  readonly price: number
  readonly size: number
}
/** `taken`: what the own order took of it, which the data does not know of. */
type Entry = {
  id: number | 'own'
  side: 1 | -1
  price: number
  size: number
  time: number
  taken: number
}
export type NaiveFill = { readonly at: number; readonly price: number; readonly size: number }

export class NaiveQueue {
  readonly fills: NaiveFill[] = []
  /** Trading stands still: the own order stays where it is, and nobody trades with it. */
  isHalted = false
  #entries: Entry[] = []
  #time = 0

  /** The own order comes to rest. */
  rest(side: 1 | -1, price: number, size: number): void {
    this.#entries.push({ id: 'own', side, price, size, time: this.#time++, taken: 0 })
  }

  /** The own order comes in: it takes what it meets at each price, and rests with what is left. */
  enter(side: 1 | -1, price: number, size: number, at: number): void {
    this.rest(side, price, size)
    this.#meet(at, true)
  }

  /** As much is left of the own order now. At its price, and with no more than it had, it keeps its time. */
  replace(price: number, size: number, at: number): void {
    const own = this.#own
    if (own === undefined) return
    const keeps = price === own.price && size <= own.size
    this.cancel()
    if (keeps) this.#entries.push({ ...own, size })
    else this.enter(own.side, price, size, at)
  }

  /** The own order is taken back. */
  cancel(): void {
    this.#entries = this.#entries.filter(({ id }) => id !== 'own')
  }

  apply(message: HistoryMessage, at: number): void {
    this.#apply(message, at)
    if (!this.isHalted) this.#meet(at, false)
  }

  #apply(message: HistoryMessage, at: number): void {
    if (message.is === 'add') return this.#add(message, at)
    if (message.is === 'snapshot') return this.#showAll(message.orders, at)
    const entry = this.#entries.find(({ id }) => id === message.id)
    if (entry === undefined) return
    if (message.is === 'delete') return this.#drop(entry)
    if (message.is === 'cancel') return this.#lessen(entry, message.size)
    if (message.is === 'execute') {
      this.#tradeAhead(entry, message.size, at)
      return this.#lessen(entry, message.size)
    }
    if (message.is === 'fill') {
      this.#tradeAhead(entry, message.size, at)
      return message.then && this.#apply(message.then, at)
    }
    if (message.price !== entry.price || message.size > entry.size) entry.time = this.#time++
    entry.price = message.price
    resize(entry, message.size)
  }

  get #own(): Entry | undefined {
    return this.#entries.find(({ id }) => id === 'own')
  }

  /** What of the other side the own order's price has come to, the best and the earliest first. */
  #meet(at: number, takes: boolean): void {
    for (let own = this.#own; own !== undefined; own = this.#own) {
      const { side, price } = own
      const met = this.#entries
        .filter((entry) => entry.side !== side && shown(entry) > 0 && side * (price - entry.price) >= 0)
        .sort((a, b) => side * (a.price - b.price) || a.time - b.time)
      const [best] = met
      if (best === undefined) return
      let left = own.size
      for (const entry of met.filter((one) => one.price === best.price)) {
        const size = Math.min(left, shown(entry))
        entry.taken += size
        left -= size
      }
      this.#trade(own, own.size - left, at, takes ? best.price : price)
    }
  }

  /** Whether somebody on the other side is at the own order's price, or better. */
  get isCrossed(): boolean {
    const own = this.#entries.find(({ id }) => id === 'own')
    const best = own && this.bestOf(own.side === 1 ? -1 : 1)
    return own !== undefined && best !== undefined && own.side * (own.price - best) >= 0
  }

  /** As where a halt costs an order its place. */
  loseTime(): void {
    const own = this.#entries.find(({ id }) => id === 'own')
    if (own !== undefined) own.time = this.#time++
  }

  bestOf(side: 1 | -1): number | undefined {
    const prices = this.#entries
      .filter((entry) => entry.side === side && entry.id !== 'own')
      .map(({ price }) => price)
    return prices.length === 0 ? undefined : side * Math.max(...prices.map((price) => side * price))
  }

  /** An order that comes in trades with the own one where their prices meet; what is left of it rests. */
  #add({ id, side, price, size }: Shown, at: number, time = this.#time++): void {
    const former = this.#entries.find((entry) => entry.id === id)
    if (former !== undefined) this.#drop(former)
    const own = this.#entries.find((entry) => entry.id === 'own')
    let left = size
    if (!this.isHalted && own !== undefined && own.side !== side && side * (price - own.price) >= 0)
      left -= this.#trade(own, left, at)
    if (left > 0) this.#entries.push({ id, side, price, size: left, time, taken: 0 })
  }

  /** Who is where it was keeps its time; who else is there may have been there before the own order. */
  #showAll(orders: readonly Shown[], at: number): void {
    const former = this.#entries
    this.#entries = former.filter(({ id }) => id === 'own')
    for (const order of orders) {
      const known = former.find(
        ({ id, side, price }) => id === order.id && side === order.side && price === order.price,
      )
      this.#add(order, at, known?.time ?? Number.NEGATIVE_INFINITY)
    }
  }

  /** Who traded took from the front: if the own order stood there, it was the own order that traded first. */
  #tradeAhead(entry: Entry, size: number, at: number): void {
    const queue = this.#entries
      .filter(({ side }) => side === entry.side)
      .sort((a, b) => entry.side * (b.price - a.price) || a.time - b.time)
    const own = queue.find(({ id }) => id === 'own')
    if (!this.isHalted && own !== undefined && queue.indexOf(own) < queue.indexOf(entry))
      this.#trade(own, size, at)
  }

  #lessen(entry: Entry, size: number): void {
    resize(entry, entry.size - size)
    if (entry.size <= 0) this.#drop(entry)
  }

  #trade(own: Entry, size: number, at: number, price = own.price): number {
    const traded = Math.min(own.size, size)
    this.fills.push({ at, price, size: traded })
    own.size -= traded
    if (own.size === 0) this.#drop(own)
    return traded
  }

  #drop(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry)
  }
}

function shown({ size, taken }: Entry): number {
  return size - taken
}

/** The data says that so much is left: of what the own order took of it, no more than that is gone. */
function resize(entry: Entry, size: number): void {
  entry.size = size
  entry.taken = Math.min(entry.taken, size)
}

const MESSAGES = 60
/** Both sides always have a price. */
const BORDER: readonly Shown[] = [
  { id: 901, side: 1, price: 90, size: 5 },
  { id: 902, side: -1, price: 111, size: 5 },
]

/**
 * A history that a real book could have had, but for the own order: what crosses is executed, never left standing. Each side
 * stays on its own half, or (`isAcross`) goes wherever the other one lets it, so that orders come across the own one.
 */
export function history(random: RandomStream, isAcross = false): BookMessage[] {
  return drawn(random, { isAcross, hasSnapshots: false }) as BookMessage[]
}

/** One that is told anew now and then: orders are gone, have moved or changed their size, and others have come. */
export function historyWithSnapshots(random: RandomStream): HistoryMessage[] {
  return drawn(random, { isAcross: false, hasSnapshots: true })
}

type Kind = { readonly isAcross: boolean; readonly hasSnapshots: boolean }

function drawn(random: RandomStream, { isAcross, hasSnapshots }: Kind): HistoryMessage[] {
  const live = new Map<number, { side: 1 | -1; price: number; size: number }>()
  let nextId = 1
  const messages: HistoryMessage[] = BORDER.map((order) => ({ is: 'add', ...order }))
  /** The price of an order, new or known. */
  const price = (side: 1 | -1, of?: number) => {
    if (!isAcross) return side === 1 ? 100 - random.nextInt(6) : 101 + random.nextInt(6)
    const others = [...live].filter(([id, other]) => id !== of && other.side !== side)
    const prices = others.map(([, other]) => side * other.price)
    const most = Math.min(side === 1 ? 110 : -91, ...prices.map((one) => one - 1))
    return side * Math.min(most, side * (97 + random.nextInt(8)))
  }
  while (messages.length < MESSAGES) {
    const ids = [...live.keys()]
    const id = ids[random.nextInt(Math.max(1, ids.length))]
    if (hasSnapshots && random.nextInt(8) === 0) {
      const orders = retold(live, price, random)
      if (random.nextInt(2) === 0) orders.push({ id: nextId++, side: 1, price: price(1), size: 3 })
      if (random.nextInt(2) === 0) orders.push({ id: nextId++, side: -1, price: price(-1), size: 3 })
      live.clear()
      for (const { id: shown, ...order } of orders) live.set(shown, order)
      messages.push({ is: 'snapshot', orders: [...orders, ...BORDER] })
      continue
    }
    const kind = random.nextInt(12)
    const known = id === undefined ? undefined : live.get(id)
    if (id === undefined || known === undefined || kind < 4) {
      const side = random.nextInt(2) === 0 ? 1 : -1
      // Now and then an id comes again.
      const known = random.nextInt(20) === 0 && id !== undefined ? id : nextId++
      const add = { id: known, side, price: price(side, known), size: 1 + random.nextInt(9) } as const
      live.set(add.id, add)
      messages.push({ is: 'add', ...add })
    } else if (kind < 6) {
      const change = {
        price: random.nextInt(2) === 0 ? known.price : price(known.side),
        size: 1 + random.nextInt(9),
      }
      live.set(id, { ...known, ...change })
      messages.push({ is: 'modify', id, ...change })
    } else if (kind === 6) {
      live.delete(id)
      messages.push({ is: 'delete', id })
    } else {
      const size = 1 + random.nextInt(known.size)
      const left = { ...known, size: known.size - size }
      if (left.size === 0) live.delete(id)
      else live.set(id, left)
      if (kind < 9) messages.push({ is: 'cancel', id, size })
      else if (kind === 9) messages.push({ is: 'execute', id, size })
      else messages.push(...filled(id, size, left, random))
    }
  }
  return messages
}

/** A trade whose change of the book comes in a row of its own, of the same event or of the next. */
function filled(id: number, size: number, left: Omit<Shown, 'id'>, random: RandomStream): BookMessage[] {
  const lessened: BookChange =
    left.size === 0 ? { is: 'delete', id } : { is: 'modify', id, price: left.price, size: left.size }
  const then: BookChange = random.nextInt(2) === 0 ? { is: 'cancel', id, size } : lessened
  return random.nextInt(2) === 0 ? [{ is: 'fill', id, size, then }] : [{ is: 'fill', id, size }, then]
}

/** Of what was there some is gone, some has moved, and some has another size. */
function retold(
  live: ReadonlyMap<number, Omit<Shown, 'id'>>,
  price: (side: 1 | -1) => number,
  random: RandomStream,
): Shown[] {
  return [...live].flatMap(([id, order]) => {
    const one = { id, ...order, size: 1 + random.nextInt(order.size + 1) }
    const change = random.nextInt(8)
    return change === 0 ? [] : change === 1 ? [{ ...one, price: price(order.side) }] : [one]
  })
}
