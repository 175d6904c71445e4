// What a node says to others and to whoever looks, on its way to the bus. Rules: ./SPEC.md. It is handed over when its
// record is durable; here it waits its turn on its subject, is published until the bus has it, and is confirmed when all
// that was said before it is there, too.

import type { MessageBus } from '../../engine/bus-port.ts'
import type { Place } from '../../engine/live/place.ts'
import { encodeNodeMessage, type OutgoingMessage } from '../../engine/node-wire.ts'
import { must } from '../../schemas/assert.ts'
import { messageId } from '../../schemas/ids.ts'
import { busSubjectOf } from '../../schemas/messages/node-subject.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { BusEnvironment } from '../../schemas/subjects.ts'

export type OutgoingMessagesOptions = {
  readonly bus: Pick<MessageBus, 'publish'>
  readonly environment: BusEnvironment
  readonly session: string
  /** Of this start: what was said in an earlier one may be on the bus already. */
  readonly epoch: number
  /** The bus holds everything up to here. */
  readonly onConfirmed: (place: Place) => void
  /** A message was not stored within the bus's deadline; or none is late any more. */
  readonly onLate: (is_late: boolean, reason: string) => void
  /** The bus has another message under this id: what this node said reaches nobody. */
  readonly onTaken: (message_id: string, subject: string) => void
  /** Nothing can be published any more. */
  readonly onFailure: (error: unknown) => void
}

type Entry = { readonly message: OutgoingMessage; readonly subject: string; is_stored: boolean }

/** Each confirmation is an input, and a record of the journal: this many a second at most. */
const CONFIRM_INTERVAL_MS = 100

export class OutgoingMessages {
  readonly #options: OutgoingMessagesOptions
  /** Everything not confirmed, in the order in which it was said. */
  #entries: Entry[] = []
  /** By subject: the message under way, and those behind it. */
  readonly #turns = new Map<string, Entry[]>()
  /** Subjects whose message under way missed the deadline. */
  readonly #late = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  /** While nothing is published: resolves when it is again. */
  #hold: PromiseWithResolvers<void> | undefined
  #onDrained: (() => void) | undefined

  constructor(options: OutgoingMessagesOptions) {
    this.#options = options
  }

  /** Whether a message has waited for the bus beyond its deadline. */
  get is_late(): boolean {
    return this.#late.size > 0
  }

  /** Messages that the bus is not known to hold. */
  get waiting_count(): number {
    return this.#entries.reduce((count, { is_stored }) => (is_stored ? count : count + 1), 0)
  }

  /** Takes a message whose record is durable; they come in the order of their ids. */
  publish(message: OutgoingMessage): void {
    const subject = busSubjectOf(this.#options.environment, message.payload)
    const entry = { message, subject, is_stored: false }
    this.#entries.push(entry)
    const waiting = this.#turns.get(subject)
    if (waiting !== undefined) {
      waiting.push(entry)
      return
    }
    const turn = [entry]
    this.#turns.set(subject, turn)
    void this.#run(subject, turn)
  }

  /** What is said from now on waits here, until it is let go; what is under way goes on. */
  hold(is_held: boolean): void {
    if (is_held) this.#hold ??= Promise.withResolvers()
    else this.#letGo()
  }

  /**
   * Resolves when the bus has everything, or when the time is over; at once where the bus is late, or where messages are
   * held. Whatever is left is published at the next start.
   */
  async drain(timeout_ms: number): Promise<boolean> {
    if (this.#turns.size === 0) return true
    if (this.is_late || this.#hold !== undefined) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => resolve(false), timeout_ms)
    this.#onDrained = () => resolve(true)
    const isDrained = await promise
    clearTimeout(timer)
    return isDrained
  }

  close(): void {
    this.#isClosed = true
    this.#letGo()
    clearTimeout(this.#timer)
  }

  #letGo(): void {
    this.#hold?.resolve()
    this.#hold = undefined
  }

  async #run(subject: string, turn: Entry[]): Promise<void> {
    for (let entry = turn[0]; entry !== undefined && !this.#isClosed; entry = turn[0]) {
      while (this.#hold !== undefined) await this.#hold.promise
      try {
        await this.#store(entry)
      } catch (error) {
        if (!this.#isClosed) this.#options.onFailure(error)
        return
      }
      turn.shift()
    }
    this.#turns.delete(subject)
    if (this.#turns.size === 0) this.#onDrained?.()
  }

  /** Publishes a message until it is stored; none of its subject overtakes it. */
  async #store(entry: Entry): Promise<void> {
    const { bus, session, epoch, onTaken } = this.#options
    const { message, subject } = entry
    const id = messageId(message.node, message.epoch, message.seq, message.n)
    const published = {
      subject,
      // Nodes keep their names from session to session, and count from the start again.
      message_id: `${session}.${id}`,
      payload: encodeNodeMessage(message, session),
    }
    for (let tries = 1; !this.#isClosed; tries++) {
      try {
        const { duplicate } = await bus.publish(published)
        if (duplicate && tries === 1 && message.epoch === epoch) onTaken(id, subject)
        entry.is_stored = true
        this.#noteLate(subject, false, '')
        return this.#confirmSoon()
      } catch (error) {
        if (!isDeadline(error)) throw error
        this.#noteLate(subject, true, error.what)
      }
    }
  }

  #noteLate(subject: string, is_late: boolean, reason: string): void {
    const was = this.is_late
    if (is_late) this.#late.add(subject)
    else this.#late.delete(subject)
    if (was !== this.is_late) this.#options.onLate(this.is_late, reason)
  }

  #confirmSoon(): void {
    if (this.#isClosed || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#confirm()
    }, CONFIRM_INTERVAL_MS)
  }

  /** Up to the first that is not stored, whatever is stored behind it. */
  #confirm(): void {
    const first = this.#entries.findIndex(({ is_stored }) => !is_stored)
    const count = first < 0 ? this.#entries.length : first
    if (count === 0) return
    const { epoch, seq, n } = must(this.#entries[count - 1], 'something was stored').message
    this.#entries = this.#entries.slice(count)
    this.#options.onConfirmed({ epoch, seq, n })
  }
}

function isDeadline(error: unknown): error is OperatingError {
  return error instanceof OperatingError && error.code === 'bus.deadline'
}
