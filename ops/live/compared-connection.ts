// A venue's connection that lets no order out before the account's books were looked at. What happened at the venue while
// nobody listened is told by its reports and its state, and both come after a connection is made: until the state of an
// account has been taken in, orders and replaces on it are refused. Cancels always go.

import type { KeptInput } from '../../engine/input-codec.ts'
import type { VenueConnection, VenueListener, VenueSession } from '../../engine/live/venue-connection.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import type { AccountId, ClientOrderId } from '../../schemas/ids.ts'
import type { VenueCommand } from '../../schemas/messages/order.ts'

export class ComparedConnection implements VenueConnection {
  readonly #connection: VenueConnection
  /** Accounts whose state has not been taken in since the connection was made. */
  readonly #waiting = new Set<AccountId>()
  #listener: VenueListener | undefined

  constructor(connection: VenueConnection) {
    this.#connection = connection
  }

  get venue_id(): VenueConnection['venue_id'] {
    return this.#connection.venue_id
  }

  get capabilities(): CapabilityTable {
    return this.#connection.capabilities
  }

  open(session: VenueSession, listener: VenueListener): Promise<void> {
    this.#listener = listener
    return this.#connection.open(session, {
      offer: (input) => this.#take(input),
      onState: (state, reason) => {
        if (state === 'connected')
          for (const account_id of session.accounts.keys()) this.#waiting.add(account_id)
        listener.onState(state, reason)
      },
    })
  }

  send(command: VenueCommand, sent_us: number): void {
    if (command.type === 'order_cancel_request' || !this.#waiting.has(command.account_id))
      return this.#connection.send(command, sent_us)
    // The listener is never called from within `send`.
    setImmediate(() => this.#listener?.offer(refused(command)))
  }

  lookUp(account_id: AccountId, client_order_ids: readonly ClientOrderId[]): void {
    this.#connection.lookUp(account_id, client_order_ids)
  }

  requestState(account_id: AccountId): void {
    this.#connection.requestState(account_id)
  }

  close(): Promise<void> {
    this.#listener = undefined
    return this.#connection.close()
  }

  /** Orders wait for the turn after the offer, which has compared the books: where they differ, the account is paused. */
  #take(input: KeptInput): void {
    this.#listener?.offer(input)
    if (input.type === 'venue_state') setImmediate(() => this.#waiting.delete(input.account_id))
  }
}

function refused({ account_id, client_order_id, type }: VenueCommand): KeptInput {
  return {
    type: 'send_outcome',
    outcome: 'refused',
    account_id,
    client_order_id,
    command_type: type,
    reason_code: 'not_reconciled',
  }
}
