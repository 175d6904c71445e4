// The last record of a backtest's journal: what the run came to, for `verify` to compare.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'

export type RunEnd = { readonly seq: number; readonly output_hash: string; readonly state_hash: string }

export function encodeEnd(end: RunEnd): Uint8Array {
  const writer = new CanonicalWriter(256)
  writer.number(end.seq)
  writer.text(end.output_hash)
  writer.text(end.state_hash)
  return writer.copy()
}

export function decodeEnd(bytes: Uint8Array): RunEnd {
  const reader = new CanonicalReader(bytes)
  const end = { seq: reader.number(), output_hash: reader.text(), state_hash: reader.text() }
  reader.end()
  return end
}
