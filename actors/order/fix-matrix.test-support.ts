// What FIX says an order does, written by hand, and where ours differs, with the reason.
//
// The matrices are those of FIX 4.4 (Errata 20030618), Volume 4, "Order State Change Matrices" (once Appendix D), by
// their references there. X is the order's ClOrdID, Y and Z are those of the requests. A row that reads "if rejected"
// is a matrix of its own here. The second half of the file is the whole table of states and events.
//
// Source: https://www.onixs.biz/fix-dictionary/4.4/app_d.html and the pages it leads to, or the pages of the same
// matrices in FIX 4.2, 4.3 and 5.0, where ExecType is another and OrdStatus and quantities are the same. B.1.d, C.1.a,
// C.1.c, C.3.c, the crossings in C.1.c and I.1 are written from their titles, their neighbours and FIX's rules: the
// order of precedence of OrdStatus (B.1.c and C.3.b quote it), that fills under a pending replace carry the old
// parameters, and that what cannot be filled at once is Canceled (both in Appendix D of 4.1).

import type { ClientOrderId } from '../../schemas/ids.ts'
import type { ReportType, VenueReport } from '../../schemas/messages/order.ts'
import { sizeUnits } from '../../schemas/units.ts'
import type { OrderEvent } from './order-event.ts'
import {
  absent,
  answer,
  bust,
  CANCEL_ID,
  cancel,
  correction,
  found,
  REPLACE_ID,
  replace,
  report,
  send,
  trade,
} from './order-events.test-support.ts'
import type { OrderState } from './order-record.ts'

export type OrdStatus =
  | 'Pending New'
  | 'New'
  | 'Partially Filled'
  | 'Filled'
  | 'Done for Day'
  | 'Pending Cancel'
  | 'Pending Replace'
  | 'Canceled'
  | 'Rejected'
  | 'Expired'

/** FIX's word for each of our states; '' where FIX, which only sees what a venue reports, has none. */
export const ORD_STATUS: { readonly [state in OrderState]: OrdStatus | '' } = {
  approved: '',
  pending_new: 'Pending New',
  unknown: '',
  new: 'New',
  partially_filled: 'Partially Filled',
  pending_cancel: 'Pending Cancel',
  pending_replace: 'Pending Replace',
  not_sent: '',
  rejected: 'Rejected',
  filled: 'Filled',
  canceled: 'Canceled',
  expired: 'Expired',
}

/** Why a state FIX does not have is there. */
export const OUR_STATES: { readonly [state in OrderState]?: string } = {
  approved: 'The order is decided and journaled but not yet sent: FIX begins with the message on the wire.',
  unknown:
    'Nothing proves whether the venue has the order; taking it for New or for nothing would be a guess.',
  not_sent: 'Proven never to have reached the venue: it is not Rejected, because nobody has judged it.',
}

/** Where we differ on purpose. Each is a rule of ./SPEC.md, which gives the reason. */
export type Rule = 'F1' | 'F2' | 'F3' | 'F4' | 'F5' | 'F6' | 'F7'

export type Quantities = readonly [order: number, cum: number, leaves: number]
type Difference = { readonly rule: Rule; readonly status: OrdStatus; readonly quantities?: Quantities }

/** What the venue says, and what FIX's row then says of the order. */
type VenueRow = readonly [
  message: Message,
  status: OrdStatus,
  quantities: Quantities,
  difference?: Difference,
]
/** What the sender says. FIX leaves the row's status and quantities empty; the status is what the sender then knows. */
type SenderRow = readonly [request: OrderEvent, status: OrdStatus]
export type Row = VenueRow | SenderRow
export type Matrix = readonly [name: string, rows: readonly Row[]]

type Message = (quantities: Quantities) => OrderEvent

const X = 'day-1-ema-1' as ClientOrderId
const Y = 'day-1-ema-2' as ClientOrderId
const Z = 'day-1-ema-3' as ClientOrderId

const requestCancel = (id: ClientOrderId) => cancel(id)
const requestReplace = (id: ClientOrderId, quantity: number) => replace(50, quantity, id)

/** An ExecutionReport of that ExecType, or an OrderCancelReject, about `id`; answers name the original, too. */
function says(type: ReportType, id = X, original: ClientOrderId | '' = '', more: Partial<VenueReport> = {}) {
  return ([order, cum, leaves]: Quantities) =>
    report(type, {
      client_order_id: id,
      original_client_order_id: original,
      order_quantity_units: sizeUnits(order),
      cum_quantity_units: sizeUnits(cum),
      leaves_quantity_units: sizeUnits(leaves),
      ...more,
    })
}

