// What an effect record holds: the commands and the messages to other nodes that one step wanted sent, in their order,
// and what it says for a later build, as the outbox journals them.

import type { NodePayload } from '../schemas/messages/node-message.ts'
import type { VenueCommand } from '../schemas/messages/order.ts'
import { CanonicalReader } from './canonical/canonical-reader.ts'
import { readCommand } from './command-codec.ts'
import { HOLDING_ENTRY, type Holding, readHoldingEntry } from './holding-codec.ts'
import { MESSAGE_ENTRY, readMessageEntry } from './node-message-codec.ts'

/** A message to another node; `n` is its place in the record. */
export type EffectNodeMessage = {
  readonly n: number
  readonly subject: string
  readonly payload: NodePayload
}

export type EffectRecord = {
  readonly seq: number
  readonly ts_seq_us: number
  readonly commands: readonly VenueCommand[]
  readonly messages: readonly EffectNodeMessage[]
  readonly holdings: readonly Holding[]
}

/** @param instrumentIndex finds the node's index of an instrument id. */
export function readEffects(
  payload: Uint8Array,
  instrumentIndex: (instrument_id: string) => number,
): EffectRecord {
  const reader = new CanonicalReader(payload)
  const seq = reader.number()
  const ts_seq_us = reader.number()
  const commands: VenueCommand[] = []
  const messages: EffectNodeMessage[] = []
  const holdings: Holding[] = []
  for (let n = 0; reader.remaining > 0; n++) {
    const bytes = reader.bytes()
    const entry = new CanonicalReader(bytes)
    const kind = bytes[0]
    if (kind !== MESSAGE_ENTRY && kind !== HOLDING_ENTRY) {
      commands.push(readCommand(entry, instrumentIndex))
      continue
    }
    entry.byte()
    if (kind === HOLDING_ENTRY) holdings.push(readHoldingEntry(entry))
    else messages.push({ n, ...readMessageEntry(entry, instrumentIndex) })
  }
  return { seq, ts_seq_us, commands, messages, holdings }
}
