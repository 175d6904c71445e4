// The rows of the order machine: what each state does with each event. Rows that several states share come first.
//
// Where several rows answer one event, the first whose guard passes is taken; what a state has no row for goes to the
// machine's own rows and is unexpected.

import type { OrderActionName } from './order-behaviour.ts'

/** The event is known about and changes nothing. */
const nothing = {} as const
export const unexpected = { actions: 'report the unexpected' } as const
const stale = { actions: 'drop the stale report' } as const
const staleIncarnation = { ...stale, guard: 'it is about an older incarnation' } as const
const bookedBefore = { guard: 'the trade is booked', actions: 'drop the duplicate' } as const
const bustedBefore = { guard: 'the bust is made', actions: 'drop the duplicate' } as const
const correctedBefore = { guard: 'the correction is made', actions: 'drop the duplicate' } as const

const completing = {
  guard: 'the trade completes the order',
  target: 'filled',
  actions: 'book the last trade',
} as const

const atWorkAgain = <const Name extends OrderActionName>(action: Name) =>
  [
    { guard: 'something is filled', target: 'partially_filled', actions: action },
    { target: 'new', actions: action },
  ] as const

/** A cancel that was waiting for the order to be at work goes out in the same step. */
const atWork = <const Name extends OrderActionName>(action: Name) =>
  [
    { guard: 'a cancel is wanted', target: 'pending_cancel', actions: [action, 'send the cancel'] },
    ...atWorkAgain(action),
  ] as const

const bust = { guard: 'it refers to a booked trade', actions: 'bust the trade' } as const
const correct = { guard: 'it refers to a booked trade', actions: 'correct the trade' } as const
const completingCorrection = {
  guard: 'the correction completes the order',
  target: 'filled',
  actions: 'correct the last trade',
} as const

const endings = {
  'report.canceled': [staleIncarnation, { target: 'canceled', actions: 'end as canceled' }],
  'report.expired': [staleIncarnation, { target: 'expired', actions: 'end as expired' }],
  // A venue that takes an order and then refuses it: once something has traded, only the rest is gone.
  'report.rejected': [
    staleIncarnation,
    { guard: 'something is filled', target: 'canceled', actions: 'end as canceled' },
    { target: 'rejected', actions: 'end as rejected' },
  ],
} as const

/** No answer of the venue yet. Reports may come before the word of the sending, a fill before the acceptance. */
const awaiting = {
  'send.new.refused': { target: 'not_sent', actions: 'end as not sent' },
  'report.new': atWork('accept the order'),
  'report.triggered': atWork('note the trigger'),
  'report.trade': [
    bookedBefore,
    completing,
    { guard: 'a cancel is wanted', target: 'pending_cancel', actions: ['book the trade', 'send the cancel'] },
    { target: 'partially_filled', actions: 'book the trade' },
  ],
  ...endings,
  'lookup.found': atWork('accept the order'),
  'request.cancel': [
    { guard: 'a cancel is wanted', actions: 'refuse a second cancel' },
    { actions: 'remember the cancel' },
  ],
  'request.replace': { actions: 'refuse an early replace' },
} as const

/** What outcomes of sends say when the venue has spoken already: nothing, but for a proof that contradicts it. */
const lateOutcomes = {
  'send.new.sent': { actions: 'note the sending' },
  'send.new.refused': unexpected,
  'send.*': nothing,
} as const

/** The venue has the order. */
const open = {
  ...lateOutcomes,
  ...endings,
  'report.pending_new': stale,
  'report.triggered': [staleIncarnation, { actions: 'note the trigger' }],
  'report.trade': [bookedBefore, completing, { actions: 'book the trade' }],
  'report.trade_cancel': [bustedBefore, bust],
  'report.trade_correct': [correctedBefore, completingCorrection, correct],
  'lookup.found': nothing,
} as const

const working = {
  ...open,
  'report.new': stale,
  'report.pending_cancel': stale,
  'report.pending_replace': stale,
  'report.cancel_rejected': stale,
  'report.replace_rejected': stale,
  'request.cancel': { target: 'pending_cancel', actions: ['remember the cancel', 'send the cancel'] },
  'request.replace': [
    { guard: 'the replace leaves something open', target: 'pending_replace', actions: 'send the replace' },
    { actions: 'refuse a replace below the filled quantity' },
  ],
} as const

/** What comes late or twice of any order the venue has heard of. */
const lateAnswers = {
  'report.pending_new': stale,
  'report.rejected': stale,
  'report.pending_cancel': stale,
  'report.pending_replace': stale,
  'report.cancel_rejected': stale,
  'report.replace_rejected': stale,
} as const

/** `not_sent` and `rejected` say the venue does not have the order; a report that it does is no stale one. */
const ended = {
  'report.trade': [bookedBefore, { actions: 'book the late trade' }],
  'report.trade_cancel': [bustedBefore, bust],
  'report.trade_correct': [correctedBefore, correct],
  'request.cancel': { actions: 'refuse a late cancel' },
  'request.replace': { actions: 'refuse a late replace' },
} as const