/** ExecType Trade. Where FIX names no ExecID, the CumQty it leads to tells trades apart. */
function trades(quantity: number, id = X, execution = ''): Message {
  return (quantities) => {
    const execution_id = execution === '' ? `to-${quantities[1]}` : execution
    return says('trade', id, '', { execution_id, last_quantity_units: sizeUnits(quantity) })(quantities)
  }
}

const busts = (execution_id: string, execution_reference_id: string, id = X) =>
  says('trade_cancel', id, '', { execution_id, execution_reference_id })

const corrects = (execution_id: string, execution_reference_id: string, quantity: number, id = X) =>
  says('trade_correct', id, '', {
    execution_id,
    execution_reference_id,
    last_quantity_units: sizeUnits(quantity),
  })

/** The request has crossed the venue's message: FIX shows the status of before, we the request. */
const asked = (status: OrdStatus): Difference => ({ rule: 'F1', status })

const accepted: Row = [says('new'), 'New', [10000, 0, 10000]]
const filledBy = (quantity: number): Row => [
  trades(quantity),
  'Partially Filled',
  [10000, quantity, 10000 - quantity],
]

export const MATRICES: readonly Matrix[] = [
  // A: vanilla.
  [
    'A.1.a filled order',
    [
      [says('pending_new'), 'Pending New', [10000, 0, 10000]],
      accepted,
      filledBy(2000),
      [trades(1000), 'Partially Filled', [10000, 3000, 7000]],
      [trades(7000), 'Filled', [10000, 10000, 0]],
    ],
  ],
  ['A.1.a rejected at once', [[says('rejected'), 'Rejected', [10000, 0, 0]]]],
  [
    'A.1.a rejected after pending new',
    [
      [says('pending_new'), 'Pending New', [10000, 0, 10000]],
      [says('rejected'), 'Rejected', [10000, 0, 0]],
    ],
  ],
  [
    'A.1.b part-filled day order, done for day',
    [
      accepted,
      filledBy(2000),
      [trades(1000), 'Partially Filled', [10000, 3000, 7000]],
      [says('expired'), 'Done for Day', [10000, 3000, 0], { rule: 'F5', status: 'Expired' }],
    ],
  ],

  // B: cancel.
  [
    'B.1.a cancel of a zero-filled order',
    [
      accepted,
      [requestCancel(Y), 'Pending Cancel'],
      [says('pending_cancel', Y, X), 'Pending Cancel', [10000, 0, 10000]],
      [says('canceled', Y, X), 'Canceled', [10000, 0, 0]],
    ],
  ],
  [
    'B.1.a rejected before it is pending',
    [
      accepted,
      [requestCancel(Y), 'Pending Cancel'],
      [says('cancel_rejected', Y, X), 'New', [10000, 0, 10000]],
    ],
  ],
  [
    'B.1.a rejected after it is pending',
    [
      accepted,
      [requestCancel(Y), 'Pending Cancel'],
      [says('pending_cancel', Y, X), 'Pending Cancel', [10000, 0, 10000]],
      [says('cancel_rejected', Y, X), 'New', [10000, 0, 10000]],
    ],
  ],
  [
    'B.1.b cancel of a part-filled order, which trades while the cancel is active',
    [
      accepted,
      filledBy(2000),
      [requestCancel(Y), 'Pending Cancel'],
      [trades(3000), 'Partially Filled', [10000, 5000, 5000], asked('Pending Cancel')],
      [says('pending_cancel', Y, X), 'Pending Cancel', [10000, 5000, 5000]],
      [trades(1000), 'Pending Cancel', [10000, 6000, 4000]],
      [says('canceled', Y, X), 'Canceled', [10000, 6000, 0]],
    ],
  ],
  [
    'B.1.b rejected after it is pending',
    [
      accepted,
      filledBy(2000),
      [requestCancel(Y), 'Pending Cancel'],
      [says('pending_cancel', Y, X), 'Pending Cancel', [10000, 2000, 8000]],
      [trades(1000), 'Pending Cancel', [10000, 3000, 7000]],
      [says('cancel_rejected', Y, X), 'Partially Filled', [10000, 3000, 7000]],
    ],
  ],
  [
    'B.1.c cancel of an order that is filled before the cancel can be accepted',
    [
      accepted,
      filledBy(2000),
      [requestCancel(Y), 'Pending Cancel'],
      [trades(3000), 'Partially Filled', [10000, 5000, 5000], asked('Pending Cancel')],
      [says('pending_cancel', Y, X), 'Pending Cancel', [10000, 5000, 5000]],
      [trades(5000), 'Pending Cancel', [10000, 10000, 0], { rule: 'F2', status: 'Filled' }],
      [says('cancel_rejected', Y, X), 'Filled', [10000, 10000, 0]],
    ],
  ],
  [
    'B.1.d cancel of an order that is not acknowledged',
    [
      [requestCancel(Y), 'Pending New'],
      [
        says('pending_cancel', Y, X),
        'Pending Cancel',
        [10000, 0, 10000],
        { rule: 'F4', status: 'Pending New' },
      ],
      [says('new'), 'Pending Cancel', [10000, 0, 10000]],
      [says('canceled', Y, X), 'Canceled', [10000, 0, 0]],
    ],
  ],
  [
    'B.1.e acknowledgement and cancel cross',
    [
      [requestCancel(Y), 'Pending New'],
      [says('new'), 'New', [10000, 0, 10000], asked('Pending Cancel')],
      [says('pending_cancel', Y, X), 'Pending Cancel', [10000, 0, 10000]],
      [says('canceled', Y, X), 'Canceled', [10000, 0, 0]],
    ],
  ],

  // C: replace, by what it does to the quantity.
  [
    'C.1.a replace of a zero-filled order to more',
    [
      accepted,
      [requestReplace(Y, 11000), 'Pending Replace'],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 0, 10000]],
      [says('replaced', Y, X), 'New', [11000, 0, 11000]],
      [trades(1000, Y), 'Partially Filled', [11000, 1000, 10000]],
      [trades(2000, Y), 'Partially Filled', [11000, 3000, 8000]],
    ],
  ],
  [
    'C.1.a rejected before it is pending',
    [
      accepted,
      [requestReplace(Y, 11000), 'Pending Replace'],
      [says('replace_rejected', Y, X), 'New', [10000, 0, 10000]],
    ],
  ],
  [
    'C.1.b replace of a part-filled order to more, which trades while the replace is pending',
    [
      accepted,
      filledBy(1000),
      [requestReplace(Y, 12000), 'Pending Replace'],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 1000, 9000]],
      [trades(100), 'Pending Replace', [10000, 1100, 8900]],
      [says('replaced', Y, X), 'Partially Filled', [12000, 1100, 10900]],
      [trades(10900, Y), 'Filled', [12000, 12000, 0]],
    ],
  ],
  [
    'C.1.b rejected after it is pending',
    [
      accepted,
      filledBy(1000),
      [requestReplace(Y, 12000), 'Pending Replace'],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 1000, 9000]],
      [trades(100), 'Pending Replace', [10000, 1100, 8900]],
      [says('replace_rejected', Y, X), 'Partially Filled', [10000, 1100, 8900]],
    ],
  ],
  [
    'C.1.c replace of a filled order to more',
    [
      accepted,
      [trades(10000), 'Filled', [10000, 10000, 0]],
      [requestReplace(Y, 12000), 'Filled'],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 10000, 0], { rule: 'F3', status: 'Filled' }],
      [
        says('replaced', Y, X),
        'Partially Filled',
        [12000, 10000, 2000],
        { rule: 'F3', status: 'Filled', quantities: [10000, 10000, 0] },
      ],
      [
        trades(2000, Y),
        'Filled',
        [12000, 12000, 0],
        { rule: 'F3', status: 'Filled', quantities: [10000, 12000, 0] },
      ],
    ],
  ],
  [
    'C.1.c the fill and the replace cross, and pending replace takes precedence over filled',
    [
      accepted,
      [requestReplace(Y, 12000), 'Pending Replace'],
      [trades(10000), 'Filled', [10000, 10000, 0], asked('Pending Replace')],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 10000, 0]],
      [says('replaced', Y, X), 'Partially Filled', [12000, 10000, 2000]],
      [trades(2000, Y), 'Filled', [12000, 12000, 0]],
    ],
  ],
  [
    'C.1.c the fill and the replace cross, and the replace is rejected',
    [
      accepted,
      [requestReplace(Y, 12000), 'Pending Replace'],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 0, 10000]],
      [trades(10000), 'Pending Replace', [10000, 10000, 0]],
      [says('replace_rejected', Y, X), 'Filled', [10000, 10000, 0]],
    ],
  ],
  [
    'C.2.a replace not of the quantity, rejected because of a fill',
    [
      accepted,
      filledBy(1000),
      [requestReplace(Y, 10000), 'Pending Replace'],
      [trades(9000), 'Filled', [10000, 10000, 0]],
      [says('replace_rejected', Y, X), 'Filled', [10000, 10000, 0]],
    ],
  ],
  [
    'C.3.a replace to less, but to more than is filled, crosses a trade',
    [
      accepted,
      filledBy(1000),
      [requestReplace(Y, 8000), 'Pending Replace'],
      [trades(500), 'Partially Filled', [10000, 1500, 8500], asked('Pending Replace')],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 1500, 8500]],
      [trades(100), 'Pending Replace', [10000, 1600, 8400]],
      [says('replaced', Y, X), 'Partially Filled', [8000, 1600, 6400]],
      [trades(6400, Y), 'Filled', [8000, 8000, 0]],
    ],
  ],
  [
    'C.3.a rejected',
    [
      accepted,
      filledBy(1000),
      [requestReplace(Y, 8000), 'Pending Replace'],
      [trades(500), 'Partially Filled', [10000, 1500, 8500], asked('Pending Replace')],
      [says('replace_rejected', Y, X), 'Partially Filled', [10000, 1500, 8500]],
    ],
  ],
  [
    'C.3.b replace to what is filled meanwhile',
    [
      accepted,
      [requestReplace(Y, 7000), 'Pending Replace'],
      [trades(7000), 'Partially Filled', [10000, 7000, 3000], asked('Pending Replace')],
      [says('replaced', Y, X), 'Filled', [7000, 7000, 0]],
    ],
  ],
  [
    'C.3.c replace to less than is filled meanwhile, amended by the venue to what is filled',
    [
      accepted,
      [requestReplace(Y, 7000), 'Pending Replace'],
      [trades(8000), 'Partially Filled', [10000, 8000, 2000], asked('Pending Replace')],
      [says('replaced', Y, X), 'Filled', [8000, 8000, 0]],
    ],
  ],

  // D: several replaces.
  [
    'D.1.a a replace is accepted, and another one is',
    [
      accepted,
      filledBy(1000),
      [requestReplace(Y, 8000), 'Pending Replace'],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 1000, 9000]],
      [trades(500), 'Pending Replace', [10000, 1500, 8500]],
      [says('replaced', Y, X), 'Partially Filled', [8000, 1500, 6500]],
      [trades(2000, Y), 'Partially Filled', [8000, 3500, 4500]],
      [requestReplace(Z, 6000), 'Pending Replace'],
      [says('pending_replace', Z, Y), 'Pending Replace', [8000, 3500, 4500]],
      [trades(500, Y), 'Pending Replace', [8000, 4000, 4000]],
      [says('replaced', Z, Y), 'Partially Filled', [6000, 4000, 2000]],
      [trades(2000, Z), 'Filled', [6000, 6000, 0]],
    ],
  ],
  [
    'D.1.b a replace is rejected before it is pending, another one is accepted',
    [
      accepted,
      filledBy(1000),
      [requestReplace(Y, 8000), 'Pending Replace'],
      [says('replace_rejected', Y, X), 'Partially Filled', [10000, 1000, 9000]],
      [trades(500), 'Partially Filled', [10000, 1500, 8500]],
      [trades(2000), 'Partially Filled', [10000, 3500, 6500]],
      [requestReplace(Z, 6000), 'Pending Replace'],
      [says('pending_replace', Z, X), 'Pending Replace', [10000, 3500, 6500]],
      [says('replaced', Z, X), 'Partially Filled', [6000, 3500, 2500]],
      [trades(1500, Z), 'Partially Filled', [6000, 5000, 1000]],
    ],
  ],
  [
    'D.1.c a replace is rejected after it is pending, another one is accepted',
    [
      accepted,
      filledBy(1000),
      [requestReplace(Y, 8000), 'Pending Replace'],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 1000, 9000]],
      [trades(500), 'Pending Replace', [10000, 1500, 8500]],
      [says('replace_rejected', Y, X), 'Partially Filled', [10000, 1500, 8500]],
      [trades(2000), 'Partially Filled', [10000, 3500, 6500]],
      [requestReplace(Z, 6000), 'Pending Replace'],
      [says('pending_replace', Z, X), 'Pending Replace', [10000, 3500, 6500]],
      [says('replaced', Z, X), 'Partially Filled', [6000, 3500, 2500]],
      [trades(1500, Z), 'Partially Filled', [6000, 5000, 1000]],
    ],
  ],
  [
    'D.2.b a second replace follows at once, and the venue would take both',
    [
      accepted,
      filledBy(1000),
      [requestReplace(Y, 8000), 'Pending Replace'],
      [requestReplace(Z, 7000), 'Pending Replace'],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 1000, 9000]],
      [
        says('replaced', Y, X),
        'Pending Replace',
        [8000, 1000, 7000],
        { rule: 'F6', status: 'Partially Filled' },
      ],
    ],
  ],
  [
    'D.2.d a second replace follows at once, and is rejected as one is pending',
    [
      accepted,
      filledBy(1000),
      [requestReplace(Y, 8000), 'Pending Replace'],
      [requestReplace(Z, 7000), 'Pending Replace'],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 1000, 9000]],
      [says('replace_rejected', Z, X), 'Pending Replace', [10000, 1000, 9000]],
      [says('replaced', Y, X), 'Partially Filled', [8000, 1000, 7000]],
      [trades(2000, Y), 'Partially Filled', [8000, 3000, 5000]],
    ],
  ],

  // E: unsolicited.
  [
    'E.1.b unsolicited cancel of a part-filled order',
    [accepted, filledBy(1000), [says('canceled'), 'Canceled', [10000, 1000, 0]]],
  ],
  [
    'E.1.c unsolicited replacement',
    [
      accepted,
      [
        says('replaced'),
        'New',
        [11000, 0, 11000],
        { rule: 'F7', status: 'New', quantities: [10000, 0, 10000] },
      ],
    ],
  ],

  // H: good till cancel. The venue's "done for day" and "restated" in between carry nothing new and stop at the adapter.
  [
    'H.1 order partly filled, restated unchanged and partly filled the following day',
    [accepted, filledBy(2000), [trades(1000), 'Partially Filled', [10000, 3000, 7000]]],
  ],
  [
    'H.1 order partly filled, restated and canceled the following day',
    [
      accepted,
      filledBy(2000),
      [requestCancel(Y), 'Pending Cancel'],
      [says('pending_cancel', Y, X), 'Pending Cancel', [10000, 2000, 8000]],
      [says('canceled', Y, X), 'Canceled', [10000, 2000, 0]],
    ],
  ],
  [
    'H.1 order partly filled, restated and replaced to more the following day',
    [
      accepted,
      filledBy(2000),
      [requestReplace(Y, 15000), 'Pending Replace'],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 2000, 8000]],
      [trades(1000), 'Pending Replace', [10000, 3000, 7000]],
      [says('replaced', Y, X), 'Partially Filled', [15000, 3000, 12000]],
    ],
  ],

  // I: time in force.
  ['I.1.a fill or kill that cannot be filled', [accepted, [says('canceled'), 'Canceled', [10000, 0, 0]]]],
  [
    'I.1.b immediate or cancel that cannot be hit at once',
    [accepted, [says('canceled'), 'Canceled', [10000, 0, 0]]],
  ],
  [
    'I.1 immediate or cancel, the rest of which is canceled',
    [accepted, filledBy(1000), [says('canceled'), 'Canceled', [10000, 1000, 0]]],
  ],

  // J: busts and corrections.
  [
    'J.1.a filled order, followed by correction and cancel of executions',
    [
      accepted,
      [trades(1000, X, 'C'), 'Partially Filled', [10000, 1000, 9000]],
      [trades(9000, X, 'D'), 'Filled', [10000, 10000, 0]],
      [
        busts('E', 'C'),
        'Partially Filled',
        [10000, 9000, 1000],
        { rule: 'F3', status: 'Filled', quantities: [10000, 9000, 0] },
      ],
      [
        corrects('F', 'D', 9000),
        'Partially Filled',
        [10000, 9000, 1000],
        { rule: 'F3', status: 'Filled', quantities: [10000, 9000, 0] },
      ],
      [trades(1000, X, 'G'), 'Filled', [10000, 10000, 0]],
      [corrects('H', 'F', 9000), 'Filled', [10000, 10000, 0]],
      [requestReplace(Y, 12000), 'Filled'],
      [says('pending_replace', Y, X), 'Pending Replace', [10000, 10000, 0], { rule: 'F3', status: 'Filled' }],
      [
        says('replaced', Y, X),
        'Partially Filled',
        [12000, 10000, 2000],
        { rule: 'F3', status: 'Filled', quantities: [10000, 10000, 0] },
      ],
      [
        corrects('K', 'H', 9500, Y),
        'Partially Filled',
        [12000, 10500, 1500],
        { rule: 'F3', status: 'Filled', quantities: [10000, 10500, 0] },
      ],
    ],
  ],
  [
    'J.1.b canceled order, followed by a bust and a new execution',
    [
      accepted,
      [trades(5000, X, 'B'), 'Partially Filled', [10000, 5000, 5000]],
      [requestCancel(Y), 'Pending Cancel'],
      [says('pending_cancel', Y, X), 'Pending Cancel', [10000, 5000, 5000]],
      [says('canceled', Y, X), 'Canceled', [10000, 5000, 0]],
      [busts('E', 'B'), 'Canceled', [10000, 0, 0]],
      [trades(4000, X, 'F'), 'Canceled', [10000, 4000, 0]],
    ],
  ],
  [
    'J.1.c partly filled order, with corrections of quantity on both executions',
    [
      accepted,
      [trades(2000, X, 'B'), 'Partially Filled', [10000, 2000, 8000]],
      [trades(1000, X, 'E'), 'Partially Filled', [10000, 3000, 7000]],
      [corrects('F', 'B', 1500), 'Partially Filled', [10000, 2500, 7500]],
      [corrects('G', 'E', 500), 'Partially Filled', [10000, 2000, 8000]],
    ],
  ],
]

