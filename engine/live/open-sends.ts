// Commands recorded as effects whose fate is not: what start-up must settle after a crash. Live and re-run keep the same
// list, from the same records, and it is part of snapshot and base.
//
// A command leaves the list by its outcome. One that only a re-run said, beyond the last effect record, was provably
// never sent: the venue sees nothing before the record is durable. Any other may have been.

import { must } from '../../schemas/assert.ts'
import type { SendOutcome, VenueCommand } from '../../schemas/messages/order.ts'
import { placeOf } from '../../schemas/place-of.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { COMMAND_TYPES } from '../command-codec.ts'

type OpenSend = Pick<SendOutcome, 'account_id' | 'client_order_id' | 'command_type'> & {
  readonly never_sent: boolean
}

export class OpenSends {
  readonly #sends = new Map<string, OpenSend>()

  get count(): number {
    return this.#sends.size
  }

  /** Takes in the commands of an effect record, or of one that was never written. */
  add(commands: readonly VenueCommand[], never_sent = false): void {
    for (const command of commands) {
      const { account_id, client_order_id, type } = command
      this.#sends.set(client_order_id, { account_id, client_order_id, command_type: type, never_sent })
    }
  }

  settle(outcome: SendOutcome): void {
    this.#sends.delete(outcome.client_order_id)
  }

  /** The outcomes a start-up gives them, oldest first. */
  outcomes(): SendOutcome[] {
    return [...this.#sends.values()].map(({ never_sent, ...send }) => ({
      type: 'send_outcome',
      outcome: never_sent ? 'refused' : 'unproven',
      ...send,
      reason_code: never_sent ? 'never_sent' : 'engine_restarted',
    }))
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.#sends.size)
    for (const send of this.#sends.values()) {
      writer.text(send.account_id)
      writer.text(send.client_order_id)
      writer.byte(placeOf(COMMAND_TYPES, send.command_type))
      writer.flag(send.never_sent)
    }
  }

  load(reader: CanonicalReader): void {
    this.#sends.clear()
    for (let left = reader.count(); left > 0; left--) {
      const account_id = reader.text() as SendOutcome['account_id']
      const client_order_id = reader.text() as SendOutcome['client_order_id']
      const command_type = must(COMMAND_TYPES[reader.byte()], 'a command has a known type')
      this.#sends.set(client_order_id, {
        account_id,
        client_order_id,
        command_type,
        never_sent: reader.flag(),
      })
    }
  }
}
