// The life of an order. Rules: ./SPEC.md. The engine runs the table compiled from this definition, on records.
//
// Ended states are not `final`: an order that has ended still books a late fill, a bust and a correction.

import { compileMachine } from '../../engine/machine/compile-machine.ts'
import { machineSetup } from '../../engine/machine/machine-setup.ts'
import { type OrderBehaviour, orderBehaviour } from './order-behaviour.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderEffect } from './order-facts.ts'
import type { OrderRecord } from './order-record.ts'
import {
  unexpected,
  whenApproved,
  whenEndedAtVenue,
  whenNew,
  whenNotSent,
  whenPartiallyFilled,
  whenPendingCancel,
  whenPendingNew,
  whenPendingReplace,
  whenRejected,
  whenUnknown,
} from './order-rows.ts'

/** The same rows for any behaviour of these names, so that the walk can force the guards. */
export function orderMachineOf(behaviour: OrderBehaviour) {
  return machineSetup(behaviour).createMachine({
    id: 'order',
    context: ({ input }) => input,
    initial: 'approved',
    on: {
      'send.*': unexpected,
      'report.*': unexpected,
      'lookup.*': unexpected,
      'request.*': unexpected,
    },
    states: {
      approved: { description: 'Approved by the gate, waiting in the outbox.', on: whenApproved },
      pending_new: { description: 'Sent; the venue has not answered.', on: whenPendingNew },
      unknown: { description: 'Sent or perhaps not; a look-up will tell.', on: whenUnknown },
      new: { description: 'At work, nothing traded.', on: whenNew },
      partially_filled: { description: 'At work, partly traded.', on: whenPartiallyFilled },
      pending_cancel: {
        description: 'A cancel is in flight; the order still trades.',
        on: whenPendingCancel,
      },
      pending_replace: {
        description: 'A replacement is in flight; the order still trades.',
        on: whenPendingReplace,
      },
      not_sent: { tags: ['ended'], description: 'Proven never to have reached the venue.', on: whenNotSent },
      rejected: { tags: ['ended'], description: 'Refused by the venue.', on: whenRejected },
      filled: { tags: ['ended'], description: 'Traded in full.', on: whenEndedAtVenue },
      canceled: { tags: ['ended'], description: 'Canceled, partly traded or not.', on: whenEndedAtVenue },
      expired: { tags: ['ended'], description: 'Expired, partly traded or not.', on: whenEndedAtVenue },
    },
  })
}

export const orderMachine = orderMachineOf(orderBehaviour)

/** The table the engine runs: `orderTable.dispatch(record, event, effects)`. */
export const orderTable = compileMachine<OrderRecord, OrderEvent, OrderEffect>(orderMachine, orderBehaviour)
