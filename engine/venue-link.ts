// The last act before a command leaves: the one place that calls a venue's `send`, and the assertion, in every mode,
// that the journal has released the record of that send.

import { assert } from '../schemas/assert.ts'
import type { VenueCommand } from '../schemas/messages/order.ts'
import type { VenuePort } from './venue-port.ts'

/** What a sender needs to know of the journal. */
export type ReleaseMark = { readonly released_lsn: number }

export class VenueLink {
  readonly #port: VenuePort
  readonly #journal: ReleaseMark
  #lastLsn = -1

  constructor(port: VenuePort, journal: ReleaseMark) {
    this.#port = port
    this.#journal = journal
  }

  /** @param lsn the effect record that holds this command. */
  send(command: VenueCommand, lsn: number, now_us: number): void {
    assert(lsn <= this.#journal.released_lsn, 'nothing is sent before the journal has released its record')
    assert(lsn >= this.#lastLsn, 'commands leave in the order of their records')
    this.#lastLsn = lsn
    this.#port.send(command, now_us)
  }
}
