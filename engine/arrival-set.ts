// A set that is walked in the order its members came. The one that came last is held beside the others: most orders end
// before the next comes, and a Set that gains and loses a member with every order makes itself anew every few orders.

export class ArrivalSet<Member extends object | number> {
  readonly #earlier = new Set<Member>()
  #latest: Member | undefined

  get size(): number {
    return this.#latest === undefined ? this.#earlier.size : this.#earlier.size + 1
  }

  /** One that is there already keeps its place. */
  add(member: Member): void {
    if (this.#latest === undefined) {
      if (!this.#earlier.has(member)) this.#latest = member
    } else if (this.#latest !== member && !this.#earlier.has(member)) {
      this.#earlier.add(this.#latest)
      this.#latest = member
    }
  }

  delete(member: Member): void {
    if (this.#latest === member) this.#latest = undefined
    else this.#earlier.delete(member)
  }

  clear(): void {
    this.#earlier.clear()
    this.#latest = undefined
  }

  /** Oldest first, as they are now. */
  members(): Member[] {
    const members = [...this.#earlier]
    if (this.#latest !== undefined) members.push(this.#latest)
    return members
  }
}
