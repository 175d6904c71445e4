// What other nodes say, on its way from the bus to the sequencer. Rules: ./SPEC.md. One subscription for each stream; a
// node that starts again reads on behind the last message it has processed.

import type { BusDelivery, BusStart, BusSubscription, MessageBus } from '../../engine/bus-port.ts'
import { decodeNodeMessage, type WireRefusal, type WireScope } from '../../engine/node-wire.ts'
import type { NodeMessage } from '../../schemas/messages/node-message.ts'

/** Why a message is not heard: of its form, or because its source may not say it here. */
export type MessageRefusal = WireRefusal | 'message_not_heard'

/** A stream of the bus, and what of it is heard. */
export type HeardStream = { readonly name: string; readonly subjects: readonly string[] }

export type IncomingMessagesOptions = {
  readonly bus: Pick<MessageBus, 'subscribe'>
  readonly scope: WireScope
  readonly streams: readonly HeardStream[]
  /** Whether the node hears somebody on this subject of its own. */
  readonly isHeard: (subject: string) => boolean
  /** The place in a stream of the last message processed; 0 before the first. */
  readonly lastSequence: (stream: string) => number
  /** Undefined where a message of the stream may be taken now; otherwise resolves when its turn has come. */
  readonly admit: (stream: string) => Promise<void> | undefined
  readonly offer: (message: NodeMessage) => 'not_heard' | 'queued'
  /** Told for the first message of each code. */
  readonly onRefused: (code: MessageRefusal, subject: string) => void
}

export class IncomingMessages {
  readonly #options: IncomingMessagesOptions
  readonly #subscriptions: BusSubscription[] = []
  readonly #refusals = new Map<MessageRefusal, number>()
  #heard_count = 0
  #isClosed = false

  constructor(options: IncomingMessagesOptions) {
    this.#options = options
  }

  /** Messages refused, by code. */
  get refusals(): ReadonlyMap<MessageRefusal, number> {
    return this.#refusals
  }

  /** Messages offered. */
  get heard_count(): number {
    return this.#heard_count
  }

  async start(): Promise<void> {
    const { bus, streams, lastSequence, admit } = this.#options
    for (const { name, subjects } of streams) {
      const after_sequence = lastSequence(name)
      const start: BusStart = after_sequence === 0 ? { at: 'first' } : { after_sequence }
      const subscription = await bus.subscribe(subjects, start, (delivery) => {
        const turn = admit(name)
        return turn === undefined ? this.#take(delivery) : turn.then(() => this.#take(delivery))
      })
      this.#subscriptions.push(subscription)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()))
  }

  #take({ subject, sequence, payload }: BusDelivery): void {
    if (this.#isClosed) return
    const { scope, isHeard, offer } = this.#options
    const message = decodeNodeMessage({ subject, sequence, bytes: payload }, scope)
    if (message === 'other_session') return
    if (typeof message === 'string') return this.#refuse(message, subject)
    // A subject of an account brings the orders of all its strategies.
    if (!isHeard(message.subject)) return
    if (offer(message) === 'not_heard') this.#refuse('message_not_heard', subject)
    else this.#heard_count++
  }

  #refuse(code: MessageRefusal, subject: string): void {
    const count = (this.#refusals.get(code) ?? 0) + 1
    this.#refusals.set(code, count)
    if (count === 1) this.#options.onRefused(code, subject)
  }
}
