// Who keeps the links of a new order, its venue or the engine. Rules: ./SPEC.md (E6, E9).

import type { Node } from '../../engine/node.ts'
import { epochOfOrder, type StrategyId } from '../../schemas/ids.ts'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import type { GroupType } from '../../schemas/messages/order-terms.ts'
import type { ExecutionOptions } from './execution-options.ts'
import type { GateRequests } from './gate-requests.ts'
import type { HeldBook } from './held-book.ts'
import type { LinkedOrders } from './linked-orders.ts'

/** Orders that a bracket has beside its entry, with two targets. */
const WAYS_OUT = 3

/** What the engine keeps of an order's links; the rest is its venue's. */
export type KeptLinks = {
  readonly keepsParent: boolean
  /** '' where its venue keeps its group, and where it is of none. */
  readonly kept_group_type: GroupType
}

export type KeeperParts = {
  readonly gate: GateRequests
  readonly held: HeldBook
  readonly linked: LinkedOrders
}

export class LinkKeeper {
  readonly #node: Node
  readonly #options: ExecutionOptions
  readonly #parts: KeeperParts

  constructor(node: Node, options: ExecutionOptions, parts: KeeperParts) {
    this.#node = node
    this.#options = options
    this.#parts = parts
  }

  of(intent: SubmitIntent, venue_id: string): KeptLinks {
    const { parent_counter, group_type } = intent.terms
    const kinds = this.#options.capabilities.get(venue_id)?.contingencies ?? []
    const keepsParent =
      parent_counter !== 0 &&
      (!kinds.includes('oto') || this.#isParentOurs(intent, venue_id) || this.#waitsForGate(intent))
    const keepsGroup =
      group_type !== '' && (!kinds.includes(group_type) || keepsParent || this.#isGroupOurs(intent, venue_id))
    return { keepsParent, kept_group_type: keepsGroup ? group_type : '' }
  }

  /** A venue that keeps children keeps those whose parent it has, and whose trigger it watches. */
  #isParentOurs(intent: SubmitIntent, venue_id: string): boolean {
    const { strategy_id, terms } = intent
    return (
      this.#parts.held.keeps(intent) ||
      this.#isElsewhere(intent, terms.parent_counter, venue_id) ||
      // One that joins a group is kept where that is.
      (this.#isOfBefore(strategy_id, terms.parent_counter) &&
        !this.#parts.linked.isLinkedThere(this.#node.seq, strategy_id, terms.group_counter, (counter) =>
          this.#isOfBefore(strategy_id, counter),
        ))
    )
  }

  /** A venue keeps a group of orders that are all there: one that waits here, or beside one that does, is of a group kept here. */
  #isGroupOurs(intent: SubmitIntent, venue_id: string): boolean {
    const { held, linked } = this.#parts
    const { group_counter } = intent.terms
    return (
      held.keeps(intent) ||
      linked.keeps(intent.strategy_id, group_counter) ||
      (this.#options.terms_hold && this.#isElsewhere(intent, group_counter, venue_id))
    )
  }

  /** Whether an order ended that was sent before the session began again: its venue may have kept no links then, and not remember it. */
  #isOfBefore(strategy_id: StrategyId, counter: number): boolean {
    if (!this.#options.terms_hold) return false
    const order = this.#options.orderOf(strategy_id, counter)
    return order?.ended === true && epochOfOrder(order.client_order_id) !== this.#node.epoch
  }

  /**
   * Whether a child that its venue could keep waits here, because the gate would not take it now: one that waits is judged
   * when its parent trades. A group waits in one place, since the engine lowers nobody who grows at a venue, so that with
   * its first there is to be room for all the ways out of their parent: targets of its quantity, and a stop.
   */
  #waitsForGate(intent: SubmitIntent): boolean {
    const { terms_hold, isOpenFor, hasRoom, hasPositionRoom } = this.#options
    const { strategy_id, instrument_index, side, order_quantity_units: units, terms } = intent
    if (!terms_hold) return false
    if (terms.group_counter !== 0) return this.#parts.linked.keeps(strategy_id, terms.group_counter)
    const { seq } = this.#node
    const parent_units = this.#parts.linked.quantityOf(seq, strategy_id, terms.parent_counter) ?? 0
    const ahead = {
      units: this.#parts.gate.aheadUnits(instrument_index, side),
      parent_units: this.#parts.linked.askedAgainst(seq, intent, terms.parent_counter),
    }
    return !(
      isOpenFor(strategy_id, instrument_index, false) &&
      hasRoom(this.#parts.gate.ahead_count + WAYS_OUT - 1) &&
      hasPositionRoom(intent, 2 * Math.max(units, parent_units), ahead)
    )
  }

  /** Whether the venue does not have the order that the intent names. */
  #isElsewhere({ strategy_id }: SubmitIntent, counter: number, venue_id: string): boolean {
    return this.#parts.linked.isElsewhere(this.#node.seq, strategy_id, counter, (instrument_index) => {
      return this.#parts.gate.instrument(instrument_index).venue_id === venue_id
    })
  }
}
