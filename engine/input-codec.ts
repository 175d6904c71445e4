// Canonical bytes of the inputs that every mode journals, because nothing derives them: seq, ts_seq_us, the kind, then
// the fields in schema order.

import { must } from '../schemas/assert.ts'
import type { VenueId } from '../schemas/ids.ts'
import { CONTROL_COMMANDS, type Control } from '../schemas/messages/control.ts'
import { FEED_EVENTS, type FeedEvent } from '../schemas/messages/feed.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'

export type JournaledInput = Control | FeedEvent
export type InputRecord = { readonly seq: number; readonly ts_seq_us: number; readonly input: JournaledInput }

const CONTROL = 1
const FEED_EVENT = 2

export function writeInput(
  writer: CanonicalWriter,
  seq: number,
  ts_seq_us: number,
  input: JournaledInput,
): void {
  writer.number(seq)
  writer.number(ts_seq_us)
  if (input.type === 'control') {
    writer.byte(CONTROL)
    writer.byte(CONTROL_COMMANDS.indexOf(input.command))
    writer.text(input.account_id)
    writer.text(input.strategy_id)
    writer.text(input.reason)
    writer.text(input.operator)
  } else {
    writer.byte(FEED_EVENT)
    writer.byte(FEED_EVENTS.indexOf(input.event))
    writer.text(input.venue_id)
    writer.text(input.reason)
  }
}

export function readInput(reader: CanonicalReader): InputRecord {
  const seq = reader.number()
  const ts_seq_us = reader.number()
  const input = reader.byte() === CONTROL ? readControl(reader) : readFeedEvent(reader)
  reader.end()
  return { seq, ts_seq_us, input }
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

function readFeedEvent(reader: CanonicalReader): FeedEvent {
  return {
    type: 'feed_event',
    event: must(FEED_EVENTS[reader.byte()], 'a feed event is known'),
    venue_id: reader.text() as VenueId,
    reason: reader.text(),
  }
}
