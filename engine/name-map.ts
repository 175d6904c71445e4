// A Map by names (of accounts, strategies, venues) that remembers what it found last: an order goes from hand to hand under
// the names it began with, and comparing with the one before costs a fraction of a look-up.

export class NameMap<Name extends string, Value> extends Map<Name, Value> {
  #latest: Name | undefined
  #found: Value | undefined

  constructor(entries: Iterable<readonly [Name, Value]> = []) {
    super()
    for (const [name, value] of entries) this.set(name, value)
  }

  override get(name: Name): Value | undefined {
    if (name !== this.#latest) {
      this.#found = super.get(name)
      this.#latest = name
    }
    return this.#found
  }

  override set(name: Name, value: Value): this {
    if (name === this.#latest) this.#found = value
    return super.set(name, value)
  }

  override delete(name: Name): boolean {
    if (name === this.#latest) this.#found = undefined
    return super.delete(name)
  }

  override clear(): void {
    this.#found = undefined
    super.clear()
  }
}