/** Matrices that are not about the states of one order of ours, by what answers for them. */
export const ELSEWHERE: { readonly [matrix: string]: string } = {
  'B.1.f': 'cancel of an unknown order: the order actor denies it, there is no order to have a state',
  'D.2.a': 'two replaces in flight: the second is refused here, as in D.2.b',
  'D.2.c': 'two replaces in flight: the second is refused here, as in D.2.b',
  'E.1.a': 'telephoned order: no order of ours; reconciliation finds it',
  'E.1.d': 'unsolicited reduction of the quantity: as the replacement of E.1.c',
  'F.1': 'duplicates and resends: an order is sent at most once, under an id of its own',
  'G.1': "status requests: look-ups are the adapter's, and their answers are events of the table below",
  'H.1, stock split': 'restated quantities: as the replacement of E.1.c',
  K: 'trading halts: suspension leaves the order open; the feed and the venue say it, not the order',
  L: 'guarantees and cash quantities: neither is offered',
}

/** The columns of the table: our states, each reached in the plainest way, then the other ways to be in one. */
export const CIRCUMSTANCES: {
  readonly [code: string]: readonly [state: OrderState, life: readonly OrderEvent[]]
} = {
  AP: ['approved', []],
  PN: ['pending_new', [send('new', 'sent')]],
  UN: ['unknown', [send('new', 'unproven')]],
  NW: ['new', [report('new')]],
  PF: ['partially_filled', [report('new'), trade('x1', 40)]],
  PC: ['pending_cancel', [report('new'), trade('x1', 40), cancel()]],
  PR: ['pending_replace', [report('new'), trade('x1', 40), replace(50, 120)]],
  NS: ['not_sent', [send('new', 'refused')]],
  RJ: ['rejected', [report('rejected')]],
  FI: ['filled', [report('new'), trade('x1', 40), trade('x2', 60)]],
  CA: ['canceled', [report('new'), trade('x1', 40), report('canceled')]],
  EX: ['expired', [report('new'), trade('x1', 40), report('expired')]],
  // With a cancel that waits for the order to be at work.
  Pc: ['pending_new', [send('new', 'sent'), cancel()]],
  Uc: ['unknown', [send('new', 'unproven'), cancel()]],
  // With nothing traded; with a cancel whose sending is unproven.
  C0: ['pending_cancel', [report('new'), cancel()]],
  Cu: ['pending_cancel', [report('new'), trade('x1', 40), cancel(), send('cancel', 'unproven')]],
  // With nothing traded; with a cancel that waits; with all traded but what the replacement would add.
  R0: ['pending_replace', [report('new'), replace(50, 120)]],
  Rc: ['pending_replace', [report('new'), trade('x1', 40), replace(50, 120), cancel()]],
  Rf: ['pending_replace', [report('new'), replace(50, 120), trade('x1', 40), trade('x2', 60)]],
}

