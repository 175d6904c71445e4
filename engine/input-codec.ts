// Canonical bytes of a node's inputs but for market rows, which are journaled in columns (`live/row-batch.ts`): seq,
// ts_seq_us, the kind, then the fields in schema order. A backtest journals control and feed inputs alone, because all
// others follow from its data; a live session journals every input it processed.

import { assert, must, unreachable } from '../schemas/assert.ts'
import type { AccountId, ClientOrderId, VenueId } from '../schemas/ids.ts'
import { CONTROL_COMMANDS, type Control } from '../schemas/messages/control.ts'
import { FEED_EVENTS, type FeedEvent } from '../schemas/messages/feed.ts'
import type { MessagesPublished, NodeMessage } from '../schemas/messages/node-message.ts'
import type { SendOutcome, VenueReport } from '../schemas/messages/order.ts'
import type { SecurityStatus } from '../schemas/messages/security-status.ts'
import type { OrderLookup, VenueState } from '../schemas/messages/venue.ts'
import { placeOf } from '../schemas/place-of.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'
import { COMMAND_TYPES } from './command-codec.ts'
import { readNodeMessage, readPublished, writeNodeMessage, writePublished } from './node-message-codec.ts'
import { readReport, writeReport } from './report-codec.ts'
import {
  readLookup,
  readSecurityStatus,
  readVenueState,
  writeLookup,
  writeSecurityStatus,
  writeVenueState,
} from './venue-codec.ts'

/** A timer of the engine fired: `owner` is the index of the actor that had set it. */
export type TimerFiring = {
  readonly type: 'timer'
  readonly owner: number
  readonly id: string
  readonly at_us: number
}

/** Inputs that are handed in and never refused. */
export type KeptInput =
  | Control
  | FeedEvent
  | SendOutcome
  | VenueReport
  | OrderLookup
  | VenueState
  | SecurityStatus
  | NodeMessage
  | MessagesPublished
export type JournaledInput = KeptInput | TimerFiring
export type InputRecord<Input extends JournaledInput = JournaledInput> = {
  readonly seq: number
  readonly ts_seq_us: number
  readonly input: Input
}

/** A type's place is its number in the records; `rows` has none of these codecs (`live/row-batch.ts`). */
const INPUT_TYPES = [
  'control',
  'feed_event',
  'send_outcome',
  'venue_report',
  'timer',
  'rows',
  'order_lookup',
  'venue_state',
  'node_message',
  'messages_published',
  'security_status',
] as const
/** Stands where the others have their type. */
export const ROWS_INPUT = INPUT_TYPES.indexOf('rows')
const TYPE_OFFSET = 16
const OUTCOMES = ['sent', 'refused', 'unproven'] as const

/** Whether an input record holds rows of market data. */
export function isRowRecord(payload: Uint8Array): boolean {
  return payload[TYPE_OFFSET] === ROWS_INPUT
}

export function writeInput(
  writer: CanonicalWriter,
  seq: number,
  ts_seq_us: number,
  input: JournaledInput,
): void {
  writer.number(seq)
  writer.number(ts_seq_us)
  writer.byte(placeOf(INPUT_TYPES, input.type))
  switch (input.type) {
    case 'control':
      return writeControl(writer, input)
    case 'feed_event':
      return writeFeedEvent(writer, input)
    case 'send_outcome':
      return writeOutcome(writer, input)
    case 'venue_report':
      return writeReport(writer, input)
    case 'timer':
      return writeTimer(writer, input)
    case 'order_lookup':
      return writeLookup(writer, input)
    case 'venue_state':
      return writeVenueState(writer, input)
    case 'security_status':
      return writeSecurityStatus(writer, input)
    case 'node_message':
      return writeNodeMessage(writer, input)
    case 'messages_published':
      return writePublished(writer, input)
    default:
      return unreachable(input)
  }
}

/** @param instrumentIndex finds the node's index of an instrument id. */
export function readInput(
  reader: CanonicalReader,
  instrumentIndex: (instrument_id: string) => number,
): InputRecord {
  const seq = reader.number()
  const ts_seq_us = reader.number()
  const type = must(INPUT_TYPES[reader.byte()], 'an input has a known type')
  assert(type !== 'rows', 'a record of rows is read in columns')
  const input = READERS[type](reader, instrumentIndex)
  reader.end()
  return { seq, ts_seq_us, input }
}

const READERS = {
  control: readControl,
  feed_event: readFeedEvent,
  send_outcome: readOutcome,
  venue_report: readReport,
  timer: readTimer,
  order_lookup: readLookup,
  venue_state: readVenueState,
  node_message: readNodeMessage,
  messages_published: readPublished,
  security_status: readSecurityStatus,
}

function writeControl(writer: CanonicalWriter, control: Control): void {
  writer.byte(placeOf(CONTROL_COMMANDS, control.command))
  writer.text(control.account_id)
  writer.text(control.strategy_id)
  writer.text(control.reason)
  writer.text(control.operator)
}

function readControl(reader: CanonicalReader): Control {
  return {
    type: 'control',
    command: must(CONTROL_COMMANDS[reader.byte()], 'a control command is known'),
    account_id: reader.text(),
    strategy_id: reader.text(),
    reason: reader.text(),
    operator: reader.text(),
  }
}

function writeFeedEvent(writer: CanonicalWriter, event: FeedEvent): void {
  writer.byte(placeOf(FEED_EVENTS, event.event))
  writer.text(event.venue_id)
  writer.text(event.reason)
}

function readFeedEvent(reader: CanonicalReader): FeedEvent {
  return {
    type: 'feed_event',
    event: must(FEED_EVENTS[reader.byte()], 'a feed event is known'),
    venue_id: reader.text() as VenueId,
    reason: reader.text(),
  }
}

function writeOutcome(writer: CanonicalWriter, outcome: SendOutcome): void {
  writer.byte(placeOf(OUTCOMES, outcome.outcome))
  writer.text(outcome.account_id)
  writer.text(outcome.client_order_id)
  writer.byte(placeOf(COMMAND_TYPES, outcome.command_type))
  writer.text(outcome.reason_code)
}

function readOutcome(reader: CanonicalReader): SendOutcome {
  return {
    type: 'send_outcome',
    outcome: must(OUTCOMES[reader.byte()], 'an outcome is known'),
    account_id: reader.text() as AccountId,
    client_order_id: reader.text() as ClientOrderId,
    command_type: must(COMMAND_TYPES[reader.byte()], 'a command has a known type'),
    reason_code: reader.text(),
  }
}

function writeTimer(writer: CanonicalWriter, timer: TimerFiring): void {
  writer.number(timer.owner)
  writer.text(timer.id)
  writer.number(timer.at_us)
}

function readTimer(reader: CanonicalReader): TimerFiring {
  return { type: 'timer', owner: reader.number(), id: reader.text(), at_us: reader.number() }
}
