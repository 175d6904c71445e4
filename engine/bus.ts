// The in-process bus: routes are resolved to lists of handlers when the node is wired, so a message costs no string
// matching. Within a step messages go through one FIFO, subscribers in the order they were wired. It is bounded per
// cause: beyond `step_messages_max` the strategy that caused the excess is faulted; any other cause stops the node. What
// a faulted strategy leaves in the FIFO, and the cancels of its orders, are still delivered: they end by themselves.

import { assert } from '../schemas/assert.ts'

/** The cause of a message that no strategy is answerable for. */
export const ENGINE_CAUSE = -1

/** How many times `step_messages_max` the rest of a faulted strategy's step may take before the engine is to blame. */
const EXCESS_FACTOR_MAX = 64

export type Handler<Message> = (message: Message) => void

/** Where messages of one subject go. Made by `Bus.route`, held by the actors that send. */
export type Route<Message> = { readonly subject: string; readonly handlers: Handler<Message>[] }

export class Bus {
  /** The strategy (by actor index) answerable for what is being handled, or ENGINE_CAUSE. */
  cause = ENGINE_CAUSE
  readonly #routes = new Map<string, Route<never>>()
  readonly #messages: unknown[] = []
  readonly #targets: Route<unknown>[] = []
  readonly #causes: number[] = []
  /** Messages of the step so far. The arrays keep their length, so that no step has to grow them again. */
  #tail = 0
  #stepCount = 0
  /** Messages by cause, counted once a step has had more than any one cause may have. */
  readonly #countByCause = new Map<number, number>()
  #isWired = false
  readonly #messagesMax: number
  readonly #onExcess: (cause: number) => void

  /** @param onExcess faults the strategy with that actor index; it must make the strategy send nothing more. */
  constructor(step_messages_max: number, onExcess: (cause: number) => void) {
    this.#messagesMax = step_messages_max
    this.#onExcess = onExcess
  }

  /** The route of a subject, the same object for every caller. Only while wiring. */
  route<Message>(subject: string): Route<Message> {
    assert(!this.#isWired, `routes are compiled at start, ${subject} came later`)
    let route = this.#routes.get(subject) as Route<Message> | undefined
    if (route === undefined) {
      route = { subject, handlers: [] }
      this.#routes.set(subject, route as Route<never>)
    }
    return route
  }

  subscribe<Message>(subject: string, handler: Handler<Message>): void {
    this.route<Message>(subject).handlers.push(handler)
  }

  /** Ends wiring; subjects and their subscriber counts, for people. */
  compile(): ReadonlyMap<string, number> {
    this.#isWired = true
    return new Map([...this.#routes].map(([subject, route]) => [subject, route.handlers.length]))
  }

  send<Message>(route: Route<Message>, message: Message): void {
    const at = this.#tail++
    this.#messages[at] = message
    this.#targets[at] = route as Route<unknown>
    this.#causes[at] = this.cause
  }

  get isIdle(): boolean {
    return this.#tail === 0
  }

  /** Delivers until the FIFO is empty. */
  drain(): void {
    for (let at = 0; at < this.#tail; at++) this.#deliver(at)
    this.#tail = 0
    this.cause = ENGINE_CAUSE
  }

  /** Called once per step, before the first message. */
  beginStep(): void {
    this.#stepCount = 0
  }

  #deliver(at: number): void {
    const message = this.#messages[at]
    this.#messages[at] = undefined
    const handlers = (this.#targets[at] as Route<unknown>).handlers
    const cause = this.#causes[at] as number
    if (++this.#stepCount > this.#messagesMax) this.#bound(at, cause)
    for (let i = 0; i < handlers.length; i++) {
      this.cause = cause
      ;(handlers[i] as Handler<unknown>)(message)
    }
  }

  /** Most steps never come here: no cause can have sent too much while all together have not. */
  #bound(at: number, cause: number): void {
    if (this.#stepCount === this.#messagesMax + 1) this.#countUpTo(at)
    const count = (this.#countByCause.get(cause) ?? 0) + 1
    this.#countByCause.set(cause, count)
    if (count > this.#messagesMax) this.#excess(cause, count)
  }

  #countUpTo(end: number): void {
    const counts = this.#countByCause
    counts.clear()
    for (let at = 0; at < end; at++) {
      const cause = this.#causes[at] as number
      counts.set(cause, (counts.get(cause) ?? 0) + 1)
    }
  }

  #excess(cause: number, count: number): void {
    assert(
      cause !== ENGINE_CAUSE,
      `one step sent more than ${this.#messagesMax} messages, and no strategy caused it`,
    )
    assert(
      count <= this.#messagesMax * EXCESS_FACTOR_MAX,
      `a step went on sending after its strategy was faulted for more than ${this.#messagesMax} messages`,
    )
    if (count === this.#messagesMax + 1) this.#onExcess(cause)
  }
}
