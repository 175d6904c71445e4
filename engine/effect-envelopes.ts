// The messages of an effect record in their envelopes: ids are derived here, and stored nowhere.

import type { Envelope } from '../schemas/envelope.ts'
import { messageId } from '../schemas/ids.ts'
import type { NodePayload } from '../schemas/messages/node-message.ts'
import type { VenueCommand } from '../schemas/messages/order.ts'
import { SCHEMA_VERSION } from '../schemas/schema-version.ts'
import { readEffects } from './effect-record.ts'
import { correlationOf } from './node-payload.ts'

export type EffectMessage = { readonly envelope: Envelope; readonly payload: VenueCommand | NodePayload }

/** @param payload an effect record's. */
export function effectMessages(payload: Uint8Array, node: string, epoch: number): EffectMessage[] {
  // The index of an instrument is a node's own and not part of the wire form.
  const { seq, ts_seq_us, commands, messages } = readEffects(payload, () => -1)
  const entries: (VenueCommand | NodePayload)[] = [...commands]
  // In order of their places, each message finds those before it already there.
  for (const message of messages) entries.splice(message.n, 0, message.payload)
  return entries.map((entry, n) => ({
    envelope: envelopeOf(entry, node, epoch, seq, n, ts_seq_us),
    payload: entry,
  }))
}

function envelopeOf(
  effect: VenueCommand | NodePayload,
  node: string,
  epoch: number,
  seq: number,
  n: number,
  ts_seq_us: number,
): Envelope {
  return {
    seq,
    message_id: messageId(node, epoch, seq, n),
    correlation_id: correlationOf(effect),
    causation_id: `${node}.${epoch}.${seq}`,
    source: node,
    type: effect.type,
    schema_version: SCHEMA_VERSION,
    ts_event_us: ts_seq_us,
    ts_recv_us: ts_seq_us,
    ts_seq_us,
  }
}
