// How much of what other nodes say a node takes in. One that says more than anybody can hear waits in its own stream: of
// each stream a turn of the node takes so many, and none while the node has no room. Rules: ./SPEC.md.

/** Worked off in a millisecond or two, which is what an order of another strategy then waits. */
const PER_TURN_MAX = 16

export class HearingPace {
  /** By stream: messages taken since the last turn. */
  readonly #taken = new Map<string, number>()
  /** In the order in which they came; of a stream there is one at a time. */
  #waiting: { readonly stream: string; readonly go: () => void }[] = []
  #hasRoom = true
  #isClosed = false

  /** Undefined where a message may be taken now; otherwise resolves when its turn has come. */
  admit(stream: string): Promise<void> | undefined {
    if (this.#isClosed || this.#mayTake(stream)) {
      this.#count(stream)
      return undefined
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ stream, go: resolve })
    return promise
  }

  /** After a turn of the node, and whenever it may have room again. */
  turned(has_room: boolean): void {
    this.#taken.clear()
    this.#hasRoom = has_room
    if (!has_room) return
    for (const { stream, go } of this.#waiting.splice(0)) {
      this.#count(stream)
      go()
    }
  }

  /** Whoever waits goes on. */
  close(): void {
    this.#isClosed = true
    for (const { go } of this.#waiting.splice(0)) go()
  }

  #mayTake(stream: string): boolean {
    return this.#hasRoom && (this.#taken.get(stream) ?? 0) < PER_TURN_MAX
  }

  #count(stream: string): void {
    this.#taken.set(stream, (this.#taken.get(stream) ?? 0) + 1)
  }
}
