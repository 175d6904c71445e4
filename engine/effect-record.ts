// What an effect record holds: the commands one step wanted sent, as the outbox journals them.

import type { VenueCommand } from '../schemas/messages/order.ts'
import { CanonicalReader } from './canonical/canonical-reader.ts'
import { readCommand } from './command-codec.ts'

export type EffectRecord = {
  readonly seq: number
  readonly ts_seq_us: number
  readonly commands: readonly VenueCommand[]
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
  while (reader.remaining > 0) {
    commands.push(readCommand(new CanonicalReader(reader.bytes()), instrumentIndex))
  }
  return { seq, ts_seq_us, commands }
}
