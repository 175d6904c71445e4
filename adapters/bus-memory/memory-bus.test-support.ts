// The bus between nodes inside one process, for tests of whatever publishes and subscribes, and the judge of what the one
// on JetStream does. What is published is held in memory, the last of each stream; it is gone with the process. A node that
// hosts everything needs no bus between nodes.

import type {
  BusDelivery,
  BusMessage,
  BusReceipt,
  BusStart,
  BusSubscription,
  MessageBus,
} from '../../engine/bus-port.ts'
import { assert } from '../../schemas/assert.ts'
import type { OperatingError } from '../../schemas/operating-error.ts'
import { busClosed, busOverloaded, messagesLost, subscriberFailed } from './bus-errors.ts'
import { MemoryStream } from './memory-stream.test-support.ts'
import { subjectMatcher } from './subject-pattern.ts'

export type MemoryBusOptions = {
  readonly streamOf: (subject: string) => string
  /** Messages on their way at once, published or sent. */
  readonly pending_max: number
  /** Messages each stream holds, for those who start late; also the window in which an id is known. */
  readonly retained_max: number
}

type Listener = {
  readonly isWanted: (subject: string) => boolean
  readonly onMessage: (delivery: BusDelivery) => void
}
type Sent = Pick<BusMessage, 'subject' | 'payload'>

export class MemoryBus implements MessageBus {
  readonly #options: MemoryBusOptions
  readonly #streams = new Map<string, MemoryStream>()
  readonly #subscriptions = new Set<MemorySubscription>()
  readonly #listeners = new Set<Listener>()
  readonly #faultListeners: ((fault: OperatingError) => void)[] = []
  #in_flight = 0
  #sent: Sent[] = []
  #dropped_count = 0
  #isClosed = false

  constructor(options: MemoryBusOptions) {
    this.#options = options
  }

  get dropped_count(): number {
    return this.#dropped_count
  }

  async publish(message: BusMessage): Promise<BusReceipt> {
    const { pending_max, streamOf } = this.#options
    if (this.#isClosed) throw busClosed()
    assert(message.message_id !== '', 'what is published has an id')
    if (this.#in_flight >= pending_max) throw busOverloaded(message.subject, pending_max)
    this.#in_flight += 1
    const receipt = this.#stream(streamOf(message.subject)).append(message)
    // As from a server, the answer comes after whoever published has gone on.
    await new Promise((resolve) => setImmediate(resolve))
    this.#in_flight -= 1
    return receipt
  }

  send({ subject, payload }: Sent): void {
    if (this.#isClosed) throw busClosed()
    if (this.#sent.length >= this.#options.pending_max) {
      this.#dropped_count += 1
      return
    }
    if (this.#sent.length === 0) setImmediate(() => this.#deliverSent())
    this.#sent.push({ subject, payload: payload.slice() })
  }

  async subscribe(
    subjects: readonly string[],
    start: BusStart,
    onMessage: (delivery: BusDelivery) => void | Promise<void>,
  ): Promise<BusSubscription> {
    if (this.#isClosed) throw busClosed()
    const names = new Set(subjects.map((subject) => this.#options.streamOf(subject)))
    const [name = ''] = names
    assert(names.size === 1, 'subjects of a subscription are of one stream')
    const subscription = new MemorySubscription({
      stream: this.#stream(name),
      subjects,
      start,
      onMessage,
      onFault: (fault) => this.#tell(fault),
    })
    this.#subscriptions.add(subscription)
    return subscription
  }

  async listen(
    subjects: readonly string[],
    onMessage: (delivery: BusDelivery) => void,
  ): Promise<BusSubscription> {
    if (this.#isClosed) throw busClosed()
    const listener = { isWanted: subjectMatcher(subjects), onMessage }
    // What was sent before is on its way to those who listened then.
    await new Promise((resolve) => setImmediate(resolve))
    this.#listeners.add(listener)
    return { close: async () => void this.#listeners.delete(listener) }
  }

  onFault(listener: (fault: OperatingError) => void): void {
    this.#faultListeners.push(listener)
  }

  /** A process is never cut off from itself. */
  onConnection(): void {}

  async close(): Promise<void> {
    this.#isClosed = true
    this.#listeners.clear()
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()))
  }

  #stream(name: string): MemoryStream {
    let stream = this.#streams.get(name)
    if (stream === undefined) {
      stream = new MemoryStream(name, this.#options.retained_max)
      this.#streams.set(name, stream)
    }
    return stream
  }

  #deliverSent(): void {
    const sent = this.#sent
    this.#sent = []
    for (const { subject, payload } of sent) {
      for (const { isWanted, onMessage } of this.#listeners)
        if (isWanted(subject))
          onMessage({
            subject,
            payload,
            message_id: '',
            stream: '',
            stream_life: 1,
            sequence: 0,
            ts_stored_us: 0,
            pending_count: 0,
          })
    }
  }

  #tell(fault: OperatingError): void {
    for (const listener of this.#faultListeners) listener(fault)
  }
}

type SubscriptionOptions = {
  readonly stream: MemoryStream
  readonly subjects: readonly string[]
  readonly start: BusStart
  readonly onMessage: (delivery: BusDelivery) => void | Promise<void>
  readonly onFault: (fault: OperatingError) => void
}

/** Goes over a stream at the pace of its handler; what waits, waits in the stream. */
class MemorySubscription implements BusSubscription {
  readonly #options: SubscriptionOptions
  readonly #isWanted: (subject: string) => boolean
  #sequence: number
  #isClosed = false
  readonly #running: Promise<void>

  constructor(options: SubscriptionOptions) {
    const { stream, subjects, start } = options
    this.#options = options
    this.#isWanted = subjectMatcher(subjects)
    const isBehind = 'after_sequence' in start
    if (isBehind) this.#sequence = start.after_sequence <= stream.last_sequence ? start.after_sequence : 0
    else this.#sequence = start.at === 'first' ? stream.first_sequence - 1 : stream.last_sequence
    this.#running = this.#run()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#options.stream.wake()
    await this.#running
  }

  async #run(): Promise<void> {
    const { stream, subjects, onMessage, onFault } = this.#options
    try {
      while (!this.#isClosed) {
        const lost = stream.first_sequence - this.#sequence - 1
        if (lost > 0) return onFault(messagesLost(subjects, lost))
        const next = stream.at(this.#sequence + 1)
        if (next === undefined) await stream.woken()
        else {
          if (this.#isWanted(next.subject))
            await onMessage({ ...next, pending_count: this.#pendingBehind(next.sequence) })
          this.#sequence = next.sequence
        }
      }
    } catch (error) {
      onFault(subscriberFailed(subjects, error))
    }
  }

  #pendingBehind(sequence: number): number {
    const { stream } = this.#options
    let count = 0
    for (let at = sequence + 1; at <= stream.last_sequence; at++)
      if (this.#isWanted(stream.at(at)?.subject ?? '')) count++
    return count
  }
}
