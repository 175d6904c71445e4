// One complete message of every kind that is written down, each field with a value of its own.

import type {
  AccountId,
  ClientOrderId,
  InstrumentId,
  MessageId,
  StrategyId,
  VenueId,
} from '../schemas/ids.ts'
import type { Control } from '../schemas/messages/control.ts'
import type { FeedEvent } from '../schemas/messages/feed.ts'
import type { MessagesPublished, NodeMessage, NodePayload } from '../schemas/messages/node-message.ts'
import type {
  NewOrderSingle,
  OrderCancelReplaceRequest,
  OrderCancelRequest,
  SendOutcome,
  VenueReport,
} from '../schemas/messages/order.ts'
import type { OrderFact } from '../schemas/messages/order-fact.ts'
import { PLAIN_TERMS } from '../schemas/messages/order-terms.ts'
import type { OrderDenied } from '../schemas/messages/risk.ts'
import type { OrderLookup, VenueState } from '../schemas/messages/venue.ts'
import { priceUnits, sizeUnits, timeUs } from '../schemas/units.ts'
import type { TimerFiring } from './input-codec.ts'
import type { LedgerEntry } from './ledger/ledger.ts'
import { approvedOf } from './node-payload.ts'

const ids = {
  account_id: 'main' as AccountId,
  venue_id: 'sim' as VenueId,
  instrument_id: 'EURUSD.sim' as InstrumentId,
  instrument_index: 3,
}
const key = { ...ids, strategy_id: 's' as StrategyId, counter: 7, incarnation: 2 }
const client_order_id = 't-1-s-9' as ClientOrderId
const original_client_order_id = 't-1-s-7' as ClientOrderId

export const newOrder: NewOrderSingle = {
  type: 'new_order_single',
  ...key,
  client_order_id,
  side: 'sell',
  order_type: 'limit',
  time_in_force: 'gtc',
  price_units: priceUnits(99_000),
  order_quantity_units: sizeUnits(1_000),
  terms: PLAIN_TERMS,
}

export const triggerOrder: NewOrderSingle = {
  ...newOrder,
  order_type: 'trailing_stop_limit',
  time_in_force: 'gtd',
  terms: {
    trigger_price_units: priceUnits(98_900),
    trigger_method: 'last',
    trail_offset: 25,
    trail_unit: 'basis_points',
    limit_offset_units: priceUnits(3),
    activation_price_units: priceUnits(99_100),
    expire_time_us: timeUs(1_700_000_000_000_002),
    post_only: true,
    reduce_only: true,
    display_quantity_units: sizeUnits(100),
    parent_counter: 5,
    parent_fill: 'full',
    group_counter: 6,
    group_type: 'ouo',
  },
}

export const cancel: OrderCancelRequest = {
  type: 'order_cancel_request',
  ...key,
  client_order_id,
  original_client_order_id,
}

export const replace: OrderCancelReplaceRequest = {
  type: 'order_cancel_replace_request',
  ...key,
  client_order_id,
  original_client_order_id,
  price_units: priceUnits(-5),
  trigger_price_units: priceUnits(-6),
  order_quantity_units: sizeUnits(2_000),
}

export const report: VenueReport = {
  type: 'venue_report',
  report_type: 'trade_correct',
  ...ids,
  report_id: 'r9',
  client_order_id,
  original_client_order_id,
  venue_order_id: 'v17',
  execution_id: 'x2',
  execution_reference_id: 'x1',
  side: 'sell',
  last_price_units: priceUnits(98_001),
  last_quantity_units: sizeUnits(11),
  liquidity_side: 'taker',
  cum_quantity_units: sizeUnits(12),
  leaves_quantity_units: sizeUnits(13),
  price_units: priceUnits(98_002),
  order_quantity_units: sizeUnits(25),
  commission: -123_456_789_012n,
  commission_currency: 'USD',
  reason_code: 'code',
  reason_text: 'text',
  ts_event_us: timeUs(1_700_000_000_000_001),
}

export const lookup: OrderLookup = {
  type: 'order_lookup',
  outcome: 'found',
  venue_id: ids.venue_id,
  account_id: ids.account_id,
  client_order_id,
  report,
  reason_code: 'in_venue_books',
}

export const venueState: VenueState = {
  type: 'venue_state',
  venue_id: ids.venue_id,
  account_id: ids.account_id,
  positions: [{ instrument_id: ids.instrument_id, instrument_index: 3, quantity_units: sizeUnits(-7) }],
  open_client_order_ids: [client_order_id, original_client_order_id],
  ts_event_us: timeUs(1_700_000_000_000_003),
}

