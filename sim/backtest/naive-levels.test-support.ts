// A matcher of a book by price written apart from the exchange's, as plainly as can be: levels in a map, one own order, and
// rules in the order a reader would say them. It shares no code with what it judges.

export type NaiveFill = { readonly at: number; readonly price: number; readonly size: number }
type Own = { readonly side: 1 | -1; readonly price: number; size: number; ahead: number }

export class NaiveLevels {
  readonly fills: NaiveFill[] = []
  readonly #levels = { 1: new Map<number, number>(), [-1]: new Map<number, number>() }
  #own: Own | undefined

  /** A change of one level; what it means for the own order is looked at when its event has ended. */
  set(side: 1 | -1, price: number, size: number): void {
    if (size === 0) this.#levels[side].delete(price)
    else this.#levels[side].set(price, size)
  }

  clear(): void {
    this.#levels[1].clear()
    this.#levels[-1].clear()
  }

  /** The other side may have come to the own order: it trades at its own price with what stands there. */
  endEvent(at: number): void {
    const own = this.#own
    if (own === undefined) return
    // Where nobody stands any more, nobody stands in front.
    if (!this.#levels[own.side].has(own.price)) own.ahead = 0
    for (;;) {
      const best = this.best(own.side === 1 ? -1 : 1)
      if (own.size === 0 || best === undefined || own.side * (own.price - best.price) < 0) return
      const size = Math.min(own.size, best.size)
      this.set(own.side === 1 ? -1 : 1, best.price, best.size - size)
      this.#fill(own, own.price, size, at)
    }
  }

  /** Who took at a price used up what stood in front of the own order there, and then the own order. */
  trade(price: number, size: number, aggressor: 1 | -1, at: number): void {
    const own = this.#own
    if (own === undefined || own.side === aggressor || own.size === 0) return
    const distance = own.side * (own.price - price)
    if (distance < 0) return
    const ahead = distance === 0 ? Math.min(own.ahead, size) : 0
    own.ahead -= ahead
    const filled = Math.min(own.size, size - ahead)
    if (filled > 0) this.#fill(own, own.price, filled, at)
  }

  /** The own order comes in: it takes what it reaches, and its rest stands behind its level. */
  enter(side: 1 | -1, price: number, size: number, at: number): void {
    const own = { side, price, size, ahead: 0 }
    for (;;) {
      const best = this.best(side === 1 ? -1 : 1)
      if (own.size === 0 || best === undefined || side * (price - best.price) < 0) break
      const taken = Math.min(own.size, best.size)
      this.set(side === 1 ? -1 : 1, best.price, best.size - taken)
      this.#fill(own, best.price, taken, at)
    }
    this.#own = { ...own, ahead: this.#levels[side].get(price) ?? 0 }
  }

  best(side: 1 | -1): { readonly price: number; readonly size: number } | undefined {
    const [first] = [...this.#levels[side]].sort(([a], [b]) => side * (b - a))
    return first === undefined ? undefined : { price: first[0], size: first[1] }
  }

  #fill(own: Own, price: number, size: number, at: number): void {
    own.size -= size
    this.fills.push({ at, price, size })
  }
}
