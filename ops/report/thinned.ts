/** Keeps every item, then every second, every fourth and so on, so that it never holds more than `max`. */
export class Thinned<Item> {
  readonly #max: number
  #stride = 1
  #seen = 0
  #items: Item[] = []

  constructor(max: number) {
    this.#max = max
  }

  get items(): readonly Item[] {
    return this.#items
  }

  /** Items added so far. */
  get seen(): number {
    return this.#seen
  }

  add(item: Item): void {
    if (this.#seen++ % this.#stride !== 0) return
    this.#items.push(item)
    if (this.#items.length <= this.#max) return
    this.#items = this.#items.filter((_, index) => index % 2 === 0)
    this.#stride *= 2
  }
}
