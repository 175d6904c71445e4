// Canonical bytes of messages between nodes: an input of the one that hears, an entry of the effect record of the one
// that speaks.

import type { MessageId } from '../schemas/ids.ts'
import type { MessagesPublished, NodeMessage, NodePayload } from '../schemas/messages/node-message.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'
import { withIndex, withoutIndex } from './node-payload.ts'

/** Begins an entry that is a message to another node; a command begins with the number of its type. */
export const MESSAGE_ENTRY = 128

export function writeMessageEntry(writer: CanonicalWriter, subject: string, payload: NodePayload): void {
  writer.byte(MESSAGE_ENTRY)
  writer.text(subject)
  writer.value(withoutIndex(payload))
}

/** Behind the entry's first byte. */
export function readMessageEntry(
  reader: CanonicalReader,
  instrumentIndex: (instrument_id: string) => number,
): { subject: string; payload: NodePayload } {
  return { subject: reader.text(), payload: withIndex(reader.value() as NodePayload, instrumentIndex) }
}

export function writeNodeMessage(writer: CanonicalWriter, message: NodeMessage): void {
  writer.text(message.subject)
  writer.number(message.sequence)
  writer.text(message.message_id)
  writer.text(message.source)
  writer.value(withoutIndex(message.payload))
}

export function readNodeMessage(
  reader: CanonicalReader,
  instrumentIndex: (instrument_id: string) => number,
): NodeMessage {
  return {
    type: 'node_message',
    subject: reader.text(),
    sequence: reader.number(),
    message_id: reader.text() as MessageId,
    source: reader.text(),
    payload: withIndex(reader.value() as NodePayload, instrumentIndex),
  }
}

export function writePublished(writer: CanonicalWriter, { epoch, seq, n }: MessagesPublished): void {
  writer.number(epoch)
  writer.number(seq)
  writer.number(n)
}

export function readPublished(reader: CanonicalReader): MessagesPublished {
  return { type: 'messages_published', epoch: reader.number(), seq: reader.number(), n: reader.number() }
}