export const whenEndedAtVenue = {
  ...lateOutcomes,
  ...lateAnswers,
  ...ended,
  'report.new': stale,
  'report.triggered': stale,
  'report.canceled': stale,
  'report.expired': stale,
} as const

/** The replacement is in force: the order goes on under its new id, unless nothing of it is left to trade. */
const replaced = [
  {
    guard: 'the replacement is filled',
    target: 'filled',
    actions: 'adopt the filled replacement',
  },
  ...atWork('adopt the replacement'),
] as const

/** The order goes on as it was, unless what traded meanwhile was all of it. */
const replaceRejected = [
  { guard: 'the order is filled', target: 'filled', actions: 'reject the replace of a filled order' },
  ...atWork('reject the replace'),
] as const

export const whenApproved = {
  ...awaiting,
  'send.new.sent': { target: 'pending_new', actions: 'mark as sent' },
  'send.new.unproven': { target: 'unknown', actions: 'mark as unknown' },
  'report.pending_new': { target: 'pending_new', actions: 'mark as pending' },
} as const

export const whenPendingNew = {
  ...awaiting,
  'send.new.sent': { actions: 'note the sending' },
  'send.new.unproven': { target: 'unknown', actions: 'mark as unknown' },
  'report.pending_new': nothing,
} as const

export const whenUnknown = {
  ...awaiting,
  'send.new.sent': { target: 'pending_new', actions: 'mark as sent' },
  'send.new.unproven': nothing,
  'report.pending_new': { target: 'pending_new', actions: 'mark as pending' },
  'lookup.absent': { target: 'not_sent', actions: 'end as not sent' },
} as const

export const whenNew = {
  ...working,
  'report.trade': [bookedBefore, completing, { target: 'partially_filled', actions: 'book the trade' }],
} as const

export const whenPartiallyFilled = {
  ...working,
  'report.trade_cancel': [
    bustedBefore,
    { guard: 'the bust empties the order', target: 'new', actions: 'bust the trade' },
    { guard: 'it refers to a booked trade', actions: 'bust the trade' },
  ],
} as const

export const whenPendingCancel = {
  ...open,
  'send.cancel.refused': [{ guard: 'it answers another cancel' }, ...atWorkAgain('reject the cancel')],
  'send.cancel.unproven': [{ guard: 'it answers another cancel' }, { actions: 'mark the cancel unproven' }],
  'report.new': stale,
  'report.pending_cancel': nothing,
  'report.pending_replace': stale,
  'report.replace_rejected': stale,
  'report.cancel_rejected': [
    { ...stale, guard: 'it answers another cancel' },
    ...atWorkAgain('reject the cancel'),
  ],
  'lookup.found': [{ guard: 'the cancel is on its way' }, ...atWorkAgain('give the cancel up')],
  'request.cancel': [
    { guard: 'the cancel is on its way', actions: 'refuse a second cancel' },
    { actions: ['remember the cancel', 'send the cancel'] },
  ],
  'request.replace': { actions: 'refuse a second replace' },
} as const

export const whenPendingReplace = {
  ...open,
  'send.replace.refused': [{ guard: 'it answers another replace' }, ...replaceRejected],
  'report.new': [{ ...stale, guard: 'it answers another replace' }, ...replaced],
  'report.replaced': [{ ...stale, guard: 'it answers another replace' }, ...replaced],
  'report.replace_rejected': [{ ...stale, guard: 'it answers another replace' }, ...replaceRejected],
  'report.rejected': [
    staleIncarnation,
    { guard: 'the rest of the order is refused', target: 'canceled', actions: 'end as canceled' },
    { guard: 'the order itself is refused', target: 'rejected', actions: 'end as rejected' },
    ...replaceRejected,
  ],
  'report.pending_cancel': stale,
  'report.pending_replace': nothing,
  'report.cancel_rejected': stale,
  'lookup.found': [{ guard: 'it answers another replace' }, ...replaced],
  'lookup.absent': [{ ...unexpected, guard: 'it answers another replace' }, ...replaceRejected],
  'request.cancel': [
    { guard: 'a cancel is wanted', actions: 'refuse a second cancel' },
    { actions: 'remember the cancel' },
  ],
  'request.replace': { actions: 'refuse a second replace' },
} as const

/** The proof was wrong, or a deposed engine's order came after it: whatever shows the order alive is believed. */
export const whenNotSent = {
  ...ended,
  'report.new': [{ ...stale, guard: 'the order is filled' }, ...atWorkAgain('adopt the order')],
  'lookup.found': [{ guard: 'the order is filled' }, ...atWorkAgain('adopt the order')],
  'report.trade': [
    bookedBefore,
    { guard: 'the trade completes the order', actions: 'book the late trade' },
    { target: 'partially_filled', actions: ['adopt the order', 'book the trade'] },
  ],
} as const

export const whenRejected = { ...lateOutcomes, ...lateAnswers, ...ended } as const
