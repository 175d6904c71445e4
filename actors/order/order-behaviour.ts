// What the names in the order machine mean.

import type { Behaviour } from '../../engine/machine/behaviour.ts'
import { ORDER_EVENT_TYPES, type OrderEvent } from './order-event.ts'
import type { OrderEffect } from './order-facts.ts'
import * as guards from './order-guards.ts'
import type { OrderRecord } from './order-record.ts'
import * as requests from './order-requests.ts'
import * as transitions from './order-transitions.ts'

export const orderBehaviour = {
  events: ORDER_EVENT_TYPES,
  guards: {
    'a cancel is wanted': guards.cancelIsWanted,
    'the cancel is on its way': guards.cancelIsOnItsWay,
    'something is filled': guards.somethingIsFilled,
    'it answers another cancel': guards.answersAnotherCancel,
    'it answers another replace': guards.answersAnotherReplace,
    'the order itself is refused': guards.answersAnotherReplace,
    'the rest of the order is refused': guards.restIsRefused,
    'it is about an older incarnation': guards.isSuperseded,
    'the trade is booked': guards.tradeIsBooked,
    'the trade completes the order': guards.tradeCompletes,
    'the bust is made': guards.bustIsMade,
    'the bust empties the order': guards.bustEmpties,
    'it refers to a booked trade': guards.refersToBookedTrade,
    'the correction is made': guards.correctionIsMade,
    'the correction completes the order': guards.correctionCompletes,
    'the order is filled': guards.orderIsFilled,
    'the replacement is filled': guards.replacementIsFilled,
    'the replace leaves something open': guards.replaceLeavesSomething,
  },
  actions: {
    'mark as sent': transitions.markSent,
    'note the sending': transitions.noteSent,
    'mark as unknown': transitions.markUnknown,
    'mark as pending': transitions.markPending,
    'accept the order': transitions.accept,
    'book the trade': transitions.bookTrade,
    'book the last trade': transitions.bookLastTrade,
    'book the late trade': transitions.bookLateTrade,
    'bust the trade': transitions.bustTrade,
    'correct the trade': transitions.correctTrade,
    'correct the last trade': transitions.correctLastTrade,
    'end as not sent': transitions.endAsNotSent,
    'adopt the order': transitions.adopt,
    'end as rejected': transitions.endAsRejected,
    'end as canceled': transitions.endAsCanceled,
    'end as expired': transitions.endAsExpired,
    'remember the cancel': requests.rememberCancel,
    'send the cancel': requests.sendCancel,
    'mark the cancel unproven': requests.markCancelUnproven,
    'reject the cancel': requests.rejectCancel,
    'give the cancel up': requests.giveUpCancel,
    'refuse a second cancel': requests.refuseSecondCancel,
    'refuse a late cancel': requests.refuseLateCancel,
    'send the replace': requests.sendReplace,
    'reject the replace': requests.rejectReplace,
    'refuse an early replace': requests.refuseEarlyReplace,
    'refuse a second replace': requests.refuseSecondReplace,
    'refuse a late replace': requests.refuseLateReplace,
    'reject the replace of a filled order': requests.rejectReplaceOfFilled,
    'refuse a replace below the filled quantity': requests.refuseSmallReplace,
    'adopt the replacement': transitions.adoptReplacement,
    'adopt the filled replacement': transitions.adoptFilledReplacement,
    'note the trigger': transitions.noteTriggered,
    'drop the duplicate': transitions.dropDuplicate,
    'drop the stale report': transitions.dropStale,
    'report the unexpected': transitions.reportUnexpected,
  },
} satisfies Behaviour<OrderRecord, OrderEvent, OrderEffect>

export type OrderGuardName = keyof typeof orderBehaviour.guards
export type OrderActionName = keyof typeof orderBehaviour.actions
export type OrderBehaviour = Behaviour<OrderRecord, OrderEvent, OrderEffect, OrderGuardName, OrderActionName>
