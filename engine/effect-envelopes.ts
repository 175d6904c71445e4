// The messages of an effect record in their envelopes: ids are derived here, and stored nowhere.

import type { Envelope } from '../schemas/envelope.ts'
import { messageId } from '../schemas/ids.ts'
import type { VenueCommand } from '../schemas/messages/order.ts'
import { SCHEMA_VERSION } from '../schemas/schema-version.ts'
import { readEffects } from './effect-record.ts'

export type EffectMessage = { readonly envelope: Envelope; readonly payload: VenueCommand }

/** @param payload an effect record's. */
export function effectMessages(payload: Uint8Array, node: string, epoch: number): EffectMessage[] {
  // The index of an instrument is a node's own and not part of the wire form.
  const { seq, ts_seq_us, commands } = readEffects(payload, () => -1)
  return commands.map((command, n) => ({
    envelope: envelopeOf(command, node, epoch, seq, n, ts_seq_us),
    payload: command,
  }))
}

function envelopeOf(
  command: VenueCommand,
  node: string,
  epoch: number,
  seq: number,
  n: number,
  ts_seq_us: number,
): Envelope {
  return {
    seq,
    message_id: messageId(node, epoch, seq, n),
    correlation_id: `${command.account_id}/${command.strategy_id}/${command.counter}`,
    causation_id: `${node}.${epoch}.${seq}`,
    source: node,
    type: command.type,
    schema_version: SCHEMA_VERSION,
    ts_event_us: ts_seq_us,
    ts_recv_us: ts_seq_us,
    ts_seq_us,
  }
}