const OTHER = 'day-1-ema-8' as ClientOrderId
const OLDER = 'day-0-ema-1' as ClientOrderId
const replacement = { client_order_id: REPLACE_ID, order_quantity_units: sizeUnits(120) }
const replacedBy = (id: ClientOrderId, quantity: number) =>
  answer('replaced', id, { order_quantity_units: sizeUnits(quantity) })

/** The rows of the table, the event's type first. The order is of 100, its cancel and its replacement are in flight. */
export const EVENTS: { readonly [row: string]: OrderEvent } = {
  'send.new.sent': send('new', 'sent'),
  'send.new.refused': send('new', 'refused'),
  'send.new.unproven': send('new', 'unproven'),
  'send.cancel.sent': send('cancel', 'sent'),
  'send.cancel.refused': send('cancel', 'refused'),
  'send.cancel.refused, of another': send('cancel', 'refused', OTHER),
  'send.cancel.unproven': send('cancel', 'unproven'),
  'send.replace.sent': send('replace', 'sent'),
  'send.replace.refused': send('replace', 'refused'),
  'send.replace.refused, of another': send('replace', 'refused', OTHER),
  'send.replace.unproven': send('replace', 'unproven'),
  'report.pending_new': report('pending_new'),
  'report.new': report('new'),
  'report.new, of the replacement': report('new', replacement),
  'report.rejected': report('rejected'),
  'report.rejected, of the replacement': report('rejected', replacement),
  'report.rejected, of an older one': report('rejected', { client_order_id: OLDER }),
  'report.triggered': report('triggered'),
  'report.triggered, of an older one': report('triggered', { client_order_id: OLDER }),
  'report.trade, of 10': trade('x9', 10),
  'report.trade, of 60': trade('x9', 60),
  'report.trade, of 100': trade('x9', 100),
  'report.trade, of 40 again': trade('x1', 40),
  'report.trade_cancel, of the first': bust('x1'),
  'report.trade_cancel, of none': bust('x7'),
  'report.trade_correct, of the first to 30': correction('x1', 30),
  'report.trade_correct, of the first to 100': correction('x1', 100),
  'report.trade_correct, of none': correction('x7', 30),
  'report.canceled': report('canceled'),
  'report.canceled, to the cancel': answer('canceled', CANCEL_ID),
  'report.canceled, of an older one': report('canceled', { client_order_id: OLDER }),
  'report.expired': report('expired'),
  'report.replaced': replacedBy(REPLACE_ID, 120),
  'report.replaced, to 40': replacedBy(REPLACE_ID, 40),
  'report.replaced, by another': replacedBy(OTHER, 120),
  'report.pending_cancel': answer('pending_cancel', CANCEL_ID),
  'report.pending_replace': answer('pending_replace', REPLACE_ID),
  'report.cancel_rejected': answer('cancel_rejected', CANCEL_ID),
  'report.cancel_rejected, of another': answer('cancel_rejected', OTHER),
  'report.replace_rejected': answer('replace_rejected', REPLACE_ID),
  'report.replace_rejected, of another': answer('replace_rejected', OTHER),
  'lookup.found': found(),
  'lookup.found, of the replacement': found(REPLACE_ID, replacement),
  'lookup.absent': absent(),
  'lookup.absent, of the replacement': absent(REPLACE_ID),
  'request.cancel': cancel(OTHER),
  'request.replace, to 150': replace(50, 150, OTHER),
  'request.replace, to 40': replace(50, 40, OTHER),
}

