// Any input a live node can take, for property tests.

import fc from 'fast-check'
import type { AccountId, ClientOrderId, InstrumentId, VenueId } from '../../schemas/ids.ts'
import { CONTROL_COMMANDS, type Control } from '../../schemas/messages/control.ts'
import { FEED_EVENTS, type FeedEvent } from '../../schemas/messages/feed.ts'
import { BAR_PRICE_TYPES } from '../../schemas/messages/market.ts'
import type { NodeMessage } from '../../schemas/messages/node-message.ts'
import {
  LIQUIDITY_SIDES,
  REPORT_TYPES,
  type SendOutcome,
  SIDES,
  type VenueReport,
} from '../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'
import { COMMAND_TYPES } from '../command-codec.ts'
import type { ConflatedQuote } from '../conflation/conflated-quote.ts'
import type { JournaledInput, TimerFiring } from '../input-codec.ts'
import { nodeMessages } from '../messages.test-support.ts'
import type { BarInput, RowInput, TradeInput } from './live-input.ts'

const units = fc.maxSafeInteger()
const price = units.map((value) => value as PriceUnits)
const size = units.map((value) => value as SizeUnits)
const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const index = fc.nat(50)

const control: fc.Arbitrary<Control> = fc.record({
  type: fc.constant('control'),
  command: fc.constantFrom(...CONTROL_COMMANDS),
  account_id: text,
  strategy_id: text,
  reason: text,
  operator: text,
})

const feedEvent: fc.Arbitrary<FeedEvent> = fc.record({
  type: fc.constant('feed_event'),
  event: fc.constantFrom(...FEED_EVENTS),
  venue_id: text.map((id) => id as VenueId),
  reason: text,
})

const outcome: fc.Arbitrary<SendOutcome> = fc.record({
  type: fc.constant('send_outcome'),
  outcome: fc.constantFrom('sent', 'refused', 'unproven'),
  account_id: text.map((id) => id as AccountId),
  client_order_id: text.map((id) => id as ClientOrderId),
  command_type: fc.constantFrom(...COMMAND_TYPES),
  reason_code: text,
})

const report: fc.Arbitrary<VenueReport> = fc.record({
  type: fc.constant('venue_report'),
  report_type: fc.constantFrom(...REPORT_TYPES),
  venue_id: text.map((id) => id as VenueId),
  account_id: text.map((id) => id as AccountId),
  report_id: text,
  instrument_id: index.map((i) => `I${i}.v` as InstrumentId),
  instrument_index: fc.constant(0),
  client_order_id: text.map((id) => id as ClientOrderId),
  original_client_order_id: text.map((id) => id as ClientOrderId),
  venue_order_id: text,
  execution_id: text,
  execution_reference_id: text,
  side: fc.constantFrom(...SIDES),
  last_price_units: price,
  last_quantity_units: size,
  liquidity_side: fc.constantFrom(...LIQUIDITY_SIDES),
  cum_quantity_units: size,
  leaves_quantity_units: size,
  price_units: price,
  order_quantity_units: size,
  commission: fc.bigInt(),
  commission_currency: text,
  reason_code: text,
  reason_text: text,
  ts_event_us: units.map((ts) => ts as TimeUs),
})

const timer: fc.Arbitrary<TimerFiring> = fc.record({
  type: fc.constant('timer'),
  owner: index,
  id: text,
  at_us: units,
})

const nodeMessage = fc.constantFrom(...nodeMessages).map((message): NodeMessage => {
  const { payload } = message
  return 'instrument_index' in payload
    ? { ...message, payload: { ...payload, instrument_index: 0 } }
    : message
})

const published = fc.record({
  type: fc.constant('messages_published' as const),
  epoch: units,
  seq: units,
  n: units,
})

/** The index a report's instrument gets back when it is read. */
export function indexOf(instrument_id: string): number {
  return instrument_id.endsWith('.sim') ? 0 : Number(instrument_id.slice(1, -'.v'.length))
}

export const journaledInput: fc.Arbitrary<JournaledInput> = fc
  .oneof(control, feedEvent, outcome, report, timer, nodeMessage, published)
  .map((input) =>
    input.type === 'venue_report' ? { ...input, instrument_index: indexOf(input.instrument_id) } : input,
  )

const every = { instrument_index: index, ts_event_us: units, ts_recv_us: units }

const rawQuote = fc
  .record({
    type: fc.constant('quote'),
    ...every,
    bid_price_units: units,
    ask_price_units: units,
    bid_size_units: units,
    ask_size_units: units,
  })
  .map(
    (quote): ConflatedQuote => ({
      ...quote,
      conflated_count: 1,
      bid_low_price_units: quote.bid_price_units,
      bid_high_price_units: quote.bid_price_units,
      ask_low_price_units: quote.ask_price_units,
      ask_high_price_units: quote.ask_price_units,
    }),
  )

const conflatedQuote = fc.tuple(rawQuote, fc.integer({ min: 2, max: 99 }), units, units, units, units).map(
  ([quote, conflated_count, bid_low, bid_high, ask_low, ask_high]): ConflatedQuote => ({
    ...quote,
    conflated_count,
    bid_low_price_units: bid_low,
    bid_high_price_units: bid_high,
    ask_low_price_units: ask_low,
    ask_high_price_units: ask_high,
  }),
)

const trade: fc.Arbitrary<TradeInput> = fc.record({
  type: fc.constant('trade'),
  ...every,
  price_units: units,
  size_units: units,
  aggressor_side: fc.constantFrom(-1, 0, 1),
})

const bar: fc.Arbitrary<BarInput> = fc.record({
  type: fc.constant('bar'),
  ...every,
  interval_us: fc.constantFrom(1_000_000, 60_000_000),
  price_type: fc.constantFrom(...BAR_PRICE_TYPES),
  open_price_units: units,
  high_price_units: units,
  low_price_units: units,
  close_price_units: units,
  volume_units: units,
})

export const rowInput: fc.Arbitrary<RowInput> = fc.oneof(rawQuote, conflatedQuote, trade, bar)
