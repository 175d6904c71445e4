// What an order's machine hears, by who said it: `send.*` the outbox, `report.*` the venue, `lookup.*` a look-up at the
// venue, `request.*` the strategy or an operator. All events have one shape, which keeps the table's dispatch fast.

import { must } from '../../schemas/assert.ts'
import type { ClientOrderId } from '../../schemas/ids.ts'
import {
  REPORT_TYPES,
  type ReportType,
  type SendOutcome,
  type VenueCommand,
  type VenueReport,
} from '../../schemas/messages/order.ts'
import type { OrderLookup } from '../../schemas/messages/venue.ts'
import { placeOf } from '../../schemas/place-of.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'

type Heard<Type extends string, Body> = {
  readonly type: Type
  readonly ts_seq_us: TimeUs
  readonly body: Body
}

const COMMAND_NAMES = {
  new_order_single: 'new',
  order_cancel_request: 'cancel',
  order_cancel_replace_request: 'replace',
} as const satisfies { [type in VenueCommand['type']]: string }

export type SendEventType = `send.${(typeof COMMAND_NAMES)[VenueCommand['type']]}.${SendOutcome['outcome']}`
export type ReportEventType = `report.${ReportType}`

export type SendEvent = Heard<SendEventType, SendOutcome>
export type ReportEvent = Heard<ReportEventType, VenueReport>
/** The order is live at the venue, as the body says. An order found ended comes as the report that ended it. */
export type OrderFound = Heard<'lookup.found', VenueReport>
/** Proof, not mere silence, that the venue never had this client order id. */
export type OrderAbsent = Heard<'lookup.absent', AbsentOrder>
export type CancelRequested = Heard<'request.cancel', CancelRequest>
export type ReplaceRequested = Heard<'request.replace', ReplaceRequest>

export type OrderEvent =
  | SendEvent
  | ReportEvent
  | OrderFound
  | OrderAbsent
  | CancelRequested
  | ReplaceRequested

export type AbsentOrder = { readonly client_order_id: ClientOrderId; readonly reason_code: string }

/** A request has an id of its own at the venue; the order keeps its key. */
export type CancelRequest = {
  readonly client_order_id: ClientOrderId
  /** The counter in that id, drawn from the strategy's. */
  readonly counter: number
}

export type ReplaceRequest = CancelRequest & {
  readonly price_units: PriceUnits
  readonly trigger_price_units: PriceUnits
  /** The new total, filled part included. */
  readonly order_quantity_units: SizeUnits
}

const SEND_EVENTS: {
  readonly [command in VenueCommand['type']]: { readonly [outcome in SendOutcome['outcome']]: SendEventType }
} = {
  new_order_single: sendEvents('new_order_single'),
  order_cancel_request: sendEvents('order_cancel_request'),
  order_cancel_replace_request: sendEvents('order_cancel_replace_request'),
}

/** By the place of the report's type among all. */
const REPORT_EVENTS: readonly ReportEventType[] = REPORT_TYPES.map((type) => `report.${type}` as const)

export const ORDER_EVENT_TYPES: readonly OrderEvent['type'][] = [
  ...Object.values(SEND_EVENTS).flatMap((outcomes) => Object.values(outcomes)),
  ...REPORT_EVENTS,
  'lookup.found',
  'lookup.absent',
  'request.cancel',
  'request.replace',
]

export function sendEvent(outcome: SendOutcome, tsSeqUs: TimeUs): SendEvent {
  return { type: SEND_EVENTS[outcome.command_type][outcome.outcome], ts_seq_us: tsSeqUs, body: outcome }
}

export function lookupEvent(lookup: OrderLookup, tsSeqUs: TimeUs): OrderFound | OrderAbsent {
  const { client_order_id, reason_code, report } = lookup
  if (report !== undefined) return { type: 'lookup.found', ts_seq_us: tsSeqUs, body: report }
  return { type: 'lookup.absent', ts_seq_us: tsSeqUs, body: { client_order_id, reason_code } }
}

export function reportEvent(report: VenueReport, tsSeqUs: TimeUs): ReportEvent {
  const type = must(REPORT_EVENTS[placeOf(REPORT_TYPES, report.report_type)], 'a report has a known type')
  return { type, ts_seq_us: tsSeqUs, body: report }
}

function sendEvents<Command extends VenueCommand['type']>(command: Command) {
  const name = COMMAND_NAMES[command]
  return {
    sent: `send.${name}.sent`,
    refused: `send.${name}.refused`,
    unproven: `send.${name}.unproven`,
  } as const
}
