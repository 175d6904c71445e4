// The state an order is in, by the facts told of it: what the order machine, or the book of held orders, says of it in the
// node of its account. Rules: ./SPEC.md.

import { unreachable } from '../../schemas/assert.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import { ORDER_STATES, type OrderState } from '../order/order-record.ts'
import { ALREADY_PENDING_CANCEL, REQUEST_IN_FLIGHT } from '../order/order-requests.ts'

/** A strategy sees one that the engine keeps as `held`. */
export type ToldState = OrderState | 'held'

type Told = Pick<OrderFact, 'type' | 'incarnation' | 'cum_quantity_units' | 'reason_code'>

/** The states without an answer of the venue. */
const AWAITING: ReadonlySet<ToldState> = new Set(['approved', 'pending_new', 'unknown'])

/** The state after a fact that does not end the order, and of an order that was in `before`. */
export function stateAfter(before: ToldState, fact: Told): ToldState {
  const { type, incarnation, reason_code } = fact
  switch (type) {
    case 'order.held':
      return 'held'
    case 'order.pending_new':
    case 'order.unknown':
    case 'order.pending_cancel':
    case 'order.pending_replace':
      return STATE_OF[type]
    case 'order.accepted':
    case 'order.adopted':
      return atWork(fact)
    case 'order.replaced':
      // Of a held order nothing is at a venue: it has no incarnation.
      return incarnation === 0 ? 'held' : atWork(fact)
    case 'order.triggered':
      // One that was held here goes to the gate; at a venue a trigger proves acceptance, and changes nothing after it.
      if (incarnation === 0) return 'approved'
      return AWAITING.has(before) ? atWork(fact) : before
    case 'order.partially_filled':
    case 'order.overfilled':
      return before === 'pending_cancel' || before === 'pending_replace' ? before : 'partially_filled'
    case 'order.trade_busted':
      return before === 'partially_filled' ? atWork(fact) : before
    case 'order.cancel_rejected':
      return before === 'pending_cancel' && reason_code !== ALREADY_PENDING_CANCEL ? atWork(fact) : before
    case 'order.replace_rejected':
      return before === 'pending_replace' && reason_code !== REQUEST_IN_FLIGHT ? atWork(fact) : before
    case 'order.trade_corrected':
    case 'order.duplicate_execution':
    case 'order.stale_report':
    case 'order.unexpected_event':
    case 'order.late_fill':
    case 'order.rejected':
    case 'order.filled':
    case 'order.canceled':
    case 'order.expired':
    case 'order.not_sent':
      return before
    default:
      return unreachable(type)
  }
}

/** The state of an order that a build of before behaviour 3 kept under the name of the last fact. */
export function stateOfName(name: string, cum_quantity_units: number): ToldState {
  if (name === 'held' || isState(name)) return name
  return atWork({ cum_quantity_units })
}

const STATE_OF = {
  'order.pending_new': 'pending_new',
  'order.unknown': 'unknown',
  'order.pending_cancel': 'pending_cancel',
  'order.pending_replace': 'pending_replace',
} as const

function atWork({ cum_quantity_units }: { readonly cum_quantity_units: number }): ToldState {
  return cum_quantity_units > 0 ? 'partially_filled' : 'new'
}

function isState(name: string): name is OrderState {
  return (ORDER_STATES as readonly string[]).includes(name)
}
