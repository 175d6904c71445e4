// What a handler asked for, kept until it returns: a handler that throws has asked for nothing.

import type { Bus, Route } from '../../engine/bus.ts'
import type { TimerTable } from '../../engine/timers.ts'
import type { Intent } from '../../schemas/messages/intent.ts'

type TimerChange = { readonly id: string; readonly at_us: number | undefined }
type PendingMessage = { readonly route: Route<unknown>; readonly message: unknown }

export class PendingEffects {
  readonly #messages: PendingMessage[] = []
  readonly #timers: TimerChange[] = []

  get count(): number {
    return this.#messages.length + this.#timers.length
  }

  /** For whoever asks why: what the handler wants of the market. */
  intents(): Intent[] {
    return this.#messages.map(({ message }) => message).filter(isIntent)
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
    this.#messages.length = 0
    this.#timers.length = 0
  }

  commit(owner: number, bus: Bus, timers: TimerTable): void {
    for (const { id, at_us } of this.#timers) {
      if (at_us === undefined) timers.cancel(owner, id)
      else timers.set(owner, id, at_us)
    }
    for (const { route, message } of this.#messages) bus.send(route, message)
    this.discard()
  }
}

function isIntent(message: unknown): message is Intent {
  const { type } = message as Partial<Intent>
  return type === 'submit_intent' || type === 'cancel_intent' || type === 'replace_intent'
}
