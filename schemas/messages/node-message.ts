// What one node says to another: intents, signals and states of strategies one way, facts and denials of orders the
// other; and to whoever looks, what was let through. On the wire a message is JSON in its envelope, money as a decimal text, and without the index of its
// instrument, which is a node's own. The schemas are closed: what they do not name is refused at the boundary.

import Type, { type TSchema } from 'typebox'
import { Envelope } from '../envelope.ts'
import type { MessageId } from '../ids.ts'
import type { BusFamily } from '../subjects.ts'
import type { Intent } from './intent.ts'
import type { Signal } from './market.ts'
import { LIQUIDITY_SIDES, ORDER_TYPES, SIDES, TIMES_IN_FORCE } from './order.ts'
import type { OrderApproved } from './order-approved.ts'
import { ORDER_FACT_TYPES, type OrderFact } from './order-fact.ts'
import { GROUP_TYPES, PARENT_FILLS, TRAIL_UNITS, TRIGGER_METHODS } from './order-terms.ts'
import { DENIAL_CODES, type OrderDenied } from './risk.ts'
import type { StrategyStateChanged } from './strategy.ts'

export type NodePayload = Intent | Signal | StrategyStateChanged | OrderApproved | OrderFact | OrderDenied

/** An input: what another node said. */
export type NodeMessage = {
  readonly type: 'node_message'
  /** As inside the node, `intent.<account>.<strategy>` for instance. */
  readonly subject: string
  /** Its place in the stream of its family, from which a restarted node reads on. */
  readonly sequence: number
  readonly message_id: MessageId
  /** Name of the node that said it. */
  readonly source: string
  readonly payload: NodePayload
}

/** An input: the bus holds every message of this node up to this one. */
export type MessagesPublished = {
  readonly type: 'messages_published'
  readonly epoch: number
  readonly seq: number
  readonly n: number
}

