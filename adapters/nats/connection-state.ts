// Whether a connection to the server stands, for whoever would otherwise fill its buffer with what cannot be sent.

import type { NatsConnection } from '@nats-io/transport-node'

export class ConnectionState {
  readonly #listeners = new Set<(connected: boolean, reason: string) => void>()
  #isConnected = true
  #lost_count = 0
  #isClosed = false
  #waiting: PromiseWithResolvers<void> | undefined

  constructor(connection: NatsConnection) {
    void this.#watch(connection)
  }

  get is_connected(): boolean {
    return this.#isConnected
  }

  /** Times it was lost. */
  get lost_count(): number {
    return this.#lost_count
  }

  /** For good: it does not come back. */
  get is_closed(): boolean {
    return this.#isClosed
  }

  /** Returns what ends the listening. */
  onChange(listener: (connected: boolean, reason: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when the connection stands, or has been closed for good. */
  async connected(): Promise<void> {
    if (this.#isConnected || this.#isClosed) return
    this.#waiting ??= Promise.withResolvers()
    await this.#waiting.promise
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') this.#change(false, 'connection lost')
      else if (status.type === 'staleConnection') this.#change(false, 'no answer to pings')
      else if (status.type === 'reconnect') this.#change(true, 'connected again')
    }
    this.#isClosed = true
    this.#change(false, 'closed')
    this.#waiting?.resolve()
  }

  #change(connected: boolean, reason: string): void {
    if (connected === this.#isConnected) return
    this.#isConnected = connected
    if (connected) {
      this.#waiting?.resolve()
      this.#waiting = undefined
    } else this.#lost_count += 1
    for (const listener of this.#listeners) listener(connected, reason)
  }
}
