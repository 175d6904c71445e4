// The bus on JetStream. Rules: ./SPEC.md; the port says what is promised. The connection is its owner's to close.

import { type JetStreamManager, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { type NatsConnection, PermissionViolationError, TimeoutError } from '@nats-io/transport-node'
import type {
  BusDelivery,
  BusMessage,
  BusReceipt,
  BusStart,
  BusSubscription,
  MessageBus,
} from '../../engine/bus-port.ts'
import { assert } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { busClosed, busUnanswered, subscriberFailed, violation } from '../bus-memory/bus-errors.ts'
import { BusPublisher } from './bus-publisher.ts'
import { BusSender } from './bus-sender.ts'
import { ConnectionState } from './connection-state.ts'
import { HeardMarks, nanosOf } from './heard-marks.ts'
import { SERVER_SETTINGS_SUBJECT } from './roles.ts'
import { StreamReader } from './stream-reader.ts'

export type JetStreamBusOptions = {
  readonly connection: NatsConnection
  /** Which stream holds a subject, or all that match one. */
  readonly streamOf: (subject: string) => string
  /** Of every publish. */
  readonly deadline_ms: number
  /** Publishes under way at once; messages that wait for a subscriber in this process. */
  readonly pending_max: number
  /**
   * Readers of a role that may make none, by this name in every stream (`strategyRole`): one subscription to a stream at
   * a time.
   */
  readonly fixed_consumer?: string
}

/** Whoever starts at what is new keeps no place beyond this process, so marks in it are all there is to go by. */
type Place = { readonly after_sequence: number; readonly marks?: HeardMarks }

const ASKED_TIMES = 4
/** Answers to what this process publishes come behind what waits for its subscribers; a server stores few more in the time. */
const WAITING_MAX = 256
const MESSAGE_ID_HEADER = 'Nats-Msg-Id'
/** What has no place in a stream. */
const SENT = { message_id: '', stream: '', stream_life: 1, sequence: 0, ts_stored_us: 0, pending_count: 0 }

export class JetStreamBus implements MessageBus {
  readonly #options: JetStreamBusOptions
  readonly #state: ConnectionState
  readonly #publisher: BusPublisher
  readonly #sender: BusSender
  readonly #subscriptions = new Set<BusSubscription>()
  /** Streams whose fixed reader is in use. */
  readonly #taken = new Set<string>()
  readonly #faultListeners: ((fault: OperatingError) => void)[] = []
  #fault: OperatingError | undefined

  constructor(options: JetStreamBusOptions) {
    const { connection } = options
    this.#options = options
    this.#state = new ConnectionState(connection)
    this.#publisher = new BusPublisher({ js: jetstream(connection), state: this.#state, ...options })
    this.#sender = new BusSender(connection, this.#state)
    void this.#watch()
  }

  get dropped_count(): number {
    return this.#sender.dropped_count
  }

  async publish(message: BusMessage): Promise<BusReceipt> {
    this.#refuseFaulty()
    assert(message.message_id !== '', 'what is published has an id')
    try {
      return await this.#publisher.publish(message)
    } catch (error) {
      throw error instanceof PermissionViolationError ? this.#violate(error) : error
    }
  }

  send({ subject, payload }: Pick<BusMessage, 'subject' | 'payload'>): void {
    this.#refuseFaulty()
    this.#sender.send(subject, payload)
  }

  async subscribe(
    subjects: readonly string[],
    start: BusStart,
    onMessage: (delivery: BusDelivery) => void | Promise<void>,
  ): Promise<BusSubscription> {
    this.#refuseFaulty()
    const { connection, streamOf, pending_max, fixed_consumer } = this.#options
    const [stream = '', ...others] = new Set(subjects.map(streamOf))
    assert(others.length === 0, 'subjects of a subscription are of one stream')
    assert(!this.#taken.has(stream), 'a fixed reader has one subscription at a time')
    const { after_sequence, marks } = await this.#startOf(stream, start)
    if (fixed_consumer !== undefined) this.#taken.add(stream)
    const reader = new StreamReader({
      connection,
      state: this.#state,
      stream,
      subjects,
      fixed_consumer,
      after_sequence,
      marks,
      pending_max: Math.min(pending_max, WAITING_MAX),
      onMessage: (message, life) => onMessage(deliveryOf(message, life)),
      onFailure: (error) =>
        this.#tell(error instanceof OperatingError ? error : subscriberFailed(subjects, error)),
    })
    return this.#held(async () => {
      await reader.close()
      this.#taken.delete(stream)
    })
  }

  async listen(
    subjects: readonly string[],
    onMessage: (delivery: BusDelivery) => void,
  ): Promise<BusSubscription> {
    this.#refuseFaulty()
    const { connection } = this.#options
    const subscriptions = subjects.map((subject) =>
      connection.subscribe(subject, {
        callback: (error, { subject, data }) => {
          // A denied subscription ends with an error here, and is told by the connection.
          if (error === null) onMessage({ subject, payload: data, ...SENT })
        },
      }),
    )
    // From now on: the server has heard of it.
    await connection.flush()
    return this.#held(async () => {
      for (const subscription of subscriptions) subscription.unsubscribe()
    })
  }

  onFault(listener: (fault: OperatingError) => void): void {
    this.#faultListeners.push(listener)
  }

  onConnection(listener: (connected: boolean, reason: string) => void): void {
    this.#state.onChange(listener)
  }

  async close(): Promise<void> {
    this.#fault ??= busClosed()
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()))
  }

  async #startOf(stream: string, start: BusStart): Promise<Place> {
    if ('after_sequence' in start) {
      const { after_sequence } = start
      const isHeld = await this.#ask(stream, (manager) => this.#holds(manager, stream, after_sequence))
      return { after_sequence: isHeld ? after_sequence : 0 }
    }
    if (start.at === 'first') return { after_sequence: 0 }
    const { last_seq, last_ts } = await this.#ask(
      stream,
      async (manager) => (await manager.streams.info(stream)).state,
    )
    const marks = new HeardMarks()
    marks.note({ sequence: last_seq, ts_stored_ns: nanosOf(last_ts) })
    return { after_sequence: last_seq, marks }
  }

  /** Whether the stream goes up to a sequence; through a fixed reader, whose role may not ask for the stream. */
  async #holds(manager: JetStreamManager, stream: string, sequence: number): Promise<boolean> {
    const { fixed_consumer: reader } = this.#options
    if (reader === undefined) return (await manager.streams.info(stream)).state.last_seq >= sequence
    // Where there is none the server leaves the reset unanswered, and answers this.
    await manager.consumers.info(stream, reader)
    return (await manager.consumers.reset(stream, reader, sequence)).num_pending > 0
  }

  /** Asks until the deadline: a request may be lost with its connection. */
  async #ask<Answer>(stream: string, ask: (manager: JetStreamManager) => Promise<Answer>): Promise<Answer> {
    const { connection, deadline_ms } = this.#options
    const manager = await jetstreamManager(connection, {
      checkAPI: false,
      timeout: deadline_ms / ASKED_TIMES,
    })
    for (let tries = 1; ; tries++) {
      try {
        await this.#state.connected()
        return await ask(manager)
      } catch (error) {
        if (!(error instanceof TimeoutError) || tries === ASKED_TIMES) throw busUnanswered(stream, error)
      }
    }
  }

  #held(close: () => Promise<void>): BusSubscription {
    const subscription = {
      close: async () => {
        this.#subscriptions.delete(subscription)
        await close()
      },
    }
    this.#subscriptions.add(subscription)
    return subscription
  }

  /** Core messages and denied subscriptions are answered by nobody: the connection tells. */
  async #watch(): Promise<void> {
    for await (const status of this.#options.connection.status()) {
      if (status.type !== 'error' || !(status.error instanceof PermissionViolationError)) continue
      if (status.error.subject !== SERVER_SETTINGS_SUBJECT) this.#violate(status.error)
    }
  }

  #violate({ operation, subject }: PermissionViolationError): OperatingError {
    const fault = violation(operation === 'publish' ? 'publish to' : 'listen to', subject)
    if (this.#fault === undefined) {
      this.#fault = fault
      this.#tell(fault)
    }
    return fault
  }

  #tell(fault: OperatingError): void {
    for (const listener of this.#faultListeners) listener(fault)
  }

  #refuseFaulty(): void {
    if (this.#fault !== undefined) throw this.#fault
  }
}

function deliveryOf(message: JsMsg, stream_life: number): BusDelivery {
  const { subject, data, seq, info, headers } = message
  const message_id = headers?.get(MESSAGE_ID_HEADER) ?? ''
  const { stream, pending, timestampNanos } = info
  return {
    subject,
    message_id,
    payload: data,
    stream,
    stream_life,
    sequence: seq,
    ts_stored_us: Math.floor(timestampNanos / 1_000),
    pending_count: pending,
  }
}
