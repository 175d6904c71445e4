// The gate's approval: an in-process capability for exactly one command and its bytes, used once, and not for long. Only
// the gate mints approvals; the outbox spends them. Nothing approved ever travels a bus.

import { assert } from '../schemas/assert.ts'
import type { VenueCommand } from '../schemas/messages/order.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'

export class Approval {
  readonly approved_us: number
  readonly #command: VenueCommand
  /** Holds the command in the canonical encoding, as the gate saw it. */
  readonly #page: CanonicalWriter
  readonly #start: number
  readonly #end: number
  #isSpent = false

  /** @param start where on the page, and up to its end, the command is written. */
  constructor(command: VenueCommand, page: CanonicalWriter, start: number, approved_us: number) {
    this.#command = command
    this.#page = page
    this.#start = start
    this.#end = page.length
    this.approved_us = approved_us
  }

  /** Spends the approval on its command and writes the approved bytes, with their length, into what is journaled. */
  spend(command: VenueCommand, record: CanonicalWriter): void {
    assert(!this.#isSpent, 'an approval is used once')
    assert(command === this.#command, 'an approval covers the very command the gate saw')
    this.#isSpent = true
    record.bytesOf(this.#page, this.#start, this.#end)
  }
}
