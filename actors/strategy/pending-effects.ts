// What a handler asked for, kept until it returns: a handler that throws has asked for nothing.

import type { Bus, Route } from '../../engine/bus.ts'
import { RingBuffer } from '../../engine/ring-buffer.ts'
import type { TimerTable } from '../../engine/timers.ts'
import type { Intent } from '../../schemas/messages/intent.ts'

type TimerChange = { readonly id: string; readonly at_us: number | undefined }
type PendingMessage = { readonly route: Route<unknown>; readonly message: unknown }

export class PendingEffects {
  readonly #messages = new RingBuffer<PendingMessage>()
  readonly #timers = new RingBuffer<TimerChange>()

  get count(): number {
    return this.#messages.size + this.#timers.size
  }

  /** For whoever asks why: what the handler wants of the market. */
  intents(): Intent[] {
    return [...this.#messages].map(({ message }) => message).filter(isIntent)
  }

  send<Message>(route: Route<Message>, message: Message): void {
    this.#messages.push({ route: route as Route<unknown>, message })
  }

  setTimer(id: string, at_us: number): void {
    this.#timers.push({ id, at_us })
  }

  cancelTimer(id: string): void {
    this.#timers.push({ id, at_us: undefined })
  }

  discard(): void {
    this.#messages.clear()
    this.#timers.clear()
  }

  commit(owner: number, bus: Bus, timers: TimerTable): void {
    for (let change = this.#timers.shift(); change !== undefined; change = this.#timers.shift()) {
      if (change.at_us === undefined) timers.cancel(owner, change.id)
      else timers.set(owner, change.id, change.at_us)
    }
    for (let next = this.#messages.shift(); next !== undefined; next = this.#messages.shift()) {
      bus.send(next.route, next.message)
    }
  }
}

function isIntent(message: unknown): message is Intent {
  const { type } = message as Partial<Intent>
  return type === 'submit_intent' || type === 'cancel_intent' || type === 'replace_intent'
}
