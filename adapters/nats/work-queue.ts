// Reads a stream whose messages go once they are done with. In order, always: the reader is made anew whenever anything
// is in doubt, and begins with the oldest message that is left. The server would otherwise send one that was in the hands
// of a reader before behind those that came later.

import { setTimeout as wait } from 'node:timers/promises'
import {
  AckPolicy,
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream'
import { type NatsConnection, PermissionViolationError } from '@nats-io/transport-node'
import { busClosed } from '../bus-memory/bus-errors.ts'
import type { ConnectionState } from './connection-state.ts'

const REQUEST_TIMEOUT_MS = 1_000
const RETRY_WAIT_MS = 100
/** Messages in the hands of the reader at a time. */
const FETCHED_MAX = 64
/** How long an empty stream is waited at; the server takes no less than a second. */
const EXPIRES_MS = 1_000

export type WorkQueueOptions = {
  readonly connection: NatsConnection
  readonly state: ConnectionState
  readonly stream: string
  /** Name of the reader: there is one of it at a time. */
  readonly reader: string
  /** A message goes once this has resolved; where it rejects, reading ends. */
  readonly onMessage: (message: Pick<JsMsg, 'subject' | 'data'>) => Promise<void>
}

export class WorkQueue {
  readonly #options: WorkQueueOptions
  readonly #js: JetStreamClient
  #isClosed = false
  #consumer: Consumer | undefined
  #messages: ConsumerMessages | undefined
  #emptied: PromiseWithResolvers<void> | undefined

  constructor(options: WorkQueueOptions) {
    this.#options = options
    this.#js = jetstream(options.connection, { timeout: REQUEST_TIMEOUT_MS })
  }

  /** Reads until it is closed. Rejects where the handler did, or the server says that this may not be read. */
  async run(): Promise<void> {
    // A request that was lost with its connection would be waited for in vain.
    const unlisten = this.#options.state.onChange(() => this.#messages?.stop())
    try {
      while (!this.#isClosed) if ((await this.#turn()) === 0) this.#emptied?.resolve()
    } finally {
      unlisten()
    }
  }

  /** Resolves when the server has been asked and had nothing more. */
  emptied(): Promise<void> {
    this.#emptied ??= Promise.withResolvers()
    return this.#emptied.promise
  }

  /** Ends `run` once what is in hand is done with. */
  close(): void {
    this.#isClosed = true
    this.#messages?.stop()
  }

  /** How many messages are done with; undefined where the server could not be asked. */
  async #turn(): Promise<number | undefined> {
    const { state } = this.#options
    if (state.is_closed) throw busClosed()
    if (!state.is_connected) {
      this.#consumer = undefined
      // Nobody is left waiting for a connection, turn by turn, while a server is away for hours.
      await wait(RETRY_WAIT_MS)
      return undefined
    }
    let isHandling = false
    let count = 0
    try {
      this.#consumer ??= await this.#open()
      const messages = await this.#consumer.fetch({ max_messages: FETCHED_MAX, expires: EXPIRES_MS })
      this.#messages = messages
      for await (const message of messages) {
        if (this.#isClosed || message.redelivered) return this.#again(count)
        isHandling = true
        await this.#options.onMessage(message)
        isHandling = false
        if (!(await message.ackAck({ timeout: REQUEST_TIMEOUT_MS }))) return this.#again(count)
        count++
      }
      // Stopped, it says nothing about what is left.
      return state.is_connected ? count : this.#again(count)
    } catch (error) {
      if (isHandling || error instanceof PermissionViolationError) throw error
      // A server that is just starting refuses in many words, and is asked again.
      await wait(RETRY_WAIT_MS)
      return this.#again(undefined)
    }
  }

  /** What was fetched and is not done with comes again, to a reader that begins anew. */
  #again(count: number | undefined): number | undefined {
    this.#consumer = undefined
    return count === 0 ? undefined : count
  }

  async #open(): Promise<Consumer> {
    const { connection, stream, reader } = this.#options
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: REQUEST_TIMEOUT_MS })
    await removed(manager, stream, reader)
    await manager.consumers.add(stream, {
      durable_name: reader,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      max_ack_pending: FETCHED_MAX,
    })
    return this.#js.consumers.get(stream, reader)
  }
}

async function removed(manager: JetStreamManager, stream: string, reader: string): Promise<void> {
  try {
    await manager.consumers.delete(stream, reader)
  } catch (error) {
    const isGone = error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound
    if (!isGone) throw error
  }
}
