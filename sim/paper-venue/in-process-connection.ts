// The connection of a node to simulated venues in its own process: the same words as over a wire, said in a later turn of
// the event loop, after the host's ledger is durable. What is sent arrives or the process is gone, so absence is a proof.

import type { KeptInput } from '../../engine/input-codec.ts'
import type { VenueConnection, VenueListener, VenueSession } from '../../engine/live/venue-connection.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import type { AccountId, ClientOrderId, VenueId } from '../../schemas/ids.ts'
import type { SendOutcome, VenueCommand } from '../../schemas/messages/order.ts'
import type { OrderLookup } from '../../schemas/messages/venue.ts'
import type { HostDriver } from './host-driver.ts'
import type { FoundOrder } from './venue-books.ts'
import type { VenueWord } from './venue-host.ts'

export class InProcessConnection implements VenueConnection {
  readonly venue_id: VenueId
  readonly capabilities: CapabilityTable
  readonly #driver: HostDriver
  #listener: VenueListener | undefined
  #accounts: ReadonlySet<string> = new Set()
  #stopListening: (() => void) | undefined

  constructor(venue_id: VenueId, driver: HostDriver) {
    this.venue_id = venue_id
    this.capabilities = driver.host.books.venues.exchange(venue_id).capabilities
    this.#driver = driver
  }

  open({ accounts }: VenueSession, listener: VenueListener): Promise<void> {
    const { host } = this.#driver
    this.#listener = listener
    this.#accounts = new Set(accounts.keys())
    for (const [account_id, report_id] of accounts) {
      for (const report of host.books.log(this.venue_id, account_id).after(report_id)) {
        // What is not said yet comes by itself, and twice does no harm.
        this.#driver.soon(() => listener.offer(report))
      }
    }
    const { books } = host
    for (const status of books.venues.exchange(this.venue_id).statuses(books.now_us))
      this.#driver.soon(() => listener.offer(status))
    this.#stopListening = host.listen((word) => this.#hear(word))
    this.#driver.soon(() => listener.onState('connected', 'in process'))
    return Promise.resolve()
  }

  send(command: VenueCommand): void {
    this.#driver.command(command)
  }

  lookUp(account_id: AccountId, ids: readonly ClientOrderId[]): void {
    for (const id of ids) {
      this.#driver.ask(this.venue_id, () => {
        const answers = this.#answersTo(account_id, id)
        return () => {
          for (const answer of answers) this.#listener?.offer(answer)
        }
      })
    }
  }

  requestState(account_id: AccountId): void {
    this.#driver.askState(this.venue_id, account_id, (state) => this.#listener?.offer(state))
  }

  close(): Promise<void> {
    this.#stopListening?.()
    this.#listener = undefined
    return Promise.resolve()
  }

  #hear(word: VenueWord): void {
    if (word.word === 'status') {
      if (word.status.venue_id === this.venue_id) this.#listener?.offer(word.status)
      return
    }
    const message = word.word === 'report' ? word.report : word.command
    if (message.venue_id !== this.venue_id || !this.#accounts.has(message.account_id)) return
    this.#listener?.offer(word.word === 'report' ? word.report : sentOutcome(word.command))
  }

  #answersTo(account_id: AccountId, client_order_id: ClientOrderId): readonly KeptInput[] {
    const found = this.#driver.host.books.find(this.venue_id, account_id, client_order_id)
    // An order on its way in is asked for again, as every unknown one is.
    if (found.is === 'on_its_way') return []
    if (found.is === 'ended') return found.reports
    return [lookupAnswer(this.venue_id, account_id, client_order_id, found)]
  }
}

export function lookupAnswer(
  venue_id: VenueId,
  account_id: AccountId,
  client_order_id: ClientOrderId,
  found: FoundOrder & { readonly is: 'live' | 'absent' },
): OrderLookup {
  const lookup = { type: 'order_lookup', venue_id, account_id, client_order_id } as const
  return found.is === 'live'
    ? { ...lookup, outcome: 'found', report: found.report, reason_code: 'in_venue_books' }
    : { ...lookup, outcome: 'absent', report: undefined, reason_code: 'not_in_venue_books' }
}

/** The venue holds the command durably. */
export function sentOutcome({ account_id, client_order_id, type }: VenueCommand): SendOutcome {
  return {
    type: 'send_outcome',
    outcome: 'sent',
    account_id,
    client_order_id,
    command_type: type,
    reason_code: '',
  }
}
