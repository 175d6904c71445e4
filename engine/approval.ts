// The gate's approval: an in-process capability for exactly one command's bytes, used once, and not for long. Only
// the gate mints approvals (a tidy rule holds that); the outbox spends them. Nothing approved ever travels a bus.

import { assert } from '../schemas/assert.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'

const EMPTY = new Uint8Array(0)

export class Approval {
  readonly approved_us: number
  /** The approved command in the canonical encoding. */
  #bytes: Uint8Array
  #isSpent = false

  constructor(bytes: Uint8Array, approved_us: number) {
    this.#bytes = bytes
    this.approved_us = approved_us
  }

  /** Spends the approval on the bytes written from `from` on; another use, or other bytes, is a bug and stops the node. */
  spend(written: CanonicalWriter, from: number): void {
    assert(!this.#isSpent, 'an approval is used once')
    assert(written.endsWith(this.#bytes, from), 'an approval covers exactly the bytes that are sent')
    this.#isSpent = true
    this.#bytes = EMPTY
  }
}