export const outcome: SendOutcome = {
  type: 'send_outcome',
  outcome: 'unproven',
  account_id: ids.account_id,
  client_order_id,
  command_type: 'order_cancel_request',
  reason_code: 'timeout',
}

export const control: Control = {
  type: 'control',
  command: 'account_halt',
  account_id: 'main',
  strategy_id: 's',
  reason: 'why',
  operator: 'who',
}

export const feedEvent: FeedEvent = {
  type: 'feed_event',
  event: 'resynchronised',
  venue_id: ids.venue_id,
  reason: 'why',
}

export const timer: TimerFiring = { type: 'timer', owner: 5, id: 'tidy', at_us: 1_700_000_000_000_002 }

export const fact: OrderFact = {
  type: 'order.trade_corrected',
  ...key,
  client_order_id,
  side: 'sell',
  order_type: 'limit',
  time_in_force: 'gtc',
  ended: true,
  price_units: priceUnits(98_002),
  order_quantity_units: sizeUnits(25),
  cum_quantity_units: sizeUnits(12),
  leaves_quantity_units: sizeUnits(13),
  execution_id: 'x2',
  last_price_units: priceUnits(98_001),
  last_quantity_units: sizeUnits(11),
  liquidity_side: 'taker',
  reversed_price_units: priceUnits(98_003),
  reversed_quantity_units: sizeUnits(10),
  commission: -5n,
  commission_currency: 'USD',
  reason_code: 'code',
  reason_text: 'text',
  ts_event_us: timeUs(1_700_000_000_000_001),
}

export const denial: OrderDenied = {
  type: 'order_denied',
  account_id: ids.account_id,
  strategy_id: key.strategy_id,
  counter: 8,
  request: 'replace',
  venue_id: ids.venue_id,
  instrument_id: ids.instrument_id,
  side: 'sell',
  order_type: 'limit',
  time_in_force: 'gtc',
  price_units: priceUnits(98_004),
  trigger_price_units: priceUnits(98_877),
  order_quantity_units: sizeUnits(26),
  reason_code: 'price_collar',
  value: '1.1',
  limit: '1.0',
  ts_event_us: timeUs(1_700_000_000_000_003),
}

export const ledgerEntry: LedgerEntry = {
  account_id: ids.account_id,
  entry_number: 4,
  kind: 'commission',
  strategy_id: key.strategy_id,
  currency: 'USD',
  amount: -7n,
  balance: 100n,
  reference: 'x2',
  ts_us: timeUs(1_700_000_000_000_004),
}

const intentKey = { account_id: ids.account_id, strategy_id: key.strategy_id, counter: 9 }
const ts_intent_us = timeUs(1_700_000_000_000_005)

/** One of every kind that goes from node to node, with its subject. */
export const nodePayloads: readonly (readonly [subject: string, payload: NodePayload])[] = [
  [
    'intent.main.s',
    {
      type: 'submit_intent',
      ...intentKey,
      instrument_id: ids.instrument_id,
      instrument_index: 3,
      side: 'buy',
      order_type: 'limit',
      time_in_force: 'gtc',
      price_units: priceUnits(98_005),
      order_quantity_units: sizeUnits(27),
      terms: PLAIN_TERMS,
      ts_intent_us,
    },
  ],
  ['intent.main.s', { type: 'cancel_intent', ...intentKey, request_counter: 10, ts_intent_us }],
  [
    'intent.main.s',
    {
      type: 'replace_intent',
      ...intentKey,
      request_counter: 11,
      price_units: priceUnits(98_006),
      trigger_price_units: priceUnits(98_007),
      order_quantity_units: sizeUnits(28),
      ts_intent_us,
    },
  ],
  [
    'sig.s.spread',
    { type: 'signal', strategy_id: key.strategy_id, name: 'spread', value: -0.5, ts_event_us: ts_intent_us },
  ],
  [
    'strategy-state.main',
    {
      type: 'strategy_state_changed',
      account_id: ids.account_id,
      strategy_id: key.strategy_id,
      state: 'trading',
    },
  ],
  ['order.main.s', fact],
  ['denied.main.s', denial],
  ['order.main', approvedOf(newOrder, 1_700_000_000_000_100)],
]

export const nodeMessages: readonly NodeMessage[] = nodePayloads.map(([subject, payload], n) => ({
  type: 'node_message',
  subject,
  sequence: 100 + n,
  message_id: `strat1.2.41.${n}` as MessageId,
  source: 'strat1',
  payload,
}))

export const published: MessagesPublished = { type: 'messages_published', epoch: 2, seq: 41, n: 1 }
