// A matcher written apart from the exchange's, as slowly and plainly as can be: every order of the history and the own one
// stand in one list in the order of price and time, and whoever takes, takes from its front. It shares no code with what
// it judges.

export type HistoryMessage =
  | {
      readonly is: 'add'
      readonly id: number
      readonly side: 1 | -1
      readonly price: number
      readonly size: number
    }
  | { readonly is: 'modify'; readonly id: number; readonly price: number; readonly size: number }
  | { readonly is: 'delete'; readonly id: number }
  | { readonly is: 'execute'; readonly id: number; readonly size: number }

type Entry = { id: number | 'own'; side: 1 | -1; price: number; size: number; time: number }
export type NaiveFill = { readonly at: number; readonly price: number; readonly size: number }

export class NaiveQueue {
  readonly fills: NaiveFill[] = []
  #entries: Entry[] = []
  #time = 0

  /** The own order comes to rest. */
  rest(side: 1 | -1, price: number, size: number): void {
    this.#entries.push({ id: 'own', side, price, size, time: this.#time++ })
  }

  apply(message: HistoryMessage, at: number): void {
    if (message.is === 'add') return this.#add(message, at)
    const entry = this.#entries.find(({ id }) => id === message.id)
    if (entry === undefined) return
    if (message.is === 'delete') return this.#drop(entry)
    if (message.is === 'execute') return this.#execute(entry, message.size, at)
    if (message.price !== entry.price || message.size > entry.size) entry.time = this.#time++
    entry.price = message.price
    entry.size = message.size
  }

  bestOf(side: 1 | -1): number | undefined {
    const prices = this.#entries
      .filter((entry) => entry.side === side && entry.id !== 'own')
      .map(({ price }) => price)
    return prices.length === 0 ? undefined : side * Math.max(...prices.map((price) => side * price))
  }

  /** An order that comes in trades with the own one where their prices meet; what is left of it rests. */
  #add({ id, side, price, size }: Extract<HistoryMessage, { is: 'add' }>, at: number): void {
    const former = this.#entries.find((entry) => entry.id === id)
    if (former !== undefined) this.#drop(former)
    const own = this.#entries.find((entry) => entry.id === 'own')
    let left = size
    if (own !== undefined && own.side !== side && side * (price - own.price) >= 0)
      left -= this.#trade(own, left, at)
    if (left > 0) this.#entries.push({ id, side, price, size: left, time: this.#time++ })
  }

  /** Who traded took from the front: if the own order stood there, it was the own order that traded first. */
  #execute(entry: Entry, size: number, at: number): void {
    const queue = this.#entries
      .filter(({ side }) => side === entry.side)
      .sort((a, b) => entry.side * (b.price - a.price) || a.time - b.time)
    const own = queue.find(({ id }) => id === 'own')
    if (own !== undefined && queue.indexOf(own) < queue.indexOf(entry)) this.#trade(own, size, at)
    entry.size -= size
    if (entry.size <= 0) this.#drop(entry)
  }

  #trade(own: Entry, size: number, at: number): number {
    const traded = Math.min(own.size, size)
    this.fills.push({ at, price: own.price, size: traded })
    own.size -= traded
    if (own.size === 0) this.#drop(own)
    return traded
  }

  #drop(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry)
  }
}
