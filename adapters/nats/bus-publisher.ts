// Publishing with a deadline: each message is sent again under its id until the server has it or the time is over, and
// messages of one subject go one behind the other, so that one sent again never overtakes the next.

import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { JetStreamClient } from '@nats-io/jetstream'
import { PermissionViolationError, TimeoutError } from '@nats-io/transport-node'
import type { BusMessage, BusReceipt } from '../../engine/bus-port.ts'
import { busClosed, busDeadline, busOverloaded } from '../bus-memory/bus-errors.ts'
import type { ConnectionState } from './connection-state.ts'

const RETRY_WAIT_MS = 20

export type BusPublisherOptions = {
  readonly js: JetStreamClient
  readonly state: ConnectionState
  readonly deadline_ms: number
  readonly pending_max: number
}

export class BusPublisher {
  readonly #options: BusPublisherOptions
  /** The last message of each subject that is under way. */
  readonly #turns = new Map<string, Promise<void>>()
  #in_flight = 0

  constructor(options: BusPublisherOptions) {
    this.#options = options
  }

  /** Rejects with `bus.overloaded`, `bus.deadline`, `bus.closed`, or the server's permission violation. */
  async publish(message: BusMessage): Promise<BusReceipt> {
    const { pending_max, deadline_ms } = this.#options
    const { subject } = message
    if (this.#in_flight >= pending_max) throw busOverloaded(subject, pending_max)
    const end_ms = performance.now() + deadline_ms
    const before = this.#turns.get(subject)
    const { promise: turn, resolve: done } = Promise.withResolvers<void>()
    this.#turns.set(subject, turn)
    this.#in_flight += 1
    try {
      await before
      return await this.#untilStored(message, end_ms)
    } finally {
      this.#in_flight -= 1
      if (this.#turns.get(subject) === turn) this.#turns.delete(subject)
      done()
    }
  }

  async #untilStored(message: BusMessage, end_ms: number): Promise<BusReceipt> {
    const { js, state, deadline_ms } = this.#options
    let why = 'no answer'
    let tries = 0
    // Short at first, since an answer may be lost with its connection; then longer, for a server that is slow.
    for (let try_ms = deadline_ms / 8; ; try_ms *= 2) {
      const left_ms = end_ms - performance.now()
      if (left_ms <= 0) throw busDeadline(message, deadline_ms, why)
      if (state.is_closed) throw busClosed()
      if (!state.is_connected) {
        why = 'the connection is lost'
        await Promise.race([state.connected(), wait(left_ms)])
        continue
      }
      tries += 1
      try {
        const { stream, seq, duplicate } = await js.publish(message.subject, message.payload, {
          msgID: message.message_id,
          timeout: Math.min(try_ms, left_ms),
        })
        return { stream, sequence: seq, duplicate: duplicate && tries === 1 }
      } catch (error) {
        if (error instanceof PermissionViolationError) throw error
        why = error instanceof TimeoutError || !(error instanceof Error) ? 'no answer' : error.message
      }
      await wait(RETRY_WAIT_MS)
    }
  }
}
