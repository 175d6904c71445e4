// What a node and an exchange in a process of its own say to each other: frames, one JSON object a line. The schemas are
// the documentation and the check at either end: docs/paper-venue.md. Instruments travel by id, money as decimal text.

import Type, { type Static, type TSchema } from 'typebox'
import {
  LIQUIDITY_SIDES,
  ORDER_TYPES,
  REPORT_TYPES,
  SIDES,
  TIMES_IN_FORCE,
} from '../../schemas/messages/order.ts'
import {
  GROUP_TYPES,
  PARENT_FILLS,
  TRAIL_UNITS,
  TRIGGER_METHODS,
} from '../../schemas/messages/order-terms.ts'
import { SECURITY_STATUSES } from '../../schemas/messages/security-status.ts'

/** Longest frame of a node, its line end included; a longer one ends the connection. */
export const REQUEST_BYTES_MAX = 64 * 1024
/** Longest frame of an exchange. */
export const ANSWER_BYTES_MAX = 1024 * 1024
/** Ids in one look-up, and quotes in one frame. */
export const LOOKUP_IDS_MAX = 500
export const FRAME_QUOTES_MAX = 512
/** Open orders in one frame: of the longest ids, a third of the longest frame. */
export const STATE_IDS_MAX = 10_000
/** Each side is heard this often, and given up after silence for as long as the other. */
export const HEARTBEAT_MS = 1_000
export const DEAD_AFTER_MS = 3_000

const words = <Word extends string>(values: readonly Word[]) =>
  Type.Unsafe<Word>(Type.Union(values.map((value) => Type.Literal(value))))
