// What a step took in, in words for a person.

import { unreachable } from '../../schemas/assert.ts'
import { decimalString, isoTime } from '../../schemas/units.ts'
import type { WhyEvent } from './why-event.ts'

type Input = Extract<WhyEvent, { kind: 'input' }>['input']
type Scales = Pick<WhyEvent, 'price_scale' | 'size_scale'>

export function inputWords(input: Input, { price_scale, size_scale }: Scales): string {
  const price = (units: number) => decimalString(units, price_scale)
  const size = (units: number) => decimalString(units, size_scale)
  switch (input.type) {
    case 'quote':
      return `${input.instrument_id} ${size(input.bid_size_units)} at ${price(input.bid_price_units)} / ${size(input.ask_size_units)} at ${price(input.ask_price_units)}, quoted ${isoTime(input.ts_event_us)}`
    case 'trade':
      return `${input.instrument_id} ${size(input.size_units)} at ${price(input.price_units)}, traded ${isoTime(input.ts_event_us)}`
    case 'bar':
      return `${input.instrument_id} ${input.interval_us / 1_000_000} s closed at ${price(input.close_price_units)}, ended ${isoTime(input.ts_event_us)}`
    case 'timer':
      return `${input.id} due ${isoTime(input.at_us)}`
    case 'control':
      return `${input.command}${input.reason === '' ? '' : ` (${input.reason})`} by ${input.operator}`
    case 'feed_event':
      return `${input.venue_id} ${input.event}${input.reason === '' ? '' : ` (${input.reason})`}`
    case 'send_outcome':
      return `${input.command_type} ${input.client_order_id}: ${input.outcome}${code(input.reason_code)}`
    case 'venue_report': {
      const { report_type, venue_order_id, client_order_id, execution_id, reason_code } = input
      const { execution_reference_id: refers } = input
      const trade =
        execution_id === ''
          ? ''
          : `: ${size(input.last_quantity_units)} at ${price(input.last_price_units)}, execution ${execution_id}${refers === '' ? '' : ` of ${refers}`}`
      const at = `${input.venue_id} order ${venue_order_id}, ${isoTime(input.ts_event_us)}`
      return `${report_type} ${client_order_id}${trade}${code(reason_code)}, ${at}`
    }
    case 'order_lookup':
      return `${input.client_order_id}: ${input.outcome}${code(input.reason_code)}`
    case 'venue_state':
      return `${input.account_id} at ${input.venue_id}, ${input.open_client_order_ids.length} open orders`
    case 'security_status':
      return `${input.instrument_id} ${input.status}, ${isoTime(input.ts_event_us)}`
    case 'node_message':
      return `${input.subject} from ${input.source}, ${input.message_id}`
    case 'messages_published':
      return `up to ${input.epoch}.${input.seq}.${input.n}`
    default:
      return unreachable(input)
  }
}

/** A message a handler is called with: its type, and its fields but for what the engine alone needs. */
export function messageWords(message: Readonly<Record<string, unknown>>): string {
  const { type, ts_event_us, instrument_index: _, ...fields } = message
  const time = typeof ts_event_us === 'number' ? ` of ${isoTime(ts_event_us)}` : ''
  const what = Object.entries(fields)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '')
    .map(([name, value]) => `${name} ${value}`)
  return `${String(type)}${time}: ${what.join(', ')}`
}

function code(reason_code: string): string {
  return reason_code === '' ? '' : ` (${reason_code})`
}
