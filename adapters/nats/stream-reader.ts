// Reads a stream in order from a sequence on, for as long as it is wanted: through reconnects, servers that come back, and
// readers the server has lost. Each message is handed over once and in order; the next waits until the last is done with.
//
// The client's own recovery gives up where a request of it is lost with the connection, and then stalls for ever. Here a
// reader that misses heartbeats, or whose connection was lost, is let go and made anew behind the last message.

import { setTimeout as wait } from 'node:timers/promises'
import {
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream'
import { type NatsConnection, PermissionViolationError } from '@nats-io/transport-node'
import { OperatingError } from '../../schemas/operating-error.ts'
import { subjectMatcher } from '../bus-memory/subject-pattern.ts'
import type { ConnectionState } from './connection-state.ts'
import { findPlace } from './find-place.ts'
import { FixedConsumer } from './fixed-consumer.ts'
import type { HeardMarks } from './heard-marks.ts'

const IDLE_HEARTBEAT_MS = 500
const EXPIRES_MS = 2_000
/** A request lost with its connection is asked again after this. */
const REQUEST_TIMEOUT_MS = 1_000
const RETRY_WAIT_MS = 50
/** The server drops a reader nobody asks for after this. */
const INACTIVE_MS = 30_000

export type StreamReaderOptions = {
  readonly connection: NatsConnection
  readonly state: ConnectionState
  readonly stream: string
  readonly subjects: readonly string[]
  /** A reader made for a role that may make none, with one subscription at a time; absent: one is made. */
  readonly fixed_consumer?: string | undefined
  /** Of the last message that is not wanted any more; 0: everything the stream holds. */
  readonly after_sequence: number
  /**
   * Of a stream whose server may lose its end: what was heard is told by these, with the message at `after_sequence` among
   * them. Absent: a sequence is a place for ever.
   */
  readonly marks?: HeardMarks | undefined
  /** Messages that may wait in this process. */
  readonly pending_max: number
  /** `life` is 1, and one more each time the stream was found set back. */
  readonly onMessage: (message: JsMsg, life: number) => void | Promise<void>
  /** Nothing more is read: the handler threw, the stream is not there, or the connection is closed. */
  readonly onFailure: (error: unknown) => void
}

export class StreamReader {
  readonly #options: StreamReaderOptions
  readonly #js: JetStreamClient
  readonly #fixed: FixedConsumer | undefined
  readonly #isWanted: (subject: string) => boolean
  readonly #unlisten: () => void
  #sequence: number
  #life = 1
  #messages: ConsumerMessages | undefined
  #isClosed = false
  #isHandling = false
  /** Nobody who closes it waits for a server that is away. */
  readonly #closing = Promise.withResolvers<void>()
  readonly #running: Promise<void>

  constructor(options: StreamReaderOptions) {
    this.#options = options
    this.#js = jetstream(options.connection, { timeout: REQUEST_TIMEOUT_MS })
    const { stream, fixed_consumer: fixed } = options
    this.#fixed = fixed === undefined ? undefined : new FixedConsumer(this.#js, stream, fixed)
    this.#isWanted = subjectMatcher(options.subjects)
    this.#sequence = options.after_sequence
    this.#unlisten = options.state.onChange(() => this.#messages?.stop())
    this.#running = this.#run()
  }

  /** Of the last message that was handed over and done with. */
  get sequence(): number {
    return this.#sequence
  }

  /** Resolves when no handler runs and none will. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#closing.resolve()
    this.#messages?.stop()
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isClosed) {
        this.#messages = await this.#open()
        if (this.#messages !== undefined) await this.#read(this.#messages)
        if (this.#messages === undefined || this.#fixed !== undefined) await wait(RETRY_WAIT_MS)
      }
    } catch (error) {
      // What is let go fails as it likes, but for its owner's own doing.
      if (!this.#isClosed || this.#isHandling) this.#options.onFailure(error)
    } finally {
      this.#unlisten()
      this.#messages?.stop()
    }
  }

  /** Undefined where the server cannot be asked now. */
  async #open(): Promise<ConsumerMessages | undefined> {
    const { connection, state, stream, subjects, pending_max } = this.#options
    try {
      if (!state.is_connected) await Promise.race([state.connected(), this.#closing.promise])
      if (this.#isClosed) return undefined
      const { lost_count } = state
      await this.#findPlace()
      const consumer = await this.#openConsumer(this.#sequence, subjects)
      const messages = await consumer.consume({
        max_messages: pending_max,
        expires: EXPIRES_MS,
        idle_heartbeat: IDLE_HEARTBEAT_MS,
      })
      // Another server may have answered the first half.
      if (state.lost_count !== lost_count) messages.stop()
      return messages
    } catch (error) {
      // A server that is just starting, or has no leader yet, refuses in many words and is asked again.
      const code = error instanceof JetStreamApiError ? error.code : undefined
      if (code === JetStreamApiCodes.ConsumerNotFound && this.#fixed !== undefined)
        throw readerMissing(stream, error)
      if (code === JetStreamApiCodes.StreamNotFound || connection.isClosed()) throw error
      return undefined
    }
  }

  /** Of the stream's whole where `subjects` are none. */
  async #openConsumer(after_sequence: number, subjects: readonly string[]): Promise<Consumer> {
    const made = {
      filter_subjects: [...subjects],
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after_sequence + 1,
      inactive_threshold: INACTIVE_MS,
    }
    return this.#fixed?.open(after_sequence) ?? this.#js.consumers.get(this.#options.stream, made)
  }

  async #findPlace(): Promise<void> {
    const { connection, stream, marks } = this.#options
    if (marks === undefined || this.#sequence === 0) return
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: REQUEST_TIMEOUT_MS })
    const openWhole = (after_sequence: number) => this.#openConsumer(after_sequence, [])
    const place = await findPlace({ manager, stream, marks, openWhole }, this.#sequence)
    if (place === this.#sequence) return
    this.#sequence = place
    this.#life += 1
  }

  /** Returns when the reader has to be made anew. */
  async #read(messages: ConsumerMessages): Promise<void> {
    const over = new AbortController()
    const watching = [this.#watch(messages), this.#watchTail(messages, over.signal)]
    // Stopped while it was being made.
    if (this.#isClosed || !this.#options.state.is_connected) messages.stop()
    let reader: string | undefined
    try {
      for await (const message of messages) {
        // A reader that was let go may still hold messages: they come again.
        if (this.#isClosed || this.#fixed?.takes(message) === false) break
        // So may one that the client has made anew by itself, which has not looked where the stream ends.
        reader ??= message.info.consumer
        if (message.info.consumer !== reader) break
        if (message.seq > this.#sequence) await this.#handle(message)
      }
    } catch (error) {
      // Servers end readers with many errors, when they shut down among others; only a missing right is for ever.
      if (this.#isHandling || error instanceof PermissionViolationError) throw error
    } finally {
      messages.stop()
      over.abort()
    }
    await Promise.all(watching)
  }

  async #handle(message: JsMsg): Promise<void> {
    const { marks, onMessage } = this.#options
    const mark = { sequence: message.seq, ts_stored_ns: message.info.timestampNanos }
    // A fixed reader brings its whole stream; one that was set back, what was heard before.
    if (this.#isWanted(message.subject) && marks?.has(mark) !== true) {
      this.#isHandling = true
      await onMessage(message, this.#life)
      this.#isHandling = false
    }
    marks?.note(mark)
    this.#sequence = message.seq
  }

  async #watch(messages: ConsumerMessages): Promise<void> {
    for await (const status of messages.status()) {
      if (status.type === 'heartbeats_missed') messages.stop()
    }
  }

  /** Of a fixed reader: lets go of it where something was handed out and did not come. */
  async #watchTail(messages: ConsumerMessages, over: AbortSignal): Promise<void> {
    try {
      const isWhole = await this.#fixed?.isComplete(EXPIRES_MS, () => this.#isHandling, over)
      if (isWhole === false) messages.stop()
    } catch {
      // Not wanted any more, or it could not be asked: made anew, it is asked again.
      messages.stop()
    }
  }
}

/** Of a role that makes none, so nothing would ever come. */
function readerMissing(stream: string, cause: unknown): OperatingError {
  return new OperatingError({
    code: 'nats.reader_missing',
    reason: 'unavailable',
    what: `The server has no reader of ${stream} for this node.`,
    where: stream,
    remedy:
      'Run orrery nats up --strategy NODE=ID,... with all nodes of strategies, which makes what is missing.',
    cause,
  })
}
