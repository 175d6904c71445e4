import { expect, test } from 'vitest'
import type { AccountId, ClientOrderId, InstrumentId, StrategyId, VenueId } from '../schemas/ids.ts'
import type { OrderCancelRequest } from '../schemas/messages/order.ts'
import { SCHEMA_VERSION } from '../schemas/schema-version.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import { writeCommand } from './command-codec.ts'
import { effectMessages } from './effect-envelopes.ts'

test('an effect record names its messages by node, epoch, input and place', () => {
  const record = new CanonicalWriter()
  record.number(41)
  record.number(1_000)
  for (const counter of [7, 8]) {
    const mark = record.open()
    writeCommand(record, cancel(counter))
    record.close(mark)
  }
  const messages = effectMessages(record.copy(), 'desk', 3)
  expect(messages.map(({ payload }) => 'counter' in payload && payload.counter)).toEqual([7, 8])
  expect(messages[1]?.envelope).toEqual({
    seq: 41,
    message_id: 'desk.3.41.1',
    correlation_id: 'main/ema/8',
    causation_id: 'desk.3.41',
    source: 'desk',
    type: 'order_cancel_request',
    schema_version: SCHEMA_VERSION,
    ts_event_us: 1_000,
    ts_recv_us: 1_000,
    ts_seq_us: 1_000,
  })
})

function cancel(counter: number): OrderCancelRequest {
  return {
    type: 'order_cancel_request',
    account_id: 'main' as AccountId,
    strategy_id: 'ema' as StrategyId,
    counter,
    incarnation: 1,
    client_order_id: `desk-3-ema-${counter + 10}` as ClientOrderId,
    original_client_order_id: `desk-3-ema-${counter}` as ClientOrderId,
    venue_id: 'gen' as VenueId,
    instrument_id: 'GEN1.gen' as InstrumentId,
    instrument_index: 0,
  }
}