/**
 * The whole table. A cell holds the next state by its column's code, or
 *   .  it stays: the event says nothing new, is refused, or is booked without a change of state
 *   !  it stays, and the event is told as unexpected: in this state it contradicts what is proven
 *   -  it cannot be: the id or trade the row is about does not exist there
 *
 * The states FIX has follow its matrices and its order of precedence. Those it does not have are ours:
 *   AP  nothing has left yet, so only the outbox may speak; a report all the same is proof that it did leave, and is
 *       believed over the outbox's silence. A look-up that finds nothing proves nothing about what is still to be sent.
 *   UN  every proof counts, whichever comes first: the outbox's, a report, a look-up. Absence is a proof only here.
 *   NS  a proof that the order never left can be wrong: a deposed engine's order may come after it. What shows the order
 *       living (accepted, found, partly traded) makes it live again, to be cancelled; a trade of the whole is booked as
 *       late. Whatever else speaks of it as living is unexpected.
 */
export const TABLE = `
                                          | AP PN UN NW PF PC PR NS RJ FI CA EX | Pc Uc C0 Cu R0 Rc Rf
send.new.sent                             | PN .  PN .  .  .  .  !  .  .  .  .  | .  PN .  .  .  .  .
send.new.refused                          | NS NS NS !  !  !  !  !  !  !  !  !  | NS NS !  !  !  !  !
send.new.unproven                         | UN UN .  .  .  .  .  !  .  .  .  .  | UN .  .  .  .  .  .
send.cancel.sent                          | !  !  !  .  .  .  .  !  .  .  .  .  | !  !  .  .  .  .  .
send.cancel.refused                       | !  !  !  .  .  PF .  !  .  .  .  .  | !  !  NW PF .  .  .
send.cancel.refused, of another           | -  -  -  .  .  .  .  -  .  .  .  .  | -  -  .  .  .  .  .
send.cancel.unproven                      | !  !  !  .  .  .  .  !  .  .  .  .  | !  !  .  .  .  .  .
send.replace.sent                         | !  !  !  .  .  .  .  !  .  .  .  .  | !  !  .  .  .  .  .
send.replace.refused                      | !  !  !  .  .  .  PF !  .  .  .  .  | !  !  .  .  NW PC FI
send.replace.refused, of another          | -  -  -  .  .  .  .  -  .  .  .  .  | -  -  .  .  .  .  .
send.replace.unproven                     | !  !  !  .  .  .  .  !  .  .  .  .  | !  !  .  .  .  .  .
report.pending_new                        | PN .  PN .  .  .  .  !  .  .  .  .  | .  PN .  .  .  .  .
report.new                                | NW NW NW .  .  .  .  NW !  .  .  .  | PC PC .  .  .  .  .
report.new, of the replacement            | -  -  -  -  -  -  PF -  -  -  -  -  | -  -  -  -  NW PC PF
report.rejected                           | RJ RJ RJ RJ CA CA CA !  .  .  .  .  | RJ RJ RJ CA RJ CA CA
report.rejected, of the replacement       | -  -  -  -  -  -  PF -  -  -  -  -  | -  -  -  -  NW PC FI
report.rejected, of an older one          | -  -  -  .  .  .  .  -  -  .  .  .  | -  -  .  .  .  .  .
report.triggered                          | NW NW NW .  .  .  .  !  !  .  .  .  | PC PC .  .  .  .  .
report.triggered, of an older one         | -  -  -  .  .  .  .  -  -  .  .  .  | -  -  .  .  .  .  .
report.trade, of 10                       | PF PF PF PF .  .  .  PF .  .  .  .  | PC PC .  .  .  .  .
report.trade, of 60                       | PF PF PF PF FI FI .  PF .  .  .  .  | PC PC .  FI .  .  FI
report.trade, of 100                      | FI FI FI FI FI FI FI .  .  .  .  .  | FI FI FI FI .  FI FI
report.trade, of 40 again                 | -  -  -  -  .  .  .  -  -  .  .  .  | -  -  -  .  -  .  .
report.trade_cancel, of the first         | !  !  !  !  NW .  .  !  !  .  .  .  | !  !  !  .  !  .  .
report.trade_cancel, of none              | !  !  !  !  !  !  !  !  !  !  !  !  | !  !  !  !  !  !  !
report.trade_correct, of the first to 30  | !  !  !  !  .  .  .  !  !  .  .  .  | !  !  !  .  !  .  .
report.trade_correct, of the first to 100 | !  !  !  !  FI FI .  !  !  .  .  .  | !  !  !  FI !  .  FI
report.trade_correct, of none             | !  !  !  !  !  !  !  !  !  !  !  !  | !  !  !  !  !  !  !
report.canceled                           | CA CA CA CA CA CA CA !  !  .  .  .  | CA CA CA CA CA CA CA
report.canceled, to the cancel            | -  -  -  -  -  CA -  -  -  -  -  -  | -  -  CA CA -  -  -
report.canceled, of an older one          | -  -  -  .  .  .  .  -  -  .  .  .  | -  -  .  .  .  .  .
report.expired                            | EX EX EX EX EX EX EX !  !  .  .  .  | EX EX EX EX EX EX EX
report.replaced                           | !  !  !  !  !  !  PF !  !  !  !  !  | !  !  !  !  NW PC PF
report.replaced, to 40                    | -  -  -  -  -  -  FI -  -  -  -  -  | -  -  -  -  NW FI FI
report.replaced, by another               | -  -  -  -  -  -  .  -  -  -  -  -  | -  -  -  -  .  .  .
report.pending_cancel                     | !  !  !  .  .  .  .  !  .  .  .  .  | !  !  .  .  .  .  .
report.pending_replace                    | !  !  !  .  .  .  .  !  .  .  .  .  | !  !  .  .  .  .  .
report.cancel_rejected                    | !  !  !  .  .  PF .  !  .  .  .  .  | !  !  NW PF .  .  .
report.cancel_rejected, of another        | -  -  -  -  -  .  -  -  -  -  -  -  | -  -  .  .  -  -  -
report.replace_rejected                   | !  !  !  .  .  .  PF !  .  .  .  .  | !  !  .  .  NW PC FI
report.replace_rejected, of another       | -  -  -  -  -  -  .  -  -  -  -  -  | -  -  -  -  .  .  .
lookup.found                              | NW NW NW .  .  .  .  NW !  !  !  !  | PC PC .  PF .  .  .
lookup.found, of the replacement          | -  -  -  -  -  -  PF -  -  -  -  -  | -  -  -  -  NW PC PF
lookup.absent                             | !  !  NS !  !  !  !  !  !  !  !  !  | !  NS !  !  !  !  !
lookup.absent, of the replacement         | -  -  -  -  -  -  PF -  -  -  -  -  | -  -  -  -  NW PC FI
request.cancel                            | .  .  .  PC PC .  .  .  .  .  .  .  | .  .  .  .  .  .  .
request.replace, to 150                   | .  .  .  PR PR .  .  .  .  .  .  .  | .  .  .  .  .  .  .
request.replace, to 40                    | .  .  .  PR .  .  .  .  .  .  .  .  | .  .  .  .  .  .  .
`
