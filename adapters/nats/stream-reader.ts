// Reads a stream in order from a sequence on, for as long as it is wanted: through reconnects, servers that come back, and
// readers the server has lost. Each message is handed over once and in order; the next waits until the last is done with.
//
// The client's own recovery gives up where a request of it is lost with the connection, and then stalls for ever. Here a
// reader that misses heartbeats, or whose connection was lost, is let go and made anew behind the last message.

import { setTimeout as wait } from 'node:timers/promises'
import {
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JsMsg,
  jetstream,
} from '@nats-io/jetstream'
import { type NatsConnection, PermissionViolationError } from '@nats-io/transport-node'
import type { ConnectionState } from './connection-state.ts'

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
  /** Of the last message that is not wanted any more; 0: everything the stream holds. */
  readonly after_sequence: number
  /** Messages that may wait in this process. */
  readonly pending_max: number
  readonly onMessage: (message: JsMsg) => void | Promise<void>
  /** Nothing more is read: the handler threw, the stream is not there, or the connection is closed. */
  readonly onFailure: (error: unknown) => void
}

export class StreamReader {
  readonly #options: StreamReaderOptions
  readonly #js: JetStreamClient
  readonly #unlisten: () => void
  #sequence: number
  #messages: ConsumerMessages | undefined
  #isClosed = false
  readonly #running: Promise<void>

  constructor(options: StreamReaderOptions) {
    this.#options = options
    this.#js = jetstream(options.connection, { timeout: REQUEST_TIMEOUT_MS })
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
    this.#messages?.stop()
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isClosed) {
        this.#messages = await this.#open()
        if (this.#messages === undefined) await wait(RETRY_WAIT_MS)
        else await this.#read(this.#messages)
      }
    } catch (error) {
      this.#options.onFailure(error)
    } finally {
      this.#unlisten()
      this.#messages?.stop()
    }
  }

  /** Undefined where the server cannot be asked now. */
  async #open(): Promise<ConsumerMessages | undefined> {
    const { connection, state, stream, subjects, pending_max } = this.#options
    try {
      await state.connected()
      const consumer = await this.#js.consumers.get(stream, {
        filter_subjects: [...subjects],
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: this.#sequence + 1,
        inactive_threshold: INACTIVE_MS,
      })
      return await consumer.consume({
        max_messages: pending_max,
        expires: EXPIRES_MS,
        idle_heartbeat: IDLE_HEARTBEAT_MS,
      })
    } catch (error) {
      // A server that is just starting, or has no leader yet, refuses in many words and is asked again.
      const isMissing = error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound
      if (isMissing || connection.isClosed()) throw error
      return undefined
    }
  }

  /** Returns when the reader has to be made anew. */
  async #read(messages: ConsumerMessages): Promise<void> {
    const watching = this.#watch(messages)
    // Stopped while it was being made.
    if (this.#isClosed || !this.#options.state.is_connected) messages.stop()
    let isHandling = false
    try {
      for await (const message of messages) {
        // A reader that was let go may still hold messages: they come again.
        if (this.#isClosed) break
        if (message.seq <= this.#sequence) continue
        isHandling = true
        await this.#options.onMessage(message)
        isHandling = false
        this.#sequence = message.seq
      }
    } catch (error) {
      // Servers end readers with many errors, when they shut down among others; only a missing right is for ever.
      if (isHandling || error instanceof PermissionViolationError) throw error
    } finally {
      messages.stop()
    }
    await watching
  }

  async #watch(messages: ConsumerMessages): Promise<void> {
    for await (const status of messages.status()) {
      if (status.type === 'heartbeats_missed') messages.stop()
    }
  }
}
