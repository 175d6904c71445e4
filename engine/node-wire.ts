// Messages between nodes as bytes: JSON of envelope and payload. What comes in is checked once, here; of what is not a
// message of its subject nothing is used, and the code says why.

import Value from 'typebox/value'
import type { Envelope } from '../schemas/envelope.ts'
import { messageId, parseMessageId } from '../schemas/ids.ts'
import {
  NODE_PAYLOADS,
  type NodeMessage,
  type NodePayload,
  NodeWire,
} from '../schemas/messages/node-message.ts'
import { SCHEMA_VERSION } from '../schemas/schema-version.ts'
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
  'message_unknown_instrument',
] as const
export type WireRefusal = (typeof WIRE_REFUSALS)[number]

export function encodeNodeMessage(message: OutgoingMessage): Uint8Array {
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
  return new TextEncoder().encode(JSON.stringify({ envelope, payload: withoutIndex(payload) }, decimal))
}

/** @param instrumentIndex the node's index of an instrument id, undefined for one it does not know. */
export function decodeNodeMessage(
  subject: string,
  bytes: Uint8Array,
  instrumentIndex: (instrument_id: string) => number | undefined,
): NodeMessage | WireRefusal {
  const wire = parse(bytes)
  if (wire === undefined) return 'message_not_json'
  if (!Value.Check(NodeWire, wire)) return 'message_bad_form'
  const { envelope, payload } = wire
  if (envelope.schema_version !== SCHEMA_VERSION) return 'message_other_schema'
  const family = subject.slice(0, subject.indexOf('.'))
  if (!isFamily(family)) return 'message_unknown_subject'
  if (!Value.Check(NODE_PAYLOADS[family], payload) || payload.type !== envelope.type)
    return 'message_bad_form'
  const id = parseMessageId(envelope.message_id)
  if (id === undefined || id.node !== envelope.source) return 'message_bad_form'
  const message_id = messageId(id.node, id.epoch, id.seq, id.n)
  const typed =
    'commission' in payload ? { ...payload, commission: BigInt(payload.commission as string) } : payload
  const whole = withIndex(typed as unknown as NodePayload, (name) => instrumentIndex(name) ?? -1)
  if ('instrument_index' in whole && whole.instrument_index < 0) return 'message_unknown_instrument'
  return { type: 'node_message', subject, message_id, source: envelope.source, payload: whole }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Whatever is wrong with it, it is not JSON, which the caller says.
    return undefined
  }
}

function isFamily(family: string): family is keyof typeof NODE_PAYLOADS {
  return Object.hasOwn(NODE_PAYLOADS, family)
}

function decimal(_: string, part: unknown): unknown {
  return typeof part === 'bigint' ? part.toString() : part
}