const Text = Type.String({ maxLength: 256 })
const Token = Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })
const OrderId = Type.String({ pattern: '^[A-Za-z0-9-]{1,32}$' })
const OrderIdOrNone = Type.String({ pattern: '^[A-Za-z0-9-]{0,32}$' })
const InstrumentIdText = Type.String({ pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$', maxLength: 128 })
const ReportId = Type.String({ pattern: '^(|[1-9]\\d{0,15})$' })
const Units = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const frame = <Name extends string, Fields extends Record<string, TSchema>>(name: Name, fields: Fields) =>
  Type.Object({ frame: Type.Literal(name), ...fields }, { additionalProperties: false })
const closed = <Fields extends Record<string, TSchema>>(fields: Fields) =>
  Type.Object(fields, { additionalProperties: false })

/** Units mean nothing without their scales: both sides must have the same. */
const InstrumentScales = closed({ instrument_id: InstrumentIdText, price_scale: Count, size_scale: Count })

const commandFields = {
  account_id: Token,
  strategy_id: Text,
  counter: Count,
  incarnation: Count,
  client_order_id: OrderId,
  venue_id: Token,
  instrument_id: InstrumentIdText,
}

/** Absent where the order says nothing beyond its own fields. */
const Terms = Type.Optional(
  closed({
    trigger_price_units: Units,
    trigger_method: words(TRIGGER_METHODS),
    trail_offset: Units,
    trail_unit: words(TRAIL_UNITS),
    limit_offset_units: Units,
    activation_price_units: Units,
    expire_time_us: Count,
    post_only: Type.Boolean(),
    reduce_only: Type.Boolean(),
    display_quantity_units: Units,
    parent_counter: Count,
    parent_fill: words(PARENT_FILLS),
    group_counter: Count,
    group_type: words(GROUP_TYPES),
  }),
)

const Command = Type.Union([
  closed({
    type: Type.Literal('new_order_single'),
    ...commandFields,
    side: words(SIDES),
    order_type: words(ORDER_TYPES),
    time_in_force: words(TIMES_IN_FORCE),
    price_units: Units,
    order_quantity_units: Units,
    terms: Terms,
  }),
  closed({
    type: Type.Literal('order_cancel_request'),
    ...commandFields,
    original_client_order_id: OrderId,
  }),
  closed({
    type: Type.Literal('order_cancel_replace_request'),
    ...commandFields,
    original_client_order_id: OrderId,
    price_units: Units,
    trigger_price_units: Units,
    order_quantity_units: Units,
  }),
])

const Report = closed({
  type: Type.Literal('venue_report'),
  report_type: words(REPORT_TYPES),
  venue_id: Token,
  account_id: Token,
  report_id: ReportId,
  instrument_id: InstrumentIdText,
  client_order_id: OrderId,
  original_client_order_id: OrderIdOrNone,
  venue_order_id: Text,
  execution_id: Text,
  execution_reference_id: Text,
  side: words(SIDES),
  last_price_units: Units,
  last_quantity_units: Units,
  liquidity_side: words(LIQUIDITY_SIDES),
  cum_quantity_units: Units,
  leaves_quantity_units: Units,
  price_units: Units,
  order_quantity_units: Units,
  /** A decimal count of 10^-MONEY_SCALE: an exact integer of any size. */
  commission: Type.String({ pattern: '^-?\\d{1,40}$' }),
  commission_currency: Text,
  reason_code: Text,
  reason_text: Text,
  ts_event_us: Count,
})

/** What a node sends. The first frame is `logon` or `subscribe`; a `heartbeat` may come at any time after it. */
export const REQUEST_FRAMES = {
  logon: frame('logon', {
    schema_version: Count,
    venue_id: Token,
    session: Type.String({ pattern: '^[A-Za-z0-9]{1,12}$' }),
    epoch: Count,
    accounts: Type.Array(closed({ account_id: Token, last_report_id: ReportId }), {
      minItems: 1,
      maxItems: 256,
    }),
    instruments: Type.Array(InstrumentScales),
  }),
  subscribe: frame('subscribe', {
    schema_version: Count,
    venue_id: Token,
    instruments: Type.Array(InstrumentScales, { minItems: 1 }),
  }),
  command: frame('command', { command: Command }),
  look_up: frame('look_up', {
    account_id: Token,
    client_order_ids: Type.Array(OrderId, { minItems: 1, maxItems: LOOKUP_IDS_MAX }),
  }),
  state: frame('state', { account_id: Token }),
  heartbeat: frame('heartbeat', {}),
} as const

/** What an exchange sends: `welcome` or `refused` first; after `refused` it ends the connection. */
export const ANSWER_FRAMES = {
  welcome: frame('welcome', {
    schema_version: Count,
    venue_id: Token,
    /** The venue's capability table; a node that counts on another one ends the connection. */
    capabilities: Type.Record(Type.String(), Type.Unknown()),
    ts_us: Count,
  }),
  refused: frame('refused', { code: Text, what: Text }),
  /** The ledger holds the command durably. */
  received: frame('received', { account_id: Token, client_order_id: OrderId }),
  report: frame('report', { report: Report }),
  found: frame('found', { account_id: Token, client_order_id: OrderId, report: Report }),
  absent: frame('absent', { account_id: Token, client_order_id: OrderId }),
  /** Open orders of the account that do not fit into the state that follows. */
  open_orders: frame('open_orders', {
    account_id: Token,
    open_client_order_ids: Type.Array(OrderId, { maxItems: STATE_IDS_MAX }),
  }),
  state: frame('state', {
    account_id: Token,
    positions: Type.Array(closed({ instrument_id: InstrumentIdText, quantity_units: Units })),
    open_client_order_ids: Type.Array(OrderId, { maxItems: STATE_IDS_MAX }),
    ts_event_us: Count,
  }),
  /** An instrument is in this status now: after a logon of each that does not always trade, then of each that changes. */
  status: frame('status', {
    instrument_id: InstrumentIdText,
    status: words(SECURITY_STATUSES),
    ends_day: Type.Boolean(),
    ts_event_us: Count,
  }),
  /** A quote: instrument_id, ts_event_us, bid and ask price, bid and ask size. */
  quotes: frame('quotes', {
    quotes: Type.Array(Type.Tuple([InstrumentIdText, Count, Units, Units, Count, Count]), {
      minItems: 1,
      maxItems: FRAME_QUOTES_MAX,
    }),
  }),
  /** The subscriber reads too slowly: that many quotes were left out. */
  gap: frame('gap', { missed: Count }),
  heartbeat: frame('heartbeat', {}),
} as const

export type WireCommand = Static<typeof Command>
export type WireReport = Static<typeof Report>
export type Frames<Table extends Record<string, TSchema>> = {
  [Name in keyof Table]: Static<Table[Name]>
}[keyof Table]
export type RequestFrame = Frames<typeof REQUEST_FRAMES>
export type AnswerFrame = Frames<typeof ANSWER_FRAMES>
