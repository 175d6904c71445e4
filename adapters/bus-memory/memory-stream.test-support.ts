// What a stream of the bus in memory holds: the last messages, numbered for ever, and the ids among them.

import type { BusDelivery, BusMessage, BusReceipt } from '../../engine/bus-port.ts'

export type StoredMessage = Omit<BusDelivery, 'pending_count'>

export class MemoryStream {
  readonly #name: string
  readonly #retained_max: number
  readonly #sequenceOf = new Map<string, number>()
  /** By sequence; a map keeps the order in which they came, so the oldest is found at once. */
  readonly #messages = new Map<number, StoredMessage>()
  #last_sequence = 0
  #woken = Promise.withResolvers<void>()

  constructor(name: string, retained_max: number) {
    this.#name = name
    this.#retained_max = retained_max
  }

  /** One above the last while nothing is held. */
  get first_sequence(): number {
    return this.#last_sequence - this.#messages.size + 1
  }

  get last_sequence(): number {
    return this.#last_sequence
  }

  at(sequence: number): StoredMessage | undefined {
    return this.#messages.get(sequence)
  }

  /** Resolves when the next message has come, or at `wake`. */
  woken(): Promise<void> {
    return this.#woken.promise
  }

  wake(): void {
    this.#woken.resolve()
    this.#woken = Promise.withResolvers()
  }

  append({ subject, message_id, payload }: BusMessage): BusReceipt {
    const stream = this.#name
    const known = this.#sequenceOf.get(message_id)
    if (known !== undefined) return { stream, sequence: known, duplicate: true }
    const sequence = this.#last_sequence + 1
    this.#last_sequence = sequence
    const ts_stored_us = Date.now() * 1_000
    this.#messages.set(sequence, {
      subject,
      message_id,
      payload: payload.slice(),
      stream,
      stream_life: 1,
      sequence,
      ts_stored_us,
    })
    this.#sequenceOf.set(message_id, sequence)
    if (this.#messages.size > this.#retained_max) this.#dropOldest()
    this.wake()
    return { stream, sequence, duplicate: false }
  }

  #dropOldest(): void {
    const oldest = this.first_sequence
    const message = this.#messages.get(oldest)
    if (message !== undefined) this.#sequenceOf.delete(message.message_id)
    this.#messages.delete(oldest)
  }
}