const SAFE = Number.MAX_SAFE_INTEGER
const Units = Type.Integer({ minimum: -SAFE, maximum: SAFE })
const Count = Type.Integer({ minimum: 0, maximum: SAFE })
const Text = Type.String({ maxLength: 1_000 })
const Token = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 64 })
const Instrument = Type.String({ pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$', maxLength: 129 })
const Money = Type.String({ pattern: '^-?[0-9]{1,40}$' })

function oneOf<Word extends string>(words: readonly Word[]) {
  return Type.Union(words.map((word) => Type.Literal(word)))
}

function closed<Fields extends Record<string, TSchema>>(fields: Fields) {
  return Type.Object(fields, { additionalProperties: false })
}

const key = { account_id: Token, strategy_id: Token, counter: Count }

const Terms = closed({
  trigger_price_units: Units,
  trigger_method: oneOf(TRIGGER_METHODS),
  trail_offset: Units,
  trail_unit: oneOf(TRAIL_UNITS),
  limit_offset_units: Units,
  activation_price_units: Units,
  expire_time_us: Count,
  post_only: Type.Boolean(),
  reduce_only: Type.Boolean(),
  display_quantity_units: Units,
  parent_counter: Count,
  parent_fill: oneOf(PARENT_FILLS),
  group_counter: Count,
  group_type: oneOf(GROUP_TYPES),
})

const SubmitIntent = closed({
  type: Type.Literal('submit_intent'),
  ...key,
  instrument_id: Instrument,
  side: oneOf(SIDES),
  order_type: oneOf(ORDER_TYPES),
  time_in_force: oneOf(TIMES_IN_FORCE),
  price_units: Units,
  order_quantity_units: Units,
  terms: Terms,
  ts_intent_us: Count,
})

const CancelIntent = closed({
  type: Type.Literal('cancel_intent'),
  ...key,
  request_counter: Count,
  ts_intent_us: Count,
})

const ReplaceIntent = closed({
  type: Type.Literal('replace_intent'),
  ...key,
  request_counter: Count,
  price_units: Type.Optional(Units),
  trigger_price_units: Type.Optional(Units),
  order_quantity_units: Type.Optional(Units),
  ts_intent_us: Count,
})

const SignalWire = closed({
  type: Type.Literal('signal'),
  strategy_id: Token,
  name: Token,
  value: Type.Number(),
  ts_event_us: Count,
})

const StateChanged = closed({
  type: Type.Literal('strategy_state_changed'),
  account_id: Token,
  strategy_id: Token,
  state: Token,
})

const Fact = closed({
  type: oneOf(ORDER_FACT_TYPES),
  ...key,
  incarnation: Count,
  client_order_id: Text,
  venue_id: Token,
  instrument_id: Instrument,
  side: oneOf(SIDES),
  order_type: oneOf(ORDER_TYPES),
  time_in_force: oneOf(TIMES_IN_FORCE),
  ended: Type.Boolean(),
  price_units: Units,
  order_quantity_units: Units,
  cum_quantity_units: Units,
  leaves_quantity_units: Units,
  execution_id: Text,
  last_price_units: Units,
  last_quantity_units: Units,
  liquidity_side: oneOf(LIQUIDITY_SIDES),
  reversed_price_units: Units,
  reversed_quantity_units: Units,
  commission: Money,
  commission_currency: Text,
  reason_code: Text,
  reason_text: Text,
  ts_event_us: Count,
})

const command = {
  ...key,
  incarnation: Count,
  client_order_id: Text,
  venue_id: Token,
  instrument_id: Instrument,
}

const NewOrder = closed({
  type: Type.Literal('new_order_single'),
  ...command,
  side: oneOf(SIDES),
  order_type: oneOf(ORDER_TYPES),
  time_in_force: oneOf(TIMES_IN_FORCE),
  price_units: Units,
  order_quantity_units: Units,
  terms: Terms,
})

const CancelRequest = closed({
  type: Type.Literal('order_cancel_request'),
  ...command,
  original_client_order_id: Text,
})

const ReplaceRequest = closed({
  type: Type.Literal('order_cancel_replace_request'),
  ...command,
  original_client_order_id: Text,
  price_units: Units,
  trigger_price_units: Units,
  order_quantity_units: Units,
})

const Approved = closed({
  type: Type.Literal('order_approved'),
  ...key,
  command: Type.Union([NewOrder, CancelRequest, ReplaceRequest]),
  approval: closed({ approved_us: Count }),
})

const Denied = closed({
  type: Type.Literal('order_denied'),
  ...key,
  request: oneOf(['new', 'replace', 'cancel']),
  venue_id: Text,
  instrument_id: Text,
  side: oneOf(['', ...SIDES]),
  order_type: oneOf(['', ...ORDER_TYPES]),
  time_in_force: oneOf(['', ...TIMES_IN_FORCE]),
  price_units: Units,
  trigger_price_units: Units,
  order_quantity_units: Units,
  reason_code: oneOf(DENIAL_CODES),
  value: Text,
  limit: Text,
  ts_event_us: Count,
})

/** The wire form of each payload, by the family of its subject on the bus. */
export const NODE_PAYLOADS = {
  intent: Type.Union([SubmitIntent, CancelIntent, ReplaceIntent]),
  sig: SignalWire,
  state: StateChanged,
  order: Type.Union([Approved, Fact]),
  risk: Denied,
} as const satisfies { readonly [family in BusFamily]?: TSchema }

/** What nodes say to each other, by family. */
export type NodeFamily = keyof typeof NODE_PAYLOADS
export const NODE_FAMILIES = Object.keys(NODE_PAYLOADS) as readonly NodeFamily[]

/** A message on the wire; its payload is one of `NODE_PAYLOADS`. */
export const NodeWire = Type.Object(
  { envelope: Envelope, session: Token, payload: Type.Unknown() },
  { additionalProperties: false, description: 'A message of one node to another.' },
)
