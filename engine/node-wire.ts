// Messages between nodes as bytes: JSON of envelope, session and payload. What comes in is checked once, here; of what is
// not a message of its subject nothing is used, and the code says why.

import Value from 'typebox/value'
import type { Envelope } from '../schemas/envelope.ts'
import { messageId, parseMessageId } from '../schemas/ids.ts'
import {
  NODE_PAYLOADS,
  type NodeFamily,
  type NodeMessage,
  type NodePayload,
  NodeWire,
} from '../schemas/messages/node-message.ts'
import { busSubjectOf, nodeSubjectOf } from '../schemas/messages/node-subject.ts'
import { SCHEMA_VERSION } from '../schemas/schema-version.ts'
import { parseBusSubject } from '../schemas/subjects.ts'
import { correlationOf, withIndex, withoutIndex } from './node-payload.ts'

/** A message of this node to another, as its effect record holds it. */
export type OutgoingMessage = {
  readonly node: string
  readonly epoch: number
  readonly seq: number
  readonly n: number
  readonly ts_seq_us: number
  readonly subject: string
  readonly payload: NodePayload
}

export const WIRE_REFUSALS = [
  'message_not_json',
  'message_bad_form',
  'message_other_schema',
  'message_unknown_subject',
  'message_other_subject',
  'message_unknown_instrument',
] as const
export type WireRefusal = (typeof WIRE_REFUSALS)[number]

/** A message as a bus delivers it. */
export type WireMessage = {
  /** On the bus. */
  readonly subject: string
  /** Its place in the stream. */
  readonly sequence: number
  readonly bytes: Uint8Array
}

export type WireScope = {
  readonly session: string
  /** The node's index of an instrument id, undefined for one it does not know. */
  readonly instrumentIndex: (instrument_id: string) => number | undefined
}

export function encodeNodeMessage(message: OutgoingMessage, session: string): Uint8Array {
  const { node, epoch, seq, n, ts_seq_us, payload } = message
  const envelope: Envelope = {
    seq,
    message_id: messageId(node, epoch, seq, n),
    correlation_id: correlationOf(payload),
    causation_id: `${node}.${epoch}.${seq}`,
    source: node,
    type: payload.type,
    schema_version: SCHEMA_VERSION,
    ts_event_us: ts_seq_us,
    ts_recv_us: ts_seq_us,
    ts_seq_us,
  }
  const wire = { envelope, session, payload: withoutIndex(payload) }
  return new TextEncoder().encode(JSON.stringify(wire, decimal))
}

/** What a node says in one session is no message of another: nodes keep their names, and count from the start again. */
export function decodeNodeMessage(
  { subject, sequence, bytes }: WireMessage,
  { session, instrumentIndex }: WireScope,
): NodeMessage | WireRefusal | 'other_session' {
  const wire = parse(bytes)
  if (wire === undefined) return 'message_not_json'
  if (!Value.Check(NodeWire, wire)) return 'message_bad_form'
  const { envelope, payload } = wire
  if (wire.session !== session) return 'other_session'
  if (envelope.schema_version !== SCHEMA_VERSION) return 'message_other_schema'
  const place = parseBusSubject(subject)
  if (place === undefined || !isFamily(place.family)) return 'message_unknown_subject'
  if (!Value.Check(NODE_PAYLOADS[place.family], payload) || payload.type !== envelope.type)
    return 'message_bad_form'
  const id = parseMessageId(envelope.message_id)
  if (id === undefined || id.node !== envelope.source) return 'message_bad_form'
  const whole = withIndex(typed(payload), (name) => instrumentIndex(name) ?? -1)
  // Whoever may publish on the subject may say this, and not the same of another strategy or account, or as another node.
  if (busSubjectOf(place.env, whole) !== subject) return 'message_other_subject'
  if (place.node !== undefined && place.node !== envelope.source) return 'message_other_subject'
  if ('instrument_index' in whole && whole.instrument_index < 0) return 'message_unknown_instrument'
  return {
    type: 'node_message',
    subject: nodeSubjectOf(whole),
    sequence,
    message_id: messageId(id.node, id.epoch, id.seq, id.n),
    source: envelope.source,
    payload: whole,
  }
}

function typed(payload: { readonly type: string }): NodePayload {
  const whole =
    'commission' in payload ? { ...payload, commission: BigInt(payload.commission as string) } : payload
  return whole as unknown as NodePayload
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Whatever is wrong with it, it is not JSON, which the caller says.
    return undefined
  }
}

function isFamily(family: string): family is NodeFamily {
  return Object.hasOwn(NODE_PAYLOADS, family)
}

function decimal(_: string, part: unknown): unknown {
  return typeof part === 'bigint' ? part.toString() : part
}
