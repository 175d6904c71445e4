// The gate's approval: an in-process capability for exactly one command and its bytes, used once, and not for long. Only
// the gate mints approvals; the outbox spends them. Nothing approved ever travels a bus.

import { assert } from '../schemas/assert.ts'
import type { VenueCommand } from '../schemas/messages/order.ts'

export class Approval {
  readonly approved_us: number
  readonly #command: VenueCommand
  /** The command in the canonical encoding, as the gate saw it. */
  readonly #bytes: Uint8Array
  #isSpent = false

  constructor(command: VenueCommand, bytes: Uint8Array, approved_us: number) {
    this.#command = command
    this.#bytes = bytes
    this.approved_us = approved_us
  }

  /** Spends the approval on its command and gives the approved bytes, which are what is journaled. */
  spend(command: VenueCommand): Uint8Array {
    assert(!this.#isSpent, 'an approval is used once')
    assert(command === this.#command, 'an approval covers the very command the gate saw')
    this.#isSpent = true
    return this.#bytes
  }
}
