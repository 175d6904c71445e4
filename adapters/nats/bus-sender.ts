// Sending without an answer, for market data: what the connection cannot take now is dropped and counted. Nothing is kept
// for a server that is away, since old market data is worse than none.

import type { NatsConnection } from '@nats-io/transport-node'
import type { ConnectionState } from './connection-state.ts'

/** About what a busy market sends in a second. */
const UNFLUSHED_BYTES_MAX = 8 << 20

export class BusSender {
  readonly #connection: NatsConnection
  readonly #state: ConnectionState
  #unflushed_bytes = 0
  #flushing_bytes = 0
  #dropped_count = 0

  constructor(connection: NatsConnection, state: ConnectionState) {
    this.#connection = connection
    this.#state = state
    // What was on its way is gone with the connection.
    state.onChange(() => {
      this.#unflushed_bytes = 0
      this.#flushing_bytes = 0
    })
  }

  get dropped_count(): number {
    return this.#dropped_count
  }

  send(subject: string, payload: Uint8Array): void {
    const isFull = this.#unflushed_bytes + payload.length > UNFLUSHED_BYTES_MAX
    if (isFull || !this.#state.is_connected) {
      this.#dropped_count += 1
      return
    }
    this.#connection.publish(subject, payload)
    this.#unflushed_bytes += payload.length
    if (this.#flushing_bytes === 0) void this.#flush()
  }

  /** The server has answered a ping behind what was sent: that much has left this process. */
  async #flush(): Promise<void> {
    const bytes = this.#unflushed_bytes
    this.#flushing_bytes = bytes
    try {
      await this.#connection.flush()
    } catch (error) {
      // The connection is gone, which is told elsewhere.
      if (!(error instanceof Error)) throw error
    }
    if (this.#flushing_bytes !== bytes) return
    this.#unflushed_bytes -= bytes
    this.#flushing_bytes = 0
    if (this.#unflushed_bytes > 0) void this.#flush()
  }
}
