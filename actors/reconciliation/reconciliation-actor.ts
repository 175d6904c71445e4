// Compares one account's books with what its venues say of theirs, and pauses trading while they differ. It decides
// nothing about orders: what a look-up or a report then tells goes its ordinary way. Rules: ./SPEC.md.

import type { InspectionEvent } from 'xstate'
import type { Actor } from '../../engine/actor.ts'
import type { Route } from '../../engine/bus.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { ControlLane } from '../../engine/control-lane.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import { assert } from '../../schemas/assert.ts'
import type { AccountId } from '../../schemas/ids.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { ReconciliationChanged, ReconciliationState } from '../../schemas/messages/reconciliation.ts'
import type { VenueState } from '../../schemas/messages/venue.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import type { OrderRecord } from '../order/order-record.ts'
import { type BookDifference, compareBooks } from './compare-books.ts'
import { type ReconciliationEvent, reconciliationMachine } from './reconciliation-machine.ts'

export type ReconciliationOptions = {
  readonly account_id: AccountId
  readonly venues: readonly string[]
  readonly instruments: readonly InstrumentSpec[]
  readonly quantity: (instrument_index: number) => number
  readonly openOrders: () => Iterable<OrderRecord>
  /** Whether an id is of an order that we hold as open. */
  readonly isOpen: (client_order_id: string) => boolean
  /** Whether an order that has traded whole may be gone from its venue's books (schemas/behaviour.ts). */
  readonly filled_unlisted: boolean
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}

export class ReconciliationActor implements Actor {
  readonly name: string
  readonly #node: Node
  readonly #options: ReconciliationOptions
  readonly #lane: ControlLane<ReconciliationEvent>
  readonly #route: Route<ReconciliationChanged>
  /** Whether each venue's books matched at the last look; a venue that has not shown them since the start is absent. */
  readonly #matches = new Map<string, boolean>()

  constructor(node: Node, options: ReconciliationOptions) {
    const { account_id } = options
    this.name = `reconciliation/${account_id}`
    this.#node = node
    this.#options = options
    this.#route = node.bus.route(SUBJECT.reconciliation(account_id))
    node.addActor(this)
    this.#lane = new ControlLane({
      name: this.name,
      machine: reconciliationMachine,
      onChange: (state) => this.#tell(state as ReconciliationState),
      inspect: options.inspect,
    })
    node.bus.subscribe<Control>(INPUT_SUBJECT.control, (control) => this.#onControl(control))
    node.bus.subscribe<VenueState>(INPUT_SUBJECT.venueState(account_id), (state) => this.#onState(state))
  }

  get state(): string {
    return this.#lane.state
  }

  onTimer(): void {
    assert(false, 'reconciliation sets no timers')
  }

  save(writer: CanonicalWriter): void {
    this.#lane.save(writer)
    writer.value(this.#matches)
  }

  load(reader: CanonicalReader): void {
    this.#lane.load(reader)
    for (const [venue_id, matches] of reader.value() as Map<string, boolean>)
      this.#matches.set(venue_id, matches)
  }

  /** What was compared before a start, or on a connection before, says nothing after it. */
  #onControl({ command, account_id }: Control): void {
    const isLost = command === 'books_unknown' && account_id === this.#options.account_id
    if (command !== 'session_start' && !isLost) return
    this.#matches.clear()
    this.#lane.send({ type: 'reconciliation.forgotten' })
  }

  #onState(state: VenueState): void {
    const { venue_id } = state
    const differences = compareBooks(state, {
      instruments: this.#options.instruments.filter((spec) => spec.venue_id === venue_id),
      quantity: this.#options.quantity,
      openOrders: () => this.#openAt(venue_id),
      isOurs: this.#options.isOpen,
      filled_unlisted: this.#options.filled_unlisted,
    })
    for (const difference of differences) this.#alert(venue_id, difference)
    this.#matches.set(venue_id, differences.length === 0)
    const looks = this.#options.venues.map((id) => this.#matches.get(id))
    if (looks.includes(false)) this.#lane.send({ type: 'reconciliation.differed' })
    else if (!looks.includes(undefined)) this.#lane.send({ type: 'reconciliation.matched' })
  }

  *#openAt(venue_id: string): Iterable<OrderRecord> {
    for (const order of this.#options.openOrders()) if (order.venue_id === venue_id) yield order
  }

  #alert(venue_id: string, { kind, about, ours, venues }: BookDifference): void {
    const { account_id } = this.#options
    this.#node.alert({
      code: `reconciliation.${kind}`,
      severity: 'critical',
      about: `${account_id}/${venue_id}/${about}`,
      what: `The books of ${account_id} and of ${venue_id} differ in ${about}: here ${ours}, there ${venues}.`,
      remedy:
        'No order leaves on the account until they agree: look at the venue, then wait for the next comparison.',
    })
  }

  #tell(state: ReconciliationState): void {
    const { account_id } = this.#options
    this.#node.bus.send(this.#route, { type: 'reconciliation_changed', account_id, state })
  }
}
